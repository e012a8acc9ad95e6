"""Scans that were taken at another temperature than the emission are moved by the gap, with an honest error."""

from dataclasses import replace

import numpy as np
import pytest
from scan_level import SHORT
from toy_experiment import Toy, change_scans, change_spectra, with_condition

from asplab.core.document import Document, Exclusion, Exclusions
from asplab.core.experiment import Experiment, Scan, Spectrum, frozen_array
from asplab.core.pipeline import Results, analyse
from asplab.core.settings import BaselineSettings, GroupingSettings, ScanSettings

SLOPE_MEV_PER_K = 0.4
PL_K = (120.0, 140.0)
TOY = Toy(
    temperatures_k=PL_K, tail_mev=10.0, noise_v=2e-9, stokes_mev=(270.0, 480.0), detuning_mev=(20.0, 33.0, 55.0),
    eta=(0.9,) * 3, repeats=3, **SHORT,
)  # fmt: skip
HC = 1239841.984332003


def moved_spectrum(spectrum: Spectrum) -> Spectrum:
    """Shift the band and its excitation with the gap, so that detunings are alike at both temperatures."""
    shift = SLOPE_MEV_PER_K * (spectrum.condition.temperature_k - PL_K[0])  # type: ignore[operator]
    axis = HC / spectrum.wavelength_nm
    counts = np.interp(-(axis - shift), -axis, spectrum.counts)
    condition = spectrum.condition
    changed = {
        name: HC / (HC / value + shift)
        for name in ("excitation_nm", "longpass_nm", "shortpass_nm")
        if (value := getattr(condition, name)) is not None
    }
    return replace(with_condition(spectrum, **changed), counts=frozen_array(counts))


def experiment(off_k: float, *, errors_k: float | None = None, true_off_k: float | None = None) -> Experiment:
    """Return emission at 120 and 140 K, and scans that say they were taken ``off_k`` higher."""

    def moved_scan(scan: Scan) -> Scan:
        temperature = scan.condition.temperature_k
        assert temperature is not None
        true = temperature + (off_k if true_off_k is None else true_off_k)
        shift = SLOPE_MEV_PER_K * (true - PL_K[0])
        condition = replace(scan.condition, temperature_k=temperature + off_k, temperature_error_k=errors_k)
        return replace(scan, condition=condition, excitation_nm=frozen_array(HC / (HC / scan.excitation_nm + shift)))

    return change_scans(change_spectra(TOY.experiment(), moved_spectrum), moved_scan)


def run(found: Experiment, *, reach_k: float = 10.0, align: bool = True) -> Results:
    document = Document(found).with_settings(
        grouping=GroupingSettings(scan_reach_k=reach_k),
        scans=ScanSettings(align_temperatures=align),
        baseline=BaselineSettings(shape="line"),
    )
    return analyse(document)


def anti_stokes(results: Results) -> np.ndarray:
    """Return readings below the gap over the truth, for both temperatures."""
    assert results.responses is not None
    valid = results.responses.valid.any(axis=1)
    heat = results.responses.absorbed[valid][:, 2:]
    return heat / TOY.heat(TOY.excitations_mev[2:])


@pytest.mark.parametrize("off_k", [1.0, 6.0, -6.0])
def test_scans_at_another_temperature_are_read_as_if_at_that_of_the_emission(off_k: float) -> None:
    aligned = anti_stokes(run(experiment(off_k)))
    np.testing.assert_allclose(aligned, 1.0, atol=0.03)
    left = run(experiment(off_k), align=False)
    # Read where the gap was larger: the tail is lower by exp(−δE/E_U).
    np.testing.assert_allclose(anti_stokes(left), np.exp(-SLOPE_MEV_PER_K * off_k / TOY.tail_mev), rtol=0.03)
    said = [problem.severity for problem in left.problems if "are not moved, as set" in problem.message]
    assert said == ["warning"]


def test_emission_without_scans_takes_those_of_the_nearest_temperature_and_says_so() -> None:
    results = run(experiment(6.0))
    messages = [problem for problem in results.problems if problem.where == "photothermal scans"]
    assert [problem.severity for problem in messages] == ["info"]
    assert "120 K by -2.4 meV (scans at 126.0 K)" in messages[0].message
    assert not [problem for problem in results.problems if problem.severity == "error"]
    assert results.gathered is not None
    np.testing.assert_allclose(results.gathered.temperatures_k, PL_K)


def test_beyond_the_reach_no_scan_is_borrowed() -> None:
    results = run(experiment(6.0), reach_k=4.0)
    assert sum("there is no photothermal scan" in problem.message for problem in results.problems) == 2


def scans_of_120_k(results: Results) -> list[float]:
    assert results.gathered is not None
    at = int(np.argmin(np.abs(results.gathered.temperatures_k - 120.0)))
    return sorted({scan.condition.temperature_k or 0.0 for scan in results.gathered.scans[at]})


def test_of_two_temperatures_the_nearer_one_lends_its_scans_and_own_scans_come_before_both() -> None:
    far, near, own = (experiment(off_k).scans for off_k in (9.0, -6.0, 0.0))
    base = experiment(9.0)
    assert scans_of_120_k(run(base)) == [129.0]
    assert scans_of_120_k(run(replace(base, scans=(*far, *near)))) == [114.0]
    assert scans_of_120_k(run(replace(base, scans=(*far, *near, *own)))) == [120.0]


