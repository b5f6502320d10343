"""Short reprs: what they show of ordinary values, and that hostile ones can't do anything."""

import asyncio
import collections
import datetime
import enum
import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

import pytest
from pydantic import BaseModel, Field, SecretStr

from minitasks import BackgroundTask, BackgroundTasks
from minitasks.timeline.reprs import LONGEST, SHOWS, short_repr
from tests.timeline import programs
from tests.timeline.recordings import of, recording_of


class Plain:
    def __init__(self) -> None:
        self.name = "book"
        self.price = 9
        self._secret = "hidden"


class Slotted:
    __slots__ = ("_hidden", "empty", "name")

    def __init__(self) -> None:
        self.name = "book"
        self._hidden = 1


class Product(BaseModel):
    name: str
    price: int = 9
    key: SecretStr = SecretStr("hunter2")
    password: str = Field(default="hunter2", repr=False)


@dataclass(slots=True)
class Point:
    across: int
    down: int


@dataclass
class Account:
    name: str
    password: str = field(repr=False)


class Token(str):
    def __repr__(self) -> str:
        return "Token(***)"


class Redacted(Plain):
    def __repr__(self) -> str:
        return "Redacted(***)"


class OfC(dict[str, int]):
    __repr__ = dict.__repr__


class OfCallable:
    __repr__ = functools.partial(print, "called")  # type: ignore[assignment]


class Colour(enum.Enum):
    RED = 1


class Pair(collections.namedtuple("Pair", "left right")):
    pass


async def save(name: str) -> None: ...


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("it's", '"it\'s"'),
        (-5, "-5"),
        (1.5, "1.5"),
        (None, "None"),
        (b"ab", "b'ab'"),
        ([1, [2, (3,)]], "[1, [2, (3,)]]"),
        ({"name": "book", 2: {3}}, "{'name': 'book', 2: {3}}"),
        ((), "()"),
        (set(), "set()"),
        (frozenset({1}), "frozenset({1})"),
        (datetime.date(2024, 2, 29), "datetime.date(2024, 2, 29)"),
        (Plain(), "Plain(name='book', price=9)"),
        (Slotted(), "Slotted(name='book')"),
        (Product(name="book"), "Product(name='book', price=9, key=<SecretStr>)"),
        (Point(1, 2), "Point(across=1, down=2)"),
        (Account("ada", "hunter2"), "Account(name='ada')"),
        ([Redacted(), {"key": Token("hunter2")}], "[<Redacted>, {'key': <Token>}]"),
        (type("Child", (Redacted,), {})(), "<Child>"),
        (("shown", OfC(a=1), 5), "('shown', <OfC>, 5)"),
        (("shown", OfCallable(), 5), "('shown', <OfCallable>, 5)"),
        (Colour.RED, "Colour.RED"),
        (Pair(1, 2), "Pair((1, 2))"),
        (collections.Counter("aab"), "Counter({'a': 2, 'b': 1})"),
        (ValueError("no", 2), "ValueError('no', 2)"),
        (object(), "<object>"),
        (print, "<built-in print>"),
        (save, "<function save>"),
        (Plain, "<class Plain>"),
        (asyncio, "<module asyncio>"),
        (Plain().__init__, "<method Plain.__init__>"),  # type: ignore[misc]
        (functools.partial(print, "book", end=""), "partial(<built-in print>, 'book', end='')"),
        (
            BackgroundTask(save, "book"),
            "BackgroundTask(func=<function save>, args=('book',), kwargs={}, is_async=True)",
        ),
        (BackgroundTasks(), "BackgroundTasks(tasks=[])"),
    ],
)
def test_a_value_is_shown_as_its_author_would_write_it(value: object, text: str) -> None:
    """Built-in ones by their repr, objects as what would make them, and nothing a class hides."""
    assert short_repr(value) == text


def test_a_coroutine_is_shown_by_its_name() -> None:
    """As it is what a forgotten await leaves behind."""
    coroutine = save("book")
    try:
        assert short_repr(coroutine) == "<coroutine save>"
    finally:
        coroutine.close()


def test_large_values_are_cut() -> None:
    """Strings, containers and numbers of any size give a short text, and soon."""
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    huge = [
        "x" * 10_000_000,
        b"x" * 10_000_000,
        10**100_000,
        list(range(1_000_000)),
        dict.fromkeys(range(100_000)),
        set(range(100_000)),
        ValueError("x" * 1_000_000),
        type("X" * 1_000_000, (), {})(),
        nested,
    ]

    for value in huge:
        assert len(short_repr(value)) <= LONGEST
    assert short_repr(huge[2]) == "<int of 332193 bits>"
    assert short_repr(huge[3]) == "[0, 1, 2, 3, ...]"


