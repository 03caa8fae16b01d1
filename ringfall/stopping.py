"""How a server ends: at once, or when those who play have finished."""

from __future__ import annotations

import signal

import structlog
import trio

from ringfall.hosting.lobby import Lobby

log = structlog.get_logger("ringfall.server")

LOOK_EVERY_S = 0.1


class Ending:
    """Turns signals into the end of `scope`.

    SIGTERM drains: nobody new is let in, and those who play may go on for `drain_s`; when nobody
    plays any more, or time is up, the scope is cancelled. SIGINT, and any second signal, cancels
    it at once.

    Args:
        lobby: told to take nobody new.
        scope: everything that serves.
        drain_s: 0 for not waiting at all.
    """

    def __init__(self, lobby: Lobby, scope: trio.CancelScope, drain_s: float) -> None:
        self._lobby = lobby
        self._scope = scope
        self._drain_s = drain_s

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Wait for signals until cancelled.

        Stopping takes a moment, and whoever presses Ctrl-C again in it must not cost a journal its
        seal: signals are still taken then.
        """
        with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            task_status.started()
            async with trio.open_nursery() as nursery:
                async for number in signals:
                    self._take(signal.Signals(number), nursery)

    def _take(self, number: signal.Signals, nursery: trio.Nursery) -> None:
        playing = self._lobby.playing
        if number is signal.SIGTERM and not self._lobby.draining and playing and self._drain_s:
            self._lobby.draining = True
            log.info(
                "draining: a second signal stops at once",
                signal=number.name,
                playing=playing,
                drain_s=self._drain_s,
            )
            nursery.start_soon(self._drain)
            return
        stopping = self._scope.cancel_called
        log.info("stopping already" if stopping else "stopping", signal=number.name)
        self._stop()

    async def _drain(self) -> None:
        with trio.move_on_after(self._drain_s):
            while self._lobby.playing:
                await trio.sleep(LOOK_EVERY_S)
        log.info("drained", playing=self._lobby.playing)
        self._stop()

    def _stop(self) -> None:
        self._lobby.draining = True
        self._scope.cancel()
