"""What somebody allows us, when they like to be written to, and the link by which they confirm it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.actions import consent as actions
from customers.actions.entry import actor_of
from customers.models import PortalSession
from customers.purposes import CHOICES
from customers.queries import contact as queries
from helpdesk.accounts.access import workspace
from helpdesk.accounts.actions.common import timezones
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.hours import hours_rows, posted_hours
from tickets.views.portal.common import PortalRequest, page, show

THEIR_WISH = "their own wish"


@page(needs="customer")
@require_safe
def contact(request: PortalRequest, language: str) -> HttpResponse:
    """What they allow, in the words they said yes or no to; when; and whether they want to be left alone."""
    return _shown(request, language)


def _session(request: PortalRequest) -> PortalSession:
    assert request.portal is not None, "the page needs a customer"
    return request.portal


def _shown(request: PortalRequest, language: str, **more: Any) -> HttpResponse:
    pk = _session(request).customer_id
    wished, usual = queries.wish(pk), _("as ours: %(zone)s") % {"zone": workspace().timezone}
    context = {
        "purposes": queries.by_purpose(pk),
        "silence": queries.silence(pk),
        "zone": wished.timezone if wished else "",
        "zones": [("", usual), *((zone, zone) for zone in timezones())],
        "days": hours_rows(wished.hours if wished else {}, persian=language == "fa"),
        "done": request.GET.get("done", ""),
        **more,
    }
    return show(request, language, "portal/contact.html", context, status=422 if more.get("errors") else 200)


@page(needs="customer")
@require_POST
def change(request: PortalRequest, language: str, what: str) -> HttpResponse:
    """One of the page's forms: what they allow, when, or whether they want to be left alone."""
    steps = {"allow": _allow, "hours": _hours, "alone": _alone, "again": _again}
    if what not in steps:
        raise NotFound
    try:
        done = steps[what](request, language)
    except Invalid as error:
        days = hours_rows(posted_hours(request.POST), persian=False)
        return _shown(request, language, errors=error.errors, days=days, zone=request.POST.get("timezone", ""))
    return redirect(f"/{language}/me/contact/?done={done}")


def _allow(request: PortalRequest, language: str) -> str:
    """All boxes of the page: those that are ticked are a yes, the others a no."""
    ticked = set(request.POST.getlist("yes"))
    wanted = {(slug, one): f"{slug}.{one}" in ticked for slug, each in CHOICES.items() for one in each.channels}
    pending = actions.choose(session=_session(request), wanted=wanted, language=language)
    return "mailed" if pending else "allow"


def _hours(request: PortalRequest, language: str) -> str:
    customer, zone = _session(request).customer, request.POST.get("timezone", "")[:64]
    actions.wish(by=actor_of(customer), customer=customer, timezone=zone, hours=posted_hours(request.POST))
    return "hours"


def _alone(request: PortalRequest, language: str) -> str:
    customer = _session(request).customer
    actions.leave_alone(by=actor_of(customer), customer=customer, reason=THEIR_WISH)
    return "alone"


def _again(request: PortalRequest, language: str) -> str:
    customer = _session(request).customer
    actions.may_again(by=actor_of(customer), customer=customer)
    return "again"


@page(needs="link")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: PortalRequest, language: str, token: str) -> HttpResponse:
    """What was asked, and one button that confirms it; opening the link alone confirms nothing."""
    asked = actions.asked_by(token)
    done = request.method == "POST"
    made = actions.confirm(token=token) if done else 0
    words = list(dict.fromkeys(row.words for row in asked))
    context = {"asked": asked, "words": words, "done": done, "made": made, "private_page": True}
    return show(request, language, "portal/confirm.html", context)
