"""Mutation testing: does a test fail for every change of the core? `python -m tests.mutation`

Two kinds of mutants. mutmut makes small ones of every function; equivalents.py lists those that
change no behaviour, and why. wrong/ holds wrong ideas, written as the exercises' mistakes are.
"""
