"""The counts beside the views, whose statement is kept per shape of reader."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import Membership, User
from tickets.queries import queue
from tickets.seeding.desk import Wish, seed

pytestmark = pytest.mark.django_db


def test_counts_agree_with_the_views_for_every_reader() -> None:
    seed(Wish(tickets=150, customers=20, agents=12, seed=3))
    for user in User.objects.filter(email__endswith="@seed.example"):
        actor = actor_of(user)
        told = queue.counts(actor)
        for name in queue.COUNTED:
            shown = queue.queue(actor, name, limit=200).rows
            assert told[name] == min(len(shown), queue.CAP), (user.email, name)


def test_counts_are_one_query() -> None:
    seed(Wish(tickets=20, customers=5, agents=3, seed=3))
    actor = actor_of(User.objects.get(email="agent1@seed.example"))
    with CaptureQueriesContext(
        connection,
    ) as caught:
        queue.counts(actor)
    assert len(caught) == 1


def test_somebody_without_a_team_is_counted_for() -> None:
    seed(Wish(tickets=60, customers=5, agents=3, seed=3))
    user = User.objects.get(email="agent2@seed.example")
    Membership.objects.filter(user=user).delete()
    assert queue.counts(actor_of(user))["team"] == 0
