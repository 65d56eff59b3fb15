"""A chat and joined tickets: nobody talks into a page that will not show it."""

from collections.abc import Callable

import pytest

from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import User
from helpdesk.core.errors import Conflict
from tests.channels.chat.conftest import Page
from tickets.actions import chats, joining
from tickets.models import Merge, Ticket

pytestmark = pytest.mark.django_db


def test_an_open_chat_is_not_joined_away(visit: Callable[..., Page], agent: User) -> None:
    page = visit()
    page.say("One")
    chats.end(by=actor_of(agent), conversation=page.row())
    other = visit()
    other.say("Two")
    by, one, two = actor_of(agent), page.row().ticket, other.row().ticket
    with pytest.raises(Conflict, match="chat_open"):
        joining.merge(by=by, ticket=one, other=two, other_customer=True)
    assert not Merge.objects.exists()
    joining.merge(by=by, ticket=two, other=one, other_customer=True)
    page.say("And now?")
    assert page.texts() == ["And now?"]
    assert Ticket.objects.count() == 3
