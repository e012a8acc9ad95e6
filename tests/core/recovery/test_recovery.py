"""Recovery of the truth from raw simulated files, through loading and the whole chain."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from toy_experiment import change_spectra, with_condition

from asplab.core.document import Document
from asplab.core.experiment import Experiment, Spectrum
from asplab.core.loading import load_experiment
from asplab.core.pipeline import Analysis
from asplab.core.virtual import experiment_with_truth, simulate


@dataclass(frozen=True, slots=True, eq=False)
class Pulls:
    """Of several simulated experiments: arrays of shape (n_seeds, n_temperatures[, n_detunings])."""

    quantum_yield: np.ndarray
    quantum_yield_error: np.ndarray
    eta: np.ndarray
    eta_error: np.ndarray
    covers_phonon: np.ndarray
    covers_g: np.ndarray


def with_lasers_off(experiment: Experiment, error_nm: float, rng: np.random.Generator) -> Experiment:
    """Return the experiment with each excitation wavelength stated wrongly, all its spectra alike."""
    off: dict[float, float] = {}

    def misstate(spectrum: Spectrum) -> Spectrum:
        excitation = spectrum.condition.excitation_nm
        if excitation is None:
            return spectrum
        stated = excitation + off.setdefault(excitation, error_nm * rng.standard_normal())
        return with_condition(spectrum, excitation_nm=stated)

    return change_spectra(experiment, misstate)


def study(
    folder: Path, temperatures_k: tuple[float, ...], seeds: range, *, laser_error_nm: float = 0.0, **knobs: float
) -> Pulls:
    analysis = Analysis()
    rows: list[tuple[np.ndarray, ...]] = []
    experiment = replace(experiment_with_truth("eq9"), temperatures_k=temperatures_k, **knobs)  # type: ignore[arg-type]
    for seed in seeds:
        simulate(folder / str(seed), experiment, seed=seed)
        loaded = load_experiment(folder / str(seed))
        document = Document(with_lasers_off(loaded, laser_error_nm, np.random.default_rng(seed)))
        energies = replace(document.settings.energies, wavelength_error_nm=laser_error_nm)
        results = analysis.update(document.with_settings(energies=energies))
        fit, v = results.efficiency, results.intervals
        assert fit is not None
        assert v is not None
        truth = json.loads((folder / str(seed) / "truth.json").read_text(encoding="utf-8"))
        eta = []
        for t in temperatures_k:
            mine = [row for row in truth["efficiency"] if row["temperature_k"] == t]
            eta.append([row["eta"] for row in sorted(mine, key=lambda row: row["excitation_nm"])])
        yields = np.array([row["quantum_yield"] for row in truth["quantum_yield"]])
        polaron = truth["polaron"][0]
        inside = [
            (np.isnan(low) | (low <= polaron[name])) & (np.isnan(high) | (high >= polaron[name]))
            for name, low, high in (
                ("phonon_mev", v.phonon_low_mev, v.phonon_high_mev),
                ("g_mev", v.g_low_mev, v.g_high_mev),
            )
        ]
        assert fit.excitation_nm.shape == np.shape(eta)
        rows.append(
            (
                (fit.quantum_yield - yields) / fit.quantum_yield_error,
                fit.quantum_yield_error,
                (fit.eta - np.array(eta)) / fit.eta_error,
                fit.eta_error,
                inside[0],
                inside[1],
            )
        )
    return Pulls(*(np.array(column) for column in zip(*rows, strict=True)))


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Pulls:
    return study(tmp_path_factory.mktemp("few"), (120.0, 250.0), range(3))


def test_a_few_experiments_find_the_quantum_yield_within_its_error(few: Pulls) -> None:
    assert np.all(np.abs(few.quantum_yield) < 4.0)
    assert np.all((few.quantum_yield_error > 0.001) & (few.quantum_yield_error < 0.006))


def test_a_few_experiments_find_eta_within_its_error(few: Pulls) -> None:
    assert few.eta.shape == (3, 2, 12)
    assert np.all(np.abs(few.eta) < 5.0)
    assert abs(np.median(few.eta)) < 0.7
    assert 0.6 < few.eta.std() < 1.5


def test_errors_of_eta_are_as_small_as_the_data_allow(few: Pulls) -> None:
    """Columns are 20 to 153 meV: 0.003-0.012 up to 90 meV; about 0.02 at 102 meV and 120 K."""
    near = np.median(few.eta_error[:, 1, :8], axis=0)
    assert np.all(near < 0.014)
    assert np.median(few.eta_error[:, 0, 8]) < 0.05


def test_scans_with_steps_of_3_nm_find_eta_within_their_larger_error(tmp_path: Path, few: Pulls) -> None:
    """Lock-in noise of a tenth: what interpolation misses would be many errors without its share."""
    found = study(tmp_path, (120.0, 250.0), range(3), pa_step_nm=3.0, pa_noise_v=4e-9)
    assert np.all(np.abs(found.eta) < 5.0)
    assert 0.5 < found.eta.std() < 1.5
    assert np.all(np.abs(found.quantum_yield) < 4.0)
    assert np.median(found.quantum_yield_error) > np.median(few.quantum_yield_error)


@pytest.mark.slow
@pytest.mark.parametrize("step_nm", [1.0, 2.0, 3.0, 5.0])
@pytest.mark.parametrize("noise_v", [4e-9, 4e-8])
def test_coarse_steps_leave_honest_errors(tmp_path: Path, step_nm: float, noise_v: float) -> None:
    found = study(tmp_path, (120.0, 250.0), range(20), pa_step_nm=step_nm, pa_noise_v=noise_v)
    assert 0.7 < found.eta.std() < 1.3
    assert np.mean(np.abs(found.eta) > 3.0) <= (0.01 if noise_v < 1e-8 else 0.03)
    assert abs(np.median(found.eta)) < 0.4
    assert 0.7 < found.quantum_yield.std() < 1.3


@pytest.mark.slow
def test_sixty_experiments_have_unbiased_pulls_of_unit_spread(tmp_path: Path) -> None:
    found = study(tmp_path, (120.0, 250.0), range(60))
    median = np.median(found.eta, axis=0)
    assert np.all(np.abs(median) < 0.7), median
    assert 0.7 < found.eta.std() < 1.3
    assert np.mean(np.abs(found.eta) > 3.0) <= 0.01
    assert abs(np.median(found.quantum_yield)) < 0.7
    assert 0.7 < found.quantum_yield.std() < 1.3
    assert 0.002 < np.median(found.quantum_yield_error) < 0.0045
    assert 0.5 < found.covers_phonon[:, :2].mean() < 0.85
    assert 0.5 < found.covers_g[:, :2].mean() < 0.85


@pytest.mark.slow
def test_twenty_experiments_at_80_kelvin_have_large_honest_errors_and_no_bias(tmp_path: Path) -> None:
    found = study(tmp_path, (80.0,), range(20))
    assert np.all(np.abs(np.median(found.eta, axis=0)) < 0.8)
    assert 0.7 < found.eta.std() < 1.3
    assert np.mean(np.abs(found.eta) > 3.0) <= 0.015
    assert abs(np.median(found.quantum_yield)) < 0.7


@pytest.mark.slow
def test_eighty_experiments_near_room_temperature_have_unbiased_pulls_and_honest_intervals(tmp_path: Path) -> None:
    found = study(tmp_path, (260.0, 270.0, 280.0), range(80))
    assert np.all(np.abs(np.median(found.eta, axis=0)) < 0.4)
    assert 0.8 < found.eta.std() < 1.15
    assert np.all(np.abs(np.median(found.quantum_yield, axis=0)) < 0.4)
    assert 0.85 < found.quantum_yield.std() < 1.15
    for covers in (found.covers_phonon, found.covers_g):
        assert np.all(np.abs(covers[:, :3].mean(axis=0) - 0.68) < 0.13)


@pytest.mark.slow
def test_sixty_experiments_with_lasers_off_by_a_tenth_of_a_nanometre_have_honest_intervals(tmp_path: Path) -> None:
    """The pulls of η are left out: they compare with η at the stated wavelength, not at the laser's."""
    found = study(tmp_path, (120.0, 250.0), range(60), laser_error_nm=0.1)
    assert 0.8 < found.quantum_yield.std() < 1.2
    for covers in (found.covers_phonon, found.covers_g):
        assert np.all(np.abs(covers[:, :2].mean(axis=0) - 0.68) < 0.15)
