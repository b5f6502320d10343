"""Debug a test: run the failing test under pdb and stop at the learner's line, on any thread."""

import ast
from pathlib import Path

from minitasks.errors import CannotRun
from minitasks.tracing import process_state
from minitasks.tracing.thread_pdb import ThreadPdb
from minitasks.workshop.catalog import Definition, Exercise, Function, text_of
from minitasks.workshop.verdict import Verdict

INTRODUCTION = "n: next line, s: into a call, p NAME: print, w: where, c: go on, q: end"


def debug(exercise: Exercise, verdict: Verdict, examples: Path | None) -> None:
    """Run the test that failed again, in this process, with a prompt at the learner's line."""
    from minitasks.workshop import child

    file = Path(verdict.file)
    test = next((claim.test for claim in verdict.claims if claim.text == verdict.claim), None)
    if test is None:
        raise CannotRun("no test was reached, so there is none to debug: see above what to mend")
    line = verdict.place.line if verdict.place else 1

    debugger = ThreadPdb([file.resolve(), exercise.grader.resolve()])
    for stop in stops(text_of(file), line):
        debugger.set_break(str(file), stop)

    print(INTRODUCTION)
    child.load(file)
    with process_state.breakpoints(), debugger.watching():
        node = f"{exercise.grader}::{test}"
        child.run_pytest(child.Supplier(), node, examples=examples, shrink=False)


def stops(source: str, line: int) -> list[int]:
    """Choose where to stop: at the line, or where each function begins of what it defines."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Definition) and node.lineno == line:
            return [first_line(part) for part in ast.walk(node) if isinstance(part, Function)]
    return [line]


def first_line(function: Function) -> int:
    """Give a function's first line, behind its docstring."""
    has_docstring = ast.get_docstring(function) is not None and len(function.body) > 1
    return function.body[1 if has_docstring else 0].lineno
