# feedback: your property fails for a right rewrite: AttributeError(
"""The name of the library is checked, not what it does."""

from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

QUICK = settings(
    max_examples=25, deadline=None, database=None, derandomize=True, phases=[Phase.generate]
)


@QUICK
@given(number=st.integers(0, 5))
def prove_the_order(library: Any, number: int) -> None:
    assert library.__name__ in ("minitasks", "starlette.background")
