"""WhatsApp from the hook to the thread and back, against a stand-in that answers as Meta's documentation says."""

import hashlib
import hmac
import itertools
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from customers import actions as customers
from customers.rules.identity import Handle
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, NotAllowed
from helpdesk.core.management.commands.drain import drain
from tests.support.standin import Answered, Asked, StandIn, standing
from tickets.actions import inboxes, replies, templates, voiceboxes
from tickets.envelopes import InboundAttachment
from tickets.happenings import TemplateUse
from tickets.models import Delivery, FarFile, Inbox, Message, MessageChange, Peer, RawInbound, Ticket
from tickets.rules.wordings import wording

pytestmark = pytest.mark.django_db
Acts = Callable[[User], Actor]
SECRET, WORD = "app-secret", "our-word"
MINA = "989121234567"
_numbers = itertools.count(1)


def cloud(asked: Asked) -> Answered:
    """The Cloud API, as documented."""
    if asked.path.endswith("/media"):
        return Answered(data={"id": "media-1"})
    if asked.path.endswith("/messages"):
        sent = {"messages": [{"id": f"wamid.out{next(_numbers)}"}], "contacts": [{"wa_id": asked.data.get("to")}]}
        return Answered(data={"messaging_product": "whatsapp"} | sent)
    if asked.path.endswith("/file"):
        return Answered(data=b"\xff\xd8picture", headers={"Content-Type": "image/jpeg"})
    host = asked.headers["host"]
    return Answered(data={"url": f"http://{host}/file", "mime_type": "image/jpeg", "id": "pic-1"})


@pytest.fixture
def whatsapp(settings: Any, team: Team) -> Iterator[tuple[StandIn, Inbox]]:
    """A number, and Meta beside us."""
    with standing(cloud) as place:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{place.port}",)
        given = {"secret": SECRET, "token": "EAAG", "verify_token": WORD, "phone_id": "1065", "account_id": "1022"}
        given |= {"api_url": place.url}
        yield place, inboxes.create_inbox(by=SYSTEM, kind="whatsapp", name="WhatsApp", settings=given, team=team)


