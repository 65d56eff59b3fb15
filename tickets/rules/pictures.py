"""What a mail's HTML wants from elsewhere, and which files a person may be given. Pure."""

import re

# An address that is neither a part of the mail nor data; entities and control characters make it look like neither.
REMOTE = re.compile(r"<img\b[^<>]{0,2000}?\bsrc\s*=\s*[\"']?\s*(?!cid:|data:)[^\s\"'>]", re.I)
DRAWN = frozenset({"image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp", "application/pdf"})


def wants_remote(html: str) -> bool:
    """Whether pictures of this HTML lie elsewhere, so that showing them would tell their sender."""
    return bool(REMOTE.search(html))


def is_drawn(content_type: str, scan: str) -> bool:
    """Whether a preview is offered: a picture or PDF that no scanner holds back."""
    return content_type.lower() in DRAWN and scan in ("clean", "unscanned")
