"""Timeline: record what really happens (record.py), as plain events (events.py), and draw it.

The pictures: lanes.py in the terminal, page.py to replay, svg.py to keep, trace_file.py for others.
"""
