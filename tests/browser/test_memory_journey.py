"""A customer finds what we remember of them, corrects one thing and takes another away: with scripts and without."""

import pytest
from playwright.sync_api import expect

from customers.actions import memory
from customers.models import Customer, Fact
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import User
from tests.browser.test_portal import Visit, tab_to
from tests.browser.test_portal import session as session
from tests.browser.test_portal import visit as visit

pytestmark = pytest.mark.browser
WORDS = {
    "en": ("Saved. From now on we know it like this.", "Gone. We no longer remember it.", "you said so"),
    "fa": ("ذخیره شد. از این پس آن را همین‌طور می‌دانیم.", "حذف شد. دیگر آن را به یاد نداریم.", "خودتان گفته‌اید"),
}


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_customer_corrects_a_memory(
    visit: Visit, session: str, customer: Customer, agent: User, language: str
) -> None:
    saved, gone, theirs = WORDS[language]
    wrong, old = (
        memory.remember(by=actor_of(agent), customer=customer, text=text)
        for text in ("طبقهٔ سوم / Third floor", "Has a dog")
    )
    page = visit(session, java_script_enabled=language == "en")
    page.goto(f"/{language}/me/")
    row = page.locator("details.held", has_text="Third floor")
    if language == "en":
        row.locator("summary").focus()
        page.keyboard.press("Enter")
        tab_to(page, f"#id_fact-{wrong.pk}")
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type("Fourth floor")
        page.keyboard.press("Enter")
    else:
        row.locator("summary").click()
        page.fill(f"#id_fact-{wrong.pk}", "Fourth floor")
        row.locator("button.primary").click()
    expect(page.get_by_text(saved)).to_be_visible()
    expect(page.locator("details.held", has_text="Fourth floor")).to_contain_text(theirs)
    row = page.locator("details.held", has_text="Has a dog")
    row.locator("summary").click()
    row.locator("button.danger").click()
    expect(page.get_by_text(gone)).to_be_visible()
    expect(page.locator("details.held")).to_have_count(1)
    assert [(fact.text, fact.theirs) for fact in Fact.objects.all()] == [("Fourth floor", True)]
    assert not Fact.objects.filter(pk=old.pk).exists()
