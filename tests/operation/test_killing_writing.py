"""Members who write while the parts of the site are killed; kill_writing.py alone does it a thousand times."""

import subprocess
import sys

import pytest

from tests.operation.kill_writing import CHECKOUT


@pytest.mark.operation
@pytest.mark.skipif(sys.platform != "linux", reason="finds processes as Linux does")
def test_no_text_is_lost_or_doubled_when_any_part_is_killed() -> None:
    # A process of its own, for it has servers of its own.
    command = [sys.executable, "tests/operation/kill_writing.py", "--submits", "40", "--kills", "4"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 lost, 0 doubled" in done.stdout
