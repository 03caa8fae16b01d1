"""The vocabulary of the game, without behaviour.

``columns`` is the manifest of all state, ``commands`` what players may ask for, ``events`` what
the rules report, ``messages`` what goes over the wire, ``balance`` and ``tiled`` what designers
write.
"""
