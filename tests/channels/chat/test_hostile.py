"""A hostile visitor: every address of the chat tried with what is not theirs, what is too much and what is malformed.

`ROWS` names every route; a new one without a row fails. After each refusal the database is as it was.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock, strict_json
from tests.channels.chat.conftest import Page
from tickets.actions import inboxes
from tickets.channels.chat import tokens, urls
from tickets.consumers import websocket_urlpatterns
from tickets.models import Conversation, Inbox, Ticket, Visitor
from tickets.rules.sitters import Sitter

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
Visit = Callable[..., Page]
# What has no token to show: pages and scripts (tests/channels/chat/test_widget_pages.py).
OPEN = {"chat_loader", "chat_shim", "chat_app", "chat_try"}
BELLS = {"ws/chat/<str:key>/"}
TABLES = (
    *("tickets_visitor", "tickets_conversation", "tickets_ticket", "tickets_message", "tickets_attachment"),
    *("tickets_participant", "tickets_delivery", "customers_customer", "customers_identity", "customers_timelineentry"),
    *("core_auditentry", "core_storedfile"),
)


@dataclass(frozen=True)
class Row:
    """One call. `body`: what is sent beside the conversation; None: nothing. `named`: it names a conversation.
    `bad`: the answer to a token that is none; `over`: to one that was good once; `others`: to a stranger's own good
    token with somebody else's conversation."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    named: bool = True
    bad: Any = (403, "bad_token")
    over: Any = (403, "session_over")
    others: Any = (404, "not_found")


NEW = {"client_id": "hostile", "text": "Buy this"}
NOTHING = (200, "reload")
GONE = (404, "not_found")
ROWS: dict[str, list[Row]] = {
    "chat_boot": [Row("POST", "boot", {}, named=False, bad=(200, "fresh"), over=(200, "fresh"), others=(200, "fresh"))],
    "chat_identify": [Row("POST", "identify", {"identity": {"name": "M"}}, named=False, others=(200, "own"))],
    "chat_messages": [
        Row("GET", "messages?conversation={chat}&after=0", over=NOTHING, others=NOTHING),
        Row("POST", "messages", NEW, others=(201, "own")),
    ],
    "chat_contact": [Row("POST", "contact", NEW | {"email": "m@evil.example"}, others=(201, "own"))],
    "chat_human": [Row("POST", "human", {}, others=(200, "own"))],
    "chat_seen": [Row("POST", "seen", {"seq": 1}, over=GONE)],
    "chat_solved": [Row("POST", "solved", {"solved": True}), Row("POST", "solved", {"solved": False})],
    "chat_rating": [Row("POST", "rating", {"rating": 1, "text": "Bad"})],
    "chat_leave": [Row("POST", "leave", {"email": "m@evil.example"})],
    "chat_transcript": [
        *(Row("GET", f"transcript?conversation={{chat}}&format={form}", over=GONE) for form in ("html", "txt")),
        Row("POST", "transcript", {"email": "m@evil.example"}, over=GONE),
        Row("POST", "transcript", {"email": "m@evil.example", "at_end": True}),
    ],
    "chat_page": [Row("POST", "page", {"url": "https://evil.example/"}, named=False, others=(204, ""))],
    "chat_greet": [Row("POST", "greet", {}, named=False, others=(200, "fresh"))],
    "chat_shutdown": [Row("POST", "shutdown", {}, named=False, bad=(204, ""), over=(204, ""), others=(204, ""))],
    "chat_file": [Row("GET", "files/x", named=False, bad=GONE, over=GONE, others=GONE)],
}
EVERY = [row for rows in ROWS.values() for row in rows]


def _rows() -> dict[str, str]:
    """What the database holds, told apart to the last value. When a page was last there may be written down."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            row = "to_jsonb(t) - 'seen_at' - 'last_seen_at'"
            cursor.execute(f"SELECT coalesce(json_agg({row} ORDER BY id)::text, '') FROM {table} t")
            found[table] = hashlib.sha256(cursor.fetchone()[0].encode()).hexdigest()
    return found


@pytest.fixture
def mina(visit: Visit) -> Page:
    """The victim: an open chat, a file in it."""
    page = visit()
    page.say("CANARY")
    return page


@pytest.fixture
def file(mina: Page) -> str:
    """The address of the victim's file."""
    body = encode_multipart(BOUNDARY, {"client_id": "f", "files": [SimpleUploadedFile("a.txt", b"CANARY")]})
    status, told = mina.call("POST", "messages", body, content_type=MULTIPART_CONTENT)
    assert status == 201
    return str(told["message"]["files"][0]["url"])


