"""Thread pdb: pdb for an event loop and its worker threads, one prompt for all of them.

Plain pdb watches one thread, takes a coroutine's every wait for a return, and steps into asyncio.
`ThreadPdb` is pdb with six more rules; each has its comment where it is kept. The tour adds its
stops to it (tour/debugger.py), the workshop a failing test (workshop/debug_test.py).
"""

import _thread
import bdb
import contextlib
import functools
import inspect
import linecache
import logging
import os
import pdb
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from minitasks.tracing import process_state
from minitasks.tracing.steps import Step, StepReader
from minitasks.tracing.where import Where, wording

# What pdb would show as a return, a call and an exception, though nothing of the kind happens.
HIDDEN = ("suspend", "resume", "handover")
COROUTINE = inspect.CO_COROUTINE | inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR


class ThreadPdb(pdb.Pdb):
    """pdb on every thread, which stays in some files.

    Args:
        files: The files to step through.
        into: Folders of libraries to step through too.
    """

    def __init__(self, files: Sequence[Path], into: Sequence[Path] = ()) -> None:
        # Rule 4, first half: SIGINT belongs to the event loop, and a .pdbrc may hold breakpoints
        # and commands that lead elsewhere.
        super().__init__(nosigint=True, readrc=False)
        self.leaving = False
        self.restarting = False
        self._is_over = False
        self._files = set(files)
        self._into = set(into)
        self._paths: dict[str, Path | None] = {}
        self._one_at_a_time = threading.RLock()
        self._steps = StepReader()
        self._where = Where(self.is_own)
        self._lane_shown = ""
        self._prompting: threading.Thread | None = None
        self._asked_to_leave = False
        self._sigint_handler: Any = None
        self._late_sigint: Callable[[], Any] | None = None
        self._asked: set[FrameType] = set()  # by breakpoint()
        self._terminal = process_state.Terminal()

    # -- the files -------------------------------------------------------------------------------

    def is_own(self, filename: str) -> bool:
        """Tell whether a code's filename is one of the files to step through."""
        return self.own_path(filename) is not None

    def own_path(self, filename: str) -> Path | None:
        """Give the path behind a code's filename, or None where it is not to be stepped through."""
        try:
            return self._paths[filename]
        except KeyError:
            path = Path(filename).resolve()
            is_own = path in self._files or not self._into.isdisjoint(path.parents)
            return self._paths.setdefault(filename, path if is_own else None)

    # -- watching every thread -------------------------------------------------------------------

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch all threads while the block runs; leave the process as it was."""
        # Rule 4, second half: bdb takes the first frame that it is told of for the outermost one,
        # and with several threads that could be any.
        self.reset()
        self.botframe = sys._getframe(1)
        self.set_continue()
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._terminal)
            stack.enter_context(process_state.sigint())
            stack.enter_context(process_state.logging_level())
            # Rule 6: a plain breakpoint() would put another Pdb in this one's place on its thread.
            stack.enter_context(process_state.hooks(self.on_breakpoint, lambda: self.leaving))
            process_state.protect_from_ctrl_c(self.trace_dispatch)
            self._where.when_loop_runs = functools.partial(
                process_state.protect_from_ctrl_c, self.trace_dispatch
            )
            stack.enter_context(process_state.tracing(self.trace_dispatch))
            try:
                yield
            except BaseException:
                # Rule 5: while leaving, every exception is only the way out, even inside a group.
                if not self.leaving:
                    raise
            finally:
                self._is_over = True
                if self.leaving:
                    process_state.end_workers()

    def begin_again(self) -> None:
        """Make ready for the same program's next run; breakpoints and aliases stay as they are."""
        self.leaving = self.restarting = self._is_over = self._asked_to_leave = False
        self._lane_shown = ""
        self._asked.clear()
        self._where = Where(self.is_own)
        linecache.checkcache()

    def on_breakpoint(self, *args: Any, **kwargs: Any) -> Any:
        """Answer breakpoint(): stop at the caller's next line, wherever its file is."""
        # Whoever sets PYTHONBREAKPOINT has chosen another answer.
        if os.environ.get("PYTHONBREAKPOINT"):
            return sys.__breakpointhook__(*args, **kwargs)
        caller = sys._getframe(1)
        self.join(caller.f_code.co_filename)
        caller.f_trace = self.trace_dispatch
        # Not set_next: of several threads that ask at the same time, each gets its stop.
        self._asked.add(caller)
        return None

    def join(self, filename: str) -> None:
        """Step through a file from now on, too."""
        self._files.add(Path(filename).resolve())
        self._paths.clear()

    def set_break(self, filename: str, lineno: int, *more: Any, **options: Any) -> Any:
        """Set a breakpoint, also in a file that was not stepped through until now."""
        problem = super().set_break(filename, lineno, *more, **options)
        if not problem:
            self.join(filename)
        return problem

    def stop_here(self, frame: FrameType) -> bool:
        """Stop where a breakpoint() asked for it, on whatever thread, and where pdb would."""
        if frame in self._asked:
            self._asked.discard(frame)
            return True
        return bool(super().stop_here(frame))

    def trace_dispatch(self, frame: FrameType, event: str, arg: Any) -> Any:
        """Take one event from any thread."""
        # Rule 1: what is not in the files is neither shown nor interrupted. An exception raised
        # inside a library that holds a lock would kill its worker thread, or hang it.
        if not self.is_own(frame.f_code.co_filename):
            return None
        try:
            # Rule 2: while one thread has the prompt, the others wait at their next event.
            with self._one_at_a_time:
                return self._take_event(frame, event, arg)
        finally:
            self._take_late_sigint()

    def _take_event(self, frame: FrameType, event: str, arg: Any) -> Any:
        # The second: on Python 3.11 idle worker threads keep the trace function that they have.
        if self.leaving or self._is_over:
            return None
        self._take_sigint()
        step = self._steps.read(frame, event, arg)
        self.follow(frame, step, arg)
        # Rule 3: a coroutine that waits has not returned, and one that goes on was not called.
        if step in HIDDEN:
            return self.trace_dispatch
        if step in ("return", "raise") and self._ends_command(frame):
            self.set_step()
        # pdb shows a frame that an exception leaves as one that returns None.
        if step == "raise":
            return self.trace_dispatch
        try:
            return super().trace_dispatch(frame, event, arg)
        except bdb.BdbQuit:
            # As Ctrl-C would: one exception does not end a server, which logs it and goes on.
            _thread.interrupt_main()
            raise

    def follow(self, frame: FrameType, step: Step, value: object) -> None:
        """Take note of a step of an own frame: `value` is what it yields, returns or raises."""
        self._where.follow(frame, step)

    def _ends_command(self, frame: FrameType) -> bool:
        """Tell whether `n`, `unt` or `r` ends with this frame."""
        # bdb ends `r` and `n` of a function by itself, but forgets those of a coroutine.
        return frame is self.stopframe and bool(frame.f_code.co_flags & COROUTINE)

    # -- what bdb asks ---------------------------------------------------------------------------

    def break_anywhere(self, frame: FrameType) -> bool:
        """Follow every frame of the files: a stop or a step may be anywhere in it."""
        return True

    def set_continue(self) -> None:
        """Go on to the next stop. bdb would stop watching where it has no breakpoint itself."""
        self._set_stopinfo(self.botframe, None, -1)  # type: ignore[attr-defined]  # not in typeshed

    def set_quit(self) -> None:
        """Leave: from now on no event is looked at, and every exception is only the way out."""
        super().set_quit()
        self.leaving = True
        logging.disable()  # A server logs an exception that it swallows.

    def get_stack(self, f: FrameType | None, t: Any) -> tuple[list[tuple[FrameType, int]], int]:
        """Give the frames of the files alone: so `w`, `u` and `d` stay in its files."""
        stack, _ = super().get_stack(f, t)
        ours = [entry for entry in stack if self.is_own(entry[0].f_code.co_filename)]
        # Not bdb's index: in a thread that it did not start it takes the raising frame for `f`.
        frames = [frame for frame, _ in ours]
        return ours, frames.index(f) if f in frames else max(0, len(frames) - 1)

    def format_stack_entry(self, frame_lineno: tuple[FrameType, int], lprefix: str = ": ") -> str:
        """Shorten the path: most do not fit on a line with the rest."""
        entry = super().format_stack_entry(frame_lineno, lprefix)
        path = self.canonic(frame_lineno[0].f_code.co_filename)
        return entry.replace(path, short_path(path), 1)

    # -- the prompt ------------------------------------------------------------------------------

    def interaction(self, frame: FrameType | None, tb_or_exc: Any) -> None:
        """Say where the prompt is, then open it."""
        lane = self._where.here()
        if not self.announced(lane) and lane != self._lane_shown:
            self.message(f"-- now {wording(lane)}")
        self._lane_shown = lane
        super().interaction(frame, tb_or_exc)

    def announced(self, lane: str) -> bool:
        """Say what is to be said before the prompt; tell whether it names the lane."""
        return False

    def cmdloop(self, intro: Any = None) -> None:
        """Read commands; Ctrl-C while reading leaves, as `q` and Ctrl-D do."""
        before, self._prompting = self._prompting, threading.current_thread()
        try:
            super().cmdloop(intro)
        except KeyboardInterrupt:
            self.message("")
            self.set_quit()
        finally:
            self._prompting = before

    def precmd(self, line: str) -> str:
        """Leave instead, if Ctrl-C asked for it."""
        return super().precmd("quit" if self._asked_to_leave else line)

    def do_where(self, arg: str) -> None:
        """w(here)

        Print the stack of this thread, without the frames of libraries, then the lanes: which
        thread is where, and which coroutine awaits what. 'bt' is an alias for this command.
        """
        super().do_where(arg)
        for line in self._where.describe():
            self.message(line)

    do_w = do_bt = do_where

    def do_run(self, arg: str) -> bool:
        """run

        Start again. 'restart' is an alias for this command.
        """
        self.restarting = True
        self.set_quit()
        return True

    do_restart = do_run

    # -- Ctrl-C ----------------------------------------------------------------------------------

    def _take_sigint(self) -> None:
        """Stand before whoever handles SIGINT now: the event loop, a server or Python itself."""
        if threading.current_thread() is not threading.main_thread():
            return
        current = signal.getsignal(signal.SIGINT)
        if current is not self._sigint_handler:
            self._sigint_handler = functools.partial(self._on_sigint, current)
            signal.signal(signal.SIGINT, self._sigint_handler)

    def _on_sigint(self, program_handler: Any, number: int, frame: FrameType | None) -> None:
        if self._prompting is threading.current_thread():
            raise KeyboardInterrupt
        if self._prompting is not None and not self.leaving:
            return self._sigint_elsewhere()
        self.set_quit()
        if callable(program_handler):
            self._late_sigint = functools.partial(program_handler, number, frame)
            if not self._holds_up(frame):
                self._take_late_sigint()
        return None

    def _holds_up(self, frame: FrameType | None) -> bool:
        """Tell whether the signal landed in this debugger: an exception would leave it locked.

        From Python 3.14 on one can come between the taking of a lock and the block that gives it
        back.
        """
        while frame is not None and frame.f_code is not ThreadPdb.trace_dispatch.__code__:
            frame = frame.f_back
        return frame is not None

    def _take_late_sigint(self) -> None:
        """Hand the signal to the program, now that this debugger is through."""
        if self._late_sigint is not None and threading.current_thread() is threading.main_thread():
            handler, self._late_sigint = self._late_sigint, None
            handler()

    def _sigint_elsewhere(self) -> None:
        """Answer Ctrl-C while a worker thread reads a command, which nothing can interrupt."""
        if self._asked_to_leave:
            self._terminal.restore()
            os._exit(130)
        self._asked_to_leave = True
        self.message("\n(Enter leaves the tour; Ctrl-C once more ends it at once)")


def short_path(path: str) -> str:
    """Give a path from the current folder or from its package's folder on, whichever is shorter."""
    candidates = [path, os.path.relpath(path)]
    parents = Path(path).parents
    outside = next((folder for folder in parents if not (folder / "__init__.py").exists()), None)
    if outside is not None:
        candidates.append(str(Path(path).relative_to(outside)))
    return min(candidates, key=len)
