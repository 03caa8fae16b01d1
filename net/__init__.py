"""The edge: bytes from clients become validated messages, and snapshots become bytes.

Nothing here knows the rules of the game, and only the listener knows sockets and trio.
"""