def _send(page: Page, row: Row, chat: str, **more: Any) -> tuple[int, Any]:
    body = None if row.body is None else row.body | ({"conversation": chat} if row.named else {})
    return page.call(row.method, row.path.format(chat=chat), body, **more)


def _code(told: Any) -> str:
    """What kind of answer it was: a problem's code, or what it gave."""
    if not isinstance(told, dict):
        assert b"CANARY" not in told.content
        return ""
    assert "CANARY" not in json.dumps(told)
    if "code" in told:
        assert (told["type"].startswith("http"), bool(told["detail"])) == (True, True)
        return str(told["code"])
    return "reload" if told.get("reload") else "own" if told.get("conversation") else "fresh"


def test_every_address_has_its_row() -> None:
    assert {one.name for one in urls.urlpatterns} == ROWS.keys() | OPEN
    assert {str(one.pattern) for one in websocket_urlpatterns if "chat" in str(one.pattern)} == BELLS


def _bad_tokens(page: Page) -> dict[str, str]:
    """What is no token of this widget, each made as well as a stranger can."""
    row, now = page.row().visitor, clock.now()
    version, body, mark = page.token.split(".")
    mine = Sitter(row.uid, row.epoch, device=row.uid)
    return {
        "none": "",
        "no words": "Bearer",
        "another widget's": tokens.mint("another-key", mine, now),
        "too old": tokens.mint(page.key, mine, now - tokens.LASTS - timedelta(minutes=1)),
        "of tomorrow": tokens.mint(page.key, mine, now + timedelta(days=1)),
        "a turned sign": f"{version}.{body}.{mark[::-1]}",
        "a cut sign": page.token[:-1],
        "other words": f"{version}.{body[:-4]}AAAA.{mark}",
        "another version": f"v2.{body}.{mark}",
        "doubled": f"{page.token}.{page.token}",
        "too long": f"{page.token}{'A' * 9_000}",
        "a name in it": f"{page.token}\u00e9",
        "a file's": tokens.file_name("x", f"{row.pk}:1:", now),
        "a chat's": tokens.chat_id(page.row().pk),
    }


def test_nothing_but_their_own_token_is_a_proof(mina: Page) -> None:
    shapes, before, chat = _bad_tokens(mina), _rows(), mina.chat["id"]
    for row in EVERY:
        for name, token in shapes.items():
            status, told = _send(Page(mina.key, token), row, chat)
            assert (status, _code(told)) == row.bad, (row, name)
    assert _rows() == before


def test_a_proof_in_another_place_is_none(mina: Page) -> None:
    before, chat = _rows(), mina.chat["id"]
    for row in EVERY:
        thief, where = Page(mina.key), row.path.format(chat=chat)
        for name in ("token", "Authorization", "portal", "sessionid"):
            thief.client.cookies[name] = f"Bearer {mina.token}"
        status, told = thief.call(row.method, f"{where}{'&' if '?' in where else '?'}token={mina.token}", row.body)
        assert (status, _code(told)) == row.bad, row
        for kind in ("Basic", "bearer", "Token", "Bearer:"):
            headers = {"Authorization": f"{kind} {mina.token}", "X-Authorization": f"Bearer {mina.token}"}
            body, path = json.dumps(row.body or {}), f"/w/{mina.key}/api/{where}"
            answer = Client().generic(row.method, path, body, content_type="application/json", headers=headers)
            assert answer.status_code == row.bad[0], (row, kind)
    assert _rows() == before


def test_a_session_that_is_over_is_good_for_nothing(mina: Page) -> None:
    thief = Page(mina.key, mina.token)
    assert mina.call("POST", "shutdown", {})[0] == 204
    before = _rows()
    for row in EVERY:
        with transaction.atomic():
            status, told = _send(thief, row, mina.chat["id"])
        assert (status, _code(told)) == row.over, row
    assert _rows() == before


def _of(page: Page) -> list[Any]:
    """All that is known of a conversation and its people."""
    row = page.row()
    visitor, ticket = Visitor.objects.filter(pk=row.visitor_id), Ticket.objects.filter(pk=row.ticket_id)
    messages = row.ticket.messages.values("id", "text", "seq", "removed_at")
    rows = (visitor.values(), ticket.defer("search").values(), Conversation.objects.filter(pk=row.pk).values())
    return [list(one) for one in (*rows, messages)]


