"""The commands: parse, call, print. No rule of the domain lives here.

A section for each of the three ways to learn: run and compare (timeline), step (tour), workshop.
"""

from pathlib import Path
from typing import Any

import click

from minitasks.scenarios.errors import CannotRun


class Commands(click.Group):
    """Commands that end with one line and exit code 2 where they can't do what was asked."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command; show `CannotRun` as click shows its own errors."""
        try:
            return super().invoke(context)
        except CannotRun as problem:
            click.echo(f"minitasks: {problem}", err=True)
            context.exit(2)


@click.group(cls=Commands)
@click.version_option(package_name="minitasks")
def cli() -> None:
    """See what add_task really does: watch it run, step through it, rebuild it."""


# -- see it run: minitasks/timeline/ ----------------------------------------


# -- step through it: minitasks/tour/ ----------------------------------------


@cli.command()
@click.argument("name", default="register-product")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--list", "listing", is_flag=True, help="List the tours, or the stops of NAME.")
@click.option("--stop", "first", default=1, metavar="N", help="Begin at stop N.")
@click.option(
    "--with",
    "choice",
    default="minitasks",
    metavar="LIBRARY",
    help="Tour minitasks, starlette or a Python file of your own.",
)
@click.option("--backend", default="asyncio", help="The event loop: asyncio, trio or uvloop.")
@click.option("--into", multiple=True, metavar="PACKAGE", help="Step into PACKAGE too: anyio, say.")
@click.option("--editor", type=click.Choice(["vscode"]), help="Write .vscode/launch.json instead.")
@click.pass_context
def step(
    context: click.Context,
    name: str,
    arguments: tuple[str, ...],
    listing: bool,
    first: int,
    choice: str,
    backend: str,
    into: tuple[str, ...],
    editor: str | None,
) -> None:
    """Step through a scenario, or through a program of your own, with pdb and a guide.

    NAME is a scenario, register-product unless given, or the path of a Python file, which may be
    followed by its own ARGUMENTS.
    """
    if editor:
        return write_launch_json()
    if listing:
        return list_stops(context, name)
    from minitasks.tour.walk import take, tour_of_program, tour_of_scenario

    if name.endswith(".py"):
        tour = tour_of_program(Path(name), arguments)
    elif arguments:
        raise click.UsageError(f"a scenario takes no arguments: {' '.join(arguments)}", context)
    else:
        tour = tour_of_scenario(name, choice, backend)
    if not take(tour, first, into):
        context.exit(1)


def list_stops(context: click.Context, name: str) -> None:
    """Print the tours, or the stops of the one that was named."""
    from minitasks.tour import listing

    named = context.get_parameter_source("name") is not click.core.ParameterSource.DEFAULT
    for line in listing.list_stops(name) if named else listing.list_tours():
        click.echo(line)


def write_launch_json() -> None:
    """Write VS Code's launch.json; say what became of an older one."""
    from minitasks.tour.editor import write_launch_json

    path, copy = write_launch_json(Path.cwd())
    click.echo(f"{path.relative_to(Path.cwd())} has a configuration for each scenario.")
    if copy:
        click.echo(f"What it was before is in {copy.relative_to(Path.cwd())}.")
    click.echo("In VS Code: set a breakpoint, open Run and Debug (Ctrl+Shift+D), choose, press F5.")


# -- rebuild it: minitasks/workshop/ ----------------------------------------
