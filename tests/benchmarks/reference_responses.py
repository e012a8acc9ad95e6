"""From corrected spectra and a window to (I, PA) with their joint covariance, in plain numpy.

Input is what lies upstream of the window (`prepare`). No code is shared with the core, so that this is an
independent check of its statistics. Arrays of one temperature hold its Stokes excitations first.
"""

from dataclasses import dataclass

import numpy as np

STRONG = 0.05
"""Relative detection noise of one repeat up to which an excitation tells something about drift."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What one temperature brings to the window; n excitations, r repeats, p pixels.

    Attributes
    ----------
    spectra : ndarray, shape (n, r, p)
        Corrected spectra.
    variance, dark_variance : ndarray, shape (n, p)
        Detection noise of one repeat, and noise of the mean dark frame.
    dark_frame : ndarray of int, shape (n,)
        Which mean dark frame was subtracted; -1 where none was.
    transmitted_nm, background_nm : ndarray, shape (n, 2) and (n, n_regions, 2)
    band, band_variance : ndarray, shape (p,)
        Shape of the band.
    heat : ndarray, shape (n, n_scans)
        Readings of PA; ``heat_noise`` (n, n) is the noise of one scan, ``heat_shared`` what all scans share.
    scan : ndarray of int, shape (n, r)
        Scan that was taken together with each repeat.
    """

    temperature_k: float
    n_stokes: int
    excitation_mev: np.ndarray
    wavelength_nm: np.ndarray
    spectra: np.ndarray
    variance: np.ndarray
    dark_variance: np.ndarray
    dark_frame: np.ndarray
    transmitted_nm: np.ndarray
    background_nm: np.ndarray
    band: np.ndarray
    band_variance: np.ndarray
    heat: np.ndarray
    heat_noise: np.ndarray
    heat_shared: np.ndarray
    scan: np.ndarray
    photon_mev: float
    photon_error_mev: float
    reference_mev: float
    reference_error_mev: float


def prepare(results) -> list[Prepared]:
    """Take from the results what does not depend on the window, temperature by temperature.

    Raises
    ------
    ValueError
        When the data are not of the plain kind that the references are written for.
    """
    corrected, bands, layout, energies = results.corrected, results.bands, results.layout, results.energies
    plain = (
        len(corrected.blocks) == 1,
        bool(corrected.present.all()),
        bool(layout.fitted.all()),
        not np.any(results.excitations.error_mev),
    )
    if not all(plain):
        found = "one axis, all repeats, all excitations fitted, their energies known"
        raise ValueError(f"the references need {found}; found {plain}. Use the base case.")
    block = corrected.blocks[0]
    prepared = []
    for t, columns in enumerate(layout.index):
        rows = corrected.place[columns, 1]
        scans = {name: s for s, name in enumerate(results.scans.sets[t].repeats)}
        members = [corrected.stacks[k].members for k in columns]
        prepared.append(
            Prepared(
                temperature_k=float(corrected.temperatures_k[t]),
                n_stokes=layout.n_stokes,
                excitation_mev=results.excitations.energy_mev[columns],
                wavelength_nm=block.wavelength_nm,
                spectra=np.ascontiguousarray(np.swapaxes(block.intensity[rows], 1, 2)),
                variance=block.variance[rows],
                dark_variance=block.dark_variance[rows],
                dark_frame=corrected.dark_group[columns],
                transmitted_nm=bands.transmitted_nm[columns],
                background_nm=bands.background_nm[columns],
                band=bands.templates[t].values,
                band_variance=bands.templates[t].variance,
                heat=results.absorbed.per_scan[t].T.copy(),
                heat_noise=results.absorbed.noise[t],
                heat_shared=results.absorbed.shared[t],
                scan=np.array([[scans[f"pair {s.condition.pair}"] for s in stack] for stack in members]),
                photon_mev=float(energies.mean_photon_mev[t]),
                photon_error_mev=float(energies.mean_photon_error_mev[t]),
                reference_mev=float(energies.reference_mev[t]),
                reference_error_mev=float(energies.reference_error_mev[t]),
            )
        )
    return prepared


def at(axis: np.ndarray, spectrum: np.ndarray, place: float) -> np.ndarray:
    """Interpolate spectra (…, p) at one place, keeping the last dimension."""
    k = int(np.clip(np.searchsorted(axis, place) - 1, 0, axis.size - 2))
    part = (place - axis[k]) / (axis[k + 1] - axis[k])
    return (1.0 - part) * spectrum[..., k : k + 1] + part * spectrum[..., k + 1 : k + 2]


