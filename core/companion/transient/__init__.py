"""Transient absorption: how fast a state below the gap is left, and the two rates that follow with η."""
