"""Sizes of nanocrystals from areas in micrographs, and what they make of the gap."""
