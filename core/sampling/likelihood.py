"""The likelihood of a Stokes line and a curve η(ΔE), with the true responses integrated out.

Place k, Stokes (η = 1) or anti-Stokes, absorbs D_k in units of the emission at η = 1. It then emits and heats

    I_k = η_k D_k/hν_k,    PA_k = s (1 − η_k hν₀/hν_k) D_k        [Zhang 2024, Eqs. 1-5]

so that y = (I, PA) = X D + noise with the covariance C, and X known once (s, hν₀, η) are. With B orthogonal to X, row
by row r_k = s (hν_k − η_k hν₀) I_k − η_k PA_k, the integral over all D of the normal density is, up to a constant,

    flat in D:                      exp(−χ²/2) |B C Bᵀ|^(−½),    χ² = rᵀ (B C Bᵀ)⁻¹ r,
    flat per standard error of D:   exp(−χ²/2),

because |C| |Xᵀ C⁻¹ X| |B Bᵀ| = |B C Bᵀ| |Xᵀ X| and B Bᵀ = |hν|² Xᵀ X, place by place. The second measure is that of
conditional Jeffreys [Berger, Liseo & Wolpert 1999], |Xᵀ C⁻¹ X|^½ dD: a place where neither light nor heat stands out of
the noise then says nothing of η, while a flat D makes it prefer an η of about a half.

A photon energy that is one standard error σ_E larger than stated makes ΔE too large by as much and PA, which is read
from the scan at the stated energy, wrong by m. One number ε of unit variance does all that, so that r moves by ε v,

    v_k = −[s σ_E I_k + m η_k + σ_E dη/dΔE (PA_k + s hν₀ I_k)],

and its integral is closed: v² is added to the variance of r_k where the laser serves one temperature; where it serves
several, v of all of them moves with one ε (`asplab.core.sampling.common`). The error of a reference moves ΔE of one
temperature alike. η is taken to first order in all of them. Their determinants stay in both measures.

The error of a measured leak moves I and PA of all temperatures together. It is part of the covariance C, and treated as
such: its determinant goes where that of C goes.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from asplab.core.sampling.common import Common
from asplab.core.sampling.measured import Measured
from asplab.core.sampling.triangular import HUGE, factors, solve_lasers, solve_lower
from asplab.core.units import FloatArray

AbsorptionPrior = Literal["reference", "flat"]

_BLOCK = 90_000
"""Numbers in the covariances of the sets that are done at once: with more, memory is no longer used again."""


@dataclass(frozen=True, slots=True, eq=False)
class Likelihood:
    """ln of the likelihood of many parameter sets at once.

    Rows of the residual are divided by what multiplies I, so that r = I − m PA with m = η/(s (hν − η hν₀)): χ² is the
    same, and a determinant gains the square of the divisors.

    Attributes
    ----------
    data : Measured
    absorption : {"reference", "flat"}
        Measure of the true absorbed light: flat per standard error of it, or flat in it.
    common_error : bool
        Carry the error of the reference energy as effective variance common to a temperature. Not where ΔE is moved
        by a parameter of its own.
    light_light, light_heat, heat_light, heat_heat : ndarray, shape (n_temperatures, n_places + 1, n_places + 1)
        Quarters of the covariance, with I and PA themselves as last row.
    """

    data: Measured
    absorption: AbsorptionPrior
    common_error: bool
    light_light: FloatArray
    light_heat: FloatArray
    heat_light: FloatArray
    heat_heat: FloatArray

    @classmethod
    def of(
        cls, data: Measured, absorption: AbsorptionPrior = "reference", *, common_error: bool = False
    ) -> "Likelihood":
        """Border the covariance of the data."""
        n_t, n = data.use.shape

        def bordered(quarter: FloatArray, last: FloatArray | None) -> FloatArray:
            result = np.zeros((n_t, n + 1, n + 1))
            result[:, :n, :n] = quarter
            if last is not None:
                result[:, n, :n] = last
            return result

        light_light = bordered(data.light_light, data.light)
        light_light[:, n, n] = HUGE
        heat_light = bordered(data.light_heat.transpose(0, 2, 1), None)
        light_heat, heat_heat = bordered(data.light_heat, data.heat), bordered(data.heat_heat, None)
        return cls(data, absorption, common_error, light_light, light_heat, heat_light, heat_heat)

    @property
    def has_energy_errors(self) -> bool:
        """True when dη/dΔE is needed."""
        return bool(self.data.own_error_mev.any() or (self.common_error and self.data.reference_error_mev.any()))

    def __call__(
        self, slope: FloatArray, intercept_mev: FloatArray, eta: FloatArray, eta_slope: FloatArray | None = None
    ) -> FloatArray:
        """Return ln L (n_sets,), up to a constant.

        Parameters
        ----------
        slope, intercept_mev : ndarray, shape (n_sets, n_temperatures)
            s and hν₀.
        eta, eta_slope : ndarray, shape (n_sets, n_temperatures, n_anti)
            η and, where photon energies carry errors, dη/dΔE.
        """
        n_t, n = self.data.use.shape
        at_once = max(_BLOCK // (n_t * (n + 1) ** 2), 1)
        parts = [slice(begin, begin + at_once) for begin in range(0, len(slope), at_once)]
        values = [
            self._of_block(slope[at], intercept_mev[at], eta[at], None if eta_slope is None else eta_slope[at])
            for at in parts
        ]
        return np.concatenate(values) if values else np.zeros(0)

    def _of_block(
        self, slope: FloatArray, intercept_mev: FloatArray, eta: FloatArray, eta_slope: FloatArray | None
    ) -> FloatArray:
        divisor, share = self._rows(slope, intercept_mev, eta)
        border = self._bordered(share)
        moved = self._moved(slope, intercept_mev, share, eta_slope, divisor)
        bare = border.copy() if moved.widens and self.absorption == "reference" else None
        moved.widen(border)
        root = factors(border)
        white = root[..., -1, :-1]
        result = -0.5 * np.einsum("wtn,wtn->w", white, white)
        if bare is not None:
            result += _log_diagonal(factors(bare)) - _log_diagonal(root)
        elif self.absorption == "flat":
            result -= _log_diagonal(root) + np.log(np.abs(divisor)).sum(axis=(1, 2))
        common = self._common(root, share, moved)
        if common is not None:
            gain, log_root = Common.of(common, white).gain()
            result += 0.5 * gain - log_root
            if self.absorption == "reference":
                result += self._log_of_leak(root if bare is None else factors(bare), share)
        return np.asarray(result)

    def whitened(
        self, slope: FloatArray, intercept_mev: FloatArray, eta: FloatArray, eta_slope: FloatArray | None = None
    ) -> FloatArray:
        """Return independent residuals of unit variance, (n_sets, n_temperatures, n_places)."""
        divisor, share = self._rows(slope, intercept_mev, eta)
        border = self._bordered(share)
        moved = self._moved(slope, intercept_mev, share, eta_slope, divisor)
        moved.widen(border)
        root = factors(border)
        white = root[..., -1, :-1]
        common = self._common(root, share, moved)
        return np.asarray(white) if common is None else Common.of(common, white).whitened(white)

    def _common(self, root: FloatArray, share: FloatArray, moved: "_Moved") -> FloatArray | None:
        """Return what errors that temperatures share do to the whitened r: X of `asplab.core.sampling.common`."""
        parts = []
        if moved.by_laser is not None and self.data.laser is not None:
            parts.append(solve_lasers(root[..., :-1, :-1], moved.by_laser, self.data.laser))
        if self.data.leak is not None:
            parts.append(self._of_leak(root, share)[..., None])
        return np.concatenate(parts, axis=-1) if len(parts) > 1 else parts[0] if parts else None

    def _of_leak(self, root: FloatArray, share: FloatArray) -> FloatArray:
        assert self.data.leak is not None
        light, heat = self.data.leak
        return solve_lower(root[..., :-1, :-1], light - share[..., :-1] * heat)

    def _log_of_leak(self, root: FloatArray, share: FloatArray) -> FloatArray | float:
        """Return half of the ln of what a leak adds to the determinant of C, (n_sets,)."""
        if self.data.leak is None:
            return 0.0
        return np.asarray(0.5 * np.log1p(np.sum(self._of_leak(root, share) ** 2, axis=(1, 2))))

    def _rows(self, slope: FloatArray, intercept_mev: FloatArray, eta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the divisor s (hν − η hν₀) of each row, and m, with a zero at the border."""
        data = self.data
        n, ns = data.use.shape[1], data.n_stokes
        share = np.zeros((*slope.shape, n + 1))
        share[..., :ns], share[..., ns:n] = data.use[:, :ns], eta
        share[..., ns:n] *= data.use[:, ns:]
        divisor = slope[..., None] * (data.energy_mev - intercept_mev[..., None] * share[..., :n])
        if not data.use.all():
            divisor = np.where(data.use, divisor, 1.0)
        share[..., :n] /= divisor
        return divisor, share

    def _bordered(self, share: FloatArray) -> FloatArray:
        """Return the covariance of r with r as its last row: its root holds the whitened r as its own last row."""
        size = share.shape[-1]
        across = np.empty((*share.shape, size))
        across[...] = share[..., None, :]
        result = self.heat_heat * across
        result -= self.heat_light
        result *= share[..., :, None]
        across *= self.light_heat
        result -= across
        result += self.light_light
        return result

    def _moved(
        self,
        slope: FloatArray,
        intercept_mev: FloatArray,
        share: FloatArray,
        eta_slope: FloatArray | None,
        divisor: FloatArray,
    ) -> "_Moved":
        """Return what one standard error of each photon energy does to r."""
        if eta_slope is None or not self.has_energy_errors:
            return _Moved()
        data = self.data
        n, ns = data.use.shape[1], data.n_stokes
        absorbed = data.heat[:, ns:] + (slope * intercept_mev)[..., None] * data.light[:, ns:]
        by_detuning = data.use[:, ns:] * eta_slope * absorbed / divisor[..., ns:]
        reference = own = by_laser = None
        if self.common_error and data.reference_error_mev.any():
            reference = by_detuning * data.reference_error_mev[:, None]
        if data.own_error_mev.any():
            own = slope[..., None] * data.light * data.own_error_mev / divisor + share[..., :n] * data.misread
            own[..., ns:] += by_detuning * data.own_error_mev[:, ns:]
            if data.laser is not None:
                by_laser = own
                alone = 1.0 - data.laser.sum(axis=2)
                own = own * alone if alone.any() else None
        return _Moved(own, reference, by_laser)


@dataclass(frozen=True, slots=True, eq=False)
class _Moved:
    """What one standard error does to r: of the photon energy of each place, of each reference, of shared lasers."""

    own: FloatArray | None = None
    reference: FloatArray | None = None
    by_laser: FloatArray | None = None

    @property
    def widens(self) -> bool:
        """True where the covariance of single temperatures grows."""
        return self.reference is not None or self.own is not None

    def widen(self, border: FloatArray) -> None:
        """Add to bordered covariances what temperatures do not share."""
        if self.own is not None:
            np.einsum("wtii->wti", border)[..., :-1] += self.own**2
        if self.reference is not None:
            n = self.reference.shape[-1]
            border[..., -1 - n : -1, -1 - n : -1] += self.reference[..., :, None] * self.reference[..., None, :]


def _log_diagonal(root: FloatArray) -> FloatArray:
    """Return ½ ln of the determinant without the border, summed over temperatures."""
    diagonal = np.einsum("wtii->wti", root)[..., :-1]
    result: FloatArray = np.log(diagonal).sum(axis=(1, 2))
    return result
