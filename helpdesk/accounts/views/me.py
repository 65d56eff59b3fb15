"""One's own settings."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from helpdesk.accounts import access, actions
from helpdesk.accounts.forms import Form, KeyForm, PasswordForm, PreferencesForm
from helpdesk.accounts.permit import permit
from helpdesk.accounts.views.common import attempt, form_page, me, onward, succeeds
from helpdesk.accounts.views.door import GET_OR_POST, begin_session, no_store
from helpdesk.core.http import Request


def _page(request: Request, form: Form | None, **replaced: Any) -> HttpResponse:
    user = me(request)
    initial = {name: getattr(user, name) for name in PreferencesForm.base_fields}
    preferences_form = PreferencesForm(initial=initial)
    context = {
        "preferences": preferences_form,
        "password_form": PasswordForm(),
        "key_form": KeyForm(),
        "keys": access.own_keys(request.actor),
    }
    return form_page(request, "settings/me.html", form or preferences_form, **{**context, **replaced})


@permit("account.self")
@require_http_methods(GET_OR_POST)
def own(request: Request) -> HttpResponse:
    """How I read and look: language, calendar, time zone, theme, density, keys."""
    if request.method != "POST":
        return _page(request, None)
    form = PreferencesForm(request.POST)
    if form.is_valid() and succeeds(
        form, lambda: actions.change_preferences(by=request.actor, user=me(request), **form.cleaned_data)
    ):
        messages.success(request, _("Saved."))
        return redirect("accounts:me")
    return _page(request, form, preferences=form)


@permit("account.self")
@require_POST
def preferences(request: Request) -> HttpResponse:
    """A few preferences at once, as the menu in the page's head sends them; the others stay."""
    user = me(request)
    values = {name: getattr(user, name) for name in PreferencesForm.base_fields}
    given = {name: request.POST[name] for name in PreferencesForm.base_fields if name in request.POST}
    form = PreferencesForm({**values, **given})
    if form.is_valid():
        actions.change_preferences(by=request.actor, user=user, **{name: form.cleaned_data[name] for name in given})
    return onward(request)


@permit("account.self")
@sensitive_post_parameters("current", "password")
@require_POST
def password(request: Request) -> HttpResponse:
    """My new password; my other sessions end."""
    form = PasswordForm(request.POST)
    if form.is_valid():
        user = attempt(form, lambda: actions.change_password(by=request.actor, user=me(request), **form.cleaned_data))
        if user:
            begin_session(request, user)
            messages.success(request, _("Your password is changed. Your other sessions have ended."))
            return redirect("accounts:me")
    return _page(request, form, password_form=form)


@permit("key.own")
@require_POST
def make_key(request: Request) -> HttpResponse:
    """A key of my own; its token is shown this once."""
    form = KeyForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        made = attempt(
            form,
            lambda: actions.create_key(by=request.actor, user=me(request), name=given["label"], scopes=given["scopes"]),
        )
        if made:
            return no_store(_page(request, None, token=made[1]))
    return _page(request, form, key_form=form)


@permit("key.own")
@require_POST
def revoke_key(request: Request, pk: int) -> HttpResponse:
    """Ends one of my keys."""
    actions.revoke_key(by=request.actor, key=access.key(request.actor, pk))
    messages.success(request, _("The key is revoked."))
    return redirect("accounts:me")
