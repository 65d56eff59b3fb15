"""The code that our pages give to integrators, run as they would run it."""

import base64
import hashlib
import hmac
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tickets.queries.signing import Sample, samples, snippet

SECRET, KEY, WHO = "a-secret-of-the-shop-for-tests", "wk_test", ("user-۴۲", "Nina “N” Karimi", "nina@example.org")
# The program that runs it (None: this one), and a line that calls it.
CALLS = {
    "python": (sys.executable, "import sys\nprint(user_hash(sys.argv[1]))\nprint(user_token(*sys.argv[1:]))\n"),
    "php": ("php", '\necho user_hash($argv[1]), "\\n", user_token($argv[1], $argv[2], $argv[3]), "\\n";\n'),
    "node": (
        "node",
        "const [, , ...given] = process.argv;\nconsole.log(userHash(given[0]));\nconsole.log(userToken(...given));\n",
    ),
    "ruby": ("ruby", "puts user_hash(ARGV[0])\nputs user_token(*ARGV)\n"),
}
FILES = {"python": "sign.py", "php": "sign.php", "node": "sign.cjs", "ruby": "sign.rb"}
GO = """package main
import ("fmt"; "os")
func main() { a := os.Args; fmt.Println(UserHash(a[1])); fmt.Println(UserToken(a[1], a[2], a[3])) }
"""


def command(sample: Sample, folder: Path) -> list[str] | None:
    """How to run it; None when this machine cannot."""
    if sample.slug == "go":
        (folder / "sign.go").write_text(sample.code)
        (folder / "main.go").write_text(GO)
        return ["go", "run", "sign.go", "main.go"] if shutil.which("go") else None
    program, call = CALLS[sample.slug]
    path = folder / FILES[sample.slug]
    path.write_text(sample.code + call)
    return [program, str(path)] if shutil.which(program) else None


def unpacked(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def check_token(token: str) -> dict[str, Any]:
    """The claims of a token that our secret signed, read by the standard and by nothing of ours."""
    head, claims, signature = token.split(".")
    good = hmac.new(SECRET.encode(), f"{head}.{claims}".encode(), hashlib.sha256).digest()
    assert unpacked(signature) == good
    assert json.loads(unpacked(head)) == {"alg": "HS256", "typ": "JWT"}
    found: dict[str, Any] = json.loads(unpacked(claims))
    return found


@pytest.mark.parametrize("sample", samples(KEY), ids=lambda sample: sample.slug)
def test_every_sample_signs_as_we_check(sample: Sample, tmp_path: Path) -> None:
    line = command(sample, tmp_path)
    if line is None:
        pytest.skip(f"{sample.name} is not on this machine; see the vector below")
    env = os.environ | {"HELPDESK_SECRET": SECRET, "GOCACHE": "/tmp/go-cache-of-tests", "GO111MODULE": "off"}
    said = subprocess.run([*line, *WHO], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert said.returncode == 0, said.stderr
    signature, token = said.stdout.split()
    assert signature == hmac.new(SECRET.encode(), WHO[0].encode(), hashlib.sha256).hexdigest()
    claims = check_token(token)
    assert (claims["sub"], claims["name"], claims["email"], claims["aud"]) == (*WHO, KEY)
    assert claims["exp"] - claims["iat"] == 600
    assert abs(claims["iat"] - tmp_path.stat().st_mtime) < 300


def test_no_sample_holds_a_secret_and_each_is_for_this_widget() -> None:
    for sample in samples(KEY):
        assert "HELPDESK_SECRET" in sample.code
        assert KEY in sample.code
        assert "YOUR-WIDGET-KEY" not in sample.code


def test_the_snippet_is_for_this_widget(settings: Any) -> None:
    settings.PUBLIC_URL = "https://help.example"
    assert f"'https://help.example/w.js?key={KEY}'" in snippet(KEY)
    assert f"key:'{KEY}'" in snippet(KEY)
