"""Trouble with a mail server in words: what is wrong, and what to do about it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from tickets.rules.mailproviders import Provider
from tickets.rules.mailtrouble import cause_of


@dataclass(frozen=True)
class Trouble:
    """One trouble: the cause for scripts, a title, the next step, a page that helps (or ""), the server's words."""

    cause: str
    title: str
    step: str
    link: str
    said: str


def explain(said: str, provider: Provider | None = None) -> Trouble | None:
    """What this fault means for the person who connects the inbox; None when there is no fault."""
    cause = cause_of(said)
    if not cause:
        return None
    if cause == "password" and provider is not None and provider.app_password:
        cause = "app_password"
    if cause == "password" and provider is not None and provider.oauth == "microsoft":
        cause = "basic_off"
    title, step = _words(cause, provider.name if provider else "")
    link = provider.app_password if provider and cause == "app_password" else ""
    return Trouble(cause, title, step, link, said)


def _words(cause: str, name: str) -> tuple[str, str]:
    for table in (_of_accounts(name), _of_lines(), _of_mail()):
        if cause in table:
            return table[cause]
    return (
        _("The server refused."),
        _("Read its words below. If they do not help, send them to whoever runs your mail server."),
    )


def _of_accounts(name: str) -> dict[str, tuple[str, str]]:
    who = name or _("your provider")
    return {
        "password": (
            _("The account or the password is wrong."),
            _(
                "Type the password again. Some servers want the whole address as the account, others only its first"
                " part."
            ),
        ),
        "app_password": (
            _("An app password is needed."),
            _(
                "%(provider)s does not let programs in with your usual password. Make an app password there and type it"
                " here instead."
            )
            % {"provider": who},
        ),
        "basic_off": (
            _("Passwords are switched off for this account."),
            _(
                "Microsoft lets programs in only by signing in with Microsoft. Ask your administrator there, or use"
                " forwarding."
            ),
        ),
        "switched_off": (
            _("Reading by programs is switched off for this mailbox."),
            _("Open the settings of the mailbox at %(provider)s, switch on IMAP (or POP), and try again.")
            % {"provider": who},
        ),
        "api_key": (
            _("The provider does not accept our API key."),
            _(
                "Make a key at the provider that may send mail, for the right region, and check there that the domain"
                " of your address is verified."
            ),
        ),
        "expired": (
            _("The permission to read this mailbox has ended."),
            _("Sign in with the provider once more; nothing is lost, waiting mail comes in afterwards."),
        ),
        "too_many": (
            _("The server wants us to wait."),
            _("There were too many attempts or connections. Wait ten minutes, then try again."),
        ),
        "no_sign_in": (
            _("The server does not let anybody sign in on this line."),
            _("Choose an encryption other than “none”, or another port: 587 with STARTTLS, 465 with TLS."),
        ),
    }


def _of_lines() -> dict[str, tuple[str, str]]:
    return {
        "unset": (
            _("No server is set for this inbox."),
            _("Connect it again, or write its servers on the inbox's page."),
        ),
        "certificate": (
            _("The server's certificate is not right for its name."),
            _(
                "Write the server's name as it stands in the certificate, or ask whoever runs it for a valid"
                " certificate."
            ),
        ),
        "encryption": (
            _("Port and encryption do not fit together."),
            _("Usual pairs: 993 or 995 with TLS for reading, 465 with TLS or 587 with STARTTLS for sending."),
        ),
        "name": (
            _("There is no server of this name."),
            _("Check the spelling of the server. Your provider's help pages name it."),
        ),
        "timeout": (
            _("The server does not answer."),
            _("Check name and port. A firewall between us and the server may swallow what we send."),
        ),
        "blocked": (
            _("Nobody listens on this port, or it is blocked."),
            _("Check the port. Many networks block port 25: use 587 or 465 for sending."),
        ),
        "closed": (
            _("The server hung up."),
            _("Try again in a minute. If it goes on, port and encryption may not fit together."),
        ),
        "private": (
            _("This is not a public server."),
            _(
                "We only connect to public addresses. For a server in your own network, whoever runs this help desk"
                " must name it in EGRESS_ALLOW (host:port)."
            ),
        ),
    }


def _of_mail() -> dict[str, tuple[str, str]]:
    return {
        "folder": (
            _("There is no such folder."),
            _("Write the folder's name as the server knows it; INBOX always is."),
        ),
        "sender": (
            _("The server does not let this account send from this address."),
            _("Use the account that owns the address, or allow it to send for the address at your provider."),
        ),
        "recipient": (
            _("The server did not take the test mail for its recipient."),
            _("Choose another recipient for the test mail, or check that this account may send to others."),
        ),
    }
