"""Handles: claimed or proven, whose and since when; a number that is given away again."""

import pytest
from django.test import Client

from customers import actions
from customers.actions import merging, splitting
from customers.models import Customer, CustomerMerge, HandlePast, Identity
from customers.queries import handles as queries
from customers.rules.identity import Handle
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import clock
from helpdesk.core.errors import Invalid, NotAllowed
from helpdesk.core.models import AuditEntry
from tests.conftest import Post
from tickets.actions import inboxes, intake
from tickets.envelopes import InboundMessage
from tickets.models import Inbox, Ticket

pytestmark = pytest.mark.django_db
NUMBER = "+989121234567"
READER = Actor(kind="key", user_id=None, role="agent", scopes=frozenset({"customers:read"}))


@pytest.fixture
def phone(customer: Customer) -> Identity:
    """Narges's number."""
    return actions.add_handle(by=SYSTEM, customer=customer, handle=Handle("phone", NUMBER))


@pytest.fixture
def other() -> Customer:
    """Somebody whom nobody has mistaken for Narges yet."""
    return actions.create(by=SYSTEM, name="Babak", handles=[Handle("email", "babak@example.com")])


@pytest.fixture
def desk(client: Client, agent: User) -> Client:
    client.force_login(agent)
    return client


def called(inbox: Inbox, sender: str = NUMBER) -> Ticket:
    """Somebody texts from this number."""
    count = Ticket.objects.count()
    said = InboundMessage(
        channel="sms",
        handle_kind="phone",
        sender=sender,
        sender_name="",
        subject="Hello",
        text=f"Words {count}",
        received_at=clock.now(),
        external_id=f"sms-{count}",
    )
    intake.receive(said, inbox)
    return Ticket.objects.latest("pk")


def test_a_recycled_number_goes_to_its_new_holder_and_the_old_tickets_stay(
    customer: Customer, other: Customer, phone: Identity, inbox: Inbox, agent: User
) -> None:
    old = called(inbox)
    actions.verify_handle(by=SYSTEM, customer=customer, identity_id=phone.pk)
    made = splitting.pass_on(by=actor_of(agent), identity=phone, to=other, why="A new SIM")
    new = called(inbox)
    assert (old.customer_id, new.customer_id) == (customer.pk, other.pk)
    (past,) = queries.past_of(customer)
    assert (past.value, past.why, past.decision) == (NUMBER, "A new SIM", made)
    phone.refresh_from_db()
    held = queries.held([phone])[0]
    assert [one.customer_id for one in held.before] == [customer.pk]
    assert held.since == past.until and phone.verified_at is None
    assert AuditEntry.objects.filter(verb="customer.handle_moved", subject=f"customer:{customer.pk}").exists()


def test_taking_it_back_gives_back_number_proof_and_what_came_in_since(
    customer: Customer, other: Customer, phone: Identity, inbox: Inbox, agent: User
) -> None:
    actions.verify_handle(by=actor_of(agent), customer=customer, identity_id=phone.pk)
    made = splitting.pass_on(by=actor_of(agent), identity=phone, to=other, why="A new SIM")
    new = called(inbox)
    merging.undo(by=actor_of(agent), merge=made)
    phone.refresh_from_db()
    new.refresh_from_db()
    assert (phone.customer_id, new.customer_id, phone.verified_how) == (customer.pk, customer.pk, "staff")
    assert queries.past_of(customer) == [] and queries.held([phone])[0].before == []


def test_the_same_number_by_sms_and_whatsapp_goes_along_each_with_its_proof(
    customer: Customer, other: Customer, phone: Identity, agent: User
) -> None:
    by = actor_of(agent)
    whatsapp = actions.add_handle(by=by, customer=customer, handle=Handle("whatsapp", NUMBER), verified=True)
    telegram = actions.add_handle(by=by, customer=customer, handle=Handle("telegram", "@narges"))
    made = splitting.pass_on(by=by, identity=phone, to=other, why="A new SIM")
    theirs = set(Identity.objects.filter(customer=other).values_list("kind", flat=True))
    assert theirs == {"email", "phone", "whatsapp"} and telegram in customer.identities.all()
    merging.undo(by=by, merge=made)
    whatsapp.refresh_from_db()
    phone.refresh_from_db()
    assert whatsapp.verified_at is not None and phone.verified_at is None
    assert {whatsapp.customer_id, phone.customer_id} == {customer.pk}


