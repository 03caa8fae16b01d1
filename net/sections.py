"""The sections of a snapshot that list what lies in view: drawn once, gathered for every viewer."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ecs.columns import Identity, Rows
from ecs.world import World
from net.interest import Gaze, PointIndex, View
from net.kernels import bodies, things
from net.kernels.gathering import gather_events, gather_mates, gather_rows
from net.kernels.headers import FRAME_BYTES
from schema.columns import (
    Area,
    Barrier,
    Channel,
    Clock,
    Cover,
    Dash,
    Events,
    Flight,
    Goods,
    Intent,
    Position,
    Progress,
    Role,
    Shape,
    Stats,
    Vitals,
)

PLAYERS_AT = FRAME_BYTES + 102
PROJECTILES_AT = FRAME_BYTES + 104
AREAS_AT = FRAME_BYTES + 106
OBSTACLES_AT = FRAME_BYTES + 108
PICKUPS_AT = FRAME_BYTES + 110
MATES_AT = FRAME_BYTES + 112
EVENTS_AT = FRAME_BYTES + 114
"""Where a frame has the numbers of rows."""

PLAYERS_MAX = 256
PROJECTILES_MAX = 512
AREAS_MAX = 128
OBSTACLES_MAX = 128
PICKUPS_MAX = 256
MATES_MAX = 8
EVENTS_MAX = 192
"""Most rows of each kind in one snapshot; further ones are dropped and counted, team mates beyond
the eighth are not listed."""

NOTHING_HIDDEN = np.zeros(0, dtype=np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Sheets:
    """The snapshots being written, one behind the other.

    Attributes:
        buffer: u8[n * stride].
        stride: bytes for each.
        ends: i64[n], place behind what was written so far.
        dropped: i64[1], rows that did not fit, counted up.
    """

    buffer: NDArray[np.uint8]
    stride: int
    ends: NDArray[np.int64]
    dropped: NDArray[np.int64]


@dataclass(slots=True, eq=False)
class Section:
    """Rows of one table that lie in view.

    Attributes:
        draw: draws all rows of the table into ``rows``.
        count, x_u, y_u: the table's columns.
        index: of its points.
        size, limit, count_at: bytes of a row, most rows, place of their number in the frame.
        rows: u8[capacity * size].
        reach_x_u, reach_y_u: f64[capacity]; reach_most_u: f64[2].
    """

    draw: Callable[[], None]
    count: NDArray[np.int64]
    x_u: NDArray[np.float64]
    y_u: NDArray[np.float64]
    index: PointIndex
    size: int
    limit: int
    count_at: int
    rows: NDArray[np.uint8]
    reach_x_u: NDArray[np.float64]
    reach_y_u: NDArray[np.float64]
    reach_most_u: NDArray[np.float64]

    def prepare(self) -> None:
        """Draw the rows and find where they lie."""
        self.draw()
        self.index.sort(self.count, self.x_u, self.y_u)

    def gather(
        self,
        gaze: Gaze,
        half_u: NDArray[np.float64],
        first: NDArray[np.int64],
        hidden: NDArray[np.uint8],
        sheets: Sheets,
    ) -> None:
        """Append to every sheet what its viewer sees."""
        gather_rows(
            sheets.stride,
            self.count_at,
            self.size,
            self.limit,
            gaze.x_u,
            gaze.y_u,
            half_u,
            first,
            hidden,
            self.x_u,
            self.y_u,
            self.reach_x_u,
            self.reach_y_u,
            self.reach_most_u,
            self.index.cells,
            self.index.start,
            self.index.row_of,
            self.rows,
            sheets.buffer,
            sheets.ends,
            sheets.dropped,
        )


@dataclass(frozen=True, slots=True)
class Site:
    """What sections are made for.

    Attributes:
        world: the match.
        view: what its viewers may see.
        size_u: width and height of the world.
    """

    world: World
    view: View
    size_u: tuple[float, float]

    def section(self, table: str, size: int, limit: int, count_at: int) -> Section:
        """An empty section of a table; whoever asks says how it is drawn."""
        world, capacity = self.world, self.world.layout.capacities[table]
        place = world.group(table, Shape if table == "obstacles" else Position)
        assert isinstance(place, Shape | Position)
        reach = np.zeros(capacity)
        return Section(
            draw=lambda: None,
            count=world.group(table, Rows).count,
            x_u=place.x_u,
            y_u=place.y_u,
            index=PointIndex(self.view, *self.size_u, capacity),
            size=size,
            limit=limit,
            count_at=count_at,
            rows=np.zeros(capacity * size, dtype=np.uint8),
            reach_x_u=reach,
            reach_y_u=reach,
            reach_most_u=np.zeros(2),
        )


def players_section(site: Site, held: NDArray[np.uint8]) -> Section:
    """Living bodies.

    Args:
        held: u8[abilities], the charges that are held; written before this is drawn.
    """
    made = site.section("players", bodies.PLAYER_BYTES, PLAYERS_MAX, PLAYERS_AT)
    world = site.world
    vitals, stats = world.group("players", Vitals), world.group("players", Stats)
    channel = world.group("players", Channel)
    made.draw = partial(
        bodies.draw_players,
        made.count,
        world.group("match", Clock).tick,
        made.x_u,
        made.y_u,
        world.group("players", Intent).aim,
        vitals.down,
        vitals.health_hp,
        vitals.shield_hp,
        stats.health_max_hp,
        world.group("players", Dash).until_tick,
        channel.slot,
        channel.length_u,
        held,
        world.group("players", Cover).bush,
        stats.flags,
        world.group("players", Progress).level,
        made.rows,
    )
    return made


def projectiles_section(site: Site) -> Section:
    """Projectiles in flight."""
    made = site.section("projectiles", things.PROJECTILE_BYTES, PROJECTILES_MAX, PROJECTILES_AT)
    flight = site.world.group("projectiles", Flight)
    identity = site.world.group("projectiles", Identity)
    made.draw = partial(
        things.draw_projectiles,
        made.count,
        identity.slot,
        identity.generation,
        made.x_u,
        made.y_u,
        flight.direction,
        flight.owner,
        flight.skill,
        flight.radius_u,
        made.rows,
    )
    return made


def areas_section(site: Site) -> Section:
    """Areas that will go off."""
    made = site.section("areas", things.AREA_BYTES, AREAS_MAX, AREAS_AT)
    area, identity = site.world.group("areas", Area), site.world.group("areas", Identity)
    made.reach_x_u = made.reach_y_u = area.radius_u
    made.draw = partial(
        things.draw_areas,
        made.count,
        site.world.group("match", Clock).tick,
        identity.slot,
        identity.generation,
        made.x_u,
        made.y_u,
        area.radius_u,
        area.fire_tick,
        area.until_tick,
        area.owner,
        area.skill,
        made.rows,
        made.reach_most_u,
    )
    return made


def obstacles_section(site: Site, directions: NDArray[np.float64]) -> Section:
    """Crates and barriers.

    Args:
        directions: f64[4096, 2], unit vectors.
    """
    made = site.section("obstacles", things.OBSTACLE_BYTES, OBSTACLES_MAX, OBSTACLES_AT)
    shape = site.world.group("obstacles", Shape)
    barrier, identity = (
        site.world.group("obstacles", Barrier),
        site.world.group("obstacles", Identity),
    )
    made.reach_x_u, made.reach_y_u = np.zeros_like(shape.x_u), np.zeros_like(shape.x_u)
    made.draw = partial(
        things.draw_obstacles,
        made.count,
        identity.slot,
        identity.generation,
        barrier.kind,
        made.x_u,
        made.y_u,
        shape.hx_u,
        shape.hy_u,
        shape.radius_u,
        shape.heading,
        barrier.health_hp,
        barrier.full_hp,
        barrier.blocks,
        directions,
        made.rows,
        made.reach_x_u,
        made.reach_y_u,
        made.reach_most_u,
    )
    return made


def pickups_section(site: Site) -> Section:
    """Items that lie about."""
    made = site.section("pickups", things.PICKUP_BYTES, PICKUPS_MAX, PICKUPS_AT)
    identity = site.world.group("pickups", Identity)
    made.draw = partial(
        things.draw_pickups,
        made.count,
        identity.slot,
        identity.generation,
        made.x_u,
        made.y_u,
        site.world.group("pickups", Goods).item,
        made.rows,
    )
    return made


class Mates:
    """Living team mates of every viewer, wherever they are."""

    def __init__(self, world: World) -> None:
        self._rows = np.zeros(
            world.layout.capacities["players"] * bodies.MATE_BYTES, dtype=np.uint8
        )
        self._players, body = world.group("players", Rows), world.group("players", Position)
        self._vitals, self._role = world.group("players", Vitals), world.group("players", Role)
        self._draw = partial(
            bodies.draw_mates,
            self._players.count,
            body.x_u,
            body.y_u,
            self._vitals.down,
            self._vitals.health_hp,
            world.group("players", Stats).health_max_hp,
            self._rows,
        )

    def gather(self, gaze: Gaze, sheets: Sheets) -> None:
        """Append them to every sheet."""
        self._draw()
        gather_mates(
            gaze.viewers,
            self._players.count,
            sheets.stride,
            MATES_AT,
            bodies.MATE_BYTES,
            MATES_MAX,
            self._vitals.alive,
            self._role.team,
            self._rows,
            sheets.buffer,
            sheets.ends,
        )


class Happenings:
    """The events of the tick."""

    def __init__(self, world: World) -> None:
        self._rows = np.zeros(
            world.scratch_layout.capacities["events"] * things.EVENT_BYTES, dtype=np.uint8
        )
        self._count = world.group("events", Rows).count
        self._record = world.group("events", Events).record
        self._players = world.group("players", Rows).count
        self._capacity = world.layout.capacities["players"]

    def gather(self, gaze: Gaze, half_u: NDArray[np.float64], sheets: Sheets) -> None:
        """Append to every sheet what its viewer sees happen."""
        things.draw_events(self._count, self._record, self._rows)
        gather_events(
            self._count,
            self._players,
            sheets.stride,
            EVENTS_AT,
            things.EVENT_BYTES,
            EVENTS_MAX,
            gaze.x_u,
            gaze.y_u,
            half_u,
            gaze.hidden,
            self._capacity,
            self._record,
            self._rows,
            sheets.buffer,
            sheets.ends,
            sheets.dropped,
        )
