"""What was typed on the page that connects an inbox, and what is kept of it between two tries."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from customers.rules.identity import BadHandle, Handle, clean
from helpdesk.core import secrets as sealed
from helpdesk.core.http import Request
from tickets.channels.email.guess import provider_of
from tickets.channels.email.receiving import OLD
from tickets.models import Inbox
from tickets.rules import mailproviders
from tickets.rules.mailproviders import Provider, Way

SERVERS = ("in_host", "in_port", "in_tls", "in_user", "smtp_host", "smtp_port", "smtp_tls", "smtp_user")
WORDS = ("signature_en", "signature_fa", "ack_en", "ack_fa", "ack_closed_en", "ack_closed_fa")
TEXTS = ("address", "name", "team", "receive", "in_folder", "old", "test_to", "guessed_for", *SERVERS, *WORDS)
SWITCHES = ("ack", "from_person", "pop_delete")
PASSWORDS = ("password", "smtp_password")
WAYS = ("imap", "pop")
KEPT = "connecting"
LONGEST = 5000


@dataclass
class Typed:
    """The page's values, the passwords apart, so that no template can show them."""

    values: dict[str, Any]
    passwords: dict[str, str]
    errors: dict[str, Any]
    provider: Provider | None = None

    @property
    def address(self) -> str:
        """The address that customers write to."""
        return str(self.values["address"])

    @property
    def old(self) -> str:
        """What is to become of the mail that is there already; "" while nobody has said it."""
        said = str(self.values["old"])
        return said if said in OLD[str(self.values["receive"])] else ""

    def settings(self) -> dict[str, Any]:
        """As an inbox keeps it, secrets included."""
        values, by = self.values, self.values["receive"]
        plain: dict[str, Any] = {name: values[name] for name in (*WORDS, *SWITCHES)}
        plain |= {f"smtp_{part}": values[f"smtp_{part}"] for part in ("host", "tls", "user")}
        plain |= {f"{by}_{part}": values[f"in_{part}"] for part in ("host", "tls", "user")}
        plain |= {"receive": by, "smtp_port": int(values["smtp_port"]), f"{by}_port": int(values["in_port"])}
        plain["imap_folder"] = values["in_folder"] or "INBOX"
        given, own = self.passwords.get("password", ""), self.passwords.get("smtp_password", "")
        if given:
            # Who types a password no longer wants to sign in with a provider.
            plain["oauth"] = ""
        return plain | {f"{by}_password": given, "smtp_password": own or given}


def fresh(name: str, team: str) -> Typed:
    """An empty page."""
    blank = dict.fromkeys(TEXTS, "")
    return Typed(
        blank | {"receive": "imap", "name": name, "team": team, "ack": True, "from_person": True, "pop_delete": False},
        {},
        {},
    )


def of(inbox: Inbox) -> Typed:
    """The page of an inbox that is there."""
    kept, by = inbox.settings, str(inbox.settings.get("receive") or "imap")
    values: dict[str, Any] = {name: kept.get(name, "") for name in (*TEXTS, "in_folder")}
    values |= {f"in_{part}": kept.get(f"{by}_{part}", "") for part in ("host", "port", "tls", "user")}
    values |= {"address": inbox.address, "name": inbox.name, "team": inbox.team_id or "", "receive": by}
    values |= {"ack": bool(kept.get("ack")), "from_person": kept.get("from_person", True)}
    values["pop_delete"] = bool(kept.get("pop_delete"))
    values["in_folder"] = kept.get("imap_folder", "")
    hosts = (str(values["in_host"]), str(values["smtp_host"]))
    return Typed(values, {}, {}, mailproviders.by_servers(*hosts))


def read(request: Request, inbox: Inbox | None) -> Typed:
    """What was typed, with servers filled in where none were given. `errors` says what cannot be used."""
    post = request.POST
    values: dict[str, Any] = {name: post.get(name, "").strip()[:LONGEST] for name in TEXTS}
    values |= {name: bool(post.get(name)) for name in SWITCHES}
    values["receive"] = values["receive"] if values["receive"] in WAYS else "imap"
    if inbox is not None:
        values["address"] = inbox.address
    typed = Typed(values, {}, {})
    _check(typed)
    typed.passwords = _passwords(request, typed.address)
    if not typed.errors:
        _fill(typed)
        _check_servers(typed)
    if not typed.errors and not typed.passwords.get("password") and inbox is None:
        typed.errors["password"] = _("Type the mailbox's password.")
    return typed


def _check(typed: Typed) -> None:
    try:
        typed.values["address"] = clean(Handle("email", typed.address)).value
    except BadHandle:
        typed.errors["address"] = _("Write an e-mail address such as support@example.com.")
    if not typed.values["name"]:
        typed.errors["name"] = _("Give the inbox a name.")


def _fill(typed: Typed) -> None:
    values = typed.values
    domain = f"{values['receive']} {mailproviders.domain_of(typed.address)}"
    if values["guessed_for"] not in ("", domain):
        values |= dict.fromkeys(SERVERS, "")
    guessed = None
    if not values["in_host"] or not values["smtp_host"]:
        guessed = provider_of(typed.address)
        incoming = guessed.pop if values["receive"] == "pop" else guessed.imap
        _way(values, "in", incoming)
        _way(values, "smtp", guessed.smtp)
        values["guessed_for"] = domain
    found = mailproviders.by_servers(values["in_host"], values["smtp_host"])
    typed.provider = found or (guessed if guessed and guessed.key else None)


def _way(values: dict[str, Any], side: str, way: Way) -> None:
    if not values[f"{side}_host"]:
        values |= {f"{side}_host": way.host, f"{side}_port": str(way.port), f"{side}_tls": way.security}


def _check_servers(typed: Typed) -> None:
    usual = {"in": {"imap": "993", "pop": "995"}[typed.values["receive"]], "smtp": "587"}
    for side in ("in", "smtp"):
        typed.values[f"{side}_user"] = typed.values[f"{side}_user"] or typed.address
        port = typed.values[f"{side}_port"] = typed.values[f"{side}_port"] or usual[side]
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            typed.errors[f"{side}_port"] = _("Write a number from 1 to 65535.")
        if typed.values[f"{side}_tls"] not in ("ssl", "starttls", "none"):
            typed.values[f"{side}_tls"] = "starttls" if port in ("587", "143", "110") else "ssl"


def _passwords(request: Request, address: str) -> dict[str, str]:
    """Those just typed, else those of the last try for this address, kept sealed in the session for that long."""
    kept = request.session.get(KEPT) or {}
    old = kept if kept.get("address") == address else {}
    given = {name: request.POST.get(name, "") for name in PASSWORDS}
    boxes = {name: sealed.seal(value) if value else old.get(name, "") for name, value in given.items()}
    request.session[KEPT] = boxes | {"address": address}
    return {name: sealed.unseal(box) if box else "" for name, box in boxes.items()}


def forget(request: Request) -> None:
    """Nothing of what was typed stays in the session."""
    request.session.pop(KEPT, None)
