"""What a visitor may send: told by its content, without its place and camera, and for their own eyes only."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from PIL import Image

from tests.channels.chat.conftest import Page
from tickets.models import Attachment, Message, Ticket
from tickets.rules import uploads

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
Visit = Callable[..., Page]


def _photo() -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "CANARY-CAMERA"
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (64, 48), "teal").save(out, "JPEG", exif=exif, comment=b"CANARY-PLACE")
    return out.getvalue()


def _send(page: Page, *files: tuple[str, bytes], client_id: str = "f1") -> tuple[int, Any]:
    sent = [SimpleUploadedFile(name, data, "application/x-claimed") for name, data in files]
    body = encode_multipart(BOUNDARY, {"client_id": client_id, "text": "See this", "files": sent})
    return page.call("POST", "messages", body, content_type=MULTIPART_CONTENT)


def test_a_photo_is_kept_without_its_place_and_camera(visit: Visit) -> None:
    page = visit()
    status, told = _send(page, ("beach.jpeg", _photo()))
    (file,) = told["message"]["files"]
    assert (status, file["name"], file["picture"]) == (201, "beach.jpg", True)
    answer = page.client.get(f"/w/{page.key}/api/{file['url']}")
    assert answer["Content-Type"] == "image/jpeg"
    assert (answer["X-Content-Type-Options"], "sandbox" in answer["Content-Security-Policy"]) == ("nosniff", True)
    assert b"CANARY" not in answer.content
    with Image.open(io.BytesIO(answer.content)) as shown:
        assert (shown.size, dict(shown.getexif())) == ((64, 48), {})


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("photo.png", b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 60),
        ("photo.png", b"\x7fELF\x02\x01\x01\x00"),
        ("page.html", b"<!doctype html><script>alert(1)</script>"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("run.sh", b"#!/bin/sh\nrm -rf /\n"),
        ("macro.docm", b"PK\x03\x04" + b"\x00" * 30),
        ("notes.txt.exe", b"plain words"),
        ("words.txt", b"\xff\xfe\x00\x01binary\x00"),
        ("broken.png", b"\x89PNG\r\n\x1a\n" + b"not a picture"),
        ("noname", b"words"),
    ],
)
def test_what_is_no_kind_that_we_take_is_refused_whatever_it_calls_itself(visit: Visit, name: str, data: bytes) -> None:
    status, told = _send(visit(), (name, data))
    assert (status, "files" in str(told)) == (422, True)
    assert not Ticket.objects.exists()
    assert not Attachment.objects.exists()


def test_too_many_and_too_much_are_refused_in_words(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    page = visit(locale="fa")
    many = [(f"{number}.txt", b"words") for number in range(uploads.MOST_FILES + 1)]
    assert _send(page, *many)[0] == 422
    monkeypatch.setattr(uploads, "MOST_BYTES", 10)
    assert _send(page, ("long.txt", b"eleven byte"))[0] == 422
    assert not Message.objects.exists()


def test_a_files_address_is_nobody_elses_to_make_and_its_name_no_path(visit: Visit) -> None:
    page = visit()
    status, told = _send(page, ("../../etc/passwd\u202etxt.txt", b"CANARY"))
    (file,) = told["message"]["files"]
    assert status == 201
    assert not set("/\\\u202e") & set(file["name"])
    answer = page.client.get(f"/w/{page.key}/api/{file['url']}")
    assert (answer.content, answer["Content-Type"]) == (b"CANARY", "application/octet-stream")
    assert answer["Content-Disposition"].startswith("attachment")
    name = file["url"].rpartition("/")[2]
    body, _, mark = name.partition(".")
    for wrong in (f"{body}.{mark[::-1]}", body, f"{body}.", f".{mark}", "x" * 9000, "é"):
        assert page.client.get(f"/w/{page.key}/api/files/{wrong}").status_code == 404


def test_the_same_files_sent_again_are_one_message(visit: Visit) -> None:
    page = visit()
    _, first = _send(page, ("a.txt", b"words"))
    page.token = first["token"]
    status, again = _send(page, ("a.txt", b"words"))
    assert (status, again["message"]["seq"]) == (200, first["message"]["seq"])
    assert (Message.objects.count(), Attachment.objects.count()) == (1, 1)


def test_a_files_address_dies_with_the_session(visit: Visit) -> None:
    page = visit()
    _, told = _send(page, ("a.txt", b"CANARY"))
    page.token = told["token"]
    address = f"/w/{page.key}/api/{told['message']['files'][0]['url']}"
    assert page.client.get(address).status_code == 200
    assert page.call("POST", "shutdown", {})[0] == 204
    answer = page.client.get(address)
    assert answer.status_code == 404
    assert b"CANARY" not in answer.content
    assert Attachment.objects.count() == 1
