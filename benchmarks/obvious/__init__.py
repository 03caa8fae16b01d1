"""The same rules written the obvious way: one esper entity per game entity, in plain Python.

This is what a careful author writes first: dataclass components, a processor per rule, dictionary
grids so that nobody is compared with everybody.  It plays the very match that ``systems`` plays
(``test_obvious`` compares them tick by tick), so the difference is the way it is written alone.
"""
