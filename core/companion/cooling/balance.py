"""What an analysis says of cooling beside its points: what is needed, and photothermal signals below zero."""

from dataclasses import dataclass

import numpy as np

from asplab.core.companion.cooling.heat import HeatSigns, read_signs
from asplab.core.companion.cooling.needs import CoolingNeeds, cooling_needs
from asplab.core.pipeline import Results

_MAGNITUDE = "magnitude"
"""Word by which the loader and the stage of the scans tell that a sign was not recorded."""


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredSigns:
    """The photothermal signals below the gap; ``rows`` and ``columns`` (n,) are their places."""

    rows: np.ndarray
    columns: np.ndarray
    found: HeatSigns

    def at(self, place: tuple[int, int]) -> int | None:
        """Return the number of a place; None where there is no signal."""
        here = np.flatnonzero((self.rows == place[0]) & (self.columns == place[1]))
        return int(here[0]) if here.size else None

    @property
    def below_zero(self) -> tuple[int, ...]:
        """Numbers of the signals below zero, the surest first."""
        order = np.argsort(-self.found.significance)
        return tuple(int(k) for k in order if self.found.significance[k] > 0.0)


def measured_signs(results: Results) -> MeasuredSigns | None:
    """Read the sign of every photothermal signal below the gap; None where there is none with an error."""
    responses = results.responses
    if responses is None:
        return None
    ns, n = responses.n_stokes, responses.valid.shape[1]
    heat = responses.absorbed[:, ns:]
    variance = np.einsum("tii->ti", responses.covariance)[:, n + ns :]
    known = responses.valid[:, ns:] & np.isfinite(heat) & np.isfinite(variance) & (variance > 0.0)
    if not known.any():
        return None
    is_signed = not any(_MAGNITUDE in problem.message for problem in results.problems)
    rows, columns = np.nonzero(known)
    return MeasuredSigns(rows, columns, read_signs(heat[known], error=np.sqrt(variance[known]), is_signed=is_signed))


def nearest_needs(results: Results) -> CoolingNeeds | None:
    """Say what the place that is nearest to cooling would need; None where nothing is known, or an error is 0."""
    found, fit = results.cooling, results.efficiency
    if found is None or fit is None or not np.isfinite(found.product).any():
        return None
    t, j = found.nearest
    errors = float(fit.eta_error[t, j]), float(fit.quantum_yield_error[t])
    if not (np.isfinite(errors).all() and min(errors) > 0.0):
        return None
    return cooling_needs(
        eta=float(fit.eta[t, j]),
        eta_error=errors[0],
        quantum_yield=float(fit.quantum_yield[t]),
        quantum_yield_error=errors[1],
        detuning_mev=float(found.detuning_mev[t, j]),
        photon_mev=float(found.photon_mev[t, j]),
    )
