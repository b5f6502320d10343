"""Run tour: put a tour together, of a scenario or of a learner's own code, and take it."""

import atexit
import gc
import importlib.util
import shlex
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from minitasks.errors import CannotRun
from minitasks.scenarios import find_scenario
from minitasks.scenarios.application import Request, find_application, serve
from minitasks.scenarios.library import load_library
from minitasks.scenarios.run import backend_options, run_program, run_scenario
from minitasks.tour.debugger import Guide, TourDebugger
from minitasks.tour.own_debugger import OwnDebugger
from minitasks.tour.own_program import OwnCode, check_calls, why_no_stop
from minitasks.tour.stops import Stop, find_breakpoints
from minitasks.tour.tours import TOURS
from minitasks.tracing import process_state
from minitasks.tracing.where import wrapped

HOW_TO = "c: next stop  s, n: step  w: who is where  note: read again  q: leave  h: help"


@dataclass(frozen=True)
class Tour:
    """A tour, ready to be taken."""

    name: str  # of the scenario, the program or the application
    promise: str  # what it shows, in one line
    debugger: Callable[[Sequence[Path], int], Guide]  # of the folders to step into, the first stop
    run: Callable[[], object]  # the program, from its beginning to its end
    replay: str  # the command that draws the same run as a timeline
    last: int = 0  # the number of its last stop; 0 if nobody knows before it runs
    missing: Sequence[tuple[int, Stop]] = ()  # those that the library at hand has no place for
    why_unreached: str = ""  # why it may never come to some of its stops


def tour_of_scenario(name: str, choice: str = "minitasks", backend: str = "asyncio") -> Tour:
    """Put together the tour of a scenario; `choice` is minitasks, starlette or a file."""
    scenario = find_scenario(name)
    backend_options(scenario, backend)
    library = load_library(choice, scenario.needs)
    scenario.main  # noqa: B018  # imports the scenario now, so that no import is part of the tour
    places, missing = find_breakpoints(TOURS[name], library.files, scenario.file)
    files = [*library.files, scenario.file.resolve()]
    return Tour(
        name=name,
        promise=scenario.promise,
        debugger=partial(TourDebugger, places, files),
        last=places[-1].number if places else 0,
        missing=missing,
        run=lambda: run_scenario(scenario, library, backend),
        replay=replay_command(name, choice, backend),
        why_unreached=why_other_way(name, choice, backend),
    )


def why_other_way(name: str, choice: str, backend: str) -> str:
    """Say why a run may pass stops by that another run of the scenario comes to."""
    if choice != "minitasks":
        return f"{choice} goes another way there; `minitasks step {name}` comes to all of them."
    if backend != "asyncio":
        return f"What they show is tried on asyncio alone, and this run was on {backend}."
    return ""


def replay_command(name: str, choice: str, backend: str) -> str:
    library = "" if choice == "minitasks" else f" --with {choice}"
    event_loop = "" if backend == "asyncio" else f" --backend {backend}"
    return f"minitasks run {name}{library}{event_loop} --page replay.html"


def tour_of_program(path: Path, arguments: Sequence[str] = ()) -> Tour:
    """Put together the tour of a learner's own program."""
    check_calls(path)
    return Tour(
        name=path.name,
        promise="It stops where this program calls the core, and in what it hands over.",
        debugger=partial(OwnDebugger, OwnCode(path.resolve().parent), False),
        run=lambda: run_program(path.resolve(), arguments),
        replay=shlex.join(["minitasks", "run", str(path), *arguments]),
        why_unreached=why_no_stop(path),
    )


def tour_of_application(
    name: str,
    requests: Sequence[Request] = (),
    app_dir: Path | None = None,
    factory: bool = False,
    **server: Any,
) -> Tour:
    """Put together the tour of a learner's own application.

    It is found as `find_application` says; `serve` sends it the requests, and takes the rest.
    """
    application = find_application(name, app_dir, factory)

    def say_where(address: str) -> None:
        if not requests:
            print(f"Serving {name} at {address}. Ctrl-C ends it.", flush=True)

    return Tour(
        name=name,
        promise="It stops in whatever the framework calls, and where you call the core.",
        debugger=partial(OwnDebugger, OwnCode(application.folder), True),
        run=lambda: serve(application, requests, when_ready=say_where, **server),
        replay=shlex.join(["minitasks", "run", name, *options_of(app_dir, factory, requests)]),
    )


