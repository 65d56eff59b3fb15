"""A load generator that costs little: keep-alive sockets in one loop, every answer checked."""

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

WARM_UP = 1.0
PATIENCE = 20.0


@dataclass(frozen=True)
class Call:
    """One request as bytes, and what its answer must be: a status and pieces of its body."""

    request: bytes
    status: int
    markers: tuple[bytes, ...]


@dataclass
class Outcome:
    """What came back within the time: seconds each call took, and what was wrong with some."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    sent: int = 0


class Lane:
    """One client: a kept connection on which one call follows the other."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self.socket = self._connect()
        self.call = Call(b"", 0, ())
        self.buffer = b""
        self.began = 0.0

    def _connect(self) -> socket.socket:
        made = socket.create_connection(self.address, timeout=PATIENCE)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def send(self, call: Call) -> None:
        """Sends the next call."""
        self.call, self.buffer, self.began = call, b"", time.perf_counter()
        self.socket.sendall(call.request)

    def receive(self) -> tuple[int, bytes] | None:
        """Status and body once the answer is whole, else None. Raises ConnectionError when the server hung up."""
        piece = self.socket.recv(262_144)
        if not piece:
            raise ConnectionError("hung up")
        self.buffer += piece
        return parse(self.buffer)


def parse(answer: bytes) -> tuple[int, bytes] | None:
    """Status and body of a whole HTTP/1.1 answer, None while some of it is missing."""
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return None
    status = int(head[9:12])
    low = head.lower()
    place = low.find(b"\r\ncontent-length:")
    if place >= 0:
        length = int(low[place + 17 :].split(b"\r\n", 1)[0])
        return (status, body) if len(body) >= length else None
    if b"transfer-encoding: chunked" in low:
        return (status, unchunk(body)) if body.endswith(b"0\r\n\r\n") else None
    return status, body


def unchunk(body: bytes) -> bytes:
    """The body behind chunked transfer encoding."""
    out = []
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            break
        out.append(rest[:length])
        body = rest[length + 2 :]
    return b"".join(out)


def complaint(call: Call, status: int, body: bytes) -> str:
    """What is wrong with an answer; "" when it is what it must be."""
    if status != call.status:
        return f"status {status} instead of {call.status}: {call.request[:120]!r} {body[:200]!r}"
    for marker in call.markers:
        if marker not in body:
            return f"no {marker.decode('utf-8', 'replace')[:60]!r} in the answer to {call.request[:120]!r}"
    return ""


def press(address: tuple[str, int], clients: int, seconds: float, make: Callable[[], Call]) -> Outcome:
    """Lets `clients` ask for `seconds` (after a warm-up that does not count), each as soon as it is answered."""
    lanes = [Lane(address) for _ in range(clients)]
    outcome = Outcome()
    with selectors.DefaultSelector() as ready:
        for lane in lanes:
            ready.register(lane.socket, selectors.EVENT_READ, lane)
            lane.send(make())
            outcome.sent += 1
        start = time.perf_counter() + min(WARM_UP, seconds / 4)
        end = start + seconds
        _loop(ready, len(lanes), outcome, start, end, make)
    outcome.seconds = time.perf_counter() - start
    for lane in lanes:
        lane.socket.close()
    return outcome


def _loop(
    ready: selectors.BaseSelector, busy: int, outcome: Outcome, start: float, end: float, make: Callable[[], Call]
) -> None:
    while busy:
        events = ready.select(timeout=PATIENCE)
        if not events:
            outcome.wrong.append(f"{busy} calls had no answer in {PATIENCE:.0f} s")
            return
        for key, _mask in events:
            lane: Lane = key.data
            try:
                answer = lane.receive()
            except (ConnectionError, TimeoutError) as problem:
                outcome.wrong.append(str(problem))
                ready.unregister(lane.socket)
                busy -= 1
                continue
            if answer is None:
                continue
            _note(outcome, lane, answer, start, end)
            if time.perf_counter() < end:
                lane.send(make())
                outcome.sent += 1
            else:
                ready.unregister(lane.socket)
                busy -= 1


def _note(outcome: Outcome, lane: Lane, answer: tuple[int, bytes], start: float, end: float) -> None:
    now = time.perf_counter()
    if problem := complaint(lane.call, *answer):
        outcome.wrong.append(problem)
    elif start <= now <= end:
        outcome.took.append(now - lane.began)


def get(address: tuple[str, int], path: str, cookies: str = "", accept: str = "text/html") -> bytes:
    """The bytes of a GET request as a browser sends it."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\nAccept: {accept}\r\n"
        f"User-Agent: bench\r\nCookie: {cookies}\r\n\r\n"
    ).encode()


def post_json(address: tuple[str, int], path: str, token: str, body: bytes) -> bytes:
    """The bytes of a POST request of an integrator."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\nAccept: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body
