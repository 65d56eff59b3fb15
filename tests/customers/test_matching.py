"""Who may be one person: by what they proved, by what speaks for it, and never against their names."""

import pytest

from bench.matching import measure
from bench.truth import World
from customers.rules.identity import Handle
from customers.rules.matching import Evidence, Verdict, Why, decide, has_crowd, is_typo, keys
from customers.rules.names import Likeness, compare

MAIL, PHONE = Handle("email", "sara.ahmadi@example.org"), Handle("phone", "+989121234567")


def proven(name: str, *handles: Handle) -> Evidence:
    return Evidence(name, frozenset(handles), frozenset(handles))


def claimed(name: str, *handles: Handle, companies: frozenset[str] = frozenset()) -> Evidence:
    return Evidence(name, frozenset(handles), companies=companies)


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("سارا احمدی", "احمدي، سارا", Likeness.SAME),
        ("آقای علی رضایی", "علی رضائی", Likeness.SPELLED),
        ("Mohammad Rezaei", "Mohammed Rezaie", Likeness.SPELLED),
        ("فاطمه صادقی", "Fateme Sadeghi", Likeness.SPELLED),
        ("زهرا کریمی", "Zahra Karimi", Likeness.SPELLED),
        ("Sara Ahmadi", "S. Ahmadi", Likeness.PART),
        ("M. Wagner", "M. Wagner", Likeness.PART),
        ("Hassan Hoseini", "H. Hoseini", Likeness.PART),
        ("شبنم موسوی", "S. Mousavi", Likeness.PART),
        ("Sara Ahmadi", "Sara", Likeness.PART),
        ("", "Sara", Likeness.UNKNOWN),
        ("Sara Ahmadi", "Ali Ahmadi", Likeness.DIFFERENT),
        ("علی محمدی", "Leila Mohammadi", Likeness.DIFFERENT),
        ("حسین احمدی", "Hassan Ahmadi", Likeness.DIFFERENT),
        ("Jan Hansen", "Joan Hansen", Likeness.DIFFERENT),
    ],
)
def test_names_are_compared_across_spellings_and_scripts(one: str, other: str, likeness: Likeness) -> None:
    assert compare(one, other) is likeness is compare(other, one)


def test_who_proved_the_same_address_is_one_unless_the_names_speak_against_it() -> None:
    assert decide(proven("Sara", MAIL), proven("سارا احمدی", MAIL)).verdict is Verdict.JOIN
    assert decide(proven("Sara Ahmadi", MAIL), proven("Ali Ahmadi", MAIL)).verdict is Verdict.NOTHING
    assert decide(proven("Sara", MAIL), claimed("Sara", MAIL)).verdict is Verdict.SUGGEST


def test_a_proven_number_joins_only_whose_names_agree() -> None:
    assert decide(proven("Sara Ahmadi", PHONE), proven("سارا احمدی", PHONE)).verdict is Verdict.JOIN
    assert decide(proven("Mary Wagner", PHONE), proven("Marie Wagner", PHONE)).verdict is not Verdict.JOIN
    assert decide(proven("", PHONE), proven("Sara Ahmadi", PHONE)).verdict is not Verdict.JOIN


def test_a_slip_in_the_family_name_joins_by_a_number_and_one_in_the_given_name_does_not() -> None:
    assert decide(proven("Julia Becker", PHONE), proven("Becekr, Julia", PHONE)).verdict is Verdict.JOIN
    assert decide(proven("آرش اکبری", PHONE), proven("آرش اکربری", PHONE)).verdict is Verdict.JOIN
    assert decide(proven("Mary Wagner", PHONE), proven("Wagner, Marie", PHONE)).verdict is not Verdict.JOIN
    assert decide(proven("Julia", PHONE), proven("Julia Becker", PHONE)).verdict is not Verdict.JOIN


def test_namesakes_of_two_addresses_are_not_joined_by_a_number_that_went_from_one_to_the_other() -> None:
    other = Handle("email", "s.ahmadi1970@work.example")
    assert decide(proven("Sara Ahmadi", PHONE, MAIL), proven("Sara Ahmadi", PHONE, other)).verdict is Verdict.SUGGEST
    assert decide(proven("Sara Ahmadi", PHONE, MAIL), proven("Sara Ahmadi", PHONE)).verdict is Verdict.JOIN


@pytest.mark.parametrize("post", ["info@example.org", "noreply@example.org", "poshtibani@example.org"])
def test_the_box_of_a_post_tells_nothing(post: str) -> None:
    box = Handle("email", post)
    assert decide(proven("Sara Ahmadi", box), proven("Sara Ahmadi", box)).verdict is Verdict.NOTHING


def test_a_question_says_why() -> None:
    one = claimed("Sara Ahmadi", PHONE, companies=frozenset({"Pars"}))
    other = claimed("سارا احمدی", Handle("whatsapp", PHONE.value), companies=frozenset({"pars"}))
    found = decide(one, other)
    assert found.verdict is Verdict.SUGGEST
    assert [why for why, _value in found.reasons] == [Why.NUMBER, Why.COMPANY, Why.NAME]
    assert found == decide(one, other) and found.score > decide(one, claimed("Sara Ahmadi", PHONE)).score


def test_a_name_alone_is_no_question() -> None:
    assert decide(claimed("Sara Ahmadi", MAIL), claimed("Sara Ahmadi", PHONE)).verdict is Verdict.NOTHING


def test_a_shared_number_asks_only_for_whole_names() -> None:
    assert has_crowd(["Sara Ahmadi", "Ali Ahmadi"]) and not has_crowd(["Sara Ahmadi", "سارا احمدی", ""])
    crowd = {PHONE.value}
    one, part = claimed("Sara Ahmadi", PHONE), claimed("S. Ahmadi", Handle("sms", PHONE.value))
    assert decide(one, part).verdict is Verdict.SUGGEST
    assert decide(one, part, crowded=crowd).verdict is Verdict.NOTHING


def test_a_slip_in_an_address_is_seen_and_a_number_in_it_is_none() -> None:
    assert is_typo("sara.ahmadi@gmail.com", "sara.ahmadi@gmial.com")
    assert is_typo("sara.ahmadi@gmail.com", "sara.amhadi@gmail.com")
    assert not is_typo("sara.ahmadi83@gmail.com", "sara.ahmadi84@gmail.com")
    slip = claimed("Sara Ahmadi", Handle("email", "sara.ahmadi@exmaple.org"))
    assert decide(claimed("سارا احمدی", MAIL), slip).reasons[0] == (Why.SIMILAR_ADDRESS, MAIL.value)
    assert keys(claimed("سارا احمدی", MAIL)) & keys(slip)


def test_in_a_small_world_strangers_are_never_joined_and_questions_are_mostly_right() -> None:
    found = measure(World(500))
    assert found.wrong_joins == 0
    for kind in ("proven_mail", "proven_account"):
        hits, there = found.joined_of[kind]
        assert there > 10 and hits / there >= 0.95
    assert found.precision >= 0.9 and found.recall >= 0.8
    assert found.asked_of["name"][0] == 0
