"""MIME as mail programs really write it: mislabelled, undivided, cut off, nested, packed."""

import base64
import struct
from collections.abc import Callable

import pytest

from tickets.channels.email.parse import ParsedMail, parse

HEAD = b"From: Ada <ada@shop.example>\nTo: help@desk.example\nSubject: Hi\n"


def mail(*lines: str | bytes, body: bytes = b"x") -> ParsedMail:
    fields = b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines)
    return parse(HEAD + fields + b"\n" + body)


def names(found: ParsedMail) -> list[str]:
    return [one.name for one in found.attachments]


@pytest.mark.parametrize(
    ("head", "mark"),
    [
        (b"; boundary=BB", b"--BB"),
        (b" boundary=BB", b"--BB"),
        (b"; boundary='BB'", b"--BB"),
        (b"; boundary='BB'", b"--'BB'"),
        (b'; boundary="B B "', b"--B B "),
        (b'; boundary="BB', b"--BB"),
        (b"; boundary=BB (the border)", b"--BB"),
        (b"; boundary: BB", b"--BB"),
        (b"; BOUNDARY = BB ;", b"--BB"),
        (b"; boundary=bb", b"--BB"),
        (b"; boundary=other", b"--BB"),
        (b"", b"--BB"),
        (b"; charset=utf-8; boundary=BB; boundary=CC", b"--BB"),
    ],
)
def test_parts_are_found_by_what_the_boundary_must_mean(head: bytes, mark: bytes) -> None:
    pieces = (
        mark + b"\nContent-Type: text/plain\n\nhello\n" + mark + b"  \nContent-Type: image/png; name=a.png\n\npix\n",
        mark + b"--  \nbelow",
    )
    found = parse(HEAD + b"Content-Type: multipart/mixed" + head + b"\n\nabove\n" + b"".join(pieces))
    assert (found.text, names(found)) == ("hello", ["a.png"])


def test_a_mail_without_a_type_whose_body_is_made_of_parts() -> None:
    found = mail(body=b"This is a multi-part message in MIME format.\n--B\nContent-Type: text/plain\n\nhi\n--B--\n")
    assert found.text == "hi"


def test_inner_parts_end_where_the_outer_ones_do() -> None:
    found = mail(
        "Content-Type: multipart/mixed; boundary=B",
        body=b"--B\nContent-Type: multipart/alternative; boundary=B1\n\n--B1\n\nplain\n--B1\n"
        b"Content-Type: text/html\n\n<p>rich</p>\n--B\nContent-Type: text/csv; name=a.csv\n\n1,2\n--B--",
    )
    assert (found.text, found.html, names(found)) == ("plain", "<p>rich</p>", ["a.csv"])


@pytest.mark.parametrize(
    ("encoding", "body", "text"),
    [
        ("base64", b"aGVsbG8gd29ybGQ=", "hello world"),
        ('"BASE64"', b"aGVsbG8gd29ybGQ=", "hello world"),
        ("(six bits) base64", b"aGVsbG8gd29ybGQ=", "hello world"),
        ("base64", b"aGVsbG8g\n\n  d29ybGQ\n", "hello world"),
        ("base64", b"aGVsbG8=\nIHdvcmxk\n", "hello world"),
        ("base64", b"aGVsbG8gd29ybGQ=\n____________\nList of users\nlist@x.example", "hello world"),
        ("base64", b"Hello, this is no base64.\nAt all.", "Hello, this is no base64.\nAt all."),
        ("base64", b"hello world\nwith no other signs in it", "hello world\nwith no other signs in it"),
        ("quoted-printable", b"one=\ntwo= \nthree=\r\nfour=C3=a9", "onetwothreefouré"),
        ("quoted_printable;", b"caf=C3=A9 =XY=", "café =XY"),
        ("7-bit", b"a =3D b", "a =3D b"),
        ("no-such", b"a =3D b", "a =3D b"),
        ("x-uue", b"begin 644 a\n%:&5L;&\\\n`\nend\n", "hello"),
        ("uuencode", b"begin-base64 644 a\naGVsbG8=\n====\n", "hello"),
    ],
)
def test_encodings_are_undone_as_far_as_they_go(encoding: str, body: bytes, text: str) -> None:
    assert mail(f"Content-Transfer-Encoding: {encoding}", "Content-Type: text/plain", body=body).text == text


