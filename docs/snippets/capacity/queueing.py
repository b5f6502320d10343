"""Queueing: how long do tasks wait for one of c tokens? Two formulas and a simulation.

Tasks arrive at random at a mean rate, each is served for a random time, c are served at once, the
others wait in order of arrival. In queueing theory that is M/M/c.
"""

import heapq
import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """What comes, and what there is to serve it.

    Attributes:
        rate: How many tasks arrive, per second.
        service: How long one is served, in seconds, on average.
        tokens: How many are served at once.
    """

    rate: float
    service: float
    tokens: int

    @property
    def utilisation(self) -> float:
        """The share of the tokens that are taken, on average. From 1 on, the queue only grows."""
        return self.rate * self.service / self.tokens


def chance_to_wait(load: Load) -> float:
    """Give the share of tasks that find every token taken: Erlang's formula C.

    The recursion over fewer tokens (Erlang's B) keeps every number small; the textbook's
    factorials would overflow.
    """
    offered = load.rate * load.service
    blocked = 1.0
    for tokens in range(1, load.tokens + 1):
        blocked = offered * blocked / (tokens + offered * blocked)
    return blocked / (1 - load.utilisation * (1 - blocked))


def mean_wait(load: Load) -> float:
    """Give the mean time from arrival to token, in seconds; infinite if the queue only grows."""
    if load.utilisation >= 1:
        return math.inf
    return chance_to_wait(load) / (load.tokens / load.service - load.rate)


def mean_waiting(load: Load) -> float:
    """Give how many wait at a time, on average. Little's law: number = rate x time."""
    return load.rate * mean_wait(load)


def arrivals(load: Load, number: int, seed: int = 1) -> Iterator[tuple[float, float]]:
    """Draw tasks: when each arrives and how long it is served, both in seconds."""
    draw = random.Random(seed)
    now = 0.0
    for _ in range(number):
        now += draw.expovariate(load.rate)
        yield now, draw.expovariate(1 / load.service)


def simulate(tasks: Iterable[tuple[float, float]], tokens: int) -> Iterator[float]:
    """Give how long each task waits, in seconds, without waiting for real.

    A token is known by the time at which it is free again. Each task takes the one that is free
    first.
    """
    free_at = [0.0] * tokens
    for arrival, service in tasks:
        begin = max(arrival, free_at[0])
        heapq.heapreplace(free_at, begin + service)
        yield begin - arrival
