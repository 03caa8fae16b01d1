"""Arrays in, bytes out: what viewers see, packed for the wire."""
