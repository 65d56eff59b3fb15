"""Mails made to cost time or memory: families that grow, and bombs at full size. Written here, none copied."""

import base64
import random
from collections.abc import Callable

HEAD = b"From: a@b.example\r\nTo: help@desk.example\r\nSubject: s\r\n"
HTML = HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n"
CODED_FILE = HEAD + b"Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n"
FAILED = HEAD.replace(b"a@b", b"mailer-daemon@b")
REPORT = (
    FAILED + b"Content-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n--B\r\n\r\nfailed\r\n"
    b"--B\r\nContent-Type: message/delivery-status\r\n\r\n"
)
# Where the unit is repeated: before it, the unit, after it.
REPEATED: dict[str, tuple[bytes, bytes, bytes]] = {
    "comments in From": (b"To: x@y.example\r\nFrom: ", b"(", b"a@b.example\r\n\r\nx"),
    "closed comments in Cc": (HEAD + b"Cc: ", b"(a)", b"\r\n\r\nx"),
    "quotes in From": (b"From: ", b'"a" ', b"<a@b.example>\r\n\r\nx"),
    "backslashes in From": (b'From: "', b"\\\\", b'" <a@b.example>\r\n\r\nx'),
    "angles in From": (b"From: ", b"<", b"\r\n\r\nx"),
    "colons in To": (b"From: a@b.example\r\nTo: ", b"a:", b";\r\n\r\nx"),
    "words in From": (b"From: ", b"=?utf-8?q?a?= ", b"<a@b.example>\r\n\r\nx"),
    "open words in Subject": (b"From: a@b.example\r\nSubject: ", b"=?utf-8?q?", b"\r\n\r\nx"),
    "question marks in Subject": (b"From: a@b.example\r\nSubject: ", b"=?", b"\r\n\r\nx"),
    "base64 words in Subject": (b"From: a@b.example\r\nSubject: ", b"=?utf-8?b?w6k=?= ", b"\r\n\r\nx"),
    "spaces in Subject": (b"From: a@b.example\r\nSubject: s", b" ", b"x\r\n\r\nx"),
    "tabs in Subject": (b"From: a@b.example\r\nSubject: s", b"\t", b"x\r\n\r\nx"),
    "words of failure in Subject": (b"From: a@b.example\r\nSubject: ", b"delivery ", b"\r\n\r\nx"),
    "words of absence in Subject": (b"From: a@b.example\r\nSubject: ", b"auto ", b"\r\n\r\nx"),
    "names of services in From": (b"From: ", b"mail ", b"<a@b.example>\r\n\r\nx"),
    "ids in References": (HEAD + b"References: ", b"<a@b> ", b"\r\n\r\nx"),
    "open ids in References": (HEAD + b"References: ", b"<a", b"\r\n\r\nx"),
    "semicolons in a type": (HEAD + b"Content-Type: text/plain", b";", b"\r\n\r\nx"),
    "parameters": (HEAD + b"Content-Type: text/plain", b"; a=b", b"\r\n\r\nx"),
    "numbered parameters": (HEAD + b"Content-Disposition: attachment", b"; filename*1*=%41", b"\r\n\r\nx"),
    "equal signs in a type": (HEAD + b"Content-Type: text/plain; ", b"=", b"\r\n\r\nx"),
    "undivided parameters": (HEAD + b"Content-Type: text/plain; name=a", b" name", b"\r\n\r\nx"),
    "comments in a type": (HEAD + b"Content-Type: text/plain ", b"( ) ", b"\r\n\r\nx"),
    "open comments in a type": (HEAD + b"Content-Type: text/plain ", b" (", b"\r\n\r\nx"),
    "quotes in a type": (HEAD + b"Content-Type: text/plain; name=", b'"\\', b"\r\n\r\nx"),
    "commas in To": (b"From: a@b.example\r\nTo: ", b",", b"\r\n\r\nx"),
    "dates": (HEAD + b"Date: ", b"1 Jan ", b"\r\n\r\nx"),
    "codes in Auto-Submitted": (HEAD + b"Auto-Submitted: ", b"no(", b"\r\n\r\nx"),
    "folds": (HEAD + b"X-A: b", b"\r\n ", b"\r\n\r\nx"),
    "folds of spaces": (HEAD + b"X-A: b", b"\r\n  x  ", b"\r\n\r\nx"),
    "lone returns": (HEAD + b"\r\n", b"a\r", b""),
    "boundary prefixes": (MIXED, b"--B-", b""),
    "boundaries in a line": (MIXED, b"--B ", b""),
    "likely boundaries": (HEAD + b"Content-Type: multipart/mixed\r\n\r\n", b"--bb\n", b""),
    "dashes before parts": (HEAD + b"Content-Type: multipart/mixed\r\n\r\n", b"-", b""),
    "lines of begin": (HEAD + b"\r\n", b"begin 644 x\r\n", b""),
    "empty files of begin": (HEAD + b"\r\n", b"begin 644 x\r\n`\r\nend\r\n", b""),
    "soft breaks": (HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n", b"= ", b"x"),
    "escapes": (HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n", b"=3D", b""),
    "base64 and rubbish": (HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n", b"QUJD!\r\n", b""),
    "pieces of base64": (HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n", b"QQ==\r\n", b""),
    "flowed lines": (HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n", b"> a \r\n", b""),
    "flowed marks": (HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n", b">", b"\r\n"),
    "enriched text": (HEAD + b"Content-Type: text/enriched\r\n\r\n", b"<bold>", b""),
    "open enriched text": (HEAD + b"Content-Type: text/enriched\r\n\r\n", b"<", b""),
    "half characters": (HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n", b"\xc3\x28", b""),
    "bytes of the east": (HEAD + b"Content-Type: text/plain\r\n\r\n", b"\xd6\xd0\xb9\xfa\x81", b""),
    "escapes of Japan": (HEAD + b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n", b"\x1b$B$\x1b(B", b""),
    "seven-bit unicode": (HEAD + b"Content-Type: text/plain; charset=utf-7\r\n\r\n", b"+AAA-", b""),
    "open tags": (HTML, b"<", b""),
    "open attributes": (HTML, b"<a b='", b""),
    "deep divs": (HTML, b"<div>", b""),
    "deep quotes": (HTML, b"<blockquote>", b"x"),
    "deep tables": (HTML, b"<table><tr><td>", b"x"),
    "deep lists": (HTML, b"<ul><li>", b"x"),
    "comments in HTML": (HTML, b"<!--", b""),
    "entities": (HTML, b"&amp;", b""),
    "open entities": (HTML, b"&", b""),
    "pictures": (HTML, b"<img src='cid:a'>", b""),
    "open metas": (HTML.replace(b"; charset=utf-8", b""), b"<meta ", b""),
    "breaks": (HTML, b"<br>", b""),
    "paragraphs": (HTML, b"<p>a", b""),
    "spaces in HTML": (HTML, b"<p>" + b" " * 20 + b"&nbsp;", b"x"),
    "recipients of a report": (REPORT, b"Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\n\r\n", b"--B--"),
    "addresses in a report": (FAILED + b"\r\nundeliverable\r\n", b"a@b.example ", b""),
    "half addresses in a report": (FAILED + b"\r\nundeliverable ", b"a.", b""),
    "codes in a report": (FAILED + b"\r\nundeliverable\r\n", b"550 5.1.1 ", b""),
    "dots in a report": (FAILED + b"\r\nundeliverable\r\n", b"5.1.", b""),
    "ids in a report": (FAILED + b"\r\nundeliverable\r\n", b"Message-Id: <", b""),
    "spaces in a report": (FAILED + b"\r\nundeliverable\r\n", b"> \t", b""),
    "users in a report": (FAILED + b"\r\nundeliverable\r\n", b"user message ", b""),
}  # fmt: skip


def family(name: str, size: int) -> bytes:
    """One family's mail with about `size` bytes of what is repeated."""
    before, unit, after = REPEATED[name]
    return before + unit * (size // len(unit)) + after


def _nested(depth: int, kind: bytes = b"multipart/mixed") -> bytes:
    levels = b"".join(b"--B%d\r\nContent-Type: %s; boundary=B%d\r\n\r\n" % (n, kind, n + 1) for n in range(depth))
    return HEAD + b"Content-Type: multipart/mixed; boundary=B0\r\n\r\n" + levels


def _in_messages(depth: int) -> bytes:
    return HEAD + b"Content-Type: message/rfc822\r\n\r\n" * depth + b"x"


def _in_base64(depth: int) -> bytes:
    """A mail in a mail in a mail, each wrapped once more."""
    raw = HEAD + b"\r\nx"
    for _ in range(depth):
        raw = (
            HEAD + b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(raw)
        )
    return raw


def _parts(count: int) -> bytes:
    return MIXED + b"--B\r\n\r\nx\r\n" * count + b"--B--"


def _files(count: int) -> bytes:
    one = b"--B\r\nContent-Type: image/png; name=a.png\r\nContent-ID: <a>\r\n\r\nx\r\n"
    return MIXED + one * count + b"--B--"


# At full size: the most that a mail server would hand over, in each of the ways that hurt.
BOMBS: dict[str, Callable[[], bytes]] = {
    "a thousand levels": lambda: _nested(1_000),
    "fifty levels": lambda: _nested(49),
    "two thousand mails in mails": lambda: _in_messages(2_000),
    "thirty wrapped mails": lambda: _in_base64(20),
    "a hundred thousand parts": lambda: _parts(100_000),
    "five hundred files": lambda: _files(499),
    "twenty thousand addresses": lambda: b"From: a@b.example\r\nTo: " + b"a@b.example, " * 20_000 + b"\r\n\r\nx",
    "five hundred addresses": lambda: b"From: a@b.example\r\nTo: " + b"A <a@b.example>, " * 499 + b"\r\n\r\nx",
    "a hundred thousand headers": lambda: b"From: a@b.example\r\n" + b"X: y\r\n" * 100_000 + b"\r\nx",
    "a megabyte of header": lambda: b"From: a@b.example\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\nx",
    "headers without end": lambda: b"X: y\r\n" * 4_000_000,
    "a line without end": lambda: HEAD + b"\r\n" + b"x" * 25_000_000,
    "lines without end": lambda: HEAD + b"\r\n" + b"x\r\n" * 8_000_000,
    "spaces without end": lambda: HEAD + b"\r\n" + b" " * 25_000_000 + b"x",
    "empty lines without end": lambda: HEAD + b"\r\n" + b"\r\n" * 12_000_000 + b"x",
    "zeros without end": lambda: HEAD + b"\r\n" + b"\0" * 25_000_000,
    "a great page": lambda: HTML + b"<p>hello <b>you</b></p>\r\n" * 1_000_000,
    "a deep page": lambda: HTML + b"<div>" * 4_000_000,
    "a page of tables": lambda: HTML + b"<table><tr><td>" * 200_000,
    "a page of entities": lambda: HTML + b"&lt;" * 5_000_000,
    "a page of attributes": lambda: HTML + b"<a " + b"b=c " * 5_000_000 + b">x</a>",
    "a page of pictures": lambda: HTML + b"<img src='cid:a'>" * 1_000_000,
    "a great file": lambda: CODED_FILE
    + base64.encodebytes(b"x" * 18_000_000),
    "a great broken file": lambda: CODED_FILE
    + b"!QUJD\r\n" * 3_500_000,
    "a great coded text": lambda: HEAD
    + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=C3=A9=\r\n" * 2_700_000,
    "a great flowed text": lambda: HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"> a \r\n" * 4_000_000,
    "a great uuencoded file": lambda: HEAD + b"\r\nbegin 644 a\r\n" + (b"M" + b"A" * 60 + b"\n") * 390_000 + b"end\n",
    "many uuencoded files": lambda: HEAD + b"\r\n" + b"begin 644 a\r\n`\r\nend\r\n" * 1_000_000,
    "lying seven-bit unicode": lambda: HEAD + b"Content-Type: text/plain; charset=utf-7\r\n\r\n" + b"+AAA-" * 5_000_000,
    "lying double bytes": lambda: HEAD + b"Content-Type: text/plain; charset=utf-16\r\n\r\n" + b"\xd8\x00" * 12_000_000,
    "bytes in no charset": lambda: HEAD + b"\r\n" + bytes(range(128, 256)) * 190_000,
    "half characters": lambda: HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + b"\xc3" * 25_000_000,
    "a false winmail.dat": lambda: HEAD + b"Content-Type: application/ms-tnef\r\n\r\n\x78\x9f\x3e\x22\x01\x00"
    + b"\x02\x02\x90\x06\x00\x00\x00\x00\x00\x00\x00" * 2_000_000,
    "a report of many": lambda: REPORT + b"Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\n\r\n" * 400_000,
    "a bounce of addresses": lambda: FAILED + b"\r\n" + b"user unknown <a@b.example>\r\n" * 900_000,
    "quotes without end": lambda: HEAD + b"\r\n" + b"> " * 12_000_000,
    "histories without end": lambda: HEAD + b"\r\n" + b"On 1 Jan 2026 a@b.c wrote:\r\n> q\r\n\r\nt\r\n" * 600_000,
    "signatures without end": lambda: HEAD + b"\r\n" + b"-- \r\nAda\r\n" * 2_000_000,
    "boundaries without end": lambda: MIXED + b"--B-" * 6_000_000,
    "words without end": lambda: b"From: a@b.example\r\nSubject: " + b"=?utf-8?q?a?= " * 18_000 + b"\r\n\r\nx",
    "comments without end": lambda: b"From: " + b"(" * 250_000 + b"\r\n\r\nx",
    "a mail of returns": lambda: HEAD.replace(b"\r\n", b"\r") + b"\r" * 25_000_000,
}  # fmt: skip

SEEDS = (
    b"From: =?utf-8?B?2LPYp9ix2Kc=?= <sara@shop.example>\r\nTo: help@desk.example, Team: a@x.example, b@y.example;\r\n"
    b"Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= order (12)\r\nDate: Mon, 5 Jan 2026 10:00:00 +0100\r\nMessage-ID: <1@x>\r\n"
    b"In-Reply-To: <0@x>\r\nReferences: <a@x> <0@x>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="B"\r\n\r\npreamble\r\n--B\r\n'
    b"Content-Type: multipart/alternative; boundary=A\r\n\r\n--A\r\n"
    b"Content-Type: text/plain; charset=utf-8; format=flowed\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\nHello=20\r\nyou =C3=A9=\r\n!\r\n\r\n"
    b"On Mon, Ada wrote:\r\n> q\r\n"
    b"--A\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n"
    b"<p>rich <img src='cid:p@x'></p><blockquote>q</blockquote>\r\n"
    b"--A--\r\n--B\r\nContent-Type: image/png; name*0*=utf-8''a%C3; name*1*=%A9.png\r\nContent-ID: <p@x>\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--B\r\nContent-Type: message/rfc822\r\n\r\n"
    b"From: x@y.example\r\nSubject: inner\r\n\r\nin\r\n--B--\r\nepilogue",
    b"Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\r\nTo: help@desk.example\r\n"
    b"Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n"
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="R"\r\n\r\n--R\r\n\r\nIt failed.\r\n--R\r\n'
    b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
    b"Final-Recipient: rfc822; a@b.example\r\n"
    b"Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n--R\r\n"
    b"Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <9@desk.example>\r\nSubject: Your order\r\n\r\n--R--\r\n",
    b"From: a@b.example\nTo: help@desk.example\nSubject: files\nContent-Type: text/plain; charset=koi8-r\n\n"
    b"\xf0\xd2\xc9\xd7\xc5\xd4\nbegin 644 note.txt\n%:&5L;&\\\n`\nend\nafter\n-- \nAda\n",
)


def mutated(seed: int, base: bytes) -> bytes:
    """The mail with one to twelve wounds: bytes changed, pieces cut, doubled, moved, foreign bytes put in."""
    luck = random.Random(seed)
    raw = bytearray(b"X-Number: %d\r\n%s" % (seed, base))
    for _ in range(luck.randint(1, 12)):
        at, size = luck.randrange(len(raw) + 1), luck.choice((1, 1, 2, 5, 20, 100))
        piece = bytes(raw[at : at + size])
        match luck.randrange(8):
            case 0:
                raw[at : at + size] = luck.randbytes(size)
            case 1:
                del raw[at : at + size]
            case 2:
                raw[at:at] = piece * luck.randint(1, 20)
            case 3:
                raw[at:at] = luck.choice(PIECES)
            case 4:
                raw[at : at + size] = luck.choice(PIECES)
            case 5:
                there = luck.randrange(len(raw) + 1)
                raw[there:there] = piece
            case 6 if luck.random() < 0.1:
                raw[at:at] = luck.choice(TOO_MUCH)
            case _:
                raw = raw[: max(1, len(raw) - size)] if luck.random() < 0.2 else raw
    return bytes(raw)


TOO_MUCH = (b"--B\r\n\r\nx\r\n" * 600, b"X: y\r\n" * 1_100, b"a@b.example, " * 600, b"(" * 300_000)
PIECES = (
    b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"\0", b"\xff\xfe", b"\x1b$B", b"--B\r\n", b"--B--", b"--", b'"', b"(", b")",
    b"<", b">", b"@", b",", b";", b":", b"=?utf-8?q?", b"?=", b"=?", b"=", b"\\", b"Content-Type: message/rfc822\r\n",
    b"Content-Type: multipart/mixed; boundary=B\r\n", b"Content-Transfer-Encoding: base64\r\n", b"charset=utf-16",
    b"charset=utf-7", b"begin 644 x\r\n", b"<html>", b"<!--", b"<blockquote>", b"\xc3", b"\xe2\x80\xae", b"\t\r\n ",
    b"Final-Recipient: ", b" ",
)  # fmt: skip
