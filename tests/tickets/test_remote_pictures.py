"""Pictures from elsewhere: never by themselves, by a click through our proxy, or for a sender somebody trusts."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from helpdesk.accounts import actions as accounts
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core.models import AuditEntry
from tests.conftest import Post
from tests.support import picturehost
from tests.support.picturehost import Host
from tickets.models import Message, TrustedSender
from tickets.queries.pictures import SALT

REMOTE = re.compile(r'src="(/desk/m/\d+/remote/[^"]+)"')


@pytest.fixture
def host(settings: Any) -> Iterator[Host]:
    with picturehost.serving() as found:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{found.port}",)
        yield found


@pytest.fixture
def mail(post: Post, host: Host) -> Message:
    """An HTML mail with a picture that lies elsewhere."""
    message = post.send("See our offer.")
    return with_html(message, f'<p>Offer</p><img src="{host.address("/p.png?u=7")}" alt="Our shop">')


def with_html(message: Message, html: str) -> Message:
    message.html, message.has_remote = html, True
    message.save(update_fields=["html", "has_remote"])
    return message


def frame(client: Client, message: Message, asked: str = "") -> Any:
    return client.get(f"/desk/m/{message.pk}/html/{asked}")


def test_opening_a_mail_tells_its_sender_nothing(client: Client, agent: User, mail: Message, host: Host) -> None:
    client.force_login(agent)
    answer = frame(client, mail)
    assert not REMOTE.search(answer.content.decode())
    assert "img-src data:" in answer["Content-Security-Policy"]
    page = client.get(f"/desk/t/{mail.ticket.number}/").content.decode()
    assert f'href="/desk/m/{mail.pk}/html/?pictures" target="mail-{mail.pk}"' in page
    assert f'name="mail-{mail.pk}"' in page
    assert host.asked == []


def test_a_click_shows_them_drawn_anew_through_us(client: Client, agent: User, mail: Message, host: Host) -> None:
    client.force_login(agent)
    answer = frame(client, mail, "?pictures")
    source = REMOTE.search(answer.content.decode())
    assert source
    assert str(host.port) not in answer.content.decode()
    assert f"img-src http://testserver/desk/m/{mail.pk}/remote/ data:;" in answer["Content-Security-Policy"]
    assert host.asked == []
    shown = Client().get(source[1])  # the frame has no origin: its browser sends no session
    assert shown.content.startswith((b"\x89PNG", b"\xff\xd8"))
    assert (shown["X-Content-Type-Options"], shown["Content-Security-Policy"]) == (
        "nosniff",
        "default-src 'none'; sandbox",
    )
    assert host.paths == ["/p.png?u=7"]
    assert "cookie" not in host.asked[0][1]
    assert "Set-Cookie" not in shown


def test_what_is_no_picture_is_not_passed_on(client: Client, agent: User, mail: Message, host: Host) -> None:
    host.served["/p.png?u=7"] = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    client.force_login(agent)
    source = REMOTE.search(frame(client, mail, "?pictures").content.decode())
    assert source
    answer = client.get(source[1])
    assert (answer.status_code, answer.content) == (404, b"")


def test_a_permit_is_for_one_person_one_message_and_a_while(
    client: Client, agent: User, outsider: User, post: Post, mail: Message, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = host.address("/p.png")
    other = post.send("Another.", message_id="<other@mail.example>")

    def ask(token: str, message: Message = mail) -> int:
        return Client().get(f"/desk/m/{message.pk}/remote/{token}/").status_code

    good = signing.dumps([agent.pk, mail.pk, address], salt=SALT)
    assert ask(good) == 200
    host.asked.clear()
    assert ask(good, other) == 404
    assert ask(good[:-1] + ("A" if good[-1] != "A" else "B")) == 404
    assert ask(signing.dumps([agent.pk, mail.pk, address], salt="another")) == 404
    assert ask(signing.dumps([outsider.pk, mail.pk, address], salt=SALT)) == 404
    assert ask(signing.dumps([987654, mail.pk, address], salt=SALT)) == 404
    assert ask("none") == ask("x:y:z") == 404
    monkeypatch.setattr("tickets.queries.pictures.SECONDS", -1)
    assert ask(good) == 404
    monkeypatch.undo()
    accounts.deactivate(by=SYSTEM, user=agent)
    assert ask(good) == 404
    assert host.asked == []


def test_a_trusted_sender_is_not_asked_about_again(client: Client, agent: User, mail: Message, host: Host) -> None:
    client.force_login(agent)
    answer = client.post(f"/desk/m/{mail.pk}/pictures/")
    assert answer["Location"] == f"/desk/t/{mail.ticket.number}/#m-{mail.pk}"
    assert TrustedSender.objects.get().address == mail.from_address
    assert REMOTE.search(frame(client, mail).content.decode())
    assert "Pictures of this sender are always shown." in client.get(f"/desk/t/{mail.ticket.number}/").content.decode()
    client.post(f"/desk/m/{mail.pk}/pictures/", {"ask": "1"})
    assert not REMOTE.search(frame(client, mail).content.decode())
    verbs = AuditEntry.objects.filter(verb__startswith="sender.").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["sender.trusted", "sender.distrusted"]


def test_reading_the_address_changes_nothing_and_a_held_mail_is_never_trusted(
    client: Client, agent: User, outsider: User, mail: Message
) -> None:
    client.force_login(agent)
    client.get(f"/desk/m/{mail.pk}/pictures/")
    assert not TrustedSender.objects.exists()
    TrustedSender.objects.create(address=mail.from_address, created_at=mail.created_at)
    Message.objects.filter(pk=mail.pk).update(held_at=mail.created_at)
    assert not REMOTE.search(frame(client, mail).content.decode())
    TrustedSender.objects.all().delete()
    assert client.post(f"/desk/m/{mail.pk}/pictures/").status_code == 409
    client.force_login(outsider)
    assert client.post(f"/desk/m/{mail.pk}/pictures/").status_code == 404
    assert not TrustedSender.objects.exists()


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ('<IMG width=1 SRC="https://x.example/a.png">', True),
        ("<img src=//x.example/a>", True),
        ('<img src="cid:a@b">', False),
        ('<img src="data:image/png;base64,AAAA">', False),
        ("<p>https://x.example/a.png</p>", False),
    ],
)
def test_a_mail_says_at_once_whether_it_wants_pictures(post: Post, html: str, wanted: bool) -> None:
    from tickets.rules.pictures import wants_remote

    assert wants_remote(html) is wanted


def test_intake_notes_it(post: Post) -> None:
    source = post.make("x").replace(b'text/plain; charset="utf-8"', b"text/html")
    from tickets.actions import raw

    row = raw.take_in(post.inbox, source.replace(b"\nx\n", b"\n<p>x</p><img src='https://x.example/a.png'>\n"))
    assert row
    message = raw.process(row.pk)
    assert message and message.has_remote
