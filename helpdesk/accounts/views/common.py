"""What the account pages share."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from helpdesk.accounts.forms import Form
from helpdesk.accounts.models import User
from helpdesk.core.errors import Conflict, DomainError, Invalid, TooMany
from helpdesk.core.http import Request

T = TypeVar("T")


def me(request: Request) -> User:
    """The signed-in person of a page that needs one."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("this page needs a verb other than public")
    return user


def is_somebody(request: Request) -> bool:
    """Whether anybody is signed in, on a page that is public."""
    return isinstance(request.user, User)


def client_ip(request: Request) -> str:
    """Where the request comes from; behind a proxy the server has already put the right address there."""
    return str(request.META.get("REMOTE_ADDR") or "local")


def posted(request: Request) -> QueryDict | None:
    """What was sent, be it nothing; None when the form is only to be shown."""
    return request.POST if request.method == "POST" else None


def attempt(form: Form, change: Callable[[], T]) -> T | None:
    """Runs the action; a refusal goes into the form, beside its field, and gives None."""
    try:
        return change()
    except Invalid as error:
        for name, text in error.errors.items():
            form.add_error(name if name in form.fields else None, text)
        form.refusal = error.status
    except (Conflict, TooMany) as error:
        _refused(form, error)
    return None


def succeeds(form: Form, change: Callable[[], object]) -> bool:
    """Runs the action; whether it was done."""
    attempt(form, change)
    return not form.errors


def _refused(form: Form, error: DomainError) -> None:
    form.add_error(None, error.message)
    form.refusal = error.status


def form_page(request: Request, template: str, form: Form, **context: Any) -> HttpResponse:
    """The page with its form; 422 and the error summary when something is wrong."""
    return render(request, template, {"form": form, **context}, status=form.status)


def safe_next(raw: str, default: str = "/desk/") -> str:
    """A path of ours to go on to; anything that could lead elsewhere becomes the default."""
    ours = raw.startswith("/") and raw.isprintable() and "\\" not in raw
    return raw if ours and url_has_allowed_host_and_scheme(raw, allowed_hosts=None) else default


def onward(request: Request, default: str = "/desk/") -> HttpResponseRedirect:
    """On to the `next` of the form or the address."""
    return HttpResponseRedirect(safe_next(str(request.POST.get("next") or request.GET.get("next") or ""), default))
