"""Watch: what of a scenario's run is recorded."""

from pathlib import Path

from minitasks.timeline.record_scenario import innermost
from tests.recorded import recorded


def test_the_scenario_and_the_library_are_recorded_and_nothing_else() -> None:
    """What a learner reads is in the recording; anyio and the server are not."""
    events = recorded("register-product").timeline.events
    files = {Path(event.file).name for event in events}
    assert files == {"register_product.py", "background.py", "concurrency.py", "dispatch.py", ""}


def test_ctrl_c_is_not_kept() -> None:
    """A KeyboardInterrupt ends the command, also from within groups of exceptions."""
    interrupt = KeyboardInterrupt()
    group = BaseExceptionGroup("outer", [BaseExceptionGroup("inner", [interrupt])])
    assert innermost(group) is interrupt