def test_a_value_that_contains_itself_is_cut() -> None:
    """Recursion ends after a few levels."""
    items: list[Any] = [1]
    items.append(items)
    plain = Plain()
    plain.name = plain  # type: ignore[assignment]
    assert short_repr(items) == "[1, [1, [1, [...]]]]"
    nested_thrice = "Plain(name=Plain(name=Plain(name=Plain(...), price=9), price=9), price=9)"
    assert short_repr(plain) == nested_thrice


def refuse(*args: object, **kwargs: object) -> NoReturn:
    raise AssertionError("code of a value's class was called")


HOOKS = (
    *("__bool__", "__eq__", "__format__", "__getattr__", "__getattribute__", "__getitem__"),
    *("__hash__", "__iter__", "__len__", "__lt__", "__repr__", "__str__"),
)


def hostile(*bases: type) -> Any:
    """Make a class of which no method may be called."""
    namespace: dict[str, Any] = dict.fromkeys(HOOKS, refuse)
    namespace["__class__"] = property(refuse)
    return type("Hostile", bases, namespace)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: hostile()(), "<Hostile>"),
        (lambda: hostile(), "<class Hostile>"),
        (lambda: hostile(int)(5), "<Hostile>"),
        (lambda: hostile(str)("five"), "<Hostile>"),
        (lambda: hostile(list)([5]), "<Hostile>"),
        (lambda: hostile(tuple)([5]), "<Hostile>"),
        (lambda: hostile(dict)({5: 6}), "<Hostile>"),
        (lambda: hostile(ValueError)("five"), "Hostile('five')"),
        (lambda: [hostile()()], "[<Hostile>]"),
        (lambda: {"key": hostile()()}, "{'key': <Hostile>}"),
    ],
)
def test_no_code_of_a_values_class_runs(make: Callable[[], object], text: str) -> None:
    """Not its repr, not its iteration or comparison."""
    assert short_repr(make()) == text


@pytest.mark.parametrize(
    ("base", "value", "text"),
    [
        (int, 5, "Hostile(5)"),
        (float, 1.5, "Hostile(1.5)"),
        (str, "five", "Hostile('five')"),
        (list, [5], "Hostile([5])"),
        (tuple, (5,), "Hostile((5,))"),
        (set, {5}, "Hostile({5})"),
        (frozenset, {5}, "Hostile(frozenset({5}))"),
        (dict, {5: 6}, "Hostile({5: 6})"),
        (collections.deque, [5], "Hostile(deque([5]))"),
        (collections.OrderedDict, {5: 6}, "Hostile({5: 6})"),
        (ValueError, "five", "Hostile('five')"),
        (object, None, "<Hostile>"),
    ],
)
def test_what_keeps_its_repr_is_shown_without_its_other_methods(
    base: type, value: object, text: str
) -> None:
    """A class that extends a built-in one may iterate, convert or compare in its own way."""
    others = {name: refuse for name in (*HOOKS, "__int__", "__float__") if name != "__repr__"}
    made = type("Hostile", (base,), {})(*([value] if base is not object else []))
    for name, method in others.items():
        setattr(type(made), name, method)
    assert short_repr(made) == text


def test_a_property_is_not_asked() -> None:
    """Also one that hides the dict in which attributes are kept."""

    class Hides:
        __dict__ = property(refuse)
        name = property(refuse)

    assert short_repr(Hides()) == "<Hides>"


def test_names_that_can_not_be_printed_are_escaped() -> None:
    """Names may be any string; half a surrogate pair could not even be written to a file."""
    value = type("A\n\x1b[31m", (), {})()
    value.__dict__["\ud800"] = 1
    assert short_repr(value) == r"A\n\x1b[31m(\ud800=1)"


def test_a_dict_that_changes_meanwhile_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another thread may change what is being looked at."""
    shared: dict[object, object] = {1: 2, 3: 4}
    monkeypatch.setitem(SHOWS, int, lambda value, level: str(shared.pop(value, "gone")))
    assert short_repr(shared) == "<dict>"


def test_hostile_values_do_not_break_the_run() -> None:
    """A program that holds them runs to its end, and its recording tells what they are."""
    for value in (hostile()(), "</script>\"'🙂", "x" * 1_000_000):
        events = of("hold", recording_of(lambda value=value: programs.hold(value)))  # type: ignore[misc]
        assert dict(events[0].variables)["value"] == short_repr(value)
        assert events[-1].kind == "return"
