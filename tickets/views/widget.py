"""Settings of an inbox of kind chat: made in a minute, then its look, its sites, its secrets and its first words."""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from helpdesk.accounts import access as people
from helpdesk.accounts.models import Team
from helpdesk.accounts.permit import permit
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.http import Request
from tickets import access
from tickets.actions import inboxes, widgets
from tickets.actions.inboxes import secrets_of
from tickets.models import Inbox, ProactiveRule
from tickets.queries import signing
from tickets.queries import widgets as queries
from tickets.rules.visitors import FIELDS, LANGUAGES, TEXTS, Widget

TYPED = (
    *("origins", "identity", "colour", "position", "language", "mail_inbox", "answer_hours"),
    *(f"{key}_{code}" for key in TEXTS for code in LANGUAGES),
)
SWITCHES = ("typing_preview", "show_wait", "mail_transcript")
CHOICES = {
    "position": [("end", gettext_lazy("Where lines end")), ("start", gettext_lazy("Where lines begin"))],
    "language": [
        ("auto", gettext_lazy("The page’s own")),
        ("en", gettext_lazy("English")),
        ("fa", gettext_lazy("Persian")),
    ],
    "field": [
        ("", gettext_lazy("Not asked for")),
        ("ask", gettext_lazy("May be left out")),
        ("must", gettext_lazy("Must be filled in")),
    ],
    "identity": [
        ("off", gettext_lazy("Off: every visitor is anonymous, or claims a name")),
        ("optional", gettext_lazy("Checked when it is there; unsigned names show as claimed")),
        ("required", gettext_lazy("Required: who is not signed for gets only a form to leave a message")),
    ],
}


@permit("inbox.manage")
def new(request: Request) -> HttpResponse:
    """A name and a team; the rest can wait."""
    errors: dict[str, Any] = {}
    if request.method == "POST":
        try:
            name, team = request.POST.get("name", ""), _team(request)
            made = inboxes.create_inbox(by=request.actor, kind="chat", name=name, team=team)
            flash.success(request, _("The chat is there. Copy the lines below into your pages."))
            return redirect("tickets:inbox", pk=made.pk)
        except Invalid as error:
            errors = error.errors
    context = {"errors": errors, "typed": request.POST, "teams": people.team_list()}
    return render(request, "settings/widget_new.html", context, status=422 if errors else 200)


def page(request: Request, inbox: Inbox) -> HttpResponse:
    """The page of one widget, and saving it; settings.inbox() hands it on."""
    if request.method != "POST":
        return _page(request, inbox)
    try:
        widgets.save(
            by=request.actor,
            inbox=inbox,
            name=request.POST.get("name", ""),
            team=_team(request),
            is_active=bool(request.POST.get("is_active")),
            settings=_given(request),
        )
    except Invalid as error:
        return _page(request, inbox, errors=error.errors, typed=request.POST.dict())
    flash.success(request, _("Saved."))
    return redirect("tickets:inbox", pk=inbox.pk)


@permit("inbox.manage")
@require_POST
def secret(request: Request, pk: int, what: str) -> HttpResponse:
    """A fresh secret, shown this once, or the old one forgotten."""
    inbox = _chat(request, pk)
    if what == "new":
        made = widgets.new_secret(by=request.actor, inbox=inbox)
        return _page(request, access.get_inbox(request.actor, pk), made=made)
    if what != "forget":
        raise NotFound
    widgets.forget_old_secret(by=request.actor, inbox=inbox)
    flash.success(request, _("Only the newest secret is good now."))
    return redirect("tickets:inbox", pk=pk)


@permit("inbox.manage")
@require_POST
def first_word(request: Request, pk: int) -> HttpResponse:
    """A first word of ours, new or changed."""
    inbox = _chat(request, pk)
    try:
        widgets.save_rule(
            by=request.actor,
            inbox=inbox,
            rule=_rule(inbox, _number(request, "rule")) if request.POST.get("rule") else None,
            pattern=request.POST.get("pattern", ""),
            after_seconds=_number(request, "after_seconds"),
            only_returning=bool(request.POST.get("only_returning")),
            is_active=bool(request.POST.get("rule_active")),
            text_en=request.POST.get("text_en", ""),
            text_fa=request.POST.get("text_fa", ""),
        )
    except Invalid as error:
        return _page(request, inbox, rule_errors=error.errors, rule_typed=request.POST.dict())
    flash.success(request, _("Saved."))
    return redirect("tickets:inbox", pk=pk)