def signature(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def post(inbox: Inbox, told: Any, sign: str | None = None) -> int:
    body = json.dumps(told).encode()
    headers = {"X-Hub-Signature-256": signature(body) if sign is None else sign}
    where = f"/hooks/{inbox.kind}/{inbox.key}/"
    return Client().post(where, body, "application/json", headers=headers).status_code


def told(*messages: dict[str, Any], field: str = "messages", **value: Any) -> dict[str, Any]:
    """A request with messages of Mina's."""
    rows = [{"from": MINA, "timestamp": str(int(clock.now().timestamp())), **row} for row in messages]
    inner = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "1065"}} | value
    if rows:
        inner |= {"contacts": [{"profile": {"name": "Mina Rad"}, "wa_id": MINA}], field: rows}
    entry = {"id": "1022", "changes": [{"field": field, "value": inner}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def words(text: str, number: int = 1, **more: Any) -> dict[str, Any]:
    return {"id": f"wamid.in{number}", "type": "text", "text": {"body": text}, **more}


def written(inbox: Inbox, text: str = "Where is my order?") -> Ticket:
    post(inbox, told(words(text)))
    drain()
    return Ticket.objects.get()


def sent_after(seconds: int = 11) -> None:
    with clock.frozen(clock.now() + timedelta(seconds=seconds)):
        drain()


def test_a_message_becomes_a_ticket_and_a_repeat_changes_nothing(whatsapp: tuple[StandIn, Inbox]) -> None:
    _, inbox = whatsapp
    assert [post(inbox, told(words("سلام"), words("سفارش من؟", 2))) for _ in range(3)] == [200] * 3
    drain()
    ticket = Ticket.objects.get()
    assert [one.text for one in ticket.messages.order_by("seq")] == ["سلام", "سفارش من؟"]
    assert (ticket.customer.name, ticket.channel) == ("Mina Rad", "whatsapp")
    assert ticket.customer.identities.get().value == "+989121234567"


@pytest.mark.parametrize("sign", ["", "sha256=", signature(b"{}"), signature(b"{}", "another"), "sha1=abc"])
def test_a_forged_signature_leaves_nothing_behind(whatsapp: tuple[StandIn, Inbox], sign: str) -> None:
    _, inbox = whatsapp
    assert post(inbox, told(words("Hello")), sign) == 403
    assert not RawInbound.objects.exists()


def test_the_secret_before_counts_while_it_is_rotated_and_none_counts_when_there_is_none(
    whatsapp: tuple[StandIn, Inbox],
) -> None:
    _, inbox = whatsapp
    change = {"by": SYSTEM, "inbox": inbox, "team": inbox.team}
    inboxes.change_inbox(**change, settings={"secret": "new", "secret_old": SECRET})
    assert post(inbox, told(words("Hello"))) == 200
    inboxes.change_inbox(**change, settings={"secret": None, "secret_old": None})
    assert post(inbox, told(words("Hello again", 2))) == 403
    assert RawInbound.objects.count() == 1


@pytest.mark.parametrize(("word", "status"), [(WORD, 200), ("another", 403), ("", 403)])
def test_meta_is_greeted_by_whoever_knows_the_word(whatsapp: tuple[StandIn, Inbox], word: str, status: int) -> None:
    _, inbox = whatsapp
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": word}
    answer = Client().get(f"/hooks/whatsapp/{inbox.key}/", asked)
    assert (answer.status_code, answer.content == b"1158201444") == (status, status == 200)


def test_what_they_chose_shared_or_ordered_reads_as_words(whatsapp: tuple[StandIn, Inbox]) -> None:
    _, inbox = whatsapp
    form = {"name": "flow", "body": "Sent", "response_json": '{"flow_token": "t", "day": "Monday"}'}
    items = [{"product_retailer_id": "SKU-1", "quantity": 2, "item_price": 30, "currency": "USD"}]
    card = {"name": {"formatted_name": "Apple Inc."}, "phones": [{"phone": "+911800"}]}
    rows: list[dict[str, Any]] = [
        {"type": "button", "button": {"text": "Yes", "payload": "y"}},
        {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "1", "title": "Refund"}}},
        {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": form}},
        {"type": "location", "location": {"latitude": 35.7, "longitude": 51.4, "name": "Azadi", "address": "Tehran"}},
        {"type": "contacts", "contacts": [card]},
        {"type": "order", "order": {"text": "Please wrap", "product_items": items}},
        {"type": "unsupported", "errors": [{"code": 131051}], "unsupported": {"type": "poll_creation"}},
        {"type": "hologram", "hologram": {}},
    ]
    post(inbox, told(*({"id": f"wamid.{number}", **row} for number, row in enumerate(rows))))
    drain()
    assert [one.text for one in Message.objects.order_by("seq")] == [
        "Yes",
        "Refund",
        "Sent\nday: Monday",
        "Azadi, Tehran\nhttps://www.openstreetmap.org/?mlat=35.7&mlon=51.4",
        "Apple Inc.\n+911800",
        "2 × SKU-1 (30 USD)\nPlease wrap",
        "[poll_creation]",
        "[hologram]",
    ]


def test_a_picture_is_fetched_in_two_steps_with_our_key(whatsapp: tuple[StandIn, Inbox]) -> None:
    place, inbox = whatsapp
    picture = {"id": "pic-1", "mime_type": "image/jpeg", "sha256": "x", "caption": "Broken"}
    post(inbox, told({"id": "wamid.1", "type": "image", "image": picture}))
    drain()
    message = Message.objects.get()
    assert (message.text, message.attachments.get().name) == ("Broken", "image.jpg")
    assert [one.path for one in place.asked] == ["/v24.0/pic-1", "/file"]
    assert {one.headers["authorization"] for one in place.asked} == {"Bearer EAAG"}


def test_a_picture_that_is_gone_is_said_to_be_gone(whatsapp: tuple[StandIn, Inbox]) -> None:
    place, inbox = whatsapp
    refusal = {"error": {"code": 100, "error_subcode": 33, "message": "Object does not exist"}}
    place.answer = lambda asked: Answered(404, refusal)
    post(inbox, told({"id": "wamid.1", "type": "image", "image": {"id": "pic-1", "mime_type": "image/jpeg"}}))
    drain()
    assert (FarFile.objects.get().state, FarFile.objects.get().error) == ("failed", "Object does not exist")


def test_edits_deletions_and_reactions_are_shown_with_what_stood_before(whatsapp: tuple[StandIn, Inbox]) -> None:
    _, inbox = whatsapp
    post(inbox, told(words("Teh parcel")))
    now = {"original_message_id": "wamid.in1", "message": {"type": "text", "text": {"body": "The parcel"}}}
    post(inbox, told({"id": "wamid.e", "type": "edit", "edit": now}))
    thumb = {"message_id": "wamid.in1", "emoji": "👍"}
    post(inbox, told({"id": "wamid.r", "type": "reaction", "reaction": thumb}))
    post(inbox, told({"id": "wamid.d", "type": "revoke", "revoke": {"original_message_id": "wamid.in1"}}))
    drain()
    rows = MessageChange.objects.order_by("id").values_list("kind", "was", "text")
    assert list(rows) == [("edited", "Teh parcel", "The parcel"), ("reaction", "", "👍"), ("deleted", "", "")]
    assert Ticket.objects.get().messages.count() == 1


def test_what_we_wrote_in_the_app_is_our_answer(whatsapp: tuple[StandIn, Inbox]) -> None:
    _, inbox = whatsapp
    ticket = written(inbox)
    echo = {"from": "15550783881", "to": MINA, "id": "wamid.app", "type": "text", "text": {"body": "On its way."}}
    post(inbox, told(echo, field="message_echoes"))
    drain()
    ticket.refresh_from_db()
    assert [(one.kind, one.text) for one in ticket.messages.order_by("seq")][1] == ("out", "On its way.")
    assert (ticket.status, ticket.waiting_since) == ("waiting", None)


@pytest.mark.parametrize(
    "request_body",
    [
        {"statuses": [{"id": "wamid.x", "status": "deleted"}]},
        {"object": "whatsapp_business_account", "entry": {}},
        {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "account_alerts", "value": {}}]}]},
        told({"id": "wamid.g", "group_id": "g1", "type": "text", "text": {"body": "to all"}}),
        told({"id": "wamid.s", "type": "system", "system": {"type": "user_changed_number", "wa_id": "1"}}),
    ],
)
def test_what_concerns_nobody_makes_no_ticket(whatsapp: tuple[StandIn, Inbox], request_body: Any) -> None:
    _, inbox = whatsapp
    assert post(inbox, request_body) == 200
    drain()
    assert not Ticket.objects.exists()
    assert not RawInbound.objects.filter(state="quarantined").exists()


