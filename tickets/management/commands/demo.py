"""Demo data, made through the actions: running stories in both languages. Demo mail never leaves the machine."""

import json
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from customers import actions as customers
from customers.actions import duplicates, events, memory, organisations
from customers.models import Customer
from customers.rules.happenings import Happening, Who
from customers.rules.identity import Handle
from helpdesk.accounts import actions as accounts
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from tickets.actions import inboxes, lifecycle, lists, raw, replies
from tickets.management.demo_stories import COMPANIES, KNOWN, LISTS, NUMBERS, ORDERS, PEOPLE, STORIES, Sale, Step, Story
from tickets.models import Inbox, Ticket

PASSWORD = "demo-demo-demo"  # noqa: S105 - printed on purpose at the end of `make run`
AGE = timedelta(hours=30)


class Command(BaseCommand):
    help = "Fills an empty product with a small bilingual demo. Does nothing where people work already."

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            self.stdout.write("There are people here already; no demo was made.")
            return
        _workspace()
        teams = {
            "Support": accounts.create_team(by=SYSTEM, name="Care", name_fa="پشتیبانی مشتریان"),
            "Billing": accounts.create_team(by=SYSTEM, name="Billing", name_fa="امور مالی"),
        }
        people = {name: _person(name, teams) for name in PEOPLE}
        _lists()
        doors = {
            "Support": _inbox("Pars Net support", "support@parsnet.example", teams["Support"]),
            "Billing": _inbox("Pars Net billing", "billing@parsnet.example", teams["Billing"]),
        }
        chat = _chat(teams["Support"])
        for number, story in enumerate(STORIES):
            _tell(story, doors[story.door], people, number)
        for address, told in ORDERS.items():
            _sell(address, told)
        _know(people)
        _twice()
        _write_signins(chat)
        self.stdout.write(f"{len(STORIES)} running stories, {len(people)} people")


def _workspace() -> None:
    accounts.mark_demo(by=SYSTEM)
    accounts.change_workspace(by=SYSTEM, name="Pars Net")


def _person(name: str, teams: dict[str, Team]) -> User:
    given = PEOPLE[name]
    mine = [teams[each] for each in given["teams"]]
    return accounts.create_user(
        by=SYSTEM,
        email=given["email"],
        name=name,
        role=given["role"],
        password=PASSWORD,
        teams=mine,
        language=given["language"],
    )


def _inbox(name: str, address: str, team: Team) -> Inbox:
    return inboxes.create_inbox(by=SYSTEM, kind="email", name=name, settings={"address": address}, team=team)


def _chat(team: Team) -> Inbox:
    words = {
        "greeting_en": "Hello! Ask us anything about your line.",
        "greeting_fa": "سلام! هر پرسشی دربارهٔ خطتان دارید بپرسید.",
    }
    looks = {"colour": "#0b6b6f", "ask": ["name"]}
    return inboxes.create_inbox(by=SYSTEM, kind="chat", name="Pars Net", settings={**words, **looks}, team=team)


def _lists() -> None:
    for name, name_fa in LISTS["tags"]:
        lists.save_tag(by=SYSTEM, name=name, name_fa=name_fa)
    for name, name_fa in LISTS["reasons"]:
        lists.save_reason(by=SYSTEM, name=name, name_fa=name_fa)


def _tell(story: Story, inbox: Inbox, people: dict[str, User], number: int) -> None:
    at = clock.now() - AGE + timedelta(minutes=83 * number)
    ticket: Ticket | None = None
    for count, step in enumerate(story.steps):
        with clock.frozen(min(at + timedelta(minutes=19 * count), clock.now())):
            ticket = _step(story, step, ticket, inbox, people, f"{number}.{count}")
    if ticket is not None and story.language:
        customers.change(by=SYSTEM, customer=ticket.customer, language=story.language)


def _sell(address: str, told: tuple[Sale, ...]) -> None:
    """What the shop told of this customer's orders."""
    now = clock.now()
    happened = [
        Happening(
            f"demo:{address}:{number}",
            sale.what,
            now - timedelta(hours=sale.hours_ago),
            Who("email", address),
            sale.rials,
            "IRR" if sale.rials is not None else "",
            sale.properties,
        )
        for number, sale in enumerate(told)
    ]
    events.take_in(by=SYSTEM, told=dict(enumerate(happened)), source="demo", how="demo")


def _know(people: dict[str, User]) -> None:
    """What colleagues remember of people, and who belongs together."""
    for address, facts in KNOWN.items():
        for name, text in facts:
            memory.remember(by=actor_of(people[name]), customer=_customer(address), text=text)
    for name, members in COMPANIES.items():
        company = organisations.create(by=SYSTEM, name=name)
        for address in members:
            organisations.join(by=SYSTEM, organisation=company, customer=_customer(address))


def _twice() -> None:
    """Some are here under two addresses and one number; the search has found them before anybody signs in."""
    for address, (kind, value) in NUMBERS.items():
        customers.add_handle(by=SYSTEM, customer=_customer(address), handle=Handle(kind, value))
    with clock.frozen(clock.now() + 2 * duplicates.REST):
        while duplicates.look():
            pass


def _customer(address: str) -> Customer:
    return Customer.objects.get(identities__kind="email", identities__value=address)


def _step(
    story: Story, step: Step, ticket: Ticket | None, inbox: Inbox, people: dict[str, User], key: str
) -> Ticket | None:
    if step.who == "customer":
        return _mail(story, step, ticket, inbox, key)
    if ticket is None:
        return None
    by = actor_of(people[step.who])
    ticket.refresh_from_db()
    if step.what == "reply":
        replies.reply(by=by, ticket=ticket, body=step.text)
    elif step.what == "note":
        replies.note(by=by, ticket=ticket, body=step.text)
    elif step.what == "resolve":
        lifecycle.resolve(by=by, ticket=ticket)
    elif step.what == "assign":
        lifecycle.assign(by=by, ticket=ticket, assignee=people[step.text])
    elif step.what == "priority":
        lifecycle.set_priority(by=by, ticket=ticket, priority=step.text)
    elif step.what == "tags":
        lifecycle.set_tags(by=by, ticket=ticket, tags=step.text.split())
    return ticket


def _mail(story: Story, step: Step, ticket: Ticket | None, inbox: Inbox, key: str) -> Ticket | None:
    mail = EmailMessage()
    mail["From"] = f"{story.name} <{story.address}>"
    mail["To"] = inbox.address
    mail["Subject"] = story.subject if ticket is None else f"Re: {story.subject}"
    mail["Message-ID"] = f"<{key}{story.address}>"
    mail["Date"] = clock.now().strftime("%a, %d %b %Y %H:%M:%S +0000")
    if ticket is not None:
        last = ticket.messages.filter(kind="out").order_by("-seq").first()
        copy = last.deliveries.first() if last else None
        if copy:
            mail["In-Reply-To"] = copy.header_id
    mail.set_content(step.text)
    row = raw.take_in(inbox, mail.as_bytes(), "demo")
    message = raw.process(row.pk) if row else None
    return message.ticket if message else ticket


def _write_signins(chat: Inbox) -> None:
    rows = [{"role": given["role"], "email": given["email"], "password": PASSWORD} for given in PEOPLE.values()]
    path = settings.DATA_DIR / "demo.json"
    path.write_text(json.dumps({"signins": rows, "mailbox": "/demo/mailbox/", "chat": f"/w/{chat.key}/try/"}))
    path.chmod(0o600)
