"""Keys: what a terminal sends for each of them, and what is made of it."""

import pytest

from minitasks.workshop.keys import key_of

NO_KEYS = [
    *("\x1bOP", "\x1bOQ", "\x1bOR", "\x1b[15~", "\x1b[11~"),  # F1 to F5
    *("\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"),  # the arrows
    *("\x1bOH", "\x1b[H", "\x1b[F", "\x1b[3~", "\x1b[5~"),  # Home and others
    *("\x1b", "\x1bn", "\t", "\r", "\n", "\x7f", "\x0c"),  # Escape, Alt-n, Tab, Enter and others
    *("\x1b[200~reset\x1b[201~", "reset it"),  # a bracketed paste, a plain one
    *("\x1b[<64;20;5M", "\x1b[M`!!"),  # a mouse wheel
]


@pytest.mark.parametrize("typed", NO_KEYS)
def test_anything_else_is_no_key(typed: str) -> None:
    """Neither a function key nor an arrow, a paste or a mouse resets, quits or opens a hint."""
    assert key_of(typed) is None


def test_a_letter_is_a_key() -> None:
    """A letter counts, in either case."""
    assert [key_of(typed) for typed in "nNq?"] == ["n", "n", "q", "?"]