def test_a_line_of_spaces_folds_when_headers_go_on_after_it() -> None:
    found = parse(b"From: a@b.example\nTo: x@y.example,\n \t\n c@d.example\nSubject: S\nMessage-ID: <1@x>\n\nbody")
    assert (found.subject, found.message_id, found.to, found.text) == (
        "S",
        "1@x",
        ("x@y.example", "c@d.example"),
        "body",
    )


@pytest.mark.parametrize("body", ["body starts here\n\nmore", "Note: this is text\n\nmore", "From: z\nSubject: T\n\nm"])
def test_a_line_of_spaces_ends_headers_that_are_whole(body: str) -> None:
    found = parse(f"From: a@b.example\nSubject: S\n  \n{body}".encode())
    assert (found.subject, found.text) == ("S", body)


@pytest.mark.parametrize(
    "head",
    [
        " From: a@b.example\nSubject: S",
        "From : a@b.example\nSubject :S",
        "FROM:a@b.example\nSUBJECT:S",
        "From a@b Mon Jan  5\n>From x\nFrom: a@b.example\nSubject: S",
        "\ufeffFrom: a@b.example\nSubject: S",
        "no header at all\nFrom: a@b.example\nSubject: S",
        "From: a@b.example\nX: y\ngone on without a space\nSubject: S",
        "From: a@b.example\nSubject:\n S",
        "From: a@b.example\n: nameless\nSubject: S",
    ],
)
def test_headers_that_are_not_quite_headers(head: str) -> None:
    found = parse(f"{head}\n\nbody".encode())
    assert (found.from_email, found.subject, found.text) == ("a@b.example", "S", "body")


@pytest.mark.parametrize("codec", ["koi8-r", "windows-1251", "utf-8"])
def test_bare_bytes_in_headers_are_in_the_mails_charset(codec: str) -> None:
    found = parse(
        "From: Иван <i@x.example>\nSubject: Привет\nContent-Type: multipart/mixed; boundary=B\n\n--B\n"
        f"Content-Type: text/plain; charset={codec}\n\nтекст\n--B\nContent-Type: application/pdf\n"
        'Content-Disposition: attachment; filename="файл.pdf"\n\nx\n--B--'.encode(codec)
    )
    assert (found.from_name, found.subject, found.text, names(found)) == ("Иван", "Привет", "текст", ["файл.pdf"])


