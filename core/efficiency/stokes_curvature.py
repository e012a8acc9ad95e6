"""Whether the Stokes line is straight: a quantum yield or gain that depends on photon energy bends it.

PA_S/I_S = s (hν − hν₀) + s c (hν − hν_m)², with hν_m the middle of the line: the curvature c of each temperature, and
of all of them, against its error. A yield that falls by a per cent over the line bends it by some thousandths only, so
all temperatures together see it first. What becomes of the quantum yield without the lowest or the highest excitation
shows the same another way.
"""

from dataclasses import dataclass, replace

import numpy as np

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.efficiency.stokes_line import StokesLine, fit_stokes_line
from asplab.core.problems import Problem
from asplab.core.responses.stage import Responses
from asplab.core.units import FloatArray

_TOLD = 3.0
_LEAST = 3
"""Stokes excitations below which a line can't bend."""


@dataclass(frozen=True, slots=True, eq=False)
class Deviation:
    """Values (n_temperatures + 1,) with standard errors; the last of all temperatures together, weighed by 1/σ².

    NaN where it is not known.
    """

    value: FloatArray
    error: FloatArray

    @classmethod
    def of(cls, value: FloatArray, error: FloatArray) -> "Deviation":
        """Return deviations of single temperatures (n_temperatures,) with their mean."""
        known = np.isfinite(value) & np.isfinite(error) & (error > 0.0)
        weight = np.where(known, 1.0 / np.where(known, error, 1.0) ** 2, 0.0)
        total = float(weight.sum())
        mean = float(np.sum(weight * np.where(known, value, 0.0)) / total) if total > 0.0 else np.nan
        return cls(
            np.append(np.where(known, value, np.nan), mean),
            np.append(np.where(known, error, np.nan), total**-0.5 if total > 0.0 else np.nan),
        )

    @property
    def pull(self) -> FloatArray:
        """Values in standard errors."""
        return np.asarray(self.value / self.error)

    @property
    def told(self) -> str:
        """The value of all temperatures and its error."""
        return f"{self.value[-1]:+.3f} ± {self.error[-1]:.3f}"


@dataclass(frozen=True, slots=True, eq=False)
class StokesCurvature:
    """Curvature of the Stokes lines in units of their slope, per eV, and what their ends do to the quantum yield.

    ``without_lowest`` and ``without_highest`` are changes of the quantum yield when that excitation is left out.
    """

    curvature: Deviation
    without_lowest: Deviation
    without_highest: Deviation
    problems: tuple[Problem, ...] = ()


def find_curvature(efficiency: EfficiencyFit) -> StokesCurvature:
    """Test every Stokes line for curvature, and leave its ends out."""
    responses = efficiency.responses
    nothing = Deviation.of(np.full(len(efficiency.eta), np.nan), np.full(len(efficiency.eta), np.nan))
    if responses is None or responses.n_stokes < _LEAST:
        return StokesCurvature(nothing, nothing, nothing)
    line = fit_stokes_line(responses)
    curvature = _curvature(responses, line)
    lowest, highest = (_without(responses, line, highest=highest) for highest in (False, True))
    return StokesCurvature(curvature, lowest, highest, _problems(curvature, lowest, highest))


def _curvature(responses: Responses, line: StokesLine) -> Deviation:
    """Fit a parabola to the points of each line, with their covariance."""
    ns, n = responses.n_stokes, responses.valid.shape[1]
    value, error = np.full(len(line.slope), np.nan), np.full(len(line.slope), np.nan)
    for t in range(len(line.slope)):
        use = np.flatnonzero(np.isfinite(line.points[t]))
        if use.size < _LEAST or not np.isfinite(line.slope[t]):
            continue
        light, points = responses.intensity[t, use], line.points[t, use]
        gradient = np.zeros((use.size, 2 * n))
        gradient[np.arange(use.size), use] = -points / light
        gradient[np.arange(use.size), n + use] = 1.0 / light
        spread = gradient @ line.response_covariance[t] @ gradient.T
        energy = responses.excitation_mev[t, :ns][use]
        x = 1e-3 * (energy - energy.mean())
        design = np.column_stack([np.ones(use.size), x, x**2])
        try:
            weighted = np.linalg.solve(spread, np.column_stack([design, points]))
            covariance = np.linalg.inv(design.T @ weighted[:, :3])
        except np.linalg.LinAlgError:
            continue
        found = covariance @ (design.T @ weighted[:, 3])
        slope = 1e3 * line.slope[t]
        value[t], error[t] = found[2] / slope, np.sqrt(max(covariance[2, 2], 0.0)) / abs(slope)
    return Deviation.of(value, error)


def _without(responses: Responses, line: StokesLine, *, highest: bool) -> Deviation:
    """Leave out an end of each line; the error of the change is what the part has beyond the whole [Hausman 1978]."""
    ns, photon = responses.n_stokes, responses.mean_photon_mev
    energy = np.where(responses.fitted[:, :ns], responses.excitation_mev[:, :ns], -np.inf if highest else np.inf)
    end = energy.argmax(axis=1) if highest else energy.argmin(axis=1)
    fitted = responses.fitted.copy()
    fitted[np.arange(len(fitted)), end] = False
    part = fit_stokes_line(replace(responses, fitted=fitted))
    enough = responses.fitted[:, :ns].sum(axis=1) >= _LEAST
    change = (part.intercept_mev - line.intercept_mev) / photon
    variance = (part.covariance[:, 1, 1] - line.covariance[:, 1, 1]) / photon**2
    known = enough & (variance > 0.0)
    return Deviation.of(np.where(known, change, np.nan), np.sqrt(np.where(known, variance, np.nan)))


def _problems(curvature: Deviation, lowest: Deviation, highest: Deviation) -> tuple[Problem, ...]:
    """Tell once that the lines bend, from all temperatures together."""
    if not abs(curvature.pull[-1]) > _TOLD:
        return ()
    bend = curvature.told
    changes = [
        f"without the {end} by {change.told}"
        for end, change in (("lowest excitation", lowest), ("highest", highest))
        if np.isfinite(change.value[-1]) and np.isfinite(change.error[-1])
    ]
    told = f" The quantum yield changes {', '.join(changes)}." if changes else ""
    message = (
        f"the Stokes lines bend, by {bend} of their slope per eV ({abs(curvature.pull[-1]):.1f} σ over all "
        f"temperatures): quantum yield, gain or response depend on the excitation energy.{told} Check the response "
        "curve and the filters of the Stokes side, or widen the systematic effect QY slope."
    )
    return (Problem("warning", "R & QY", message),)
