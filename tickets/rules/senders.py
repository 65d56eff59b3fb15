"""Providers that take a mail by their API, and what their answers mean. Pure.

Inbox settings: `send_by` (a key of APIS; "" is SMTP), `send_region` ("eu" for accounts there), `send_url` (a server
of one's own); the key is the sealed `send_key`.
"""

import re
from dataclasses import dataclass

from tickets.rules.sending import Refusal


@dataclass(frozen=True)
class Api:
    """A provider's name and addresses. `pair`: its key has two halves, `public:secret`; `keeps_id`: our Message-ID
    stays on the mail; `inline`: pictures can stand in the text. No `url`: it runs on servers of one's own."""

    key: str
    name: str
    url: str = ""
    eu: str = ""
    pair: bool = False
    keeps_id: bool = True
    inline: bool = True


APIS: dict[str, Api] = {
    one.key: one
    for one in (
        Api("brevo", "Brevo", "https://api.brevo.com/v3/", keeps_id=False, inline=False),
        Api("mailersend", "MailerSend", "https://api.mailersend.com/v1/", keeps_id=False),
        Api("mailgun", "Mailgun", "https://api.mailgun.net/v3/", "https://api.eu.mailgun.net/v3/"),
        Api("mailjet", "Mailjet", "https://api.mailjet.com/v3.1/", pair=True),
        Api("mandrill", "Mailchimp Transactional (Mandrill)", "https://mandrillapp.com/api/1.0/"),
        Api("postal", "Postal", keeps_id=False, inline=False),
        Api("postmark", "Postmark", "https://api.postmarkapp.com/"),
        Api("resend", "Resend", "https://api.resend.com/", keeps_id=False),
        Api("sendgrid", "SendGrid", "https://api.sendgrid.com/v3/", "https://api.eu.sendgrid.com/v3/"),
        Api(
            "sparkpost",
            "SparkPost",
            "https://api.sparkpost.com/api/v1/",
            "https://api.eu.sparkpost.com/api/v1/",
        ),
    )
}
# Mandrill and Postal say with 500 and with 200 what others say with 401.
KEY = re.compile(r"invalid_?key|invalid_?(server_?)?api_?key|unauthori[sz]ed|accessdenied", re.I)
SENDER = re.compile(r"\b(from|sender|signature|domain|verif\w+|unsigned)\b", re.I)


def refusal(status: int, said: str) -> Refusal:
    """What an answer other than "taken" means. Trouble with the account ends no mail: it waits until that is mended."""
    if status in (401, 402, 403, 404, 405) or KEY.search(said):
        return Refusal("sign_in", lasting=False)
    if status in (408, 409, 425, 429) or (status >= 500 and "ValidationError" not in said):
        return Refusal("server", lasting=False)
    if SENDER.search(said):
        return Refusal("server", lasting=False)
    return Refusal("content", lasting=True)
