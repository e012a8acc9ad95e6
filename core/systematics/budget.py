"""Where the variance of a quantum yield or of η comes from."""

from dataclasses import dataclass

import numpy as np

from asplab.core.corrections import Corrected
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.emission.integration import Emission
from asplab.core.grouping.layout import Layout
from asplab.core.photothermal.absorption import Absorbed
from asplab.core.systematics.uncertainty import Systematics
from asplab.core.units import FloatArray

SOURCES = (
    "emission_noise",
    "band_shape",
    "pa_noise",
    "pa_baseline",
    "subtracted_light",
    "drift",
    "reference",
    "wavelength",
    "mean_photon",
    "quantum_yield",
)
"""Sources of a variance: detection noise of PL and ASPL; band shape and mean dark frame; detection noise of the
scans; what does not average over them, the baseline above all (`Absorbed.shared`); a leak or two-photon emission that
was subtracted; drift between repeats, and what a trend over them shifts; errors of the reference of ΔE, of the
excitation wavelengths and of the mean energy of an emitted photon; a quantum yield shared or given."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Variance of a result and the fraction of it that each source brings; fractions add up to one.

    Attributes
    ----------
    variance : float
        Sum of what the sources bring; NaN where it can't be split up.
    shares : tuple of (str, float)
        Names of `SOURCES`, and of nuisances where they were added, with their fractions; those that bring nothing are
        left out.
    stated_variance : float
        Square of the standard error that the fit states, without nuisances; it may differ from the sum of the
        statistical sources where the fit is not linear in its data.
    why : str
        Why the variance can't be split up; empty where it is.
    """

    variance: float
    shares: tuple[tuple[str, float], ...]
    stated_variance: float = np.nan
    why: str = ""


def is_from_components(fit: EfficiencyFit) -> bool:
    """Return whether η is N/D of the responses, so that its errors have known sources.

    Given η, and those of the paper's R lines, are stored as η/1.
    """
    if fit.line is None or fit.responses is None:
        return False
    return bool(fit.valid.any()) and not bool(np.all(fit.denominator[fit.valid] == 1.0))


def yield_budget(
    fit: EfficiencyFit, corrected: Corrected, layout: Layout, emission: Emission, absorbed: Absorbed, t: int
) -> Budget | None:
    """Return where the error of a temperature's quantum yield comes from; None unless it is a line's intercept."""
    if fit.is_shared or fit.line is None or fit.responses is None or not np.isfinite(fit.quantum_yield_error[t]):
        return None
    if fit.valid.any() and not is_from_components(fit):
        return None
    photon = fit.responses.mean_photon_mev[t]
    gradient = fit.line.gradient[t, 1] / photon
    parts = variance_parts(fit, (corrected, layout, emission, absorbed), gradient, t)
    total = float(fit.quantum_yield_error[t] ** 2)
    parts["mean_photon"] = float((fit.quantum_yield[t] * fit.responses.mean_photon_error_mev[t] / photon) ** 2)
    # The line is fitted with the errors of its photon energies: what is left is theirs.
    parts["wavelength"] += total - sum(parts.values())
    return budget_of(parts, total)


def eta_budget(
    fit: EfficiencyFit, corrected: Corrected, layout: Layout, emission: Emission, absorbed: Absorbed, t: int, j: int
) -> Budget | None:
    """Return where the error of one η comes from; None where η was not found from the components."""
    if not is_from_components(fit) or not fit.valid[t, j] or not np.isfinite(fit.eta_error[t, j]):
        return None
    na = fit.eta.shape[1]
    eta, denominator = fit.eta[t, j], fit.denominator[t, j]
    of_data = response_gradient(fit, t)
    gradient = (of_data[j] - eta * of_data[na + j]) / denominator
    parts = variance_parts(fit, (corrected, layout, emission, absorbed), gradient, t)
    # The error of its own wavelength moves N as well.
    light, heat = fit.own_sensitivity[t, [j, na + j]]
    parts["wavelength"] += float((light**2 - 2.0 * eta * light * heat) / denominator**2)
    shift = eta / denominator * fit.shared_sensitivity[t, na + j]
    return budget_of({**parts, "quantum_yield": float(shift**2)}, float(fit.eta_error[t, j] ** 2))


