"""The shared samples: mails that nobody here wrote. They stay where they are; without them this says so and skips."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.load

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT.parent / "shared" / "samples"


@pytest.mark.skipif(not (SAMPLES / "mail.jsonl").exists(), reason="../shared/samples is not here")
def test_the_shared_mails_are_read_right(tmp_path: Path) -> None:
    result = tmp_path / "score.json"
    command = f"{sys.executable} {ROOT / 'manage.py'} parse_email --stdin-paths"
    done = subprocess.run(
        [sys.executable, SAMPLES / "score_mail.py", "--stream", command, "--json", result],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    score = json.loads(result.read_text())
    right, facts = score["total"]
    assert sum(corpus["crash"] for corpus in score["corpora"].values()) == 0
    assert right / facts >= 0.985
    assert score["macro"] >= 0.97
    assert score["kinds"]["visible_reply"][0] / score["kinds"]["visible_reply"][1] >= 0.90
