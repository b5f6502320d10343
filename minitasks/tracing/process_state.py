"""Process state: what recording and stepping share with the rest of their process."""

from collections.abc import Callable
from typing import Any

from minitasks.tracing.threads import trio_lowlevel


def protect_from_ctrl_c(*functions: Callable[..., Any]) -> None:
    """Let a Ctrl-C that comes while one of these functions runs wait until it is over.

    trio raises KeyboardInterrupt where the signal lands if it sees a frame of the user's on the
    stack. Under a trace function there always is one: a coroutine would be torn in the middle of a
    step. asyncio does not raise there.
    """
    trio = trio_lowlevel()
    if trio is not None:
        for function in functions:
            trio.enable_ki_protection(function)
