"""python -m minitasks, and the minitasks command. Without the extra that the commands need, it says which."""

import importlib.util
import sys

NEEDED = ("click", "rich", "starlette", "fastapi", "uvicorn", "httpx2", "trio", "pytest", "hypothesis", "watchfiles")


def main() -> None:
    """Run the command line."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit_message = None
    from minitasks.cli import cli

    cli()


if __name__ == "__main__":
    main()