def integral(axis: np.ndarray, spectrum: np.ndarray, low: float, high: float) -> np.ndarray:
    """Integrate spectra (…, p) between sub-pixel edges with the trapezoidal rule."""
    first, last = np.searchsorted(axis, low, side="right"), np.searchsorted(axis, high, side="left")
    x = np.concatenate([[low], axis[first:last], [high]])
    y = [at(axis, spectrum, low), spectrum[..., first:last], at(axis, spectrum, high)]
    return np.trapezoid(np.concatenate(y, axis=-1), x, axis=-1)


def pixel_weights(axis: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return what each pixel weighs in `integral`, (p,)."""
    first, last = np.searchsorted(axis, low, side="right"), np.searchsorted(axis, high, side="left")
    step = np.diff(np.concatenate([[low], axis[first:last], [high]]))
    node = 0.5 * (np.append(step, 0.0) + np.append(0.0, step))
    weight = np.zeros(axis.size)
    weight[first:last] = node[1:-1]
    for place, share in ((low, node[0]), (high, node[-1])):
        k = int(np.clip(np.searchsorted(axis, place) - 1, 0, axis.size - 2))
        part = (place - axis[k]) / (axis[k + 1] - axis[k])
        weight[k : k + 2] += share * np.array([1.0 - part, part])
    return weight


def band_sum(axis: np.ndarray, spectra: np.ndarray, edges: np.ndarray, regions: np.ndarray) -> np.ndarray:
    """Integrate spectra (…, p) between the edges over the constant background of their regions."""
    low, high = edges
    regions = regions[regions[:, 1] > regions[:, 0]]
    level = sum(integral(axis, spectra, *region) for region in regions) / np.sum(regions[:, 1] - regions[:, 0])
    return integral(axis, spectra, low, high) - level * (high - low)


def window_of(data: Prepared, window: tuple[float, float]) -> np.ndarray:
    """Return the part of the window that each stack transmits, (n, 2)."""
    return np.clip(data.transmitted_nm, *window)


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The wavelength axis cut at every edge that occurs, so that no piece lies half in a range."""

    axis: np.ndarray
    nm: np.ndarray

    def pieces(self, density: np.ndarray) -> np.ndarray:
        """Return the integral of a density (p,) over each piece."""
        y = np.interp(self.nm, self.axis, density)
        return 0.5 * np.diff(self.nm) * (y[1:] + y[:-1])

    def inside(self, ranges_nm: np.ndarray) -> np.ndarray:
        """Return which pieces lie in ranges (…, 2): one or zero, (…, n_pieces)."""
        middle = 0.5 * (self.nm[1:] + self.nm[:-1])
        low, high = ranges_nm[..., :1], ranges_nm[..., 1:]
        return 1.0 * ((middle > low) & (middle < high))


@dataclass(frozen=True, slots=True, eq=False)
class Emission:
    """Band intensities of one temperature.

    Attributes
    ----------
    per_repeat : ndarray, shape (n, r)
        Sums over the window, background subtracted, as seen through the filters.
    noise : ndarray, shape (n,)
        Detection-noise variance of one of them.
    seen : ndarray, shape (n,)
        Fraction of the band that they show.
    shared : ndarray, shape (n, n)
        Covariance of ``mean`` that all repeats have in common: mean dark frame and shape of the band.
    """

    per_repeat: np.ndarray
    noise: np.ndarray
    seen: np.ndarray
    shared: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """Mean over the repeats, corrected for the hidden part of the band, (n,)."""
        return self.per_repeat.mean(axis=1) / self.seen


def with_noise(data: Prepared, window: tuple[float, float], per_repeat: np.ndarray) -> Emission:
    """Add to the sums of each repeat what fraction of the band they show and what blurs them.

    Pixels are independent. The noise of a sum follows from what its pixels weigh; what two spectra or temperatures
    share of a mean dark frame or a band shape, from a noise density of variance × pixel width.
    """
    width = np.gradient(data.wavelength_nm)
    edges = window_of(data, window)
    cuts = [data.wavelength_nm, edges.ravel(), data.background_nm.ravel(), window]
    grid = Grid(data.wavelength_nm, np.unique(np.concatenate(cuts)))
    inside, whole = grid.inside(edges), grid.inside(np.array(window))
    # A sum over the window takes the background away in proportion to the lengths.
    share = np.diff(edges)[:, 0] / np.diff(data.background_nm).sum(axis=(1, 2))
    weight = inside - share[:, None] * grid.inside(data.background_nm).sum(axis=1)
    noise = np.zeros(len(edges))
    for k, variance in enumerate(data.variance):
        level = sum(pixel_weights(data.wavelength_nm, *ends) for ends in data.background_nm[k])
        noise[k] = (pixel_weights(data.wavelength_nm, *edges[k]) - share[k] * level) ** 2 @ variance
    dark = weight * np.sqrt([grid.pieces(v * width) for v in data.dark_variance])
    same_frame = (data.dark_frame[:, None] == data.dark_frame) & (data.dark_frame >= 0)
    area = grid.pieces(data.band)
    seen = inside @ area / (whole @ area)
    # How ln(seen) moves with the band in each piece.
    lever = inside / (inside @ area)[:, None] - whole / (whole @ area)
    shape = (lever * grid.pieces(data.band_variance * width)) @ lever.T
    mean = per_repeat.mean(axis=1) / seen
    shared = dark @ dark.T * same_frame / np.outer(seen, seen) + shape * np.outer(mean, mean)
    return Emission(per_repeat, noise, seen, shared)


@dataclass(frozen=True, slots=True, eq=False)
class Scatter:
    """Deviations of repeats from their mean, relative to it (n, r), and the detection noise in them (n,)."""

    value: np.ndarray
    noise: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray, noise: np.ndarray) -> "Scatter":
        """Relate values (n, r) and the variance (n,) of one of them to their means."""
        mean = values.mean(axis=1)
        return cls(values / mean[:, None] - 1.0, noise / mean**2)

    def weight(self, single: float) -> np.ndarray:
        """Return 1/(drift + noise)² relative to the best excitation; zero where noise hides the drift."""
        strong = self.noise < STRONG**2
        if strong.sum() < 2:
            raise ValueError(f"{strong.sum()} excitation(s) are strong enough to show drift; two are needed.")
        return np.where(strong, ((self.noise[strong].min() + single) / (self.noise + single)) ** 2, 0.0)

    def drift(self) -> tuple[float, float]:
        """Return the variance of drift of single readings, and of drift common to a repeat.

        The weights depend on the drift, which is known better each time.
        """
        single = 0.0
        for _ in range(3):
            single, common = moments(self.value, self.value, self.weight(max(single, 0.0)), self.noise)
        return max(single, 0.0), max(common, 0.0)


