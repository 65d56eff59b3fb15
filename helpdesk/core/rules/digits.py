"""Digits of the three kinds people type: 123, ۱۲۳, ١٢٣."""

PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
ARABIC = "٠١٢٣٤٥٦٧٨٩"
_TO_PERSIAN = {ord("0") + n: PERSIAN[n] for n in range(10)}
_TO_ASCII = {ord(kind[n]): str(n) for kind in (PERSIAN, ARABIC) for n in range(10)}


def digits_to_ascii(text: str) -> str:
    """Persian and Arabic digits become 0-9; all else stays."""
    return text if text.isascii() else text.translate(_TO_ASCII)


def digits_to_persian(text: str) -> str:
    """0-9 and Arabic digits become Persian ones; all else stays."""
    return digits_to_ascii(text).translate(_TO_PERSIAN)


def number(value: int | float, language: str, grouped: bool = True) -> str:
    """A number for people: 12,345.5 in English, ۱۲٬۳۴۵٫۵ in Persian."""
    text = f"{value:,}" if grouped else str(value)
    if language != "fa":
        return text
    return digits_to_persian(text.replace(",", "٬").replace(".", "٫").replace("-", "\u2212"))
