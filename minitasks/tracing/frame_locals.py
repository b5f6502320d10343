"""Frame locals: read a frame's variables and change nothing.

Up to Python 3.12 `frame.f_locals` makes a dict that stays: it keeps what was deleted alive, and on
3.11 it is written back, over what another thread has put into a closure's variable meanwhile.
"""

import ctypes
import functools
import inspect
import sys
from collections.abc import Mapping
from types import CellType, CodeType, FrameType
from typing import Any


def local_variables(frame: FrameType) -> Mapping[str, Any]:
    """Read those variables of a current thread's frame that have a value just now, by name.

    A module's and a class's are its namespace itself.
    """
    if sys.version_info >= (3, 13) or not frame.f_code.co_flags & inspect.CO_OPTIMIZED:
        return frame.f_locals
    return fast_locals(frame)


if sys.version_info >= (3, 12):
    get_var = ctypes.pythonapi.PyFrame_GetVar
    get_var.argtypes = [ctypes.py_object, ctypes.py_object]
    get_var.restype = ctypes.py_object

    def fast_locals(frame: FrameType) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in layout_of(frame.f_code)[0]:
            try:
                found[name] = get_var(frame, name)
            except NameError:  # no value yet, or none any more
                continue
        return found

else:
    WORD = ctypes.sizeof(ctypes.c_void_p)
    # In words: where a frame object keeps its interpreter frame (behind the two of every object and
    # f_back), and where that one keeps the variables.
    INTERPRETER_FRAME = 3
    VARIABLES = 9

    def fast_locals(frame: FrameType) -> dict[str, Any]:
        """Look into the interpreter's frame, whose layout is the same in every Python 3.11."""
        code = frame.f_code
        start = ctypes.c_void_p.from_address(id(frame) + INTERPRETER_FRAME * WORD).value
        assert start is not None
        names, cells, array = layout_of(code)
        values = array.from_address(start + VARIABLES * WORD)
        found: dict[str, Any] = {}
        for number, name in enumerate(names):
            try:
                value = values[number]
                is_cell = name in cells and type(value) is CellType
                found[name] = value.cell_contents if is_cell else value
            except ValueError:  # no value yet, or none any more
                continue
        return found


@functools.cache
def layout_of(code: CodeType) -> tuple[tuple[str, ...], frozenset[str], Any]:
    """Name a function's variables in the order in which a frame keeps them; those that are shared
    with another function, in a cell; and the type of the array that holds the values.
    """
    own = code.co_varnames
    shared = (*code.co_cellvars, *code.co_freevars)
    names = (*own, *(name for name in shared if name not in own))
    return names, frozenset(shared), ctypes.py_object * len(names)
