"""Baseline of the photothermal scan: exact removal, honest errors."""

from dataclasses import replace

import numpy as np
import pytest
import scan_level
from toy_experiment import Toy, change_scans

from asplab.core.document import Document
from asplab.core.experiment import Experiment, Scan, frozen_array
from asplab.core.photothermal.absorption import Absorbed, photothermal
from asplab.core.pipeline import Results, analyse
from asplab.core.problems import Problem
from asplab.core.settings import BaselineSettings, EnergySettings
from asplab.core.virtual import experiment_with_truth
from asplab.core.virtual.instruments import baseline_volts, heat_volts, pump_power_uw, scan_wavelengths_nm
from asplab.core.virtual.truth import emission_mev

TOY = Toy(tail_mev=12.0, noise_v=1e-9)
SHORT: dict[str, tuple[float, float, int]] = {"axis_nm": (400.0, 620.0, 276)}
"""Few pixels: these tests look at the scans."""
HC = 1239841.984332003


def run(experiment: Experiment, **settings: object) -> tuple[Results, Absorbed]:
    results = analyse(Document(experiment).with_settings(baseline=BaselineSettings(**settings)))  # type: ignore[arg-type]
    assert results.absorbed is not None
    return results, results.absorbed


def drawn(toy: Toy, count: int, *, shape: str) -> list[tuple[Absorbed, tuple[Problem, ...]]]:
    """Analyse ``count`` draws of the scans beside emission that is measured once."""
    bench = scan_level.ScanBench(toy)
    settings = BaselineSettings(shape=shape)  # type: ignore[arg-type]
    found = []
    for seed in range(count):
        rng = np.random.default_rng(seed)
        read = bench.read([scan_level.scan(toy, rng, repeat=r + 1) for r in range(toy.repeats)], baseline=settings)
        found.append((read.absorbed, read.problems))
    return found


def with_baseline(toy: Toy, *, constant_v: float, slope_v: float, power: bool = False) -> Experiment:
    """Add constant + slope per 100 meV to X; with ``power``, in proportion to the pump."""

    def changed(scan: Scan) -> Scan:
        assert scan.power_uw is not None
        x = (HC / scan.excitation_nm - toy.band_mev) / 100.0
        factor = scan.power_uw / 100.0 if power else 1.0
        return replace(scan, lockin_x_v=frozen_array(scan.lockin_x_v + factor * (constant_v + slope_v * x)))

    return change_scans(toy.experiment(), changed)


def heat_error(found: Absorbed, toy: Toy = TOY) -> np.ndarray:
    """Return deviations from the truth, in the order of the stacks: Stokes by falling energy, then anti-Stokes."""
    energies = np.concatenate([np.sort(toy.excitations_mev[:4])[::-1], toy.excitations_mev[4:]])
    return found.mean - toy.heat(energies)


@pytest.mark.parametrize("shape", ["line", "urbach"])
@pytest.mark.parametrize("power_slope", [0.0, 0.5])
def test_a_line_in_volts_is_removed_exactly_also_where_the_power_varies(shape: str, power_slope: float) -> None:
    toy = replace(TOY, power_slope=power_slope)
    plain, added = (
        run(with_baseline(toy, constant_v=c, slope_v=s), shape=shape)[1] for c, s in ((0.0, 0.0), (5e-7, 2e-7))
    )
    np.testing.assert_allclose(added.mean, plain.mean, atol=1e-13)


@pytest.mark.parametrize("unit", ["volt", "power"])
def test_a_baseline_of_the_wrong_unit_is_not_removed_by_the_other_setting(unit: str) -> None:
    toy = replace(TOY, power_slope=1.0)
    experiment = with_baseline(toy, constant_v=1e-6, slope_v=0.0, power=unit == "power")
    right, wrong = (
        run(experiment, shape="constant", unit=u)[1] for u in ("volt", "power")[:: 1 if unit == "volt" else -1]
    )
    assert np.abs(heat_error(right, toy)).max() < 0.1 * np.abs(heat_error(wrong, toy)).max()


