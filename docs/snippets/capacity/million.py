"""A million tasks, simulated, beside the formula: `python million.py`"""

import statistics

from queueing import Load, arrivals, chance_to_wait, mean_wait, simulate

TASKS = 1_000_000
UTILISATIONS = (0.5, 0.7, 0.8, 0.9, 0.95)
TOKENS = 40
SERVICE = 0.1  # seconds


def load_at(utilisation: float) -> Load:
    """Give the load that takes this share of the tokens."""
    return Load(utilisation * TOKENS / SERVICE, SERVICE, TOKENS)


def main() -> None:
    """Print both for some loads."""
    print("load  have to wait          mean wait, ms")
    print("      simulated  formula    simulated  formula")
    for utilisation in UTILISATIONS:
        load = load_at(utilisation)
        waits = list(simulate(arrivals(load, TASKS), TOKENS))
        waited = sum(wait > 0 for wait in waits) / TASKS
        mean = statistics.fmean(waits) * 1000
        print(
            f"{utilisation:4.0%}  {waited:9.1%}  {chance_to_wait(load):7.1%}"
            f"    {mean:9.2f}  {mean_wait(load) * 1000:7.2f}"
        )


if __name__ == "__main__":
    main()
