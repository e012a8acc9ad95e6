"""Several laws side by side: which one the data prefer, and how clearly."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.companion.temperature.law_fit import LawFit, fit_law
from asplab.core.companion.temperature.laws import ENERGY_LAWS, WIDTH_LAWS, Law
from asplab.core.errors import AnalysisError
from asplab.core.units import FloatArray

CLEAR = 4.0
"""Difference of AICc from which the lower is preferred clearly: a ratio of evidence of seven [Burnham 2002]."""


@dataclass(frozen=True, slots=True)
class LawRow:
    """One row of the table of laws; numbers are NaN where there are too few points.

    ``why_not`` says why a law has no fit or no AICc; ``weight`` is the Akaike weight.
    """

    law: str
    title: str
    n_parameters: int
    chi2: float
    dof: int
    aicc: float
    delta_aicc: float
    weight: float
    why_not: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Trend:
    """Energies or widths against temperature, and the laws fitted to them.

    Attributes
    ----------
    temperature_k, values_mev : ndarray, shape (n,)
    error_mev : ndarray, shape (n,), or None
    fits : dict of str to LawFit
        By name of the law; those that could be fitted.
    rows : tuple of LawRow
        Best first; laws without AICc last.
    """

    temperature_k: FloatArray
    values_mev: FloatArray
    error_mev: FloatArray | None
    fits: Mapping[str, LawFit]
    rows: tuple[LawRow, ...]

    @property
    def best(self) -> LawFit | None:
        """The law with the least AICc; None where none has one."""
        return self.fits[self.rows[0].law] if self.rows and math.isfinite(self.rows[0].aicc) else None

    @property
    def verdict(self) -> str:
        """Which law the data prefer, in a sentence."""
        ranked = [row for row in self.rows if math.isfinite(row.aicc)]
        if not ranked:
            return "No law has an AICc: too few temperatures. Measure more of them."
        first = ranked[0].title[0].upper() + ranked[0].title[1:]
        if self.fits[ranked[0].law].is_misfit:
            return f"No law describes the data; {ranked[0].title} misses them least."
        equal = [row.title for row in ranked[1:] if row.delta_aicc < CLEAR]
        if equal:
            return f"{first} describes the data best, but {', '.join(equal)} serves nearly as well."
        return f"{first} describes the data best."


def fit_energy_laws(
    temperature_k: FloatArray,
    energy_mev: FloatArray,
    *,
    error_mev: FloatArray | None,
    fixed: Mapping[str, Mapping[str, float]] | None = None,
    laws: Sequence[Law] = ENERGY_LAWS,
) -> Trend:
    """Fit the laws of a gap; ``fixed`` holds by name of the law what is not fitted. Raises as `fit_law`."""
    return _fit_laws(temperature_k, energy_mev, error_mev, fixed or {}, laws)


def fit_width_laws(
    temperature_k: FloatArray,
    fwhm_mev: FloatArray,
    *,
    error_mev: FloatArray | None,
    fixed: Mapping[str, Mapping[str, float]] | None = None,
    laws: Sequence[Law] = WIDTH_LAWS,
) -> Trend:
    """Fit the laws of a width; see `fit_energy_laws`."""
    return _fit_laws(temperature_k, fwhm_mev, error_mev, fixed or {}, laws)


def _fit_laws(
    t: FloatArray,
    values: FloatArray,
    error: FloatArray | None,
    fixed: Mapping[str, Mapping[str, float]],
    laws: Sequence[Law],
) -> Trend:
    fits: dict[str, LawFit] = {}
    why: dict[str, str] = {}
    for law in laws:
        try:
            fits[law.name] = fit_law(law, t, values, error_mev=error, fixed=fixed.get(law.name))
        except AnalysisError as lack:
            why[law.name] = str(lack)
    known = [fit.aicc for fit in fits.values() if math.isfinite(fit.aicc)]
    least = min(known, default=math.nan)
    total = sum(math.exp(-0.5 * (aicc - least)) for aicc in known)
    rows = [_row(law, fits.get(law.name), least, total, why.get(law.name, "")) for law in laws]
    rows.sort(key=lambda row: row.aicc if math.isfinite(row.aicc) else math.inf)
    return Trend(np.asarray(t, float), np.asarray(values, float), error, fits, tuple(rows))


def _row(law: Law, fit: LawFit | None, least: float, total: float, why: str) -> LawRow:
    if fit is None:
        return LawRow(law.name, law.title, len(law.parameters), math.nan, 0, math.nan, math.nan, math.nan, why)
    n = len(law.parameters) - len(fit.fixed)
    if not math.isfinite(fit.aicc):
        lack = f"{fit.dof + n} temperatures are too few for an AICc of {n} parameters."
        return LawRow(law.name, law.title, n, fit.chi2, fit.dof, math.nan, math.nan, math.nan, lack)
    delta = fit.aicc - least
    return LawRow(law.name, law.title, n, fit.chi2, fit.dof, fit.aicc, delta, math.exp(-0.5 * delta) / total)
