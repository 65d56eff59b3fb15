"""Connectors to shops: made, changed, heard, asked. Secrets are sealed and never read back."""

import base64
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.actions import events
from customers.actions.events import Taken
from customers.models import Connector, Order
from customers.rules.happenings import Happening, Who
from helpdesk.accounts.rules.policy import SYSTEM, Actor, can
from helpdesk.core import audit, clock
from helpdesk.core.errors import Invalid, NotAllowed, NotFound
from helpdesk.core.events import emit
from helpdesk.core.secrets import seal, unseal

KINDS = ("shopify", "woocommerce", "store")
# These make their secret up themselves; ours is shown once and pasted there.
OURS = {"woocommerce", "store"}
HEARTBEAT = timedelta(seconds=20)
BATCH = 1000


def _allow(by: Actor) -> None:
    if not can(by, "connector.manage"):
        raise NotAllowed


@transaction.atomic
def add(*, by: Actor, kind: str, name: str, shop: str = "", secret: str = "") -> tuple[Connector, str]:
    """A new connector, and its secret where we made it up: this is the only time that it can be seen."""
    _allow(by)
    if kind not in KINDS:
        raise Invalid({"kind": _("Choose the kind of shop.")})
    if not name.strip():
        raise Invalid({"name": _("Write a name.")})
    if kind not in OURS and not secret.strip():
        raise Invalid({"secret": _("Paste the secret that the shop signs with.")})
    made = "" if secret.strip() else f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
    row = Connector.objects.create(
        kind=kind,
        name=name.strip()[:80],
        key=secrets.token_urlsafe(24),
        secret=seal(secret.strip() or made),
        shop=host(shop),
        created_at=clock.now(),
    )
    audit.record(by, "connector.added", f"connector:{row.pk}", {"kind": kind, "name": row.name})
    return row, made


def host(typed: str) -> str:
    """The name of the shop's server out of what was typed. Raises Invalid."""
    plain = typed.strip().lower().removeprefix("https://").removeprefix("http://").rstrip("/")
    allowed = all(letter.isalnum() or letter in "-.:/_~" for letter in plain)
    if plain and (not allowed or "." not in plain.split("/")[0].split(":")[0] or len(plain) > 200):
        raise Invalid({"shop": _("Write the shop’s address, such as shop.example.com.")})
    return plain


@transaction.atomic
def change(
    *, by: Actor, connector: Connector, name: str, shop: str, secret: str, credentials: str, is_active: bool
) -> Connector:
    """Changes it; an empty secret or empty credentials leave what is there."""
    _allow(by)
    row = _locked(connector.pk)
    if not name.strip():
        raise Invalid({"name": _("Write a name.")})
    row.name, row.shop, row.is_active = name.strip()[:80], host(shop), is_active
    if secret.strip():
        row.secret = seal(secret.strip())
    if credentials.strip():
        row.credentials = seal(credentials.strip())
    row.save()
    facts = {"name": row.name, "secret": bool(secret.strip()), "credentials": bool(credentials.strip())}
    audit.record(by, "connector.changed", f"connector:{row.pk}", facts)
    return row


@transaction.atomic
def remove(*, by: Actor, connector: Connector) -> None:
    """Takes it away; what it told stays with the customers."""
    _allow(by)
    row = _locked(connector.pk)
    row.delete()
    audit.record(by, "connector.removed", f"connector:{connector.pk}", {"name": connector.name})


def _locked(pk: int) -> Connector:
    row = Connector.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def secret_of(connector: Connector) -> str:
    """What its requests are signed with; "" when it was sealed elsewhere, which makes none genuine."""
    return unseal(connector.secret) if connector.secret else ""


def credentials_of(connector: Connector) -> str:
    """What it is asked with."""
    return unseal(connector.credentials) if connector.credentials else ""


def source_of(connector: Connector) -> str:
    """The source of its events."""
    return f"shop:{connector.pk}"


def hear(connector: Connector, told: Iterable[Happening]) -> Taken:
    """Takes in what the shop told. Who is named by an order is who that order belongs to."""
    known = _settled(connector, list(told))
    taken = Taken(0, 0, [])
    for start in range(0, len(known), BATCH):
        part = dict(enumerate(known[start : start + BATCH], start))
        one = events.take_in(by=SYSTEM, told=part, source=source_of(connector), how="shop")
        refused = [*taken.refused, *one.refused]
        taken = Taken(taken.accepted + one.accepted, taken.duplicate + one.duplicate, refused)
    note(connector, told=taken.accepted, error=str(taken.refused[0].reason) if taken.refused else "")
    return taken


def _settled(connector: Connector, told: list[Happening]) -> list[Happening]:
    """Those whose customer can be known: by their handle, or by their order."""
    refs = [one.who.value for one in told if one.who.kind == "order"]
    orders = Order.objects.filter(source=source_of(connector), ref__in=refs) if refs else Order.objects.none()
    owners = dict(orders.values_list("ref", "customer_id"))
    named = [
        replace(one, who=Who("id", str(owners[one.who.value])))
        for one in told
        if one.who.kind == "order" and one.who.value in owners
    ]
    return [one for one in told if one.who.kind != "order"] + named


def trouble_text(why: str, about: str) -> str:
    """What went wrong, in the reader's language."""
    return gettext(why) % {"about": about} if "%(about)s" in why else gettext(why)


def note(connector: Connector, *, told: int = 0, error: str = "", about: str = "") -> None:
    """How the last request went, for the page of the connector; no more than three times a minute each.

    `error` is English that has a translation, `about` what it speaks of: whoever looks reads it in their language.
    """
    row = Connector.objects.filter(pk=connector.pk)
    last = connector.last_error_at if error else connector.last_success_at
    if not told and last is not None and clock.now() - last < HEARTBEAT:
        return
    if error:
        row.update(last_error=f"{error}\n{about[:100]}"[:300], last_error_at=clock.now(), told=F("told") + told)
    else:
        row.update(last_success_at=clock.now(), told=F("told") + told)


@transaction.atomic
def begin_import(*, by: Actor, connector: Connector) -> None:
    """Has the past brought in, page by page, by a worker; from where it came to, if it was cut short."""
    _allow(by)
    row = _locked(connector.pk)
    if not row.credentials or not row.shop:
        raise Invalid({"credentials": _("Write the shop’s address and its access key first.")})
    emit("shop.import", {"connector": row.pk})
    audit.record(by, "connector.changed", f"connector:{row.pk}", {"import": True})


@transaction.atomic
def came_to(connector: Connector, cursor: str, count: int) -> None:
    """The import came so far; the next page is due unless this was the last."""
    Connector.objects.filter(pk=connector.pk).update(cursor=cursor, imported=F("imported") + count)
    if cursor:
        emit("shop.import", {"connector": connector.pk})
