"""What somebody said by a messenger, in the words that stand in the thread."""

from django.utils.translation import gettext_lazy as _

from tickets.happenings import Said

WORDS = {
    "image": _("picture"),
    "video": _("video"),
    "audio": _("voice message"),
    "file": _("file"),
    "sticker": _("sticker"),
    "share": _("shared post"),
    "story_mention": _("mention in a story"),
    "location": _("place"),
    "contact": _("contact"),
}


def text(said: Said) -> str:
    """The words of a message; of one that we cannot show, the provider's name for it stands in brackets."""
    lines = [said.text.replace("\x00", "")]
    if said.unsupported:
        lines.append(f"[{said.unsupported}]")
    return "\n".join(line for line in lines if line)


def kinds(said: Said) -> str:
    """What a message without words brings."""
    found = [str(WORDS.get(one.kind, one.kind)) for one in said.files] or [said.unsupported]
    return ", ".join(dict.fromkeys(word for word in found if word)) or "…"
