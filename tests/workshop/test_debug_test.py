"""The debugger: where it stops. What it shows there is for test_watch.py."""

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


def test_stops_at_a_line_or_at_each_function_of_a_definition() -> None:
    """Where only a definition is to blame, each function in it is a stop, behind its docstring."""
    stops = {line: sorted(debug_test.stops(SOURCE, line)) for line in (9, 1, 12)}
    assert stops == {9: [9], 1: [6, 9], 12: [13]}
