"""A browser's kept connection, as cheap as asyncio's own streams."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from bench.http import parse


@dataclass
class Link:
    """One kept connection; a caller waits for its turn."""

    host: str
    port: int
    local: str | None = None
    pair: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, bytes]:
        """Status and body; once more where a kept connection had been closed meanwhile."""
        async with self.turn:
            try:
                return await self._ask(method, path, headers, body)
            except ConnectionError:
                return await self._ask(method, path, headers, body)

    async def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if self.pair is None or self.pair[1].is_closing():
            local = (self.local, 0) if self.local else None
            self.pair = await asyncio.open_connection(self.host, self.port, local_addr=local)
        reader, writer = self.pair
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        got = b""
        while (answer := parse(got)) is None:
            piece = await reader.read(262_144)
            if not piece:
                self.pair = None
                raise ConnectionError(f"hung up on {method} {path}")
            got += piece
        return answer

    async def json(self, method: str, path: str, token: str, data: Any = None) -> tuple[int, Any]:
        """As ask(), in JSON, for the bearer of `token`."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        status, body = await self.ask(method, path, headers, json.dumps(data).encode() if data is not None else b"")
        return status, json.loads(body or b"null")

    def close(self) -> None:
        """Hangs up."""
        if self.pair:
            self.pair[1].close()
            self.pair = None
