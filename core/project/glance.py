"""A glance at a project: what it is called and what was found, without reading its data."""

from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING

from asplab.core.errors import ProjectError

if TYPE_CHECKING:
    import h5py

_FAULTS = (OSError, RuntimeError, KeyError, ValueError)


@dataclass(frozen=True, slots=True)
class Glance:
    """Key numbers of a saved project.

    Attributes
    ----------
    name : str
    is_simulated : bool
    n_temperatures : int
        0 where it was saved without results.
    phonon_mev, phonon_error_mev : float
        ħω of the joint fit of Eq. 9 and its standard error; NaN where it is not identified or was not saved.
    """

    name: str
    is_simulated: bool
    n_temperatures: int
    phonon_mev: float
    phonon_error_mev: float


def glance_at(path: Path) -> Glance:
    """Return the key numbers of a project.

    Raises
    ------
    ProjectError
        Where the file can't be read or is no project.
    """
    # Loaded late: the window knows of glances before it has loaded what reads them.
    import h5py

    try:
        with h5py.File(path, "r") as file:
            overview = file["overview"]
            name, simulated = overview["project/name"][()], bool(overview["project/simulated"][()])
            temperatures = len(overview["gap/temperature_k"]) if "gap" in overview else 0
            phonon, error = _phonon(overview)
    except _FAULTS as error_found:
        raise ProjectError(
            f"{path}: no project can be seen in it ({error_found}). Open it to learn more."
        ) from error_found
    text = name.decode("utf-8") if isinstance(name, bytes) else str(name)
    return Glance(text, simulated, temperatures, phonon, error)


def _phonon(overview: "h5py.Group") -> tuple[float, float]:
    """Return ħω of the joint fit, which stands behind those of the temperatures, and its error."""
    if "polaron" not in overview or not overview["polaron/identified"][-1]:
        return nan, nan
    return float(overview["polaron/phonon_mev"][-1]), float(overview["polaron/phonon_mev_errors"][-1])
