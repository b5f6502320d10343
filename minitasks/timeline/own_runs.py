"""Own runs: a program or an application of the learner's own, run and recorded as it is.

An application's requests are told apart: each is a `RecordedRequest` (teller.py), with its piece of
the recording and its findings.
"""

import gc
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from minitasks.errors import CannotRun
from minitasks.scenarios.application import Application, Request, serve
from minitasks.scenarios.marks import warnings_marked, watching
from minitasks.scenarios.run import run_program
from minitasks.timeline.calls import View
from minitasks.timeline.files import Folder
from minitasks.timeline.findings import Finding, full
from minitasks.timeline.holds import SLOW
from minitasks.timeline.own_code import Run
from minitasks.timeline.own_findings import find_own
from minitasks.timeline.record import LIMIT, record_files
from minitasks.timeline.stalls import StallWatch
from minitasks.timeline.teller import RecordedRequest, Teller, own_files


@dataclass(frozen=True)
class OwnRun:
    """A program's run."""

    view: View
    findings: tuple[Finding, ...]
    code: int  # with which Python would have ended


def package_folder(name: str) -> Path:
    """Find the folder, or the file, of a package that is to be recorded, too."""
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        spec = None
    place = None if spec is None else next(iter(spec.submodule_search_locations or ()), spec.origin)
    if place is None:
        raise CannotRun(f"--also {name}: there is no package of that name with Python files")
    return Path(place)


def run_own_program(
    path: Path, arguments: Sequence[str] = (), also: Sequence[str] = (), slow: float = SLOW
) -> OwnRun:
    """Run a program as `python path arguments` would, and record it.

    Args:
        path: The program. Its folder's other modules are recorded as well.
        arguments: Its own arguments.
        also: Packages to record, too.
        slow: How many milliseconds a step may hold the event loop without being told of.

    Raises:
        CannotRun: There is no such file.
    """
    files = Folder(Path(os.path.realpath(path)).parent, map(package_folder, also))
    code = 0
    stalls = StallWatch(slow, files.is_own, when_frozen=print_frozen)
    recording = record_files(files)
    recording.when_loop_runs(stalls.begin)
    with watching(stalls.hear), recording, warnings_marked(), stalls.ending():
        try:
            run_program(path, arguments)
        except SystemExit as end:
            code = exit_code(end)
        except CannotRun:
            raise
        except BaseException as error:
            print_as_python_does(error, path)
            code = 130 if isinstance(error, KeyboardInterrupt) else 1
        gc.collect()  # of a coroutine that was lost in a circle of objects Python warns now
    view = View(recording.timeline)
    found = [*find_own(Run(view, own_files(files)), slow), *full(view.timeline)]
    return OwnRun(view, tuple(found), code)


def exit_code(end: SystemExit) -> int:
    """Turn what a program exits with into a number, as Python does."""
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    print(end.code, file=sys.stderr)
    return 1


def print_as_python_does(error: BaseException, path: Path) -> None:
    """Print a traceback from the program's own first frame on."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != str(path.absolute()):
        trace = trace.tb_next
    if trace is None and not isinstance(error, SyntaxError):  # that was raised before its first
        trace = error.__traceback__
    sys.excepthook(type(error), error.with_traceback(trace), trace)


@dataclass(frozen=True)
class Served:
    """What became of an application that was served."""

    view: View  # what was kept of the recording
    left_out: int  # requests nobody was told of: they came too fast, or were too long
    code: int = 0  # with which something in the application ended the server


def serve_recorded(
    application: Application,
    requests: Sequence[Request] = (),
    when_done: Callable[[RecordedRequest], object] = lambda request: None,
    also: Sequence[str] = (),
    slow: float = SLOW,
    limit: int = LIMIT,
    when_ready: Callable[[str], object] = lambda address: None,
    **server: Any,
) -> Served:
    """Serve an application and record it.

    Args:
        application: What to serve.
        requests: What to send; without any it is served until Ctrl-C.
        when_done: Called with each request: when its last task has ended, on a thread of its own;
            those that are sent from here when all have ended.
        also: Packages to record, too.
        slow: How many milliseconds a step may hold the event loop without being told of.
        limit: How many events to keep: the last ones.
        when_ready: Called with the address when the server listens.
        **server: What `serve` takes besides.
    """
    files = Folder(application.folder, map(package_folder, also))
    recording = record_files(files, limit=limit, keep_last=True)
    teller = Teller(files, recording, when_done, slow, is_live=not requests)
    stalls = StallWatch(slow, files.is_own, teller.hear_of_hold, print_frozen_server)

    def ready(address: str) -> None:
        gc.collect()  # and not soon again, which would hold the event loop
        teller.begin()
        stalls.begin()
        when_ready(address)

    code = 0
    # The watch hears each mark first: that the loop was held is noted before a request's end.
    first, last = watching(stalls.hear), watching(teller.hear)
    with first, recording, warnings_marked(), last, stalls.ending():
        try:
            with nullcontext() if requests else teller.telling():
                serve(application, requests, when_ready=ready, **server)
            gc.collect()  # of a coroutine that was lost in a circle of objects Python warns now
        except SystemExit as end:
            code = exit_code(end)
    view = View(recording.timeline)
    if requests:
        teller.tell_all(view)
    teller.tell_of_holds(view)
    return Served(view, teller.left_out, code)


def print_frozen(text: str) -> None:
    print(text, file=sys.stderr)


def print_frozen_server(text: str) -> None:
    print_frozen(f"{text} If it stays so, no Ctrl-C ends it: end its process.")