def test_who_had_it_goes_back_with_the_handle_when_an_earlier_joining_is_undone(
    customer: Customer, other: Customer, phone: Identity, agent: User
) -> None:
    third = actions.create(by=SYSTEM, name="Third")
    joined = merging.merge(by=SYSTEM, survivor=other, other=customer)
    phone.refresh_from_db()
    splitting.pass_on(by=actor_of(agent), identity=phone, to=third, why="A new SIM")
    assert [one.value for one in queries.past_of(other)] == [NUMBER]
    merging.undo(by=SYSTEM, merge=joined)
    assert [one.value for one in queries.past_of(customer)] == [NUMBER] and queries.past_of(other) == []
    assert Identity.objects.get(pk=phone.pk).customer_id == third.pk


def test_without_a_reason_or_to_themselves_nothing_moves(customer: Customer, phone: Identity, agent: User) -> None:
    other = actions.create(by=SYSTEM, name="Other")
    for to, why, field in ((other, " ", "why"), (customer, "A new SIM", "into")):
        with pytest.raises(Invalid) as refused:
            splitting.pass_on(by=actor_of(agent), identity=phone, to=to, why=why)
        assert field in refused.value.errors
    with pytest.raises(NotAllowed):
        splitting.pass_on(by=READER, identity=phone, to=other, why="A new SIM")
    phone.refresh_from_db()
    assert phone.customer_id == customer.pk and not HandlePast.objects.exists() and not CustomerMerge.objects.exists()


def test_what_is_taken_away_is_remembered_and_may_come_again(customer: Customer, phone: Identity, agent: User) -> None:
    by = actor_of(agent)
    actions.remove_handle(by=by, customer=customer, identity_id=phone.pk, why="Wrong\nnumber")
    actions.remove_handle(by=by, customer=customer, identity_id=phone.pk)
    (past,) = queries.past_of(customer)
    assert (past.why, past.decision, past.came_by) == ("Wrong number", None, phone.pk)
    again = actions.add_handle(by=by, customer=customer, handle=Handle("phone", NUMBER))
    held = queries.held([again])[0]
    assert held.before == [] and held.since >= past.until and again.how == "staff"


def test_staff_make_sure_or_not_any_more_on_record(customer: Customer, phone: Identity, agent: User) -> None:
    by = actor_of(agent)
    for _again in range(2):
        row = actions.verify_handle(by=by, customer=customer, identity_id=phone.pk)
    assert (row.verified_how, row.verified_at is not None) == ("staff", True)
    row = actions.verify_handle(by=by, customer=customer, identity_id=phone.pk, proven=False)
    assert (row.verified_how, row.verified_at) == ("", None)
    told = AuditEntry.objects.filter(subject=f"customer:{customer.pk}", verb__startswith="customer.handle_")
    assert list(told.order_by("id").values_list("verb", flat=True)) == [
        "customer.handle_added",
        "customer.handle_verified",
        "customer.handle_doubted",
    ]


def test_the_box_of_a_post_is_kept_but_proves_nobody(customer: Customer, agent: User) -> None:
    by, info = actor_of(agent), Handle("email", "info@shop.example")
    with pytest.raises(Invalid):
        actions.add_handle(by=by, customer=customer, handle=info, verified=True)
    assert not Identity.objects.filter(value="info@shop.example").exists()
    row = actions.add_handle(by=by, customer=customer, handle=info)
    with pytest.raises(Invalid):
        actions.verify_handle(by=by, customer=customer, identity_id=row.pk)
    with pytest.raises(Invalid):
        merging.join_proven(by=by, customer=customer, handle=info, how="code")
    row.refresh_from_db()
    assert row.verified_at is None and queries.held([row])[0].is_shared