def with_nuisances(budget: Budget, systematics: Systematics, quantity: str, place: tuple[int, ...]) -> Budget:
    """Return a budget that also holds the nuisances, with shares of statistical and systematic variance together.

    Parameters
    ----------
    quantity : str
        A field of `asplab.core.systematics.Outcome`.
    place : tuple of int
        Where the result stands in its array there.
    """
    if budget.why:
        return budget
    found = np.array([part[place] for part in systematics.variance(quantity)])
    known = np.isfinite(found)
    if not known.all():
        lost = ", ".join(title for title, ok in zip(systematics.titles, known, strict=True) if not ok)
        return Budget(
            np.nan, (), budget.stated_variance, f"one prior standard deviation leaves it undetermined: {lost}"
        )
    parts = {name: share * budget.variance for name, share in budget.shares}
    return budget_of(parts | dict(zip(systematics.names, found.tolist(), strict=True)), budget.stated_variance)


def response_gradient(fit: EfficiencyFit, t: int) -> FloatArray:
    """Return d(N, D)/d(I, PA) at a temperature, (2 n_anti, 2 n_columns).

    η = N/D with N = hν I and D = PA/s + hν₀ I, where (s, hν₀) follow from the Stokes responses.
    """
    responses, line = fit.responses, fit.line
    if responses is None or line is None:
        return np.zeros((2 * fit.eta.shape[1], 0))
    ns, n = responses.n_stokes, responses.valid.shape[1]
    light, heat = responses.intensity[t, ns:], responses.absorbed[t, ns:]
    rows, columns = np.arange(n - ns), np.arange(ns, n)
    result = np.zeros((2 * (n - ns), 2 * n))
    result[rows, columns] = responses.excitation_mev[t, ns:]
    of_line = light[:, None] * line.gradient[t, 1] - (heat / line.slope[t] ** 2)[:, None] * line.gradient[t, 0]
    result[n - ns :] = of_line
    result[n - ns + rows, columns] += line.intercept_mev[t]
    result[n - ns + rows, n + columns] += 1.0 / line.slope[t]
    return result


Stages = tuple[Corrected | None, Layout | None, Emission | None, Absorbed | None]


def variance_parts(fit: EfficiencyFit, stages: Stages, gradient: FloatArray, t: int) -> dict[str, float]:
    """Split gᵀ C g, C the covariance of the responses of a temperature, by what makes up C.

    Responses that came from a table have the errors of I, those of PA, and what both share.
    """
    corrected, layout, emission, absorbed = stages
    if fit.responses is None:
        return {}
    responses, n = fit.responses, fit.responses.valid.shape[1]
    covariance, valid = responses.covariance[t], responses.valid[t]
    light, heat = gradient[:n] * valid, gradient[n:] * valid
    if corrected is None or layout is None or emission is None or absorbed is None:
        parts = {
            "emission_noise": float(light @ covariance[:n, :n] @ light),
            "pa_noise": float(heat @ covariance[n:, n:] @ heat),
        }
    else:
        index = layout.index[t]
        gain = np.where(valid, emission.factor[index], 0.0)
        repeats = np.maximum(corrected.present[index].sum(axis=1), 1)
        readings = absorbed.per_scan[t]
        scans = 1 if readings is None else len(readings)
        parts = {
            "emission_noise": float(light**2 @ (emission.noise_variance[index] * gain**2 / repeats)),
            "band_shape": float(light @ emission.shared[t] @ light - light**2 @ emission.trend_variance[index]),
            "pa_noise": float(heat @ absorbed.noise[t] @ heat) / scans,
            "pa_baseline": float(heat @ absorbed.shared[t] @ heat - heat**2 @ responses.misread[t] ** 2),
        }
    misread = float(heat**2 @ responses.misread[t] ** 2)
    if responses.lasting is not None:
        parts["subtracted_light"] = float(gradient @ responses.lasting[t] @ gradient)
    parts["drift"] = float(gradient @ covariance @ gradient) - misread - sum(parts.values())
    if parts.get("pa_baseline", 0.0) < 0.0:
        # The baseline follows the same scans: what noise it shares with the readings, it takes away from them.
        parts["pa_noise"] += parts.pop("pa_baseline")
    moved = 0.0 if fit.line is None else np.einsum("ii->i", fit.line.response_covariance[t] - covariance)[n:]
    return {**parts, "wavelength": misread + float(np.sum(heat**2 * moved))}


def budget_of(parts: dict[str, float], stated_variance: float) -> Budget:
    """Return the budget of variances by source."""
    # A remainder of rounding, of either sign, is no source.
    total = sum(parts.values())
    kept = {name: value for name, value in parts.items() if value > 1e-9 * total}
    shares = tuple((name, value / sum(kept.values())) for name, value in kept.items())
    return Budget(total, shares, stated_variance)