def test_a_constant_does_not_remove_a_slope() -> None:
    experiment = with_baseline(TOY, constant_v=0.0, slope_v=2e-7)
    constant, line = (run(experiment, shape=s)[1] for s in ("constant", "line"))
    assert np.abs(heat_error(line)).max() < 0.1 * np.abs(heat_error(constant)).max()


def test_no_baseline_leaves_what_was_measured() -> None:
    _, plain = run(TOY.experiment(), shape="none")
    _, added = run(with_baseline(TOY, constant_v=5e-7, slope_v=0.0), shape="none")
    np.testing.assert_allclose(added.mean - plain.mean, 5e-9, rtol=1e-6)


def blanks(toy: Toy, *, sign: float = 1.0, constant_v: float = 5e-7) -> tuple[Scan, ...]:
    """Return scans of the bare substrate: the baseline in X alone."""
    rng = np.random.default_rng(9)
    result = []
    for scan in toy.experiment().scans:
        noise = toy.noise_v * rng.standard_normal((2, scan.excitation_nm.size))
        x = (HC / scan.excitation_nm - toy.band_mev) / 100.0
        shape = constant_v * (1.0 + 0.5 * np.sin(x))
        result.append(
            replace(
                scan,
                kind="pa_blank",
                source=f"blank_{scan.source}",
                lockin_x_v=frozen_array(sign * (shape + noise[0])),
                lockin_y_v=frozen_array(noise[1]),
            )
        )
    return tuple(result)


def with_blank_shape(toy: Toy, *, constant_v: float = 5e-7) -> Experiment:
    def changed(scan: Scan) -> Scan:
        x = (HC / scan.excitation_nm - toy.band_mev) / 100.0
        return replace(scan, lockin_x_v=frozen_array(scan.lockin_x_v + constant_v * (1.0 + 0.5 * np.sin(x))))

    return change_scans(toy.experiment(), changed)


@pytest.mark.parametrize("phase", [0.0, 40.0, 180.0])
def test_a_measured_blank_removes_any_shape_whatever_the_phase(phase: float) -> None:
    toy = replace(TOY, phase_deg=phase)
    experiment = with_blank_shape(toy)
    _, found = run(replace(experiment, scans=experiment.scans + blanks(toy)), shape="blank")
    assert np.abs(heat_error(found, toy)).max() < 2e-10


def test_a_measured_blank_follows_when_the_sign_is_turned() -> None:
    experiment = with_blank_shape(TOY)
    turned = tuple(
        replace(scan, lockin_x_v=frozen_array(-scan.lockin_x_v), lockin_y_v=None)
        for scan in experiment.scans + blanks(TOY)
    )
    _, found = run(replace(experiment, scans=turned), shape="blank")
    assert np.abs(heat_error(found)).max() < 2e-10


def test_a_blank_that_is_missing_is_said_and_a_line_taken() -> None:
    results, found = run(TOY.experiment(), shape="blank")
    assert any("there is no pa_blank scan" in problem.message for problem in results.problems)
    assert found.baselines[0] is not None
    assert found.baselines[0].dof > 0


def ending(below_mev: float, toy: Toy = TOY) -> Experiment:
    """Return the toy with scans that end ``below_mev`` below the gap."""

    def cropped(scan: Scan) -> Scan:
        kept = HC / scan.excitation_nm > toy.band_mev - below_mev
        assert scan.power_uw is not None
        assert scan.lockin_y_v is not None
        return replace(
            scan,
            excitation_nm=frozen_array(scan.excitation_nm[kept]),
            lockin_x_v=frozen_array(scan.lockin_x_v[kept]),
            lockin_y_v=frozen_array(scan.lockin_y_v[kept]),
            power_uw=frozen_array(scan.power_uw[kept]),
        )

    return change_scans(toy.experiment(), cropped)