def test_two_who_read_the_box_of_a_post_are_never_joined(customer: Customer, other: Customer, agent: User) -> None:
    row = actions.add_handle(by=SYSTEM, customer=other, handle=Handle("email", "sales@shop.example"))
    with pytest.raises(Invalid):
        merging.join_proven(by=SYSTEM, customer=customer, handle=Handle("email", "sales@shop.example"), how="code")
    row.refresh_from_db()
    assert row.customer_id == other.pk and not CustomerMerge.objects.exists()


def test_a_local_number_is_one_of_the_inboxs_country(inbox: Inbox, admin: User) -> None:
    with pytest.raises(Invalid) as refused:
        inboxes.change_inbox(by=actor_of(admin), inbox=inbox, settings={"region": "Germany"})
    assert "region" in refused.value.errors
    changed = inboxes.change_inbox(by=actor_of(admin), inbox=inbox, settings={"region": "de"})
    assert changed.region == "DE"
    assert called(changed, "0151 12345678").customer.identities.get().value == "+4915112345678"
    inbox.refresh_from_db()
    inbox.settings = {}
    assert called(inbox, "۰۹۱۲۱۲۳۴۵۶۷").customer.identities.get().value == NUMBER


def test_who_writes_claims_what_they_write_from(post: Post) -> None:
    post.send("Hello", sender="Sara <sara@example.com>")
    assert Identity.objects.get(value="sara@example.com").how == "email"


def test_the_page_adds_proves_moves_and_removes(desk: Client, customer: Customer, other: Customer) -> None:
    page = f"/desk/c/{customer.pk}/"
    desk.post(f"{page}handles/", {"kind": "telegram", "value": "https://t.me/Narges_K"})
    desk.post(f"{page}handles/", {"value": "۰۹۱۲۱۲۳۴۵۶۷"})
    told = desk.post(f"{page}handles/", {"kind": "phone", "value": "021 88888888 ext 4"}, follow=True).content.decode()
    assert "extension" in told
    told = desk.post(f"{page}handles/", {"value": "babak@example.com"}, follow=True).content.decode()
    assert "already" in told
    telegram, phone = (Identity.objects.get(customer=customer, kind=kind) for kind in ("telegram", "phone"))
    assert (telegram.value, phone.value) == ("@narges_k", NUMBER)
    shown = desk.post(f"{page}handles/{phone.pk}/verify/", {"proven": "1"}, follow=True).content.decode()
    assert "made sure by staff" in shown
    move = f"{page}handles/{phone.pk}/move/"
    assert NUMBER in desk.get(move).content.decode()
    assert desk.post(move, {"into": "babak@example.com", "why": ""}).status_code == 422
    assert customer.identities.filter(pk=phone.pk).exists()
    assert desk.post(move, {"into": f"#{other.pk}", "why": "A new SIM"})["Location"] == f"/desk/c/{other.pk}/"
    assert "A new SIM" in desk.get(f"/desk/c/{other.pk}/").content.decode()
    shown = desk.get(page).content.decode()
    assert "What they had before" in shown and f"handles/{phone.pk}/" not in shown
    desk.post(f"{page}handles/{telegram.pk}/remove/")
    assert not customer.identities.filter(kind="telegram").exists()


def test_a_number_goes_to_somebody_new_by_name(desk: Client, customer: Customer, phone: Identity) -> None:
    desk.post(f"/desk/c/{customer.pk}/handles/{phone.pk}/move/", {"into": "", "name": "Mina", "why": "A new SIM"})
    phone.refresh_from_db()
    assert phone.customer.name == "Mina" and phone.customer_id != customer.pk
    merging.undo(by=SYSTEM, merge=CustomerMerge.objects.get())
    phone.refresh_from_db()
    assert phone.customer_id == customer.pk
    assert Customer.objects.get(name="Mina").merged_into_id == customer.pk
