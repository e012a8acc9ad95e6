"""One reading of the power meter for emission and scan is counted once, two readings are counted twice."""

from dataclasses import replace

import numpy as np
import pytest
from toy_experiment import Toy, change_scans, change_spectra, with_condition

from asplab.core.document import Document
from asplab.core.experiment import Experiment, Scan, Spectrum, frozen_array
from asplab.core.pipeline import analyse
from asplab.core.settings import BaselineSettings

HC = 1239841.984332003
TOY = Toy(
    tail_mev=15.0, noise_v=1e-13, noise_counts=1e-3, stokes_mev=(170.0, 270.0, 370.0), detuning_mev=(20.0, 33.0, 55.0),
    eta=(0.9,) * 3, repeats=10, axis_nm=(400.0, 620.0, 276),
)  # fmt: skip
METER = 0.02
POINTS = np.sort(HC / np.concatenate([TOY.excitations_mev, TOY.band_mev - np.linspace(225.0, 295.0, 8)]))
"""Coarse steps: every excitation, and the baseline."""


def experiment(seed: int, *, one_reading: bool) -> Experiment:
    """Return scans at the excitations only, at true powers of 100 µW, with a noisy meter for spectra and scans."""
    rng = np.random.default_rng(seed)
    readings = 100.0 * (1.0 + METER * rng.standard_normal((TOY.repeats, POINTS.size)))

    def scanned(scan: Scan) -> Scan:
        r = (scan.condition.repeat or 1) - 1
        heat = TOY.heat(HC / POINTS) * 100.0 + TOY.noise_v * rng.standard_normal(POINTS.size)
        return replace(
            scan,
            excitation_nm=frozen_array(POINTS),
            lockin_x_v=frozen_array(heat),
            lockin_y_v=frozen_array(TOY.noise_v * rng.standard_normal(POINTS.size)),
            power_uw=frozen_array(readings[r]),
        )

    def emitted(spectrum: Spectrum) -> Spectrum:
        r = (spectrum.condition.repeat or 1) - 1
        excitation = spectrum.condition.excitation_nm
        assert excitation is not None
        own = float(readings[r, int(np.argmin(np.abs(POINTS - excitation)))])
        other = 100.0 * (1.0 + METER * float(rng.standard_normal()))
        changed = with_condition(spectrum, power_uw=round(own, 3) if one_reading else other)
        return replace(changed, counts=frozen_array(2.0 * spectrum.counts))

    return change_spectra(change_scans(TOY.experiment(), scanned), emitted)


def ratio(seed: int, *, one_reading: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return ln(I/PA) of every excitation and its stated standard error."""
    document = Document(experiment(seed, one_reading=one_reading))
    found = analyse(document.with_settings(baseline=BaselineSettings(shape="line"))).responses
    assert found is not None
    n = found.intensity.shape[1]
    gradient = np.concatenate([np.diag(1.0 / found.intensity[0]), -np.diag(1.0 / found.absorbed[0])], axis=1)
    covariance = gradient @ found.covariance[0] @ gradient.T
    return np.log(found.intensity[0] / found.absorbed[0]), np.sqrt(np.diag(covariance)[:n])


def scatter_and_error(draws: int, *, one_reading: bool) -> tuple[float, float]:
    """Return how ln(I/PA) scatters over draws, and what its error says, each averaged over the excitations."""
    found = [ratio(seed, one_reading=one_reading) for seed in range(draws)]
    scatter = np.std([value for value, _ in found], axis=0)
    return float(np.mean(scatter)), float(np.mean([error for _, error in found]))


def test_two_readings_are_counted_as_two() -> None:
    wanted = METER * np.sqrt(2.0 / TOY.repeats)
    scatter, error = scatter_and_error(14, one_reading=False)
    assert scatter == pytest.approx(wanted, rel=0.2)
    assert error == pytest.approx(wanted, rel=0.15)


def test_one_reading_is_not_counted_twice() -> None:
    """It cancels in the ratio; what the scatter of the emission holds of it stays on the safe side."""
    scatter, error = scatter_and_error(6, one_reading=True)
    assert error == pytest.approx(METER / np.sqrt(TOY.repeats), rel=0.15)
    assert scatter < 0.3 * error
