"""Reprs: a short text for any object, made without asking the object.

A `__repr__` may raise, block or take minutes, and it would do so in the midst of the learner's
program, on its threads. So `reprlib` is told what to do with Python's own types, and anything else
is shown by its class and the attributes that it stores: no `__repr__`, `__len__` or `__iter__` of a
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
from collections.abc import Callable, Iterator
from enum import Enum
from itertools import islice
from typing import Any

Show = Callable[[Any, int], str]
Stores = list[tuple[str, Any]]  # descriptors, by name: of a slot, or of the `__dict__`

LONGEST = 120  # characters of the whole text
MOST_ITEMS = 4
MOST_BITS = 128  # a larger int is told by its size: to spell it out takes quadratic time

# Their reprs run no code but Python's own, and are short.
PLAIN = (
    *(bool, complex, float, range, type(None), type(...), type(NotImplemented)),
    *(datetime.date, datetime.datetime, datetime.time, datetime.timedelta),
    *(decimal.Decimal, uuid.UUID, type(pathlib.Path()), pathlib.PurePath),
)
NAMED = (types.FunctionType, types.CoroutineType, types.GeneratorType, types.AsyncGeneratorType)
DICTS = (dict, defaultdict, OrderedDict, Counter)

# Where the `__repr__` that a dataclass decorator makes is written.
GENERATED = (dataclasses.__file__, reprlib.__file__)


class ShortRepr(reprlib.Repr):
    """reprlib, which decides by the exact type and never calls a method of a learner's class."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxstring = 3, 40
        self.maxlist = self.maxtuple = self.maxdeque = MOST_ITEMS
        self.shows: dict[type, Show] = {
            **dict.fromkeys(PLAIN, lambda value, level: repr(value)),
            **dict.fromkeys(NAMED, lambda value, level: f"<{name_of(value)} {value.__name__}>"),
            **dict.fromkeys(DICTS, self.of_dict),
            int: self.of_int,
            str: self.repr_str,
            bytes: self.of_bytes,
            bytearray: self.of_bytes,
            list: self.repr_list,
            tuple: self.repr_tuple,
            deque: self.repr_deque,
            set: lambda value, level: self.of_set(value, level) or "set()",
            frozenset: lambda value, level: f"frozenset({self.of_set(value, level)})",
            functools.partial: lambda value, level: self.of_call(
                "partial", (value.func, *value.args), value.keywords, level
            ),
            types.BuiltinFunctionType: lambda value, level: f"<built-in {value.__name__}>",
            types.MethodType: lambda value, level: f"<method {value.__qualname__}>",
            types.ModuleType: lambda value, level: f"<module {value.__name__}>",
        }

    def repr1(self, x: Any, level: int) -> str:
        """Show a value, going `level` levels deep."""
        kind = type(x)
        try:
            show = self.shows.get(kind)
            if show is None:
                show = self.shows[kind] = self.show_for(kind)
            return show(x, level)
        except Exception:  # most likely another thread changed it meanwhile
            return f"<{kind.__name__}>"

    def show_for(self, kind: type) -> Show:
        """Find out how to show the values of a class that is not Python's own."""
        if issubclass(kind, type):
            return lambda value, level: f"<class {value.__name__}>"
        if issubclass(kind, Enum):
            return lambda value, level: f"{kind.__name__}.{value.__dict__['_name_']}"
        if issubclass(kind, BaseException):
            stores = stores_of(kind)
            return lambda value, level: self.of_exception(value, stores, level)
        fields = shown_fields(kind)
        if fields is None:
            return lambda value, level: f"<{kind.__name__}>"
        for base in (*DICTS, list, tuple, set, frozenset, str, int, float, deque):
            if issubclass(kind, base):
                return self.of_extended(kind, base)
        stores = stores_of(kind)
        return lambda value, level: self.of_object(value, stores, fields, level)

    def of_extended(self, kind: type, base: Any) -> Show:
        """Show an instance of a class that extends a built-in one, and keeps its `__repr__`."""
        copy = base if base not in DICTS else lambda value: dict(dict.items(value))
        return lambda value, level: f"{kind.__name__}({self.repr1(copy(value), level)})"

    def of_int(self, value: int, level: int) -> str:
        bits = value.bit_length()
        return repr(value) if bits <= MOST_BITS else f"<int of {bits} bits>"

    def of_bytes(self, value: bytes | bytearray, level: int) -> str:
        cut = "" if len(value) <= self.maxstring else "..."
        return repr(value[: self.maxstring]) + cut

    def of_set(self, value: set[Any] | frozenset[Any], level: int) -> str:
        shown = [self.repr1(item, level - 1) for item in islice(value, MOST_ITEMS if level else 0)]
        return f"{{{joined(shown, len(value))}}}" if value else ""

    def of_dict(self, value: dict[Any, Any], level: int) -> str:
        shown = [
            f"{self.repr1(key, level - 1)}: {self.repr1(item, level - 1)}"
            for key, item in islice(value.items(), MOST_ITEMS if level else 0)
        ]
        text = joined(shown, len(value))
        name = type(value).__name__
        return f"{{{text}}}" if name == "dict" else f"{name}({{{text}}})"

    def of_object(
        self, value: object, stores: Stores, fields: Callable[[str], bool], level: int
    ) -> str:
        """Show an object by its attributes."""
        public = {name: item for name, item in attributes(value, stores) if fields(name)}
        name = name_of(value)
        return self.of_call(name, (), public, level) if public else f"<{name}>"

    def of_exception(self, value: BaseException, stores: Stores, level: int) -> str:
        """Show an exception by what was passed on to `Exception`, or else by its attributes."""
        args = vars(BaseException)["args"].__get__(value)
        stored = [] if args else attributes(value, stores)
        public = {name: item for name, item in stored if is_public(name) and item is not None}
        return self.of_call(name_of(value), args, public, level)

    def of_call(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], level: int) -> str:
        """Show something as the call that would make it."""
        if not level:
            return f"{name}(...)"
        shown = [self.repr1(arg, level - 1) for arg in args[:MOST_ITEMS]]
        for key, item in islice(kwargs.items(), MOST_ITEMS - len(shown)):
            shown.append(f"{key}={self.repr1(item, level - 1)}")
        return f"{name}({joined(shown, len(args) + len(kwargs))})"


