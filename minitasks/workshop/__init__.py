"""The workshop: rebuild the library, exercise by exercise, graded on every save.

Read catalog.py (what there is to do), folder.py and progress.py (the learner's side), grader.py,
grading.py and judging.py (a file is graded: parent, child, verdict), watch.py (the screen).
"""
