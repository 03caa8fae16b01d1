"""Storage and schedule: the part of the house that knows no game.

Columns are declared once (``columns``), laid out into one block (``layout``), owned by a
world (``world``), and changed by systems that say beforehand what they read and write
(``schedule``).  Machine code enters through ``kernel`` alone.
"""
