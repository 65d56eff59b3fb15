"""Settings of a child process in tests: its files lie in the test's folder, and one kind of mail kills its reader."""

import os
import signal
from datetime import datetime
from pathlib import Path

from helpdesk import wiring
from helpdesk.settings import *  # noqa: F403 - all settings but those below
from tickets.envelopes import InboundMessage

POISON = b"this mail kills its reader"
IN_A_CHILD = "TEST_FILES_DIR" in os.environ
if IN_A_CHILD:
    FILES_DIR = Path(os.environ["TEST_FILES_DIR"])


class Reader:
    """Reads as the real adapter does, but dies of poison, as a parser that eats all memory would."""

    def parse(self, data: bytes, received_at: datetime) -> InboundMessage:
        """See tickets/channels/base.py."""
        if POISON in data:
            os.kill(os.getpid(), signal.SIGKILL)
        from tickets.channels.email.adapter import EmailAdapter

        return EmailAdapter().parse(data, received_at)


if IN_A_CHILD:
    wiring.CHANNELS["email"] = "tests.support.deadly.Reader"