def moments(a: np.ndarray, b: np.ndarray, weight: np.ndarray, noise: np.ndarray) -> tuple[float, float]:
    """Return the (co)variance of single deviations (n, r) beyond noise, and that of whole repeats.

    A two-way layout: the weighted mean of each repeat is what is common; Σ w v (1 − w/Σw) is what deviations
    from it with variances v give per degree of freedom of the repeats.
    """
    part, repeats = weight / weight.sum(), a.shape[1]
    mean_a, mean_b = part @ a, part @ b
    kept = (repeats - 1) * part * (1.0 - part)
    single = (np.sum(part @ ((a - mean_a) * (b - mean_b))) - kept @ noise) / kept.sum()
    common = mean_a @ mean_b / (repeats - 1) - part**2 @ (single + noise)
    return float(single), float(common)


def covariance_of_drift(light: Scatter, heat: Scatter, scan: np.ndarray) -> np.ndarray:
    """Return the (co)variances of drift, (2, 3): of single readings and of whole repeats; I, PA and both."""
    own, warm = np.array(light.drift()), np.array(heat.drift())
    matched = np.take_along_axis(heat.value, scan, axis=1)
    weight = np.sqrt(light.weight(own[0]) * heat.weight(warm[0]))
    cross = moments(light.value, matched, weight, np.zeros(len(weight))) if np.sum(weight > 0) > 1 else np.zeros(2)
    bound = np.sqrt(own * warm)
    return np.column_stack([own, warm, np.clip(cross, -bound, bound)])


@dataclass(frozen=True, slots=True, eq=False)
class Responses:
    """I and PA (n,) of one temperature, and the covariance (2n, 2n) of (I, PA)."""

    light: np.ndarray
    heat: np.ndarray
    covariance: np.ndarray


def respond(data: Prepared, emission: Emission) -> Responses:
    """Combine emission and photothermal readings with what blurs them: drift, noise, and what repeats share."""
    light, heat = emission.mean, data.heat.mean(axis=1)
    repeats, scans = emission.per_repeat.shape[1], data.heat.shape[1]
    warm = Scatter.of(data.heat, np.diag(data.heat_noise))
    single, common = covariance_of_drift(Scatter.of(emission.per_repeat, emission.noise), warm, data.scan)
    spread = single[:, None, None] * np.eye(light.size) + common[:, None, None]
    noise = np.diag(emission.noise / emission.seen**2)
    ii = (spread[0] * np.outer(light, light) + noise) / repeats + emission.shared
    pp = (spread[1] * np.outer(heat, heat) + data.heat_noise) / scans + data.heat_shared
    ip = spread[2] * np.outer(light, heat) / np.sqrt(repeats * scans)
    return Responses(light, heat, np.block([[ii, ip], [ip.T, pp]]))
