"""Coming in by a code: for whoever reads the address, and for nobody else."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from customers.actions import entry
from customers.models import Customer, EntryCode, Identity, PortalSession
from helpdesk.core import clock
from helpdesk.core.models import AuditEntry
from helpdesk.core.rules.digits import digits_to_persian
from tests.conftest import CUSTOMER
from tests.portal.conftest import code_for, come_in, mails

pytestmark = pytest.mark.django_db


def ask(client: Client, address: str = CUSTOMER, language: str = "en", **more: str) -> Any:
    return client.post(f"/{language}/enter/", {"address": address, **more})


def give(client: Client, code: str, language: str = "en") -> Any:
    return client.post(f"/{language}/enter/code/", {"code": code})


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def is_in(client: Client) -> bool:
    return client.get("/en/requests/").status_code == 200


def test_the_code_lets_in_and_proves_the_address(client: Client, customer: Customer) -> None:
    assert ask(client)["Location"] == "/en/enter/code/"
    answer = give(client, code_for(CUSTOMER))
    assert (answer.status_code, answer["Location"]) == (302, "/en/requests/")
    assert is_in(client)
    assert Identity.objects.get(value=CUSTOMER).verified_at is not None
    assert AuditEntry.objects.filter(verb="customer.entered", actor=f"customer:{customer.pk}").count() == 1


@pytest.mark.parametrize("shape", ["{0}", " {0} ", "{1}", "{2}-{3}"])
def test_a_code_may_be_pasted_with_signs_and_typed_in_persian(client: Client, customer: Customer, shape: str) -> None:
    ask(client)
    code = code_for(CUSTOMER)
    give(client, shape.format(code, digits_to_persian(code), code[:3], code[3:]))
    assert is_in(client)


def test_the_mail_speaks_the_language_of_the_page(client: Client, customer: Customer) -> None:
    ask(client, language="fa")
    assert "کد شما" in mails(CUSTOMER)[0]


def test_the_cookie_is_for_these_pages_alone(client: Client, customer: Customer, settings: Any) -> None:
    come_in(CUSTOMER, client=client)
    cookie = client.cookies["portal"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and not cookie["secure"]
    settings.SECURE = True
    come_in(CUSTOMER, client=client)
    cookie = client.cookies["__Host-portal"]
    assert cookie["httponly"] and cookie["secure"] and cookie["path"] == "/" and not cookie["domain"]


def test_nothing_that_opens_is_kept(client: Client, customer: Customer) -> None:
    ask(client)
    code, row = code_for(CUSTOMER), EntryCode.objects.get()
    known = [f"{CUSTOMER}\0{code}", code, f"{CUSTOMER}{code}"]
    assert row.hash not in {hashlib.sha256(text.encode()).hexdigest() for text in known}
    give(client, code)
    assert client.cookies["portal"].value not in str(PortalSession.objects.values_list())


def test_five_wrong_codes_end_the_right_one(client: Client, customer: Customer) -> None:
    ask(client)
    code = code_for(CUSTOMER)
    for _ in range(5):
        assert give(client, other_than(code)).status_code == 422
    assert give(client, code).status_code == 422
    assert not PortalSession.objects.exists()
    assert Identity.objects.get(value=CUSTOMER).verified_at is None


def test_a_code_works_ten_minutes_and_once(client: Client, customer: Customer) -> None:
    ask(client)
    code = code_for(CUSTOMER)
    with clock.frozen(clock.now() + timedelta(minutes=10, seconds=1)):
        assert give(client, code).status_code == 422
    assert give(client, code).status_code == 302
    ask(other := Client())
    assert give(other, code).status_code == 422
    assert PortalSession.objects.count() == 1


def test_only_the_newest_code_works(client: Client, customer: Customer) -> None:
    ask(client)
    first = code_for(CUSTOMER)
    with clock.frozen(clock.now() + timedelta(seconds=61)):
        client.post("/en/enter/code/", {"again": "1"})
        second = code_for(CUSTOMER)
        assert len(mails(CUSTOMER)) == 2
        assert first == second or give(client, first).status_code == 422
        assert give(client, second).status_code == 302


def test_within_a_minute_no_second_code_leaves(client: Client, customer: Customer) -> None:
    ask(client)
    answer = client.post("/en/enter/code/", {"again": "1"})
    assert answer.status_code == 302
    assert len(mails(CUSTOMER)) == 1


def test_a_stranger_gets_the_same_answer_and_nothing_else(client: Client, customer: Customer) -> None:
    known, unknown = Client(), Client()
    answers = [ask(known, CUSTOMER), ask(unknown, "nobody@example.org")]
    assert len({(one.status_code, one["Location"], one.content) for one in answers}) == 1
    pages = [each.get("/en/enter/code/").content.decode() for each in (known, unknown)]
    plain = [page.replace(CUSTOMER, "X").replace("nobody@example.org", "X") for page in pages]
    tokens = [page.partition('csrfmiddlewaretoken" value="')[2][:64] for page in plain]
    assert plain[0].replace(tokens[0], "").split("csrf")[0] == plain[1].replace(tokens[1], "").split("csrf")[0]
    wrong = [give(each, "000000").content.decode().count("This code is not right") for each in (known, unknown)]
    assert wrong[0] == wrong[1] > 0
    assert mails("nobody@example.org") == [] and not Identity.objects.filter(value="nobody@example.org").exists()
    assert EntryCode.objects.count() == 1


def test_the_answer_takes_the_same_time_for_everybody(
    client: Client, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(entry, "ANSWER_SECONDS", 30.0)
    monkeypatch.setattr(entry.time, "sleep", waited.append)
    for address in (CUSTOMER, "nobody@example.org"):
        ask(client, address)
    assert len(waited) == 2 and min(waited) > 15


def test_asking_is_limited_by_address_and_by_place(client: Client, customer: Customer, stranger: Customer) -> None:
    start = clock.now()
    for number in range(4):
        with clock.frozen(start + timedelta(minutes=2 * number)):
            assert ask(client).status_code == 302
    with clock.frozen(start + timedelta(minutes=9)):
        assert ask(client).status_code == 429
        assert ask(Client(REMOTE_ADDR="192.0.2.7")).status_code == 302  # the minute's one: nothing leaves
    assert len(mails(CUSTOMER)) == 4
    answers = [ask(client, f"p{number}@example.org").status_code for number in range(40)]
    assert 429 in answers and answers[-1] == 429


def test_guessing_is_limited_by_place(client: Client, customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "TRIES_PER_IP", 3)
    ask(client)
    assert [give(client, "1").status_code for _ in range(4)] == [422, 422, 422, 429]


def test_a_cookie_from_somebody_else_is_never_taken_over(client: Client, customer: Customer, mallory: Client) -> None:
    planted = mallory.cookies["portal"].value
    ask(client)
    client.cookies["portal"] = planted
    give(client, code_for(CUSTOMER))
    assert client.cookies["portal"].value != planted
    assert "Narges" in client.get("/en/me/").content.decode()
    assert not is_in(mallory), "the session that was planted has ended"
    unknown = Client()
    unknown.cookies["portal"] = "A" * 43
    assert not is_in(unknown)


def test_signing_out_ends_one_session_and_everywhere_all_of_one_person(narges: Client, mallory: Client) -> None:
    second, third = come_in(CUSTOMER), come_in(CUSTOMER)
    token = second.cookies["portal"].value
    second.post("/en/leave/")
    second.cookies["portal"] = token
    assert [is_in(each) for each in (narges, second, third)] == [True, False, True]
    third.post("/en/leave/", {"everywhere": "1"})
    assert [is_in(each) for each in (narges, second, third, mallory)] == [False, False, False, True]


def test_a_session_ends_after_thirty_days_and_is_forgotten_later(narges: Client) -> None:
    with clock.frozen(clock.now() + timedelta(days=30, minutes=1)):
        assert not is_in(narges)
        assert (PortalSession.objects.count(), EntryCode.objects.count()) == (1, 1)
    with clock.frozen(clock.now() + timedelta(days=61)):
        assert entry.forget() == 2
    assert not PortalSession.objects.exists() and not EntryCode.objects.exists()


TRICKS = (
    *("//evil.example/", "https://evil.example/", "http:evil.example", "/\\evil.example", "\\\\evil.example"),
    *("/en//evil.example/../..//evil", "javascript:alert(1)", " /en/", "/en/\r\nSet-Cookie: a=b", "/desk/"),
    *("/en/\\evil.example", "evil.example", "/fa/\x00", "/en/\t", "data:text/html,x", "%2f%2fevil.example"),
    *("@evil.example", "/sign-out/", "///evil"),
)


@pytest.mark.parametrize("trick", TRICKS)
def test_one_is_led_nowhere_else(client: Client, customer: Customer, trick: str) -> None:
    ask(client, next=trick)
    target = give(client, code_for(CUSTOMER))["Location"]
    assert target.startswith(("/en/", "/fa/")) and target.isprintable() and "\\" not in target


def test_one_comes_back_to_the_page_one_wanted(client: Client, customer: Customer) -> None:
    door = client.get("/en/me/")["Location"]
    assert door == "/en/enter/?next=%2Fen%2Fme%2F"
    page = client.get(door).content.decode()
    assert 'name="next" value="/en/me/"' in page
    ask(client, next="/en/me/")
    assert give(client, code_for(CUSTOMER))["Location"] == "/en/me/"


def test_who_did_not_ask_is_led_to_asking(client: Client) -> None:
    client.cookies["portal_asked"] = '["narges@example.com","/en/"]:forged:forged'
    assert client.get("/en/enter/code/")["Location"] == "/en/enter/"
    assert give(client, "123456")["Location"] == "/en/enter/"


def test_words_that_were_written_meanwhile_come_back(client: Client) -> None:
    answer = client.post("/en/requests/7/reply/", {"body": "A long letter"})
    assert answer.status_code == 401
    page = answer.content.decode()
    assert "A long letter" in page and "/en/enter/?next=" in page


def test_one_corrects_ones_name_and_language_and_nothing_else(narges: Client, customer: Customer) -> None:
    answer = narges.post("/en/me/", {"name": " Nargess  Karimi ", "language": "fa", "tags": "vip", "version": "9"})
    assert answer.status_code == 200
    customer.refresh_from_db()
    assert (customer.name, customer.language, customer.tags) == ("Nargess Karimi", "fa", [])
    bad = narges.post("/en/me/", {"name": "", "language": "xx"})
    assert bad.status_code == 422 and "Error:" in bad.content.decode()
    customer.refresh_from_db()
    assert (customer.name, customer.language) == ("Nargess Karimi", "fa")
