"""The warm parent: what a grading needs, imported and run once, so that its forks start at once.

multiprocessing's forkserver imports this module, in a process of its own with a single thread;
nothing else may. Where there is no fork, as on Windows, each child imports for itself.
"""

import gc
import sys
import tempfile
from pathlib import Path

from minitasks.workshop import child

# Hypothesis computes its tables of characters once, and pytest loads parts of itself when first
# used.
GRADER = """
import pytest
from hypothesis import given, strategies as st

pytestmark = pytest.mark.anyio

@given(text=st.text(max_size=3), numbers=st.lists(st.integers() | st.booleans(), max_size=2))
async def test_warm(exercise, text, numbers):
    assert (text, numbers) is not exercise, f"{text}"
"""


def warm() -> None:
    """Run one small test here, then hide what it made from the garbage collector.

    A collection in a child would write to every object, and so copy every page of memory that it
    shares.
    """
    with tempfile.TemporaryDirectory(prefix="minitasks-") as scratch:
        grader = Path(scratch, "test_warm.py")
        grader.write_text(GRADER, encoding="utf-8")
        sys.modules["exercise"] = child  # any module will do
        child.run_pytest(child.Supplier(), str(grader))
    for name in ("exercise", "test_warm"):
        sys.modules.pop(name, None)
    gc.collect()
    gc.freeze()


warm()
