"""The chain from a dragged window edge to g and ħω as people write it: vectorised numpy or pandas, with lmfit.

Both compute what the core computes, errors included, from the same inputs (`prepare`): sums over the window with
their full covariance, the Stokes line by generalised least squares, η, and Eq. 9 per temperature and jointly.
They share nothing with the core beyond units, so their agreement with it checks the whole chain.
"""

from dataclasses import dataclass

import lmfit
import numpy as np
from benchmarks.reference_responses import Prepared, Responses, band_sum, respond, window_of, with_noise
from scipy.special import expit

from asplab.core.units import thermal_energy_mev


def fieller(a: float, b: float, var_a: float, var_b: float, cov: float) -> tuple[float, float]:
    """Return the 68 % interval of a/b: where |a − q b| is one standard error; NaN where that is no interval."""
    p, q, r = b**2 - var_b, a * b - cov, a**2 - var_a
    if p <= 0:
        return np.nan, np.nan
    root = np.sqrt(max(q**2 - p * r, 0.0))
    return (q - root) / p, (q + root) / p


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """The Stokes line: slope, hν₀ with the covariance of both, its 68 % interval, and d(slope, hν₀)/d(I, PA)."""

    slope: float
    intercept_mev: float
    covariance: np.ndarray
    low_mev: float
    high_mev: float
    gradient: np.ndarray


