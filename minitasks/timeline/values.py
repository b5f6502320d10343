"""Values: a short text for any object, made without asking the object.

A `__repr__` may raise, block or take minutes, and it would do so in the midst of the learner's
program, on its threads. So none but those of a few built-in types are called. Everything else is
shown by its class and its attributes, read where they are stored: no property, no `__getattr__`, no
`__iter__`, no `__lt__` of a class written in Python runs. `reprlib` bounds the length of what it
shows, but it calls all of these.
"""

import datetime
import decimal
import functools
import pathlib
import reprlib
import types
import uuid
from collections import deque
from collections.abc import Callable, Iterable
from enum import Enum
from itertools import islice
from typing import Any

Show = Callable[[Any, int], str]

LONGEST = 120  # characters of the whole text
LONGEST_STRING = 40  # characters of one string in it
MOST_ITEMS = 4
MOST_LEVELS = 3
MOST_BITS = 128  # a larger int is told by its size: to spell it out takes quadratic time

# What `type` itself knows of a class, so that a metaclass of its own is not asked.
NAME = type.__dict__["__name__"]
MRO = type.__dict__["__mro__"]
NAMESPACE = type.__dict__["__dict__"]

STRINGS = reprlib.Repr()
STRINGS.maxstring = LONGEST_STRING


def short_repr(value: object) -> str:
    """Give a short text for a value, of `LONGEST` characters at most.

    Looks at a few items and levels only. Never raises, and calls no code of the value's own class.

    Example:
        >>> class Product:
        ...     def __init__(self):
        ...         self.name, self.price = "book", 9
        ...     def __repr__(self):
        ...         raise RuntimeError
        >>> short_repr([Product(), 2, ("x", None), *range(1000)])
        "[Product(name='book', price=9), 2, ('x', None), 0, ...]"
    """
    try:
        text = describe(value, MOST_LEVELS)
    except Exception:
        # Most likely another thread changed it meanwhile.
        text = f"<{class_name(value)}>"
    if not text.isprintable():  # the name of a class may be any string
        text = ascii(text)[1:-1]
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def class_name(value: object) -> str:
    """Give the name of a value's class."""
    return str(NAME.__get__(type(value)))


def describe(value: object, level: int) -> str:
    """Give a text for a value, going `level` levels deep."""
    # By identity: a dict of classes would call the __hash__ of a metaclass.
    show = SHOW.get(id(type(value)), of_object)
    return show(value, level)


# -- one function for each shape ------------------------------------------------------------------


def of_plain(value: Any, level: int) -> str:
    """Show what has a short repr of Python's own."""
    return repr(value)


def of_int(value: int, level: int) -> str:
    bits = int.bit_length(value)
    return int.__repr__(value) if bits <= MOST_BITS else f"<int of {bits} bits>"


def of_str(value: str, level: int) -> str:
    return STRINGS.repr_str(value, level)


def of_bytes(value: bytes | bytearray, level: int) -> str:
    text = repr(value[:LONGEST_STRING])
    return text if len(value) <= LONGEST_STRING else text + "..."


def of_list(value: list[Any], level: int) -> str:
    return f"[{of_items(list.__iter__(value), list.__len__(value), level)}]"


def of_tuple(value: tuple[Any, ...], level: int) -> str:
    count = tuple.__len__(value)
    comma = "," if count == 1 else ""
    return f"({of_items(tuple.__iter__(value), count, level)}{comma})"


def of_set(value: set[Any], level: int) -> str:
    count = set.__len__(value)
    return f"{{{of_items(set.__iter__(value), count, level)}}}" if count else "set()"


def of_frozenset(value: frozenset[Any], level: int) -> str:
    items = of_items(frozenset.__iter__(value), frozenset.__len__(value), level)
    return f"frozenset({{{items}}})" if items else "frozenset()"


def of_deque(value: deque[Any], level: int) -> str:
    return f"deque([{of_items(deque.__iter__(value), deque.__len__(value), level)}])"


def of_dict(value: dict[Any, Any], level: int) -> str:
    count = dict.__len__(value)
    if not level and count:
        return "{...}"
    pairs = (
        f"{describe(key, level - 1)}: {describe(item, level - 1)}"
        for key, item in dict.items(value)
    )
    return f"{{{first_of(pairs, count)}}}"


def of_function(value: Any, level: int) -> str:
    return f"<function {value.__name__}>"


def of_builtin(value: types.BuiltinFunctionType, level: int) -> str:
    # Its own repr tells an address, which differs from run to run.
    return f"<built-in {value.__name__}>"


def of_method(value: types.MethodType, level: int) -> str:
    function = value.__func__
    name = function.__qualname__ if type(function) is types.FunctionType else class_name(function)
    return f"<method {name}>"


