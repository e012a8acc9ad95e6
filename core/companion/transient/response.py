"""How wide the response of the instrument is and where its time zero lies, as far as that was measured."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from asplab.core.companion.checks import finite_array, positive_array, same_shape
from asplab.core.errors import AnalysisError, SettingsError
from asplab.core.units import FWHM_PER_SIGMA, FloatArray

_LEAST_POINTS = 6


@dataclass(frozen=True, slots=True)
class InstrumentResponse:
    """A Gaussian response, and what was measured of it apart from the transient.

    Attributes
    ----------
    fwhm_fs, fwhm_error_fs : float or None
        Full width at half maximum and its standard error; None where it was not measured.
    zero_fs, zero_error_fs : float or None
        Time zero on the axis of the delays; None where it was not measured.
    """

    fwhm_fs: float | None
    fwhm_error_fs: float | None
    zero_fs: float | None
    zero_error_fs: float | None

    def __post_init__(self) -> None:
        for name, value, error in (
            ("fwhm_fs", self.fwhm_fs, self.fwhm_error_fs),
            ("zero_fs", self.zero_fs, self.zero_error_fs),
        ):
            if (value is None) != (error is None):
                raise SettingsError(f"{name} is {value} with error {error}; give both or neither.")
            if error is not None and not (np.isfinite(error) and error > 0.0):
                raise SettingsError(f"the error of {name} is {error:g}; it must be above 0. Say how well it is known.")
        if self.fwhm_fs is not None and not (np.isfinite(self.fwhm_fs) and self.fwhm_fs > 0.0):
            raise SettingsError(f"fwhm_fs is {self.fwhm_fs:g}; it must be above 0. Correct it.")
        if self.zero_fs is not None and not np.isfinite(self.zero_fs):
            raise SettingsError(f"zero_fs is {self.zero_fs}; it must be a finite number. Correct it.")

    @property
    def is_measured(self) -> bool:
        """Whether both width and time zero were measured apart from the transient."""
        return self.fwhm_fs is not None and self.zero_fs is not None

    @property
    def missing(self) -> str:
        """What was not measured, in words."""
        wanted = (("the width of the response", self.fwhm_fs), ("time zero", self.zero_fs))
        return " and ".join(name for name, value in wanted if value is None)


def fit_response(delay_fs: FloatArray, signal: FloatArray, *, holds_zero: bool) -> InstrumentResponse:
    """Fit a Gaussian on an offset to a cross-correlation, with errors from its scatter.

    Parameters
    ----------
    delay_fs, signal : ndarray, shape (n,)
    holds_zero : bool
        It was measured in the place of the sample, on the same axis of delays.

    Raises
    ------
    InputError, AnalysisError
        For values that can't be fitted, and for a trace without a peak within the delays.
    """
    t, y = finite_array(delay_fs, name="delay_fs"), finite_array(signal, name="signal")
    same_shape(t, y, names=("delay_fs", "signal"))
    if t.size < _LEAST_POINTS:
        raise AnalysisError(f"the response has {t.size} points; {_LEAST_POINTS} are needed. Measure more delays.")
    spread = positive_array([np.ptp(t)], name="span of the delays")[0]
    away = y - np.median(y)
    weight = np.maximum(away * np.sign(away[np.argmax(np.abs(away))]), 0.0) ** 2
    start = float(np.sum(weight * t) / weight.sum()) if weight.sum() > 0.0 else float(np.mean(t))
    # The squared peak is narrower by √2.
    width = float(np.sqrt(2.0 * np.sum(weight * (t - start) ** 2) / max(weight.sum(), 1e-300)))

    def residual(parameters: FloatArray) -> FloatArray:
        design = np.column_stack([np.exp(-0.5 * ((t - parameters[0]) / parameters[1]) ** 2), np.ones_like(t)])
        return np.asarray(y - design @ np.linalg.lstsq(design, y, rcond=None)[0])

    least = 0.1 * spread / t.size
    bounds = ([float(t.min()), least], [float(t.max()), float(spread)])
    fit = least_squares(residual, [start, np.clip(width, 2.0 * least, 0.5 * spread)], bounds=bounds, x_scale="jac")
    errors = np.sqrt(np.diag(np.linalg.pinv(fit.jac.T @ fit.jac)) * 2.0 * fit.cost / (t.size - 4))
    zero, sigma = fit.x
    if not (errors[1] < 0.3 * sigma and bounds[0][0] < zero - sigma and zero + sigma < bounds[1][0]):
        raise AnalysisError(
            f"the response shows no peak within {t.min():g} to {t.max():g} fs (width {FWHM_PER_SIGMA * sigma:.0f} ± "
            f"{FWHM_PER_SIGMA * errors[1]:.0f} fs). Measure it over more delays, or more often."
        )
    least_error = 1e-9 * float(spread)
    return InstrumentResponse(
        float(FWHM_PER_SIGMA * sigma),
        float(FWHM_PER_SIGMA * max(errors[1], least_error)),
        float(zero) if holds_zero else None,
        float(max(errors[0], least_error)) if holds_zero else None,
    )
