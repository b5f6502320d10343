"""Limits: a grading lives in a process group of its own, bounded, and ends with it.

Linux gives all of it; other systems as much as they can. This bounds mistakes, not malice.
"""

import contextlib
import ctypes
import os
import signal
import sys

MEMORY = 2 * 1024**3
OUTPUT = 1024**2
HIGHEST_FILE = 4096

# A number of prctl(2) on Linux.
PR_SET_PDEATHSIG = 1


def confine_this_process(kept: int) -> None:
    """Give this process a group of its own, a bound on memory, and no life after its parent's.

    Of its files it has the standard ones and one more; above all not what leads to the warm parent.
    """
    if sys.platform == "win32":
        return
    import resource

    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # macOS refuses a bound below what is mapped already.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    # A single file of this size is a runaway too: the scratch folder must not fill the disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * OUTPUT, 64 * OUTPUT))
    os.closerange(3, kept)
    os.closerange(kept + 1, HIGHEST_FILE)


def end_group(group: int) -> bool:
    """End every process of a group; tell whether there was one."""
    if sys.platform == "win32":
        return False
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
        return True
    return False