def fit_line(data: Prepared, responses: Responses) -> Line:
    """Fit PA/I = s (hν − hν₀) to the Stokes points by generalised least squares."""
    m, n = data.n_stokes, responses.light.size
    light, q, energy = responses.light[:m], (responses.heat / responses.light)[:m], data.excitation_mev[:m]
    to_points = np.zeros((m, 2 * n))
    to_points[:, :m], to_points[:, n : n + m] = np.diag(-q / light), np.diag(1.0 / light)
    spread = to_points @ responses.covariance @ to_points.T
    factor, x = np.linalg.cholesky(spread), energy - energy.mean()
    slope, height = np.polyfit(x, q, 1)

    def residual(p):
        return np.linalg.solve(factor, q - p["slope"].value * x - p["height"].value)

    fit = lmfit.minimize(residual, lmfit.create_params(slope=slope, height=height), scale_covar=False)
    s, h = fit.params["slope"].value, fit.params["height"].value
    to_line = fit.covar @ np.linalg.solve(spread, np.column_stack([x, np.ones(m)])).T
    jacobian = np.array([[1.0, 0.0], [h / s**2, -1.0 / s]])
    low, high = fieller(h, s, fit.covar[1, 1], fit.covar[0, 0], fit.covar[0, 1])
    return Line(
        slope=s,
        intercept_mev=energy.mean() - h / s,
        covariance=jacobian @ fit.covar @ jacobian.T,
        low_mev=energy.mean() - high,
        high_mev=energy.mean() - low,
        gradient=jacobian @ to_line @ to_points,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Ratios:
    """N, D of η = N/D at one temperature with their covariance; ΔE with its common error, and k_B T."""

    numerator: np.ndarray
    denominator: np.ndarray
    covariance: np.ndarray
    detuning_mev: np.ndarray
    detuning_error_mev: float
    thermal_mev: float

    @property
    def eta(self) -> np.ndarray:
        """η of each excitation."""
        return self.numerator / self.denominator

    @property
    def eta_covariance(self) -> np.ndarray:
        """Covariance of η, to first order."""
        jacobian = np.hstack([np.diag(1.0 / self.denominator), np.diag(-self.eta / self.denominator)])
        return jacobian @ self.covariance @ jacobian.T

    def intervals(self) -> np.ndarray:
        """Return the 68 % interval of each η, (n, 2).

        It is closed where D exceeds zero by two standard errors. Below that a clear signal (three standard
        errors of N) still sets a lower limit.
        """
        n = self.eta.size
        result = np.full((n, 2), np.nan)
        for k, (a, b) in enumerate(zip(self.numerator, self.denominator, strict=True)):
            (var_a, cov), (_, var_b) = self.covariance[np.ix_([k, n + k], [k, n + k])]
            low, high = fieller(a, b, var_a, var_b, cov)
            determined = b > 2.0 * np.sqrt(var_b)
            if determined or (b > 0 and a > 3.0 * np.sqrt(var_a)):
                result[k] = low, high if determined else np.nan
        return result

    def log_rate(self, g: float, phonon: float) -> np.ndarray:
        """Return ln w of Eq. 9, up to a constant, and below it d ln w/dΔE."""
        e = self.detuning_mev
        logarithm = np.log(e * phonon / g**2)
        return np.array(
            [
                -e / self.thermal_mev - 0.5 * np.log(e) + e / phonon * (1.0 - logarithm),
                -1.0 / self.thermal_mev - 0.5 / e - logarithm / phonon,
            ]
        )

    def residual(self, scale: float, g: float, phonon: float) -> np.ndarray:
        """Return N − η D of Eq. 9 in odds form, whitened by its covariance."""
        n = self.eta.size
        rate, slope = self.log_rate(g, phonon)
        eta = expit(scale + rate)
        c = self.covariance
        mixed = c[:n, n:] * eta
        lever = eta * (1.0 - eta) * slope * self.denominator * self.detuning_error_mev
        spread = c[:n, :n] - mixed - mixed.T + np.outer(eta, eta) * c[n:, n:] + np.outer(lever, lever)
        return np.linalg.solve(np.linalg.cholesky(spread), self.numerator - eta * self.denominator)

    def start(self, g: float, phonon: float) -> float:
        """Return the scale that the clear points ask for at given g and ħω."""
        clear = (self.eta > 0.01) & (self.eta < 0.99)
        odds = np.log(self.eta[clear] / (1.0 - self.eta[clear]))
        return float(np.mean(odds - self.log_rate(g, phonon)[0][clear]))


def ratios(data: Prepared, responses: Responses, line: Line) -> Ratios:
    """Return N = hν I and D = PA/s + hν₀ I of the anti-Stokes excitations with everything that blurs them."""
    m, n = data.n_stokes, responses.light.size
    light, heat, energy = responses.light[m:], responses.heat[m:], data.excitation_mev[m:]
    to_n, to_d = np.zeros((n - m, 2 * n)), np.zeros((n - m, 2 * n))
    to_n[:, m:n] = np.diag(energy)
    to_d[:, m:n] = line.intercept_mev * np.eye(n - m)
    to_d[:, n + m :] = np.eye(n - m) / line.slope
    to_d += np.column_stack([-heat / line.slope**2, light]) @ line.gradient
    both = np.vstack([to_n, to_d])
    return Ratios(
        numerator=energy * light,
        denominator=heat / line.slope + line.intercept_mev * light,
        covariance=both @ responses.covariance @ both.T,
        detuning_mev=data.reference_mev - energy,
        detuning_error_mev=data.reference_error_mev,
        thermal_mev=float(thermal_energy_mev(data.temperature_k)),
    )


def fit_polaron(data: list[Ratios], g: float = 40.0, phonon: float = 20.0):
    """Fit Eq. 9 to one or several temperatures with common g and ħω and a scale each, with lmfit."""
    scales = {f"scale{i}": d.start(g, phonon) for i, d in enumerate(data)}
    parameters = lmfit.create_params(g={"value": g, "min": 1.0}, phonon={"value": phonon, "min": 2.0}, **scales)

    def residual(p):
        v = p.valuesdict()
        return np.concatenate([d.residual(v[f"scale{i}"], v["g"], v["phonon"]) for i, d in enumerate(data)])

    return lmfit.minimize(residual, parameters, scale_covar=False)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What the chain finds: one entry per temperature, and for g, ħω and χ² the joint fit last."""

    quantum_yield: np.ndarray
    quantum_yield_error: np.ndarray
    quantum_yield_interval: np.ndarray
    eta: np.ndarray
    eta_covariance: np.ndarray
    eta_interval: np.ndarray
    ratios: list[Ratios]
    g_mev: np.ndarray
    g_error_mev: np.ndarray
    phonon_mev: np.ndarray
    phonon_error_mev: np.ndarray
    chi2: np.ndarray


def finish(prepared: list[Prepared], responses: list[Responses]) -> Found:
    """Go from the responses of each temperature to the quantum yield, η, g and ħω."""
    lines = [fit_line(data, here) for data, here in zip(prepared, responses, strict=True)]
    etas = [ratios(*here) for here in zip(prepared, responses, lines, strict=True)]
    photon, photon_error = (np.array([getattr(d, f"photon{x}_mev") for d in prepared]) for x in ("", "_error"))
    yields = np.array([line.intercept_mev for line in lines]) / photon
    extra = yields * photon_error / photon
    low, high = np.array([(line.low_mev, line.high_mev) for line in lines]).T / photon
    fits = [fit_polaron([data]) for data in etas]
    middle = [float(np.median([fit.params[name].value for fit in fits])) for name in ("g", "phonon")]
    fits.append(fit_polaron(etas, *middle))
    parameters = [fit.params for fit in fits]
    return Found(
        quantum_yield=yields,
        quantum_yield_error=np.hypot(np.sqrt([line.covariance[1, 1] for line in lines]) / photon, extra),
        quantum_yield_interval=np.stack(
            [yields - np.hypot(yields - low, extra), yields + np.hypot(high - yields, extra)], axis=-1
        ),
        eta=np.array([data.eta for data in etas]),
        eta_covariance=np.array([data.eta_covariance for data in etas]),
        eta_interval=np.array([data.intervals() for data in etas]),
        ratios=etas,
        g_mev=np.array([p["g"].value for p in parameters]),
        g_error_mev=np.array([p["g"].stderr for p in parameters]),
        phonon_mev=np.array([p["phonon"].value for p in parameters]),
        phonon_error_mev=np.array([p["phonon"].stderr for p in parameters]),
        chi2=np.array([fit.chisqr for fit in fits]),
    )


def with_numpy(prepared: list[Prepared], window: tuple[float, float]) -> Found:
    """Run the chain vectorised over the repeats of a stack and over the stacks of a temperature."""
    responses = []
    for data in prepared:
        stacks = zip(data.spectra, window_of(data, window), data.background_nm, strict=True)
        per_repeat = np.array([band_sum(data.wavelength_nm, *stack) for stack in stacks])
        responses.append(respond(data, with_noise(data, window, per_repeat)))
    return finish(prepared, responses)


def long_table(prepared: list[Prepared]):
    """Return all spectra as one table with a row per pixel, as pandas users keep them."""
    import pandas as pd

    tables = []
    for t, data in enumerate(prepared):
        stack, repeat, pixel = (label.ravel() for label in np.indices(data.spectra.shape))
        labels = {"temperature": t, "stack": stack, "repeat": repeat, "wavelength_nm": data.wavelength_nm[pixel]}
        tables.append(pd.DataFrame({**labels, "counts": data.spectra.ravel()}))
    return pd.concat(tables, ignore_index=True)


def with_pandas(table, prepared: list[Prepared], window: tuple[float, float]) -> Found:
    """Run the chain on a `long_table`: every spectrum is a group, and is integrated by itself."""
    edges = [window_of(data, window) for data in prepared]

    def area(spectrum):
        t, k, _ = spectrum.name
        axis, counts = spectrum["wavelength_nm"].to_numpy(), spectrum["counts"].to_numpy()
        return float(band_sum(axis, counts, edges[t][k], prepared[t].background_nm[k]))

    spectra = table.groupby(["temperature", "stack", "repeat"])[["wavelength_nm", "counts"]]
    areas = spectra.apply(area).unstack("repeat")
    responses = []
    for t, per_repeat in areas.groupby(level="temperature"):
        data = prepared[t]
        responses.append(respond(data, with_noise(data, window, per_repeat.to_numpy())))
    return finish(prepared, responses)
