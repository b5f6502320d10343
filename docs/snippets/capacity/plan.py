"""Will it hold? `python plan.py RATE SERVICE [TOKENS]`: tasks a second, seconds each, tokens."""

import sys

from queueing import Load, chance_to_wait, mean_wait, mean_waiting


def main() -> None:
    """Print what the formulas say of a load."""
    rate, service = float(sys.argv[1]), float(sys.argv[2])
    tokens = int(sys.argv[3]) if len(sys.argv) > 3 else 40
    load = Load(rate, service, tokens)
    print(f"utilisation      {load.utilisation:.0%}")
    if load.utilisation >= 1:
        growth = rate - tokens / service
        print(
            f"the queue grows by {growth:.0f} tasks a second, for as long as this goes on"
        )
        return

    print(f"have to wait     {chance_to_wait(load):.0%}")
    print(f"mean wait        {mean_wait(load) * 1000:.1f} ms")
    print(f"mean waiting     {mean_waiting(load):.1f} tasks")


if __name__ == "__main__":
    main()