def test_a_stranger_has_no_hand_in_anybody_elses_conversation(mina: Page, visit: Visit, widget: Inbox) -> None:
    away = inboxes.create_inbox(by=SYSTEM, kind="chat", name="Another shop", team=widget.team)
    before, chat, strangers = _of(mina), mina.chat["id"], [visit(), visit(away)]
    for row in EVERY:
        for mallory in strangers:
            mallory.boot()
            mallory.say("Mine")
            status, told = _send(mallory, row, chat)
            assert (status, _code(told)) in (row.others, (200, row.others[1])), row
    assert _of(mina) == before


def test_who_has_not_spoken_has_no_hand_in_it_either(mina: Page, visit: Visit) -> None:
    before, looker = _rows(), visit()
    for row in EVERY:
        if row.others in (GONE, NOTHING):
            status, told = _send(looker, row, mina.chat["id"])
            assert (status, _code(told)) == row.others, row
    assert _rows() == before


def _names(good: str, other: int) -> list[Any]:
    """What is no name of a conversation."""
    number, _, mark = good.partition("-")
    return [
        *(None, 1, True, [good], {"id": good}, "", "-", number, f"{number}-", f"-{mark}", f"0{good}", f"{good}0"),
        *(good.upper() if good.upper() != good else f"{good}x", f"{other:x}-{mark}", f"{number}-{mark[::-1]}"),
        *(f"{number}-{mark[:-1]}é", f" {good}", "../1", "1 OR 1=1", "۱-" + mark, "f" * 9_000, f"{'f' * 15}-{mark}"),
    ]


def test_what_names_no_conversation_is_not_found(mina: Page, visit: Visit) -> None:
    other = visit()
    other.say("Another")
    names, before = _names(mina.chat["id"], other.row().pk), _rows()
    for row in (one for one in EVERY if one.method == "POST" and one.others == GONE and one.named):
        for name in names:
            status, told = mina.call("POST", row.path, (row.body or {}) | {"conversation": name})
            assert (status, _code(told)) == GONE, (row, name)
    assert _rows() == before


KIND = "unsupported_media_type"
BODIES: dict[str, tuple[bytes, str, int, str]] = {
    "a list": (b"[]", "application/json", 422, "invalid"),
    "words": (b'"hello"', "application/json", 422, "invalid"),
    "null": (b"null", "application/json", 422, "invalid"),
    "a number": (b"7", "application/json", 422, "invalid"),
    "half": (b'{"text":', "application/json", 400, "bad_json"),
    "two": (b"{}{}", "application/json", 400, "bad_json"),
    "NaN": (b'{"seq": NaN}', "application/json", 400, "bad_json"),
    "endless": (b'{"seq": 1e999}', "application/json", 400, "bad_json"),
    "a number of many digits": (b'{"seq": ' + b"9" * 6_000 + b"}", "application/json", 400, "bad_json"),
    "deep": (b'{"a":' * 40 + b"1" + b"}" * 40, "application/json", 400, "bad_json"),
    "a well": (b"[" * 90_000, "application/json", 400, "bad_json"),
    "NUL": (b'{"text": "a\\u0000b"}', "application/json", 400, "bad_input"),
    "half a letter": (b'{"text": "\\ud800"}', "application/json", 400, "bad_input"),
    "a name with NUL": (b'{"\\u0000": 1}', "application/json", 400, "bad_input"),
    "no UTF-8": (b'{"text": "\xff\xfe"}', "application/json", 400, "bad_json"),
    "UTF-16": ('{"text": "x"}'.encode("utf-16"), "application/json; charset=utf-16", 400, "bad_json"),
    "too much": (b" " * (strict_json.MOST_BYTES + 1), "application/json", 413, "too_large"),
    "a form": (b"text=x&client_id=y", "application/x-www-form-urlencoded", 415, KIND),
    "plain": (b'{"text": "x"}', "text/plain", 415, KIND),
    "no kind": (b'{"text": "x"}', "", 415, KIND),
    "a strange kind": (b'{"text": "x"}', "application/json, text/html", 415, KIND),
    "XML": (b"<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>", "text/xml", 415, KIND),
}


def test_what_cannot_be_read_is_refused_and_said_why(mina: Page) -> None:
    before = _rows()
    for path in sorted({row.path for row in EVERY if row.method == "POST"} - {"shutdown"}):
        for name, (body, kind, status, code) in BODIES.items():
            given, told = mina.call("POST", path, body, content_type=kind)
            assert (given, _code(told)) == (status, code), (path, name)
    assert _rows() == before


def test_goodbye_reads_nothing_of_what_is_sent_along(mina: Page) -> None:
    for body, kind, *_more in BODIES.values():
        assert Page(mina.key, "x").call("POST", "shutdown", body, content_type=kind)[0] == 204
    assert mina.read()["reload"] is False


