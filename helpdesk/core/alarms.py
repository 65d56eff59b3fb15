"""A line at the top of every page that says what has stopped working, for those who can see to it. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Alarm:
    """What has stopped, and where it is mended (no `url`: not by the reader)."""

    text: str
    url: str = ""
    action: str = ""
