"""The workshop: rebuild the library, exercise by exercise, graded on every save.

Read catalog.py (what there is to do), folder.py and journal.py (the learner's side), parent.py,
child.py and verdict.py (a file is graded), watch.py (the screen).
"""