@pytest.mark.parametrize(
    ("shape", "end_mev"), [("line", -35.0), ("urbach", -35.0), ("urbach", 85.0), ("constant", 120.0), ("urbach", 160.0)]
)
def test_a_scan_that_ends_near_the_gap_has_no_baseline_and_its_end_counts_as_error(shape: str, end_mev: float) -> None:
    results, found = run(ending(end_mev), shape=shape)
    assert found.baselines[0] is not None
    assert not found.baselines[0].volts.any()
    assert sum("No baseline is subtracted" in problem.message for problem in results.problems) == 1
    stokes = heat_error(found)[:4]
    np.testing.assert_allclose(stokes, 0.0, atol=1e-9)
    end = TOY.heat(np.array([TOY.band_mev - end_mev]))[0] * 100.0
    assert found.baselines[0].error_v[0] > end


def test_the_error_of_an_unknown_baseline_is_common_to_all_readings() -> None:
    _, found = run(ending(85.0, replace(TOY, tail_mev=20.0)))
    covariance = found.lasting[0]
    size = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(covariance / np.outer(size, size), 1.0, atol=0.01)


def test_a_pick_up_that_cancels_the_end_of_a_scan_is_within_its_error() -> None:
    """85 meV below the gap the tail of 20 meV is 1.4 % of the edge; a negative pick-up makes it zero there."""
    toy = replace(TOY, tail_mev=20.0)
    pick_up = -100.0 * float(toy.heat(np.array([toy.band_mev - 85.0]))[0])

    def lifted(scan: Scan) -> Scan:
        return replace(scan, lockin_x_v=frozen_array(scan.lockin_x_v + pick_up))

    _, found = run(change_scans(ending(85.0, toy), lifted))
    pulls = heat_error(found, toy) / np.sqrt(np.diag(found.lasting[0]))
    assert np.abs(pulls).max() < 1.1


@pytest.mark.parametrize("shape", ["line", "urbach"])
def test_a_scan_that_ends_short_of_its_region_is_fitted_with_a_tail_and_that_is_said(shape: str) -> None:
    toy = replace(TOY, tail_mev=20.0)
    results, found = run(ending(200.0, toy), shape=shape)
    assert found.baselines[0] is not None
    assert found.baselines[0].region_mev[0] >= 100.0
    assert found.baselines[0].urbach_mev == pytest.approx(20.0, abs=5.0)
    assert sum("with a tail beside the baseline" in problem.message for problem in results.problems) == 1
    assert np.abs(heat_error(found, toy)).max() < 2e-9


def test_a_region_of_the_user_is_the_one_that_is_fitted() -> None:
    _, found = run(TOY.experiment(), shape="line", from_mev=180.0, to_mev=260.0)
    assert found.baselines[0] is not None
    assert found.baselines[0].region_mev == (180.0, 260.0)


def test_an_urbach_tail_in_the_region_is_found_and_kept_out_of_the_baseline() -> None:
    """Tail of 30 meV: at 130 meV below the gap it is 1 % of the edge and would tilt a plain line."""
    toy = replace(TOY, tail_mev=30.0, noise_v=3e-9)
    _, urbach = run(toy.experiment(), shape="urbach")
    _, line = run(toy.experiment(), shape="line", from_mev=130.0)
    assert urbach.baselines[0] is not None
    assert urbach.baselines[0].urbach_mev == pytest.approx(30.0, rel=0.05)
    error = np.abs(heat_error(urbach, toy)) / np.sqrt(np.diag(urbach.noise[0]) / 4 + np.diag(urbach.shared[0]))
    assert error.max() < 5.0
    assert np.abs(heat_error(line, toy)).max() > 5.0 * np.abs(heat_error(urbach, toy)).max()


def test_signal_left_in_the_region_of_a_line_is_said() -> None:
    toy = replace(TOY, tail_mev=40.0, noise_v=1e-9)
    results, _ = run(toy.experiment(), shape="line", from_mev=100.0)
    assert any("does not follow its baseline" in problem.message for problem in results.problems)


