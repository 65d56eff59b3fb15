"""An Asterisk that stands on this machine: speaks the manager protocol as documented, says what a test has it say."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

GREETING = b"Asterisk Call Manager/9.0.0\r\n"


def packet(**fields: str) -> bytes:
    """One packet."""
    return ("\r\n".join(f"{name.replace('_', '-')}: {value}" for name, value in fields.items()) + "\r\n\r\n").encode()


@dataclass
class Exchange:
    """`channels`: linked ids of the calls that go on, `about` what is said of them. Another `password` is refused."""

    password: str = "s3cret"
    channels: set[str] = field(default_factory=set)
    about: dict[str, str] = field(default_factory=dict)
    lines: list[socket.socket] = field(default_factory=list)
    signed_in: int = 0
    port: int = 0
    ready: threading.Condition = field(default_factory=threading.Condition)

    def say(self, *events: bytes, pieces: int = 0) -> None:
        """Sends these to whoever listens, if `pieces` in so many bytes at a time."""
        data = b"".join(events)
        size = pieces or len(data)
        for line in list(self.lines):
            with contextlib.suppress(OSError):
                for at in range(0, len(data), size):
                    line.sendall(data[at : at + size])

    def cut(self) -> None:
        """Ends every line, in the middle of whatever it says."""
        for line in list(self.lines):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        self.lines.clear()

    def wait_for(self, count: int) -> None:
        """Until somebody has signed in so many times and asked what goes on."""
        with self.ready:
            assert self.ready.wait_for(lambda: self.signed_in >= count, 20), "nobody signed in"

    def _serve(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError):
            line.sendall(GREETING)
            buffer = b""
            while data := line.recv(4096):
                buffer += data
                while b"\r\n\r\n" in buffer:
                    command, _end, buffer = buffer.partition(b"\r\n\r\n")
                    self._answer(line, command.decode())

    def _answer(self, line: socket.socket, command: str) -> None:
        if "Action: Login" in command:
            good = f"Secret: {self.password}" in command
            said = {"Response": "Success", "Message": "Authentication accepted"}
            line.sendall(packet(**(said if good else {"Response": "Error", "Message": "Authentication failed"})))
        elif "Action: CoreShowChannels" in command:
            line.sendall(packet(Response="Success", EventList="start"))
            for one in sorted(self.channels):
                line.sendall(packet(Event="CoreShowChannel", Uniqueid=one, Linkedid=one, **self.about))
            line.sendall(packet(Event="CoreShowChannelsComplete", EventList="Complete"))
            with self.ready:
                self.lines.append(line)
                self.signed_in += 1
                self.ready.notify_all()
        elif "Action: Ping" in command:
            line.sendall(packet(Response="Success", Ping="Pong"))


@contextlib.contextmanager
def standing() -> Iterator[Exchange]:
    """Runs it on a free local port while the block runs."""
    place = Exchange()
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    place.port = server.getsockname()[1]
    ended = threading.Event()

    def accept() -> None:
        while not ended.is_set():
            with contextlib.suppress(OSError):
                line, _where = server.accept()
                line.settimeout(30)
                threading.Thread(target=place._serve, args=(line,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield place
    finally:
        ended.set()
        place.cut()
        thread.join(5)
        server.close()
