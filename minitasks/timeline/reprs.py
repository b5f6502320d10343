"""Values: a short text for any object, made without asking the object.

A `__repr__` may raise, block or take minutes, and it would do so in the midst of the learner's
program, on its threads. So none but those of a few built-in types are called. Everything else is
shown by its class and its attributes, read where they are stored: no property, no `__getattr__`, no
`__iter__`, no `__lt__` of a class written in Python runs. `reprlib` bounds the length of what it
shows, but it calls all of these.
"""

import contextlib
import datetime
import decimal
import functools
import pathlib
import reprlib
import types
import uuid
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from types import GetSetDescriptorType, MemberDescriptorType
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
ARGS = BaseException.__dict__["args"]

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
    if not text.isprintable():  # the name of a class or of an attribute may be any string
        text = ascii(text)[1:-1]
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def class_name(value: object) -> str:
    """Give the name of a value's class."""
    return str(NAME.__get__(type(value)))


def describe(value: object, level: int) -> str:
    """Give a text for a value, going `level` levels deep."""
    kind = type(value)
    # By identity: a dict of classes would call the __hash__ of a metaclass.
    show = SHOW.get(id(kind))
    if show is None:
        show = remembered_shape(kind) if can_be_key(kind) else shape_of(kind)
    return show(value, level)


def can_be_key(kind: type) -> bool:
    """Tell whether to look for a class in a dict runs no code but Python's own."""
    meta = type(kind)
    return meta.__hash__ is type.__hash__ and meta.__eq__ is type.__eq__


def shape_of(kind: type) -> Show:
    """Find out how to show the values of a class that the table does not have."""
    if issubclass(kind, type):
        return of_class
    if issubclass(kind, Enum):
        return of_enum
    if issubclass(kind, BaseException):
        return of_exception
    for base, show in EXTENDED:
        if issubclass(kind, base):
            return functools.partial(of_extended, show)
    return functools.partial(of_object, layout_of(kind))


# To find out costs more than to show.
remembered_shape: Callable[[type], Show] = functools.lru_cache(maxsize=256)(shape_of)


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
    shown = [
        f"{describe(key, level - 1)}: {describe(item, level - 1)}"
        for key, item in islice(dict.items(value), MOST_ITEMS)
    ]
    return f"{{{joined(shown, count)}}}"


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


def of_class(value: type, level: int) -> str:
    return f"<class {NAME.__get__(value)}>"


def of_enum(value: Enum, level: int) -> str:
    return f"{class_name(value)}.{attributes(value, layout_of(type(value))).get('_name_')}"


def of_exception(value: BaseException, level: int) -> str:
    return call(class_name(value), ARGS.__get__(value), {}, level)


def of_extended(show: Show, value: object, level: int) -> str:
    """Show an instance of a class that extends a built-in one."""
    return f"{class_name(value)}({show(value, level)})"


def of_object(layout: "Layout", value: object, level: int) -> str:
    """Show an object by its attributes."""
    found = attributes(value, layout)
    public = {name: item for name, item in found.items() if name[:1] != "_"}
    name = class_name(value)
    return call(name, (), public, level) if public else f"<{name}>"


# -- parts ----------------------------------------------------------------------------------------


def of_items(items: Iterable[Any], count: int, level: int) -> str:
    """Show the first few items of a container."""
    if not level and count:
        return "..."
    return joined([describe(item, level - 1) for item in islice(items, MOST_ITEMS)], count)


def joined(shown: list[str], count: int) -> str:
    """Join what is shown of `count` items, and tell if there are more."""
    return ", ".join([*shown, "..."] if count > len(shown) else shown)


def call(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], level: int) -> str:
    """Show something as the call that would make it."""
    if not level:
        return f"{name}(...)"
    shown = [describe(arg, level - 1) for arg in args[:MOST_ITEMS]]
    for key, item in islice(kwargs.items(), MOST_ITEMS - len(shown)):
        shown.append(f"{key}={describe(item, level - 1)}")
    return f"{name}({joined(shown, len(args) + len(kwargs))})"


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the instances of a class keep their attributes: the descriptors that read them."""

    slots: tuple[tuple[str, Any], ...]
    dicts: tuple[Any, ...]


def layout_of(kind: type) -> Layout:
    """Find the slots and the `__dict__` of a class; not a property that calls itself so."""
    slots: list[tuple[str, Any]] = []
    dicts: list[Any] = []
    for base in reversed(MRO.__get__(kind)):
        namespace = NAMESPACE.__get__(base)
        found = [(name, namespace.get(name)) for name in slot_names(namespace)]
        slots += [(name, slot) for name, slot in found if type(slot) is MemberDescriptorType]
        own_dict = namespace.get("__dict__")
        if type(own_dict) is GetSetDescriptorType:
            dicts.append(own_dict)
    return Layout(tuple(slots), tuple(dicts))


def slot_names(namespace: Any) -> tuple[str, ...]:
    """Give the names in a class's `__slots__`."""
    names = namespace.get("__slots__", ())
    if type(names) is str:
        return (names,)
    return tuple(names) if type(names) in (tuple, list, dict) else ()


def attributes(value: object, layout: Layout) -> dict[str, Any]:
    """Read the attributes stored in an object."""
    found: dict[str, Any] = {}
    for name, slot in layout.slots:
        with contextlib.suppress(AttributeError):  # an empty slot
            found[name] = slot.__get__(value)
    for own_dict in layout.dicts:
        found.update(own_dict.__get__(value))
    return found


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
