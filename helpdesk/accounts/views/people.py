"""Settings for admins: people and their keys."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.accounts import access, actions
from helpdesk.accounts.actions.links import link
from helpdesk.accounts.forms import AdminKeyForm, DeactivateForm, InviteForm, UserForm
from helpdesk.accounts.models import User
from helpdesk.accounts.permit import permit
from helpdesk.accounts.views.common import attempt, form_page, posted, succeeds
from helpdesk.accounts.views.door import GET_OR_POST, no_store
from helpdesk.core.errors import NotFound
from helpdesk.core.http import Request


@permit("user.manage")
@require_GET
def users(request: Request) -> HttpResponse:
    """Everybody, and who is invited."""
    people = access.users(request.actor)
    return render(request, "settings/users.html", {"people": people, "invitations": access.invitations(request.actor)})


@permit("user.manage")
@require_http_methods(GET_OR_POST)
def invite(request: Request) -> HttpResponse:
    """A mailed link to join; the admin sees it too, to hand it over where mail does not work yet."""
    form = InviteForm(posted(request), initial={"language": get_language()})
    if request.method == "POST" and form.is_valid():
        token = attempt(form, lambda: actions.invite(by=request.actor, **form.cleaned_data))
        if token:
            done = {"email": form.cleaned_data["email"], "link": link("join", token)}
            return no_store(form_page(request, "settings/users_invite.html", form, **done))
    return form_page(request, "settings/users_invite.html", form)


@permit("user.manage")
@require_POST
def withdraw(request: Request, pk: int) -> HttpResponse:
    """An invitation that no longer holds."""
    row = access.invitations(request.actor).filter(pk=pk).first()
    if row is None:
        raise NotFound
    actions.withdraw_invitation(by=request.actor, invitation=row)
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("accounts:users")


def _person_page(request: Request, person: User, form: UserForm | DeactivateForm | None = None) -> HttpResponse:
    initial = {"name": person.name, "role": person.role, "teams": person.teams.all()}
    edit = form if isinstance(form, UserForm) else UserForm(initial=initial)
    leave = form if isinstance(form, DeactivateForm) else DeactivateForm(leaving=person, auto_id="id_leave_%s")
    return form_page(request, "settings/users_one.html", form or edit, person=person, edit=edit, leave=leave)


@permit("user.manage")
@require_http_methods(GET_OR_POST)
def user(request: Request, pk: int) -> HttpResponse:
    """One person: name, role, teams."""
    person = access.user(request.actor, pk)
    if request.method != "POST":
        return _person_page(request, person)
    form = UserForm(request.POST)
    if form.is_valid() and succeeds(form, lambda: _change(request, person, form)):
        messages.success(request, _("Saved."))
        return redirect("accounts:users")
    return _person_page(request, person, form)


def _change(request: Request, person: User, form: UserForm) -> User:
    given = form.cleaned_data
    actions.change_role(by=request.actor, user=person, role=given["role"])
    actions.set_teams(by=request.actor, user=person, teams=given["teams"])
    return actions.change_user(by=request.actor, user=person, name=given["name"])


@permit("user.manage")
@require_POST
def deactivate(request: Request, pk: int) -> HttpResponse:
    """The person leaves; open tickets are handed over."""
    person = access.user(request.actor, pk)
    form = DeactivateForm(request.POST, leaving=person, auto_id="id_leave_%s")
    if form.is_valid():
        to = form.cleaned_data["hand_over_to"]
        if attempt(form, lambda: actions.deactivate(by=request.actor, user=person, hand_over_to=to)):
            messages.success(request, _("%(name)s can no longer sign in.") % {"name": person.name})
            return redirect("accounts:users")
    return _person_page(request, person, form)


@permit("user.manage")
@require_POST
def reactivate(request: Request, pk: int) -> HttpResponse:
    """The person is back."""
    person = actions.reactivate(by=request.actor, user=access.user(request.actor, pk))
    messages.success(request, _("%(name)s may sign in again.") % {"name": person.name})
    return redirect("accounts:users")


@permit("key.manage")
@require_http_methods(GET_OR_POST)
def keys(request: Request) -> HttpResponse:
    """All keys; a new one, whose token is shown this once."""
    rows = access.keys(request.actor)
    form = AdminKeyForm(posted(request), initial={"user": request.actor.user_id})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = attempt(
            form,
            lambda: actions.create_key(
                by=request.actor, user=given["user"], name=given["label"], scopes=given["scopes"]
            ),
        )
        if made:
            fresh = AdminKeyForm(initial={"user": request.actor.user_id})
            return no_store(form_page(request, "settings/keys.html", fresh, keys=rows, token=made[1]))
    return form_page(request, "settings/keys.html", form, keys=rows)


@permit("key.manage")
@require_POST
def revoke_key(request: Request, pk: int) -> HttpResponse:
    """Ends a key."""
    actions.revoke_key(by=request.actor, key=access.key(request.actor, pk))
    messages.success(request, _("The key is revoked."))
    return redirect("accounts:keys")
