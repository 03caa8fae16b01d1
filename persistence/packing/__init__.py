"""Packed journals: what a sealed journal becomes when nothing is added to it any more.

A packed file says the same as the plain one, record for record. It is smaller since a minute is
compressed at once, since keyframes follow from the changes and are not kept, and since more is
predicted: ``predictions`` (from what a state follows), ``chunks`` (a minute in one frame),
``packer`` (the file). ``docs/replay-format.md`` draws it byte for byte.
"""
