"""The benchmark: Starlette, the core, and the core made fast, side by side. `python -m tests.bench`

cases.py says what is measured and measures it once in a fresh process, __main__.py starts several
such processes, and prints the medians of the ratios to Starlette.
"""
