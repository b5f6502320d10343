"""Step through it: a guided tour in pdb, and what other debuggers need.

stops.py declares and finds the stops, tours.py holds them, debugger.py is the pdb, run_tour.py
takes a tour; own_program.py finds the stops of a learner's own program.
"""