@pytest.mark.parametrize(
    "field",
    [
        "attachment; filename*=\"UTF-8''a%C3%A9.txt\"",
        "attachment; filename*0*=UTF-8''a%C3; filename*1=%A9.txt",
        "attachment; filename*1*=%A9.txt; filename*0*=\"UTF-8''a%C3\"",
        "attachment; filename=plain.txt; filename*=utf-8''a%C3%A9.txt",
        "attachment; filename==?utf-8?Q?a=C3=A9.txt?=",
        "attachment filename=aé.txt",
        "filename=aé.txt",
        "attachment; size=3; filename = aé.txt ; x=y",
        'attachment; filename=\n\t"=?utf-8?Q?a=C3=A9?=\n =?utf-8?Q?.txt?="',
        "attachment; filename*=iso-8859-1''a%E9.txt",
        "attachment; filename*=''a%C3%A9.txt",
    ],
)
def test_a_files_name_in_every_spelling(field: str) -> None:
    assert names(mail(f"Content-Disposition: {field}")) == ["aé.txt"]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        (["Content-Type: application/pdf; name=x.pdf", "Content-Disposition: attachment"], "x.pdf"),
        (["Content-Type: application/pdf", "Content-Location: https://x.example/a/report.pdf"], "report.pdf"),
        (["Content-Type: application/pdf", "Content-Location: https://x.example/a/"], "file-1.pdf"),
        (["Content-Disposition: attachment; filename=a;b.txt"], "a;b.txt"),
        (["Content-Disposition: attachment; filename=my long file (1).txt"], "my long file (1).txt"),
        (['Content-Disposition: attachment; filename="C:\\Temp\\a.txt"'], "a.txt"),
        (["Content-Disposition: attachment; filename="], "file-1.bin"),
        (["Content-Type: text/calendar; method=REQUEST"], "invitation.ics"),
        (["Content-Type: application/pkcs7-mime; smime-type=enveloped-data"], "smime.p7m"),
    ],
)
def test_a_file_is_called_what_the_mail_calls_it(fields: list[str], name: str) -> None:
    assert names(mail(*fields)) == [name]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text/html (rich); charset=utf-8", "hello"),
        ("text", "hello"),
        ("text/", "hello"),
        ("/", "<p>hello</p>"),
        ("nonsense", "<p>hello</p>"),
        ("", "<p>hello</p>"),
        ("text/x-markdown", "<p>hello</p>"),
        ("text/plain; name=body.txt", "<p>hello</p>"),
    ],
)
def test_a_type_that_makes_no_sense_is_text(kind: str, text: str) -> None:
    found = mail(f"Content-Type: {kind}", body=b"<p>hello</p>")
    assert (text in found.text, found.attachments) == (True, ())


@pytest.mark.parametrize("kind", ["text/plain", "text/plain; charset=utf-8", "text/html"])
def test_a_page_is_a_page_whatever_its_label(kind: str) -> None:
    found = mail(f"Content-Type: {kind}", body=b"<!DOCTYPE html>\n<html><body><p>hi</p></body></html>")
    assert (found.text, "<p>hi</p>" in found.html) == ("hi", True)


@pytest.mark.parametrize("label", ["", "; charset=us-ascii", "; charset=x-nonsense"])
def test_a_page_that_names_its_charset_is_believed_before_a_label_that_knows_none(label: str) -> None:
    page = '<html><meta charset="windows-1251"><p>Да</p></html>'.encode("windows-1251")
    assert mail(f"Content-Type: text/html{label}", body=page).text == "Да"


def test_signed_and_encrypted_mails_keep_their_parts_by_name() -> None:
    signed = mail(
        "Content-Type: multipart/signed; micalg=pgp-sha256; boundary=B",
        body=b"--B\n\nhello\n--B\nContent-Type: application/pgp-signature\n\n-----BEGIN PGP SIGNATURE-----\n--B--",
    )
    sealed = mail(
        "Content-Type: multipart/encrypted; boundary=B",
        body=b"--B\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--B\n"
        b"Content-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\n--B--",
    )
    assert (signed.text, names(signed)) == ("hello", ["signature.asc"])
    assert names(sealed) == ["encryption.txt", "encrypted.asc"]


def test_other_forms_of_the_same_saying_are_said_once() -> None:
    found = mail(
        "Content-Type: multipart/alternative; boundary=B",
        body=b"--B\n\nplain\n--B\nContent-Type: text/x-amp-html\n\n<html amp>app</html>\n--B\n"
        b"Content-Type: text/html\n\n<p>rich</p>\n--B\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\n--B--",
    )
    assert (found.text, found.html, names(found)) == ("plain", "<p>rich</p>", ["invitation.ics"])


@pytest.mark.parametrize(("page", "text"), [("The words. " * 9, "The words. " * 9), ("Short", "Read this as HTML.")])
def test_a_plain_twin_that_only_points_to_the_page_is_not_the_text(page: str, text: str) -> None:
    found = mail(
        "Content-Type: multipart/alternative; boundary=B",
        body=f"--B\n\nRead this as HTML.\n--B\nContent-Type: text/html\n\n<p>{page}</p>\n--B--".encode(),
    )
    assert found.text == text.strip()


