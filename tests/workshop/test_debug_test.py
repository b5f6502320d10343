"""The debugger: where it stops. What it shows there is for test_watch.py."""

import pytest

from minitasks.workshop import debug_test

SOURCE = '''class Task:
    """A task."""

    def __init__(self):
        """Make one."""
        self.done = False

    async def __call__(self):
        self.done = True


def plain():
    return 1
'''


@pytest.mark.parametrize(("line", "stops"), [(9, [9]), (1, [6, 9]), (12, [13])])
def test_stops_at_a_line_or_at_each_function_of_a_definition(line: int, stops: list[int]) -> None:
    """Where only a definition is to blame, each function in it is a stop, behind its docstring."""
    assert sorted(debug_test.stops(SOURCE, line)) == stops
