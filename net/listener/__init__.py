"""The door to the outside: sockets, handshakes, one guarded task per connection. Only trio here.

    accept → limits per address → request head → Origin → WebSocket → JOIN → Door.enter → Seat

``serving`` accepts, ``connection`` is one client from accepted socket to closed socket, ``edge``
the socket as it is shared between trio-websocket and our own frames, ``intake`` reads from all of
them at once.
"""

from net.listener.intake import AVAILABLE, Intake
from net.listener.serving import serve

__all__ = ["AVAILABLE", "Intake", "serve"]
