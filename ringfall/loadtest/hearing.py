"""What one connection knows of its match, and what it makes of it: snapshots in, commands out.

Those that *watch closely* read every byte and predict their own body.  For a process that plays
hundreds that is too dear, so the others read the head of each snapshot alone: they play by the
place they are told now and then, and by the zone that somebody else in their match was told of.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from net.known import Figures
from net.mirror import Mirror
from ringfall.loadtest.pacer import Pacer
from ringfall.loadtest.playing import WIRE_STEPS, Place, Player, Sight
from ringfall.loadtest.predicting import Pilot, tells_nothing
from ringfall.loadtest.stage import Command
from schema.messages import RESYNC, Input, Joined, Welcome

PLACE_TICKS: Final = 45  # between questions where the own body is, of those who do not predict
_PLACE: Final = struct.Struct("<2d")


class Hearing:
    """One life in one match.

    Args:
        welcome: as received.
        pilot: predicts the own body, None for nobody.
        closely: whether every byte is read.
        zones: newest figures of the match by match id, of those who read them; written and read.
        seed: of what is played.

    Attributes:
        alive: whether the own body was alive in the newest snapshot; None before the first.
        seq: of the newest INPUT.
        pacer: how many commands to send.
    """

    def __init__(
        self,
        welcome: Welcome,
        pilot: Pilot | None,
        closely: bool,
        zones: dict[str, Figures],
        seed: int,
    ) -> None:
        self.mirror, self.pilot = Mirror(), pilot
        self.pacer, self._player = Pacer(), Player(seed)
        self._closely, self._zones, self._match_id = closely, zones, welcome.match_id
        self._slot = welcome.slot
        self._teams = {row.slot: row.team for row in welcome.roster}
        self.alive: bool | None = None
        self.seq = 0

    def joined(self, message: Joined) -> None:
        """Somebody else has come."""
        self._teams[message.slot] = message.team

    def heard(self, payload: bytes) -> None:
        """Take a snapshot.

        Raises:
            BadPayloadError: the server sent what it must not.
        """
        mirror = self.mirror
        if not self._closely:
            mirror.skim(payload)
        else:
            mirror.apply(payload)
            self._zones[self._match_id] = mirror.figures
            if self.pilot is not None:
                self.pilot.heard(mirror, tells_nothing(payload))
        self.pacer.heard(mirror.lead)
        motion = mirror.motion
        self.alive = mirror.check is not None or (motion is not None and motion.tick == mirror.tick)

    def command(self) -> Input:
        """The INPUT of the next tick; its seq is ``seq`` from now on."""
        player = self._player
        sight = Sight(self._place(), self._enemies() if player.looks else (), self._zone())
        command: Command = player.decide(sight)
        move, aim, reach, buttons = command
        self.seq += 1
        if self.pilot is not None:
            asks = self.pilot.asks
            self.pilot.sent(self.seq, command)
        else:
            asks = self.seq % PLACE_TICKS == 1
        ack = max(self.mirror.tick, 0)
        return Input(self.seq, move, aim, reach, buttons | (RESYNC if asks else 0), ack)

    def _place(self) -> Place | None:
        newest = self.pilot.newest if self.pilot is not None else None
        if newest is not None:
            x, y = _PLACE.unpack_from(newest)
            return x, y
        motion = self.mirror.motion
        return None if motion is None else (motion.x_u, motion.y_u)

    def _zone(self) -> Figures | None:
        return self._zones.get(self._match_id)

    def _enemies(self) -> Iterator[Place]:
        own = self._teams.get(self._slot)
        for slot, body in self.mirror.bodies.items():
            if self._teams.get(slot, -1) != own:
                yield body.x / WIRE_STEPS, body.y / WIRE_STEPS
