"""Whose mail was forwarded is read from the copy; nothing is done about it until a person says so."""

import pytest

from helpdesk.accounts.models import User
from helpdesk.core.errors import Conflict, NotFound
from tests.conftest import CUSTOMER, Post
from tickets.actions import passing
from tickets.channels.email.parse import parse
from tickets.models import Message, Ticket

COPY = (
    "Please look after her.\n\n---------- Forwarded message ---------\n"
    "From: Ada <ada@shop.example>\nDate: Sun, 22 Nov 2026\nSubject: Help\n\nHelp me."
)


def mail(text: str, subject: str = "Fwd: Help") -> bytes:
    head = f"From: sara@desk.example\r\nTo: support@desk.example\r\nSubject: {subject}"
    head += "\r\nContent-Type: text/plain; charset=utf-8"
    return f"{head}\r\n\r\n{text}".replace("\n", "\r\n").replace("\r\r\n", "\r\n").encode()


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (COPY, "Fwd: Help"),
        (
            "FYI\n\n-----Original Message-----\nFrom: Ada [mailto:ada@shop.example]\nSent: Monday\nTo: x\nSubject: y\n",
            "FW: y",
        ),
        ("Bitte\n\nVon: Ada <ada@shop.example>\nGesendet: Montag\nAn: Sara\nBetreff: Hilfe\n", "WG: Hilfe"),
        ("لطفاً\n\nاز: Ada <ada@shop.example>\nتاریخ: ۱ آذر\nموضوع: کمک\n", "هدایت: کمک"),
    ],
)
def test_the_original_sender_is_named(text: str, subject: str) -> None:
    assert parse(mail(text, subject)).forwarded.email == "ada@shop.example"


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (COPY, "Re: Help"),
        ("From: here on it is easy", "Fwd: x"),
        ("From: Ada <ada@shop.example>, Bob <bob@shop.example>\nSubject: y\n", "Fwd: y"),
        ("nothing at all", "Fwd: y"),
    ],
)
def test_when_in_doubt_nobody_is(text: str, subject: str) -> None:
    assert parse(mail(text, subject)).forwarded.email == ""


@pytest.mark.django_db
def test_one_confirm_makes_the_ticket_the_customers(post: Post, agent: User, act) -> None:
    message = post.send(COPY, sender="Sara <sara@desk.example>", subject="Fwd: Help")
    assert message.ticket.customer.identities.get().value == "sara@desk.example"
    for _again in range(2):
        passing.to_original_sender(by=act(agent), message=message)
    ticket = Ticket.objects.get()
    assert ticket.customer.identities.get().value == "ada@shop.example"
    assert ticket.participants.get().address == "ada@shop.example"


@pytest.mark.django_db
def test_only_who_may_change_the_ticket_confirms(post: Post, outsider: User, agent: User, act) -> None:
    message = post.send(COPY, subject="Fwd: Help")
    with pytest.raises(NotFound):
        passing.to_original_sender(by=act(outsider), message=message)
    plain = post.send("Hello", subject="Hello")
    with pytest.raises(Conflict):
        passing.to_original_sender(by=act(agent), message=plain)
    assert {one.ticket.participants.get().address for one in Message.objects.all()} == {CUSTOMER}
