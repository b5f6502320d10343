"""The commands: parse, call, print. No rule of the domain lives here.

A section for each of the three ways to learn: run (timeline), step (tour), workshop.
"""

import gc
import json
import math
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout
from dataclasses import asdict
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from minitasks.errors import CannotRun
from minitasks.scenarios import NAMES, all_scenarios, copy_scenario, find_scenario
from minitasks.scenarios.library import load_library

if TYPE_CHECKING:
    from minitasks.timeline.present import Choice
    from minitasks.workshop.catalog import Exercise
    from minitasks.workshop.folder import Workshop

PATH = click.Path(path_type=Path)


class Number(click.FloatRange):
    """A number within limits: not NaN, which no limit excludes."""

    def convert(self, value: Any, *where: Any) -> float:
        number = float(super().convert(value, *where))
        if math.isnan(number):
            self.fail(f"{value} is no number", *where)
        return number


TIMEOUT = click.option(
    "--timeout",
    default=10.0,
    type=Number(min=0.1, max=3600),
    metavar="SECONDS",
    help="Time for an exercise's tests.",
)


class Commands(click.Group):
    """Commands that end with one line and exit code 2 where they can't do what was asked."""

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        """Take the words of the command line."""
        with in_one_line():
            return super().make_context(*arguments, **options)

    def invoke(self, context: click.Context) -> Any:
        """Run the command."""
        with in_one_line():
            return super().invoke(context)


@contextmanager
def in_one_line() -> Iterator[None]:
    """Refuse in one line what can't be run or written, and what click refuses in four."""
    try:
        yield
        return
    except KeyboardInterrupt:
        raise click.exceptions.Exit(130) from None
    except (click.exceptions.NoArgsIsHelpError, BrokenPipeError):
        raise
    except click.UsageError as problem:
        context = problem.ctx or click.get_current_context()
        where = " ".join(filter(None, (context.command_path, context.invoked_subcommand)))
        text = re.sub(r"valid float( range)?", "number", problem.format_message().rstrip("."))
        text = re.sub(r"valid integer( range)?", "whole number", text)
        line = f"{text[:1].lower()}{text[1:]}; see {where} --help"
    except CannotRun as problem:
        line = str(problem)
    except OSError as problem:
        where = problem.filename or "a file"
        line = f"{where} can't be read or written: {problem.strerror or problem}"
    click.echo(f"minitasks: {line}", err=True)
    raise click.exceptions.Exit(2)


@click.group(cls=Commands)
@click.version_option(package_name="minitasks")
def cli() -> None:
    """See what add_task really does: watch it run, step through it, rebuild it."""


# -- see it run: minitasks/timeline/ ----------------------------------------


