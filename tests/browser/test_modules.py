"""The scripts as `make run` serves them: collected, fingerprinted, and every module found by its new name."""

import http.server
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from helpdesk.env import ROOT

pytestmark = pytest.mark.browser
# A page's own module may miss its page here; that it and all it imports was found and read is what counts.
IMPORT = "address => import(address).then(() => '', error => String(error))"
FINGERPRINTED = re.compile(r"\.[0-9a-f]{12}\.js$")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Says nothing."""


@pytest.fixture
def collected(tmp_path: Path) -> Iterator[str]:
    """The address of the collected files, and of an empty page beside them."""
    (tmp_path / "assets").mkdir()
    script = "import django; django.setup(); from helpdesk.launch import prepare; prepare.static_files()"
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=os.environ | {"DATA_DIR": str(tmp_path)}, check=True)
    (tmp_path / "empty.html").write_text("<!doctype html><html lang=en><title>Empty</title>")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_every_module_loads_and_imports_by_fingerprint(chromium: Browser, collected: str, tmp_path: Path) -> None:
    names = [f"js/{path.name}" for path in (ROOT / "helpdesk" / "static" / "js").glob("*.js")]
    served: dict[str, str] = json.loads((tmp_path / "static" / "staticfiles.json").read_text())["paths"]
    page = chromium.new_page()
    asked: dict[str, int] = {}
    page.on("response", lambda answer: asked.update({answer.url: answer.status}))
    page.goto(f"{collected}/empty.html")
    told = [page.evaluate(IMPORT, f"/static/{served[name]}") for name in names]
    page.close()
    asked.pop(f"{collected}/empty.html")
    assert [fault for fault in told if "module" in fault or "Syntax" in fault] == []
    assert len(asked) == len(names)
    assert [address for address, status in asked.items() if status != 200 or not FINGERPRINTED.search(address)] == []
