"""Origins: in which recorded call an exception began, however often it is raised again.

Two exceptions may be equal, and one may be raised anew in another task or thread: what tells them
apart is the innermost call in their traceback.
"""

from collections.abc import Callable, Iterator
from types import FrameType, TracebackType


def traces(trace: TracebackType | None) -> Iterator[TracebackType]:
    """Give the parts of a traceback, from outside inwards."""
    while trace is not None:
        yield trace
        trace = trace.tb_next


class Origins:
    """The calls in which exceptions began.

    Args:
        is_recorded: Whether a frame's code is recorded.
    """

    def __init__(self, is_recorded: Callable[[FrameType], bool]) -> None:
        self._is_recorded = is_recorded
        # By the id of a frame that an exception left. An exception keeps the frames that it has
        # left; of the others an id may be given again, and is forgotten when that call begins.
        self._of_frame: dict[int, int] = {}

    def forget(self, frame: FrameType) -> None:
        """Take note that a frame begins."""
        self._of_frame.pop(id(frame), None)

    def keep(self, frame: FrameType, number: int) -> None:
        """Take note that an exception that began in some call leaves a frame."""
        self._of_frame[id(frame)] = number

    def of(self, trace: TracebackType | None) -> int:
        """Give the call in which an exception with such a traceback began; 0 if it left none."""
        for each in traces(trace):
            number = self._of_frame.get(id(each.tb_frame), 0)
            if number and self._is_recorded(each.tb_frame):
                return number
        return 0

    def _began_here(self, trace: TracebackType | None) -> bool:
        """Tell whether recorded code raised an exception, and not a library that it called."""
        return any(self._is_recorded(each.tb_frame) for each in [*traces(trace)][-1:])

    def of_all(self, error: BaseException | None) -> tuple[int, ...]:
        """Likewise of an exception, of those in a group, and of what a library's own stands for."""
        found: list[int] = []
        seen: set[int] = set()
        left = [error]
        while left:
            error = left.pop()
            if error is None or id(error) in seen:
                continue
            seen.add(id(error))
            number = self.of(error.__traceback__)
            found += [number] if number else []
            if isinstance(error, BaseExceptionGroup):
                left += error.exceptions
            elif not number:
                left.append(error.__cause__ or error.__context__)
            elif not self._began_here(error.__traceback__):
                left.append(error.__cause__)
        return tuple(found)
