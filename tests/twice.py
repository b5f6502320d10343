"""python -m tests.twice: run the tests twice in one process, in two random orders.

What a test leaves behind, in a module, a thread or the environment, the next one trips over.
Arguments are passed on to pytest.
"""

import sys

import pytest


def main() -> int:
    """Run the tests twice; give pytest's exit code, the first that is not 0."""
    for seed in (1, 2):
        arguments = ["--random-order", f"--random-order-seed={seed}", *sys.argv[1:]]
        if code := pytest.main(arguments):
            return int(code)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
