"""Quantum yield and up-conversion efficiency from responses."""
