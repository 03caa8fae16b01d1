"""Matches of a process that was killed, from their journals to people back in their bodies.

judging    may this build go on with it?      reopening  keyframe and ticks → the match as it was
recovery   one journal after the other        report     what came of each, for people and logs
"""

from ringfall.recovery.recovery import Recovery, put_aside
from ringfall.recovery.report import Recovered, Report, SetAside

__all__ = ["Recovered", "Recovery", "Report", "SetAside", "put_aside"]
