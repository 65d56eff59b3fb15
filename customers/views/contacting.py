"""What somebody allows, beside their page; who looked at them, for leads; and the rules for coming unasked."""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customers import access
from customers.actions import consent as actions
from customers.actions import contact as policy_actions
from customers.actions import looking
from customers.models import Customer, PrivacyPolicy
from customers.purposes import ASKS, CHOICES
from customers.queries import contact as queries
from customers.queries import looks as looks_queries
from customers.templatetags.consent import ASK_WORDS
from helpdesk.accounts.permit import permit
from helpdesk.accounts.rules.policy import can
from helpdesk.core.errors import Invalid, NotFound, Stale, Text
from helpdesk.core.hours import hours_rows, posted_hours
from helpdesk.core.http import Request
from helpdesk.core.locale import current
from helpdesk.core.rules.digits import digits_to_ascii, digits_to_persian


@permit("customer.view", post="customer.change")
def consent(request: Request, pk: int) -> HttpResponse:
    """The card: what stands and what proves it; POST: one more line of the ledger, or no contact at all."""
    found = access.get(request.actor, pk)
    errors: dict[str, Text] = {}
    if request.method == "POST":
        try:
            _written(request, found)
            flash.success(request, _("Saved."))
            return redirect("customers:customer", pk=found.pk)
        except Invalid as error:
            errors = error.errors
    template = "desk/_consent.html" if request.htmx else "desk/consent.html"
    return render(request, template, _card(request, found) | {"errors": errors}, status=422 if errors else 200)


def _written(request: Request, customer: Customer) -> None:
    given = request.POST
    what = given.get("what", "")
    if what == "alone":
        actions.leave_alone(by=request.actor, customer=customer, reason=given.get("reason", ""))
    elif what == "again":
        actions.may_again(by=request.actor, customer=customer)
    elif what in ("yes", "no"):
        purpose, _sep, channel = given.get("purpose", "").partition(".")
        words, agreed = given.get("words", ""), what == "yes"
        facts = {"purpose": purpose, "channel": channel, "words": words, "how": "desk"}
        actions.record(by=request.actor, customer=customer, given=agreed, **facts)
    else:
        raise NotFound


def _card(request: Request, customer: Customer) -> dict[str, Any]:
    return {
        "customer": customer,
        "purposes": queries.by_purpose(customer.pk),
        "silence": queries.silence(customer.pk),
        "wish": queries.wish(customer.pk),
        "ledger": queries.ledger(customer.pk),
        "choices": [(slug, one) for slug, one in CHOICES.items()],
        "may_see_looks": can(request.actor, "look.view"),
        "typed": request.POST,
    }


@permit("look.view")
@require_safe
def looks(request: Request, pk: int) -> HttpResponse:
    """Who of us looked at somebody, and when, with names."""
    found = access.get(request.actor, pk)
    looking.note(request.actor, found.pk, looking.PAGE)
    context = {"customer": found, "looks": looks_queries.looks(found.pk, by_name=True)}
    return render(request, "desk/looks.html", context)


@permit("privacy.manage")
def settings(request: Request) -> HttpResponse:
    """The one budget, when we may come unasked, what is asked before, and whether people read names."""
    row, errors = queries.policy(), dict[str, Any]()
    if request.method == "POST":
        try:
            _save(request)
            flash.success(request, _("Saved."))
            return redirect("customers:contact_settings")
        except Invalid as error:
            errors = error.errors
        except Stale as error:
            errors = {"__all__": error.message}
    context = {"errors": errors, "row": row, "asks": ASK_WORDS.items(), **_form(request.POST if errors else None, row)}
    return render(request, "settings/contact.html", context, status=422 if errors else 200)


def _form(typed: QueryDict | None, row: PrivacyPolicy) -> dict[str, Any]:
    """What the fields show: what is kept, or what was typed and refused."""
    hours = posted_hours(typed) if typed is not None else row.hours
    own = queries.limits(row)
    purposes = []
    for slug, one in CHOICES.items():
        kept = {"ask": queries.asks(row, slug), "most": "", "days": ""}
        if slug in own:
            kept |= {"most": shown_number(own[slug].most), "days": shown_number(own[slug].days)}
        if typed is not None:
            kept |= {name: typed.get(f"{slug}.{name}", "")[:9] for name in kept}
        purposes.append({"slug": slug, "purpose": one, **kept})
    plain = {"most": shown_number(row.most), "days": shown_number(row.days)}
    return {
        "purposes": purposes,
        "given": plain if typed is None else {name: typed.get(name, "")[:9] for name in plain},
        "names": row.shows_names if typed is None else bool(typed.get("names")),
        "days": hours_rows(hours, persian=typed is None and current().persian),
    }


def _save(request: Request) -> None:
    given = request.POST
    policy_actions.change_policy(
        by=request.actor,
        most=number(given.get("most", "")),
        days=number(given.get("days", "")),
        hours=posted_hours(given),
        purposes={slug: _purpose(given, slug) for slug in CHOICES},
        shows_names=bool(given.get("names")),
        version=number(given.get("version", "")),
    )


def _purpose(given: QueryDict, slug: str) -> dict[str, Any]:
    asked, most = given.get(f"{slug}.ask", ""), given.get(f"{slug}.most", "").strip()
    kept: dict[str, Any] = {"ask": asked} if asked in ASKS else {}
    if most or given.get(f"{slug}.days", "").strip():
        kept |= {"most": number(most), "days": number(given.get(f"{slug}.days", ""))}
    return kept


def number(text: str) -> int:
    """The number that was typed, with digits of any kind; -1, which no rule takes, for what is none."""
    plain = digits_to_ascii(text.strip())
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 7 else -1


def shown_number(found: int) -> str:
    """A number in a field, in the reader's digits."""
    return digits_to_persian(str(found)) if current().persian else str(found)
