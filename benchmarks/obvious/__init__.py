"""The plain rules written the obvious way: one esper entity per game entity, in plain Python.

This is what a careful author writes first: dataclass components, a processor per rule, dictionary
grids so that nobody is compared with everybody.

Not all rules: ``plain`` takes from the shipped balance what its players do not do here (charging,
statuses, teams, loot, and so on), for both sides.  That match ``systems`` plays as well
(``test_obvious`` compares them tick by tick), so the difference is the way it is written; what the
full rules cost when nobody uses them is on the side of ``systems``.
"""
