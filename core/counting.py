"""Numbers of things in words."""


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number with its noun: "no excitations", "1 excitation", "3 excitations".

    Parameters
    ----------
    count : int
    one, many : str
        Noun for one, and for several; without the latter an s is added.
    """
    return f"{count or 'no'} {one if count == 1 else many or one + 's'}"
