"""python -m tests.workshop.mutation [EXERCISE...]: change each solution; does its grader notice?

The small changes are mutmut's, and a few that matter here: a statement or an await left out, a
condition that always or never holds. The exit code is 1 if a mutant passes its grader and is not
known to be equivalent, or if a known one is no longer made.
"""

import difflib
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import libcst as cst
from mutmut.mutation.mutators import mutation_operators

from minitasks.workshop import catalog, parent
from minitasks.workshop.catalog import Exercise, text_of
from tests.workshop.equivalents import EQUIVALENT

# Seconds that a mutant may take: one that hangs is as good as caught.
TIME_LIMIT = 10.0


def changes_of(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Give what may stand in a node's place: mutmut's changes, and some that it does not make."""
    for kind, operator in mutation_operators:
        if isinstance(node, kind):
            yield from operator(node)
    always, never = cst.Name("True"), cst.Name("False")
    match node:
        case cst.SimpleStatementLine(body=[cst.Expr(cst.SimpleString()) | cst.Pass(), *_]):
            pass
        case cst.SimpleStatementLine():
            yield node.with_changes(body=[cst.Pass()])
        case cst.Await():
            yield node.expression
        case cst.If():
            yield node.with_changes(test=never)
            yield node.with_changes(test=always)
        case cst.While():
            yield node.with_changes(test=never)
        case cst.With():
            yield cst.If(always, node.body)
        case cst.ExceptHandler():
            yield node.with_changes(type=cst.Name("BaseException"))
        case cst.Try(handlers=[], finalbody=cst.Finally(body=in_the_end)):
            body = [*node.body.body, *in_the_end.body]
            yield cst.If(always, cst.IndentedBlock(body))


class Changes(cst.CSTVisitor):
    """Collects every change of every node inside a function that the stub does not give.

    Not mutmut's own visitor: that one passes over decorated functions, and a property is decorated.
    """

    def __init__(self, stub: str) -> None:
        super().__init__()
        self.given = [part for part in cst.parse_module(stub).body if is_definition(part)]
        self.found: list[tuple[cst.CSTNode, cst.CSTNode]] = []
        self.depth = 0
        self.words: cst.BaseExpression | None = None

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Annotation | cst.Decorator) or self.is_given(node):
            return False
        # The words of an assert are for whoever reads them.
        if isinstance(node, cst.Assert):
            self.words = node.msg
        if node is self.words:
            return False
        if self.depth:
            self.found += [(node, changed) for changed in changes_of(node)]
        self.depth += isinstance(node, cst.FunctionDef)
        return True

    def is_given(self, node: cst.CSTNode) -> bool:
        """Tell whether the stub has this very definition: an earlier exercise has graded it."""
        return is_definition(node) and any(node.deep_equals(part) for part in self.given)

    def on_leave(self, node: cst.CSTNode) -> None:
        self.depth -= isinstance(node, cst.FunctionDef)


def is_definition(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.FunctionDef | cst.ClassDef)


def mutants(exercise: Exercise) -> Iterator[tuple[str, str]]:
    """Make every mutant of a solution: a name, which is the changed line, and the whole text."""
    source = text_of(exercise.solution)
    module = cst.parse_module(source)
    changes = Changes(text_of(exercise.stub))
    module.visit(changes)
    for old, new in changes.found:
        mutant = module.deep_replace(old, new)
        assert isinstance(mutant, cst.Module)
        if mutant.code != source:
            yield new_line(source, mutant.code), mutant.code


def new_line(old: str, new: str) -> str:
    """Name a change by the line that it puts in place of another, and that other line."""
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm=""))[3:]
    added = [line[1:].strip() for line in lines if line.startswith("+")]
    removed = [line[1:].strip() for line in lines if line.startswith("-")]
    return f"{removed[0] if removed else ''} -> {added[0] if added else ''}"


def survivors(exercise: Exercise) -> Iterator[str]:
    """Grade every mutant of an exercise's solution; give the names of those that pass."""
    ends: Counter[str | None] = Counter()
    with tempfile.TemporaryDirectory() as name:
        file = Path(name, "exercise.py")
        for text, mutant in {text: name for name, text in mutants(exercise)}.items():
            file.write_text(text, "utf-8")
            verdict = parent.grade(exercise, file, time_limit=TIME_LIMIT)
            ends[verdict.reason] += 1
            if verdict.passed:
                print(f"  {mutant}", flush=True)
                yield mutant
    counts = ", ".join(f"{number} {reason or 'survived'}" for reason, number in ends.most_common())
    print(f"{exercise.folder.name}: {ends.total()} mutants: {counts}", flush=True)


def main(words: list[str]) -> int:
    """Try the mutants of the named exercises, or of all; give 1 if one is left."""
    chosen = [catalog.find(word) for word in words] or catalog.exercises()
    left = []
    for exercise in chosen:
        known = EQUIVALENT.get(exercise.name, {})
        found = set(survivors(exercise))
        left += [f"survived: {exercise.name}: {mutant}" for mutant in sorted(found - known.keys())]
        left += [f"caught: {exercise.name}: {mutant}" for mutant in sorted(known.keys() - found)]
    print("\n".join(left) or "no mutant is left")
    return 1 if left else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
