"""Reprs: a short text for any object, made without asking the object.

A `__repr__` may raise, block or take minutes, and it would do so in the midst of the learner's
program, on its threads. So Python's own types are shown as their reprs do, cut short, and anything
else by its class and the attributes that it stores: no `__repr__`, `__len__` or `__iter__` of a
class written in Python runs. What such a class hides by a `__repr__` of its own stays hidden.
"""

import collections
import dataclasses
import datetime
import decimal
import functools
import pathlib
import reprlib
import types
import uuid
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Collection, Iterator
from enum import Enum
from itertools import islice
from typing import Any

Show = Callable[[Any, int], str]  # of a value, so many levels deep

LONGEST, MOST_ITEMS, MOST_LEVELS = 120, 4, 3  # of the whole text, in characters
MOST_BITS = 128  # a larger int is told by its size: to spell it out takes quadratic time
STRINGS = reprlib.Repr()
STRINGS.maxstring = 40

# Their reprs run no code but Python's own, and are short.
PLAIN = (
    *(bool, complex, float, range, type(None), type(...), type(NotImplemented)),
    *(datetime.date, datetime.datetime, datetime.time, datetime.timedelta),
    *(decimal.Decimal, uuid.UUID, type(pathlib.Path()), pathlib.PurePath),
)
NAMED = (types.FunctionType, types.CoroutineType, types.GeneratorType, types.AsyncGeneratorType)
DICTS = (dict, defaultdict, OrderedDict, Counter)
BRACKETS: dict[type, tuple[str, str]] = {
    **{kind: (f"{kind.__name__}({{", "})") for kind in DICTS},
    dict: ("{", "}"),
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("frozenset({", "})"),
    deque: ("deque([", "])"),
}
# From what extends one of them to the thing itself, by no method that it may have overridden.
COPIES: dict[type, Callable[[Any], Any]] = {
    **{list: list.copy, set: set, frozenset: frozenset},
    **{str: str.__str__, int: int.__int__, float: float.__float__},
    dict: lambda value: dict(dict.items(value)),
    tuple: lambda value: tuple(tuple.__iter__(value)),
    deque: lambda value: deque(deque.__iter__(value)),
}
ARGS = vars(BaseException)["args"]  # of an exception: what was passed on to `Exception`


def short(value: Any, level: int) -> str:
    """Show a value, going `level` levels deep."""
    kind = type(value)
    try:
        show = SHOWS.get(kind)
        if show is None:
            show = SHOWS[kind] = show_for(kind)
        return show(value, level)
    except Exception:  # most likely another thread changed it meanwhile
        return f"<{kind.__name__}>"


def joined(shown: list[str], count: int) -> str:
    """Join the texts of the first few of so many items."""
    return ", ".join([*shown, "..."] if count > len(shown) else shown)


def of_items(value: Any, level: int) -> str:
    kind = type(value)
    left, right = BRACKETS[kind]
    shown = [short(item, level - 1) for item in islice(value, MOST_ITEMS if level else 0)]
    if kind is tuple and len(value) == 1 and level:
        right = ",)"
    elif right[0] == "}" and not value:
        return f"{kind.__name__}()"
    return left + joined(shown, len(value)) + right


def of_dict(value: Any, level: int) -> str:
    left, right = BRACKETS[type(value)]
    items = islice(value.items(), MOST_ITEMS if level else 0)
    shown = [f"{short(key, level - 1)}: {short(item, level - 1)}" for key, item in items]
    return left + joined(shown, len(value)) + right


def of_call(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], level: int) -> str:
    """Show something as the call that would make it."""
    most, level = MOST_ITEMS if level else 0, level - 1
    shown = [short(arg, level) for arg in args[:most]]
    for key, item in islice(kwargs.items(), most - len(shown)):
        shown.append(f"{key}={short(item, level)}")
    return f"{name}({joined(shown, len(args) + len(kwargs))})"


