"""What Meta's refusals mean: whose trouble it is, whether another try helps, and how it begins in the copy's error.

Sources: WhatsApp Business Platform, "Error codes"; Messenger Platform and Instagram Messaging, "Error codes"; Graph
API, "Handling errors". The words that people read stand in queries/copywords.VOICED, by how the error begins.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tickets.channels import calls
from tickets.channels.meta.graph import part, rows
from tickets.envelopes import SendResult

MOST_WORDS = 260


@dataclass(frozen=True)
class Meaning:
    """`cause` as in rules/sending.py; `begins`: before the provider's words; `wait`: seconds, at least."""

    cause: str
    lasting: bool = True
    begins: str = ""
    wait: float = 0


LOCKED = Meaning("sign_in", False, "sign-in refused: ")
BUSY = Meaning("server", False)
SLOWER = Meaning("server", False, "slow down: ", 60)
MUCH_SLOWER = Meaning("server", False, "slow down: ", 900)
OVER = Meaning("window")
STOPPED = Meaning("stopped")
NOBODY = Meaning("recipient", True, "recipient: ")
BAD = Meaning("content")
TEMPLATE = Meaning("content", True, "template: ")
FILE = Meaning("content", True, "file: ")

# By subcode first: it says more than the code.
SUBCODES: dict[int, Meaning] = {
    **dict.fromkeys((2018278, 2018065, 2018108, 2534022, 2018304), OVER),
    **dict.fromkeys((1545041, 2018021), STOPPED),
    **dict.fromkeys((2018001, 2018218, 2534014, 2534013), NOBODY),
    **dict.fromkeys((2018300, 2534037), Meaning("content", True, "another app: ")),
    **dict.fromkeys((2018008, 2018047, 2018109, 2018007, 2018294, 2534068), FILE),
    **dict.fromkeys((1893016, 2018022), SLOWER),
    **dict.fromkeys((1545012, 2018012, 1200), BUSY),
    **dict.fromkeys((463, 467, 460, 458, 459, 464, 492), LOCKED),
}
CODES: dict[int, Meaning] = {
    # signing in, rights, an account that is blocked or not paid for
    **dict.fromkeys((0, 3, 10, 33, 102, 190, 368, *range(200, 300)), LOCKED),
    **dict.fromkeys((131005, 131031, 131037, 131042, 131045, 133010, 133006, 2494073, 1005), LOCKED),
    # their trouble
    **dict.fromkeys((1, 2, 131000, 131016, 131057, 133004, 134011, 500, 1013, 1014, 1015, 1016, 1018), BUSY),
    # too much, too fast
    **dict.fromkeys((4, 17, 32, 341, 613, 80001, 80002, 80006, 80007, 130429, 131056, 429, 1000429, 471), SLOWER),
    131048: MUCH_SLOWER,
    # the time to answer
    **dict.fromkeys((131047, 470), OVER),
    551: STOPPED,
    # this person
    **dict.fromkeys((131026, 131030, 131021, 130472, 130497, 131049, 131050, 131062, 1006, 1013, 472), NOBODY),
    # words that were to be approved
    **dict.fromkeys((132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069), TEMPLATE),
    **dict.fromkeys((2000, 2001, 2002, 2003, 2004, 2005, 2061), TEMPLATE),
    # files
    **dict.fromkeys((131052, 131053, 131054, 1602), FILE),
    **dict.fromkeys((100, 131008, 131009, 131051, 506, 135000), BAD),
}


def meaning(code: int, subcode: int = 0) -> Meaning | None:
    """What is known of a refusal; None of one that we have never heard of."""
    return SUBCODES.get(subcode) or CODES.get(code)


def number(told: Any) -> int:
    """A code as a number, however it is written; 0 is a code too, so what is none is -1."""
    text = str(told if told is not None else "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def told(error: Mapping[str, Any]) -> tuple[int, int, str]:
    """The code, the subcode and the provider's words of one error, in the API's answer or in a webhook."""
    details = part(error, "error_data").get("details") or error.get("details") or error.get("error_user_msg")
    words = str(details or error.get("message") or error.get("title") or error.get("developer_message") or "")
    return number(error.get("code")), max(number(error.get("error_subcode")), 0), words[:MOST_WORDS]


def error_of(data: Any) -> dict[str, Any]:
    """The error in an answer: of the Graph API, of the on-premise API (a list), or of 360dialog's own (`meta`)."""
    return part(data, "error") or next(iter(rows(part({"it": data}, "it").get("errors"))), {}) or part(data, "meta")


def failure(reply: calls.Reply) -> SendResult:
    """An answer that is a refusal, as it must be told."""
    error = error_of(reply.data)
    code, subcode, words = told(error)
    found = meaning(code, subcode) if code >= 0 else None
    if found is None or (reply.status in calls.LOCKED_OUT and found.cause != "sign_in"):
        return calls.refused(reply, words, code=written(code, subcode))
    return SendResult(
        ok=False,
        error=found.begins + (words or f"error {code}"),
        permanent=found.lasting,
        cause=found.cause,
        status_code=written(code, subcode),
        retry_after=max(found.wait, reply.retry_after),
    )


def written(code: int, subcode: int = 0) -> str:
    """The code as it stands beside the error."""
    return "" if code < 0 else f"{code}/{subcode}"[:12] if subcode else str(code)


def fate(error: Mapping[str, Any]) -> tuple[str, str]:
    """The words and the code of a failure that a webhook tells of, later than the answer."""
    code, subcode, words = told(error)
    found = meaning(code, subcode) if code >= 0 else None
    begins = (
        "" if found is None else found.begins or (f"{found.cause}: " if found.cause in ("window", "stopped") else "")
    )
    return begins + words, written(code, subcode)


def done(method: str, url: str, **given: Any) -> SendResult:
    """A call of which only matters whether it was taken."""
    reply = calls.call(method, url, **given)
    return SendResult(ok=True) if reply.ok else failure(reply)