def test_where_all_own_scans_are_excluded_those_of_the_nearest_temperature_are_lent() -> None:
    own = [replace(s, source=f"own/{s.source}") for s in experiment(0.0).scans if s.condition.temperature_k == 120.0]
    found = replace(experiment(6.0), scans=(*experiment(6.0).scans, *own))
    document = Document(found).with_settings(baseline=BaselineSettings(shape="line"))
    assert scans_of_120_k(analyse(document)) == [120.0]
    excluded = Exclusions(tuple(Exclusion(scan.source, "cold finger") for scan in own))
    results = analyse(replace(document, exclusions=excluded))
    assert scans_of_120_k(results) == [126.0]
    assert results.gathered is not None
    assert analyse(document).gathered.stacks[0].key == results.gathered.stacks[0].key  # type: ignore[union-attr]


def test_scans_of_a_temperature_with_emission_are_lent_to_nobody() -> None:
    """Emission at 120 K has lost its scans; those at 140 K belong to the emission there."""
    alone = change_scans(experiment(0.0), lambda s: s if s.condition.temperature_k > 130.0 else None)
    results = run(alone, reach_k=50.0)
    assert sum("there is no photothermal scan" in problem.message for problem in results.problems) == 1


def test_one_temperature_does_not_tell_how_the_gap_moves_and_that_is_said() -> None:
    found = change_scans(experiment(1.5), lambda s: s if s.condition.temperature_k < 130.0 else None)
    alone = change_spectra(found, lambda s: s if s.condition.temperature_k < 130.0 else None)
    messages = [
        problem for problem in run(alone).problems if "how the gap depends on it is not known" in problem.message
    ]
    assert [problem.severity for problem in messages] == ["warning"]


def test_equal_temperatures_move_nothing_and_say_nothing() -> None:
    results = run(experiment(0.0))
    assert results.scans is not None
    assert [found.shift_mev for found in results.scans.sets if found is not None] == [0.0, 0.0]
    assert not [problem for problem in results.problems if problem.where == "photothermal scans"]


def test_an_error_of_the_temperature_is_an_error_common_to_all_readings() -> None:
    """The true temperature scatters by 1 K about the stated one: readings scatter as their errors say."""
    rng = np.random.default_rng(0)
    pulls = []
    for _ in range(30):
        results = run(experiment(0.0, errors_k=1.0, true_off_k=float(rng.standard_normal())))
        assert results.absorbed is not None
        error = np.sqrt(np.diag(results.absorbed.lasting[0])[2:])
        pulls.append((anti_stokes(results)[0] - 1.0) * TOY.heat(TOY.excitations_mev[2:]) / error)
        assert results.absorbed.lasting[0][2, 4] > 0.95 * error[0] * error[2]
    assert np.all(np.abs(np.std(pulls, axis=0) - 1.0) < 0.35)


def test_what_was_taken_together_has_no_error_of_the_temperature_between_it() -> None:
    paired = experiment(0.0, errors_k=1.0)
    paired = change_scans(paired, lambda s: replace(s, condition=replace(s.condition, pair=str(s.condition.repeat))))
    paired = change_spectra(paired, lambda s: with_condition(s, pair=str(s.condition.repeat)))
    results = run(paired)
    assert results.scans is not None
    assert [found.shift_error_mev for found in results.scans.sets if found is not None] == [0.0, 0.0]


def widening(found: Experiment, per_mev_k: float) -> Experiment:
    """Let every scan show more below the gap the warmer it was, by exp(``per_mev_k`` · depth · ΔT)."""

    def widened(scan: Scan) -> Scan:
        warmer = scan.condition.temperature_k - PL_K[0]  # type: ignore[operator]
        depth = np.clip(TOY.band_mev + SLOPE_MEV_PER_K * warmer - HC / scan.excitation_nm, 0.0, 100.0)
        return replace(scan, lockin_x_v=frozen_array(scan.lockin_x_v * np.exp(per_mev_k * depth * warmer)))

    return change_scans(found, widened)


@pytest.mark.parametrize("off_k", [5.0, -5.0])
def test_a_tail_that_widens_on_warming_is_followed_to_the_temperature_of_the_emission(off_k: float) -> None:
    per_mev_k = 4e-4
    found = anti_stokes(run(widening(experiment(off_k), per_mev_k)))
    detuning, warmer = np.array([20.0, 33.0, 55.0]), np.array(PL_K)[:, np.newaxis] - PL_K[0]
    np.testing.assert_allclose(found, np.exp(per_mev_k * detuning * warmer), rtol=0.03)


def test_what_the_tails_tell_of_a_temperature_is_known_worse_the_further_apart_the_scans_are() -> None:
    still, moved = (run(widening(experiment(off_k), 4e-4)) for off_k in (0.0, 5.0))
    assert still.absorbed is not None
    assert moved.absorbed is not None
    added = np.sqrt(np.diagonal(moved.absorbed.lasting, axis1=1, axis2=2)) / moved.absorbed.mean.reshape(2, -1)
    # 20 K between the scans: 6 % of what 5 K change most, 55 meV below the gap: exp(4e-4 · 55 · 5).
    np.testing.assert_allclose(added[:, 2:], 0.06 * 4e-4 * 55.0 * 5.0, rtol=0.15)
    np.testing.assert_allclose(added[:, :2], 0.0, atol=2e-4)
