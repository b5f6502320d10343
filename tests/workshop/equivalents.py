"""Equivalents: mutants of the solutions that no grader should catch, each with the reason.

A mutant is known by the exercise, the line that was changed, and the line that took its place.
"""

WORDS = "the words of a group's message are nobody's promise"

EQUIVALENT: dict[str, dict[str, str]] = {
    "keep_going": {
        'raise ExceptionGroup("background tasks failed", failures) -> '
        'raise ExceptionGroup("XXbackground tasks failedXX", failures)': WORDS,
        'raise ExceptionGroup("background tasks failed", failures) -> '
        'raise ExceptionGroup("BACKGROUND TASKS FAILED", failures)': WORDS,
    },
}