def scenario_names(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
    """Complete the name of a scenario in the shell."""
    return [name for name in NAMES if name.startswith(begun)]


def library_option(what: str) -> Callable[[Any], Any]:
    """Add the option of a command that runs a scenario on some library."""
    text = f"{what} minitasks, starlette or a Python file of your own."
    return click.option("--with", "choice", default="minitasks", metavar="LIBRARY", help=text)


class Requests(click.Option):
    """--get and --post, which fill one list, in the order in which they stand."""

    def type_cast_value(self, ctx: click.Context, value: Any) -> tuple[Any, ...]:
        """Make a request of each: of a path, or of a path and a body."""
        from minitasks.scenarios.application import Request

        given = value if isinstance(value, list | tuple) else ()
        words = [(each,) if isinstance(each, str) else each for each in given]
        return tuple(
            Request("POST" if body else "GET", f"/{path.removeprefix('/')}", *body)
            for path, *body in words
        )


def what_to_run(command: Any) -> Any:
    """Add a command's arguments, which say what runs, and the options to serve an application."""
    parameters = (
        click.argument("name", default="register-product", shell_complete=scenario_names),
        click.argument("arguments", nargs=-1, type=click.UNPROCESSED),
        click.option(
            "--get", "asked", cls=Requests, multiple=True, metavar="PATH", help="Send a GET."
        ),
        click.option(
            "--post",
            "asked",
            cls=Requests,
            nargs=2,
            multiple=True,
            metavar="PATH BODY",
            help="Send a POST.",
        ),
        click.option(
            "--app-dir", type=PATH, metavar="DIR", help="Where the application's module is."
        ),
        click.option("--factory", is_flag=True, help="Call the attribute to make the application."),
        click.option("--host", default="127.0.0.1", help="The address to serve at."),
        click.option(
            "--port",
            type=click.IntRange(0, 65535),
            default=0,
            metavar="N",
            help="The port to serve at, if not a free one.",
        ),
        click.option("--reload", is_flag=True, hidden=True),
        click.option("--workers", hidden=True),
    )
    for parameter in reversed(parameters):
        command = parameter(command)
    return command


class ProgramCommand(click.Command):
    """A command whose options end where a program's own arguments begin."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Leave all that stands behind `program.py` to the program."""
        from minitasks.scenarios.application import kind_of

        ctx.allow_interspersed_args = False
        found, _, _ = self.make_parser(ctx).parse_args(list(args))
        name, behind = found["name"], found["arguments"]
        kind = kind_of(name) if isinstance(name, str) else "a scenario"
        given = behind if isinstance(behind, tuple) else ()
        theirs = [name, *given] if kind == "a program" else []
        ctx.meta.update(kind=kind, ours=args[: len(args) - len(theirs)], theirs=theirs)
        ctx.allow_interspersed_args = kind != "a program"
        return super().parse_args(ctx, args)


@cli.command(cls=ProgramCommand)
@click.option("--list", "listing", is_flag=True, help="List the scenarios.")
@click.option("--copy", is_flag=True, help="Write the scenario here, as a program to change.")
@library_option("Run a scenario on")
@click.option("--backend", help="The event loop: asyncio, trio or uvloop.")
@what_to_run
@click.option("--also", multiple=True, metavar="PACKAGE", help="Record PACKAGE, too.")
@click.option(
    "--slow",
    type=Number(min=0),
    default=50,
    metavar="MS",
    help="Tell what held the event loop for MS milliseconds or more; 50 if not given.",
)
@click.option("--rows", is_flag=True, help="Print plain rows instead of lanes.")
@click.option("--json", "wants_json", is_flag=True, help="Print JSON instead of lanes.")
@click.option("--page", type=Path, metavar="FILE", help="Write a replay page, too.")
@click.option("--trace", type=Path, metavar="FILE", help="Write a trace for Perfetto, too.")
@click.option("--ask", "wants_questions", is_flag=True, help="Ask what you expect before drawing.")
@click.pass_context
def run(context: click.Context, /, name: str, **options: Any) -> None:
    """Watch something run: what runs when, on the event loop or in which worker thread.

    NAME is a scenario (register-product unless given), an application such as shop.main:app, or a
    program such as script.py, which may be followed by its own ARGUMENTS.
    """
    if options["listing"]:
        if context.get_parameter_source("name") is not click.core.ParameterSource.DEFAULT:
            raise CannotRun(f"--list lists every scenario: leave out {name}")
        for scenario in all_scenarios():
            click.echo(f"{scenario.name:<18}{scenario.promise}")
        return
    if options["copy"]:
        path = copy_scenario(find_scenario(name), Path.cwd())
        click.echo(f"{path.name} is a program now: change it, then minitasks run {path.name}")
        return
    from minitasks.timeline.present import Choice

    shown = ("rows", "wants_json", "page", "trace", "wants_questions")
    choice = Choice(*(options[option] for option in shown))
    refuse_others(context)
    runs = {
        "an application": run_application,
        "a program": run_own_program,
        "a scenario": run_scenario,
    }
    # Garbage collections hold the event loop. They need not look at what is not the program's.
    gc.freeze()
    try:
        context.exit(runs[context.meta["kind"]](name, options, choice))
    finally:
        gc.unfreeze()


# The options that mean something for only some of what is run.
MEANT_FOR = {
    "an application": {"backend", "also", "slow", "asked", "app_dir", "factory", "host", "port"},
    "a program": {"arguments", "also", "slow"},
    "a scenario": {"choice", "backend"},
}


def refuse_others(context: click.Context) -> None:
    """Refuse the options that mean nothing for what is run."""
    kind = context.meta["kind"]
    others = set[str]().union(*MEANT_FOR.values()) - MEANT_FOR[kind]
    for parameter in context.command.params:
        name = str(parameter.name)
        if context.get_parameter_source(name) is click.core.ParameterSource.DEFAULT:
            continue
        if name in ("reload", "workers"):
            raise CannotRun(f"--{name} starts other processes, which can't be recorded")
        if name in others:
            option = parameter.opts[0] if name != "arguments" else " ".join(context.params[name])
            hint = ""
            if kind == "a program" and name in MEANT_FOR["an application"]:
                hint = f": an application in it is named {Path(context.params['name']).stem}:app"
            raise CannotRun(f"{option} means nothing for {kind}{hint}")


def run_scenario(name: str, options: dict[str, Any], choice: "Choice") -> int:
    """Run a scenario and show it; give the exit code."""
    from minitasks.timeline.record_scenario import record_scenario
    from minitasks.timeline.terminal import findings

    scenario, backend = find_scenario(name), options["backend"] or "asyncio"
    library = load_library(options["choice"], scenario.needs)
    recorded = record_scenario(scenario, library, backend)
    title = f"{name} on {library.name}, {backend}"
    found = list(findings(scenario, recorded))
    choice.show([title, scenario.promise], recorded.view, scenario.file, found)
    description = f"{scenario.promise}\n\n{scenario.look_for}"
    facts = {"library": library.name, "backend": backend, "error": recorded.error}
    choice.finish(title, description, recorded.view, name=name, **facts)
    return 1 if recorded.error else 0


def warn_of_program(command: str, path: Path, arguments: Sequence[str]) -> None:
    """Tell what a program gets that was perhaps meant for us, and what of it is not seen."""
    from minitasks.scenarios.application import has_other_processes

    given = {word.partition("=")[0] for word in arguments}
    for option in sorted(given & {"--get", "--post"}):
        click.echo(
            f"minitasks: {option} goes to {path.name} itself; to send requests name its "
            f"application: minitasks {command} {path.stem}:app {option} /",
            err=True,
        )
    if has_other_processes(path):
        click.echo(
            f"minitasks: with reload or workers {path.name} serves in other processes, which "
            "can't be watched: leave them out",
            err=True,
        )


def run_own_program(name: str, options: dict[str, Any], choice: "Choice") -> int:
    """Run a program and show it; give its exit code."""
    from minitasks.timeline.own_runs import run_own_program

    path = Path(name)
    warn_of_program("run", path, options["arguments"])
    with printing_for(choice):
        done = run_own_program(path, options["arguments"], options["also"], options["slow"])
    choice.show([name], done.view, path.resolve().parent, list(done.findings))
    choice.finish(name, "", done.view, name=name)
    return done.code


def run_application(name: str, options: dict[str, Any], choice: "Choice") -> int:
    """Serve an application and show each of its requests; give the exit code."""
    from minitasks.scenarios.application import find_application
    from minitasks.timeline.own_runs import serve_recorded
    from minitasks.timeline.record import LIMIT

    where = address_and_loop(options)
    application = find_application(name, options["app_dir"], options["factory"])
    asked, also, slow = options["asked"], options["also"], options["slow"]

    def show_request(request: Any) -> None:
        answer = f": {request.status or 'the application sent no whole answer'}"
        heading = request.name + (answer if request.number else "")
        facts = {"number": request.number, "request": request.name, "status": request.status}
        found = list(request.findings)
        choice.show([heading], request.view, application.folder, found, **facts)

    def say_where(address: str) -> None:
        if not asked:
            click.echo(f"Serving {name} at {address}. Ctrl-C ends it.", err=True)
            click.echo("Each request is drawn when its last task has ended.", err=True)

    with printing_for(choice):
        served = serve_recorded(
            application, asked, show_request, also, slow, when_ready=say_where, **where
        )
    if served.left_out:
        click.echo(
            f"{served.left_out} requests are not shown: they came too fast, or had more than "
            f"{LIMIT:,} steps.",
            err=True,
        )
    choice.finish(name, "", served.view, name=name)
    return served.code


def printing_for(choice: "Choice") -> AbstractContextManager[Any]:
    """Leave stdout to the JSON, where that is asked for: what the program prints goes to stderr."""
    return redirect_stdout(sys.stderr) if choice.wants_json else nullcontext()


def address_and_loop(options: dict[str, Any]) -> dict[str, Any]:
    """Give where to serve, and on which event loop, as uvicorn names it."""
    from minitasks.scenarios.application import BACKENDS

    if options["backend"] not in (None, *BACKENDS):
        raise CannotRun(f"uvicorn does not run on {options['backend']}: choose asyncio or uvloop")
    backend = options["backend"] or "auto"
    return {"host": options["host"], "port": options["port"], "backend": backend}


# -- step through it: minitasks/tour/ ----------------------------------------


@cli.command(cls=ProgramCommand)
@click.option("--list", "listing", is_flag=True, help="List the tours, or the stops of NAME.")
@click.option("--stop", "first", default=1, metavar="N", help="Begin at stop N.")
@library_option("Tour")
@click.option("--backend", help="The event loop: asyncio, trio or uvloop.")
@click.option("--into", multiple=True, metavar="PACKAGE", help="Step into PACKAGE too: anyio, say.")
@what_to_run
@click.pass_context
def step(context: click.Context, /, name: str, **options: Any) -> None:
    """Step through something with pdb and a guide.

    NAME is a scenario (register-product unless given), an application such as shop.main:app, or a
    program such as script.py, which may be followed by its own ARGUMENTS.
    """
    if options["listing"]:
        return list_stops(context, name)
    from minitasks.tour import run_tour

    refuse_others(context)
    kind = context.meta["kind"]
    if kind == "an application":
        requests, app_dir, factory = options["asked"], options["app_dir"], options["factory"]
        where = address_and_loop(options)
        tour = run_tour.tour_of_application(name, requests, app_dir, factory, **where)
    elif kind == "a program":
        tour = run_tour.tour_of_program(Path(name), options["arguments"])
        warn_of_program("step", Path(name), options["arguments"])
    else:
        backend = options["backend"] or "asyncio"
        tour = run_tour.tour_of_scenario(name, options["choice"], backend)
    again = partial(command_again, context.meta["ours"], context.meta["theirs"])
    if not run_tour.run_tour(tour, options["first"], options["into"], again):
        context.exit(1)


def command_again(ours: list[str], theirs: list[str], stop: int) -> str:
    """Write the command that begins at a stop, from our words and a program's own."""
    kept = [
        word
        for before, word in zip(["", *ours], ours, strict=False)
        if before != "--stop" and word.partition("=")[0] != "--stop"
    ]
    return shlex.join(["minitasks", "step", *kept, "--stop", str(stop), *theirs])


def list_stops(context: click.Context, name: str) -> None:
    """Print the tours, or the stops of the one that was named."""
    from minitasks.tour import listing

    if context.get_parameter_source("name") is click.core.ParameterSource.DEFAULT:
        lines = listing.list_tours()
    elif name.endswith(".py"):
        lines = listing.list_own_stops(Path(name))
    else:
        lines = listing.list_stops(name)
    for line in lines:
        click.echo(line)


# -- rebuild it: minitasks/workshop/ ----------------------------------------


@cli.group()
def workshop() -> None:
    """Rebuild the library yourself, exercise by exercise, graded on every save."""


def opened_workshop() -> "Workshop":
    """Find the learner's folder from here, and put its progress right if it is damaged."""
    from minitasks.workshop import folder, parent

    found = folder.find(Path.cwd())
    for line in parent.regrade(found):
        click.echo(line, err=True)
    return found


def exercise_meant(word: str | None, where: "Workshop") -> "Exercise":
    """Take the exercise that was named, else the one whose folder this is, else the one at hand."""
    from minitasks.workshop import catalog

    here = where.exercise_of(Path.cwd() / "exercise.py")
    return catalog.find(word) if word else here or where.current()


def on_exercise(command: Callable[..., None]) -> Any:
    """Give a command the learner's folder, and the exercise that was named or is at hand."""

    @click.argument("exercise", required=False)
    @wraps(command)
    def wrapped(exercise: str | None, **options: bool) -> None:
        where = opened_workshop()
        command(where, exercise_meant(exercise, where), **options)

    return wrapped


def as_json(command: str, **facts: Any) -> None:
    """Print a command's answer by the schema in docs/pages/reference.md."""
    answer = {"schema": 1, "command": command, **facts}
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2, default=asdict))


