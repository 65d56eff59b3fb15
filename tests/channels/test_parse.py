"""Mails as they come: whole, lying, broken."""

import base64
import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.channels.email import charsets, filenames
from tickets.channels.email.parse import ParsedMail, UnreadableMail, parse

HEAD = b"From: Ada <ada@shop.example>\r\nTo: help@desk.example\r\nSubject: Hi\r\n"
MIXED = (
    HEAD + b'Content-Type: multipart/mixed; boundary="B"\r\n\r\npreamble\r\n--B\r\n'
    b"Content-Type: multipart/alternative; boundary=A\r\n\r\n"
    b"--A\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain \xd8\xb3\xd9\x84\xd8\xa7\xd9\x85\r\n--A\r\n"
    b"Content-Type: text/html; charset=utf-8\r\n"
    b'\r\n<p>rich <img src="cid:pic@x"></p>\r\n--A--\r\n--B\r\n'
    b'Content-Type: image/png; name="..\\..\\pic.png"\r\nContent-ID: <pic@x>\r\n'
    b"Content-Disposition: inline\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--B--\r\nepilogue"
)


def mail(body: bytes = b"Hello", head: bytes = HEAD, **fields: str) -> ParsedMail:
    extra = b"".join(f"{name.replace('_', '-')}: {value}\r\n".encode() for name, value in fields.items())
    return parse(head + extra + b"\r\n" + body)


def test_parts_become_text_html_and_files() -> None:
    found = parse(MIXED)
    assert found.text == "plain سلام"
    assert 'src="cid:pic@x"' in found.html
    (file,) = found.attachments
    assert (file.name, file.content_type, file.content_id, file.inline, file.data[:4]) == (
        "pic.png",
        "image/png",
        "pic@x",
        True,
        b"\x89PNG",
    )


def test_html_alone_gets_a_text() -> None:
    found = mail(b"<html><style>p{}</style><p>One</p><p>Two &amp; three</p>", Content_Type="text/html")
    assert found.text.split() == ["One", "Two", "&", "three"]


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("سلام".encode(), "utf-8", "سلام"),
        ("سلام".encode(), "iso-8859-1", "سلام"),
        ("سلام".encode(), "", "سلام"),
        ("سلام".encode(), "no-such-charset", "سلام"),
        ("سلام".encode("cp1256"), "windows-1256", "سلام"),
        (b"caf\xe9 \x93x\x94", "us-ascii", "café “x”"),
        (b"caf\xe9", "utf-8", "café"),
        ("日本語".encode("iso2022_jp"), "", "日本語"),
        ("日本語".encode("cp932"), "shift_jis", "日本語"),
        (b"a\0b", "utf-8", "ab"),
        (b"abc", "rot13", "abc"),
        (b"abc", "base64", "abc"),
    ],
)
def test_a_charset_that_lies_stops_nothing(data: bytes, charset: str, text: str) -> None:
    assert charsets.decode(data, charset) == text


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        ("=?utf-8?B?2LPZhNin2YU=?=", "سلام"),
        ("=?utf-8?B?2LPZ?= =?utf-8?B?hNin2YU=?=", "سلام"),
        ("=?utf-8?Q?a_b?= c =?utf-8?Q?d?=", "a b c d"),
        ("=?bad", "=?bad"),
        ("=?utf-8?B?!!!?=", ""),
        ("plain", "plain"),
        ("=?x-unknown?Q?caf=C3=A9?=", "café"),
    ],
)
def test_subjects_are_read(raw: str, subject: str) -> None:
    assert parse(f"From: a@b.example\nSubject: {raw}\n\nx".encode()).subject == subject


def test_file_names_of_every_spelling() -> None:
    spellings = [
        'attachment; filename="na\u00efve.txt"',
        "attachment; filename*=utf-8''na%C3%AFve.txt",
        "attachment; filename*0*=utf-8''na%C3; filename*1*=%AFve.txt",
        'attachment; filename="=?utf-8?Q?na=C3=AFve.txt?="',
        "attachment; filename==?utf-8?B?bmHDr3ZlLnR4dA==?=",
    ]
    for spelling in spellings:
        assert [one.name for one in mail(Content_Disposition=spelling).attachments] == ["naïve.txt"], spelling


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\y.doc", "y.doc"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("\u200b.htaccess", "htaccess"),
        ("a\r\nb.txt", "ab.txt"),
        ("", "file-1.png"),
        ("...", "file-1.png"),
        ('a"<b>.png', "a__b_.png"),
        ("x" * 300 + ".pdf", "x" * 180 + ".pdf"),
    ],
)
def test_a_file_name_is_a_label_never_a_path(given_name: str, kept: str) -> None:
    assert filenames.clean(given_name, "image/png") == kept


def test_uuencoded_files_leave_the_text() -> None:
    found = mail(b"before\r\nbegin 644 note.txt\r\n%:&5L;&\\\r\n`\r\nend\r\nafter")
    assert [(one.name, one.data) for one in found.attachments] == [("note.txt", b"hello")]
    assert found.text.split() == ["before", "after"]


