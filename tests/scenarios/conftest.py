"""The claims of a scenario are tests that take `facts`; their module's `NAME` is the scenario's.

Each runs on every event loop that the scenario allows, on minitasks and on Starlette.
"""

import pytest

from minitasks.scenarios import find_scenario
from minitasks.timeline.facts import Facts
from tests.recorded import LIBRARIES, recorded


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that takes `facts` each library on each event loop."""
    if "facts" in metafunc.fixturenames:
        backends = find_scenario(metafunc.module.NAME).backends
        runs = [(library, backend) for library in LIBRARIES for backend in backends]
        metafunc.parametrize("facts", runs, indirect=True, ids=map(" on ".join, runs))


@pytest.fixture
def facts(request: pytest.FixtureRequest) -> Facts:
    """What the recording of the module's scenario tells."""
    watched = recorded(request.module.NAME, *request.param)
    assert not watched.error
    return Facts(watched.timeline)
