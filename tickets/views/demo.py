"""The demo mailbox: a newcomer plays the customer. Nothing here leaves this machine."""

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from helpdesk.accounts.access import workspace
from helpdesk.accounts.permit import permit
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.http import Request
from tickets.actions import demo as actions
from tickets.queries import demo as queries


@permit("public")
def mailbox(request: Request) -> HttpResponse:
    """What we wrote to the demo customers, and a form to write or answer as one of them."""
    if not workspace().is_demo:
        raise NotFound
    errors = {}
    if request.method == "POST":
        try:
            actions.write(typed=request.POST.dict())
            flash.success(request, _("Sent. It is on the desk now."))
            return redirect("tickets:mailbox")
        except Invalid as error:
            errors = error.errors
    context = {
        "people": queries.people(),
        "letters": queries.letters(),
        "typed": request.POST if errors else request.GET,
        "errors": errors,
    }
    return render(request, "desk/mailbox.html", context, status=422 if errors else 200)
