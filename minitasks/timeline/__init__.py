"""Timeline: record what really happens (record.py), as plain events (events.py), and show it.

calls.py computes the one view of a run. findings.py says in words what it has shown, terminal.py
draws it; page.py replays it, picture.py keeps it, trace_file.py hands it to other tools.
"""
