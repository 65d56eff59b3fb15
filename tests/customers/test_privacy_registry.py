"""Every table of ours says what it keeps of people: a new one that says nothing fails here."""

import pytest
from django.apps import apps

from customers.copywords import COLUMNS
from helpdesk.core import clock, privacy
from helpdesk.core.privacy import Person

OURS = ("accounts", "core", "customers", "tickets", "knowledge", "escalation")


def test_every_model_is_erased_by_a_store_or_named_with_a_reason() -> None:
    ours = {
        model._meta.label_lower for app in apps.get_app_configs() if app.label in OURS for model in app.get_models()
    }
    kept = {label for store in privacy.stores() for label in store.models}
    free = {label: why for area in privacy.areas() for label, why in area.free.items()}
    assert not ours - kept - free.keys(), "say in the app's privacy.py what becomes of these"
    assert not (kept | free.keys()) - ours, "these are gone: take them off the page"
    assert not kept & free.keys()
    assert all(why.strip() for why in free.values())


def test_stores_have_names_of_their_own() -> None:
    slugs = [store.slug for store in privacy.stores()]
    assert len(slugs) == len(set(slugs))


@pytest.mark.django_db
def test_nobody_has_nothing_and_erasing_nobody_ends_at_once() -> None:
    nobody = Person(0, (0,), (), (), clock.now())
    for store in privacy.stores():
        assert not list(store.rows(nobody)), store.slug
        assert store.count(nobody) == 0, store.slug
        assert store.erase(nobody, 10) == 0, store.slug


def test_columns_have_words() -> None:
    assert all(str(word) for word in COLUMNS.values())