def test_the_only_text_is_said_even_when_it_bears_a_files_name() -> None:
    found = mail(
        "Content-Type: multipart/mixed; boundary=B",
        body=b"--B\nContent-Type: text/plain; name=a.txt\nContent-Disposition: inline; filename=a.txt\n\nhello\n--B--",
    )
    assert (found.text, names(found)) == ("hello", ["a.txt"])


def test_mails_in_a_digest_are_mails() -> None:
    found = mail(
        "Content-Type: multipart/digest; boundary=B",
        body=b"--B\n\nFrom: x@y.example\nSubject: one\n\nfirst\n--B\n\nSubject: two\n\nsecond\n--B--",
    )
    assert [(one.name, one.content_type) for one in found.attachments] == [
        ("one.eml", "message/rfc822"),
        ("two.eml", "message/rfc822"),
    ]


def test_enriched_text_loses_its_marks_only() -> None:
    found = mail("Content-Type: text/enriched", body=b"<bold>Hi</bold> <<you>> <color><param>red</param>there</color>")
    assert found.text == "Hi <you>> there"


@pytest.mark.parametrize(("body", "text"), [(b"only text", "only text"), (b"--B--\n", ""), (b"", "")])
def test_parts_that_are_none(body: bytes, text: str) -> None:
    found = mail("Content-Type: multipart/mixed; boundary=B", body=body)
    assert (found.text, found.attachments) == (text, ())


def test_of_a_macintosh_file_the_half_that_people_read_is_kept() -> None:
    found = mail(
        "Content-Type: multipart/appledouble; boundary=B",
        body=b"--B\nContent-Type: application/applefile; name=a.doc\n\nicon\n--B\n"
        b"Content-Type: application/msword; name=a.doc\n\nwords\n--B--",
    )
    assert [(one.name, one.data) for one in found.attachments] == [("a.doc", b"words")]


@pytest.mark.parametrize(
    ("shown", "inline"), [('<img src="cid:pic%40x">', True), ("<img src='cid:pic@x'>", True), ("<p>pic@x</p>", False)]
)
def test_a_picture_is_part_of_the_text_only_where_the_text_shows_it(shown: str, inline: bool) -> None:
    found = mail(
        "Content-Type: multipart/related; boundary=B",
        body=f"--B\nContent-Type: text/html\n\n{shown}\n--B\nContent-Type: image/png; name=p.png\n"
        "Content-ID: <pic@x>\nContent-Disposition: attachment\n\nx\n--B--".encode(),
    )
    assert [one.inline for one in found.attachments] == [inline]


