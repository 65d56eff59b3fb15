"""A post office that keeps what it is handed and answers as it is told."""

from collections import UserList

import pytest

from tickets.envelopes import OutboundMessage, SendResult

ACCEPTED = SendResult(ok=True)
GREYLISTED = SendResult(ok=False, error="refused: 450 4.2.0 come back", cause="recipient", status_code="4.2.0")
UNKNOWN = SendResult(
    ok=False, error="refused: 550 5.1.1 nobody", permanent=True, cause="recipient", status_code="5.1.1"
)


class Sent(UserList[OutboundMessage]):
    """The copies that were handed over; `answer` is what the server says next."""

    answer: SendResult = ACCEPTED


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """What the e-mail adapter was asked to send."""
    out = Sent()

    def send(self: object, inbox: object, message: OutboundMessage) -> SendResult:
        out.append(message)
        return out.answer

    monkeypatch.setattr("tickets.channels.email.adapter.EmailAdapter.send", send)
    return out
