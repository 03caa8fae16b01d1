"""The replay library: sealed journals, packed, indexed, kept under a rule, taken elsewhere.

``plans`` (what the packed form predicts), ``shelf`` (the files), ``entries`` (what is known of a
recording), ``keeping`` (which of them go), ``librarian`` (the task that does it all).
"""
