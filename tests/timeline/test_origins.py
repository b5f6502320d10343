"""Origins: what tells one exception from another is the call in which it began."""

import sys
from types import FrameType

from minitasks.timeline.origins import Origins


def fail(origins: Origins, number: int) -> ValueError:
    """Raise an exception, and give it; equal to all others of this kind."""
    try:
        origins.keep(sys._getframe(), number)
        raise ValueError("sold out")
    except ValueError as error:
        return error


def is_of_this_file(frame: FrameType) -> bool:
    return frame.f_code.co_filename == __file__


def test_equal_exceptions_are_told_apart() -> None:
    """Each keeps its own frames, so no later call can be taken for the one in which it began."""
    origins = Origins(is_of_this_file)
    errors = [fail(origins, number) for number in range(1, 9)]
    assert [origins.of(error.__traceback__) for error in errors] == list(range(1, 9))


def test_a_group_stands_for_what_it_holds_and_a_librarys_own_for_its_cause() -> None:
    """In whatever order, once each; also where causes go round in a circle."""
    origins = Origins(is_of_this_file)
    one, two, three = (fail(origins, number) for number in (1, 2, 3))
    of_library, answer = RuntimeError("of a library"), RuntimeError("its own")
    of_library.__cause__ = three
    answer.__cause__ = answer
    group = ExceptionGroup("all", [one, ExceptionGroup("some", [two, of_library, answer])])
    assert sorted(origins.of_all(group)) == [1, 2, 3]
    assert origins.of_all(None) == ()
