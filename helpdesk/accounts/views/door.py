"""The door: sign in, sign out, set up, join, reset, language."""

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.accounts import access, actions
from helpdesk.accounts.actions.workspace import check_set_up_code, logo_type, needs_set_up_code
from helpdesk.accounts.forms import JoinForm, LanguageForm, ResetAskForm, ResetForm, SetUpForm, SignInForm
from helpdesk.accounts.models import User
from helpdesk.accounts.permit import permit
from helpdesk.accounts.views.common import attempt, client_ip, form_page, is_somebody, me, onward, posted
from helpdesk.core import files
from helpdesk.core.errors import NotAllowed, NotFound
from helpdesk.core.http import Request, error_page

GET_OR_POST = ["GET", "HEAD", "POST"]
YEAR = 365 * 24 * 3600


def begin_session(request: Request, user: User) -> None:
    """A fresh session, its id cycled; it learns the person's epoch (middleware.remember_epoch)."""
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")


def no_store(response: HttpResponse) -> HttpResponse:
    """Marks a page that holds a secret: no cache keeps it, and no other site learns its address.

    Not `no-referrer`: with that a browser sends the page's own form from the origin `null`, which is refused as forged.
    """
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    return response


@permit("public")
@sensitive_post_parameters("password")
@require_http_methods(GET_OR_POST)
def sign_in(request: Request) -> HttpResponse:
    """E-mail and password; on to where one wanted to go."""
    if is_somebody(request):
        return onward(request)
    if access.awaits_set_up():
        return redirect("accounts:set_up")
    form = SignInForm(posted(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        user = attempt(
            form, lambda: actions.sign_in(email=given["email"], password=given["password"], ip=client_ip(request))
        )
        if user:
            begin_session(request, user)
            return onward(request)
    onto = request.POST.get("next") or request.GET.get("next", "")
    return form_page(request, "accounts/sign_in.html", form, next=onto)


@permit("public")
@require_POST
def sign_out(request: Request) -> HttpResponse:
    """Ends this session."""
    language, actor = get_language() or "en", request.actor
    logout(request)
    if actor:
        actions.end_session(by=actor)
    return _remember_language(redirect("accounts:sign_in"), language)


@permit("public")
@sensitive_post_parameters("password", "code")
@require_http_methods(GET_OR_POST)
def set_up(request: Request) -> HttpResponse:
    """The first admin and the workspace; there only while nobody exists."""
    if not access.awaits_set_up():
        raise NotFound
    form = SetUpForm(posted(request), request.FILES or None, initial={"language": get_language()})
    if not needs_set_up_code():
        del form.fields["code"]
    if request.method == "POST" and form.is_valid():
        user = attempt(form, lambda: _set_up(form))
        if user:
            begin_session(request, user)
            return HttpResponseRedirect("/desk/")
    return form_page(request, "accounts/set_up.html", form)


def _set_up(form: SetUpForm) -> User:
    values = {name: value for name, value in form.cleaned_data.items() if name not in {"code", "logo"}}
    check_set_up_code(form.cleaned_data.get("code", ""))
    return actions.set_up(**values, logo=form.logo_bytes())


@permit("public")
@sensitive_post_parameters("password")
@require_http_methods(GET_OR_POST)
def join(request: Request, token: str) -> HttpResponse:
    """Accepting an invitation."""
    invitation = access.open_token("invite", token)
    if invitation is None:
        return no_store(form_page(request, "accounts/bad_link.html", ResetAskForm(), kind="invite"))
    form = JoinForm(posted(request))
    if request.method == "POST" and form.is_valid():
        user = attempt(
            form, lambda: actions.accept_invitation(token=token, language=get_language() or "en", **form.cleaned_data)
        )
        if user:
            begin_session(request, user)
            return HttpResponseRedirect("/desk/")
    return no_store(form_page(request, "accounts/join.html", form, invitation=invitation))


@permit("public")
@require_http_methods(GET_OR_POST)
def reset(request: Request) -> HttpResponse:
    """Asking for a link to choose a new password; the answer is always the same."""
    form = ResetAskForm(posted(request))
    if request.method == "POST" and form.is_valid():
        attempt(form, lambda: actions.ask_reset(email=form.cleaned_data["email"], ip=client_ip(request)))
        if not form.errors:
            return form_page(request, "accounts/reset_sent.html", form)
    return form_page(request, "accounts/reset.html", form)


@permit("public")
@sensitive_post_parameters("password")
@require_http_methods(GET_OR_POST)
def reset_link(request: Request, token: str) -> HttpResponse:
    """Choosing the new password."""
    if access.open_token("reset", token) is None:
        return no_store(form_page(request, "accounts/bad_link.html", ResetAskForm(), kind="reset"))
    form = ResetForm(posted(request))
    if request.method == "POST" and form.is_valid():
        user = attempt(form, lambda: actions.reset_password(token=token, password=form.cleaned_data["password"]))
        if user:
            begin_session(request, user)
            return HttpResponseRedirect("/desk/")
    return no_store(form_page(request, "accounts/reset_link.html", form))


@permit("public")
@require_POST
def language(request: Request) -> HttpResponse:
    """English or Persian, for the browser and, if signed in, for the person."""
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return onward(request, "/")
    chosen = form.cleaned_data["language"]
    if is_somebody(request):
        actions.change_preferences(by=request.actor, user=me(request), language=chosen)
    return _remember_language(onward(request, "/"), chosen)


def _remember_language(response: HttpResponse, chosen: str) -> HttpResponse:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR, secure=settings.SECURE, httponly=True, samesite="Lax"
    )
    return response


@permit("public")
@require_GET
def logo(request: Request, token: str) -> HttpResponse:
    """The workspace's picture."""
    data = files.read(access.logo_file(token))
    response = HttpResponse(data, content_type=logo_type(data) or "application/octet-stream")
    response["Cache-Control"] = "public, max-age=86400, immutable"
    response["Content-Security-Policy"] = "default-src 'none'"
    return response


def form_too_old(request: Request, reason: str = "") -> HttpResponse:
    """What a form without a valid CSRF token gets (settings.CSRF_FAILURE_VIEW); nothing was changed."""
    return error_page(
        request, NotAllowed("csrf", _("This form is too old. Go back, reload the page and send it again."))
    )
