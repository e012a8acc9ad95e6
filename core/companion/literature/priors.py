"""Priors of a phonon energy from the literature."""

import math
from collections.abc import Callable

from asplab.core.companion.literature.table import LiteratureValue, literature_values
from asplab.core.errors import SettingsError
from asplab.core.settings import ParameterPrior


def phonon_priors(
    *, error_mev: float, chosen: Callable[[LiteratureValue], bool] | None = None
) -> tuple[ParameterPrior, ...]:
    """Return priors of ``phonon_mev`` from the phonon energies of the table: alternatives, of which a fit takes one.

    Values found from up-conversion itself are left out. Centre and standard deviation are value and stated error,
    or middle and half width of a range; ``error_mev`` is added in quadrature.

    Parameters
    ----------
    error_mev : float
        What the user adds because sample and temperature are others, in meV, above 0. Most sources state no error,
        so there is no default.
    chosen : callable, optional
        Which entries to take.

    Raises
    ------
    SettingsError
        For an error that is not above 0, and where no entry is left.
    """
    if not (math.isfinite(error_mev) and error_mev > 0.0):
        raise SettingsError(f"error_mev is {error_mev:g}; say by how many meV a phonon may differ here, above 0.")
    entries = [value for value in literature_values("phonon_energy") if value.is_independent]
    entries = [value for value in entries if chosen is None or chosen(value)]
    if not entries:
        raise SettingsError("no phonon energy of the table that is independent of up-conversion was chosen.")
    return tuple(_prior(value, error_mev) for value in entries)


def _prior(value: LiteratureValue, error_mev: float) -> ParameterPrior:
    centre, half = 0.5 * (value.low + value.high), 0.5 * (value.high - value.low)
    source = (
        f"{value.quantity}: {value.text} [{value.source.citation}; {value.stands}; {value.method}]; "
        f"{error_mev:g} meV added for another sample"
    )
    return ParameterPrior("phonon_mev", centre, math.hypot(half, error_mev), source)
