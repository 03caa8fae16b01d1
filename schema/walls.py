"""What stands in the way: one shape for everything, and what it stops.

A box, a circle (no half extents) and a segment (no half extent across, its half thickness as the
corner radius) are one rounded box each, turned to any of the committed directions.
"""

import numpy as np

BLOCKS_MOVE = 1
BLOCKS_SHOTS = 2
BLOCKS_SIGHT = 4
BLOCKS_ALL = BLOCKS_MOVE | BLOCKS_SHOTS | BLOCKS_SIGHT
"""Bits of what a wall stops: bodies, shots and throws, looks and blasts."""

WALL = np.dtype(
    [
        ("x_u", "<f8"),
        ("y_u", "<f8"),
        ("hx_u", "<f8"),
        ("hy_u", "<f8"),
        ("radius_u", "<f8"),
        ("ux", "<f8"),
        ("uy", "<f8"),
        ("reach_x_u", "<f8"),
        ("reach_y_u", "<f8"),
        ("blocks", "u1"),
        # Named, so that equal walls have equal bytes: a copy leaves nameless ones as they were.
        ("spare", "u1"),
        ("spare_2", "<u2"),
        ("spare_4", "<u4"),
    ]
)
"""One wall, 80 bytes, in units.

x_u, y_u: centre.  hx_u, hy_u: half extents in the wall's own frame, without the corner radius
radius_u.  (ux, uy): unit vector of its own x axis.  reach_x_u, reach_y_u: half extents of its
bounding box in the world, corner radius included.  blocks: the bits above.  The spare bytes are 0.
"""

WALL_CELL_U = 8.0
"""Side of the cells by which walls are found."""

BLOCK_SQUARES = 8
BLOCKS_ACROSS = 2
SQUARES_PER_U = BLOCK_SQUARES * BLOCKS_ACROSS / WALL_CELL_U
"""Squares that a wall may touch are bits, 8 x 8 of them in a block, 2 x 2 blocks in a cell.

Twice as wide, and twice as many paths that meet nothing seem to; half as wide, and what is saved by
that is lost again by looking at more blocks.
"""

CRATE = 1
BARRIER = 2
"""Kinds of obstacle, walls that come and go: one of the map, one that a player put up."""

NEVER = 2**63 - 1
"""Tick at which an obstacle goes that does not go by itself."""

OBSTACLE_REACH_U = 7.5
"""Half extent of the largest bounding box an obstacle may have: larger ones are refused."""
