"""Equivalents: mutants of the solutions that no grader should catch, each with the reason.

A mutant is known by the exercise, the line that was changed, and the line that took its place.
"""

EQUIVALENT: dict[str, dict[str, str]] = {}