def options_of(app_dir: Path | None, factory: bool, requests: Sequence[Request]) -> Iterator[str]:
    if app_dir is not None:
        yield from ("--app-dir", str(app_dir))
    if factory:
        yield "--factory"
    for request in requests:
        yield from (f"--{request.method.lower()}", request.path)
        if request.body is not None:
            yield request.body


def run_tour(
    tour: Tour,
    first: int = 1,
    into: Sequence[str] = (),
    again: Callable[[int], str] | None = None,
) -> bool:
    """Take a tour at the terminal, again if the learner asks to `run` it again.

    Args:
        first: The number of the stop to begin at.
        into: Packages to step into, such as "anyio".
        again: Writes the command that begins at a stop, for whoever leaves there.

    Returns:
        Whether the program ended without an exception of its own.
    """
    if first < 1 or 0 < tour.last < first:
        last = tour.last or "the last that is reached"
        raise CannotRun(f"{tour.name} has stops 1 to {last}, and no stop {first}")
    if sys.stdin is None:
        raise CannotRun("a tour reads commands from stdin, which is closed")
    folders = [package_folder(name) for name in into]
    print_introduction(tour)
    debugger = tour.debugger(folders, first)
    with process_state.breakpoints():
        went_well = run_under(debugger, tour)
        while debugger.restarting:
            went_well = run_under(debugger, tour)
    if debugger.leaving:
        drop_quietly()
        atexit.register(drop_quietly)
        if debugger.reached and again:
            print(f"Again from here: {again(debugger.reached)}", flush=True)
    return went_well


def run_under(debugger: Guide, tour: Tour) -> bool:
    try:
        with debugger.watching():
            tour.run()
    except CannotRun:
        raise
    except Exception as error:
        print_error(error, debugger)
        return False
    if not debugger.leaving:
        debugger.say_last()
        print_end(tour, debugger)
    return True


def drop_quietly() -> None:
    """Drop the coroutines of a program that was left where it stood: that nobody awaited.

    trio's cancel scopes complain when that happens outside of trio's loop.
    """
    with (
        process_state.replaced(sys, unraisablehook=lambda unraisable: None),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore", RuntimeWarning)
        gc.collect()


def package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name) if name.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        raise CannotRun(f"there is no package {name!r} to step into")
    return Path(spec.submodule_search_locations[0]).resolve()


def print_introduction(tour: Tour) -> None:
    """Say what is to be seen, which stops are missing, and which keys to press."""
    lines = wrapped(f"{tour.name}: {tour.promise}")
    if tour.missing:
        names = ", ".join(f"{number} ({stop.function})" for number, stop in tour.missing)
        lines += wrapped(f"Stops left out, for there is nothing like them in this code: {names}")
    print("\n".join([*lines, HOW_TO]), flush=True)


def print_end(tour: Tour, debugger: Guide) -> None:
    """Say that the program is over, which stops it never came to, and where to go from here."""
    lines = ["", "The program has ended, and the tour with it."]
    unreached = debugger.unreached()
    lines += wrapped(f"{unreached} {tour.why_unreached}" if unreached else "")
    lines += [f"The same run, drawn as a timeline: {tour.replay}"]
    print("\n".join(lines), flush=True)


def print_error(error: Exception, debugger: Guide) -> None:
    """Show what the program raised, from the first frame on the tour onwards."""
    trace = error.__traceback__
    while trace is not None and not debugger.is_own(trace.tb_frame):
        trace = trace.tb_next
    print("\nThe program ended with an exception:", file=sys.stderr)
    traceback.print_exception(type(error), error, trace or error.__traceback__)