def test_somebody_without_a_number_is_known_by_their_id_and_answered_by_it(
    whatsapp: tuple[StandIn, Inbox], agent: User, act: Acts
) -> None:
    place, inbox = whatsapp
    row = {"from": None, "from_user_id": "IR.2081978709342942", **words("Hello")}
    body = told(row)
    body["entry"][0]["changes"][0]["value"]["contacts"] = [
        {"profile": {"name": "Mina"}, "user_id": "IR.2081978709342942"}
    ]
    post(inbox, body)
    drain()
    assert (Peer.objects.get().address, Peer.objects.get().customer.name) == ("IR.2081978709342942", "Mina")
    replies.reply(by=act(agent), ticket=Ticket.objects.get(), body="Hello")
    sent_after()
    assert place.calls("/messages")[0].data["recipient"] == "IR.2081978709342942"


def test_the_answer_leaves_once_and_its_fate_is_told(whatsapp: tuple[StandIn, Inbox], agent: User, act: Acts) -> None:
    place, inbox = whatsapp
    replies.reply(by=act(agent), ticket=written(inbox), body="On its way.")
    sent_after()
    asked = place.calls("/messages")[0]
    assert (asked.path, asked.headers["authorization"]) == ("/v24.0/1065/messages", "Bearer EAAG")
    assert (asked.data["to"], asked.data["text"]["body"]) == (MINA, "On its way.")
    copy = Delivery.objects.get()
    known = copy.external.get().external_id
    assert copy.state == "sent"
    for state, then in (("read", "read"), ("delivered", "read"), ("sent", "read")):
        post(inbox, told(statuses=[{"id": known, "status": state, "recipient_id": MINA, "timestamp": "1763900001"}]))
        drain()
        copy.refresh_from_db()
        assert copy.state == then
    sent_after(600)
    assert len(place.calls("/messages")) == 1


def test_a_failure_that_comes_later_is_told_with_its_cause(
    whatsapp: tuple[StandIn, Inbox], agent: User, act: Acts
) -> None:
    _, inbox = whatsapp
    replies.reply(by=act(agent), ticket=written(inbox), body="On its way.")
    sent_after()
    copy = Delivery.objects.get()
    fault = {"code": 131047, "title": "Re-engagement message", "error_data": {"details": "More than 24 hours"}}
    post(inbox, told(statuses=[{"id": copy.external.get().external_id, "status": "failed", "errors": [fault]}]))
    drain()
    copy.refresh_from_db()
    assert (copy.state, copy.error, copy.status_code) == ("failed", "window: More than 24 hours", "131047")


