"""Excerpts: pages show code by its name, as it is in the files; a wrong name stops the build."""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest

from tests.docs.snippets import snippet
from tests.parts import need_part


@pytest.fixture(scope="module")
def excerpts() -> Iterator[Any]:
    """Import the extension."""
    need_part(find_spec("markdown"), "Markdown: python -m pip install 'minitasks[docs]'")
    with snippet("../excerpts.py") as module:
        yield module


def test_method_is_shown_without_its_indent_and_docstring(excerpts: Any) -> None:
    """A method comes out as in the file, flush left, without its docstring where so asked."""
    shown = excerpts.excerpt("minitasks/background.py", "BackgroundTasks.add_task", code_only=True)
    assert shown.splitlines() == [
        "def add_task(self, func: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> None:",
        "    task = BackgroundTask(func, *args, **kwargs)",
        "    self.tasks.append(task)",
    ]


def test_decorator_and_docstring_are_shown(excerpts: Any) -> None:
    """Unless asked otherwise, a function is shown with its decorators and its docstring."""
    shown = excerpts.excerpt("docs/snippets/outgrow/app.py", "leave_it_in_the_queue").splitlines()
    assert shown[0] == '@app.post("/queue")'
    assert '"""Hand the work to the queue.' in shown[2]


def test_directive_works_inside_an_indented_fence(excerpts: Any) -> None:
    """The lines that replace a directive are indented as it was."""
    lines = excerpts.expand("    {{ excerpt minitasks/concurrency.py T }}")
    assert lines == ['    T = TypeVar("T")']


@pytest.mark.parametrize(
    "directive",
    [
        "{{ excerpt minitasks/gone.py }}",
        "{{ excerpt minitasks/background.py gone }}",
        "{{ excerpt minitasks/background.py BackgroundTask.gone }}",
        "{{ excerpts minitasks/background.py }}",
    ],
)
def test_wrong_directive_stops_the_build(excerpts: Any, directive: str) -> None:
    """A page that names what is not there can't be built."""
    with pytest.raises(excerpts.NoSuchCode):
        excerpts.expand(directive)


def test_scenario_brings_its_promise_and_its_replay(excerpts: Any) -> None:
    """A scenario's part of a page has the promise, the list to look for, and the replay's frame."""
    lines = excerpts.expand("{{ scenario frozen-loop }}")
    assert lines[0].startswith("**A blocking call")
    assert lines[lines.index("Look for:") + 1] == ""
    assert 'src="replays/frozen-loop.html"' in lines[-1]


def test_tour_brings_its_stops(excerpts: Any) -> None:
    """A tour's part of a page has the line of each stop, and what is said there."""
    shown = "\n".join(excerpts.expand("{{ tour sync-task }}"))
    assert shown.count("**Stop ") == 4
    assert "heart.block_for_a_beat()" in shown
