"""A notebook, run through nbclient in a real kernel: recorded in its running loop, shown as SVG."""

import importlib
from xml.etree import ElementTree as ET

import pytest

from tests.parts import need_package

CELLS = (
    "import anyio.to_thread\nfrom minitasks.timeline.record import record",
    "def double(number):\n    result = 2 * number\n    return result",
    "async def main():\n    return await anyio.to_thread.run_sync(double, 21)",
    "with record() as recording:\n    answer = await main()\nassert answer == 42",
    "recording",
    """
timeline = recording.timeline
lanes = [(lane.kind, lane.name) for lane in timeline.lanes]
assert lanes == [("event loop", "event loop"), ("worker thread", "worker thread 1")], lanes
steps = [(event.kind, event.lane) for event in timeline.events if event.function == "double"]
assert steps == [("call", 1), ("line", 1), ("line", 1), ("return", 1)], steps
first_lines = {
    event.function: timeline.sources[event.file].splitlines()[event.line - 1]
    for event in timeline.events if event.kind == "call"
}
assert first_lines == {"main": "async def main():", "double": "def double(number):"}, first_lines
for event in (timeline.events[0], timeline.events[-1]):
    assert {name for name, _ in event.variables} <= {"answer", "recording"}, event
""",
)


@pytest.mark.slow
def test_a_notebook_records_in_its_own_loop_and_shows_the_picture() -> None:
    """Functions of other cells, each with its cell's text; no variables but the cell's own."""
    need_package("nbclient")
    need_package("ipykernel")
    # By name: they are untyped, and need not be there for the types to be checked.
    nbclient, nbformat = map(importlib.import_module, ("nbclient", "nbformat"))
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()

    shown = notebook.cells[CELLS.index("recording")].outputs[0].data
    picture = ET.fromstring(shown["text/html"])
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    words = " ".join("".join(picture.itertext()).replace("\N{NO-BREAK SPACE}", " ").split())
    for shown in ("event loop", "worker thread 1", "main", "double"):
        assert shown in words