@workshop.command()
@click.argument("place", metavar="[DIR]", required=False, type=PATH)
def start(place: Path | None) -> None:
    """Make a folder with every exercise; DIR must not exist yet, or be empty."""
    from minitasks.workshop import folder

    made = folder.start(place or Path(folder.DEFAULT))
    click.echo(f"{made.root} holds the exercises, from 01_call_later on. Now:\n")
    click.echo(f"    cd {shlex.quote(str(made.root))}\n    minitasks workshop watch\n")
    click.echo("and open 01_call_later/README.md and exercise.py in your editor.")


@workshop.command()
@TIMEOUT
@click.option(
    "--poll", is_flag=True, help="Look at the files every 0.2 s, not waiting for notices."
)
@click.option("--plain", is_flag=True, help="Never redraw, for a screen reader.")
def watch(timeout: float, poll: bool, plain: bool) -> None:
    """Grade the exercise at hand on every save."""
    from minitasks.workshop import show
    from minitasks.workshop.watch import Watch

    where = opened_workshop()
    screen = show.console(plain)
    redraw = screen.is_terminal and not (plain or screen.is_dumb_terminal)
    Watch(where, screen, time_limit=timeout, polling=poll, redraw=redraw).watch()


@workshop.command()
@click.argument("exercise", required=False)
@click.option("--all", "every", is_flag=True, help="Grade every exercise.")
@click.option("--file", type=PATH, help="Grade this file; no workshop folder is needed.")
@click.option("--json", "wants_json", is_flag=True, help="Print JSON.")
@TIMEOUT
@click.option("--traceback", is_flag=True, help="Show the whole traceback.")
@click.pass_context
def check(
    context: click.Context,
    exercise: str | None,
    every: bool,
    file: Path | None,
    wants_json: bool,
    timeout: float,
    traceback: bool,
) -> None:
    """Grade one exercise, the one at hand unless named. Exit code 0: passed, 1: not yet."""
    from minitasks.workshop import catalog, parent, show

    where: Workshop | None = None
    if file:
        if exercise is None:
            raise CannotRun("--file needs the exercise: minitasks workshop check NAME --file PATH")
        meant = catalog.find(exercise)
        if not file.is_file():
            raise CannotRun(f"there is no file {file}: name the Python file to grade")
        graded = [(meant, parent.grade(meant, file, time_limit=timeout))]
    else:
        where = opened_workshop()
        in_exercise = where.exercise_of(Path.cwd() / "exercise.py")
        if not (exercise or every or wants_json or in_exercise or where.next_to_do()):
            click.echo(show.ENDING, nl=False)
            return
        wanted = catalog.exercises() if every else [exercise_meant(exercise, where)]
        graded = [(meant, parent.check(where, meant, timeout)) for meant in wanted]

    passed = all(verdict.passed for _, verdict in graded)
    if wants_json:
        as_json("check", passed=passed, results=[verdict for _, verdict in graded])
    else:
        screen = show.console()
        for meant, verdict in graded:
            screen.print(show.checked(meant, verdict, traceback))
    if where is not None and where.unkept:
        click.echo(where.unkept, err=True)
    context.exit(0 if passed else 1)


