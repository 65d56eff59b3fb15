"""For what we come to people unasked: each purpose with its words, its channels and what stands unless an admin says
otherwise. Whoever contacts somebody names one of these to actions/contact; a purpose that is not here is refused.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OUT, IN, DOUBLE = "out", "in", "double"
ASKS = (OUT, IN, DOUBLE)
MAIL_AND_PHONES = ("email", "sms", "phone", "telegram", "whatsapp")


@dataclass(frozen=True)
class Purpose:
    """`about`: the words that a person says yes or no to. `ask`: out (allowed until they say no), in, or double (only
    when they said yes and followed the link we mailed). `spends`: it costs of the one budget. `is_answer`: what they
    asked for themselves, always allowed."""

    word: str | Promise
    about: str | Promise
    channels: tuple[str, ...]
    ask: str = OUT
    spends: bool = True
    is_answer: bool = False


PURPOSES: dict[str, Purpose] = {
    "service": Purpose(
        _("Answers"), _("Answers to what you ask us."), (*MAIL_AND_PHONES, "chat"), spends=False, is_answer=True
    ),
    "survey": Purpose(_("Surveys"), _("You may ask me now and then how you did."), (*MAIL_AND_PHONES, "chat"), ask=OUT),
    "followup": Purpose(
        _("Follow-ups"), _("You may ask me later whether all is well now."), (*MAIL_AND_PHONES, "chat"), ask=OUT
    ),
    "chat": Purpose(_("First words in the chat"), _("You may speak to me first in the chat."), ("chat",), ask=OUT),
    "marketing": Purpose(_("News and offers"), _("You may send me news and offers."), MAIL_AND_PHONES, ask=DOUBLE),
    "pages": Purpose(
        _("Pages that I visit"),
        _("You may keep in my history which of your pages I visit."),
        ("website",),
        ask=IN,
        spends=False,
    ),
}
# What a person can say yes or no to.
CHOICES = {slug: one for slug, one in PURPOSES.items() if not one.is_answer}
