"""Which records belong together: conditions, repeats, pairs, and what was measured again."""
