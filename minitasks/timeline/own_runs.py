"""Own runs: a program or an application of the learner's own, run and recorded as it is.

An application's requests are told apart: each is a `Request` of its own, with its piece of the
recording and its findings, as soon as it is done.
"""

import math
import os
import queue
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from types import CoroutineType
from typing import Any

from minitasks.errors import CannotRun
from minitasks.scenarios.application import Application, serve
from minitasks.scenarios.application import Request as RequestToSend
from minitasks.scenarios.marks import mark, request_number, watching
from minitasks.scenarios.run import run_program
from minitasks.timeline.calls import View
from minitasks.timeline.events import Event, Timeline
from minitasks.timeline.files import Folder
from minitasks.timeline.findings import Finding
from minitasks.timeline.holds import SLOW, held_outside_requests
from minitasks.timeline.own_code import Run, status_of
from minitasks.timeline.own_findings import find_own
from minitasks.timeline.record import LIMIT, Recording, record_files
from minitasks.timeline.stalls import EVERY, StallWatch

HOLD = -1  # among the numbers of requests: the event loop was held
# Requests that may wait to be drawn, while it is served and after Ctrl-C; more are left out.
WAITING, AT_THE_END = 100, 10


@dataclass(frozen=True)
class Request:
    """One request, from its arrival to the end of its last task; or what held the loop outside."""

    number: int  # from 1; 0: outside requests
    name: str  # its method and path
    status: int  # of its answer; 0 if there was no whole one
    view: View  # what of the recording belongs to it
    findings: tuple[Finding, ...]


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
    if spec is None or spec.origin is None:
        raise CannotRun(f"--also {name}: there is no package of that name with Python files")
    return Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)


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
    files = Folder(path.resolve().parent, map(package_folder, also))
    code = 0
    with record_files(files) as recording, warnings_marked():
        try:
            run_program(path, arguments)
        except SystemExit as end:
            code = exit_code(end)
        except CannotRun:
            raise
        except BaseException as error:
            print_as_python_does(error, path)
            code = 130 if isinstance(error, KeyboardInterrupt) else 1
    view = View(recording.timeline)
    found = find_own(Run(view, own_files(files)), slow)
    if view.timeline.dropped:
        kept = len(view.timeline.events)
        text = f"The recording was full after {kept} events: the rest is not shown."
        found.append(Finding(False, text))
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
    traceback.print_exception(error.with_traceback(trace or error.__traceback__))


def own_files(files: Folder) -> frozenset[str]:
    """List the files in which something of the learner's own ran."""
    return frozenset(filter(files.is_own, list(files.known.values())))


@contextmanager
def warnings_marked() -> Iterator[None]:
    """Leave a mark for each of Python's warnings while the block runs; they are printed as ever.

    And one for each coroutine that nobody awaited, of which Python warns once for a place.
    """
    modules: Any = warnings
    print_it, warn_of = modules.showwarning, modules._warn_unawaited_coroutine

    def show(message: object, category: type[Warning], *rest: Any, **more: Any) -> None:
        # The full stop: so no warning reads as a step of a request, whose marks end with a word.
        if not str(message).endswith("was never awaited"):
            mark(f"{category.__name__}: {message}.")
        print_it(message, category, *rest, **more)

    def tell_of(coroutine: "CoroutineType[Any, Any, Any]") -> None:
        made = coroutine.cr_origin or ()
        place = f" (made in {os.path.realpath(made[0][0])}:{made[0][1]})" if made else ""
        text = f"coroutine '{coroutine.__qualname__}' was never awaited"
        mark(f"RuntimeWarning: {text}{place}.")
        if len(made) > 1:  # the program asked for more than one place, and to be told of it
            warn_of(coroutine)
        else:
            warnings.warn(text, RuntimeWarning, stacklevel=2, source=coroutine)

    depth = sys.get_coroutine_origin_tracking_depth()
    modules.showwarning, modules._warn_unawaited_coroutine = show, tell_of
    try:
        yield
    finally:
        sys.set_coroutine_origin_tracking_depth(depth)
        modules._warn_unawaited_coroutine = warn_of
        if modules.showwarning is show:
            modules.showwarning = print_it


@dataclass(frozen=True)
class Served:
    """What became of an application that was served."""

    view: View  # what was kept of the recording
    left_out: int  # requests nobody was told of: they came too fast, or were too long
    code: int = 0  # with which something in the application ended the server


