"""Debugger: run the failing test under pdb and stop at the learner's line, on any thread."""

import ast
import pdb
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from minitasks.workshop.catalog import Exercise, text_of
from minitasks.workshop.verdict import Verdict

# Where a learner who presses n or s does not mean to go.
MACHINERY = ("asyncio", "anyio", "trio", "outcome", "_pytest", "pluggy", "hypothesis", "threading")


INTRODUCTION = "n: next line, s: into a call, p NAME: print, w: where, c: go on, q: end"


class Debugger(pdb.Pdb):
    """pdb, between the learner's file and the test alone."""

    def __init__(self, *files: Path) -> None:
        patterns = [pattern for name in MACHINERY for pattern in (name, f"{name}.*")]
        # Not readrc: a learner's .pdbrc may step or continue by itself.
        super().__init__(skip=patterns, nosigint=True, readrc=False)
        self.files = {str(file) for file in files}
        self.prompt = "(Pdb) "

    def print_stack_trace(self, *_: int) -> None:
        """Answer `where` without the thirty frames of pytest and the event loop."""
        for frame_line in self.stack:
            if frame_line[0].f_code.co_filename in self.files:
                self.print_stack_entry(frame_line)


def debug(exercise: Exercise, verdict: Verdict, examples: Path | None) -> None:
    """Run the test that failed again, in this process, with a prompt at the learner's line.

    Args:
        exercise: The exercise.
        verdict: The verdict that says what failed and where.
        examples: Where hypothesis kept the failing example, which it tries first.
    """
    from minitasks.workshop import child

    file = Path(verdict.file)
    test = next(claim.test for claim in verdict.claims if claim.text == verdict.claim)
    line = verdict.place.line if verdict.place else 1

    debugger = Debugger(file, exercise.grader)
    for stop in stops(text_of(file), line):
        debugger.set_break(str(file), stop)

    print(INTRODUCTION)
    # Run to the first breakpoint, where runcall would stop at once, inside pytest.
    debugger.reset()
    debugger.botframe = sys._getframe()
    debugger.set_continue()
    module = child.load(file)
    threading.settrace(debugger.trace_dispatch)
    sys.settrace(debugger.trace_dispatch)
    try:
        child.run_one(exercise.grader, test, module, examples)
    finally:
        sys.settrace(None)
        threading.settrace(None)
        debugger.clear_all_breaks()


def stops(source: str, line: int) -> list[int]:
    """Choose where to stop: at the line, or where each function begins of what it defines."""
    for node in ast.walk(ast.parse(source)):
        is_definition = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if is_definition and getattr(node, "lineno", 0) == line:
            return list(first_lines(node))
    return [line]


def first_lines(definition: ast.AST) -> Iterator[int]:
    """Give the first line of each function in a definition, behind its docstring."""
    for node in ast.walk(definition):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            has_docstring = ast.get_docstring(node) is not None and len(node.body) > 1
            yield node.body[1 if has_docstring else 0].lineno
