"""Implementations: who is asked to keep the laws. Starlette, the core, and the core made fast.

A law that Starlette passes too is Starlette's. `LIBRARIES` holds all of them, `REBUILT` only ours.
"""

from pathlib import Path

import docs.snippets.faster
from minitasks.scenarios.library import library_of, load_library

STARLETTE = load_library("starlette")
MINITASKS = load_library("minitasks")
FASTER = library_of("faster", [docs.snippets.faster])
FASTER_FILE = Path(docs.snippets.faster.__file__)
REBUILT = (MINITASKS, FASTER)
LIBRARIES = (STARLETTE, *REBUILT)
