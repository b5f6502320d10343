"""Parts: what some tests need beyond pip, and what to do where it is missing; and how to wait."""

import os
import time
from collections.abc import Callable

import pytest

TIMEOUT = 30  # seconds; only a test that fails, or what hangs, is waited for so long


def need_part(found: object, reason: str) -> None:
    """Skip the test where a part is missing; under CI, which means to test it, fail instead.

    Args:
        found: Anything true when the part is there.
        reason: What is missing and how to get it.
    """
    if found:
        return
    if os.environ.get("MINITASKS_EVERY_PART"):
        pytest.fail(f"this run means to test every part: {reason}")
    pytest.skip(reason)


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until something is so; fail if it never is."""
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, "it never was"
        time.sleep(0.01)
