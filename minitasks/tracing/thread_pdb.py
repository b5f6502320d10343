"""Thread pdb: pdb for an event loop and its worker threads, one prompt for all of them.

Plain pdb watches one thread, takes a coroutine's every wait for a return, and steps into asyncio.
`ThreadPdb` is pdb with six more rules; each has its comment where it is kept. The tour adds its
stops to it (tour/debugger.py), the workshop a failing test (workshop/debug_test.py).
"""

import _thread
import ast
import asyncio
import bdb
import builtins
import contextlib
import functools
import inspect
import logging
import os
import pdb
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextvars import ContextVar
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import anyio.from_thread

from minitasks.tracing import process_state
from minitasks.tracing.source_lines import print_source
from minitasks.tracing.steps import Step, StepReader, callers
from minitasks.tracing.threads import Tasks, runs_loop, wait_for_threads
from minitasks.tracing.where import Where, awaiters, clip, is_coroutine, name_of, wording

# What pdb would show as a return, a call and an exception, though nothing of the kind happens.
# It shows a frame that an exception leaves as one that returns None.
HIDDEN = ("suspend", "resume", "handover", "raise")
# Where an event loop runs: between its own code and what it runs.
LOOPS = (
    ("asyncio.base_events", "run_forever"),
    ("asyncio.runners", "run"),
    ("trio._core._run", "run"),
    ("trio._core._run", "unrolled_run"),
)
# A program that was interrupted and left is told to end again and again, so many seconds apart,
# and is ended after so many times: it may catch everything, or wait for a thread.
APART = 1.0
TIMES = 10
ENDED_BY_FORCE = "The program did not end by itself: it was ended."
# What was typed behind `await` at a prompt runs: it comes to no stop, for that would wait for the
# prompt, and the prompt for it. What it hands to a worker thread does not, either.
_is_awaited: ContextVar[bool] = ContextVar("minitasks awaited", default=False)
COROUTINE = inspect.CO_COROUTINE | inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR


class PerThread:
    """An attribute that bdb has once, and each thread now has for itself."""

    def __init__(self, default: Any = None) -> None:
        self._default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, debugger: Any, owner: type) -> Any:
        return getattr(debugger.mine, self._name, self._default)

    def __set__(self, debugger: Any, value: Any) -> None:
        setattr(debugger.mine, self._name, value)


class PerTask(PerThread):
    """A part of what `n`, `s`, `r` or `unt` asked for, in the task where it was typed."""

    def __get__(self, debugger: Any, owner: type) -> Any:
        commands = debugger.commands_of_tasks
        return commands.get(debugger.task, debugger.no_command).get(self._name)

    def __set__(self, debugger: Any, value: Any) -> None:
        commands = debugger.commands_of_tasks
        commands.setdefault(debugger.task, dict(debugger.no_command))[self._name] = value