def of_running(value: Any, level: int) -> str:
    """Show a coroutine or a generator."""
    return f"<{class_name(value)} {value.__name__}>"


def of_partial(value: functools.partial[Any], level: int) -> str:
    return call("partial", (value.func, *value.args), value.keywords, level)


def of_module(value: types.ModuleType, level: int) -> str:
    name = types.ModuleType.__getattribute__(value, "__dict__").get("__name__")
    return f"<module {name}>" if type(name) is str else "<module>"


def of_object(value: object, level: int) -> str:
    """Show an object of any other class: by what it extends, or else by its attributes."""
    kind = type(value)
    name = class_name(value)
    if issubclass(kind, type):
        return f"<class {NAME.__get__(value)}>"
    if issubclass(kind, Enum):
        return f"{name}.{attributes(value).get('_name_')}"
    if issubclass(kind, BaseException):
        return call(name, BaseException.__dict__["args"].__get__(value), {}, level)
    for base, show in EXTENDED:
        if issubclass(kind, base):
            return f"{name}({show(value, level)})"
    public = {key: item for key, item in attributes(value).items() if key[:1] != "_"}
    return call(name, (), public, level) if public else f"<{name}>"


# -- parts ----------------------------------------------------------------------------------------


def of_items(items: Iterable[Any], count: int, level: int) -> str:
    """Show the first few items of a container."""
    if not level and count:
        return "..."
    return first_of((describe(item, level - 1) for item in items), count)


def first_of(texts: Iterable[str], count: int) -> str:
    """Join the first few of `count` texts, and tell if there are more."""
    shown = list(islice(texts, MOST_ITEMS))
    return ", ".join([*shown, "..."] if count > len(shown) else shown)


def call(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], level: int) -> str:
    """Show something as the call that would make it."""
    if not level:
        return f"{name}(...)"
    positional = (describe(arg, level - 1) for arg in args)
    named = (f"{key}={describe(item, level - 1)}" for key, item in kwargs.items())
    return f"{name}({first_of((*positional, *named), len(args) + len(kwargs))})"


def attributes(value: object) -> dict[str, Any]:
    """Read the attributes stored in an object: its `__dict__` and its slots."""
    found: dict[str, Any] = {}
    for kind in reversed(MRO.__get__(type(value))):
        namespace = NAMESPACE.__get__(kind)
        for name in slots(namespace):
            slot = namespace.get(name)
            if type(slot) is types.MemberDescriptorType:
                found.update(read_slot(slot, name, value))
        own_dict = namespace.get("__dict__")
        # A class may define a property of this name.
        if type(own_dict) is types.GetSetDescriptorType:
            found.update(own_dict.__get__(value))
    return found


def slots(namespace: Any) -> tuple[str, ...]:
    """Give the names in a class's `__slots__`."""
    names = namespace.get("__slots__", ())
    if type(names) is str:
        return (names,)
    return tuple(names) if type(names) in (tuple, list, dict) else ()


def read_slot(slot: Any, name: str, value: object) -> dict[str, Any]:
    """Read one slot; an empty one gives nothing."""
    try:
        return {name: slot.__get__(value)}
    except AttributeError:
        return {}


# -- the table ------------------------------------------------------------------------------------

# Their reprs run no code but Python's own, and are short.
PLAIN: tuple[Any, ...] = (
    bool,
    complex,
    datetime.date,
    datetime.timedelta,
    decimal.Decimal,
    float,
    pathlib.PosixPath,
    pathlib.PurePosixPath,
    pathlib.PureWindowsPath,
    pathlib.WindowsPath,
    types.EllipsisType,
    types.NoneType,
    types.NotImplementedType,
    range,
    uuid.UUID,
)

SHAPES: dict[Any, Show] = {
    **dict.fromkeys(PLAIN, of_plain),
    int: of_int,
    str: of_str,
    bytes: of_bytes,
    bytearray: of_bytes,
    list: of_list,
    tuple: of_tuple,
    set: of_set,
    frozenset: of_frozenset,
    deque: of_deque,
    dict: of_dict,
    functools.partial: of_partial,
    types.BuiltinFunctionType: of_builtin,
    types.FunctionType: of_function,
    types.MethodType: of_method,
    types.ModuleType: of_module,
    types.CoroutineType: of_running,
    types.GeneratorType: of_running,
    types.AsyncGeneratorType: of_running,
}

SHOW = {id(kind): show for kind, show in SHAPES.items()}

EXTENDED: tuple[tuple[Any, Show], ...] = (
    (int, of_int),
    (float, lambda value, level: float.__repr__(value)),
    (str, lambda value, level: of_str(str.__str__(value), level)),
    (list, of_list),
    (tuple, of_tuple),
    (set, of_set),
    (frozenset, of_frozenset),
    (deque, of_deque),
    (dict, of_dict),
)
