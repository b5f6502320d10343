"""Equivalents: mutants that mutmut makes and no test can kill, since nothing that they do differs.

A mutant is known by its file and by the line it puts in place of another.
"""

SLOWER = "the check is one of speed: without it the standard library is asked, with the same answer"
LONGER = "the check is one of speed: without it the task's own __call__ does the same"

FASTER = {
    "elif type(None) is FunctionType and not func.__dict__:": SLOWER,
    "bare = None": SLOWER,
    "bare = function.__func__ if (type(function) is MethodType) and False else function": SLOWER,
    "bare = function.__func__ if type(None) is MethodType else function": SLOWER,
    "if type(None) is FunctionType:": SLOWER,
    "if type(None) in TELL_ALL:": SLOWER,
    "if bare.__dict__.keys() < HARMLESS:": SLOWER,
    "elif type(None) is BuiltinFunctionType:": SLOWER,
    "if type(None) is not BackgroundTask:": LONGER,
}
EQUIVALENT = {("docs.snippets.faster", line): reason for line, reason in FASTER.items()}
