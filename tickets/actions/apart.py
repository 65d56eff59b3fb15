"""Reading a mail in a process of its own, once several of its readers have died.

A death says nothing about whose fault it was: a machine that restarts kills the reader of an innocent mail. So the
suspect is read by a child under limits while its parent looks on, and only a child that dies makes it a poison mail.
"""

import os
import resource
import subprocess
import sys

from django.conf import settings

SECONDS = 90
MEMORY = 3 * 1024**3
DIED = "its readers died, the last one in a process of its own"


def read(pk: int) -> str:
    """Has a child read the raw delivery `pk`; says why the mail is to blame, or nothing when it is not."""
    # A fault test aims at the reader, not at the child that acquits its mail.
    env = {key: value for key, value in os.environ.items() if key != "CHAOS_AT"}
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "read_raw", str(pk)]
    try:
        done = subprocess.run(  # noqa: S603 - our own command, a number
            command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"{DIED}: reading took more than {SECONDS} s"
    # A child that ended by itself has told in the row how it went, or could not begin: no fault of the mail.
    return f"{DIED}: signal {-done.returncode}" if done.returncode < 0 else ""


def limit_myself() -> None:
    """In the child: no more memory and processor time than any honest mail needs."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