def joined(shown: list[str], count: int) -> str:
    """Join the texts of the first few of so many items."""
    return ", ".join([*shown, "..."] if count > len(shown) else shown)


def name_of(value: object) -> str:
    """Give the name of a value's class."""
    return type(value).__name__


def is_public(name: str) -> bool:
    """Tell whether an attribute is meant to be seen."""
    return name[:1] != "_"


def shown_fields(kind: type) -> Callable[[str], bool] | None:
    """Tell which attributes a class shows in its repr; None if it has a `__repr__` of its own."""
    owner = next(base for base in kind.__mro__ if "__repr__" in vars(base))
    if owner.__module__ in ("builtins", "collections"):
        return is_public
    function = vars(owner)["__repr__"]
    if type(function) is not types.FunctionType:
        return None
    file = function.__code__.co_filename
    if file == collections.__file__:  # a namedtuple
        return is_public
    if file in GENERATED:
        hidden = {field.name for field in dataclasses.fields(owner) if not field.repr}
    elif str(function.__module__).partition(".")[0] in ("pydantic", "sqlmodel"):
        fields = getattr(kind, "__pydantic_fields__", {})
        hidden = {name for name, field in fields.items() if not field.repr}
    elif "__attrs_attrs__" in vars(owner) and "attrs generated" in file:
        hidden = {field.name for field in vars(owner)["__attrs_attrs__"] if not field.repr}
    else:
        return None
    return lambda name: is_public(name) and name not in hidden


def stores_of(kind: type) -> Stores:
    """Find where the instances of a class keep their attributes: no property, no `__getattr__`."""
    return [
        (name, slot)
        for base in reversed(kind.__mro__)
        for name, slot in vars(base).items()
        if (type(slot) is types.MemberDescriptorType and base.__module__ != "builtins")
        or (name == "__dict__" and type(slot) is types.GetSetDescriptorType)
    ]


def attributes(value: object, stores: Stores) -> Iterator[tuple[str, Any]]:
    """Read the attributes stored in an object."""
    for name, store in stores:
        if name == "__dict__":
            yield from store.__get__(value).items()
            continue
        try:
            yield name, store.__get__(value)
        except AttributeError:  # an empty slot
            continue


SHORT = ShortRepr()


def short_repr(value: object) -> str:
    """Give a short text for a value, of `LONGEST` characters at most.

    Looks at a few items and levels only. Never raises, and calls no code of the value's own class.

    Example:
        >>> class Product:
        ...     def __init__(self):
        ...         self.name, self.price = "book", 9
        >>> class Secret(Product):
        ...     def __repr__(self):
        ...         return "Secret(***)"
        >>> short_repr([Product(), Secret(), ("x", None), *range(1000)])
        "[Product(name='book', price=9), <Secret>, ('x', None), 0, ...]"
    """
    return kept(value) if type(value) in KEPT else made(value)


def made(value: object) -> str:
    """Make the text."""
    text = SHORT.repr1(value, SHORT.maxlevel)
    if not text.isprintable():  # the name of a class or of an attribute may be any string
        text = ascii(text)[1:-1]
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


# What most variables hold: a step need not make their texts anew. Values that are equal and of one
# of these types have one text.
KEPT = frozenset((int, str, type(None)))
kept = functools.lru_cache(maxsize=10_000)(made)
