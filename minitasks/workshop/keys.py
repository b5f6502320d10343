"""Keys: read single keys without waiting, and give the terminal back as it was."""

import os
import select
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from minitasks.tracing import process_state

QUIT = "q"
MOST_BYTES = 65_536


class Keys:
    """The keyboard: one key at a time, where there is a terminal to read from."""

    def __init__(self) -> None:
        self.is_there = sys.stdin is not None and sys.stdin.isatty()
        self.came_back = False  # whether the program was stopped by Ctrl-Z, and goes on
        self._single = False  # whether each key is handed over at once, just now
        if self.is_there:
            self._take_lines = process_state.terminal_restorer()

    def pressed(self) -> str | None:
        """Give the key that was pressed, if any; `QUIT` when the terminal is gone."""
        if not self.is_there:
            return None
        if sys.platform == "win32":
            import msvcrt

            return msvcrt.getwch().lower() if msvcrt.kbhit() else None
        ready, _, _ = select.select([sys.stdin], [], [], 0)
        if not ready:
            return None
        # Not sys.stdin.read: its buffer would swallow the next key, and select would not see it.
        # All that is there, for a function key, a mouse or a paste sends many bytes at once.
        typed = os.read(sys.stdin.fileno(), MOST_BYTES)
        return key_of(typed.decode("utf-8", "replace")) if typed else QUIT

    def unbuffered(self) -> AbstractContextManager[None]:
        """Hand each key over at once and unechoed, while the block runs; after Ctrl-Z, too."""
        if sys.platform == "win32":
            return nullcontext()
        return self.mode(True, signal.SIGCONT, self.on_continue)

    def given_away(self) -> AbstractContextManager[None]:
        """Within `unbuffered`, lines again and Ctrl-C, for another program."""
        # Not SIG_IGN: the child would inherit that.
        return self.mode(False, signal.SIGINT, lambda *_: None)

    @contextmanager
    def mode(
        self, single: bool, number: signal.Signals, answer: Callable[[int, Any], None]
    ) -> Iterator[None]:
        """Take single keys or lines, and answer a signal, while the block runs."""
        was_single, had_answered = self._single, signal.signal(number, answer)
        self.set_mode(single)
        try:
            yield
        finally:
            self.set_mode(was_single)
            signal.signal(number, had_answered)

    def set_mode(self, single: bool) -> None:
        """Let the terminal hand over single keys, or whole lines as in the beginning."""
        self._single = single
        if self.is_there and sys.platform != "win32":
            import tty

            if single:
                tty.setcbreak(sys.stdin)
            else:
                self._take_lines()

    def on_continue(self, number: int, frame: object) -> None:
        """Set the terminal again when the shell's `fg` brings this program back."""
        if self._single:
            self.set_mode(True)
        self.came_back = True


def key_of(typed: str) -> str | None:
    """Give the key behind what a terminal sent at once; None for anything but a single key."""
    return typed.lower() if len(typed) == 1 and typed.isprintable() else None
