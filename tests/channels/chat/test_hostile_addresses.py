"""A hostile visitor plays with addresses: of files, of routes that are almost ours, from other sites."""

import json
from datetime import timedelta

import pytest

from helpdesk.core import clock
from tests.channels.chat.conftest import Page
from tests.channels.chat.test_hostile import EVERY, ROWS, Visit, _rows
from tests.channels.chat.test_hostile import file as file
from tests.channels.chat.test_hostile import mina as mina
from tickets.channels.chat import tokens

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


def test_a_files_address_is_good_for_an_hour_and_for_nothing_else(mina: Page, file: str, visit: Visit) -> None:
    name = file.rpartition("/")[2]
    token = {"Authorization": f"Bearer {mina.token}"}
    for path in _paths(name):
        assert mina.client.get(f"/w/{mina.key}/api/{path}", headers=token).status_code in (301, 404), path
    assert Page(mina.key).call("GET", file)[0] == 200
    with clock.frozen(clock.now() + timedelta(hours=1, seconds=1)):
        assert Page(mina.key, mina.token).call("GET", file)[0] == 404
    forged = tokens.file_name("x" * 30, f"{mina.row().visitor_id}:1:", clock.now())
    assert Page(mina.key).call("GET", f"files/{forged}")[0] == 404


def _paths(name: str) -> list[str]:
    return [
        *(f"files/{name}/", f"files//{name}", f"files/{name}%00", f"files/{name}%20", "files/..%2f..%2fetc%2fpasswd"),
        *(f"files/%2e%2e/messages/{name}", f"FILES/{name}", f"files/{name[:-1]}", f"files/{name.swapcase()}", "files/"),
    ]


def _elsewhere(key: str, tail: str) -> list[str]:
    """Addresses that are almost one of ours."""
    keys = ("%00", f"{key}%00", f"{key}%20", key.swapcase(), "x" * 5_000, "..", "%2e%2e", "%ff", "'--")
    return [
        *(f"/w/{each}/api/{tail}" for each in keys),
        *(f"/w//api/{tail}", f"/w/{key}//api/{tail}", f"/w/{key}/API/{tail}", f"/w/{key}/api/../api/{tail}"),
    ]


def test_no_trick_with_the_address_leads_anywhere(mina: Page) -> None:
    before, headers = _rows(), {"Authorization": f"Bearer {mina.token}"}
    for row in EVERY:
        for path in _elsewhere(mina.key, row.path.format(chat=mina.chat["id"])):
            body = json.dumps(row.body or {})
            answer = mina.client.generic(row.method, path, body, content_type="application/json", headers=headers)
            silent = row.path == "shutdown" and answer.status_code == 204
            assert answer.status_code in (301, 302, 403, 404) or silent, path
            assert b"CANARY" not in answer.content
    for path in ("/w.js?key=%00", "/w/%00/", "/w/%00/try/", f"/w/{mina.key}%00/"):
        assert mina.client.get(path).status_code in (200, 404)
    assert _rows() == before


def test_no_other_site_reads_and_no_other_method_does(mina: Page) -> None:
    before, methods = _rows(), {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "HEAD"}
    for rows in ROWS.values():
        where = f"/w/{mina.key}/api/{rows[0].path.format(chat=mina.chat['id'])}"
        for origin in ("https://evil.example", "null"):
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Sec-Fetch-Site": "cross-site"}
            for answer in (mina.client.options(where, headers=asked), mina.client.get(where, headers=asked)):
                assert answer.status_code in (204, 403, 404, 405), where
                assert not [name for name in answer.headers if name.startswith("Access-Control")]
        given = {"Authorization": f"Bearer {mina.token}", "X-HTTP-Method-Override": rows[0].method}
        for method in sorted(methods - {row.method for row in rows}):
            answer = mina.client.generic(method, where, "{}", content_type="application/json", headers=given)
            assert answer.status_code == 405, (method, where)
        strange = mina.client.generic(
            rows[0].method, where, "{}", content_type="application/json", HTTP_HOST="evil.example"
        )
        assert strange.status_code == 400
    assert _rows() == before