def test_a_misfit_that_chance_may_bring_widens_the_error_and_warns_nobody() -> None:
    toy = replace(TOY, tail_mev=40.0, noise_v=7e-7)
    results, found = run(toy.experiment(), shape="line", from_mev=100.0)
    fitted = found.baselines[0]
    assert fitted is not None
    assert 3.0 < (fitted.chi2 - fitted.dof) / np.sqrt(2.0 * fitted.dof) < 5.0
    _, right = run(replace(toy, tail_mev=5.0).experiment(), shape="line", from_mev=100.0)
    assert right.baselines[0] is not None
    widened = np.mean(fitted.error_v / right.baselines[0].error_v)
    assert widened == pytest.approx(np.sqrt(fitted.chi2 / fitted.dof), rel=0.02)
    assert not any("does not follow its baseline" in problem.message for problem in results.problems)


@pytest.mark.parametrize("shape", ["constant", "line", "urbach"])
def test_total_covariance_of_the_readings_is_their_scatter_over_seeds(shape: str) -> None:
    """Noise of points and baseline together, with the correlation that the baseline brings."""
    toy = replace(TOY, noise_v=5e-8, repeats=2, stokes_mev=(270.0, 480.0), scan_step_nm=0.4, **SHORT)
    found = drawn(toy, 100, shape=shape)
    means = [absorbed.mean for absorbed, _ in found]
    predicted = [absorbed.noise[0] / 2.0 + absorbed.shared[0] for absorbed, _ in found]
    scatter, mean = np.cov(np.array(means).T), np.mean(predicted, axis=0)
    np.testing.assert_allclose(np.sqrt(np.diag(mean)), np.sqrt(np.diag(scatter)), rtol=0.2)
    size = np.sqrt(np.diag(mean))
    np.testing.assert_allclose(scatter / np.outer(size, size), mean / np.outer(size, size), atol=0.35)


def test_the_total_covariance_has_no_negative_direction() -> None:
    for shape in ("constant", "line", "urbach"):
        _, found = run(replace(TOY, noise_v=5e-8).experiment(), shape=shape)
        values = np.linalg.eigvalsh(found.noise[0] / 4.0 + found.shared[0])
        assert values.min() > -1e-12 * values.max()


def test_readings_inside_the_baseline_region_share_its_noise() -> None:
    """An excitation 250 meV below the gap is read from points that also fix the baseline: its error shrinks."""
    toy = replace(TOY, detuning_mev=(20.0, 33.0, 55.0, 250.0), noise_v=5e-8, stokes_mev=(270.0, 480.0), **SHORT)
    draws = drawn(toy, 60, shape="line")
    found = draws[-1][0]
    predicted = found.noise[0, -1, -1] / 4.0 + found.shared[0, -1, -1]
    assert np.sqrt(predicted) == pytest.approx(np.std([absorbed.mean[-1] for absorbed, _ in draws]), rel=0.3)
    assert found.shared[0, -1, -1] < found.shared[0, 0, 0]


