"""A load test: clients that play for real, in a process of their own, and what they notice."""
