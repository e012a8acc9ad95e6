"""Linear absorption beside emission: exciton, tail, reciprocity, and film against suspension."""
