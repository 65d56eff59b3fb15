"""What became of one recipient's copy, in words."""

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

Words = Promise | str

# By enhanced status code (RFC 3463), the exact ones first; the first digit tells whether it is for good.
EXACT: dict[str, Words] = {
    "1.1": _("There is no such address."),
    "1.2": _("The part after the @ does not exist."),
    "1.3": _("This is not a valid address."),
    "1.6": _("This address has moved and left no new one."),
    "1.10": _("This domain takes no mail."),
    "2.1": _("This mailbox is switched off."),
    "2.2": _("The mailbox is full."),
    "2.3": _("The mail is too big for this mailbox."),
    "3.4": _("The mail is too big for their server."),
    "4.1": _("Their server did not answer."),
    "4.4": _("We could not find their mail server."),
    "4.7": _("Their server could not be reached for days."),
    "7.1": _("Their server refuses mail from us."),
}
CLASSES: dict[str, Words] = {
    "1": _("Something is wrong with this address."),
    "2": _("Their mailbox did not take it."),
    "3": _("Their mail server has a problem."),
    "4": _("The way to their server was interrupted."),
    "5": _("Their server did not understand ours."),
    "6": _("Their server does not take this kind of content."),
    "7": _("Their server refuses it by its rules."),
}
SUSPENDED = "suspended: "
SCANNER = {
    "waits for the virus scanner": _(
        "The virus scanner has not looked at its files yet. It leaves as soon as they are clean."
    ),
    "the virus scanner found something in an attachment": _(
        "The virus scanner found something in a file of this message, so it was not sent."
    ),
}


def reason(state: str, status_code: str, error: str) -> Words:
    """Why a copy failed, or waits for another try; "" when nothing is wrong. The code and the server's own words
    stand beside it."""
    if state not in ("failed", "queued") or not (status_code or error):
        return ""
    if error in SCANNER:
        return SCANNER[error]
    if error.startswith(SUSPENDED):
        return _("Mail to this address is suspended: earlier mails came back, or its owner complained.")
    _class, _dot, detail = status_code.partition(".")
    found = EXACT.get(detail) or CLASSES.get(detail.partition(".")[0]) or ""
    if found:
        return found if state == "failed" else format_lazy("{} {}", found, _("We try again by ourselves."))
    return _("The mail was not taken.") if state == "failed" else _("Not taken yet. We try again by ourselves.")


def of_suspension(reason_: str, status_code: str) -> Words:
    """Why our mail no longer goes to an address."""
    if reason_ == "complaint":
        return _("They told their provider that our mail is spam.")
    return reason("failed", status_code, "") or _("Mail to it came back.")


# By how the error begins, in tickets/actions/voicing.py and channels/calls.py.
VOICED: dict[str, Words] = {
    "window: ": _("The time to answer there is over. Use an approved template, or another channel."),
    "stopped: ": _("They do not want messages from us there any more. Use another channel."),
    "sign-in refused: ": _("The network has locked us out. An administrator can mend it on the inbox's page."),
    "not reached: ": _("The network could not be reached."),
    "recipient: ": _("The network does not reach this person. Use another channel."),
    "template: ": _("The network refused this template. Choose another one, or have it mended there."),
    "file: ": _("The network did not take a file of this message. Send it smaller, or as another kind of file."),
    "slow down: ": _("We have sent too much there for the moment."),
    "another app: ": _(
        "Another program of ours has this conversation there. Take it over there, or use another channel."
    ),
}


def voiced(state: str, error: str) -> Words:
    """The same for what left by a messenger or a text message."""
    if state not in ("failed", "queued") or not error:
        return ""
    if error in SCANNER:
        return SCANNER[error]
    found = next((words for begin, words in VOICED.items() if error.startswith(begin)), "")
    if state == "failed":
        return found or _("The network did not take it.")
    return format_lazy("{} {}", found or _("The network did not take it yet."), _("We try again by ourselves."))
