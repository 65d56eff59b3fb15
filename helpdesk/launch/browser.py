"""Finds a Chromium for the browser tests, or installs one: `python -m helpdesk.launch.browser` prints its path."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from helpdesk.launch.place import LaunchError, is_root, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ADVICE = "install Chromium (as root: apt-get install chromium), or leave its tests out: make test SKIP_BROWSER=1"


def find() -> str | None:
    """CHROMIUM, or the system's browser, or the one Playwright has downloaded before."""
    given = os.environ.get("CHROMIUM", "")
    return given or next(filter(None, map(shutil.which, NAMES)), None) or _downloaded()


def find_or_install() -> str:
    """As find(), but gets one if it can: by apt as root, else by Playwright's own download."""
    found = find()
    if found:
        return found
    if is_root() and shutil.which("apt-get"):
        say("Browser: installing Chromium (apt-get)")
        if _quietly("apt-get", "update") and _quietly(
            "apt-get", "install", "-y", "--no-install-recommends", "chromium"
        ):
            found = find()
    if not found:
        say("Browser: downloading Chromium (Playwright)")
        _quietly(sys.executable, "-m", "playwright", "install", "chromium")
        found = _downloaded()
    if not found:
        raise LaunchError(f"no browser for the browser tests: {ADVICE}")
    return found


def _quietly(*command: str) -> bool:
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=sys.stderr).returncode == 0


def _downloaded() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as driver:
        path = driver.chromium.executable_path
    return path if Path(path).exists() else None


if __name__ == "__main__":
    try:
        print(find_or_install())
    except LaunchError as problem:
        say(f"error: {problem}")
        sys.exit(1)
