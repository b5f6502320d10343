"""python -m minitasks, and the minitasks command."""

import io
import sys

from minitasks.errors import advice_on


def main() -> None:
    """Run the command line; exit with 2 where an extra that it needs is missing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What a learner's code says may hold characters that this terminal has not.
            stream.reconfigure(errors="backslashreplace")
    try:
        from minitasks.cli import cli

        cli()
    except ModuleNotFoundError as error:
        advice = advice_on(error)
        if advice is None:
            raise
        print(f"minitasks: {advice}", file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
