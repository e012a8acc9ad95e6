"""Up to which detuning one photon is enough, from the power series of several excitations."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.companion.checks import finite_array
from asplab.core.companion.power_law.dependence import PhotonOrder, PowerDependence
from asplab.core.errors import InputError
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class PhotonRange:
    """Orders and slopes over detuning, in ascending order of it.

    Attributes
    ----------
    detuning_mev : ndarray, shape (n,)
    slope, low, high : ndarray, shape (n,)
        Log-log slope and its 95 % interval.
    orders : tuple of PhotonOrder
    single_to_mev : float or None
        Largest detuning up to which every series shows one photon; None where not even the smallest does.
    two_from_mev : float or None
        Smallest detuning of a series that shows a two-photon part.
    reason : str
        What the range rests on, and what would sharpen it.
    """

    detuning_mev: FloatArray
    slope: FloatArray
    low: FloatArray
    high: FloatArray
    orders: tuple[PhotonOrder, ...]
    single_to_mev: float | None
    two_from_mev: float | None
    reason: str


def find_photon_range(detuning_mev: FloatArray, dependences: Sequence[PowerDependence]) -> PhotonRange:
    """Find the range of a single photon.

    Parameters
    ----------
    detuning_mev : ndarray, shape (n,)
        E_g − E_exc of each series.
    dependences : sequence of PowerDependence

    Raises
    ------
    InputError
        Where there are not as many detunings as series, or none.
    """
    detuning = finite_array(detuning_mev, name="detuning_mev")
    if detuning.size != len(dependences):
        raise InputError(f"there are {detuning.size} detunings and {len(dependences)} power series. Give one of each.")
    order = np.argsort(detuning, kind="stable")
    axis, series = detuning[order], [dependences[k] for k in order]
    orders = tuple(one.order for one in series)
    broken = next((k for k, one in enumerate(series) if not one.is_single), len(series))
    two = next((k for k, found in enumerate(orders) if "two" in found), None)
    return PhotonRange(
        axis,
        np.array([one.slope.slope for one in series]),
        np.array([one.slope.low for one in series]),
        np.array([one.slope.high for one in series]),
        orders,
        float(axis[broken - 1]) if broken else None,
        None if two is None else float(axis[two]),
        _reason(axis, orders, broken, two),
    )


def _reason(axis: FloatArray, orders: tuple[PhotonOrder, ...], broken: int, two: int | None) -> str:
    if broken == len(orders):
        return f"one photon at all {len(orders)}; measure beyond {axis[-1]:.0f} meV to find where it ends."
    if two == broken:
        start = f"one photon up to {axis[broken - 1]:.0f} meV" if broken else "one photon nowhere"
        return f"{start}, two from {axis[two]:.0f} meV on; series in between would narrow it."
    return f"at {axis[broken]:.0f} meV the order is {orders[broken]!r}; the range can't be followed beyond. Repeat it."
