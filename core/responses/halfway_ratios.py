"""Enter the chain with published ratios R: a table of R(ΔE_S, ΔE) becomes responses.

At one temperature R_ij = ρ_j q_i, with q_i = PA/I of Stokes excitation i and ρ_j = I/PA of anti-Stokes excitation j
[Zhang 2024, Eq. 5]. The table is taken apart again, with I = 1 for every excitation.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from asplab.core.errors import InputError
from asplab.core.experiment import Table, frozen_array
from asplab.core.problems import Problem
from asplab.core.units import FloatArray, wavelength_from_energy

_STEPS = 10_000
_CONVERGED = 1e-14


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """R_ij = ρ_j q_i of one temperature, and the relative variances of the factors; (n_stokes,) and (n_anti,)."""

    stokes: FloatArray
    stokes_variance: FloatArray
    anti: FloatArray
    anti_variance: FloatArray


def responses_of_ratios(table: Table) -> tuple[Table, Problem]:
    """Return a table of kind ``responses`` that has the ratios of ``table``, and what to know about its errors.

    Parameters
    ----------
    table : Table
        Columns temperature_k, stokes_detuning_mev, detuning_mev, gap_mev, ratio, ratio_error.

    Raises
    ------
    InputError
        Where an error isn't positive, a pair of detunings occurs twice, or pairs don't hang together.
    """
    wanted = ("temperature_k", "stokes_detuning_mev", "detuning_mev", "gap_mev", "ratio", "ratio_error")
    data = {name: _column(table, name) for name in wanted}
    _check(table, data)
    parts = [_one_temperature(table, data, float(kelvin)) for kelvin in np.unique(data["temperature_k"])]
    columns = tuple((name, frozen_array(np.concatenate([part[name] for part in parts]))) for name in parts[0])
    text = (
        "the table gives R, whose points share noise: each is a Stokes ratio times an anti-Stokes one. Its errors "
        "were divided between the two, what all points have in common in halves, and these are taken as independent. "
        "A table of I and PA with their errors would leave no choice."
    )
    made = Table("responses", table.source, table.line, table.condition, table.metadata, columns=columns)
    return made, Problem("warning", table.where, text)


def _column(table: Table, name: str) -> FloatArray:
    column = table.column(name)
    if column is None:
        known = ", ".join(name for name, _ in table.columns)
        raise InputError(f"{table.where}: column {name} is missing (found: {known}). Add it to the table.")
    return column


def _check(table: Table, data: dict[str, FloatArray]) -> None:
    wrong = ~(data["ratio_error"] > 0.0) | (data["ratio"] == 0.0) | ~np.isfinite(data["ratio"])
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InputError(
            f"{table.where}, row {row + 1}: R is {data['ratio'][row]:g} ± {data['ratio_error'][row]:g}; R must not be "
            "zero and its error must be positive. Correct the row or take it out."
        )
    keys = np.stack([data["temperature_k"], data["stokes_detuning_mev"], data["detuning_mev"]], axis=1)
    _, first, count = np.unique(keys, axis=0, return_index=True, return_counts=True)
    if np.any(count > 1):
        kelvin, above, below = keys[first[np.argmax(count)]]
        raise InputError(
            f"{table.where}: R at {kelvin:g} K, ΔE_S = {above:g} meV, ΔE = {below:g} meV occurs twice. "
            "Average the rows."
        )


def _one_temperature(table: Table, data: dict[str, FloatArray], kelvin: float) -> dict[str, FloatArray]:
    """Return the columns of responses of one temperature."""
    here = data["temperature_k"] == kelvin
    gap = float(np.mean(data["gap_mev"][here]))
    above, i = np.unique(data["stokes_detuning_mev"][here], return_inverse=True)
    below, j = np.unique(data["detuning_mev"][here], return_inverse=True)
    if above.size < 2:
        raise InputError(
            f"{table.where}: R at {kelvin:g} K has one Stokes detuning; its line needs two or more. Add rows."
        )
    found = factors(data["ratio"][here], data["ratio_error"][here], i, j)
    if found is None:
        raise InputError(
            f"{table.where}: the pairs (ΔE_S, ΔE) at {kelvin:g} K fall into groups that share no detuning, so that "
            "they can't be compared. Give R for all pairs."
        )
    heat = np.concatenate([found.stokes, 1.0 / found.anti])
    error = np.abs(heat) * np.sqrt(np.concatenate([found.stokes_variance, found.anti_variance]))
    n = heat.size
    return {
        "temperature_k": np.full(n, kelvin),
        "excitation_nm": wavelength_from_energy(np.concatenate([gap + above, gap - below])),
        "is_stokes": np.repeat([1.0, 0.0], [above.size, below.size]),
        "intensity": np.ones(n),
        "intensity_error": np.zeros(n),
        "pa": heat,
        "pa_error": error,
        "gap_mev": np.full(n, gap),
    }


def factors(ratio: FloatArray, error: FloatArray, stokes: np.ndarray, anti: np.ndarray) -> Factors | None:
    """Take ratios (n,) of Stokes excitation ``stokes`` and anti-Stokes excitation ``anti`` apart.

    Values are the weighted least-squares ones. Relative variances are fitted as sums α_i + β_j of non-negative terms;
    the constant that may pass from one to the other is chosen so that the smallest α and the smallest β are equal.

    Returns
    -------
    Factors or None
        None where the pairs don't hang together.
    """
    ns, na = int(stokes.max()) + 1, int(anti.max()) + 1
    if not _hangs_together(stokes, anti, ns, na):
        return None
    weight, table = np.zeros((ns, na)), np.zeros((ns, na))
    weight[stokes, anti], table[stokes, anti] = 1.0 / error**2, ratio
    q = np.ones(ns)
    for _ in range(_STEPS):
        rho = (weight * table * q[:, None]).sum(axis=0) / (weight * q[:, None] ** 2).sum(axis=0)
        new = (weight * table * rho).sum(axis=1) / (weight * rho**2).sum(axis=1)
        new /= np.sqrt(np.mean(new**2))
        moved, q = float(np.max(np.abs(new - q))), new
        if moved < _CONVERGED:
            break
    rho = (weight * table * q[:, None]).sum(axis=0) / (weight * q[:, None] ** 2).sum(axis=0)
    design = np.zeros((ratio.size, ns + na))
    design[np.arange(ratio.size), stokes] = design[np.arange(ratio.size), ns + anti] = 1.0
    variance = nnls(design, (error / ratio) ** 2)[0]
    shift = 0.5 * (variance[:ns].min() - variance[ns:].min())
    return Factors(q, variance[:ns] - shift, rho, variance[ns:] + shift)


def _hangs_together(stokes: np.ndarray, anti: np.ndarray, ns: int, na: int) -> bool:
    """Whether every excitation is linked to every other by pairs."""
    linked = np.zeros((ns, na), dtype=bool)
    linked[stokes, anti] = True
    reached = linked[0]
    for _ in range(ns + na):
        reached = linked[(linked & reached).any(axis=1)].any(axis=0)
    return bool(reached.all() and (linked & reached).any(axis=1).all())
