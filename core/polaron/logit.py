"""Eq. 9 in logit form: data and design of fits to ratios of normal quantities.

With odds η/(1 − η) = A w(ΔE, T) and w of [Zhang 2024, Eq. 9, natural log], logit η is linear in three numbers:

    z = L₀ − ½ ln(ΔE/E₀) + (κ − 1/kT)(ΔE − E₀) − u [ΔE ln(ΔE/E₀) − (ΔE − E₀)],
    u = 1/ħω,  κ = u ln(g² u/E₀),  E₀ = 50 meV,

so that ħω = 1/u and g² = E₀ exp(κ/u)/u. η enters as r = N − η D, which is normal however weak the signal is.
Leading dimension of all arrays: independent fits done at once.
"""

from dataclasses import dataclass, replace

import numpy as np

from asplab.core.units import FloatArray

CENTRE_MEV = 50.0
_ROUNDED = 1e-6
SMALL_MEV = 0.3
"""Errors of ΔE up to which η may be taken to first order in them: the next order moves η by some 10⁻⁵."""


@dataclass(frozen=True, slots=True, eq=False)
class LogitProblem:
    """Data and design of independent fits: one per temperature, with parameters (L₀, κ, u).

    Attributes
    ----------
    numerator, denominator : ndarray, shape (n_fits, n_points)
    covariance : ndarray, shape (n_fits, 2 n_points, 2 n_points)
        Of (numerator, denominator).
    use : ndarray of bool, shape (n_fits, n_points)
    design : ndarray, shape (n_fits, n_points, 3)
        z = offset + design · parameters.
    offset : ndarray, shape (n_fits, n_points)
    slope_design, slope_offset : ndarray
        The same for d z / dΔE.
    own_error_mev, common_error_mev : ndarray, shape (n_fits, n_points)
        Standard error of each ΔE by itself, and the one that all points of a fit share.
    sensitivity : ndarray, shape (n_fits, n_points)
        Change of ``denominator`` with one standard error of a quantum yield that all fits share.
    own_sensitivity : ndarray, shape (n_fits, 2 n_points)
        Change of (numerator, denominator) of each point with one standard error of its photon energy, upwards; part of
        ``covariance``. The same error makes ΔE too large by ``own_error_mev``.
    leak_sensitivity : ndarray, shape (n_fits, 2 n_points)
        Change of (numerator, denominator) with one standard error of a measured leak, which all fits share; part of
        ``covariance``.
    """

    numerator: FloatArray
    denominator: FloatArray
    covariance: FloatArray
    use: np.ndarray
    design: FloatArray
    offset: FloatArray
    slope_design: FloatArray
    slope_offset: FloatArray
    own_error_mev: FloatArray
    common_error_mev: FloatArray
    sensitivity: FloatArray
    own_sensitivity: FloatArray
    leak_sensitivity: FloatArray

    @property
    def has_energy_errors(self) -> bool:
        """True when any ΔE carries an error."""
        return bool(self.own_error_mev.any() or self.common_error_mev.any())

    @property
    def largest_energy_errors_mev(self) -> tuple[float, float]:
        """Largest error of a ΔE by itself, and of a reference."""
        return float(self.own_error_mev.max(initial=0.0)), float(self.common_error_mev.max(initial=0.0))

    @property
    def has_shared_error(self) -> bool:
        """True when all fits share the error of a quantum yield."""
        return bool(self.sensitivity.any())

    @property
    def unused(self) -> FloatArray:
        """One where a point is not in use, else zero; keeps the covariance of the residuals regular."""
        return 1.0 - self.use

    def around(self, off_mev: FloatArray | None) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return design, slope_design, offset and slope_offset with each ΔE smaller by ``off_mev``, to second order."""
        if off_mev is None:
            return self.design, self.slope_design, self.offset, self.slope_offset
        inverse = 1.0 / (CENTRE_MEV + self.design[:, :, 1])
        slope_design = self.slope_design.copy()
        slope_design[:, :, 2] += off_mev * inverse
        design = self.design - (0.5 * off_mev)[:, :, None] * (self.slope_design + slope_design)
        slope_offset = self.slope_offset - 0.5 * off_mev * inverse**2
        return design, slope_design, self.offset - 0.5 * off_mev * (self.slope_offset + slope_offset), slope_offset

    def without_reference(self, error_mev: float) -> "LogitProblem":
        """Return the problem without that part of the errors of references which all fits share, in meV."""
        if error_mev == 0.0:
            return self
        return replace(self, common_error_mev=own_part(self.common_error_mev, error_mev))

    def lanes(self, chosen: np.ndarray) -> "LogitProblem":
        """Return the problem of the chosen fits, which may repeat."""
        return LogitProblem(*(getattr(self, name)[chosen] for name in self.__slots__))

    def without_shared(self) -> "LogitProblem":
        """Return the problem whose covariance leaves out what the shared quantum yield adds."""
        if not self.has_shared_error:
            return self
        n = self.numerator.shape[1]
        covariance = self.covariance.copy()
        covariance[:, n:, n:] -= self.sensitivity[:, :, None] * self.sensitivity[:, None, :]
        return replace(self, covariance=covariance)

    def without_leak(self) -> "LogitProblem":
        """Return the problem whose covariance leaves out what the error of a measured leak adds."""
        if not self.leak_sensitivity.any():
            return self
        leak = self.leak_sensitivity
        return replace(self, covariance=self.covariance - leak[:, :, None] * leak[:, None, :])


def own_part(error: FloatArray, common_error: float) -> FloatArray:
    """Return what is left of errors when one that all of them share is taken out in quadrature; zero where NaN."""
    left = np.sqrt(np.maximum(np.nan_to_num(error) ** 2 - common_error**2, 0.0))
    # What the sum of squares rounded off is no error of its own.
    return np.where(left > _ROUNDED * common_error, left, 0.0)


def build_problem(
    numerator: FloatArray,
    denominator: FloatArray,
    covariance: FloatArray,
    use: np.ndarray,
    detuning_mev: FloatArray,
    thermal_mev: FloatArray,
    own_error_mev: FloatArray,
    common_error_mev: FloatArray,
    sensitivity: FloatArray,
    own_sensitivity: FloatArray | None = None,
    leak_sensitivity: FloatArray | None = None,
) -> LogitProblem:
    """Set up Eq. 9 for the points of each fit; arrays as in `LogitProblem`, ``thermal_mev`` (n_fits,) is k_B T."""
    n_points = numerator.shape[1]
    # Rows scaled to unit size: intensities fall by many decades along ΔE.
    variance = np.einsum("fii->fi", covariance)
    size = np.sqrt(numerator**2 + denominator**2 + variance[:, :n_points] + variance[:, n_points:])
    scale = np.where(use & (size > 0), 1.0 / np.where(size > 0, size, 1.0), 0.0)
    both = np.concatenate([scale, scale], axis=1)
    energy = np.where(use, detuning_mev, CENTRE_MEV)
    step, logarithm = energy - CENTRE_MEV, np.log(energy / CENTRE_MEV)
    inverse = 1.0 / thermal_mev[:, None]
    design, slope_design = np.ones((*step.shape, 3)), np.zeros((*step.shape, 3))
    design[:, :, 1], design[:, :, 2] = step, step - energy * logarithm
    slope_design[:, :, 1], slope_design[:, :, 2] = 1.0, -logarithm
    return LogitProblem(
        numerator=numerator * scale,
        denominator=denominator * scale,
        covariance=covariance * both[:, :, None] * both[:, None, :],
        use=use,
        design=design,
        offset=-0.5 * logarithm - step * inverse,
        slope_design=slope_design,
        slope_offset=-0.5 / energy - inverse,
        own_error_mev=np.where(use, own_error_mev, 0.0),
        common_error_mev=np.where(use, common_error_mev, 0.0),
        sensitivity=sensitivity * scale,
        own_sensitivity=np.zeros_like(both) if own_sensitivity is None else own_sensitivity * both,
        leak_sensitivity=np.zeros_like(both) if leak_sensitivity is None else leak_sensitivity * both,
    )
