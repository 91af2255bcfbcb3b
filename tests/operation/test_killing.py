"""The whole site, killed part by part; kill_everything.py alone also kills web and beat."""

import sys

import pytest

from tests.operation.kill_everything import main


@pytest.mark.operation
@pytest.mark.skipif(sys.platform != "linux", reason="finds processes through /proc")
def test_no_answered_vote_and_no_process_is_left_behind_when_any_part_is_killed() -> None:
    main(["worker", "valkey", "postgres", "owner"])
