"""Commands that a mail server starts for each mail: they end in time, and with a code that never costs a mail.

Mail servers send a mail back for any exit code that they do not know, and wait for a command that hangs. So whatever
goes wrong with us is "try again later" (75 of sysexits.h); the same mail again is known by its bytes.
"""

import os
import threading
from collections.abc import Callable

from helpdesk.launch import place

PIPES = {"receive_mail"}
TRY_LATER = 75
# Kept; no such address; too large; try again.
UNDERSTOOD = {0, 65, 67, TRY_LATER}
# Postfix and Exim wait for longer than this.
SECONDS = 45.0


def guarded(work: Callable[[], int], seconds: float = SECONDS) -> int:
    """What `work` returns or exits with, if a mail server knows it; else 75, also when its time is over."""
    watchdog = threading.Timer(seconds, _give_up)
    watchdog.daemon = True
    watchdog.start()
    try:
        code = work()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    except Exception as fault:
        place.say(f"Not kept, try again: {type(fault).__name__}")
        code = TRY_LATER
    finally:
        watchdog.cancel()
    return code if code in UNDERSTOOD else TRY_LATER


def _give_up() -> None:
    place.say("Not kept in time, try again")
    os._exit(TRY_LATER)