def attribute(level: int, name: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, 0, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def prop(name: int, kind: int, data: bytes) -> bytes:
    padded = data + b"\0" * (-len(data) % 4)
    return struct.pack("<HHII", kind, name, 1, len(data)) + padded


def properties(*found: bytes) -> bytes:
    return struct.pack("<I", len(found)) + b"".join(found)


FIXED = struct.pack("<HHI", 0x03, 0x3705, 1)
NAMED = struct.pack("<HH16sIII", 0x03, 0x8001, b"", 0, 7, 9)
FILE = properties(FIXED, NAMED, prop(0x3707, 0x1F, "Größe und Preis.pdf".encode("utf-16-le")))
PACKED = (
    b"\x78\x9f\x3e\x22\x01\x00"
    + attribute(1, 0x9007, struct.pack("<II", 1252, 0))
    + attribute(1, 0x9003, properties(FIXED, prop(0x1000, 0x1E, b"Gr\xfc\xdfe\0")))
    + attribute(2, 0x9002, b"\0" * 14)
    + attribute(2, 0x8010, b"GRE~1.PDF\0")
    + attribute(2, 0x800F, b"%PDF-1.7")
    + attribute(2, 0x9005, FILE)
    + attribute(2, 0x9002, b"\0" * 14)
    + attribute(2, 0x8010, b"b.txt\0")
    + attribute(2, 0x800F, b"two")
)
WINMAIL = "Content-Type: application/ms-tnef; name=winmail.dat"


def test_winmail_dat_is_unpacked() -> None:
    found = mail(WINMAIL, "Content-Transfer-Encoding: base64", body=base64.encodebytes(PACKED))
    assert [(one.name, one.content_type, one.data) for one in found.attachments] == [
        ("Größe und Preis.pdf", "application/pdf", b"%PDF-1.7"),
        ("b.txt", "text/plain", b"two"),
    ]
    assert found.text == "Grüße"


@pytest.mark.parametrize("cut", range(0, len(PACKED), 7))
def test_winmail_dat_that_is_cut_off_or_false_is_kept(cut: int) -> None:
    found = mail(WINMAIL, "Content-Transfer-Encoding: base64", body=base64.encodebytes(PACKED[:cut] or b"no"))
    assert found.attachments or found.text


def test_winmail_dat_that_claims_endless_sizes_ends() -> None:
    endless = b"\x78\x9f\x3e\x22\x01\x00" + attribute(1, 0x9003, struct.pack("<IHHI", 2**32 - 1, 0x1003, 1, 2**32 - 1))
    found = mail(WINMAIL, "Content-Transfer-Encoding: base64", body=base64.encodebytes(endless))
    assert names(found) == ["winmail.dat"]


INSIDE = b"Content-Type: text/plain; charset=utf-8\r\n\r\nSigned gr\xc3\xbc\xc3\x9fe\r\n"


def value(tag: int, data: bytes) -> bytes:
    return bytes([tag, 0x82]) + len(data).to_bytes(2, "big") + data


def unending(tag: int, data: bytes) -> bytes:
    return bytes([tag, 0x80]) + data + b"\0\0"


def enveloped(build: Callable[[int, bytes], bytes], octets: bytes, kind: str = "2a864886f70d010702") -> bytes:
    held = build(0x30, value(0x06, bytes.fromhex("2a864886f70d010701")) + build(0xA0, octets))
    signed = value(0x02, b"\x01") + value(0x31, value(0x30, b"\x05\0")) + held + value(0x31, b"")
    return build(0x30, value(0x06, bytes.fromhex(kind)) + build(0xA0, build(0x30, signed)))


SIGNED = {
    "lengths": enveloped(value, value(0x04, INSIDE)),
    "open lengths": enveloped(unending, value(0x04, INSIDE)),
    "pieces": enveloped(unending, unending(0x24, value(0x04, INSIDE[:20]) + value(0x04, INSIDE[20:]))),
}
SMIME = ("Content-Type: application/pkcs7-mime; smime-type=signed-data", "Content-Transfer-Encoding: base64")


@pytest.mark.parametrize("name", SIGNED)
def test_a_mail_inside_its_signature_is_read_and_the_signature_kept(name: str) -> None:
    found = mail(*SMIME, body=base64.encodebytes(SIGNED[name]))
    assert (found.text, names(found)) == ("Signed grüße", ["smime.p7m"])


def test_what_is_encrypted_stays_a_file() -> None:
    sealed = enveloped(value, value(0x04, INSIDE), kind="2a864886f70d010703")
    found = mail(*SMIME, body=base64.encodebytes(sealed))
    assert (found.text, names(found)) == ("", ["smime.p7m"])


@pytest.mark.parametrize("name", SIGNED)
def test_a_signature_that_is_cut_off_is_kept(name: str) -> None:
    for cut in range(1, len(SIGNED[name]), 5):
        assert names(mail(*SMIME, body=base64.encodebytes(SIGNED[name][:cut]))) == ["smime.p7m"]


def test_a_signature_of_open_lengths_without_end_ends() -> None:
    found = mail(*SMIME, body=base64.encodebytes(b"\x30\x80" * 100_000))
    assert names(found) == ["smime.p7m"]
