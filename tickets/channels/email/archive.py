"""Mails kept in files: mbox, Maildir, folders of .eml, one .eml."""

from collections.abc import Iterator
from pathlib import Path

MBOX_START = b"From "


def mails(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every mail under the path, in a steady order."""
    if path.is_dir():
        yield from _folder(path)
    elif _is_mbox(path):
        yield from _mbox(path)
    else:
        yield path.name, path.read_bytes()


def _folder(path: Path) -> Iterator[tuple[str, bytes]]:
    if (path / "cur").is_dir() or (path / "new").is_dir():
        files = sorted(file for part in ("cur", "new") for file in (path / part).glob("*") if file.is_file())
    else:
        files = sorted(path.rglob("*.eml")) or sorted(file for file in path.rglob("*") if file.is_file())
    for file in files:
        yield str(file.relative_to(path)), file.read_bytes()


def _is_mbox(path: Path) -> bool:
    """A mail cut from an mbox also starts with `From `; only a second such line makes it an archive."""
    if path.suffix == ".eml":
        return False
    with path.open("rb") as file:
        return file.read(len(MBOX_START)) == MBOX_START


def _mbox(path: Path) -> Iterator[tuple[str, bytes]]:
    """Line by line, so that an archive larger than memory is no trouble. `>From ` loses its mark (mboxrd)."""
    lines: list[bytes] = []
    count, blank = 0, True
    with path.open("rb") as file:
        for line in file:
            if blank and line.startswith(MBOX_START):
                if lines:
                    yield f"{path.name}:{count}", _joined(lines)
                count, lines = count + 1, []
            else:
                lines.append(line[1:] if line.startswith(b">") and line.lstrip(b">").startswith(MBOX_START) else line)
            blank = line in (b"\n", b"\r\n")
    if lines:
        yield f"{path.name}:{count}", _joined(lines)


def _joined(lines: list[bytes]) -> bytes:
    if lines[-1] in (b"\n", b"\r\n"):
        lines = lines[:-1]
    return b"".join(lines)