@pytest.mark.parametrize(
    ("status", "error", "state", "begins", "wait"),
    [
        (400, {"code": 131047, "message": "Re-engagement message"}, "failed", "window: Re-engagement", 0),
        (400, {"code": 131026, "message": "Message undeliverable"}, "failed", "recipient: Message undeliverable", 0),
        (400, {"code": 132001, "message": "Template does not exist"}, "failed", "template: Template", 0),
        (401, {"code": 190, "message": "Session has expired"}, "queued", "sign-in refused: Session", 0),
        (400, {"code": 131042, "message": "Payment issue"}, "queued", "sign-in refused: Payment", 0),
        (429, {"code": 130429, "message": "Rate limit hit"}, "queued", "slow down: Rate limit", 77),
        (400, {"code": 131056, "message": "Pair rate limit"}, "queued", "slow down: Pair", 60),
        (400, {"code": 131048, "message": "Spam rate limit"}, "queued", "slow down: Spam", 900),
        (500, {"code": 131000, "message": "Something went wrong"}, "queued", "Something", 0),
        (503, None, "queued", "", 0),
        (400, {"code": 999999, "message": "Never heard of"}, "failed", "Never heard of", 0),
    ],
)
def test_a_refusal_is_told_as_it_is(
    whatsapp: tuple[StandIn, Inbox],
    agent: User,
    act: Acts,
    status: int,
    error: Any,
    state: str,
    begins: str,
    wait: int,
) -> None:
    place, inbox = whatsapp
    replies.reply(by=act(agent), ticket=written(inbox), body="On its way.")
    more = {"Retry-After": "77"} if status == 429 else {}
    place.answer = lambda asked: Answered(status, {"error": error} if error else {}, more)
    later = clock.now() + timedelta(seconds=11)
    with clock.frozen(later):
        drain()
    copy = Delivery.objects.get()
    assert (copy.state, copy.error[: len(begins)]) == (state, begins)
    if wait:
        assert copy.next_at is not None and copy.next_at >= later + timedelta(seconds=wait)
    if begins.startswith("sign-in"):
        inbox.refresh_from_db()
        assert "sign-in refused" in inbox.last_error


def test_after_a_day_words_are_stopped_and_an_approved_template_leaves(
    whatsapp: tuple[StandIn, Inbox], agent: User, act: Acts
) -> None:
    place, inbox = whatsapp
    ticket = written(inbox)
    inbox.templates.create(name="order_ready", language="fa", body="Order {{1}} is ready, {{2}}.")
    with clock.frozen(clock.now() + timedelta(hours=25)):
        with pytest.raises(Conflict) as refused:
            replies.reply(by=act(agent), ticket=ticket, body="Hello?")
        assert refused.value.code == "window_closed"
        assert not Message.objects.filter(kind="out").exists()
        use = TemplateUse("order_ready", "fa", ("12", "Mina"), shape={"names": ["number", "who"], "header": 1})
        replies.reply(by=act(agent), ticket=ticket, body="Order 12 is ready, Mina.", template=use)
        sent_after()
    data = place.calls("/messages")[0].data
    assert data["template"] == {
        "name": "order_ready",
        "language": {"code": "fa"},
        "components": [
            {"type": "header", "parameters": [{"type": "text", "text": "12", "parameter_name": "number"}]},
            {"type": "body", "parameters": [{"type": "text", "text": "Mina", "parameter_name": "who"}]},
        ],
    }


def test_what_comes_late_opens_no_window_anew(whatsapp: tuple[StandIn, Inbox], agent: User, act: Acts) -> None:
    _, inbox = whatsapp
    post(inbox, told(words("Hello", timestamp=str(int((clock.now() - timedelta(hours=30)).timestamp())))))
    drain()
    with pytest.raises(Conflict) as refused:
        replies.reply(by=act(agent), ticket=Ticket.objects.get(), body="Hello?")
    assert refused.value.code == "window_closed"
    post(inbox, told(words("Are you there?", 2)))
    post(inbox, told(words("Late once more", 3, timestamp="1763900000")))
    drain()
    replies.reply(by=act(agent), ticket=Ticket.objects.get(), body="Yes")
    assert Message.objects.filter(kind="out").count() == 1


