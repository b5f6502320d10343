"""The one error that a command shows to its user: one line that says what to do, exit code 2."""


class CannotRun(Exception):
    """What was asked for can't be done; the message says, in one line, what to do instead."""
