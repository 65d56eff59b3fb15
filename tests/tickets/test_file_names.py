"""Five hundred names as weapons: no path, one header with one name, nothing hidden, nothing turned round."""

import itertools
import re
import unicodedata
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from helpdesk.accounts.models import User
from tests.conftest import Post
from tickets.actions import raw
from tickets.models import Attachment

pytestmark = pytest.mark.load

COUNT, TOGETHER = 500, 25
STEMS = [
    "invoice",
    "../../etc/passwd",
    "..\\..\\boot",
    "/etc/cron.d/x",
    "C:\\x",
    "\u202egnp.exe",
    "a\u200b.htaccess",
    "\u200b.htaccess",
    "\ufeff.htaccess",
    ".htaccess",
    "..",
    ".",
    "~",
    "CON",
    "a\r\nX-Evil: 1",
    "a\nSet-Cookie: x=1",
    "a\x00b",
    'a"; filename="evil.html',
    "a';alert(1)//",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "%2e%2e%2fpasswd",
    "%0d%0aX: 1",
    "..%c0%af",
    "ａｂｃ",
    "．．／ｘ",
    "فایل ‌ها",
    "\u2066a\u2069",
    "\u2028a",
    "\x1b[31ma",
    "a" * 300,
    "é" * 300,
    "😀",
    "$(reboot)",
    "`id`",
    "|id",
    "a;b",
    "a&b",
    "a?b#c",
    "{{7*7}}",
    "*",
    "\u0301a",
    "\x7f",
    "\u00ad",
    "\U000e0041tag",
    "\ud800",
]
ENDINGS = [
    "",
    ".png",
    ".html",
    ".svg",
    ".php",
    ".exe",
    ".pdf ",
    ".tar.gz",
    "\u202egpj.exe",
    ".png\x00.html",
    ". .",
    "::$DATA",
]


def names() -> list[str]:
    """The same five hundred at every run."""
    every = [stem + ending for stem, ending in itertools.product(STEMS, ENDINGS)]
    return [each.encode("utf-8", "replace").decode() for each in dict.fromkeys(every)][:COUNT]


def _mails(to: str) -> Iterator[bytes]:
    for start in range(0, COUNT, TOGETHER):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "mallory@evil.example", to, "Files"
        mail.set_content("See the files.")
        for number in range(start, min(start + TOGETHER, COUNT)):
            mail.add_attachment(f"file {number}".encode(), maintype="image", subtype="png", filename=f"@{number}@")
        source = mail.as_bytes()
        for number in range(start, min(start + TOGETHER, COUNT)):
            coded = "".join(f"%{byte:02X}" for byte in names()[number].encode())
            source = source.replace(f'filename="@{number}@"'.encode(), f"filename*=utf-8''{coded}".encode())
        yield source


def test_there_are_five_hundred_that_differ() -> None:
    assert len(set(names())) == COUNT


def test_no_name_is_a_path_a_header_or_a_disguise(client: Client, agent: User, post: Post, settings: Any) -> None:
    for mail in _mails(post.inbox.address):
        row = raw.take_in(post.inbox, mail)
        assert row is not None
        assert raw.process(row.pk)
    assert Attachment.objects.count() == COUNT
    client.force_login(agent)
    for found in Attachment.objects.select_related("file"):
        answer = client.get(f"/desk/a/{found.file.token}/")
        assert answer.content.startswith(b"file ")
        _one_name(answer)
    root = Path(settings.FILES_DIR)
    paths = [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]
    assert len(paths) > COUNT
    assert [path for path in paths if not re.fullmatch(r"[0-9a-f/]+", path)] == []
    assert [path for path in root.rglob("*") if path.stat().st_mode & 0o077] == []


def _one_name(answer: Any) -> None:
    """RFC 6266: `attachment` and one name, in its plain or its extended form."""
    head = answer["Content-Disposition"]
    match = re.fullmatch(r'attachment; filename(?:="((?:[^"\\]|\\.)*)"|\*=utf-8\'\'([^;"\s]+))', head)
    assert match, head
    name = unquote(match[2], errors="strict") if match[2] else match[1]
    assert name.strip(". "), head
    assert not re.search(r'[/\\<>"\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\ufeff]', name), head
    assert not name.startswith(".")
    assert name == unicodedata.normalize("NFKC", name)
    assert len(name) <= 200
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/octet-stream"
    assert not {"X-Evil", "Set-Cookie", "X"} & set(answer.headers)