@workshop.command("list")
@click.option("--json", "wants_json", is_flag=True, help="Print JSON.")
def list_exercises(wants_json: bool) -> None:
    """List the exercises and how far each is."""
    from minitasks.workshop import catalog, folder, show

    where = opened_workshop()
    progress = where.progress()
    if wants_json:
        rows = [folder.as_json(where, exercise) for exercise in catalog.exercises()]
        as_json("list", current=where.current().name, exercises=rows)
        return
    show.console().print(show.overview(catalog.exercises(), progress, where.current().name))


@workshop.command()
@on_exercise
def hint(where: "Workshop", meant: "Exercise") -> None:
    """Show the next hint: a nudge, the concept, nearly the code."""
    from minitasks.workshop import show

    show.console().print(show.hints_of(meant, where.next_hint(meant)))


@workshop.command("open")
@on_exercise
def open_exercise(where: "Workshop", meant: "Exercise") -> None:
    """Show the README, and open exercise.py in $VISUAL or $EDITOR if one is set."""
    from minitasks.workshop import show

    where.move_to(meant)
    show.console().print(show.markdown(meant.readme.read_text(encoding="utf-8")))
    click.echo(f"\nyour file: {show.near(where.file(meant))}")
    if os.environ.get("VISUAL") or os.environ.get("EDITOR"):
        try:
            click.edit(filename=str(where.file(meant)))
        except (ValueError, click.ClickException) as problem:
            raise CannotRun(f"$VISUAL or $EDITOR can't be run: {problem}") from problem


