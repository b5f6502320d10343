"""A notebook, run through nbclient in a real kernel: recorded in its running loop, shown as SVG."""

import ast
import importlib
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.parts import need_package

pytestmark = pytest.mark.slow

CELLS = (
    "import anyio.to_thread\nfrom minitasks.timeline.record import record",
    "def double(number):\n    result = 2 * number\n    return result",
    "async def main():\n    return await anyio.to_thread.run_sync(double, 21)",
    "with record() as recording:\n    answer = await main()\nanswer",
    "recording",
    "[(lane.kind, lane.name) for lane in recording.timeline.lanes]",
    "[(event.kind, event.lane) for event in recording.timeline.events\n"
    " if event.function == 'double']",
    "sources = recording.timeline.sources\n"
    "{event.function: sources[event.file].splitlines()[event.line - 1]\n"
    " for event in recording.timeline.events if event.kind == 'call'}",
    "recording.timeline.events[0].variables, recording.timeline.events[-1].variables",
)


@pytest.fixture(scope="module")
def outputs() -> list[Any]:
    """Run the notebook once; give the output of each cell."""
    need_package("nbclient")
    need_package("ipykernel")
    # By name: they are untyped, and need not be there for the types to be checked.
    nbclient, nbformat = map(importlib.import_module, ("nbclient", "nbformat"))
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    return [cell.outputs[0].data if cell.outputs else None for cell in notebook.cells]


def value(output: Any) -> Any:
    return ast.literal_eval(output["text/plain"])


def test_it_records_in_the_notebooks_own_loop(outputs: list[Any]) -> None:
    """The cell's await gives its answer, and its lanes are the kernel's loop and a worker."""
    assert value(outputs[3]) == 42
    lanes = [("event loop", "event loop"), ("worker thread", "worker thread 1")]
    assert value(outputs[5]) == lanes


def test_functions_of_other_cells_are_recorded(outputs: list[Any]) -> None:
    """What an earlier cell defined is the notebook's own code, whichever cell calls it."""
    assert value(outputs[6]) == [("call", 1), ("line", 1), ("line", 1), ("return", 1)]


def test_each_cell_keeps_its_own_text(outputs: list[Any]) -> None:
    """The text and the lines belong together, though each cell begins with line 1."""
    first_lines = {"main": "async def main():", "double": "def double(number):"}
    assert value(outputs[7]) == first_lines


def test_a_cells_variables_are_its_own(outputs: list[Any]) -> None:
    """Not the notebook's whole namespace, with its history and its functions."""
    first, last = value(outputs[8])
    assert {name for name, _ in (*first, *last)} <= {"answer", "recording"}


def test_the_recording_shows_itself_as_a_picture(outputs: list[Any]) -> None:
    """As HTML that is one SVG document."""
    picture = ET.fromstring(outputs[4]["text/html"])
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    words = " ".join("".join(picture.itertext()).replace("\N{NO-BREAK SPACE}", " ").split())
    for shown in ("event loop", "worker thread 1", "main", "double"):
        assert shown in words
