"""The widget's API: send by POST with a client's id, read by `after`; the socket only says that there is more."""

from collections.abc import Callable, Hashable
from contextlib import suppress
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from helpdesk.core import brief, clock, files, strict_json
from helpdesk.core.errors import Invalid, NotAllowed, NotFound
from helpdesk.core.http import Request
from tickets import access
from tickets.actions import greetings, inboxes, transcripts, visitors, visits
from tickets.channels.chat import door, identity, shapes, tokens, uploads
from tickets.channels.chat.door import answer, api
from tickets.models import Attachment, Conversation, Inbox, Visitor
from tickets.queries import transcripts as papers
from tickets.queries import visits as queries
from tickets.rules.sitters import VERIFIED, Sitter
from tickets.rules.uploads import PICTURES
from tickets.rules.visitors import Widget

LONGEST_ID = 64


def _body(request: Request) -> dict[str, Any]:
    found = strict_json.read(request)
    if not isinstance(found, dict):
        raise Invalid({"": _("Send one JSON object.")})
    return found


def _dict(given: Any) -> dict[str, Any]:
    return given if isinstance(given, dict) else {}


def _text(given: Any, most: int = 1000) -> str:
    return given.replace("\x00", "")[:most] if isinstance(given, str) else ""


def _claim(inbox: Inbox, given: Any) -> dict[str, Any]:
    """What is known of the visitor; signed when the inbox wants it signed. Raises NotAllowed for a bad proof."""
    if not isinstance(given, dict) or not given:
        return {}
    kept = inboxes.secrets_of(inbox) if Widget.of(inbox.settings).identity != "off" else {}
    secrets = [kept.get("identity_secret", ""), kept.get("identity_secret_old", "")]
    if not any(secrets):
        given = {name: value for name, value in given.items() if name not in ("jwt", "user_hash")}
    try:
        return identity.claim(given, inbox.key, secrets, clock.now())
    except identity.BadIdentity as error:
        words = _("We could not check who you are. Please reload the page, or sign in there again.")
        raise NotAllowed("bad_identity", words, reason=str(error)) from error


def _required(inbox: Inbox, sitter: Sitter) -> bool:
    """Whether this visitor must first be vouched for."""
    if Widget.of(inbox.settings).identity != "required" or sitter.identity == VERIFIED:
        return False
    row = queries.visitor(inbox, sitter.uid)
    return row is None or row.identity != VERIFIED


@api("POST")
def boot(request: Request, key: str) -> HttpResponse:
    """All that the page needs to begin; writes nothing for somebody who has not spoken."""
    door.count(request, key, "boot", door.BOOTS, door.BOOTS_OF_INBOX)
    inbox, given = door.inbox_of(key), _body(request)
    door.check_origin(request, inbox, _text(given.get("origin"), 300))
    language = "fa" if _text(given.get("locale"))[:2] == "fa" else "en"
    sitter, row = _sitter(inbox, _text(given.get("token"), tokens.LONGEST), language)
    told = _claim(inbox, given.get("identity"))
    if told and not _same(row or sitter, told):
        sitter = visits.identify(inbox=inbox, sitter=sitter, claim=told, fresh_uid=tokens.new_uid())
        row = queries.visitor(inbox, sitter.uid)
    if row is not None:
        _looked(inbox, sitter, given)
    return answer(_booted(inbox, sitter, row, language))


def _looked(inbox: Inbox, sitter: Sitter, given: dict[str, Any]) -> None:
    page = _dict(given.get("page"))
    consent = given.get("consent") if isinstance(given.get("consent"), bool) else None
    visits.look_at(
        inbox=inbox, sitter=sitter, url=_text(page.get("url")), title=_text(page.get("title")), consent=consent
    )


def _sitter(inbox: Inbox, token: str, language: str) -> tuple[Sitter, Visitor | None]:
    """Whose token this is, if it still holds, with the row if they have spoken; else somebody new."""
    found = tokens.read(inbox.key, token, clock.now())
    row = queries.visitor(inbox, found.uid) if found else None
    if found is None or (row is not None and found.is_over(row.epoch, row.ended)):
        name = tokens.new_uid()
        return Sitter(name, language=language, device=name), None
    return found, row


def _same(known: Visitor | Sitter, told: dict[str, Any]) -> bool:
    """Whether the page says what we know already, so that no token needs to change."""
    return all(getattr(known, name) == value for name, value in told.items() if value)


