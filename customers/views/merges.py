"""Who is who: joining with another customer after a preview, giving a part away, and taking either back."""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers import access, actions
from customers import queries as customer_queries
from customers.actions import merging, splitting
from customers.models import Customer
from customers.queries import duplicates
from customers.queries import merging as queries
from customers.rules import merging as rules
from customers.rules.identity import Handle, guess_kind
from helpdesk.accounts.permit import permit
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.http import Request, offer_undo
from helpdesk.core.rules.digits import digits_to_ascii

MOST_FOUND = 20


@permit("customer.view", post="customer.merge")
def merge(request: Request, pk: int) -> HttpResponse:
    """Search for the other one, look at what joining would do, choose who goes on with which facts, join."""
    found = access.get(request.actor, pk)
    if found.pk != pk:
        return redirect("customers:merge", pk=found.pk)
    other = _other(request, found)
    errors: dict[str, Any] = {}
    if request.method == "POST" and other is not None:
        try:
            return _merge(request, found, other)
        except Invalid as error:
            errors = error.errors
        except Conflict as error:
            errors = {"other": error.message}
    typed = request.GET.get("q", "").strip()[:200]
    hits = customer_queries.search(access.visible(request.actor), typed, MOST_FOUND) if typed and not other else []
    context = {
        "customer": found,
        "typed": typed,
        "hits": [one for one in hits if one.pk != found.pk],
        "preview": queries.preview(found, other) if other else None,
        "errors": errors,
    }
    return render(request, "desk/customer_merge.html", context, status=422 if errors else 200)


def _other(request: Request, found: Customer) -> Customer | None:
    """Who was chosen, if it is somebody else who may be seen."""
    raw = (request.POST.get("other") or request.GET.get("other", "")).strip()
    if not (raw.isascii() and raw.isdigit() and len(raw) < 18):
        return None
    other = access.get(request.actor, int(raw))
    return other if other.pk != found.pk else None


def _merge(request: Request, found: Customer, other: Customer) -> HttpResponse:
    turned = request.POST.get("keep") == "other"
    survivor, gone = (other, found) if turned else (found, other)
    fields = {name: request.POST[f"field_{name}"] for name in rules.FIELDS if request.POST.get(f"field_{name}")}
    if turned:
        # The page names the two as this one and the other one, whoever goes on.
        swapped = {rules.SURVIVOR: rules.OTHER, rules.OTHER: rules.SURVIVOR}
        fields = {name: swapped.get(choice, choice) for name, choice in fields.items()}
    made = merging.merge(by=request.actor, survivor=survivor, other=gone, fields=fields)
    text = _("%(other)s and %(survivor)s are one customer now.")
    names = {"other": gone.name or f"#{gone.pk}", "survivor": survivor.name or f"#{survivor.pk}"}
    offer_undo(request, text % names, reverse("customers:merge_undo", args=[made.pk]))
    return redirect("customers:customer", pk=survivor.pk)


@permit("customer.view", post="customer.merge")
@require_POST
def undo(request: Request, pk: int) -> HttpResponse:
    """Takes a joining or parting back."""
    row = merging.undo(by=request.actor, merge=access.get_merge(request.actor, pk))
    flash.success(request, _("Taken back. Everything is whose it was, and what came in since is with its sender."))
    return redirect("customers:customer", pk=row.survivor_id)


@permit("customer.view")
def merges(request: Request, pk: int) -> HttpResponse:
    """What was decided about who this is; as a card of the customer's page, or by itself."""
    found = access.get(request.actor, pk)
    context = {"customer": found, "decisions": queries.decisions(found), "questions": duplicates.of(found)}
    return render(request, "desk/_customer_merges.html" if request.htmx else "desk/customer_merges.html", context)


@permit("customer.view", post="customer.merge")
def split(request: Request, pk: int) -> HttpResponse:
    """Handles and messages that are somebody else's go to them."""
    found = access.get(request.actor, pk)
    errors: dict[str, Any] = {}
    if request.method == "POST":
        try:
            return _split(request, found)
        except Invalid as error:
            errors = error.errors
        except Conflict as error:
            errors = {"into": error.message}
    before = _number(request.GET.get("before", ""))
    said = queries.said(request.actor, found, before)
    context = {
        "customer": found,
        "identities": found.identities.order_by("id"),
        "said": said,
        "earlier": said[-1].pk if len(said) >= 50 else 0,
        "chosen": [_number(raw) for raw in request.POST.getlist("messages")],
        "handles": [_number(raw) for raw in request.POST.getlist("identities")],
        "into": request.POST.get("into", ""),
        "name": request.POST.get("name", ""),
        "errors": errors,
    }
    return render(request, "desk/customer_split.html", context, status=422 if errors else 200)


def _split(request: Request, found: Customer) -> HttpResponse:
    made = splitting.split(
        by=request.actor,
        customer=found,
        messages=[_number(raw) for raw in request.POST.getlist("messages")],
        identities=[_number(raw) for raw in request.POST.getlist("identities")],
        into=named(request, request.POST.get("into", "").strip()),
        name=request.POST.get("name", "").strip()[:200],
    )
    who = made.other.name or f"#{made.other_id}"
    offer_undo(request, _("It is %(who)s's now.") % {"who": who}, reverse("customers:merge_undo", args=[made.pk]))
    return redirect("customers:customer", pk=made.other_id)


def named(request: Request, raw: str) -> Customer | None:
    """The customer whose address or number was typed; nobody for nothing."""
    if not raw:
        return None
    plain = digits_to_ascii(raw)
    try:
        if plain.startswith("#") and plain[1:].isdigit() and len(plain) < 18:
            return access.get(request.actor, int(plain[1:]))
        there = actions.find(Handle(guess_kind(raw), raw))
    except (Invalid, NotFound):
        there = None
    if there is None:
        raise Invalid({"into": _("Nobody has this address or number. Leave it empty for a new customer.")})
    return there


def _number(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 18 else 0
