"""The rules.  ``tick.py`` is the schedule and is read first; one file holds one system."""