def _booted(inbox: Inbox, sitter: Sitter, row: Visitor | None, language: str) -> dict[str, Any]:
    known: Visitor | Sitter = row or sitter
    required = _required(inbox, sitter)
    past = [] if required or row is None else queries.earlier(inbox, sitter.uid)
    newest = past[0] if past else None
    chat = queries.chat(inbox.key, sitter, newest.pk) if newest else None
    how = shapes.prefs(language, inbox.team.timezone if inbox.team else "")
    common = brief.remembered(_sameness(inbox, language), lambda: shapes.common(inbox, language))
    return {
        **common,
        "token": tokens.mint(inbox.key, sitter, clock.now()),
        "identity": "required" if required else known.identity,
        "visitor": {"name": known.name, "email": known.email},
        "conversation": shapes.conversation(chat) if chat else None,
        "history": shapes.history(past[1:], how),
        "proactive": common["proactive"] if row is None or greetings.may_come(row) else [],
    }


def _sameness(inbox: Inbox, language: str) -> Hashable:
    """What of the widget must be true at once, so that whoever changes it sees it with the next page."""
    team = (inbox.team.pk, inbox.team.timezone, repr(inbox.team.hours)) if inbox.team else ()
    return ("boot", inbox.pk, language, inbox.name, repr(inbox.settings), team)


@api("POST")
def identify(request: Request, key: str) -> HttpResponse:
    """Who the visitor is from now on; the old token is dead."""
    door.count(request, key, "boot", door.BOOTS, door.BOOTS_OF_INBOX)
    inbox, sitter = door.inbox_of(key), door.sitter_of(request, key)
    told = _claim(inbox, _body(request).get("identity"))
    if not _same(queries.visitor(inbox, sitter.uid) or sitter, told):
        sitter = visits.identify(inbox=inbox, sitter=sitter, claim=told, fresh_uid=tokens.new_uid())
    return answer(_booted(inbox, sitter, queries.visitor(inbox, sitter.uid), door.language_of(request)))


@api("GET", "POST")
def messages(request: Request, key: str) -> HttpResponse:
    """GET: what came after `after`. POST: one more message."""
    return _read(request, key) if request.method == "GET" else _write(request, key)


def _read(request: Request, key: str) -> HttpResponse:
    sitter, after = door.sitter_of(request, key), request.GET.get("after", "0")
    pk = tokens.read_chat_id(request.GET.get("conversation", ""))
    chat = queries.chat(key, sitter, pk) if pk else None
    after_seq = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else -1
    if chat is None or not 0 <= after_seq <= chat.seq:
        return answer({"messages": [], "seq": 0, "more": False, "reload": True, "conversation": None})
    found = queries.said(chat.ticket_id, after_seq)
    shown = found[: queries.MOST]
    return answer(
        {
            "messages": [shapes.message(one, chat) for one in shown],
            "seq": shown[-1].seq if shown else after_seq,
            "more": len(found) > queries.MOST,
            "reload": False,
            "conversation": shapes.conversation(chat),
        }
    )


def _write(request: Request, key: str) -> HttpResponse:
    sitter = door.sitter_of(request, key)
    door.count(request, key, "say", door.POSTS, door.POSTS_OF_INBOX)
    inbox = door.inbox_of(key)
    given, sent = _given(request)
    if _required(inbox, sitter):
        raise NotAllowed(
            "identity_required", _("Please sign in on the page first. You can leave us a message instead.")
        )
    return _said(request, inbox, sitter, _words(given, uploads.taken(sent)))


def _given(request: Request) -> tuple[dict[str, Any], Any]:
    """The fields and the files, from JSON or from a form."""
    if (request.content_type or "").startswith("multipart/"):
        return request.POST.dict(), request.FILES.getlist("files")
    return _body(request), []


def _words(given: dict[str, Any], sent: Any) -> visitors.Words:
    client_id = _text(given.get("client_id"), LONGEST_ID)
    if not client_id:
        raise Invalid({"client_id": _("Send an id of your own for each message.")})
    return visitors.Words(
        client_id=f"v:{client_id}"[:LONGEST_ID],
        text=_text(given.get("text"), visitors.MOST_TEXT + 1),
        files=sent,
        page_url=_text(given.get("page_url")),
        name=_text(given.get("name"), 200),
        email=_text(given.get("email"), 254),
    )


def _said(request: Request, inbox: Inbox, sitter: Sitter, words: visitors.Words) -> HttpResponse:
    said = visitors.say(inbox=inbox, sitter=sitter, words=words, starts=_starts(request, inbox))
    return _spoken(inbox, said, sitter.device)


