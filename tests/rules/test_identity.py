"""Handles have one spelling; a post's or a machine's address is nobody's proof."""

import pytest

from customers.rules.identity import KINDS, BadHandle, Handle, clean, guess_kind, is_no_reply, is_role, is_shared

SAME = [
    ("email", " Sara@Example.COM ", "sara@example.com"),
    ("email", "mailto:sara@example.com", "sara@example.com"),
    ("email", "\u200esara@example.com\u200f", "sara@example.com"),
    ("email", "سارا@مثال.ایران", "سارا@مثال.ایران"),
    *(
        ("phone", typed, "+989121234567")
        for typed in (
            *("09121234567", "۰۹۱۲۱۲۳۴۵۶۷", "٠٩١٢١٢٣٤٥٦٧", "9121234567", "989121234567", "+98 912 123 4567"),
            *("00989121234567", "0912-123-4567", "(0912) 123 45 67", "0912‑123‑4567", "tel:+989121234567"),
            *("\u202a+98 912 123 4567\u202c", "۰۰۹۸ ۹۱۲ ۱۲۳ ۴۵۶۷", "＋۹۸۹۱۲۱۲۳۴۵۶۷", "+98 (0)912 123 4567"),
        )
    ),
    ("sms", "0912 123 4567", "+989121234567"),
    ("whatsapp", "989121234567", "+989121234567"),
    ("whatsapp", "4915112345678", "+4915112345678"),
    ("whatsapp", "4915112345678@s.whatsapp.net", "+4915112345678"),
    ("whatsapp", "https://wa.me/989121234567?text=hi", "+989121234567"),
    ("whatsapp", "09121234567", "+989121234567"),
    ("telegram", "@Sara_Ahmadi", "@sara_ahmadi"),
    ("telegram", "https://t.me/sara_ahmadi", "@sara_ahmadi"),
    ("telegram", "۱۲۳۴۵۶۷۸۹", "123456789"),
    ("instagram", "Instagram.com/Sara.A_1/", "@sara.a_1"),
    ("instagram", "17841400000000000", "17841400000000000"),
    ("messenger", "m.me/sara.ahmadi", "@sara.ahmadi"),
    ("messenger", "24680135791357913", "24680135791357913"),
    ("line", "u" + "AB12" * 8, "U" + "ab12" * 8),
    ("line", "@sara.line", "@sara.line"),
    ("external_id", " crm-7 ", "crm-7"),
    ("visitor", "v_0123456789abcdef", "v_0123456789abcdef"),
    ("viber", "01234567890A=", "01234567890A="),
    ("bale", "https://ble.ir/Sara_Ahmadi", "@sara_ahmadi"),
    ("bale", "۱۲۳۴۵۶۷", "1234567"),
    ("eitaa", "eitaa.com/Sara_Ahmadi", "@sara_ahmadi"),
    ("rubika", "b0Abc123456789012345678901234567", "b0Abc123456789012345678901234567"),
]


@pytest.mark.parametrize(("kind", "typed", "stored"), SAME)
def test_however_it_is_typed_it_is_stored_in_one_way(kind: str, typed: str, stored: str) -> None:
    assert clean(Handle(kind, typed)) == Handle(kind, stored)
    assert clean(Handle(kind, stored)) == Handle(kind, stored)


def test_every_kind_has_its_form() -> None:
    assert {kind for kind, _typed, _stored in SAME} == set(KINDS)


@pytest.mark.parametrize(
    ("typed", "region", "stored"),
    [
        ("030 1234567", "DE", "+49301234567"),
        ("0151 12345678", "DE", "+4915112345678"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("+98 912 123 4567", "DE", "+989121234567"),
    ],
)
def test_a_number_without_a_country_is_one_of_the_region(typed: str, region: str, stored: str) -> None:
    assert clean(Handle("phone", typed), region).value == stored


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        ("email", "sara", "email"),
        ("email", "a@b@c.example", "email"),
        ("email", "x" * 250 + "@example.com", "email"),
        ("phone", "call me", "letters"),
        ("phone", "12", "phone"),
        ("phone", "+1 23456", "phone"),
        ("phone", "۰۲۱-۸۸۸۸۸۸۸۸ داخلی ۱۲", "extension"),
        ("phone", "021 88888888 ext. 12", "extension"),
        ("phone", "021 88888888 #12", "extension"),
        ("sms", "0912 CALL ME", "letters"),
        ("whatsapp", "sara", "letters"),
        ("telegram", "@1sara", "telegram"),
        ("telegram", "sara ahmadi", "telegram"),
        ("instagram", "sara..a", "instagram"),
        ("messenger", "sara ahmadi", "messenger"),
        ("line", "s", "line"),
        ("external_id", "  ", "external_id"),
        ("external_id", "a\nb", "external_id"),
        ("visitor", "a b", "visitor"),
        ("fax", "1", "fax"),
    ],
)
def test_what_cannot_be_a_handle_is_refused_and_says_why(kind: str, typed: str, code: str) -> None:
    with pytest.raises(BadHandle) as refused:
        clean(Handle(kind, typed))
    assert refused.value.code == code


def test_who_types_only_a_value_means_an_address_a_name_or_a_number() -> None:
    assert [guess_kind(each) for each in ("a@b.example", "@sara", "0912")] == ["email", "telegram", "phone"]


@pytest.mark.parametrize(
    "address",
    [
        *("info@shop.example", "Sales@shop.example", "sales-team@shop.example", "support2@shop.example"),
        *("customer.service@shop.example", "info+web@shop.example", "poshtibani@shop.ir", "hesabdari@shop.ir"),
        *("admin@shop.example", "info.ir@shop.example", "kontakt@laden.example", "postmaster@shop.example"),
    ],
)
def test_the_box_of_a_post_is_nobodys_proof(address: str) -> None:
    assert is_role(address)
    assert is_shared(Handle("email", address))


@pytest.mark.parametrize(
    "address",
    [
        *("noreply@shop.example", "no-reply@shop.example", "no_reply@shop.example", "do.not.reply@shop.example"),
        *("mailer-daemon@shop.example", "bounces+17@lists.example", "orders-noreply@shop.example"),
        *("notifications@github.example", "noreply-7@shop.example"),
    ],
)
def test_where_nobody_reads_nobody_is(address: str) -> None:
    assert is_no_reply(address)
    assert is_role(address)


@pytest.mark.parametrize(
    "address",
    [
        *("sara@shop.example", "reza.sales@shop.example", "informant@shop.example", "mohammad.info@gmail.com"),
        *("salesh@shop.example", "narges.karimi@info.example", "support", "infosara@shop.example", "help.me@x.example"),
    ],
)
def test_a_persons_address_is_a_persons(address: str) -> None:
    assert not is_role(address)


def test_only_addresses_are_posts() -> None:
    assert not is_shared(Handle("phone", "+982188888888"))
