"""Record: `with record() as recording:` notes every step of some files, on every thread.

`Recorder` (recorder.py) makes the events, an engine tells it what happens: sys.monitoring's on
Python 3.12 and newer, sys.settrace's on 3.11.
"""

import functools
import os
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import FrameType

from minitasks.errors import CannotRun
from minitasks.scenarios.library import is_own
from minitasks.scenarios.marks import watching
from minitasks.timeline.calls import View
from minitasks.timeline.events import Timeline
from minitasks.timeline.files import Files, Folder, ListedFiles, ModuleOf
from minitasks.timeline.findings import Finding
from minitasks.timeline.holds import SLOW
from minitasks.timeline.own_code import Run
from minitasks.timeline.own_findings import find_own
from minitasks.timeline.recorder import Recorder

if sys.version_info >= (3, 12):
    from minitasks.timeline.monitoring import watch
else:
    from minitasks.timeline.settrace import watch

Engine = Callable[[Recorder, FrameType], AbstractContextManager[None]]

LIMIT = 20_000
MOST_OF_ONE = 2_000  # steps of one function for one request

_under_way = threading.Lock()


def record(
    files: Iterable[str | os.PathLike[str]] | None = None,
    *,
    limit: int = LIMIT,
    engine: Engine = watch,
) -> "Recording":
    """Record a run: a context manager, whose value has the `timeline` when its block is over.

    Args:
        files: The Python files whose steps to record. A folder means all that is below it, but for
            installed packages, and the files of the task classes, as for an application. None: the
            caller's own file, or all cells of its notebook.
        limit: How many events to keep. Recording costs some microseconds an event, also of those
            beyond the limit, which are only counted; a mark tells where the events end.
        engine: What watches the code. The default is the best that this Python has.

    Raises:
        ValueError: The limit is below 1.
        CannotRun: A file can't be read, another recording is under way, or another tool has the
            place that the engine needs.

    On Python 3.11, worker threads that are already there are not seen: record in a fresh process.

    Examples:
        >>> import anyio
        >>> from minitasks import background
        >>> task = background.BackgroundTask(print, "hello")
        >>> with record([background.__file__]) as recording:
        ...     anyio.run(task)
        hello
        >>> [event.kind for event in recording.timeline.events if event.kind != "line"][:2]
        ['call', 'suspend']
    """
    if limit < 1:
        raise ValueError(f"a recording keeps at least 1 event, not {limit}")
    chosen = ModuleOf(sys._getframe(1)) if files is None else choose(list(files))
    return Recording(Recorder(chosen, limit), engine)


def choose(files: list[str | os.PathLike[str]]) -> Files:
    folders = [Path(each) for each in files if os.path.isdir(each)]
    if not folders:
        return ListedFiles(files)
    others = [each for each in files if Path(each) != folders[0]]
    return Folder(folders[0], others)


def record_files(files: Folder, limit: int = LIMIT, keep_last: bool = False) -> "Recording":
    """Record a run as `record` does, of any choice of files, but not all of a long loop.

    Args:
        files: Which code is recorded.
        limit: How many events to keep.
        keep_last: Of more events keep the last.
    """
    is_own = functools.cache(files.is_own)
    return Recording(Recorder(files, limit, keep_last, MOST_OF_ONE, is_own), watch)


class Recording:
    """A recording: under way while its block runs, afterwards a timeline."""

    def __init__(self, recorder: Recorder, engine: Engine) -> None:
        self._recorder = recorder
        self._engine = engine
        self._open = ExitStack()
        self._timeline: Timeline | None = None

    @property
    def timeline(self) -> Timeline:
        """What was recorded, when the block is over."""
        if self._timeline is None:
            raise RuntimeError("the timeline is complete when the block of `with record()` is over")
        return self._timeline

    def findings(self, slow: float = SLOW) -> list[Finding]:
        """Say what was recorded: where each function ran, what held the event loop, and the like.

        Args:
            slow: How many milliseconds a step may hold the event loop without being told of.

        Raises:
            RuntimeError: The block is not over.

        Examples:
            >>> import anyio
            >>> from minitasks import BackgroundTask
            >>> def resize(): pass
            >>> with record() as recording:
            ...     anyio.run(BackgroundTask(resize))
            >>> [each.figures["on_event_loop"] for each in recording.findings()]
            [False]
        """
        own = frozenset(file for file in self.timeline.sources if is_own(Path(file)))
        return find_own(Run(View(self.timeline), own), slow)

    def when_loop_runs(self, begin: Callable[[], None]) -> None:
        """Call something in each thread in which an event loop is seen to run."""
        self._recorder.when_loop_runs = begin

    def keep(self, request: int) -> Callable[[], Timeline]:
        """Keep what was recorded since a request arrived; the recording may go on."""
        return self._recorder.keep(request)

    def __enter__(self) -> "Recording":
        if self._timeline is not None:
            raise RuntimeError("a recording is made once: call record() for another")
        if not _under_way.acquire(blocking=False):
            raise CannotRun("a recording is already under way: end it before the next one begins")
        with ExitStack() as opening:
            opening.callback(_under_way.release)
            opening.callback(self._freeze)
            opening.enter_context(watching(self._recorder.mark))
            opening.enter_context(self._engine(self._recorder, sys._getframe(1)))
            self._open = opening.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        self._open.close()

    def _freeze(self) -> None:
        self._recorder.is_open = False
        self._timeline = self._recorder.timeline()

    def _repr_html_(self) -> str:
        """Show a notebook the picture that a terminal would show."""
        from minitasks.timeline.picture import WIDTH, render_svg
        from minitasks.timeline.terminal import draw_lanes

        lines = draw_lanes(View(self.timeline), None, WIDTH)
        return render_svg(lambda console: console.print(*lines, sep="\n"), "A recorded run")
