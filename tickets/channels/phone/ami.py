"""Asterisk's manager protocol (docs.asterisk.org, "AMI v2"), read into facts of calls. Pure, but for what it remembers.

A call is a linked id: all channels that one call needs share it. The channel that began it has it as its own id.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tickets.rules import calls

END = b"\r\n\r\n"
MOST = 64 * 1024
INWARD = ("from-trunk", "from-pstn", "from-external", "from-did", "incoming", "inbound", "trunk")
VOICEMAIL = ("VoiceMail", "Voicemail")
LONGEST_EXTENSION = 6
HIDDEN = ("<unknown>", "anonymous", "unknown", "private", "restricted")
Frame = Mapping[str, str]


class Broken(Exception):
    """What came is not the manager protocol."""


def frames(buffer: bytearray) -> Iterator[dict[str, str]]:
    """Takes whole packets off the front of the buffer. A line of greeting stands alone and is left out."""
    while True:
        if buffer.startswith(b"Asterisk Call Manager"):
            line, found, _rest = bytes(buffer).partition(b"\r\n")
            if not found:
                return
            del buffer[: len(line) + 2]
            continue
        at = buffer.find(END)
        if at < 0:
            if len(buffer) > MOST:
                raise Broken("a packet without an end")
            return
        packet = bytes(buffer[:at])
        del buffer[: at + len(END)]
        yield _fields(packet.decode("utf-8", "replace"))


def _fields(packet: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in packet.splitlines())
    return {name.strip(): value.strip() for name, colon, value in pairs if colon}


def action(name: str, **fields: str) -> bytes:
    """One command. What would break the protocol's lines is left out of the values."""
    lines = [f"Action: {name}", *(f"{key}: {_plain(value)}" for key, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _plain(value: str) -> str:
    return "".join(sign for sign in value if sign.isprintable())


@dataclass
class Line:
    """What the bridge remembers between events: which calls go on. What an event says depends on that event alone."""

    inward: tuple[str, ...] = INWARD
    going: set[str] = field(default_factory=set)

    def fact(self, event: Frame) -> dict[str, Any] | None:
        """The fact in one event, with the call's id and, where the exchange tells it (`timestampevents`), its time in
        seconds; None for what says nothing of a call."""
        call = event.get("Linkedid", "")
        reader = READERS.get(event.get("Event", ""))
        if not call or reader is None:
            return None
        found = reader(self, event)
        return {"call": call, **_timed(event), **found} if found else None

    def begun(self, event: Frame) -> dict[str, Any] | None:
        """Newchannel: the first channel of a call is the call."""
        call = event["Linkedid"]
        if event.get("Uniqueid") != call:
            return None
        self.going.add(call)
        here, there = event.get("CallerIDNum", ""), event.get("Exten", "")
        out = not self._is_inward(event, here, there)
        number, ours = (there, here) if out else (here, there)
        number = "" if number.lower() in HIDDEN else number
        users = [here] if out else []
        return {
            "kind": calls.RING,
            "direction": "out" if out else "in",
            "number": number,
            "our_number": ours,
            "users": users,
        }

    def _is_inward(self, event: Frame, here: str, there: str) -> bool:
        context = event.get("Context", "").lower()
        if any(word in context for word in self.inward):
            return True
        return not (here.isdigit() and len(here) <= LONGEST_EXTENSION and len(there) > LONGEST_EXTENSION)

    def queued(self, event: Frame) -> dict[str, Any]:
        """QueueCallerJoin."""
        return {"kind": calls.QUEUE, "queue": event.get("Queue", "")}

    def dialled(self, event: Frame) -> dict[str, Any] | None:
        """DialBegin: whom it rings."""
        whom = event.get("DestCallerIDNum") or event.get("DialString", "").partition("/")[2]
        return {"kind": calls.QUEUE, "users": [whom]} if whom and whom.lower() not in HIDDEN else None

    def connected(self, event: Frame) -> dict[str, Any]:
        """AgentConnect: somebody of the queue has it; the exchange says how long it rang and waited."""
        who = event.get("MemberName") or event.get("DestCallerIDNum", "")
        wait = event.get("HoldTime", "")
        told: dict[str, Any] = {"kind": calls.ANSWER, "answered_by": event.get("DestCallerIDNum") or who}
        told |= {"users": [who]} if who else {}
        return told | ({"wait_seconds": int(wait)} if wait.isdigit() else {})

    def dial_ended(self, event: Frame) -> dict[str, Any] | None:
        """DialEnd: answered, or not."""
        if event.get("DialStatus") == "ANSWER":
            return {"kind": calls.ANSWER, "answered_by": event.get("DestCallerIDNum", "")}
        return None

    def holds(self, event: Frame) -> dict[str, Any]:
        """Hold, MusicOnHoldStart."""
        return {"kind": calls.HOLD, "held": "start"}

    def goes_on(self, event: Frame) -> dict[str, Any]:
        """Unhold, MusicOnHoldStop."""
        return {"kind": calls.HOLD, "held": "stop"}

    def transferred(self, event: Frame) -> dict[str, Any]:
        """BlindTransfer, AttendedTransfer."""
        whom = event.get("Extension") or event.get("SecondTransfererExten", "")
        return {"kind": calls.TRANSFER, "users": [whom] if whom else []}

    def applied(self, event: Frame) -> dict[str, Any] | None:
        """Newexten: the call has come to the answering machine."""
        return {"kind": calls.VOICEMAIL} if event.get("Application") in VOICEMAIL else None

    def written(self, event: Frame) -> dict[str, Any] | None:
        """VarSet: where the recording is written."""
        names = ("MIXMONITOR_FILENAME", "VM_MESSAGEFILE")
        value = event.get("Value", "") if event.get("Variable") in names else ""
        return {"kind": calls.RECORDING, "recording": f"file:{value}"} if value else None

    def over(self, event: Frame) -> dict[str, Any] | None:
        """Hangup of the channel that began the call."""
        call = event["Linkedid"]
        if event.get("Uniqueid") != call:
            return None
        self.going.discard(call)
        return {"kind": calls.HANGUP, "cause": event.get("Cause-txt", "")[:60]}

    def met(self, event: Frame) -> list[dict[str, Any]]:
        """CoreShowChannel, after a broken line: a call that began while nobody heard, and whether somebody has it."""
        call = event.get("Linkedid", "")
        if not call or call in self.going:
            return []
        found = self.begun(event)
        if found is None:
            return []
        told = [{"call": call, **found}]
        if event.get("BridgeId"):
            told.append({"call": call, "kind": calls.ANSWER, "answered_by": event.get("ConnectedLineNum", "")})
        return told

    def missing(self, present: set[str]) -> list[dict[str, Any]]:
        """After a broken line: the calls that are no longer among `present` have ended unheard."""
        gone, self.going = self.going - present, self.going & present
        return [{"call": call, "kind": calls.HANGUP, "cause": "line to the exchange was lost"} for call in sorted(gone)]


def _timed(event: Frame) -> dict[str, float]:
    try:
        return {"time": float(event["Timestamp"])}
    except (KeyError, ValueError):
        return {}


READERS: dict[str, Any] = {
    "Newchannel": Line.begun,
    "QueueCallerJoin": Line.queued,
    "DialBegin": Line.dialled,
    "DialEnd": Line.dial_ended,
    "AgentConnect": Line.connected,
    "Hold": Line.holds,
    "MusicOnHoldStart": Line.holds,
    "Unhold": Line.goes_on,
    "MusicOnHoldStop": Line.goes_on,
    "BlindTransfer": Line.transferred,
    "AttendedTransfer": Line.transferred,
    "Newexten": Line.applied,
    "VarSet": Line.written,
    "Hangup": Line.over,
}
