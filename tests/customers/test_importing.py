"""Customers out of a file: looked at first, then taken in some at a time, never joined by a name."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from customers import actions
from customers.actions import attributes, erasing, importing, importrun, merging
from customers.models import Consent, Customer, CustomerImport, CustomerMerge, Identity, ImportLine
from customers.queries import imports as queries
from customers.rules.identity import Handle
from customers.views import imports as imports_view
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock, jobs
from helpdesk.core.errors import Conflict, Invalid, NotAllowed
from helpdesk.core.management.commands.drain import drain
from helpdesk.core.models import AuditEntry, StoredFile

pytestmark = pytest.mark.django_db
SHEET = """نام;موبایل;ایمیل;برچسب‌ها
سارا احمدی;۰۹۱۲۱۲۳۴۵۶۷;Sara@Example.com;vip
بابک;0912 765 4321;;
مینا;;mina@example.com;
"""


def brought(text: str | bytes, name: str = "people.csv") -> CustomerImport:
    return importing.take(by=SYSTEM, name=name, data=text if isinstance(text, bytes) else text.encode())


def done(row: CustomerImport, **how: Any) -> CustomerImport:
    """The import, begun and worked off."""
    importing.match(by=SYSTEM, row=row, **({"targets": row.columns} | how))
    importing.start(by=SYSTEM, row=row)
    importrun.run({"import": row.pk})
    row.refresh_from_db()
    return row


def counts(row: CustomerImport) -> tuple[int, int, int, int]:
    return row.made, row.changed, row.same, row.refused


def whose(value: str) -> Customer:
    return Identity.objects.get(value=value).customer


def test_a_sheet_becomes_customers_with_handles_that_are_only_claimed() -> None:
    row = brought(SHEET)
    assert row.columns == ["name", "phone", "email", "tags"] and not Customer.objects.exists()
    done(row)
    assert (counts(row), row.state, row.lines) == ((3, 0, 0, 0), "done", 3)
    sara = whose("+989121234567")
    assert (sara.name, sara.tags, sara == whose("sara@example.com")) == ("سارا احمدی", ["vip"], True)
    handles = Identity.objects.filter(customer=sara)
    assert {(one.how, one.verified_at) for one in handles} == {("import", None)}
    assert list(Customer.objects.filter(search="احمدی")) == [sara]
    assert AuditEntry.objects.filter(verb="customer.created", facts={"import": row.pk}).count() == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_whatever_wrote_the_file_it_says_the_same(encoding: str, separator: str) -> None:
    done(brought(SHEET.replace(";", separator).encode(encoding)))
    assert whose("+989121234567").name == "سارا احمدی"


def test_an_old_windows_file_is_read_with_persian_letters() -> None:
    text = "نام,موبايل\nسارا يكتا,09121234567\n"
    row = brought(text.encode("windows-1256"))
    assert (row.encoding, row.columns) == ("windows-1256", ["name", "phone"])
    done(row)
    assert whose("+989121234567").name == "سارا یکتا"


def test_the_preview_says_what_will_happen_and_writes_nothing(customer: Customer) -> None:
    row = brought("name,email\nNew,new@example.com\nN,narges@example.com\nBad,nobody\nAgain,NEW@example.com\n")
    found = queries.preview(row)
    assert [one.kind for one in found.rows] == ["new", "known", "refused", "known"]
    assert found.counts == {"new": 1, "known": 2, "refused": 1} and found.is_all
    assert found.rows[1].customer == customer
    assert not Identity.objects.filter(value="new@example.com").exists() and not ImportLine.objects.exists()


def test_whoever_is_known_by_a_handle_gets_only_what_they_lack(customer: Customer) -> None:
    text = "name,email,phone,language,tags\nSomebody Else,narges@example.com,09121234567,فارسی,vip\n"
    row = done(brought(text))
    customer.refresh_from_db()
    assert counts(row) == (0, 1, 0, 0)
    assert (customer.name, customer.language, customer.tags) == ("Narges Karimi", "fa", ["vip"])
    assert whose("+989121234567") == customer
    again = done(brought(text))
    assert counts(again) == (0, 0, 1, 0)
    replaced = done(brought(text), overwrite=True)
    customer.refresh_from_db()
    assert counts(replaced) == (0, 1, 0, 0) and customer.name == "Somebody Else"


def test_the_same_name_joins_nobody(customer: Customer) -> None:
    done(brought("name,email\nNarges Karimi,other@example.com\nNarges Karimi,third@example.com\n"))
    assert Customer.objects.filter(name="Narges Karimi").count() == 3
    assert not CustomerMerge.objects.exists()


def test_handles_of_two_customers_in_one_line_are_refused_and_nothing_of_it_is_written(customer: Customer) -> None:
    actions.create(by=SYSTEM, name="Babak", handles=[Handle("email", "babak@example.com")])
    row = done(brought("email,email 2,phone\nnarges@example.com,babak@example.com,09121234567\n"))
    assert counts(row) == (0, 0, 0, 1) and not Identity.objects.filter(kind="phone").exists()
    (line,) = queries.refused(row)
    assert line.why[0][0] == "two_customers"


def test_whoever_was_erased_is_not_brought_back_and_nothing_of_the_line_is_kept(customer: Customer) -> None:
    erasing.erase(by=SYSTEM, customer=customer, typed=str(customer.pk))
    drain()
    text = "name,email\nNarges Karimi,NARGES@example.com\nBabak,babak@example.com\n"
    row = brought(text)
    assert [one.kind for one in queries.preview(row).rows] == ["refused", "new"]
    row = done(row)
    assert counts(row) == (1, 0, 0, 1) and not Identity.objects.filter(value="narges@example.com").exists()
    (line,) = queries.refused(row)
    assert (line.why[0][0], line.cells) == ("erased", [])


def test_whoever_came_again_after_being_erased_is_known_as_who_they_are_now(customer: Customer) -> None:
    erasing.erase(by=SYSTEM, customer=customer, typed=str(customer.pk))
    drain()
    again = actions.create(by=SYSTEM, name="Narges", handles=[Handle("email", "narges@example.com")])
    assert counts(done(brought("email,phone\nnarges@example.com,09121234567\n"))) == (0, 1, 0, 0)
    assert whose("+989121234567") == again


def test_one_person_on_several_lines_is_made_once() -> None:
    row = done(brought("name,email,phone\n,a@example.com,\nSara,a@example.com,09121234567\n,,09121234567\n"))
    assert counts(row) == (1, 1, 1, 0)
    sara = Customer.objects.get()
    assert sara.name == "Sara" and sara.identities.count() == 2


def test_who_was_joined_is_filled_as_who_they_are_now(customer: Customer) -> None:
    other = actions.create(by=SYSTEM, name="N", handles=[Handle("email", "n@example.com")])
    merging.merge(by=SYSTEM, survivor=customer, other=other)
    done(brought("email,phone\nn@example.com,09121234567\n"))
    assert whose("+989121234567") == customer


def test_the_box_of_a_post_joins_no_two_people() -> None:
    row = done(brought("name,email\nSara,info@shop.example\nBabak,info@shop.example\nsara,info@shop.example\n"))
    assert counts(row) == (1, 0, 1, 1)
    assert done(brought("name,email\nMachine,no-reply@shop.example\n")).refused == 1
    assert Customer.objects.get().name == "Sara"


def test_attributes_and_days_of_both_calendars() -> None:
    attributes.save(by=SYSTEM, name="Birthday", name_fa="تاریخ تولد", kind="date")
    attributes.save(by=SYSTEM, name="Score", kind="number")
    text = "ایمیل,تاریخ تولد,Score\na@example.com,۱۳۷۰/۰۱/۰۱,۱۲٫۵\nb@example.com,1991-03-21,many\n"
    row = brought(text)
    assert row.columns == ["email", "attribute:birthday", "attribute:score"]
    done(row)
    assert whose("a@example.com").attributes == {"birthday": "1991-03-21", "score": 12.5}
    (line,) = queries.refused(row)
    assert line.why == [["attribute:not_a_number", 2, "many"]]


def test_consent_is_taken_only_as_told_and_never_takes_back_a_no(customer: Customer) -> None:
    text = "email,survey ok\nnarges@example.com,yes\nb@example.com,بله\nc@example.com,no\nd@example.com,\n"
    row = brought(text)
    assert row.columns == ["email", ""]
    columns = ["email", "consent:survey:email"]
    with pytest.raises(Invalid) as refused:
        done(row, targets=columns)
    assert "words" in refused.value.errors and not Consent.objects.exists()
    Consent.objects.create(
        customer=customer,
        purpose="survey",
        channel="email",
        state="refused",
        how="portal",
        by="x",
        words="No",
        at=row.created_at,
    )
    done(row, targets=columns, words="You may ask me how we did.")
    found = Consent.objects.filter(how="import").order_by("id")
    assert [(one.customer, one.state, one.channel) for one in found] == [
        (whose("b@example.com"), "given", "email"),
        (whose("c@example.com"), "refused", "email"),
    ]
    assert {one.words for one in found} == {"You may ask me how we did."}


def test_a_yes_of_a_file_only_counts_as_asked_where_it_must_be_confirmed() -> None:
    row = brought("email,news\nb@example.com,1\n")
    done(row, targets=["email", "consent:marketing"], words="News")
    assert [(one.state, one.channel) for one in Consent.objects.all()] == [("asked", "")]


def test_killed_at_any_batch_and_told_twice_nothing_is_lost_or_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importrun, "BATCH", 10)
    row = brought("name,email\n" + "".join(f"P{n},p{n % 30}@example.com\n" for n in range(45)))
    importing.start(by=SYSTEM, row=row)
    written, dies = importrun._save, [2]

    def fragile(selves: Any) -> None:
        written(selves)
        dies[0] -= 1
        if dies[0] == 0:
            raise OSError("killed")

    monkeypatch.setattr(importrun, "_save", fragile)
    with pytest.raises(OSError, match="killed"):
        importrun.run({"import": row.pk})
    row.refresh_from_db()
    assert (counts(row), Customer.objects.count(), ImportLine.objects.count()) == ((10, 0, 0, 0), 10, 35)
    for _again in range(2):
        importrun.run({"import": row.pk})
    row.refresh_from_db()
    assert (counts(row), row.state) == ((30, 0, 15, 0), "done")
    assert (Customer.objects.count(), ImportLine.objects.count()) == (30, 0)


def test_it_stops_when_told_and_goes_on_from_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importrun, "BATCH", 1)
    row = brought(SHEET)
    importing.start(by=SYSTEM, row=row)
    importrun._read(row.pk)
    assert importrun.step(row.pk)
    importing.stop(by=SYSTEM, row=row)
    assert not importrun.step(row.pk) and Customer.objects.count() == 1
    importing.start(by=SYSTEM, row=row)
    assert jobs.run_outbox() > 0
    row.refresh_from_db()
    assert (row.state, row.made) == ("done", 3)


def test_a_handle_that_somebody_takes_meanwhile_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    row = brought("name,email\nSara,sara@example.com\n")
    importing.start(by=SYSTEM, row=row)
    look, first = queries.owners, [True]

    def late(handles: Any) -> Any:
        found = look(handles)
        if first.pop() if first else False:
            actions.create(by=SYSTEM, name="First", handles=[Handle("email", "sara@example.com")])
        return found

    monkeypatch.setattr(queries, "owners", late)
    importrun.run({"import": row.pk})
    row.refresh_from_db()
    # The one who was made within the try that was taken back is gone with it; the second look finds nobody.
    assert (row.state, Identity.objects.filter(value="sara@example.com").count()) == ("done", 1)


def test_a_file_that_cannot_be_read_says_where_and_leaves_nothing() -> None:
    row = done(brought('name,email\nSara,a@example.com\nBabak,"b@example.com\n' + "x" * 11_000 + "\n"))
    assert (row.state, row.trouble, Customer.objects.count(), ImportLine.objects.count()) == ("failed", "quote:3", 0, 0)
    with pytest.raises(Conflict):
        importing.start(by=SYSTEM, row=row)


@pytest.mark.parametrize(
    ("data", "field"),
    [(b"", "file"), (b" \n", "file"), (b"PK\x03\x04rest", "file"), (b"x" * (32 * 1024 * 1024 + 1), "file")],
)
def test_what_is_no_table_is_refused(data: bytes, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        importing.take(by=SYSTEM, name="x", data=data)
    assert "file" in refused.value.errors and not CustomerImport.objects.exists() and not StoredFile.objects.exists()


def test_without_a_column_that_tells_who_it_is_nothing_begins() -> None:
    row = brought("name,city\nSara,Shiraz\n")
    with pytest.raises(Invalid) as refused:
        importing.start(by=SYSTEM, row=row)
    assert "columns" in refused.value.errors
    for targets in (["name"], ["name", "name"], ["name", "shoe"]):
        with pytest.raises(Invalid):
            importing.match(by=SYSTEM, row=row, targets=targets)
    row.refresh_from_db()
    assert (row.state, row.columns) == ("matching", ["name", ""])


def test_cards_of_all_three_versions() -> None:
    cards = (
        "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D8=A7=D8=AD=D9=85=D8=AF=DB=8C;="
        "\r\n=D8=B3=D8=A7=D8=B1=D8=A7;;;\r\nTEL;CELL:0912 123 4567\r\n"
        "PHOTO;ENCODING=BASE64:AAAA\r\n AAAA\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Babak\\, Jr\r\nitem1.EMAIL;TYPE=INTERNET:babak@exam\r\n ple.com\r\n"
        "TEL;TYPE=FAX:021 1111 1111\r\nEND:VCARD\r\n"
        'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Mina\r\nTEL;VALUE=uri;TYPE="voice,home":tel:+98-912-765-4321\r\n'
        "IMPP:telegram:mina_k\r\nCATEGORIES:vip,shop\r\nLANG:fa\r\nEND:VCARD\r\n"
    )
    row = done(brought(cards, "people.vcf"))
    assert (row.kind, counts(row)) == ("vcard", (3, 0, 0, 0))
    assert whose("+989121234567").name == "سارا احمدی"
    assert whose("babak@example.com").identities.count() == 1 and whose("babak@example.com").name == "Babak, Jr"
    mina = whose("@mina_k")
    assert (mina.tags, mina.language, mina == whose("+989127654321")) == (["shop", "vip"], "fa", True)
    assert done(brought("BEGIN:VCARD\nFN:X\n", "x.vcf")).trouble == "card:1"


def test_the_file_goes_when_it_is_read_and_the_rest_a_month_later(time_machine: Any) -> None:
    time_machine.move_to(clock.now())
    row = done(brought("email\nnobody\n"))
    assert (row.file, StoredFile.objects.count(), ImportLine.objects.count()) == ("", 0, 1)
    unused = brought(SHEET)
    time_machine.shift(3 * 86_400)
    assert importing.forget() == 1 and not CustomerImport.objects.filter(pk=unused.pk).exists()
    assert not StoredFile.objects.exists()
    time_machine.shift(28 * 86_400)
    assert importing.forget() == 1 and not CustomerImport.objects.exists() and not ImportLine.objects.exists()


def test_the_pages_lead_from_the_file_to_what_was_refused(client: Client, lead: User, customer: Customer) -> None:
    client.force_login(lead)
    assert client.post("/settings/import/").status_code == 422
    sheet = SimpleUploadedFile("people.csv", (SHEET + "=1+1;12;;\n").encode(), "text/csv")
    page = client.post("/settings/import/", {"file": sheet})["Location"]
    row = CustomerImport.objects.get()
    shown = client.get(page).content.decode()
    assert "سارا احمدی" in shown and "All 4 lines:" in shown and "1 refused" in shown
    columns = {f"column-{place}": target for place, target in enumerate(row.columns)}
    form = columns | {"has_header": "1", "encoding": "utf-8", "separator": ";"}
    assert client.post(page, form | {"do": "start", "region": "Iran"}).status_code == 422
    assert client.post(page, form | {"do": "start", "column-1": "", "column-2": ""}).status_code == 422
    assert client.post(page, form | {"do": "match", "tags": "shop، 2026"})["Location"] == page
    row.refresh_from_db()
    assert (row.state, row.options["tags"]) == ("matching", ["2026", "shop"])
    client.post(page, form | {"do": "start", "tags": "shop"})
    assert 'http-equiv="refresh"' in client.get(page).content.decode()
    importrun.run({"import": row.pk})
    shown = client.get(page).content.decode()
    assert "4 of 4 lines" in shown and "is not a telephone number" in shown
    assert whose("mina@example.com").tags == ["shop"]
    answer = b"".join(client.get(f"{page}refused.csv")).decode("utf-8-sig")
    assert [line.split(",")[:5] for line in answer.splitlines()][1] == ["'=1+1", "12", "", "", "5"]
    client.post(page, {"do": "drop"})
    assert client.get(page).status_code == 404 and Customer.objects.count() == 4


def test_the_refused_lines_corrected_are_read_again() -> None:
    row = done(brought("name,mobile\nSara,+98912\n"))
    text = "".join(imports_view._lines(row)).lstrip("\ufeff").replace("'+98912", "'+989121234567")
    again = brought(text)
    assert again.columns == ["name", "phone", "", ""]
    assert counts(done(again)) == (1, 0, 0, 0)
    assert whose("+989121234567").name == "Sara"


def test_agents_may_not(agent: User, lead: User, client: Client) -> None:
    with pytest.raises(NotAllowed):
        importing.take(by=actor_of(agent), name="x", data=b"email\na@example.com\n")
    assert not CustomerImport.objects.exists()
    client.force_login(lead)
    assert client.get("/settings/import/").status_code == 200
