"""The edge: bytes from clients become validated messages, and snapshots become bytes.

Nothing here knows the rules of the game, and only listener.py knows sockets and trio.
"""