BROKEN = {
    "no end": (
        b"--x\r\nContent-Disposition: form-data; name=client_id\r\n\r\na",
        "multipart/form-data; boundary=x",
        422,
    ),
    "no boundary": (b"--x--", "multipart/form-data", 400),
    "a strange boundary": (b"--x--", "multipart/form-data; boundary=\u00e9", 400),
    "another kind": (b"--x--", "multipart/mixed; boundary=x", 422),
    "a bad encoding": (
        b"--x\r\nContent-Disposition: form-data; name=f; filename=a\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n!\r\n--x--\r\n",
        "multipart/form-data; boundary=x",
        400,
    ),
    "too many fields": (
        b"".join(b'--x\r\nContent-Disposition: form-data; name="%d"\r\n\r\n1\r\n' % n for n in range(2_100)) + b"--x--",
        "multipart/form-data; boundary=x",
        400,
    ),
    "too many files": (
        b"".join(
            b'--x\r\nContent-Disposition: form-data; name="files"; filename="%d.txt"\r\n\r\n1\r\n' % n
            for n in range(150)
        )
        + b"--x--",
        "multipart/form-data; boundary=x",
        400,
    ),
}


def test_a_form_that_cannot_be_read_is_refused(mina: Page) -> None:
    before = _rows()
    for shape, (body, kind, wanted) in BROKEN.items():
        status, told = mina.call("POST", "messages", body, content_type=kind)
        assert (status, bool(_code(told))) == (wanted, True), shape
    assert _rows() == before


LONG = "x" * 20_001
MISTYPED: dict[str, list[tuple[dict[str, Any], int]]] = {
    "messages": [
        *(({"client_id": one, "text": "x"}, 422) for one in (None, "", 1, True, [], {})),
        *(({"client_id": "m", "text": one}, 422) for one in (None, "", " \n", 1, [], {"a": 1}, LONG)),
        ({"client_id": "m", "text": "", "files": ["../../etc/passwd"]}, 422),
    ],
    "contact": [
        *(({**NEW, "email": one}, 422) for one in (None, "", "x", "@b", 7, [], f"{'a' * 300}@b.example")),
        ({**NEW, "email": "a@b.example\r\nBcc: c@d.example"}, 422),
        ({"email": "a@b.example", "text": "x"}, 422),
    ],
    "seen": [({"seq": one}, 404) for one in (None, "1", True, -1, 1.5, 2**31, 2**70, [1], {})],
    "solved": [({"solved": one}, 422) for one in (None, "true", 1, 0, [], {})],
    "rating": [({"rating": one}, 422) for one in (None, 0, 6, -1, "5", True, 4.5, [5], 2**70, {})],
    "leave": [
        *(({"email": one}, 422) for one in (None, "", "x", "@b", 7, [], "a@b.example, c@d.example")),
        ({"email": "a@b.example\nBcc: c@d.example"}, 422),
    ],
    "transcript": [({"email": one}, 422) for one in (None, "x", 7, [], "m@evil.example")],
}


def test_a_value_of_the_wrong_kind_is_refused(mina: Page) -> None:
    before, chat = _rows(), mina.chat["id"]
    for path, shapes in MISTYPED.items():
        for body, wanted in shapes:
            status, told = mina.call("POST", path, {"conversation": chat} | body)
            assert (status, bool(_code(told))) == (wanted, True), (path, body)
    assert _rows() == before


def test_a_page_that_says_nonsense_of_itself_is_taken_for_nobody(mina: Page) -> None:
    strange: list[Any] = [None, 1, ["x"], {"x": {"y": []}}, "\u202e\u2066<script>" * 300]
    before = _rows()
    for one in strange:
        for name in ("token", "identity", "page", "locale", "consent"):
            status, told = Page(mina.key).call("POST", "boot", {name: one})
            assert (status, _code(told)) == (200, "fresh"), (name, one)
        status, told = Page(mina.key).call("POST", "boot", {"origin": one})
        assert status == (403 if isinstance(one, str) else 200), one
    assert _rows() == before


def test_ended_long_ago_a_chat_is_not_woken_by_name(mina: Page, file: str) -> None:
    then = clock.now() - timedelta(hours=25)
    old = Conversation.objects.filter(pk=mina.row().pk)
    old.update(state="ended", ended_at=then)
    ticket = Ticket.objects.get(chat__in=old)
    told = mina.say("On with it", conversation=mina.chat["id"])
    assert (told["text"], Ticket.objects.count()) == ("On with it", 2)
    assert old.get().state == "ended"
    assert Ticket.objects.get(pk=ticket.pk).seq == ticket.seq
