"""What the suite needs from the machine, and what it says when that is missing."""

import os
import subprocess
from pathlib import Path

import pytest

from kcs import testing


@pytest.fixture
def temporary(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(testing.tempfile, "gettempdir", lambda: str(tmp_path))
    return tmp_path


def left_by(owner: int, where: Path) -> Path:
    folder = where / f"{testing.PREFIX}left"
    (folder / "postgres/data").mkdir(parents=True)
    (folder / "owner").write_text(str(owner))
    return folder


def test_the_folder_of_a_killed_run_is_removed(temporary):
    ended = subprocess.Popen(["/bin/true"])
    ended.wait()
    folder = left_by(ended.pid, temporary)
    testing.reap()
    assert not folder.exists()


def test_the_folder_of_a_run_that_goes_on_is_left_alone(temporary):
    folder = left_by(os.getpid(), temporary)
    testing.reap()
    assert folder.exists()


def test_servers_that_are_named_are_used(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://theirs/kcs")
    monkeypatch.setenv("REDIS_URL", "redis://theirs/0")
    testing.start_servers()
    assert os.environ["DATABASE_URL"] == "postgresql://theirs/kcs"


def test_without_a_browser_its_tests_are_skipped_with_a_sentence(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/bin/false")
    monkeypatch.setenv("CI", "")
    with pytest.raises(pytest.skip.Exception, match="There is no Chromium here"):
        testing.chromium_or_skip()


def test_on_ci_a_missing_browser_is_a_failure(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/bin/false")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="There is no Chromium here"):
        testing.chromium_or_skip()
