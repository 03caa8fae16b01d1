"""Write ``schema/directions.bin``: 4096 unit vectors, the same bytes on every machine.

Libm's sine and cosine differ between machines, so the table is computed once with 60 decimal
digits and rounded to float64, which is exact arithmetic followed by one correct rounding.

Row i holds (cos, sin) of 2*pi*i/4096 as little-endian float64.
"""

import hashlib
from decimal import Decimal, getcontext
from pathlib import Path

import numpy as np

COUNT = 4096
TARGET = Path(__file__).parent.parent / "schema" / "directions.bin"


def arctan_inverse(x: int) -> Decimal:
    """arctan(1/x) by its Taylor series."""
    term = total = Decimal(1) / x
    n, sign = 1, 1
    while abs(term) > Decimal(10) ** -65:
        term /= x * x
        n, sign = n + 2, -sign
        total += sign * term / n
    return total


def cosine_sine(angle: Decimal) -> tuple[Decimal, Decimal]:
    """Both by Taylor, for angles up to pi/4."""
    cosine = sine = Decimal(0)
    term, n = Decimal(1), 0
    while abs(term) > Decimal(10) ** -65:
        sign = 1 if (n // 2) % 2 == 0 else -1
        if n % 2 == 0:
            cosine += sign * term
        else:
            sine += sign * term
        n += 1
        term = term * angle / n
    return cosine, sine


def main() -> None:
    """Compute one octant, mirror it into the others, write the file, print its hash."""
    getcontext().prec = 70
    pi = 4 * (4 * arctan_inverse(5) - arctan_inverse(239))
    eighth = COUNT // 8
    octant = [
        tuple(float(part) for part in cosine_sine(2 * pi * i / COUNT)) for i in range(eighth + 1)
    ]
    octant[0], octant[eighth] = (1.0, 0.0), (octant[eighth][0], octant[eighth][0])
    quadrant = [
        octant[i] if i <= eighth else octant[2 * eighth - i][::-1] for i in range(2 * eighth)
    ]
    turn = [lambda c, s: (c, s), lambda c, s: (-s, c), lambda c, s: (-c, -s), lambda c, s: (s, -c)]
    rows = [turn[q](*vector) for q in range(4) for vector in quadrant]
    table = np.array(rows, dtype="<f8") + 0.0  # + 0.0 turns -0.0 into 0.0
    TARGET.write_bytes(table.tobytes())
    print(hashlib.sha256(table.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
