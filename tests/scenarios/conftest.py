"""The claims of a scenario are tests that take `facts`; their module's `NAME` is the scenario's.

Each runs on every event loop that the scenario allows, on minitasks and on Starlette.
"""

import pytest

from minitasks.timeline.facts import Facts
from tests.recorded import begin, recorded, runs_of


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that takes `facts` each library on each event loop."""
    if "facts" in metafunc.fixturenames:
        metafunc.parametrize("facts", runs_of(metafunc.module.NAME), indirect=True)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begin all recordings that will be asked for: most of their time they wait."""
    if not session.config.option.collectonly:
        for item in session.items:
            if isinstance(item, pytest.Function) and "facts" in item.fixturenames:
                run: tuple[str, str, str] = item.callspec.params["facts"]  # type: ignore[assignment]
                begin(*run)


@pytest.fixture
def facts(request: pytest.FixtureRequest) -> Facts:
    """What the recording of the module's scenario tells."""
    watched = recorded(*request.param)
    assert not watched.error
    return Facts(watched.timeline)
