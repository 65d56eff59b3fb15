"""The widget's pages: the loader `/w.js`, the app in its frame, and a page of ours to try it on. No cookie anywhere."""

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import rjsmin  # type: ignore[import-untyped]  # it has no types
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from helpdesk.accounts.permit import permit
from helpdesk.core.errors import NotFound
from helpdesk.core.locale import default, use
from helpdesk.core.rules.digits import digits_to_persian
from tickets.channels.chat import door, shapes
from tickets.models import Inbox, ProactiveRule
from tickets.rules import widgets
from tickets.rules.visitors import Widget

SCRIPTS = Path(settings.BASE_DIR) / "helpdesk" / "static" / "widget"
LANGUAGES = ("en", "fa")
PLACE = "{given:0}"
LOADER = {"label": _("Chat with us"), "region": _("Chat"), "dismiss": _("Close this message")}
FACES = ((1, _("Very bad")), (2, _("Bad")), (3, _("All right")), (4, _("Quite good")), (5, _("Very good")))
# What the app says by itself; # stands for a number, a name or a time.
TEXTS = {
    "here": _("We are here"),
    "soon": _("We answer as soon as we can"),
    "closed": _("We are closed now"),
    "next": _("We open on #."),
    "wait": _("Expected wait: #."),
    "longer": _("It takes longer than we thought."),
    "number": _("You are number #"),
    "place": _("You are number # in the queue."),
    "first": _("You are next."),
    "with": _("With #"),
    "joined": _("# is here now."),
    "typing": _("# is typing…"),
    "someone": _("Somebody"),
    "us": _("We"),
    "you": _("You"),
    "sending": _("Sending…"),
    "trying": _("No answer yet. Trying again…"),
    "wanted": _("As soon as we are connected, a person is called for you."),
    "kept": _("We cannot be reached just now. Your words are still here: please send them again."),
    "undone": _("We cannot be reached just now. Please try again."),
    "uploading": _("Uploading: # %"),
    "failed": _("A message could not be sent."),
    "retry": _("Try again"),
    "remove": _("Remove"),
    "cancel": _("Cancel"),
    "removed": _("This message was removed."),
    "automatic": _("Automatic"),
    "mailed": _("By e-mail"),
    "checked": _("Being checked"),
    "unsafe": _("Not safe to open"),
    "kb": _("KB"),
    "mb": _("MB"),
    "comma": _(", "),
    "down": _("We cannot be reached just now. What you write is kept and sent then."),
    "away": _("The chat cannot be reached just now."),
    "slow": _("That was a lot at once. It goes on by itself in # seconds."),
    "blocked": _("Too many have asked from here. It goes on by itself in # seconds."),
    "required": _("To chat, please sign in on the page first. Or leave us a message:"),
    "one": _("# unread message"),
    "many": _("# unread messages"),
    "fresh": _("You have a new message."),
    "empty": _("Write something first."),
    "needed": _("Please fill this in."),
    "address": _("This is no e-mail address. It looks like name@example.com."),
    "big": _("“#” is too big: 20 MB is the most."),
    "left": _("“#” was left out: 5 files and 20 MB at once are the most. Send it with the next message."),
    "lost": _("The page was loaded anew before this was sent: #. Please attach it again."),
    "thanks": _("Thank you. The answer comes to #."),
    "again": _("We are on it again. Write what is still missing."),
    "saved": _("The conversation is downloaded."),
    "posted": _("The conversation goes to #."),
}


@permit("public")
@require_safe
def loader(request: HttpRequest) -> HttpResponseBase:
    """The button's script; with `?key=` it knows the widget's looks and first words, so that it need not ask.

    It never weighs more than MOST_LOADER: the settings see to that (widgets.ROOM), and what came past them is left out.
    """
    inbox = _inbox(request.GET.get("key", ""))
    words = list(inbox.proactive_rules.filter(is_active=True).order_by("position", "id")) if inbox else []
    script = _loader(inbox, words)
    while words and len(widgets.zipped(script)) > widgets.MOST_LOADER:
        words.pop()
        script = _loader(inbox, words)
    return _script(request, script)


def _loader(inbox: Inbox | None, words: list[ProactiveRule]) -> str:
    return _source("loader.js").replace(PLACE, widgets.compact(_given(inbox, words)).replace("</", "<\\/"))


@permit("public")
@require_safe
def shim(request: HttpRequest) -> HttpResponseBase:
    """For pages that already call another product's functions."""
    return _script(request, _source("shim.js"))


