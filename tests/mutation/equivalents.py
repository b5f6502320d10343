"""Equivalents: mutants that mutmut makes and no test can kill, since nothing that they do differs.

A mutant is known by its file and by the line it puts in place of another.
"""

SLOWER = "the check is one of speed: without it the standard library is asked, with the same answer"
LONGER = "the check is one of speed: without it the task's own __call__ does the same"

EQUIVALENT = {
    ("docs.snippets.faster", "elif type(None) is FunctionType and not func.__dict__:"): SLOWER,
    ("docs.snippets.faster", "bare = None"): SLOWER,
    (
        "docs.snippets.faster",
        "bare = function.__func__ if (type(function) is MethodType) and False else function",
    ): SLOWER,
    (
        "docs.snippets.faster",
        "bare = function.__func__ if type(None) is MethodType else function",
    ): SLOWER,
    ("docs.snippets.faster", "if type(None) is FunctionType:"): SLOWER,
    ("docs.snippets.faster", "if type(None) in TELL_ALL:"): SLOWER,
    ("docs.snippets.faster", "if bare.__dict__.keys() < HARMLESS:"): SLOWER,
    ("docs.snippets.faster", "elif type(None) is BuiltinFunctionType:"): SLOWER,
    ("docs.snippets.faster", "if type(None) is not BackgroundTask:"): LONGER,
}
