"""The store: one SQLite file of everything that outlives a match, and the one task that writes it.

::

    submit(change) ─▶ waiting line ─▶ Store.run ─▶ one thread ─▶ StoreFile
                          └─▶ spool, while the database refuses ──┘
    ask(query) ─────▶ reading threads ─▶ StoreFile, reading alone
"""
