"""Numbers of WhatsApp that are written in two ways."""

import pytest

from tickets.rules.twins import twin


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("whatsapp:+5541988887777", "whatsapp:+554188887777"),
        ("5541988887777", "554188887777"),
        ("whatsapp:+5491123456789", "whatsapp:+541123456789"),
        ("5215512345678", "525512345678"),
    ],
)
def test_either_way_leads_to_the_other(one: str, other: str) -> None:
    assert (twin(one), twin(other)) == (other, one)


@pytest.mark.parametrize("number", ["", "989121234567", "whatsapp:+989121234567", "554133334444", "4242", "IR.20819"])
def test_other_numbers_have_none(number: str) -> None:
    assert twin(number) == ""