@permit("public")
@require_safe
def app(request: HttpRequest, key: str) -> HttpResponseBase:
    """The chat in its frame; only the widget's origins and our own pages may hold it."""
    language = _language(request)
    with use(default(language)):
        inbox = _inbox(key)
        if inbox is None:
            return _closed(request, language)
        return _framed(request, "widget/app.html", _page(inbox, language), Widget.of(inbox.settings).origins)


@permit("public")
@require_safe
def try_out(request: HttpRequest, key: str) -> HttpResponseBase:
    """A page of ours that has the widget as a customer's page would."""
    language, inbox = _language(request), _inbox(key)
    if inbox is None:
        raise NotFound
    with use(default(language)):
        other = "en" if language == "fa" else "fa"
        page = _page(inbox, language) | {"loader": f"/w.js?key={inbox.key}", "other": other}
        return _framed(request, "widget/try.html", page, ())


def _inbox(key: str) -> Inbox | None:
    try:
        return door.inbox_of(key)
    except NotFound:
        return None


def _page(inbox: Inbox, language: str) -> dict[str, Any]:
    words = {name: str(word) for name, word in TEXTS.items()}
    ours = shapes.texts(inbox, language)
    return {
        "key": inbox.key,
        "name": inbox.name,
        "label": ours["label"],
        "colour": Widget.of(inbox.settings).colour,
        "language": language,
        "dir": "rtl" if language == "fa" else "ltr",
        "texts": words | {"digits": digits_to_persian("0123456789") if language == "fa" else "0123456789"},
        "faces": FACES,
    }


def _given(inbox: Inbox | None, first_words: list[ProactiveRule]) -> dict[str, Any]:
    words: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        with translation.override(language):
            words[language] = {name: str(word) for name, word in LOADER.items()}
    return {"more": static("widget/more.js"), "words": words} | (_looks(inbox, first_words) if inbox else {})


def _looks(inbox: Inbox, first_words: list[ProactiveRule]) -> dict[str, Any]:
    widget = Widget.of(inbox.settings)
    label = {language: widget.text("label", language) for language in LANGUAGES}
    return {
        "colour": widget.colour,
        "position": widget.position,
        "language": widget.language,
        **widgets.carried(label, first_words),
    }


def _language(request: HttpRequest) -> str:
    return "fa" if request.GET.get("lang", "")[:2] == "fa" else "en"


@lru_cache(maxsize=8)
def _source(name: str) -> str:
    """The script without its comments and spaces: what is left is what every page view carries."""
    lines = (line.strip() for line in (SCRIPTS / name).read_text(encoding="utf-8").splitlines())
    return str(rjsmin.jsmin("\n".join(lines)))


def _script(request: HttpRequest, text: str) -> HttpResponse:
    body = text.encode()
    response = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, max-age=300, stale-while-revalidate=86400"
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["ETag"] = f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'
    same = get_conditional_response(request, etag=response["ETag"], response=response)
    return _zipped(request, response) if same is response else HttpResponse(status=304, headers=_kept(response))


def _kept(response: HttpResponse) -> dict[str, str]:
    return {name: response[name] for name in ("ETag", "Cache-Control", "Access-Control-Allow-Origin")}


def _zipped(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Smaller, for whoever takes it. There is no secret in these pages, so compressing them tells nothing."""
    patch_vary_headers(response, ["Accept-Encoding"])
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = gzip.compress(response.content, mtime=0)
        response["Content-Encoding"] = "gzip"
    return response


def _closed(request: HttpRequest, language: str) -> HttpResponse:
    """No such widget, or not in use: says so, and where a person can still be reached."""
    page = {"language": language, "dir": "rtl" if language == "fa" else "ltr"}
    return _framed(request, "widget/closed.html", page, ("*",), status=404)


def _framed(
    request: HttpRequest, template: str, page: dict[str, Any], origins: tuple[str, ...], status: int = 200
) -> HttpResponse:
    response = HttpResponse(render_to_string(template, page), status=status)
    socket = f"{'wss' if request.is_secure() else 'ws'}://{request.get_host()}"
    response["Content-Security-Policy"] = "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            f"connect-src 'self' {socket}",
            "frame-src 'self'",
            "form-action 'none'",
            "base-uri 'none'",
            " ".join(("frame-ancestors 'self'", *origins)),
        )
    )
    response["Content-Language"] = page["language"]
    response["Cache-Control"] = "no-cache"
    response["Referrer-Policy"] = "no-referrer"
    return _zipped(request, response)
