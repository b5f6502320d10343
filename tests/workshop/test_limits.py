"""Limits: what keeps a grading bounded, tried on a process of its own."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these limits are POSIX's")

LEAD = "import os\nfrom minitasks.workshop import limits\n"


def output_of(code: str) -> str:
    """Run code in a process of its own and give what it printed."""
    ran = subprocess.run(
        [sys.executable, "-c", LEAD + code], capture_output=True, text=True, check=True
    )
    return ran.stdout


def test_a_confined_process_has_its_own_group() -> None:
    """A confined process leads a group of its own, which can be ended as a whole."""
    code = "limits.confine_this_process()\nprint(os.getpgrp() == os.getpid() == os.getsid(0))"
    assert output_of(code) == "True\n"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds memory so")
def test_a_confined_process_gets_no_more_memory() -> None:
    """Beyond the bound there is a MemoryError, not a machine that stands still."""
    code = (
        "limits.confine_this_process()\n"
        "try:\n    bytearray(limits.MEMORY)\n"
        "except MemoryError:\n    print('bounded')\n"
    )
    assert output_of(code) == "bounded\n"


def test_files_are_closed_but_those_kept() -> None:
    """Every file but the standard ones and those kept is closed."""
    code = (
        "files = [os.open(os.devnull, os.O_RDONLY) for _ in range(4)]\n"
        "limits.close_files_but({files[1], files[3]})\n"
        "def is_open(descriptor):\n"
        "    try:\n        os.fstat(descriptor)\n    except OSError:\n        return False\n"
        "    return True\n"
        "print([is_open(file) for file in files])\n"
    )
    assert output_of(code) == "[False, True, False, True]\n"
