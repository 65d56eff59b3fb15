"""Whether we may come to somebody unasked: consent, quiet hours and the one budget, as a pure rule."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from customers.rules.contact import FAR, Ask, Limit, Person, Verdict, may_contact
from helpdesk.core.rules.hours import Calendar, is_open

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # Monday, 11:30 in Tehran
WEEK = {day: [["09:00", "21:00"]] for day in ("sat", "sun", "mon", "tue", "wed")}
HOURS = Calendar.of("Asia/Tehran", WEEK)
BUDGET = Limit(3, 7)


def ask(purpose: str = "survey", person: Person | None = None, at: datetime = NOW, **own: Limit) -> Verdict:
    return may_contact(Ask(purpose), person or Person(), BUDGET, own, at)


def ago(*days: float) -> Person:
    return Person(contacts=[("survey", NOW - timedelta(days=each)) for each in days])


def test_somebody_whom_nothing_has_reached_may_be_asked_now() -> None:
    assert ask() == Verdict(NOW)


def test_no_contact_and_no_consent_are_never_but_answers_always_go() -> None:
    assert ask(person=Person(blocked=True)) == Verdict(None, "no_contact")
    assert ask(person=Person(agrees=False)) == Verdict(None, "no_consent")
    answer = Ask("service", spends=False, is_answer=True)
    closed = Person(blocked=True, agrees=False, hours=Calendar.of("UTC", {}), contacts=ago(0, 0, 0).contacts)
    assert may_contact(answer, closed, BUDGET, {}, NOW) == Verdict(NOW)


def test_a_spent_budget_frees_itself_when_the_oldest_contact_is_a_week_old() -> None:
    assert ask(person=ago(6, 2, 1)) == Verdict(NOW + timedelta(days=1), "budget")
    assert ask(person=ago(8, 2, 1)) == Verdict(NOW)
    assert ask(person=ago(7, 2, 1)) == Verdict(NOW)


def test_a_purpose_has_a_smaller_budget_of_its_own_and_all_share_the_one() -> None:
    person = Person(contacts=[("survey", NOW - timedelta(days=20))])
    assert ask("survey", person, survey=Limit(1, 30)) == Verdict(NOW + timedelta(days=10), "budget")
    assert ask("followup", person, survey=Limit(1, 30)) == Verdict(NOW)
    assert ask("followup", ago(1, 2, 3)).why == "budget"


def test_what_does_not_spend_is_held_back_by_no_budget() -> None:
    assert may_contact(Ask("pages", spends=False), ago(0, 0, 0), BUDGET, {}, NOW) == Verdict(NOW)


def test_at_night_and_on_friday_it_waits_for_the_morning_in_their_own_zone() -> None:
    person, tehran = Person(hours=HOURS), ZoneInfo("Asia/Tehran")
    night = datetime(2026, 11, 25, 23, 0, tzinfo=tehran)  # Wednesday: Thursday and Friday are closed
    found = ask(person=person, at=night.astimezone(UTC))
    assert found == Verdict(datetime(2026, 11, 28, 9, 0, tzinfo=tehran), "quiet")
    there = Person(hours=Calendar.of("America/New_York", WEEK))
    assert ask(person=there) == Verdict(datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("America/New_York")), "quiet")


def test_a_budget_that_frees_itself_at_night_waits_for_the_morning_too() -> None:
    spent = [("survey", datetime(2026, 11, 16, 20, 0, tzinfo=UTC))] * 3
    found = ask(person=Person(hours=HOURS, contacts=spent))
    assert found == Verdict(datetime(2026, 11, 24, 9, 0, tzinfo=ZoneInfo("Asia/Tehran")), "budget")


def test_somebody_who_is_never_free_and_a_budget_of_nothing_are_not_put_off_for_ever() -> None:
    assert ask(person=Person(hours=Calendar.of("UTC", {}))) == Verdict(None, "quiet")
    assert may_contact(Ask("survey"), Person(), Limit(0, 7), {}, NOW) == Verdict(None, "far")
    assert ask(person=ago(0), survey=Limit(1, 90)) == Verdict(None, "far")


def test_what_is_to_come_counts_as_well() -> None:
    coming = Person(contacts=[("survey", NOW + timedelta(days=each)) for each in (1, 2, 3)])
    assert ask(person=coming).at == NOW + timedelta(days=8)
    assert ask(person=Person(contacts=[("survey", NOW + timedelta(days=each)) for each in (1, 2)])).at == NOW


@settings(max_examples=150, deadline=None)
@given(
    asks=st.lists(
        st.tuples(st.sampled_from(["survey", "followup", "chat"]), st.integers(0, 60 * 24 * 20)), max_size=25
    ),
    most=st.integers(1, 4),
    days=st.integers(1, 9),
    quiet=st.booleans(),
)
def test_however_often_one_asks_no_window_ever_holds_more_than_the_budget(
    asks: list[tuple[str, int]], most: int, days: int, quiet: bool
) -> None:
    budget, own, made = Limit(most, days), {"survey": Limit(1, days * 2)}, list[tuple[str, datetime]]()
    hours = HOURS if quiet else None
    for purpose, minutes in asks:
        now = NOW + timedelta(minutes=minutes)
        found = may_contact(Ask(purpose), Person(hours=hours, contacts=made), budget, own, now)
        assert found.at is None or now <= found.at <= now + FAR + timedelta(days=3)
        if found.at is not None:
            assert hours is None or is_open(hours, found.at)
            made.append((purpose, found.at))
    for limit, counted in ((budget, made), (own["survey"], [one for one in made if one[0] == "survey"])):
        times = sorted(at for _purpose, at in counted)
        for first, last in zip(times, times[limit.most :], strict=False):
            assert last - first >= limit.span
