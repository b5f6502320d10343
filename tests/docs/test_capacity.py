"""Capacity: the formula, the simulation and the real thread pool agree."""

import math
from statistics import fmean

import pytest

from tests.docs.snippets import snippet


def test_formula_gives_known_values() -> None:
    """As worked out by hand: one token at 70 % makes 70 % wait, two at 50 % make a third wait."""
    with snippet("capacity/queueing.py") as queueing:
        one = queueing.Load(rate=0.7, service=1, tokens=1)
        two = queueing.Load(rate=1, service=1, tokens=2)
        assert queueing.chance_to_wait(one) == pytest.approx(0.7)
        assert queueing.mean_wait(one) == pytest.approx(0.7 / 0.3)
        assert queueing.chance_to_wait(two) == pytest.approx(1 / 3)
        assert queueing.mean_wait(queueing.Load(rate=2, service=1, tokens=2)) == math.inf


def test_simulation_serves_in_order_with_so_many_tokens() -> None:
    """Three tasks at once on two tokens: the third waits for the one that is done first."""
    with snippet("capacity/queueing.py") as queueing:
        waits = list(queueing.simulate([(0.0, 3.0), (0.0, 2.0), (0.5, 1.0), (4.0, 1.0)], tokens=2))
    assert waits == [0, 0, 1.5, 0]


@pytest.mark.parametrize("utilisation", [0.7, 0.9])
def test_simulation_agrees_with_the_formula(utilisation: float) -> None:
    """Over 200,000 tasks, wait and number waiting are within a tenth of the formulas'."""
    with snippet("capacity/queueing.py") as queueing:
        load = queueing.Load(utilisation * 10, 1.0, 10)
        tasks = list(queueing.arrivals(load, 200_000))
        waits = list(queueing.simulate(tasks, 10))
        assert fmean(waits) == pytest.approx(queueing.mean_wait(load), rel=0.1)
        assert sum(waits) / tasks[-1][0] == pytest.approx(queueing.mean_waiting(load), rel=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("utilisation", [0.7, 0.9, 1.1])
def test_real_thread_pool_waits_as_simulated(utilisation: float) -> None:
    """On the same tasks, the real pool's mean wait is the simulation's and the cost of the hops.

    How much the hops cost depends on what else the machine does; they never save time.
    """
    with snippet("capacity/measured.py") as measured, snippet("capacity/million.py") as million:
        simulated, real = measured.compare(million.load_at(utilisation))
    assert simulated <= real


@pytest.mark.slow
def test_waiting_task_takes_kilobytes() -> None:
    """A task that waits for a token keeps between 4 and 12 kB: the page says about 7."""
    import anyio

    with snippet("capacity/memory.py") as memory:
        assert 4000 < anyio.run(memory.measure) < 12000