def _starts(request: Request, inbox: Inbox) -> Callable[[], None]:
    """Counts a new conversation, of which a flood may make so many and no more."""
    return partial(door.count, request, inbox.key, "start", door.STARTS, door.STARTS_OF_INBOX, door.HOUR)


def _spoken(inbox: Inbox, said: visitors.Said, device: str) -> HttpResponse:
    sitter = visits.sitter_of(said.visitor, device)
    chat = queries.chat(inbox.key, sitter, said.conversation.pk)
    if chat is None:
        raise NotFound
    found = queries.said(chat.ticket_id, said.message.seq - 1, 1, own=True)
    token = tokens.mint(inbox.key, sitter, clock.now())
    told = {"message": shapes.message(found[0], chat) if found else None, "conversation": shapes.conversation(chat)}
    return answer({**told, "token": token}, 201 if said.is_new else 200)


@api("POST")
def contact(request: Request, key: str) -> HttpResponse:
    """A message whose answer comes by mail: outside hours, or from somebody who must be vouched for and is not."""
    inbox, sitter = door.inbox_of(key), door.sitter_of(request, key)
    door.count(request, key, "say", door.POSTS, door.POSTS_OF_INBOX)
    given = _body(request)
    address = visits.checked_address(_text(given.get("email"), 254))
    said = visitors.say(inbox=inbox, sitter=sitter, words=_words(given, []), starts=_starts(request, inbox))
    known = visits.sitter_of(said.visitor, sitter.device)
    visits.leave(inbox=inbox, sitter=known, conversation=said.conversation.pk, email=address)
    return _spoken(inbox, said, sitter.device)


@api("POST")
def human(request: Request, key: str) -> HttpResponse:
    """One tap to a person."""
    inbox, sitter = door.inbox_of(key), door.sitter_of(request, key)
    door.count(request, key, "say", door.POSTS, door.POSTS_OF_INBOX)
    office = shapes.office(inbox, inbox.team, door.language_of(request))
    if _required(inbox, sitter):
        return answer({"conversation": None, "office": office, "token": door.bearer(request)})
    given = _body(request)
    client_id = f"v:{_text(given.get('client_id'), LONGEST_ID - 2) or tokens.new_uid()}"
    page_url, starts = _text(given.get("page_url")), _starts(request, inbox)
    row = visitors.ask_for_a_person(inbox=inbox, sitter=sitter, client_id=client_id, page_url=page_url, starts=starts)
    known = visits.sitter_of(row.visitor, sitter.device)
    found, token = queries.chat(key, known, row.pk), tokens.mint(key, known, clock.now())
    return answer({"conversation": shapes.conversation(found) if found else None, "office": office, "token": token})


@api("POST")
def seen(request: Request, key: str) -> HttpResponse:
    """The page has shown everything up to `seq`."""
    sitter, given = door.sitter_of(request, key), _body(request)
    chat, seq = queries.chat(key, sitter, door.chat_of(given.get("conversation"))), given.get("seq")
    if chat is None or type(seq) is not int or not 0 <= seq < 2**31:
        raise NotFound
    visits.seen(visitor_id=chat.visitor_id, conversation=chat.pk, seq=seq)
    return HttpResponse(status=204)


@api("POST")
def solved(request: Request, key: str) -> HttpResponse:
    """Solved, or not yet."""
    given = _body(request)
    if not isinstance(given.get("solved"), bool):
        raise Invalid({"solved": _("Say true or false.")})
    inbox, sitter, pk = _theirs(request, key, given)
    return _state(key, sitter, visitors.solved(inbox=inbox, sitter=sitter, conversation=pk, is_solved=given["solved"]))


@api("POST")
def rating(request: Request, key: str) -> HttpResponse:
    """How it was."""
    given = _body(request)
    inbox, sitter, pk = _theirs(request, key, given)
    score = given.get("rating") if type(given.get("rating")) is int else 0
    text = _text(given.get("text"), visits.MOST_WORDS)
    return _state(key, sitter, visits.rate(inbox=inbox, sitter=sitter, conversation=pk, rating=score or 0, text=text))


@api("POST")
def leave(request: Request, key: str) -> HttpResponse:
    """They go; the answer follows by mail."""
    given = _body(request)
    inbox, sitter, pk = _theirs(request, key, given)
    email = _text(given.get("email"), 254)
    return _state(key, sitter, visits.leave(inbox=inbox, sitter=sitter, conversation=pk, email=email))


