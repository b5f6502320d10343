"""Recordings begin early: most of their time they wait."""

import pytest

from tests.recorded import begin


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begin all recordings that a test names by `run`: scenario, library, event loop."""
    # A worker of pytest-xdist is given only some of what it has collected.
    if session.config.option.collectonly or hasattr(session.config, "workerinput"):
        return
    for item in session.items:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        if isinstance(run := parameters.get("run"), tuple):
            begin(*run)
