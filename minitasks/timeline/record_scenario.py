"""Record a scenario: run it, and keep what was recorded and how it ended."""

from dataclasses import dataclass
from functools import cached_property

from minitasks.errors import CannotRun
from minitasks.scenarios import Scenario
from minitasks.scenarios.library import Library
from minitasks.scenarios.marks import warnings_as_marks
from minitasks.scenarios.run import run_scenario
from minitasks.timeline.calls import View
from minitasks.timeline.events import Timeline
from minitasks.timeline.record import record


@dataclass(frozen=True)
class ScenarioRun:
    """A scenario's recorded run."""

    timeline: Timeline
    error: str = ""  # what the scenario raised, in one line; empty where it ran to its end

    @cached_property
    def view(self) -> View:
        return View(self.timeline)


def record_scenario(scenario: Scenario, library: Library, backend: str = "asyncio") -> ScenarioRun:
    """Run a scenario and record it: the scenario's own file and the library's."""
    scenario.load()
    if backend == "trio":
        import trio  # noqa: F401 # before the recording, which protects its functions from Ctrl-C
    problem = ""
    with record(files=[scenario.file, *library.files]) as recording, warnings_as_marks():
        try:
            run_scenario(scenario, library, backend)
        except BaseException as error:
            problem = one_line(innermost(error))
    return ScenarioRun(recording.timeline, problem)


def innermost(error: BaseException) -> BaseException:
    """Take an exception out of the groups that task groups put round it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def one_line(error: BaseException) -> str:
    """Say what was raised; what is not a program's own error is raised again."""
    if isinstance(error, CannotRun) or not isinstance(error, Exception):
        raise error
    return f"{type(error).__name__}: {' '.join(str(error).split())}"