def _theirs(request: Request, key: str, given: dict[str, Any]) -> tuple[Inbox, Sitter, int]:
    sitter = door.sitter_of(request, key)
    door.count(request, key, "say", door.POSTS, door.POSTS_OF_INBOX)
    return door.inbox_of(key), sitter, door.chat_of(given.get("conversation"))


def _state(key: str, sitter: Sitter, row: Conversation) -> HttpResponse:
    chat = queries.chat(key, sitter, row.pk)
    return answer({"conversation": shapes.conversation(chat) if chat else None})


@api("GET", "POST")
def transcript(request: Request, key: str) -> HttpResponse:
    """GET: the conversation to keep, as a page or plain text. POST: by mail, to their own address only; with `at_end`
    true or false, whether it is mailed when it ends."""
    language, given = door.language_of(request), _body(request) if request.method == "POST" else request.GET.dict()
    sitter, pk = door.sitter_of(request, key), door.chat_of(given.get("conversation"))
    door.count(request, key, "say", door.POSTS, door.POSTS_OF_INBOX)
    if request.method == "POST" and isinstance(given.get("at_end"), bool):
        return _at_end(key, sitter, pk, given)
    row = queries.whole(key, sitter, pk)
    if request.method == "POST":
        address = transcripts.mail(conversation=row, email=_text(given.get("email"), 254), language=language)
        return answer({"email": address}, 202)
    form = given.get("format", "html")
    if form not in papers.FORMS:
        raise NotFound
    response = HttpResponse(papers.of(row, language, form), content_type=papers.FORMS[form])
    response["Content-Disposition"] = f'attachment; filename="chat.{form}"'
    return response


def _at_end(key: str, sitter: Sitter, pk: int, given: dict[str, Any]) -> HttpResponse:
    inbox, email = door.inbox_of(key), _text(given.get("email"), 254)
    row = transcripts.wish(inbox=inbox, sitter=sitter, conversation=pk, is_wanted=given["at_end"], email=email)
    return _state(key, sitter, row)


@api("POST")
def page(request: Request, key: str) -> HttpResponse:
    """They are on another page of the host now."""
    sitter, given = door.sitter_of(request, key), _body(request)
    door.count(request, key, "say", door.POSTS, door.POSTS_OF_INBOX)
    consent = given.get("consent") if isinstance(given.get("consent"), bool) else None
    url, title = _text(given.get("url")), _text(given.get("title"))
    visits.look_at(inbox=door.inbox_of(key), sitter=sitter, url=url, title=title, consent=consent)
    return HttpResponse(status=204)


@api("POST", "OPTIONS")
def greet(request: Request, key: str) -> HttpResponse:
    """Whether the host's page may show a first word of ours to somebody whom we know; `waved`: they want none.

    The loader asks, before there is a frame: so the browser must hear that pages of this origin may read the answer.
    """
    inbox = door.inbox_of(key)
    if request.method == "OPTIONS":
        return door.share(request, inbox, HttpResponse(status=204))
    sitter = door.sitter_of(request, key)
    door.count(request, key, "greet", door.BOOTS, door.BOOTS_OF_INBOX)
    if _body(request).get("waved") is True:
        greetings.wave_off(inbox=inbox, sitter=sitter)
        return door.share(request, inbox, answer({"may": False}))
    return door.share(request, inbox, answer({"may": greetings.greet(inbox=inbox, sitter=sitter)}))


@api("POST")
def shutdown(request: Request, key: str) -> HttpResponse:
    """The session is over on this device; a dead token is as good as none."""
    sitter = tokens.read(key, door.bearer(request), clock.now())
    if sitter is not None:
        with suppress(NotAllowed):
            visits.sign_off(inbox=door.inbox_of(key), sitter=sitter)
    return HttpResponse(status=204)


@api("GET")
def file(request: Request, key: str, name: str) -> HttpResponseBase:
    """A file of the conversation; the address itself is the proof: an hour, and no longer than the session."""
    told = tokens.read_file_name(name, clock.now())
    if told is None:
        raise NotFound
    return _inert(access.visitor_file(*told))


def _inert(row: Attachment) -> HttpResponse:
    shown = row.content_type in PICTURES
    response = HttpResponse(
        files.read(row.file), content_type=row.content_type if shown else "application/octet-stream"
    )
    response["Content-Disposition"] = content_disposition_header(not shown, row.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