@permit("inbox.manage")
@require_POST
def remove_word(request: Request, pk: int, rule: int) -> HttpResponse:
    """One of them taken away."""
    inbox = _chat(request, pk)
    widgets.remove_rule(by=request.actor, inbox=inbox, rule=_rule(inbox, rule))
    flash.success(request, _("Removed."))
    return redirect("tickets:inbox", pk=pk)


def _page(
    request: Request,
    inbox: Inbox,
    *,
    errors: dict[str, Any] | None = None,
    typed: dict[str, Any] | None = None,
    rule_errors: dict[str, Any] | None = None,
    rule_typed: dict[str, Any] | None = None,
    made: str = "",
) -> HttpResponse:
    hidden, tried = secrets_of(inbox), request.GET.get("try", "").strip()[:1000]
    context = {
        "row": inbox,
        "values": typed or _values(inbox),
        "is_active": bool(typed.get("is_active")) if typed else inbox.is_active,
        "team_id": _team_id(typed) if typed else inbox.team_id,
        "errors": errors or {},
        "failed": bool(errors or rule_errors),
        "teams": people.team_list(),
        "choices": CHOICES,
        "mail_inboxes": [("", _("The team’s first one")), *queries.mail_inboxes()],
        "has_mail": bool(queries.mail_inboxes()),
        "tried": tried,
        **_words(inbox, tried, rule_errors or {}, rule_typed or {}),
        "made": made,
        "has_old": bool(hidden.get("identity_secret_old")),
        "samples": signing.samples(inbox.key),
        "snippet": signing.snippet(inbox.key),
        "plain_snippet": signing.plain_snippet(inbox.key),
    }
    return render(request, "settings/widget.html", context, status=422 if errors or rule_errors else 200)


WORD = ("pattern", "after_seconds", "text_en", "text_fa", "only_returning", "is_active")
FRESH = {"pattern": "/", "after_seconds": 30, "is_active": True}


def _words(inbox: Inbox, tried: str, errors: dict[str, Any], typed: dict[str, Any]) -> dict[str, Any]:
    """Each first word with its form, and the form of a new one; one of them holds what was typed and is wrong."""
    own = typed.get("rule", "") if errors else None
    given = typed | {"is_active": typed.get("rule_active")}
    rows = [
        {"shown": word, "form": _form(given if own == str(word.rule.pk) else word.rule, word.rule.pk, errors, own)}
        for word in queries.first_words(inbox, tried)
    ]
    return {"words": rows, "fresh": _form(given if own == "" else FRESH, "", errors, own)}


def _form(values: Any, key: object, errors: dict[str, Any], own: str | None) -> dict[str, Any]:
    wrong = own == str(key)
    plain = {name: values.get(name) if isinstance(values, dict) else getattr(values, name) for name in WORD}
    # The list of mistakes leads to the usual ids, so only the form that has mistakes bears them.
    ids = {} if wrong else {name: f"id_{name}_{key or 'new'}" for name in WORD}
    return plain | {"own": key, "errors": errors if wrong else {}, "ids": ids}


def _values(inbox: Inbox) -> dict[str, Any]:
    widget = Widget.of(inbox.settings)
    asked = {f"ask_{one}": "must" if one in widget.must else "ask" if one in widget.ask else "" for one in FIELDS}
    plain = {name: getattr(widget, name) for name in (*TYPED, *SWITCHES)}
    hours = "" if widget.answer_hours is None else f"{widget.answer_hours:g}"
    written = {"origins": "\n".join(widget.origins), "mail_inbox": str(widget.mail_inbox or ""), "answer_hours": hours}
    return plain | asked | written | {"name": inbox.name}


def _given(request: Request) -> dict[str, Any]:
    asked = {one: request.POST.get(f"ask_{one}", "") for one in FIELDS}
    plain: dict[str, Any] = {name: request.POST[name] for name in TYPED if name in request.POST}
    switches = {name: bool(request.POST.get(name)) for name in SWITCHES}
    wanted = [one for one in FIELDS if asked[one]]
    return plain | switches | {"ask": wanted, "must": [one for one in wanted if asked[one] == "must"]}


def _chat(request: Request, pk: int) -> Inbox:
    inbox = access.get_inbox(request.actor, pk)
    if inbox.kind != "chat":
        raise NotFound
    return inbox


def _rule(inbox: Inbox, pk: int) -> ProactiveRule:
    found = inbox.proactive_rules.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _number(request: Request, name: str) -> int:
    raw = request.POST.get(name, "").strip()
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 18 else -1


def _team_id(typed: dict[str, Any]) -> int | None:
    raw = str(typed.get("team", ""))
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 18 else None


def _team(request: Request) -> Team | None:
    pk = _team_id(request.POST.dict())
    return people.team_list().filter(pk=pk).first() if pk else None
