"""Providers that hand mail over by HTTP, in words: where the address goes, and what secret they give for it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

Words = Callable[[], str]


@dataclass(frozen=True)
class HookProvider:
    """A provider's name; where our address goes there; its secret. `signs`: without the secret nothing comes in.

    `api`: why its API key is wanted; None when it is not. `ending`: of the address.
    """

    key: str
    name: str
    where: Words
    secret: Words
    signs: bool = False
    api: Words | None = None
    ending: str = ""


def _password() -> str:
    return _(
        "Only if you write a name and a password into the address at the provider (https://name:password@…): "
        "that password. Without one the address itself is the secret: show it to nobody."
    )


PROVIDERS: dict[str, HookProvider] = {
    one.key: one
    for one in (
        HookProvider(
            "amazon_ses",
            "Amazon SES",
            lambda: _(
                "In SES: a receipt rule with the action “Publish to Amazon SNS topic”. In SNS: a subscription of that "
                "topic by HTTPS to this address; we confirm it by ourselves. SNS carries mails of up to 150 kB."
            ),
            _password,
        ),
        HookProvider(
            "brevo",
            "Brevo",
            lambda: _("At Brevo: a webhook of the type “inbound” with this address."),
            _password,
            api=lambda: _("Brevo keeps attachments; we fetch them with this key."),
        ),
        HookProvider(
            "mailersend",
            "MailerSend",
            lambda: _("At MailerSend: your domain, Inbound, a route that posts to this address."),
            lambda: _("The secret that MailerSend shows at the route."),
            signs=True,
        ),
        HookProvider(
            "mailgun",
            "Mailgun",
            lambda: _("At Mailgun: Receiving, a route whose action is forward() to this address."),
            lambda: _("Mailgun's “HTTP webhook signing key”."),
            signs=True,
            api=lambda: _("Only for routes with store(): Mailgun then keeps attachments, and we fetch them with it."),
            ending="mime",
        ),
        HookProvider(
            "mailjet",
            "Mailjet",
            lambda: _("At Mailjet: a parse route (Parse API) with this address."),
            _password,
        ),
        HookProvider(
            "mandrill",
            "Mailchimp Transactional (Mandrill)",
            lambda: _("At Mandrill: Inbound, your domain, a route that posts to this address."),
            lambda: _("The webhook's key, which Mandrill shows at the route."),
            signs=True,
        ),
        HookProvider(
            "postal",
            "Postal",
            lambda: _(
                "In Postal: an HTTP endpoint with this address, format “Raw message”, in Base64, and a route to it."
            ),
            lambda: _("The public key of your Postal server: what stands after p= in its default DKIM record."),
            signs=True,
        ),
        HookProvider(
            "postmark",
            "Postmark",
            lambda: _("At Postmark: the inbound stream, Settings, Webhook. Tick “Include raw email content”."),
            _password,
        ),
        HookProvider(
            "resend",
            "Resend",
            lambda: _("At Resend: Webhooks, a webhook with this address for the event email.received."),
            lambda: _("The webhook's signing secret; it begins with whsec_."),
            signs=True,
            api=lambda: _("Resend tells us of mail and keeps it; we fetch it with this key."),
        ),
        HookProvider(
            "sendgrid",
            "SendGrid",
            lambda: _("At SendGrid: Settings, Inbound Parse. Tick “POST the raw, full MIME message”."),
            lambda: _(
                "If you switched on signed requests there: the public key. Else, if you wrote a name and a password "
                "into the address: that password. Without either the address itself is the secret."
            ),
        ),
        HookProvider(
            "sparkpost",
            "SparkPost",
            lambda: _("At SparkPost: an inbound domain, and a relay webhook with this address as its target."),
            lambda: _("The auth_token that you gave the relay webhook. Without one the address itself is the secret."),
        ),
    )
}
