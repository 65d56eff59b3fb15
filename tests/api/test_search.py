"""Search over REST: what a key may see, and articles for everybody."""

import pytest

from helpdesk.accounts.models import Team, User
from tests.api.conftest import NEW_TICKET, Api, MakeKey

pytestmark = pytest.mark.django_db


def test_each_kind_is_found(api: Api) -> None:
    made = api.post("tickets/", NEW_TICKET)[1]
    for kind, words in (("ticket", "order"), ("message", "saturday"), ("customer", "narges")):
        status, body = api.get(f"search/?q={words}&type={kind}")
        assert (status, [hit["type"] for hit in body["data"]]) == (200, [kind])
    assert api.get("search/?q=order&type=ticket")[1]["data"][0]["id"] == made["id"]
    assert {hit["type"] for hit in api.get("search/?q=order")[1]["data"]} == {"ticket"}


def test_what_another_team_has_is_not_found(api: Api, outsider: User, other_team: Team, key: MakeKey) -> None:
    key(outsider).post("tickets/", NEW_TICKET | {"team": other_team.pk})
    for kind in ("ticket", "message"):
        assert api.get(f"search/?q=order&type={kind}")[1]["data"] == []


def test_without_a_key_only_articles_are_open(db: None) -> None:
    visitor = Api()
    assert visitor.get("search/?q=order&type=article") == (200, {"data": []})
    assert visitor.get("search/?q=order") == (200, {"data": []})
    for kind in ("ticket", "message", "customer"):
        status, body = visitor.get(f"search/?q=order&type={kind}")
        assert (status, body["code"]) == (401, "no_key")


def test_words_with_signs_search_safely(api: Api) -> None:
    for words in ("'", "a' | 'b:*", "%25", "!!", "(", "\\", "%F0%9F%98%80", "a" * 400):
        assert api.get(f"search/?q={words}&type=message")[0] == 200
