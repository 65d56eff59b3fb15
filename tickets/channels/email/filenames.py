"""What a file may be called: a label for people, never a path."""

import mimetypes
import re
import unicodedata

FORBIDDEN = re.compile(r"[<>:\"|?*`]")
KEPT = 200
# Parts that mail programs make themselves go by one name everywhere.
KNOWN = {
    "application/pgp-signature": "signature.asc",
    "application/pgp-encrypted": "encryption.txt",
    "application/pgp-keys": "key.asc",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/ms-tnef": "winmail.dat",
    "application/vnd.ms-tnef": "winmail.dat",
    "message/delivery-status": "delivery-status.txt",
    "message/global-delivery-status": "delivery-status.txt",
    "message/disposition-notification": "receipt.txt",
    "message/feedback-report": "feedback-report.txt",
    "text/rfc822-headers": "headers.txt",
    "message/rfc822-headers": "headers.txt",
    "message/global-headers": "headers.txt",
    "text/calendar": "invitation.ics",
}
ENDINGS = {"text/plain": ".txt", "text/x-vcard": ".vcf", "text/vcard": ".vcf", "text/directory": ".vcf"}


def clean(name: str, content_type: str = "", number: int = 1) -> str:
    """A short honest name: no folders, no hidden or turning signs, never empty, its ending kept."""
    text = unicodedata.normalize("NFC", name.replace("\0", ""))
    text = "".join(sign for sign in text if unicodedata.category(sign)[0] != "C" or sign == "\u200c")
    text = FORBIDDEN.sub("_", text.replace("\\", "/").rpartition("/")[2])
    text = " ".join(text.split()).lstrip(". ").rstrip(". ")
    return _short(text) or fallback(content_type, number)


def fallback(content_type: str, number: int) -> str:
    """A name for a file that came without one."""
    if content_type in ("message/rfc822", "message/global"):
        return f"message-{number}.eml"
    if content_type in KNOWN:
        return KNOWN[content_type]
    ending = ENDINGS.get(content_type) or mimetypes.guess_extension(content_type)
    return f"file-{number}{ending or '.bin'}"


def _short(text: str) -> str:
    stem, dot, ending = text.rpartition(".")
    if len(text) <= KEPT:
        return text
    return f"{stem[: KEPT - 20]}.{ending}" if dot and len(ending) <= 15 else text[:KEPT]