def baseline_bias(temperature_k: float, tail_from_mev: float) -> np.ndarray:
    """Return the bias of the baseline 20 to 150 meV below the gap in its standard errors, from noiseless scans."""
    experiment = experiment_with_truth("eq9")
    toy = replace(TOY, temperatures_k=(temperature_k,), **SHORT)
    results = analyse(Document(toy.experiment()))
    assert results.scans is not None
    assert results.scans.sets[0] is not None
    assert results.excitations is not None
    assert results.energies is not None
    assert results.layout is not None
    axis = scan_wavelengths_nm(experiment, temperature_k)
    energy = HC / axis
    base = baseline_volts(experiment, axis, temperature_k)
    found = replace(
        results.scans.sets[0],
        energy_mev=energy,
        volts=np.tile(heat_volts(experiment, axis, temperature_k) + base, (10, 1)),
        noise=np.full(axis.size, experiment.pa_noise_v**2),
        power_uw=pump_power_uw(axis, pump_uw=experiment.pump_uw),
        power_places=np.arange(0),
        power_covariance=np.zeros((0, 0)),
        weights=np.zeros((len(results.scans.sets[0].stacks), axis.size)),
        between=np.ones(len(results.scans.sets[0].stacks), dtype=bool),
        quadrature_v=None,
    )
    energies = replace(results.energies, reference_mev=np.array([emission_mev(temperature_k)]))
    settings = BaselineSettings(tail_from_mev=tail_from_mev)
    scans = replace(results.scans, sets=(found,))
    baseline = photothermal(scans, results.excitations, energies, results.layout, settings).baselines[0]
    assert baseline is not None
    assert baseline.urbach_mev is not None
    detuning = emission_mev(temperature_k) - energy
    used = (detuning > 20.0) & (detuning < 150.0)
    return np.asarray(((baseline.volts - base) / baseline.error_v)[used])


@pytest.mark.parametrize("temperature_k", [220.0, 250.0, 280.0])
def test_heat_that_still_changes_along_the_tail_is_kept_out_of_the_baseline(temperature_k: float) -> None:
    """From 110 meV the change of heat is fitted beside the exponential."""
    assert np.abs(baseline_bias(temperature_k, 110.0)).max() < (0.5 if temperature_k == 220.0 else 0.15)


def test_a_plain_tail_from_too_near_the_gap_would_be_biased() -> None:
    assert np.abs(baseline_bias(280.0, 121.0)).min() > 0.7


def test_four_points_over_forty_mev_hold_a_line() -> None:
    """Steps of 5 nm leave four or five points beyond 220 meV: no warning, and an honest error."""
    toy = replace(TOY, scan_step_nm=5.0, noise_v=5e-8, stokes_mev=(270.0, 480.0), **SHORT)
    levels, errors = [], []
    for found, problems in drawn(toy, 60, shape="line"):
        assert not any("in the baseline region, which begins" in problem.message for problem in problems)
        assert found.baselines[0] is not None
        assert found.baselines[0].dof < 4
        levels.append(found.baselines[0].volts[-1])
        errors.append(found.baselines[0].error_v[-1])
    assert np.std(levels) == pytest.approx(np.mean(errors), rel=0.35)


def test_a_tail_as_wide_as_the_largest_one_is_left_to_the_line() -> None:
    """It can't be told from the line: its amplitude would be anything, and every reading of the scan with it."""
    toy = replace(TOY, tail_mev=200.0, noise_v=1e-11, **SHORT)
    _, found = run(toy.experiment())
    assert found.baselines[0] is not None
    assert found.baselines[0].urbach_mev is None
    _, narrow = run(replace(toy, tail_mev=25.0).experiment())
    assert narrow.baselines[0] is not None
    assert narrow.baselines[0].urbach_mev == pytest.approx(25.0, rel=0.2)


def test_an_uncertain_wavelength_blurs_a_reading_by_the_slope_of_the_scan() -> None:
    toy = replace(TOY, noise_v=1e-13)
    document = Document(toy.experiment()).with_settings(baseline=BaselineSettings(shape="line"))
    sure, unsure = (
        analyse(document.with_settings(energies=EnergySettings(wavelength_error_nm=error))).absorbed
        for error in (0.0, 0.05)
    )
    assert sure is not None
    assert unsure is not None
    added = np.sqrt(np.einsum("tii->i", unsure.shared - sure.shared))
    energy = np.concatenate([np.sort(toy.excitations_mev[:4])[::-1], toy.excitations_mev[4:]])
    slope = (toy.heat(energy + 0.5) - toy.heat(energy - 0.5)) * energy**2 / HC
    np.testing.assert_allclose(added, np.abs(slope) * 0.05, rtol=0.05)
    np.testing.assert_allclose(unsure.misread, -slope * 0.05, rtol=0.05)
    assert not sure.misread.any()