def test_a_body_of_the_older_api_is_read_too(whatsapp: tuple[StandIn, Inbox]) -> None:
    _, inbox = whatsapp
    contacts = [{"profile": {"name": "Mina Rad"}, "wa_id": MINA}]
    post(inbox, {"contacts": contacts, "messages": [{"from": MINA, "timestamp": "1763900000", **words("Hello")}]})
    drain()
    assert (Message.objects.get().text, Ticket.objects.get().customer.name) == ("Hello", "Mina Rad")


def test_by_360dialog_its_own_word_vouches_and_its_own_key_signs_in(
    whatsapp: tuple[StandIn, Inbox], agent: User, act: Acts
) -> None:
    place, inbox = whatsapp
    inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings={"provider": "360dialog"})
    body, where = json.dumps(told(words("Hello"))), f"/hooks/whatsapp/{inbox.key}/"
    assert Client().post(where, body, "application/json", headers={"Authorization": "Bearer no"}).status_code == 403
    given = {"Authorization": f"Bearer {SECRET}"}
    assert Client().post(where, body, "application/json", headers=given).status_code == 200
    drain()
    replies.reply(by=act(agent), ticket=Ticket.objects.get(), body="On its way.")
    sent_after()
    asked = place.calls("/messages")[0]
    assert (asked.path, asked.headers["d360-api-key"]) == ("/messages", "EAAG")


def test_files_are_uploaded_then_sent_each_as_what_it_is(
    whatsapp: tuple[StandIn, Inbox], agent: User, act: Acts
) -> None:
    place, inbox = whatsapp
    files = [
        InboundAttachment("label.png", "image/png", b"\x89PNG\r\n\x1a\n"),
        InboundAttachment("bill.pdf", "application/pdf", b"%PDF-1.4"),
    ]
    replies.reply(by=act(agent), ticket=written(inbox), body="Here they are", attachments=files)
    sent_after()
    assert [one.data["file"] for one in place.calls("/media")] == [one.data for one in files]
    words_, picture, bill = (one.data for one in place.calls("/messages"))
    assert (words_["type"], picture["image"]) == ("text", {"id": "media-1"})
    assert bill["document"] == {"id": "media-1", "filename": "bill.pdf"}


def test_after_a_cut_in_the_middle_only_what_is_missing_is_sent(
    whatsapp: tuple[StandIn, Inbox], agent: User, act: Acts
) -> None:
    place, inbox = whatsapp
    file = InboundAttachment("label.png", "image/png", b"\x89PNG\r\n\x1a\n")
    replies.reply(by=act(agent), ticket=written(inbox), body="Here it is", attachments=[file])
    place.answer = lambda asked: Answered(503, {}) if asked.path.endswith("/media") else cloud(asked)
    sent_after()
    assert Delivery.objects.get().state == "queued"
    place.answer = cloud
    sent_after(900)
    assert [one.data["type"] for one in place.calls("/messages")] == ["text", "image"]
    assert (Delivery.objects.get().state, Delivery.objects.get().external.count()) == ("sent", 2)


def test_who_is_written_to_first_answers_into_the_same_ticket(
    whatsapp: tuple[StandIn, Inbox], agent: User, act: Acts, ticket: Ticket
) -> None:
    place, inbox = whatsapp
    customers.add_handle(by=SYSTEM, customer=ticket.customer, handle=Handle("phone", f"+{MINA}"))
    inbox.templates.create(name="hello", language="en", body="Hello")
    use = TemplateUse("hello", "en")
    replies.reply(by=act(agent), ticket=ticket, body="Hello", channel="whatsapp", template=use)
    sent_after()
    assert place.calls("/messages")[0].data["to"] == MINA
    post(inbox, told(words("Hello back")))
    drain()
    assert ticket.messages.filter(kind="in", channel="whatsapp").get().text == "Hello back"