def test_flowed_text_is_joined() -> None:
    found = mail(b"one \r\ntwo\r\n-- \r\nAda", Content_Type="text/plain; format=flowed")
    assert found.text.startswith("one two\n")
    assert found.visible_reply == "one two"


def test_a_mail_in_a_mail_stays_whole() -> None:
    inner = b"From: x@y.example\r\nSubject: inner\r\n\r\ninner text"
    found = mail(inner, Content_Type="message/rfc822")
    assert [(one.name, one.data) for one in found.attachments] == [("inner.eml", inner)]


def test_ids_and_dates() -> None:
    found = mail(
        Message_ID="<one@x>", In_Reply_To="<two@x>", References="<zero@x> <two@x>", Date="Mon, 1 Jan 9999 99:99:99"
    )
    assert (found.message_id, found.in_reply_to, found.references, found.date) == (
        "one@x",
        "two@x",
        ("two@x", "zero@x"),
        None,
    )


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("<one@x>", "one@x"),
        ("one@x", "one@x"),
        (" <one@\r\n x> ", "one@x"),
        ("=?utf-8?q?=3Cone=40x=3E?=", "one@x"),
        ("<one@x> (a comment)", "one@x"),
        ("Message of Monday", ""),
        ("<>", ""),
        ("", ""),
    ],
)
def test_an_id_in_every_spelling(value: str, found: str) -> None:
    assert mail(Message_ID=value).message_id == found
    assert mail(In_Reply_To=value).in_reply_to == found


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\r\n",
        b"X-Truncated-At-Fetch: 9\r\n" + HEAD,
        b"From: a@b.example\r\n" + b"X: y\r\n" * 1001 + b"\r\nx",
        b"From: a@b.example\r\nX: " + b"y" * 300_000 + b"\r\n\r\nx",
        HEAD + b"Cc: " + b"a@b.example, " * 600 + b"\r\n\r\nx",
        HEAD + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n" + b"--B\r\n\r\nx\r\n" * 600 + b"--B--",
        HEAD
        + b"Content-Type: multipart/mixed; boundary=B0\r\n\r\n"
        + b"".join(b"--B%d\r\nContent-Type: multipart/mixed; boundary=B%d\r\n\r\n" % (n, n + 1) for n in range(60)),
    ],
)
def test_what_is_beyond_limits_is_refused_with_words(raw: bytes) -> None:
    with pytest.raises(UnreadableMail) as refused:
        parse(raw)
    assert len(refused.value.reason) > 3
    assert refused.value.unreadable


BOMBS = {
    "open comments": HEAD + b"Cc: " + b"(" * 200_000 + b"\r\n\r\nx",
    "open words": b"From: a@b.example\r\nSubject: " + b"=?utf-8?q?" * 20_000 + b"\r\n\r\nx",
    "question marks": b"From: a@b.example\r\nSubject: " + b"=?" * 100_000 + b"\r\n\r\nx",
    "quotes": HEAD + b"Cc: " + b'"' * 200_000 + b"\r\n\r\nx",
    "deep divs": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 100_000,
    "open tags": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<" * 500_000,
    "nested tables": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<table><tr><td>" * 2_000,
    "quote marks": HEAD + b"\r\n" + b"> " * 200_000,
    "on wrote": HEAD + b"\r\n" + b"On \n" * 100_000,
    "dashes": HEAD + b"\r\n" + b"- " * 200_000 + b"x",
    "colons": HEAD + b"\r\n" + b"From: \n" * 50_000,
    "boundaries": HEAD + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n" + b"--B-" * 200_000,
    "parameters": HEAD + b"Content-Type: text/plain" + b"; a=b" * 40_000 + b"\r\n\r\nx",
    "begin lines": HEAD + b"\r\n" + b"begin 644 x\r\n" * 50_000,
    "spaces": HEAD + b"\r\n" + b" " * 1_000_000 + b"x",
    "failure words": b"From: a@b.example\r\nSubject: " + b"delivery " * 25_000 + b"\r\n\r\n" + b"message " * 50_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_little(name: str) -> None:
    began = time.process_time()
    with contextlib.suppress(UnreadableMail):
        parse(BOMBS[name])
    assert time.process_time() - began < 2


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.integers(0, len(MIXED)), st.integers(0, 60))
def test_mangled_mail_is_read_or_refused_never_raised(noise: bytes, at: int, cut: int) -> None:
    try:
        found = parse(MIXED[:at] + noise + MIXED[at + cut :])
    except UnreadableMail as refused:
        assert not refused.reason.startswith("could not be read")
        return
    assert "\0" not in found.text + found.subject + found.html + found.from_name
    assert bool(found.visible_reply.strip()) == bool(found.text.strip())
    (found.text + found.html + found.subject).encode("utf-8")


def test_base64_body_with_rubbish_is_read_as_far_as_it_goes() -> None:
    data = base64.b64encode(b"hello world, this is text")
    assert (
        mail(data[:10] + b"\r\n!!" + data[10:], Content_Transfer_Encoding="base64").text == "hello world, this is text"
    )
