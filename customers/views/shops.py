"""Settings of connectors to shops. A secret can be written here and never read back."""

from typing import Any

from django.conf import settings
from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers import access
from customers.actions import asking, shops
from customers.models import Connector
from customers.templatetags.orders import SHOPS
from helpdesk.accounts.permit import permit
from helpdesk.core.errors import Invalid
from helpdesk.core.http import Request


@permit("connector.manage")
def index(request: Request) -> HttpResponse:
    """All shops, and a new one. A secret that we made up is shown on the answer, this once."""
    errors: dict[str, Any] = {}
    if request.method == "POST":
        given = request.POST
        names = ("kind", "name", "shop", "secret")
        try:
            made, secret = shops.add(by=request.actor, **{name: given.get(name, "") for name in names})
            return _one(request, made, secret=secret)
        except Invalid as error:
            errors = error.errors
    rows = access.connectors(request.actor)
    context = {"rows": rows, "errors": errors, "typed": request.POST, "kinds": SHOPS.items()}
    return render(request, "settings/shops.html", context, status=422 if errors else 200)


def _one(request: Request, row: Connector, *, secret: str = "", errors: dict[str, Any] | None = None) -> HttpResponse:
    context = {
        "row": row,
        "url": f"{settings.PUBLIC_URL}/hooks/{row.kind}/{row.key}/",
        "secret": secret,
        "errors": errors or {},
        "may_ask": row.kind != "store",
    }
    answer = render(request, "settings/shop.html", context, status=422 if errors else 200)
    if secret:
        answer["Cache-Control"] = "no-store"
    return answer


@permit("connector.manage")
def one(request: Request, pk: int) -> HttpResponse:
    """Its address to copy, its health, its keys."""
    row = access.connector(request.actor, pk)
    if request.method != "POST":
        return _one(request, row)
    given = request.POST
    plain = {name: given.get(name, "") for name in ("name", "shop", "secret", "credentials")}
    try:
        shops.change(by=request.actor, connector=row, is_active=bool(given.get("is_active")), **plain)
    except Invalid as error:
        return _one(request, row, errors=error.errors)
    flash.success(request, _("Saved."))
    return redirect("customers:shop", pk=pk)


@permit("connector.manage")
@require_POST
def test(request: Request, pk: int) -> HttpResponse:
    """Asks the shop for its first orders, to see whether we may."""
    row = access.connector(request.actor, pk)
    try:
        asking.orders_after(row, "")
        flash.success(request, _("The shop answers."))
    except asking.Unanswered as why:
        flash.error(request, str(why))
    return redirect("customers:shop", pk=pk)


@permit("connector.manage")
@require_POST
def bring(request: Request, pk: int) -> HttpResponse:
    """Has the past brought in by a worker."""
    row = access.connector(request.actor, pk)
    try:
        shops.begin_import(by=request.actor, connector=row)
        flash.success(request, _("The past comes in now, page by page."))
    except Invalid as error:
        return _one(request, row, errors=error.errors)
    return redirect("customers:shop", pk=pk)


@permit("connector.manage")
@require_POST
def remove(request: Request, pk: int) -> HttpResponse:
    """Takes it away; what it told stays."""
    shops.remove(by=request.actor, connector=access.connector(request.actor, pk))
    flash.success(request, _("The connector is gone. What it told us stays with the customers."))
    return redirect("customers:shops")
