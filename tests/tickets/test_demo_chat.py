"""The demo's live chat and its doubtful customers: there from the first start."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from helpdesk.accounts.models import User
from tickets.models import Inbox

pytestmark = pytest.mark.django_db


def test_the_demo_has_a_live_chat_and_tells_where_to_try_it(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    call_command("demo")
    told = json.loads((tmp_path / "demo.json").read_text())
    assert told["chat"] == f"/w/{Inbox.objects.get(kind='chat').key}/try/"
    assert client.get(told["chat"]).status_code == 200
    client.force_login(User.objects.get(email="ali@demo.test"))
    page = client.get("/desk/duplicates/").content.decode()
    assert page.count('class="card pair"') == 2
    for words in ("نرگس کریمی", "Narges Karimi", "Still no connection at home", "اینترنت از دیشب قطع است"):
        assert words in page
