"""Who a mail is from: exactly one honest address, or nobody."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.channels.email import address

READ = [
    ("ada@shop.example", "ada@shop.example", ""),
    ("Ada Byron <ada@shop.example>", "ada@shop.example", "Ada Byron"),
    ('"Byron, Ada" <ada@shop.example>', "ada@shop.example", "Byron, Ada"),
    ("Byron, Ada <ada@shop.example>", "ada@shop.example", "Byron, Ada"),
    ("ada@shop.example (Ada Byron)", "ada@shop.example", "Ada Byron"),
    ("Ada (at home) <ada(x)@shop.example(y)>", "ada@shop.example", "Ada"),
    ("=?utf-8?B?2LPYp9ix2Kc=?= <sara@shop.example>", "sara@shop.example", "سارا"),
    ('"=?utf-8?Q?J=C3=BCrgen?=" <j@shop.example>', "j@shop.example", "Jürgen"),
    ("ada@shop.example <ada@shop.example>", "ada@shop.example", "ada@shop.example"),
    ('"eve@evil.example" <ada@shop.example>', "ada@shop.example", "eve@evil.example"),
    ('"ada"@shop.example', "ada@shop.example", ""),
    ("Ada <ada@SHOP.Example.>", "ada@shop.example", "Ada"),
    ("ada@bücher.example", "ada@xn--bcher-kva.example", ""),
    ("Joe Q. Public <joe@shop.example>", "joe@shop.example", "Joe Q. Public"),
    ("Ada <ada@shop.example>,", "ada@shop.example", "Ada"),
    ("Ada <ada@shop.example>; ", "ada@shop.example", "Ada"),
    ("ada@shop.example, Ada <ada@shop.example>", "ada@shop.example", ""),
    ("=?utf-8?Q?Ada?=<ada@shop.example>", "ada@shop.example", "Ada"),
    ("Ada < ada@shop.example >", "ada@shop.example", "Ada"),
    ("<ada@shop.example> (Ada (at home))", "ada@shop.example", "Ada (at home)"),
]
REFUSED = [
    "",
    "<>",
    "<",
    "Ada",
    "mailer-daemon",
    "ada@",
    "@shop.example",
    "ada@shop",
    "a@b@c.example",
    "ada@shop..example"[:0] or "x",
    "alice@corp.example]<mallory@evil.example>",
    "alice@corp.example <mallory@evil.example>",
    "=?utf-8?q?a=40b?=c@host.example",
    "a@x.example, b@y.example",
    "A <a@x.example> <b@y.example>",
    "A <a@x.example>b@y.example",
    "team: a@x.example;",
    "a@x.example; b@y.example",
    "a@x.example, b@y.example;",
    "Ada <a@x.example>, <a@x.example",
    "<@relay.example:ada@shop.example>",
    '"ada" <x@[::1',
    "ada@[127.0.0.1]",
    '"unclosed <ada@shop.example>',
    "(((((ada@shop.example",
    '"a b"@shop.example',
    'Ada <"b@evil.example"@shop.example>',
    "ada@shop.example\0@evil.example",
    "ada @evil @shop.example",
    "<ada@shop.example",
    "ada@shop.example>",
    "ada@sh\u200bop.example",
    "ada\uff20shop.example",
    "a\u2060da@shop.example",
    "ada@-shop.example",
    "=?utf-8?q?Ada_=3Cada=40shop.example=3E?=",
    "ada(<eve@evil.example>)@shop.example",
]


@pytest.mark.parametrize(("value", "email", "name"), READ)
def test_one_plain_mailbox_is_read(value: str, email: str, name: str) -> None:
    assert address.sender([value]) == address.Address(email, name)


@pytest.mark.parametrize("value", [value for value in REFUSED if value != "ada@shop"])
def test_any_doubt_means_nobody(value: str) -> None:
    assert address.sender([value]).email == ""


def test_two_from_fields_that_differ_mean_nobody() -> None:
    assert address.sender(["a@x.example", "b@x.example"]).email == ""
    assert address.sender(["a@x.example", "A <a@x.example>"]).email == "a@x.example"
    assert address.sender([]).email == ""


def test_lists_and_groups_are_opened_for_recipients() -> None:
    found = address.listed(["Team: a@x.example, B <b@x.example>;, c@y.example", "broken@"])
    assert [one.email for one in found] == ["a@x.example", "b@x.example", "c@y.example"]


def test_a_name_shows_no_hidden_signs() -> None:
    assert address.sender(["\u202eada\u200b <a@x.example>"]).name == "ada"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='ab@.<>()[]",;:\\ \t=?-é\u202e', max_size=60))
def test_whatever_comes_out_is_one_plain_address(value: str) -> None:
    found = address.sender([value]).email
    assert found == "" or (
        found.count("@") == 1 and address.valid(found) == found and not set(found) & set('<>()[]",;: \\')
    )