class ThreadPdb(pdb.Pdb):
    """pdb on every thread, which stays in some files.

    Args:
        files: The files to step through.
        into: Folders of libraries to step through too.
    """

    currentbp, enterframe, frame_returning = PerThread(), PerThread(), PerThread()
    _clips = PerThread()
    task, takes_event = PerThread(0), PerThread(False)
    stopframe, returnframe, stoplineno = PerTask(), PerTask(), PerTask()
    cmdframe, cmdlineno = PerTask(), PerTask()

    def __init__(self, files: Sequence[Path], into: Sequence[Path] = ()) -> None:
        self.mine = threading.local()
        self._begin()
        self.no_command: dict[str, Any] = {"stoplineno": -1}
        # Rule 4, first half: SIGINT belongs to the event loop, and a .pdbrc may hold breakpoints
        # and commands that lead elsewhere.
        colour = {"colorize": True} if sys.version_info >= (3, 14) else {}
        super().__init__(nosigint=True, readrc=False, **colour)  # type: ignore[arg-type]
        self._files = set(files)
        self._into = set(into)
        self._paths: dict[str, Path | None] = {}
        self._one_at_a_time = threading.RLock()
        self._prompt_lock = threading.RLock()
        self._latest_step = 0
        self._steps = StepReader()
        self._prompting: threading.Thread | None = None
        self._sigint_handler: Any = self  # None would be a handler that is not Python's.
        self._program_handler: Any = None
        self._late_sigint: Callable[[], Any] | None = None
        self._half_typed = self._can_await = self._lists_stack = False
        self._to_await: Any = None

    def _begin(self) -> None:
        """Make ready for the program's next run; breakpoints and aliases stay as they are."""
        self.leaving = self.restarting = False
        self._asked_to_leave = self._is_asked_to_end = False
        self._over = threading.Event()
        self._place_shown = ("", 0)
        self._tasks = Tasks()
        self._where = Where(self.is_own)
        self.commands_of_tasks: dict[int, dict[str, Any]] = {}
        self._without_lines: set[FrameType] = set()
        self._stops: dict[CodeType, bool] = {}
        self._asked: set[FrameType] = set()  # by breakpoint()

    # -- the files -------------------------------------------------------------------------------

    def is_own(self, frame: FrameType) -> bool:
        return self.own_path(frame.f_code.co_filename) is not None

    def own_path(self, filename: str) -> Path | None:
        """Give the path behind a code's filename, or None where it is not to be stepped through."""
        try:
            return self._paths[filename]
        except KeyError:  # another thread may forget them meanwhile
            path = Path(filename).resolve()
            return self._paths.setdefault(filename, path if self.takes(path) else None)

    def takes(self, path: Path) -> bool:
        return path in self._files or not self._into.isdisjoint(path.parents)

    # -- watching every thread -------------------------------------------------------------------

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Watch all threads while the block runs; leave the process as it was."""
        self._begin()
        # Rule 4, second half: bdb takes the first frame that it is told of for the outermost one,
        # and with several threads that could be any.
        self.reset()
        self.botframe = self.no_command["stopframe"] = sys._getframe(1)
        self.set_continue()
        protect = functools.partial(process_state.protect_from_ctrl_c, self.trace_dispatch)
        protect()
        self._where.threads.when_loop_runs = protect
        self._restore_terminal = process_state.terminal_restorer()
        with contextlib.ExitStack() as stack:
            stack.callback(self._restore_terminal)
            stack.callback(signal.signal, signal.SIGINT, signal.getsignal(signal.SIGINT))
            stack.callback(logging.disable, logging.root.manager.disable)
            stack.enter_context(warnings.catch_warnings())
            # Rule 6: a plain breakpoint() would put another Pdb in this one's place on its thread.
            asks = {"set_trace": self.on_breakpoint, "set_trace_async": self.on_async_breakpoint}
            asks = {name: answer for name, answer in asks.items() if hasattr(pdb, name)}
            on_error = functools.partial(self.on_thread_error, threading.excepthook)
            replaced = process_state.replaced
            stack.enter_context(replaced(sys, breakpointhook=self.on_breakpoint))
            stack.enter_context(replaced(pdb, **asks))
            stack.enter_context(replaced(threading, excepthook=on_error))
            stack.enter_context(process_state.tracing(self.trace_dispatch))
            before = set(threading.enumerate())
            try:
                yield
                wait_for_threads(before)
                while self._where.is_held():
                    with self._prompt_lock:
                        pass
            except BaseException:
                # Rule 5: while leaving, every exception is only the way out, even inside a group.
                if not self.leaving:
                    raise
            finally:
                self._over.set()
                if self.leaving:
                    process_state.end_workers()

    def on_thread_error(self, show: Callable[[Any], object], error: Any) -> None:
        """Show what ends a thread, unless it is only the way out."""
        if not self.leaving:
            show(error)

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
        self._hear_lines()
        return None

    async def on_async_breakpoint(self, *args: Any, **kwargs: Any) -> None:
        """Answer pdb.set_trace_async(): at its prompts `await` runs on the event loop itself."""
        caller = sys._getframe(1)
        self.join(caller.f_code.co_filename)
        while awaitable := self._prompt_for_await(caller):
            try:
                await awaitable
            except Exception as error:
                self._tell(error)

    def _prompt_for_await(self, frame: FrameType) -> Any:
        """Open a prompt; give what is to be awaited there, or None if the program is to go on."""
        with self._where.held(), self._prompt_lock:
            self.task = self._task_here()
            self._to_await, self._can_await = None, True
            self.interaction(frame, None)
            self._can_await = False
        if self.leaving:
            _thread.interrupt_main()
            raise bdb.BdbQuit
        return self._to_await

    def join(self, filename: str) -> None:
        """Step through a file from now on, too."""
        self._files.add(Path(filename).resolve())
        self._paths.clear()

    def set_break(self, filename: str, lineno: int, *more: Any, **options: Any) -> Any:
        problem = super().set_break(filename, lineno, *more, **options)
        if not problem:
            self.join(filename)
            self._stops.clear()
            for frame in sys._current_frames().values():
                self._look_at(frame)
            self._hear_lines()
        return problem

    def stop_here(self, frame: FrameType) -> bool:
        """Stop where a breakpoint() asked for it, on whatever thread, and where pdb would."""
        if frame in self._asked:
            self._asked.discard(frame)
            return True
        return bool(super().stop_here(frame))

    # -- which task a command is for ---------------------------------------------------------------

    def _task_here(self) -> int:
        """Give the number of the task that runs here; 0 where the main thread runs no event loop.

        In a worker thread it is the task that handed the work over: so `s` hops into that thread,
        and nowhere else.
        """
        number = self._tasks.here()
        is_main = threading.current_thread() is threading.main_thread()
        return 0 if is_main and not runs_loop() else number

    def _take_over(self, task: int) -> None:
        """Let a step that was begun outside the tasks go on in one, and the other way round."""
        commands = self.commands_of_tasks
        other = 0 if task else self._latest_step
        if task not in commands and other in commands and commands[other]["stopframe"] is None:
            commands[task] = commands.pop(other)

    def _set_stopinfo(self, stopframe: Any, returnframe: Any, *more: Any, **named: Any) -> None:
        super()._set_stopinfo(stopframe, returnframe, *more, **named)  # type: ignore[misc]
        self._latest_step = self.task
        self._hear_lines()

    def _hear_lines(self) -> None:
        """Hear of every line again: one that was of no interest may be where to stop now."""
        for frame in list(self._without_lines):
            frame.f_trace_lines = True
        self._without_lines.clear()

    def _skip_lines(self, frame: FrameType) -> None:
        """Hear no more of a frame's lines if none is of interest: a long loop is fast again."""
        if not (
            self.task in self.commands_of_tasks
            or frame in self._asked
            or self._steps.waits_for_line(frame)
            or self.has_stop(frame)
        ):
            frame.f_trace_lines = False
            self._without_lines.add(frame)

    def is_of_no_interest(self, frame: FrameType) -> bool:
        """Tell whether nothing of a call need be looked at: a plain function, and no command."""
        code = frame.f_code
        is_plain = self._stops.get(code) is False and not code.co_flags & COROUTINE
        return is_plain and not self.commands_of_tasks

    def _look_at(self, frame: FrameType | None) -> None:
        """Look at a frame and those that called it, from now on."""
        for each in callers(frame):
            if self.is_own(each):
                each.f_trace = self.trace_dispatch

    def has_stop(self, frame: FrameType) -> bool:
        code = frame.f_code
        known = self._stops.get(code)
        if known is not None:
            return known
        lines = {line for _, _, line in code.co_lines() if line is not None}
        is_stop = self._stops[code] = any(self.is_stop(code.co_filename, line) for line in lines)
        return is_stop

    def is_stop(self, filename: str, line: int) -> bool:
        return line in self.breaks.get(self.canonic(filename), ())

    # -- one event -------------------------------------------------------------------------------

    def trace_dispatch(self, frame: FrameType, event: str, arg: Any) -> Any:
        # Rule 1: what is not in the files is neither shown nor interrupted. An exception raised
        # inside a library that holds a lock would kill its worker thread, or hang it.
        if not self.is_own(frame):
            if process_state.looks_at_sigint(frame.f_code):
                self._give_sigint_back()
            return None
        if _is_awaited.get() or (event == "call" and self.is_of_no_interest(frame)):
            return None
        self.takes_event = True
        try:
            # Rule 2: one prompt. A thread waits for it only if it would stop itself.
            with self._one_at_a_time:
                return self._take_event(frame, event, arg)
        finally:
            self.takes_event = False
            self._take_late_sigint()

    def _take_event(self, frame: FrameType, event: str, arg: Any) -> Any:
        # The second: on Python 3.11 idle worker threads keep the trace function that they have.
        if self.leaving or self._over.is_set():
            return None
        self._take_sigint()
        self.task = self._task_here()
        self._take_over(self.task)
        step = self._steps.read(frame, event, arg)
        self.follow(frame, step, arg)
        if step == "resume":
            frame.f_trace_lines = True
            self._without_lines.discard(frame)
        elif step in ("return", "raise"):
            self._without_lines.discard(frame)
            # bdb ends `r` and `n` of a function by itself, but forgets those of a coroutine.
            if frame is self.stopframe and frame.f_code.co_flags & COROUTINE:
                self.set_step()
        # Rule 3: a coroutine that waits has not returned, and one that goes on was not called.
        if step in HIDDEN:
            return self.trace_dispatch
        try:
            super().trace_dispatch(frame, event, arg)
        except bdb.BdbQuit:
            # As Ctrl-C would: one exception does not end a server, which logs it and goes on.
            _thread.interrupt_main()
            raise
        if step in ("call", "line"):
            self._skip_lines(frame)
        return self.trace_dispatch

    def follow(self, frame: FrameType, step: Step, value: object) -> None:
        """Take note of a step of an own frame: `value` is what it yields, returns or raises."""
        self._where.follow(frame, step)

    # -- what bdb asks ---------------------------------------------------------------------------

    def break_anywhere(self, frame: FrameType) -> bool:
        """Follow every frame of the files: a stop or a step may be anywhere in it."""
        return True

    def set_continue(self) -> None:
        """Go on to the next stop. bdb would stop watching where it has no breakpoint itself."""
        self.commands_of_tasks.pop(self.task, None)
        self.quitting = False

    def set_return(self, frame: FrameType) -> None:
        """Go on to a function's end; at its end to what comes next, as `n` does."""
        if self.frame_returning is frame:
            self.set_next(frame)
        else:
            super().set_return(frame)

    def set_quit(self) -> None:
        """Leave: from now on no event is looked at, and every exception is only the way out."""
        super().set_quit()
        self.leaving = True
        # A server logs an exception that it swallows, and what was left is awaited by nobody.
        logging.disable()
        warnings.simplefilter("ignore", RuntimeWarning)

    def get_stack(self, f: FrameType | None, t: Any) -> tuple[list[tuple[FrameType, int]], int]:
        """Give the frames of the files alone: so `w`, `u` and `d` stay in its files."""
        stack, _ = super().get_stack(f, t)
        ours = [entry for entry in stack if self.is_own(entry[0])]
        # Not bdb's index: in a thread that it did not start it takes the raising frame for `f`.
        frames = [frame for frame, _ in ours]
        return ours, frames.index(f) if f in frames else max(0, len(frames) - 1)

    def format_stack_entry(self, frame_lineno: tuple[FrameType, int], lprefix: str = ": ") -> str:
        """Shorten the path: most do not fit on a line with the rest."""
        entry = super().format_stack_entry(frame_lineno, lprefix)
        path = self.canonic(frame_lineno[0].f_code.co_filename)
        return entry.replace(path, short_path(path), 1)

    # -- the prompt ------------------------------------------------------------------------------

    def user_call(self, frame: FrameType, argument_list: None) -> None:
        if self.stop_here(frame):
            self._stop(super().user_call, frame, argument_list)

    def user_line(self, frame: FrameType) -> None:
        self._stop(super().user_line, frame)

    def user_return(self, frame: FrameType, return_value: Any) -> None:
        self._stop(super().user_return, frame, return_value)

    def user_exception(self, frame: FrameType, exc_info: Any) -> None:
        self._clips = True
        self._stop(super().user_exception, frame, exc_info)

    def message(self, msg: str, *more: Any, **options: Any) -> None:
        """Print a message; an exception's may be long, and comes once for each frame."""
        super().message(clip(msg) if self._clips else msg, *more, **options)

    def _stop(self, show: Callable[..., object], *what: Any) -> None:
        """Wait for the prompt, and have it. Meanwhile the other threads' events are taken."""
        self._one_at_a_time.release()
        try:
            with self._where.held(), self._prompt_lock:
                if not (self.leaving or self.is_silent()):
                    show(*what)
        finally:
            self._one_at_a_time.acquire()

    def _other_task(self, frame: FrameType) -> str:
        """Name the coroutine that a frame belongs to, or say that it is another task's."""
        own = [each for each in awaiters(frame) if is_coroutine(each) and self.is_own(each)]
        return f"in the coroutine {name_of(own[-1].f_code)}" if own else "for another task"

    def is_silent(self) -> bool:
        """Tell whether the stop was silenced while this thread waited for the prompt."""
        return False

    def interaction(self, frame: FrameType | None, tb_or_exc: Any) -> None:
        self._clips = False
        lane = self._where.here()
        place = (lane, self.task)
        if not self.announced(lane) and place != self._place_shown:
            is_same = lane == self._place_shown[0]
            other = f", {self._other_task(frame)}" if frame and is_same else ""
            self.message(f"-- now {wording(lane)}{other}")
        self._place_shown = place
        self._look_at(frame)
        super().interaction(frame, tb_or_exc)

    def announced(self, lane: str) -> bool:
        """Say what is to be said before the prompt; tell whether it names the lane."""
        return False

    def cmdloop(self, intro: Any = None) -> None:
        """Read commands; Ctrl-C drops a half-typed line, and on an empty one leaves as `q` does."""
        before, self._prompting = self._prompting, threading.current_thread()
        try:
            while True:
                try:
                    return super().cmdloop(intro)
                except KeyboardInterrupt:
                    self.message("")
                    if not self._half_typed:
                        return self.set_quit()
                    self._half_typed = False
        finally:
            self._prompting = before

    def precmd(self, line: str) -> str:
        """Leave, or drop the line, if Ctrl-C asked for it."""
        if self._asked_to_leave:
            line = "quit"
        elif self._half_typed:
            line = "pass"
        self._half_typed = False
        return super().precmd(line)

    def default(self, line: str) -> Any:
        """Evaluate what is no command, also an `await` where the event loop is free for it."""
        code = code_that_awaits(line.removeprefix("!"))
        frame = self.curframe
        if code is None or frame is None:
            return super().default(line)
        names = frame.f_locals if sys.version_info >= (3, 13) else self.curframe_locals
        coroutine = eval(code, frame.f_globals, names)
        if self._can_await:
            self._to_await = coroutine
            return True
        try:
            anyio.from_thread.run(awaited, coroutine)
        except Exception as error:
            if inspect.getcoroutinestate(coroutine) == inspect.CORO_CREATED:
                coroutine.close()
                self.error("await needs a free event loop: type it at a worker thread's prompt")
            else:
                self._tell(error)
        return None

    def _tell(self, error: Exception) -> None:
        self.error("".join(traceback.format_exception_only(error)).strip())

    def do_interact(self, arg: str) -> None:
        """interact

        Start an interactive interpreter with the names of this frame; exit() comes back.
        """
        # Up to Python 3.12 their exit() and quit() close stdin as well.
        leaving = process_state.replaced(builtins, exit=sys.exit, quit=sys.exit)
        with leaving, contextlib.suppress(SystemExit):
            super().do_interact(arg)

    def print_stack_entry(self, frame_lineno: tuple[FrameType, int], *more: Any) -> None:
        """Show where the prompt is with the lines round it; in a list of frames, one line each."""
        if self._lists_stack:
            return super().print_stack_entry(frame_lineno, *more)
        frame, line = frame_lineno
        self.message("> " + self.format_stack_entry(frame_lineno, "\n").partition("\n")[0])
        return print_source(frame, line, self.stdout)

    def do_where(self, arg: str) -> None:
        """w(here)

        Print the stack of this thread, without the frames of libraries, then the lanes: which
        thread is where, and which coroutine awaits what. 'bt' is an alias for this command.
        """
        self._lists_stack = True
        super().do_where(arg)
        self._lists_stack = False
        with self._one_at_a_time:
            lines = list(self._where.describe(self.stack[-1][0]))
        for line in lines:
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
            self._program_handler = current
            self._sigint_handler = functools.partial(self._on_sigint, current)
            signal.signal(signal.SIGINT, self._sigint_handler)

    def _give_sigint_back(self) -> None:
        """Let an event loop that begins find SIGINT as it was: else it would not handle it."""
        if signal.getsignal(signal.SIGINT) is self._sigint_handler:
            signal.signal(signal.SIGINT, self._program_handler)

    def _on_sigint(self, handler: Any, number: int, frame: FrameType | None) -> None:
        readline = sys.modules.get("readline")
        typed = readline.get_line_buffer() if readline is not None else ""
        self._half_typed = bool(typed) and not self._half_typed
        if self._prompting is threading.current_thread():
            raise KeyboardInterrupt
        if self._prompting is not None and not self.leaving:
            return self._sigint_elsewhere()
        self._late_sigint = functools.partial(self._interrupt, handler, number, *landed(frame))
        # An exception out of an event that is being taken would leave the debugger locked: from
        # Python 3.14 on one can come between the taking of a lock and the block that gives it back.
        if not self.takes_event:
            self._take_late_sigint()

    def _interrupt(self, handler: Any, number: int, frame: FrameType | None, is_left: bool) -> None:
        """Open a prompt where the program is, or where it waits; leave where it is nowhere."""
        if not self.leaving and self._goes_on(frame):
            return
        # An exception in a library, or while a coroutine suspends, could leave a lock taken or a
        # task waiting for ever: first the program is asked to end. In its event loop's own frame
        # trio raises nothing, but tells its main task; asyncio cancels its own.
        is_second, self._is_asked_to_end = self._is_asked_to_end, True
        if not is_second:
            threading.Thread(target=self._see_to_the_end, args=(self._over,), daemon=True).start()
        own = self._own_frame(frame)
        may_raise = own is not None and not is_left and (is_second or own is frame)
        if callable(handler):
            loop = next(filter(is_loop, callers(frame)), frame)
            handler(number, frame if may_raise else loop)
        # asyncio cancels a task at its next await, and this one may have none. trio raises here.
        if may_raise and asyncio._get_running_loop() is not None:
            raise bdb.BdbQuit

    def _goes_on(self, frame: FrameType | None) -> bool:
        """Open a prompt where the program is; tell whether it is to go on."""
        place = self._own_frame(frame) or self._where.latest_waiting()
        if place is not None:
            self.task = self._task_here()
            # Where the program itself reads a line, there can be no second one who does.
            with self._prompt_lock, contextlib.suppress(RuntimeError):
                self.message("\nInterrupted: c goes on, q leaves, w shows who waits for whom.")
                self._place_shown = ("", 0)
                self.interaction(place, None)
                if not self.leaving:
                    return True
        self.set_quit()
        return False

    def _see_to_the_end(self, over: threading.Event) -> None:
        """Tell the program again and again to end; end the process if it does not."""
        for _ in range(TIMES):
            if over.wait(APART):
                return
            _thread.interrupt_main()
        self._restore_terminal()
        self.message(ENDED_BY_FORCE)
        sys.stdout.flush()
        os._exit(0)

    def _own_frame(self, frame: FrameType | None) -> FrameType | None:
        """Find the program's own code that runs; what started the event loop only waits for it."""
        for each in callers(frame):
            if self.is_own(each):
                return each
            if is_loop(each):
                return None
        return None

    def _take_late_sigint(self) -> None:
        if self._late_sigint is not None and threading.current_thread() is threading.main_thread():
            handler, self._late_sigint = self._late_sigint, None
            handler()

    def _sigint_elsewhere(self) -> None:
        """Answer Ctrl-C while a worker thread reads a command, which nothing can interrupt."""
        if self._asked_to_leave:
            self._restore_terminal()
            os._exit(130)
        if self._half_typed:
            self.message("\n(Enter drops this line; Ctrl-C once more, and Enter leaves)")
            return
        self._asked_to_leave = True
        self.message("\n(Enter leaves the tour; Ctrl-C once more ends it at once)")


async def awaited(coroutine: Coroutine[Any, Any, object]) -> None:
    _is_awaited.set(True)
    await coroutine


def landed(frame: FrameType | None) -> tuple[FrameType | None, bool]:
    """Give the program's frame where a signal landed, and whether that frame was just being left.

    The signal may land while this debugger looks at a step of that frame.
    """
    for each in callers(frame):
        if each.f_code is ThreadPdb.trace_dispatch.__code__:
            return each.f_back, each.f_locals["event"] == "return"
    return frame, False


def is_loop(frame: FrameType) -> bool:
    return (frame.f_globals.get("__name__"), frame.f_code.co_name) in LOOPS


def code_that_awaits(line: str) -> CodeType | None:
    """Compile a line with an `await` in it; None if it has none."""
    try:
        code = compile(line, "<stdin>", "single", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError):
        return None
    return code if code.co_flags & inspect.CO_COROUTINE else None


def short_path(path: str) -> str:
    """Give a path from the current folder or from its package's folder on, whichever is shorter."""
    parents = Path(path).parents
    outside = next((folder for folder in parents if not (folder / "__init__.py").exists()), ".")
    return min(path, os.path.relpath(path), os.path.relpath(path, outside), key=len)
