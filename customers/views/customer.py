"""The customer's page: who they are and their whole history."""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers import access, actions
from customers.actions import looking
from customers.queries import handles, organisations
from customers.rules.manners import CHANNELS, TONES
from customers.views import history
from customers.views.memory import card
from helpdesk.accounts.permit import permit
from helpdesk.core.http import Request


@permit("customer.view")
def customer(request: Request, pk: int) -> HttpResponse:
    """Identities, memory, and the history over all channels, older pages by key."""
    found = access.get(request.actor, pk)
    if found.pk != pk:
        flash.info(request, _("These two were joined. This is who they are now."))
        return redirect("customers:customer", pk=found.pk)
    held, past = handles.shown(found)
    facts = looking.facts(request.actor, found.pk, looking.PAGE)
    context: dict[str, Any] = {
        "customer": found,
        "handles": held,
        "past_handles": past,
        "channels": CHANNELS,
        "memberships": organisations.of_customer(found.pk),
        **history.shown(request, found),
    }
    return render(request, "desk/customer.html", card(request, found, facts=facts) | context)


def _one_of(given: str, known: tuple[str, ...]) -> str:
    return given if given in known else ""


@permit("customer.view", post="customer.change")
@require_POST
def change(request: Request, pk: int) -> HttpResponse:
    """Name, tags, and how they like to be written to."""
    found = access.get(request.actor, pk)
    given = request.POST
    language = given.get("language", "")
    tags = [tag.strip()[:60] for tag in given.get("tags", "").replace("،", ",").split(",") if tag.strip()]
    actions.change(
        by=request.actor,
        customer=found,
        name=given.get("name", "").strip()[:200],
        tags=tags,
        language=language if language in ("", "en", "fa") else "",
        tone=_one_of(given.get("tone", ""), TONES),
        channel=_one_of(given.get("channel", ""), CHANNELS),
    )
    flash.success(request, _("Saved."))
    return redirect("customers:customer", pk=pk)
