"""Exercise 4, solved: does a call belong on the event loop or in a worker thread?"""

import functools
import inspect
from typing import Any


def is_async_callable(obj: Any) -> bool:
    """Tell, without calling it, whether calling `obj` gives a coroutine to await."""
    # inspect looks through partials too, but only at functions: a partial of an object with an
    # async __call__ needs this. A loop, for Python keeps a partial of a partial nested if the inner
    # one was given attributes.
    target = obj
    while isinstance(target, functools.partial):
        target = target.func

    if inspect.iscoroutinefunction(target):
        return True

    # obj() really calls type(obj).__call__. Read from the object, it would be wrong for a class:
    # there it is the method of the instances, and calling the class only makes one.
    return callable(target) and inspect.iscoroutinefunction(type(target).__call__)
