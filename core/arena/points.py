"""The data of a contest: N and D of every point with their noise, to be drawn, repeated and extended."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from asplab.core.efficiency.stage import FLAGS, EfficiencyFit
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points of independent rows, each a temperature of one experiment; arrays as in `EfficiencyFit`."""

    temperatures_k: FloatArray
    detuning_mev: FloatArray
    numerator: FloatArray
    denominator: FloatArray
    covariance: FloatArray
    sensitivity: FloatArray
    own_error_mev: FloatArray
    reference_error_mev: FloatArray
    use: np.ndarray

    @classmethod
    def of(cls, efficiency: EfficiencyFit, detuning_range_mev: tuple[float, float]) -> "Points":
        """Take the points that a fit would use."""
        low, high = detuning_range_mev
        energy = np.nan_to_num(efficiency.detuning_mev)
        return cls(
            efficiency.temperatures_k,
            energy,
            efficiency.numerator,
            efficiency.denominator,
            efficiency.covariance,
            efficiency.shared_sensitivity,
            np.nan_to_num(efficiency.detuning_error_mev),
            np.nan_to_num(efficiency.reference_error_mev),
            efficiency.fitted & (energy > 0.0) & (energy >= low) & (energy <= high),
        )

    def rows(self, chosen: np.ndarray) -> "Points":
        """Return the chosen rows, which may repeat."""
        return Points(*(getattr(self, name)[chosen] for name in self.__slots__))

    def holding(self, numerator: FloatArray, denominator: FloatArray) -> "Points":
        """Return the points with other values."""
        return replace(self, numerator=numerator, denominator=denominator)

    def extended(
        self, detuning_mev: FloatArray, values: tuple[FloatArray, FloatArray], variances: tuple[FloatArray, FloatArray]
    ) -> "Points":
        """Return the points with one more in every row, (n_rows,) each; NaN as ΔE leaves a row without it."""
        is_there = np.isfinite(detuning_mev)
        n_rows, n = self.use.shape
        places = np.concatenate([np.arange(n), n + 1 + np.arange(n)])
        covariance = np.zeros((n_rows, 2 * n + 2, 2 * n + 2))
        covariance[:, places[:, None], places] = self.covariance
        sensitivity = np.zeros((n_rows, 2 * n + 2))
        sensitivity[:, places] = self.sensitivity
        for at, variance in zip((n, 2 * n + 1), variances, strict=True):
            covariance[:, at, at] = np.where(is_there, variance, 0.0)

        def with_one(table: np.ndarray, column: np.ndarray) -> np.ndarray:
            return np.concatenate([table, column[:, None]], axis=1)

        return Points(
            self.temperatures_k,
            with_one(self.detuning_mev, np.nan_to_num(detuning_mev)),
            with_one(self.numerator, np.where(is_there, values[0], 0.0)),
            with_one(self.denominator, np.where(is_there, values[1], 1.0)),
            covariance,
            sensitivity,
            with_one(self.own_error_mev, np.zeros(n_rows)),
            self.reference_error_mev,
            with_one(self.use, is_there),
        )

    def as_efficiency(self) -> EfficiencyFit:
        """Return the points in the form that models are fitted to; what no fit looks at is unknown."""
        n_rows, n = self.use.shape
        unknown, nowhere = np.full(n_rows, np.nan), np.full((n_rows, n), np.nan)
        none: dict[str, Any] = dict.fromkeys(
            ("quantum_yield", "quantum_yield_error", "quantum_yield_low", "quantum_yield_high", "slope"), unknown
        )
        none |= dict.fromkeys(("intercept_mev", "chi2"), unknown)
        none |= dict.fromkeys(("stokes_mev", "stokes_ratio", "stokes_ratio_error"), np.empty((n_rows, 0)))
        none |= dict.fromkeys(("excitation_nm", "eta_error", "eta_low", "eta_high", "ratio_slope_per_mev"), nowhere)
        empty = tuple(() for _ in range(n_rows))
        return EfficiencyFit(
            temperatures_k=self.temperatures_k,
            is_shared=bool(self.sensitivity.any()),
            line_covariance=np.full((n_rows, 2, 2), np.nan),
            dof=np.zeros(n_rows, dtype=int),
            detuning_mev=np.where(self.use, self.detuning_mev, np.nan),
            detuning_error_mev=self.own_error_mev,
            reference_error_mev=self.reference_error_mev,
            eta=np.where(self.use, self.numerator, np.nan) / np.where(self.use, self.denominator, 1.0),
            eta_covariance=np.zeros((n_rows, n, n)),
            numerator=self.numerator,
            denominator=self.denominator,
            covariance=self.covariance,
            shared_sensitivity=self.sensitivity,
            own_sensitivity=np.zeros_like(self.sensitivity),
            valid=self.use,
            fitted=self.use,
            truncation=self.use * 1.0,
            flag_table=np.zeros((n_rows, n, len(FLAGS)), dtype=bool),
            keys=tuple(("",) * n for _ in range(n_rows)),
            stokes_keys=empty,
            **none,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """What a unit of added light does to N and D of each point, and the most that may be added."""

    numerator: FloatArray
    denominator: FloatArray
    largest: float | None

    @property
    def is_none(self) -> bool:
        """True where nothing is added."""
        return not self.numerator.any()

    def rows(self, chosen: np.ndarray) -> "Light":
        """Return the chosen rows, which may repeat."""
        return Light(self.numerator[chosen], self.denominator[chosen], self.largest)

    def extended(self, numerator: FloatArray, denominator: FloatArray) -> "Light":
        """Return the same with one more point in every row, (n_rows,) each."""
        return Light(
            np.concatenate([self.numerator, numerator[:, None]], axis=1),
            np.concatenate([self.denominator, denominator[:, None]], axis=1),
            self.largest,
        )
