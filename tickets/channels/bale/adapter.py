"""Bale's bots speak Telegram's Bot API (docs.bale.ai), at an address of their own."""

from collections.abc import Mapping, Sequence

from tickets.channels import calls
from tickets.channels.base import ProviderRequest
from tickets.channels.telegram.adapter import Telegram
from tickets.models import Inbox


class Bale(Telegram):
    """A bot on Bale. Its webhooks carry no word of ours: the word stands in the address that we tell it."""

    api = "https://tapi.bale.ai"

    def genuine(self, request: ProviderRequest, secrets: Mapping[str, str], inbox: Inbox, urls: Sequence[str]) -> bool:
        """By the word in the address, or by Telegram's header where a proxy sets it."""
        words = calls.query_words(request.path, "secret")
        right = calls.valid(secrets)
        by_address = any(calls.same(word, secret) for word in words for secret in right)
        return by_address or super().genuine(request, secrets, inbox, urls)

    def where(self, address: str, secret: str) -> dict[str, str]:
        """What `setWebhook` is told."""
        return {"url": f"{address}?secret={secret}"}