def serve_recorded(
    application: Application,
    requests: Sequence[RequestToSend] = (),
    when_done: Callable[[Request], object] = lambda request: None,
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
    teller = Teller(files, when_done, slow, keeps_from=recording if requests else None)
    stalls = StallWatch(slow, files.is_own, teller.hear_of_hold, print_frozen)

    def ready(address: str) -> None:
        teller.begin(recording)
        stalls.begin()
        when_ready(address)

    code = 0
    with recording, warnings_marked(), watching(teller.hear), stalls.ending():
        try:
            with nullcontext() if requests else teller.telling(recording):
                serve(application, requests, when_ready=ready, **server)
        except SystemExit as end:
            code = exit_code(end)
    view = View(recording.timeline)
    if requests:
        teller.tell_all(view)
    teller.tell_of_holds(view)
    return Served(view, teller.left_out, code)


def print_frozen(text: str) -> None:
    print(f"{text} If it stays so, no Ctrl-C ends it: end its process.", file=sys.stderr)


class Teller:
    """Tells of the requests that are done; the event loop never waits for it."""

    def __init__(
        self,
        files: Folder,
        when_done: Callable[[Request], object],
        slow: float,
        keeps_from: Recording | None = None,
    ) -> None:
        self._files = files
        self._when_done = when_done
        self._slow = slow
        self._done: queue.Queue[int] = queue.Queue(WAITING)
        self._kept: dict[int, Timeline] = {}
        self._keeps_from = keeps_from
        self._is_hold_heard = False
        # Of holds outside requests: since when, in nanoseconds, and the functions told of.
        self._since = math.inf
        self._told: set[object] = set()
        self.left_out = 0

    def begin(self, recording: Recording) -> None:
        """Take note that the server listens: what held the loop before kept nobody waiting."""
        before = recording.so_far(0).events[-1:]
        self._since = before[0].time if before else 0

    def hear_of_hold(self) -> None:
        """Take note that the event loop was held, perhaps outside requests."""
        if self._keeps_from is None and not self._is_hold_heard:
            with suppress(queue.Full):
                self._done.put_nowait(HOLD)
                self._is_hold_heard = True

    def hear(self, text: str) -> None:
        """Take a mark."""
        number = request_number.get()
        if number and text.endswith(" done"):
            if self._done.full():
                # The oldest: the recording may not hold it any more when its turn comes.
                with suppress(queue.Empty):
                    self.left_out += self._done.get_nowait() != HOLD
            if self._keeps_from is not None:
                # When all have ended, a long one may have taken the place of this one's events.
                self._kept[number] = self._keeps_from.so_far(number)
            self._done.put(number)

    def tell_all(self, view: View) -> None:
        """Tell of all that are done, in the order in which they arrived."""
        for number in sorted(self._done.get() for _ in range(self._done.qsize())):
            self._tell(number, view, View(self._kept[number]))

    @contextmanager
    def telling(self, recording: Recording) -> Iterator[None]:
        """Tell of each as soon as it is done, while the block runs."""

        is_over = threading.Event()

        def tell() -> None:
            while number := self._done.get():
                is_over.wait(2 * EVERY)  # what held the loop is told when it has turned again
                began = time.perf_counter()
                if number == HOLD:
                    self._is_hold_heard = False
                    self.tell_of_holds(View(recording.so_far(0)))
                else:
                    self._tell(number, View(recording.so_far(number)))
                # The application has the better part of the time, however fast its requests come.
                is_over.wait(20 * (time.perf_counter() - began))

        thread = threading.Thread(target=tell, name="minitasks", daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            for _ in range(self._done.qsize() - AT_THE_END):
                self.left_out += self._done.get_nowait() != HOLD
            self._done.put(0)
            thread.join()

    def tell_of_holds(self, view: View) -> None:
        """Tell what held the event loop outside requests: of each function once."""
        run, is_live = Run(view, own_files(self._files)), self._keeps_from is None
        held = [
            each
            for each in held_outside_requests(run, self._slow, self._since, is_live)
            if each[2].figures["function"] not in self._told
        ]
        if held:
            starts, ends, findings = zip(*held, strict=True)
            self._told.update(each.figures["function"] for each in findings)
            piece = View(piece_between(run, min(starts), max(ends)))
            self._when_done(Request(0, "Outside requests", 0, piece, findings))

    def _tell(self, number: int, *views: View) -> None:
        """Tell of a request from the first of some views in which it is whole."""
        for view in views:
            request = request_of(Run(view, own_files(self._files), number), self._slow)
            if request is not None:
                self._when_done(request)
                return
        self.left_out += 1


def request_of(run: Run, slow: float) -> Request | None:
    """Put together what is known of a request; None if its beginning is no longer kept."""
    arrives = run.mark(" arrives")
    if arrives is None:
        return None
    sent = run.mark(" sent")
    return Request(
        number=run.request,
        name=arrives.text.removesuffix(" arrives"),
        status=status_of(sent) if sent else 0,
        view=View(piece_of(run)),
        findings=tuple(find_own(run, slow)),
    )


def piece_of(run: Run) -> Timeline:
    """Take the events of one request out of a recording, with those of the client that sent it."""
    sent_and_answered = run.client_marks(run.mark(" arrives"))[:2]
    kept = [event for event in run.timeline.events if event.request == run.request]
    return with_events(run, sorted([*kept, *sent_and_answered], key=lambda event: event.time))


def piece_between(run: Run, start: int, end: int) -> Timeline:
    """Take the events of some time out of a recording."""
    return with_events(run, [x for x in run.timeline.events if start <= x.time <= end])


def with_events(run: Run, kept: list[Event]) -> Timeline:
    lanes = {event.lane for event in kept}
    return replace(
        run.timeline,
        events=tuple(kept),
        lanes=tuple(lane for lane in run.timeline.lanes if lane.number in lanes),
    )
