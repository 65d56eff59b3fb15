"""What the envelope knew, written on top of a mail (RFC 5321 4.4, RFC 9228), the same for every repeat of it."""

MOST_LINE = 998


def stamped(sender: str, recipients: list[str], data: bytes) -> bytes:
    """The mail with Return-Path and Delivered-To. Nothing of the time is in it, so that repeats are recognised."""
    lines = [f"Return-Path: <{sender}>", *(f"Delivered-To: {one}" for one in sorted(set(recipients)))]
    clean = [" ".join(line.split())[:MOST_LINE] for line in lines]
    return "".join(f"{line}\r\n" for line in clean).encode("utf-8", "replace") + data
