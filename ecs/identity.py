"""Entity ids: a slot that is used again, and a generation that tells its users apart.

Rows of a table are dense and move when others are removed; an entity keeps its slot for life.
The pair (slot, generation) names one entity for ever: a later one in the same slot has a higher
generation, so an old reference can be seen to be old.

The free slots are a stack in the block, because which slot comes next is state.  Its height
needs no column: capacity - count.
"""

from ecs.kernel import I32Out, I64In, I64Out, Int, U8Out, U32Out, U64Out, device, kernel

WORD_BYTES = 8


@device
def give_slot(count: int, slot: I32Out, generation: U32Out, free: I32Out) -> None:
    """Name the entity that is about to be written into row ``count``.

    Args:
        count: rows in use, less than the capacity.
        slot: i32[capacity], slot of each row.
        generation: u32[capacity], by slot.
        free: i32[capacity], stack of free slots.
    """
    chosen = int(free[free.shape[0] - count - 1])
    slot[count] = chosen
    generation[chosen] += 1


@kernel
def remove_rows(
    count: I64Out,
    gone: U8Out,
    block: U8Out,
    words: U64Out,
    offsets: I64In,
    sizes: I64In,
    slot_of_row: I32Out,
    free: I32Out,
    capacity: Int,
) -> None:
    """Remove every row whose ``gone`` flag is set; the last row takes the place of each.

    Works on raw memory, so one kernel serves all tables: cost is removed rows times columns.  Most
    columns are words, and a word at once costs an eighth of its bytes.  A vacated row is zeroed,
    which keeps the state hash a function of the living rows alone.

    Args:
        count: i64[1], rows in use; lowered.
        gone: u8[capacity], flag per row; itself one of the table's columns.
        block: u8[:], the world's block.  words: u64[:], the same memory.
        offsets: i64[columns], byte offset of each row-wise column.
        sizes: i64[columns], bytes per item of each.
        slot_of_row: i32[capacity].
        free: i32[capacity], stack of free slots.
        capacity: rows the table can hold.
    """
    row = 0
    living = count[0]
    while row < living:
        if gone[row] == 0:
            row += 1
            continue
        last = living - 1
        free[capacity - living] = slot_of_row[row]
        for column in range(offsets.shape[0]):
            size = sizes[column]
            to = offsets[column] + row * size
            source = offsets[column] + last * size
            if size == WORD_BYTES:
                words[to // WORD_BYTES] = words[source // WORD_BYTES]
                words[source // WORD_BYTES] = 0
                continue
            for byte in range(size):
                block[to + byte] = block[source + byte]
                block[source + byte] = 0
        living = last
    count[0] = living
