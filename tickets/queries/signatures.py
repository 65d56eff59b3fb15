"""What stands under the mails that leave."""

from django.utils.translation import get_language

from tickets.models import Inbox


def signature_now() -> str:
    """The signature of the inbox that new mail leaves by, in the reader's language; "" for none."""
    inbox = Inbox.objects.filter(kind="email", is_active=True).order_by("id").first()
    language = "fa" if (get_language() or "en").startswith("fa") else "en"
    return str(inbox.settings.get(f"signature_{language}", "")).strip() if inbox else ""
