"""Whether two records are of one sample."""


def is_same_sample(one: str, other: str) -> bool:
    """Return whether two names of samples can be of one; a record that names none is of any."""
    return not one or not other or one == other
