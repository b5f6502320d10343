"""The workshop: rebuild the library, exercise by exercise, graded on every save.

Read catalog.py (what there is to do), folder.py and progress.py (the learner's side), grader.py and
grading.py (how a file is judged: parent and child), verdict.py (what comes out), watch.py (the
screen).
"""
