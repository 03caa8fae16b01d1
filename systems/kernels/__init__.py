"""Arrays in, arrays out: the straight loops of the rules.

Kernels import only ``ecs``'s kernel, identity and randomness, the constants of ``schema``, numpy
and math.  They never allocate, raise, or loop without a bound; what must hold is checked by the
system that calls them.
"""
