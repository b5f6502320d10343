"""Teller: tells of each request of a served application, and of what held its event loop outside.

Each is told on a thread of its own as soon as its last task has ended; those that are sent from
here, when all have ended.
"""

import math
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from operator import attrgetter

from minitasks.scenarios.marks import request_number
from minitasks.timeline.calls import View
from minitasks.timeline.events import Event, Timeline
from minitasks.timeline.files import Folder
from minitasks.timeline.findings import Finding
from minitasks.timeline.holds import function_in, held_outside_requests
from minitasks.timeline.own_code import Run, status_of
from minitasks.timeline.own_findings import find_own
from minitasks.timeline.record import Recording
from minitasks.timeline.stalls import EVERY

HOLD = -1  # among the numbers of requests: the event loop was held
# Requests that may wait to be drawn, while it is served and after Ctrl-C; more are left out.
WAITING, AT_THE_END = 100, 30


@dataclass(frozen=True)
class RecordedRequest:
    """One request, from its arrival to the end of its last task; or what held the loop outside."""

    number: int  # from 1; 0: outside requests
    name: str  # its method and path
    status: int  # of its answer; 0 if there was no whole one
    view: View  # what of the recording belongs to it
    findings: tuple[Finding, ...]


def own_files(files: Folder) -> frozenset[str]:
    """List the files in which something of the learner's own ran."""
    return frozenset(filter(files.is_own, list(files.known.values())))


class Teller:
    """Tells of the requests that are done; the event loop never waits for it.

    Args:
        files: Which code is recorded.
        recording: What is told of.
        when_done: Called with each request.
        slow: How many milliseconds a step may hold the event loop without being told of.
        is_live: Whether each is told of as soon as it is done; or all at the end.
    """

    def __init__(
        self,
        files: Folder,
        recording: Recording,
        when_done: Callable[[RecordedRequest], object],
        slow: float,
        is_live: bool,
    ) -> None:
        self._files = files
        self._recording = recording
        self._when_done = when_done
        self._slow = slow
        self._is_live = is_live
        self._done: queue.Queue[int] = queue.Queue(WAITING)
        self._kept: dict[int, Callable[[], Timeline]] = {}
        self._is_hold_heard = False
        # Of holds outside requests: since when, in nanoseconds, and how long each function's was
        # that is told, in milliseconds.
        self._since = math.inf
        self._told: dict[tuple[object, object], float] = {}
        self.left_out = 0

    def begin(self) -> None:
        """Take note that the server listens: what held the loop before kept nobody waiting."""
        before = self._recording.keep(0)().events[-1:]
        self._since = before[0].time if before else 0

    def hear_of_hold(self) -> None:
        """Take note that the event loop was held, perhaps outside requests."""
        if self._is_live and not self._is_hold_heard:
            with suppress(queue.Full):
                self._done.put_nowait(HOLD)
                self._is_hold_heard = True

    def hear(self, text: str) -> None:
        """Take a mark."""
        number = request_number.get()
        if number and text.endswith(" done"):
            if self._done.full():
                # The oldest: the recording may not hold it any more when its turn comes.
                self._leave_out_one()
            if not self._is_live:
                # When all have ended, a long one may have taken the place of this one's events.
                self._kept[number] = self._recording.keep(number)
            self._done.put(number)

    def _leave_out_one(self) -> None:
        with suppress(queue.Empty):  # which the other thread has made it in the meantime
            self.left_out += self._done.get_nowait() != HOLD

    def tell_all(self, view: View) -> None:
        """Tell of all that are done, in the order in which they arrived."""
        for number in sorted(self._done.get() for _ in range(self._done.qsize())):
            is_told = self._tell(number, view) or self._tell(number, View(self._kept[number]()))
            self.left_out += not is_told

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Tell of each as soon as it is done, while the block runs."""
        is_over = threading.Event()

        def tell() -> None:
            while number := self._done.get():
                is_over.wait(2 * EVERY)  # what held the loop is told when it has turned again
                began = time.perf_counter()
                if number == HOLD:
                    self._is_hold_heard = False
                    self.tell_of_holds(View(self._recording.keep(0)()))
                else:
                    is_told = self._tell(number, View(self._recording.keep(number)()))
                    self.left_out += not is_told
                # The application has the better part of the time, however fast its requests come.
                is_over.wait(20 * (time.perf_counter() - began))

        thread = threading.Thread(target=tell, name="minitasks", daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            while self._done.qsize() > AT_THE_END:
                self._leave_out_one()
            self._done.put(0)
            thread.join()

    def tell_of_holds(self, view: View) -> None:
        """Tell what held the event loop outside requests: of each function once, or if longer."""
        run = Run(view, own_files(self._files))
        held = [
            each
            for each in held_outside_requests(run, self._slow, self._since, self._is_live)
            if self._is_news(each[2])
        ]
        if held:
            starts, ends, findings = zip(*held, strict=True)
            begins, over = min(starts), max(ends)
            # Without the steps of requests: the picture would begin with the first of them.
            within = (event for event in run.events if begins <= event.time <= over)
            piece = piece_of(run, (x for x in within if not (x.kind == "mark" and x.request)))
            self._when_done(RecordedRequest(0, "Outside requests", 0, piece, findings))

    def _is_news(self, finding: Finding) -> bool:
        """Tell whether a function's hold is the first, or twice as long as the one told of."""
        function, took = function_in(finding), finding.figures["milliseconds"]
        if took <= 2 * self._told.get(function, 0):
            return False
        self._told[function] = took
        return True

    def _tell(self, number: int, view: View) -> bool:
        """Tell of a request, if it is whole."""
        request = request_of(Run(view, own_files(self._files), number), self._slow)
        if request is not None:
            self._when_done(request)
        return request is not None


def request_of(run: Run, slow: float) -> RecordedRequest | None:
    """Put together what is known of a request; None if its beginning is no longer kept."""
    arrives = run.mark("arrives")
    if arrives is None:
        return None
    sent = run.mark("sent")
    # With those of the client that sent it.
    of_client = run.client_marks(arrives)[:2]
    return RecordedRequest(
        number=run.request,
        name=arrives.text.removesuffix(" arrives"),
        status=status_of(sent) if sent else 0,
        view=piece_of(run, sorted([*of_client, *run.events], key=attrgetter("time"))),
        findings=tuple(find_own(run, slow)),
    )


def piece_of(run: Run, events: Iterable[Event]) -> View:
    """Take some events out of a recording, with their threads."""
    kept = tuple(events)
    numbers = {event.lane for event in kept}
    lanes = tuple(lane for lane in run.timeline.lanes if lane.number in numbers)
    return View(replace(run.timeline, events=kept, lanes=lanes))
