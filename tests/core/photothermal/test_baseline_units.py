"""A baseline in volts or in proportion to the power, and a measured blank: told apart, and with honest errors."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from scan_level import SHORT, Reading, ScanBench, scan
from toy_experiment import Toy

from asplab.core.experiment import Scan, frozen_array
from asplab.core.settings import BaselineSettings, ScanSettings

TOY = Toy(tail_mev=15.0, noise_v=2e-8, stokes_mev=(270.0, 480.0), scan_step_nm=0.4, repeats=4, **SHORT)
Unit = Literal["volt", "power"]
Shape = Literal["none", "constant", "line"]


@pytest.fixture(scope="module")
def bench() -> ScanBench:
    return ScanBench(TOY)


def read(bench: ScanBench, seed: int, unit: Unit, *, pick_up_v: float = 0.0, leak_v: float = 0.0) -> Reading:
    """Analyse scans whose power rises and falls by a third, with a baseline of either kind."""
    rng = np.random.default_rng(seed)
    scans = [scan(TOY, rng, repeat=r, waves=0.33, pick_up_v=pick_up_v, leak_v=leak_v) for r in range(1, 5)]
    return bench.read(scans, baseline=BaselineSettings(shape="line", unit=unit))


def told(found: Reading) -> list[str]:
    """Return what is said about the unit of the baseline."""
    return [problem.message for problem in found.problems if problem.where == "photothermal baseline"]


@pytest.mark.parametrize(("unit", "source"), [("volt", "pick_up_v"), ("power", "leak_v")])
def test_the_right_unit_leaves_unit_pulls_and_no_warning(bench: ScanBench, unit: Unit, source: str) -> None:
    def draw(rng: np.random.Generator) -> Reading:
        return read(bench, int(rng.integers(1 << 30)), unit, **{source: 3e-6})

    pulls = bench.pulls(draw, 60)
    assert np.all(np.abs(pulls.std(axis=0) - 1.0) < 0.25)
    assert np.all(np.abs(pulls.mean(axis=0)) < 0.5)
    assert not told(draw(np.random.default_rng(0)))


@pytest.mark.parametrize(("unit", "source"), [("power", "pick_up_v"), ("volt", "leak_v")])
def test_the_wrong_unit_biases_and_the_better_one_is_named(bench: ScanBench, unit: Unit, source: str) -> None:
    found = read(bench, 0, unit, **{source: 3e-6})
    pulls = (found.absorbed.mean - bench.truth) / found.error
    assert np.abs(pulls).max() > 10.0
    assert len(told(found)) == 1
    better = "independent of the pump power" if unit == "power" else "proportional to the pump power"
    assert f"described better as {better}" in told(found)[0]


def test_both_fits_are_there_to_be_shown(bench: ScanBench) -> None:
    baselines = [read(bench, 0, unit, leak_v=3e-6).absorbed.baselines[0] for unit in ("volt", "power")]
    assert baselines[0] is not None
    assert baselines[1] is not None
    assert baselines[0].other_volts is not None
    np.testing.assert_allclose(baselines[0].other_volts, baselines[1].volts, rtol=1e-9)
    assert baselines[0].chi2_volt == pytest.approx(baselines[1].chi2_volt)
    assert baselines[0].chi2_power == pytest.approx(baselines[1].chi2)
    assert baselines[0].gain_of_other("volt") > 9.0 > baselines[1].gain_of_other("power")


def test_where_the_scans_do_not_tell_the_unit_but_pa_depends_on_it_that_is_said(bench: ScanBench) -> None:
    """A tenth of that baseline differs by 2 in χ², and moves a reading by ten standard errors."""
    found = read(bench, 1, "volt", pick_up_v=3e-7)
    assert len(told(found)) == 1
    assert "don't tell whether the baseline" in told(found)[0]


def test_a_small_baseline_of_either_unit_is_no_matter(bench: ScanBench) -> None:
    for seed in range(30):
        assert not told(read(bench, seed, "volt", pick_up_v=1e-8))


def test_without_power_readings_there_is_no_other_unit(bench: ScanBench) -> None:
    scans = [replace(scan(TOY, np.random.default_rng(r), repeat=r, pick_up_v=3e-6)) for r in range(1, 5)]
    baseline = bench.read(scans, settings=ScanSettings(divide_by_power=False)).absorbed.baselines[0]
    assert baseline is not None
    assert baseline.other_volts is None
    assert np.isnan(baseline.chi2_power)


# --- blank ---------------------------------------------------------------------------------------------------
def wavy(one: Scan) -> np.ndarray:
    energy = 1239841.984332003 / one.excitation_nm
    return np.asarray(3e-6 * (1.0 + 0.5 * np.sin((energy - TOY.band_mev) / 60.0)))


def with_substrate(one: Scan, factor: float) -> Scan:
    """Add heat of a substrate, no line in energy, in proportion to the pump power."""
    assert one.power_uw is not None
    power = one.power_uw / 100.0
    return replace(one, lockin_x_v=frozen_array(one.lockin_x_v + factor * wavy(one) * power))


def draw_with_blank(
    bench: ScanBench, rng: np.random.Generator, *, blank_power_uw: float = 100.0, drift: float = 0.0
) -> Reading:
    scans = [with_substrate(scan(TOY, rng, repeat=r, waves=0.33), 1.0) for r in range(1, 5)]
    blanks = [
        with_substrate(
            scan(TOY, rng, repeat=r, waves=0.33, kind="pa_blank", power_uw=blank_power_uw),
            1.0 + drift * float(rng.standard_normal()),
        )
        for r in range(1, 11)
    ]
    return bench.read(scans, blanks, baseline=BaselineSettings(shape="blank"))


@pytest.mark.parametrize(
    "how", [{}, {"blank_power_uw": 40.0}, {"drift": 0.03}], ids=["alike", "at other power", "drifting"]
)
def test_readings_above_a_measured_blank_have_unit_pulls(bench: ScanBench, how: dict[str, float]) -> None:
    pulls = bench.pulls(lambda rng: draw_with_blank(bench, rng, **how), 60)
    assert np.all(pulls.std(axis=0) < 1.45)
    assert np.all(pulls.std(axis=0) > 0.75)
    # At the very end of the scan the smoothed power is off by a few 10⁻⁴, which these quiet scans show.
    assert np.all(np.abs(pulls.mean(axis=0))[1:] < 0.6)


@pytest.mark.parametrize("shape", ["constant", "line", "urbach", "none"])
def test_a_blank_that_is_not_chosen_is_told_once_with_the_choice(bench: ScanBench, shape: str) -> None:
    rng = np.random.default_rng(0)
    scans = [scan(TOY, rng, repeat=r) for r in range(1, 5)]
    blanks = [scan(TOY, rng, repeat=r, kind="pa_blank") for r in range(1, 3)]
    found = bench.read(scans, blanks, baseline=BaselineSettings(shape=shape))  # type: ignore[arg-type]
    said = found.says("scans of a blank for 250 K, which are not used")
    assert [problem.severity for problem in said] == ["info"]
    assert "Choose the measured blank" in said[0].message
    for other in (
        bench.read(scans, baseline=BaselineSettings(shape=shape)),  # type: ignore[arg-type]
        bench.read(scans, blanks, baseline=BaselineSettings(shape="blank")),
    ):
        assert not other.says("are not used")


@pytest.mark.parametrize(("seed", "pick_up_v"), [(0, 3e-6), (1, 3e-7)], ids=["better", "not told"])
def test_a_baseline_of_doubtful_unit_points_to_the_blank_that_is_there(
    bench: ScanBench, seed: int, pick_up_v: float
) -> None:
    rng = np.random.default_rng(seed)
    scans = [scan(TOY, rng, repeat=r, waves=0.33, pick_up_v=pick_up_v) for r in range(1, 5)]
    blanks = [scan(TOY, rng, repeat=r, waves=0.33, pick_up_v=pick_up_v, kind="pa_blank") for r in range(1, 5)]
    unit: Unit = "power" if seed == 0 else "volt"
    for extra, words in (([], "ecord a blank"), (blanks, "hoose the measured blank.")):
        found = bench.read(scans, extra, baseline=BaselineSettings(shape="line", unit=unit))
        doubt = [text for text in told(found) if "unit" in text or "pump power" in text]
        assert len(doubt) == 1
        assert words in doubt[0]


def test_a_line_instead_of_the_blank_would_be_biased(bench: ScanBench) -> None:
    rng = np.random.default_rng(0)
    scans = [with_substrate(scan(TOY, rng, repeat=r, waves=0.33), 1.0) for r in range(1, 5)]
    found = bench.read(scans, baseline=BaselineSettings(shape="line"))
    assert np.abs((found.absorbed.mean - bench.truth) / bench.truth)[2:].max() > 0.1


def test_drift_of_the_blank_is_an_error_common_to_all_readings(bench: ScanBench) -> None:
    found = draw_with_blank(bench, np.random.default_rng(1), drift=0.05).absorbed.lasting[0]
    quiet = draw_with_blank(bench, np.random.default_rng(1)).absorbed.lasting[0]
    size = np.sqrt(np.diag(found))
    assert np.all(size > 3.0 * np.sqrt(np.diag(quiet)))
    assert found[2, 3] / (size[2] * size[3]) > 0.8


def test_a_blank_in_pieces_takes_the_factor_of_the_scans(bench: ScanBench) -> None:
    rng = np.random.default_rng(0)
    whole = np.arange(420.0, 576.0, 0.4)

    def pieces(make: Callable[[np.ndarray, float, int], Scan]) -> list[Scan]:
        return [
            make(whole[chosen], gain, r)
            for r in range(1, 5)
            for chosen, gain in ((whole < 516.0, 1.0), (whole >= 508.0, 0.5))
        ]

    def add(one: Scan, gain: float) -> Scan:
        return replace(one, lockin_x_v=frozen_array(one.lockin_x_v + gain * wavy(one)))

    scans = pieces(lambda axis, gain, r: add(scan(TOY, rng, axis_nm=axis, gain=gain, repeat=r), gain))
    blanks = pieces(lambda axis, gain, r: add(scan(TOY, rng, axis_nm=axis, gain=gain, repeat=r, kind="pa_blank"), gain))
    found = bench.read(scans, blanks, baseline=BaselineSettings(shape="blank"))
    np.testing.assert_allclose(found.absorbed.mean[2:4] / bench.truth[2:4], 1.0, atol=0.03)


def test_a_blank_that_does_not_reach_is_left_out_and_said(bench: ScanBench) -> None:
    rng = np.random.default_rng(0)
    scans = [scan(TOY, rng, repeat=r) for r in range(1, 5)]
    short = [scan(TOY, rng, axis_nm=np.arange(430.0, 540.0, 0.4), kind="pa_blank")]
    found = bench.read(scans, short, baseline=BaselineSettings(shape="blank"))
    assert len(found.says("does not cover the scans")) == 1
    assert len(found.says("there is no pa_blank scan")) == 1


@pytest.mark.parametrize(
    ("shape", "unit"), [("none", "volt"), ("constant", "volt"), ("line", "volt"), ("line", "power")]
)
def test_what_is_read_of_heat_in_proportion_to_the_power_is_known(bench: ScanBench, shape: Shape, unit: Unit) -> None:
    """Such as the heat of a leak: the baseline takes a part of it, all where it is in proportion to the power too."""

    def found(leak_v: float) -> Reading:
        rng = np.random.default_rng(3)
        scans = [scan(TOY, rng, repeat=r, waves=0.33, leak_v=leak_v) for r in range(1, 5)]
        return bench.read(scans, baseline=BaselineSettings(shape=shape, unit=unit))

    with_it, without = found(1e-6), found(0.0)
    read_of_it = (with_it.absorbed.mean - without.absorbed.mean) / 1e-8
    np.testing.assert_allclose(read_of_it, without.absorbed.of_power, atol=2e-3)
    if shape == "none":
        np.testing.assert_allclose(read_of_it, 1.0, atol=2e-3)
    if unit == "power":
        np.testing.assert_allclose(read_of_it, 0.0, atol=2e-3)