@workshop.command()
@click.option("--anyway", is_flag=True, help="Even before a pass or three tries; it is noted.")
@click.option("--write", is_flag=True, help="Put it in exercise.py; a copy of yours is kept.")
@on_exercise
def solution(where: "Workshop", meant: "Exercise", anyway: bool, write: bool) -> None:
    """Show the solution, once you have passed or tried three times."""
    from minitasks.workshop import show

    text = where.solution(meant, anyway)
    if not write:
        show.console().print(show.code(text))
        return
    where.put(where.file(meant), text.encode())
    click.echo("the solution is in exercise.py; minitasks workshop undo brings yours back")


@workshop.command()
@click.option("--starlette", is_flag=True, help="Compare with Starlette as installed.")
@click.option("--anyway", is_flag=True, help="Open the solution even before a pass or three tries.")
@on_exercise
def diff(where: "Workshop", meant: "Exercise", starlette: bool, anyway: bool) -> None:
    """Compare your file with the solution, or with Starlette's own source."""
    from minitasks.workshop import catalog, show, solutions

    file = where.file(meant)
    if starlette:
        lines = solutions.difference_to_starlette(file)
    else:
        solution = where.solution(meant, anyway)
        lines = solutions.difference(catalog.text_of(file), solution, "solution.py")
    show.console().print(show.difference(lines) if lines else "no difference")


