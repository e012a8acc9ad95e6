"""What a setting must obey."""

from asplab.core.errors import SettingsError


def between(name: str, value: float, low: float, high: float) -> None:
    """Raise `SettingsError` where a setting does not lie between two values."""
    if not low <= value <= high:
        raise SettingsError(f"{name} is {value:g}; it must lie between {low:g} and {high:g}. Choose another value.")


def ascending(name: str, edges: tuple[float, float]) -> None:
    """Raise `SettingsError` where the first end of a range does not lie below the second one."""
    if not edges[0] < edges[1]:
        raise SettingsError(f"{name} is {edges[0]:g} to {edges[1]:g}; its first end must lie below its second one.")
