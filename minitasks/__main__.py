"""python -m minitasks, and the minitasks command.

The commands need the extra `workshop`; where a part is missing, one line says how to install it.
"""

import importlib.util
import sys

NEEDED = (
    "click",
    "rich",
    "starlette",
    "fastapi",
    "uvicorn",
    "httpx2",
    "trio",
    "pytest",
    "hypothesis",
    "watchfiles",
)


def main() -> None:
    """Run the command line; exit with 2 where a package that it needs is missing."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        print(
            f"minitasks: {', '.join(missing)} {verb} missing: "
            "python -m pip install 'minitasks[workshop]'",
            file=sys.stderr,
        )
        raise SystemExit(2)

    from minitasks.cli import cli

    cli()


if __name__ == "__main__":
    main()
