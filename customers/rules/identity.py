"""Who is who, as far as handles tell. Pure."""

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers

EMAIL = re.compile(r"[^@\s<>\"(),:;\[\]\\]{1,64}@[^@\s<>\"(),:;\[\]\\]{1,253}\Z")
KINDS = ("email", "phone", "external_id", "anonymous")


@dataclass(frozen=True)
class Handle:
    """One way to reach or recognise a person: `kind` and a value as it was typed."""

    kind: str
    value: str


class BadHandle(ValueError):
    """The value cannot be a handle of this kind."""


def clean(handle: Handle, region: str = "IR") -> Handle:
    """The handle in the one form that is stored and compared. Raises BadHandle.

    E-mail: lower case, NFC. Phone: E.164 (libphonenumber), digits of any script, `region` when no country is given.
    """
    value = unicodedata.normalize("NFC", handle.value.replace("\x00", "")).strip()
    if handle.kind == "email":
        value = value.lower()
        if len(value) > 254 or not EMAIL.match(value):
            raise BadHandle(handle.value)
    elif handle.kind == "phone":
        value = _e164(value, region)
    if not value or len(value) > 254 or handle.kind not in KINDS:
        raise BadHandle(handle.value)
    return Handle(handle.kind, value)


def _e164(value: str, region: str) -> str:
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException as error:
        raise BadHandle(value) from error
    if not phonenumbers.is_possible_number(number):
        raise BadHandle(value)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
