"""The same chain as people write it, for comparison: pandas + lmfit loops, and vectorised numpy + lmfit residuals.

Both take corrected spectra, integrate them in a window between the cutoffs over a constant background, correct
for the hidden part of the band, and fit QY, η and (g, ħω) with lmfit, covariance included, at every temperature
and jointly. They leave out what has no counterpart there (dark frames, drift model, covariance between
excitations), so the comparison favours them.
"""

from dataclasses import dataclass

import lmfit
import numpy as np

from asplab.core.units import thermal_energy_mev


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What both loops start from, one entry per stack unless said otherwise."""

    wavelength_nm: np.ndarray
    spectra: list[np.ndarray]
    transmitted_nm: np.ndarray
    background_nm: np.ndarray
    templates: list[np.ndarray]
    temperature: np.ndarray
    is_stokes: np.ndarray
    excitation_mev: np.ndarray
    heat: list[np.ndarray]
    temperatures_k: np.ndarray
    photon_mev: np.ndarray
    reference_mev: np.ndarray


def prepare(results) -> Prepared:
    """Take the inputs of the loops from the products upstream of the window."""
    corrected, bands = results.corrected, results.bands
    block = corrected.blocks[0]
    heat: list[np.ndarray] = [np.zeros(0)] * len(corrected.stacks)
    for scan_set, readings in zip(results.scans.sets, results.absorbed.per_scan, strict=True):
        for column, k in enumerate(scan_set.stacks):
            heat[k] = readings[:, column]
    return Prepared(
        wavelength_nm=block.wavelength_nm,
        spectra=[block.intensity[row].T for row in corrected.place[:, 1]],
        transmitted_nm=bands.transmitted_nm,
        background_nm=bands.background_nm,
        templates=[template.values for template in bands.templates],
        temperature=np.array([stack.temperature for stack in corrected.stacks]),
        is_stokes=np.array([stack.kind == "pl" for stack in corrected.stacks]),
        excitation_mev=results.excitations.energy_mev,
        heat=heat,
        temperatures_k=corrected.temperatures_k,
        photon_mev=results.energies.mean_photon_mev,
        reference_mev=results.energies.reference_mev,
    )


def at(axis: np.ndarray, spectrum: np.ndarray, place: float) -> np.ndarray:
    """Interpolate spectra (…, n) at one place, keeping the last dimension."""
    k = int(np.clip(np.searchsorted(axis, place) - 1, 0, axis.size - 2))
    part = (place - axis[k]) / (axis[k + 1] - axis[k])
    return (1.0 - part) * spectrum[..., k : k + 1] + part * spectrum[..., k + 1 : k + 2]


def integral(axis: np.ndarray, spectrum: np.ndarray, low: float, high: float) -> np.ndarray:
    """Integrate spectra (…, n) between sub-pixel edges with the trapezoidal rule."""
    inside = (axis > low) & (axis < high)
    x = np.concatenate([[low], axis[inside], [high]])
    ends = [at(axis, spectrum, edge) for edge in (low, high)]
    return np.trapezoid(np.concatenate([ends[0], spectrum[..., inside], ends[1]], axis=-1), x, axis=-1)


def window_of(prepared: Prepared, k: int, window: tuple[float, float]) -> tuple[float, float]:
    low, high = np.clip(prepared.transmitted_nm[k], *window)
    return float(low), float(high)


def intensity(prepared: Prepared, k: int, window: tuple[float, float], spectra: np.ndarray) -> np.ndarray:
    """Return the corrected band intensity of spectra (…, n) of stack ``k``."""
    axis = prepared.wavelength_nm
    low, high = window_of(prepared, k, window)
    regions = [r for r in prepared.background_nm[k] if r[1] > r[0]]
    level = sum(integral(axis, spectra, *r) for r in regions) / sum(r[1] - r[0] for r in regions)
    template = prepared.templates[prepared.temperature[k]]
    seen = integral(axis, template, low, high) / integral(axis, template, *window)
    return (integral(axis, spectra, low, high) - level * (high - low)) / seen


def fit_line(energy: np.ndarray, q: np.ndarray, spread: np.ndarray):
    """Fit q = s (hν − hν₀) with lmfit; errors of the points as given."""
    slope = np.polyfit(energy, q, 1)[0]
    parameters = lmfit.create_params(s=slope, hv0=energy.mean() - q.mean() / slope)

    def residual(p):
        return (q - p["s"] * (energy - p["hv0"])) / spread

    return lmfit.minimize(residual, parameters, scale_covar=False)


@dataclass(frozen=True, slots=True, eq=False)
class Ratios:
    """N, D and their covariance at one temperature, with ΔE and k_B T."""

    detuning_mev: np.ndarray
    numerator: np.ndarray
    denominator: np.ndarray
    covariance: np.ndarray
    thermal_mev: float

    def residual(self, scale: float, g: float, w: float) -> np.ndarray:
        """Return N − η D of Eq. 9 in odds form, whitened by its covariance."""
        e, n = self.detuning_mev, self.detuning_mev.size
        log_rate = -e / self.thermal_mev - 0.5 * np.log(e) + e / w * (1.0 - np.log(e * w / g**2))
        eta = 1.0 / (1.0 + np.exp(-np.clip(scale + log_rate, -500.0, 500.0)))
        a = np.concatenate([np.eye(n), -np.diag(eta)], axis=1)
        factor = np.linalg.cholesky(a @ self.covariance @ a.T)
        return np.linalg.solve(factor, self.numerator - eta * self.denominator)


def fit_polaron(data: list[Ratios]):
    """Fit Eq. 9 to one or several temperatures with common g and ħω and a scale each, with lmfit."""
    scales = {f"scale{i}": 3.5 for i in range(len(data))}
    parameters = lmfit.create_params(
        g={"value": 40.0, "min": 1.0}, w={"value": 23.0, "min": 2.0, "max": 300.0}, **scales
    )

    def residual(p):
        g, w = p["g"].value, p["w"].value
        return np.concatenate([d.residual(p[f"scale{i}"].value, g, w) for i, d in enumerate(data)])

    return lmfit.minimize(residual, parameters, scale_covar=False)


def ratios(prepared: Prepared, light: list[np.ndarray], t: int) -> tuple[float, Ratios]:
    """Return QY and the ratios of one temperature from intensities per repeat."""
    here = prepared.temperature == t
    stokes, anti = np.flatnonzero(here & prepared.is_stokes), np.flatnonzero(here & ~prepared.is_stokes)
    q = np.array([prepared.heat[k].mean() / light[k].mean() for k in stokes])
    spread = np.array([(prepared.heat[k] / light[k]).std(ddof=1) / np.sqrt(light[k].size) for k in stokes])
    line = fit_line(prepared.excitation_mev[stokes], q, spread)
    s, hv0 = line.params["s"].value, line.params["hv0"].value
    hv = prepared.excitation_mev[anti]
    i, pa = np.array([light[k].mean() for k in anti]), np.array([prepared.heat[k].mean() for k in anti])
    n, rows = anti.size, np.arange(anti.size)
    jacobian = np.zeros((2 * n, 2 * n + 2))
    jacobian[rows, rows], jacobian[n + rows, rows], jacobian[n + rows, n + rows] = hv, hv0, 1.0 / s
    jacobian[n:, -2], jacobian[n:, -1] = -pa / s**2, i
    covariance = np.zeros((2 * n + 2, 2 * n + 2))
    for row, k in enumerate(anti):
        covariance[np.ix_([row, n + row], [row, n + row])] = np.cov(light[k], prepared.heat[k]) / light[k].size
    covariance[-2:, -2:] = line.covar
    thermal = float(thermal_energy_mev(prepared.temperatures_k[t]))
    found = Ratios(
        prepared.reference_mev[t] - hv, hv * i, pa / s + hv0 * i, jacobian @ covariance @ jacobian.T, thermal
    )
    return hv0 / prepared.photon_mev[t], found


def finish(prepared: Prepared, light: list[np.ndarray]) -> np.ndarray:
    """Go from intensities per repeat to rows of (QY, g, ħω): one per temperature, and the joint fit last."""
    both = [ratios(prepared, light, t) for t in range(len(prepared.temperatures_k))]
    fits = [fit_polaron([data]) for _, data in both] + [fit_polaron([data for _, data in both])]
    yields = [value for value, _ in both] + [np.nan]
    return np.array([(y, f.params["g"].value, f.params["w"].value) for y, f in zip(yields, fits, strict=True)])


def with_numpy(prepared: Prepared, window: tuple[float, float]) -> np.ndarray:
    """Vectorised over the repeats of a stack; lmfit residuals."""
    return finish(prepared, [intensity(prepared, k, window, y) for k, y in enumerate(prepared.spectra)])


def with_pandas(prepared: Prepared, window: tuple[float, float]) -> np.ndarray:
    """A long table, one row per pixel, grouped by spectrum; every spectrum integrated by itself."""
    import pandas as pd

    light = []
    for k, spectra in enumerate(prepared.spectra):
        repeats, pixels = spectra.shape
        table = pd.DataFrame(
            {
                "repeat": np.repeat(np.arange(repeats), pixels),
                "wavelength_nm": np.tile(prepared.wavelength_nm, repeats),
                "counts": spectra.ravel(),
            }
        )
        low, high = window_of(prepared, k, window)
        areas = table.groupby("repeat").apply(_area, k, prepared, low, high, window)
        light.append(areas.to_numpy())
    return finish(prepared, light)


def _area(spectrum, k: int, prepared: Prepared, low: float, high: float, window: tuple[float, float]) -> float:
    parts = [
        spectrum[spectrum["wavelength_nm"].between(*r)]["counts"] for r in prepared.background_nm[k] if r[1] > r[0]
    ]
    level = sum(part.sum() for part in parts) / sum(part.size for part in parts)
    template = prepared.templates[prepared.temperature[k]]
    seen = integral(prepared.wavelength_nm, template, low, high) / integral(prepared.wavelength_nm, template, *window)
    inside = spectrum[spectrum["wavelength_nm"].between(low, high)]
    x, y = inside["wavelength_nm"].to_numpy(), inside["counts"].to_numpy() - level
    ends = np.interp([low, high], spectrum["wavelength_nm"], spectrum["counts"]) - level
    edges = (x[0] - low) * (y[0] + ends[0]) / 2 + (high - x[-1]) * (y[-1] + ends[1]) / 2
    return (np.trapezoid(y, x) + edges) / seen
