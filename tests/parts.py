"""Parts: what some tests need beyond pip, or once for all of them; and how to wait."""

import importlib.util
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

TIMEOUT = 30  # seconds; only a test that fails, or what hangs, is waited for so long


def need_part(found: object, reason: str) -> None:
    """Skip the test where a part is missing; under CI, which means to test it, fail instead.

    `reason` says what is missing and how to get it.
    """
    if found:
        return
    if os.environ.get("MINITASKS_EVERY_PART"):
        pytest.fail(f"this run means to test every part: {reason}")
    pytest.skip(reason)


def need_package(name: str) -> None:
    need_part(importlib.util.find_spec(name), f"{name} is missing: python -m pip install {name}")


def made_once(
    name: str, make: Callable[[Path], object], factory: pytest.TempPathFactory, run: str
) -> Path:
    """Let the first of pytest-xdist's workers make a folder, and give it to all.

    `make` fills the new folder; `factory` and `run` are `tmp_path_factory` and `testrun_uid`.
    """
    folder = factory.getbasetemp().parent / f"{name}-{run}"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            unfinished = folder.with_name(f"{folder.name}-unfinished")
            unfinished.mkdir(exist_ok=True)
            make(unfinished)
            unfinished.rename(folder)
    return folder


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, "it never was"
        time.sleep(0.01)