@workshop.command()
@on_exercise
def reset(where: "Workshop", meant: "Exercise") -> None:
    """Bring the stub back; a copy of your file is kept."""
    from minitasks.workshop import show

    copy = where.reset(meant)
    click.echo(f"{meant.name} is as it was in the beginning")
    if copy:
        click.echo(f"yours is in {show.near(copy)}; minitasks workshop undo brings it back")


@workshop.command()
@on_exercise
def undo(where: "Workshop", meant: "Exercise") -> None:
    """Bring back your file as it was before the last reset, solution or undo."""
    if not where.undo(meant):
        raise CannotRun(f"nothing to undo: {meant.name} was never overwritten")
    click.echo(f"{meant.name}: your last copy is back; undo again changes them over")


@workshop.command()
def update() -> None:
    """After a new release: bring in new exercises. Your files stay as they are."""
    for line in opened_workshop().update() or ["nothing new"]:
        click.echo(line)


@workshop.command()
@click.pass_context
def doctor(context: click.Context) -> None:
    """Check that this machine is ready: exit code 1 if something is missing."""
    from minitasks.workshop import doctor

    is_well = True
    for is_good, finding in doctor.examine(Path.cwd()):
        click.echo(f"{'ok ' if is_good else 'BAD'} {finding}")
        is_well = is_well and is_good
    context.exit(0 if is_well else 1)


@workshop.command()
@on_exercise
def debug(where: "Workshop", meant: "Exercise") -> None:
    """Run the test that fails under pdb, up to your line."""
    from minitasks.workshop import debug_test, parent, show

    verdict = parent.check(where, meant)
    show.console().print(show.verdict_of(verdict, brief=True))
    if verdict.passed:
        return
    debug_test.debug(meant, verdict, where.examples)
    click.get_current_context().exit(1)


@workshop.command()
@click.argument("folders", metavar="DIR...", nargs=-1, required=True, type=PATH)
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def report(folders: tuple[Path, ...], json_: bool) -> None:
    """Read many learners' folders: who is where, and where people stall."""
    from minitasks.workshop import report, show

    found = report.report(folders)
    if json_:
        as_json("report", **found)
    else:
        show.console().print(report.as_text(found))
