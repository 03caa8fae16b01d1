"""What a match leaves behind on disk: the journal, which is also the replay.

This package knows bytes, order and damage; it knows no game rules. State blocks and commands
are opaque here, and every hash is computed by the caller. ``docs/replay-format.md`` draws the
file byte for byte.

Read in this order: ``records`` (what is said), ``keyframes`` and ``changes`` (what is compressed),
``frames`` (how it is framed), ``tally`` (which record may come next), ``journal_file`` (writing),
``reader`` (reading), ``writer`` (the task that keeps the disk away from the tick), ``tail`` (what
survives a kill), ``salvage`` (what the next process makes of it).
"""
