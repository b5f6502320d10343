"""Step through it: a guided tour in pdb, and what other debuggers need.

stops.py declares and finds the stops, tours.py holds them, debugger.py is the pdb, walk.py takes a
tour; lanes.py says which thread is where, program.py knows a learner's own program.
"""