SHOWS: dict[type, Show] = {
    **dict.fromkeys(PLAIN, lambda value, level: repr(value)),
    **dict.fromkeys(NAMED, lambda value, level: f"<{type(value).__name__} {value.__name__}>"),
    **dict.fromkeys(BRACKETS, of_items),
    **dict.fromkeys(DICTS, of_dict),
    **dict.fromkeys(
        (bytes, bytearray), lambda value, level: repr(value[:40]) + "..." * (len(value) > 40)
    ),
    str: STRINGS.repr_str,
    int: lambda value, level: (
        repr(value) if value.bit_length() <= MOST_BITS else f"<int of {value.bit_length()} bits>"
    ),
    functools.partial: lambda value, level: of_call(
        "partial", (value.func, *value.args), value.keywords, level
    ),
    types.BuiltinFunctionType: lambda value, level: f"<built-in {value.__name__}>",
    types.MethodType: lambda value, level: f"<method {value.__qualname__}>",
    types.ModuleType: lambda value, level: f"<module {value.__name__}>",
}


def show_for(kind: type) -> Show:
    """Find out how to show the values of a class that is not Python's own."""
    name = kind.__name__
    if issubclass(kind, type):
        return lambda value, level: f"<class {value.__name__}>"
    if issubclass(kind, Enum):
        return lambda value, level: f"{name}.{value.__dict__['_name_']}"
    is_error = issubclass(kind, BaseException)
    hidden = set[str]() if is_error else hidden_in(kind)
    if hidden is None:
        return lambda value, level: f"<{name}>"
    for base, copy in COPIES.items():
        if issubclass(kind, base):  # and keeps its `__repr__`
            return lambda value, level: f"{name}({short(copy(value), level)})"
    stores = stores_of(kind)

    def show(value: Any, level: int) -> str:
        if is_error and (args := ARGS.__get__(value)):
            return of_call(name, args, {}, level)
        shown: list[str] = []
        for key, item in attributes(value, stores):
            if key[:1] == "_" or key in hidden or (is_error and item is None):
                continue
            if len(shown) == (MOST_ITEMS if level else 0):
                shown.append("...")
                break
            shown.append(f"{key}={short(item, level - 1)}")
        return f"{name}({', '.join(shown)})" if shown or is_error else f"<{name}>"

    return show


def hidden_in(kind: type) -> Collection[str] | None:
    """Tell which attributes a class hides in its repr; None if it has a `__repr__` of its own."""
    owner = next(base for base in kind.__mro__ if "__repr__" in vars(base))
    if owner.__module__ in ("builtins", "collections"):
        return ()
    function = vars(owner)["__repr__"]
    if type(function) is not types.FunctionType:
        return None
    file = function.__code__.co_filename
    if file == collections.__file__:  # a namedtuple
        return ()
    if file in (dataclasses.__file__, reprlib.__file__):  # where a dataclass's is written
        fields = vars(owner)["__dataclass_fields__"]
    elif str(function.__module__).partition(".")[0] in ("pydantic", "sqlmodel"):
        fields = getattr(kind, "__pydantic_fields__", {})
    elif "attrs generated" in file:
        fields = {field.name: field for field in vars(owner)["__attrs_attrs__"]}
    else:
        return None
    return {name for name, field in fields.items() if not field.repr}


def stores_of(kind: type) -> list[tuple[str, Any]]:
    """Find where the instances of a class keep their attributes: no property, no `__getattr__`."""
    return [
        (name, slot)
        for base in reversed(kind.__mro__)
        for name, slot in vars(base).items()
        if (type(slot) is types.MemberDescriptorType and base.__module__ != "builtins")
        or (name == "__dict__" and type(slot) is types.GetSetDescriptorType)
    ]


def attributes(value: object, stores: list[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Read the attributes stored in an object."""
    for name, store in stores:
        if name == "__dict__":
            yield from store.__get__(value).items()
            continue
        try:
            yield name, store.__get__(value)
        except AttributeError:  # an empty slot
            continue


def short_repr(value: object) -> str:
    """Give a short text for a value, of `LONGEST` characters at most.

    Looks at a few items and levels only. Never raises, and calls no code of the value's own class.

    Example:
        >>> class Product:
        ...     def __init__(self):
        ...         self.name, self.price = "book", 9
        >>> short_repr([Product(), ("x", None), *range(1000)])
        "[Product(name='book', price=9), ('x', None), 0, 1, ...]"
    """
    return kept(value) if type(value) in KEPT else made(value)


def made(value: object) -> str:
    """Make the text."""
    text = short(value, MOST_LEVELS)
    if not text.isprintable():  # the name of a class or of an attribute may be any string
        text = ascii(text)[1:-1]
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


# What most variables hold: a step need not make their texts anew. Values that are equal and of one
# of these types have one text.
KEPT = frozenset((int, str, type(None)))
kept = functools.lru_cache(maxsize=10_000)(made)