LISTED = [
    {
        "id": "1",
        "name": "order_ready",
        "language": "fa",
        "status": "APPROVED",
        "category": "UTILITY",
        "parameter_format": "NAMED",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Order {{number}}"},
            {"type": "BODY", "text": "It is ready, {{who}}. Order {{number}}."},
            {"type": "FOOTER", "text": "The shop"},
            {
                "type": "BUTTONS",
                "buttons": [{"type": "QUICK_REPLY"}, {"type": "URL", "url": "https://x.example/{{1}}"}],
            },
        ],
    },
    {"name": "promo", "language": "en", "status": "REJECTED", "components": [{"type": "BODY", "text": "Buy"}]},
    {
        "name": "cards",
        "language": "en",
        "status": "APPROVED",
        "components": [{"type": "BODY", "text": "See"}, {"type": "CAROUSEL", "cards": []}],
    },
]


def listing(asked: Asked) -> Answered:
    """Two pages of templates."""
    if asked.path.endswith("/message_templates"):
        if asked.query.get("after") == "two":
            return Answered(data={"data": LISTED[1:]})
        paging = {"cursors": {"after": "two"}, "next": "https://graph.facebook.com/next"}
        return Answered(data={"data": LISTED[:1], "paging": paging})
    return Answered(data={"success": True, "id": "1065"})


def test_connecting_tells_our_address_and_lists_what_is_approved(whatsapp: tuple[StandIn, Inbox]) -> None:
    place, inbox = whatsapp
    inbox.templates.create(name="old", language="en", body="Old")
    place.answer = listing
    assert voiceboxes.connect(by=SYSTEM, inbox=inbox).ok
    told_ = place.calls("/subscribed_apps")[0].data
    assert told_["override_callback_uri"].endswith(f"/hooks/whatsapp/{inbox.key}/")
    found = {one.name: one for one in inbox.templates.all()}
    states = {name: one.state for name, one in found.items()}
    assert states == {"order_ready": "approved", "promo": "rejected", "cards": "unsupported", "old": "gone"}
    ready = found["order_ready"]
    assert ready.body == "Order {{1}}\nIt is ready, {{2}}. Order {{3}}.\nhttps://x.example/{{4}}"
    assert ready.shape == {"header": 1, "names": ["number", "who", "number"], "buttons": [1]}


def test_what_was_filled_in_goes_where_it_belongs(whatsapp: tuple[StandIn, Inbox], agent: User, act: Acts) -> None:
    place, inbox = whatsapp
    ticket = written(inbox)
    shape = wording(LISTED[0]).shape
    use = TemplateUse("order_ready", "fa", ("12", "Mina", "12", "t/12"), shape=shape)
    replies.reply(by=act(agent), ticket=ticket, body="…", template=use)
    sent_after()
    components = place.calls("/messages")[0].data["template"]["components"]
    assert [(one["type"], [each["text"] for each in one["parameters"]]) for one in components] == [
        ("header", ["12"]),
        ("body", ["Mina", "12"]),
        ("button", ["t/12"]),
    ]
    assert [each["parameter_name"] for each in components[1]["parameters"]] == ["who", "number"]
    assert (components[2]["sub_type"], components[2]["index"]) == ("url", "1")


def test_a_list_that_is_refused_changes_no_template(whatsapp: tuple[StandIn, Inbox]) -> None:
    place, inbox = whatsapp
    inbox.templates.create(name="old", language="en", body="Old")
    place.answer = lambda asked: Answered(401, {"error": {"code": 190, "message": "expired"}})
    assert templates.sync(by=SYSTEM, inbox=inbox).cause == "sign_in"
    inbox.refresh_from_db()
    assert (inbox.templates.get().state, "expired" in inbox.last_error) == ("approved", True)


def test_only_who_keeps_inboxes_may_list_templates(whatsapp: tuple[StandIn, Inbox], agent: User, act: Acts) -> None:
    place, inbox = whatsapp
    with pytest.raises(NotAllowed):
        templates.sync(by=act(agent), inbox=inbox)
    assert not place.asked


def test_a_template_that_is_paused_there_is_offered_no_more(whatsapp: tuple[StandIn, Inbox]) -> None:
    place, inbox = whatsapp
    inbox.templates.create(name="order_ready", language="fa", body="Old")
    place.answer = lambda asked: Answered(503, {})
    row = {"event": "PAUSED", "message_template_name": "order_ready", "message_template_language": "fa"}
    change = {"field": "message_template_status_update", "value": row}
    post(inbox, {"object": "whatsapp_business_account", "entry": [{"id": "1022", "changes": [change]}]})
    drain()
    assert inbox.templates.get().state == "paused"
    place.answer = listing
    sent_after(60)
    assert inbox.templates.get(name="order_ready").state == "approved"
