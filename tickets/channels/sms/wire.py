"""What providers of text messages have in common: fields, passwords, and a message as all of them know it."""

import base64
import binascii
import json
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import phonenumbers

from customers.rules.identity import REGION, BadHandle, Handle, clean
from tickets.channels import calls, formdata
from tickets.channels.base import ProviderRequest
from tickets.happenings import Far, PeerNews, Said
from tickets.rules.stopwords import wish

# By these a provider that signs nothing shows that it knows the secret; they are kept nowhere.
PASSWORDS = ("secret", "token")
KINDS = {"image": "image", "video": "video", "audio": "audio"}
MOST_FILE = 20 * 1024 * 1024
CARDS = ("text/vcard", "text/x-vcard", "text/directory")


@dataclass(frozen=True)
class Text:
    """One call: words to a number, and addresses at which the provider finds the files."""

    to: str
    text: str
    media: tuple[str, ...] = ()

    @property
    def with_links(self) -> str:
        """The words for a provider that sends no files."""
        return "\n".join(part for part in (self.text, *self.media) if part)


def pairs(request: ProviderRequest) -> list[tuple[str, str]]:
    """The fields of a form. Raises ValueError for what is none."""
    return [(name, value) for name, values in formdata.fields(request).items() for value in values]


def query(request: ProviderRequest) -> dict[str, str]:
    """What the address itself says."""
    return dict(parse_qsl(urlsplit(request.path).query, keep_blank_values=True))


def fields(request: ProviderRequest) -> dict[str, Any]:
    """What is told: by a form, by JSON or by the address; without the password. Raises ValueError."""
    told: dict[str, Any] = query(request) if request.method == "GET" else {}
    body = request.body.strip()
    if body.startswith(b"{"):
        told |= json.loads(body)
    else:
        told |= dict(pairs(request))
    return {name: value for name, value in told.items() if name not in PASSWORDS}


def vouched(request: ProviderRequest, secrets: Mapping[str, str]) -> bool:
    """Whether the secret stands in the request: as the password, as a bearer's token, or in the address."""
    found = [query(request).get(name, "") for name in PASSWORDS] + [_password(request.headers or {})]
    return any(calls.same(word, secret) for word in found for secret in calls.valid(secrets))


def _password(headers: Mapping[str, str]) -> str:
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return rest.strip() if scheme.lower() == "bearer" else ""
    try:
        return base64.b64decode(rest, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def encoded(word: str) -> str:
    """A user and password as they stand in a header."""
    return base64.b64encode(word.encode()).decode()


def number(value: str, region: str = "") -> str:
    """A number in the one form that is stored; what is none (a name, a short code) stays as it is."""
    try:
        return clean(Handle("sms", value), region or REGION).value
    except BadHandle:
        return value.strip()


def shown(address: str) -> str:
    """A number as people write it, for somebody without a name."""
    bare = address.rpartition(":")[2]
    try:
        found = phonenumbers.parse(bare, None)
    except phonenumbers.NumberParseException:
        return bare
    if not phonenumbers.is_valid_number(found):
        return bare.removeprefix("+")
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def words(value: Any) -> str:
    """A field's text; a NUL is none of it."""
    return str(value if value is not None else "").replace("\x00", "")


def far(url: str, content_type: str = "") -> Far:
    """A file that the provider keeps."""
    name = urlsplit(url).path.rpartition("/")[2][:255]
    kind = content_type or mimetypes.guess_type(name)[0] or ""
    of = "contact" if kind in CARDS else KINDS.get(kind.partition("/")[0], "file")
    return Far(of, name if "." in name else "", kind, None, {"url": url})


def heard(said: Said, *, own_words: bool = False, kind: str = "") -> Said | PeerNews:
    """The message; one that is nothing but STOP, لغو or START is news of its sender. `own_words`: the provider itself
    confirms those that are not Persian. `kind`: what the provider took it for."""
    found = kind or ("" if said.files else wish(said.text))
    if not found:
        return said
    silent = own_words and said.text.isascii()
    return PeerNews(said.sender, found, said.text.strip()[:40], said.at, confirm=not silent)
