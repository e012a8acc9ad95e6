"""Points at the lock-in's full scale are told, left out, and never read as if they were the signal."""

from dataclasses import replace

import numpy as np
import pytest
from scan_level import SHORT, Reading, ScanBench, scan
from toy_experiment import Toy

from asplab.core.experiment import Scan, frozen_array
from asplab.core.settings import ScanSettings

TOY = Toy(
    tail_mev=15.0, noise_v=2e-8, stokes_mev=(270.0, 480.0), detuning_mev=(20.0, 33.0, 55.0, 77.0), scan_step_nm=0.4,
    repeats=4, **SHORT,
)  # fmt: skip
FULL_SCALE_V = 3e-5
"""Reached by the Stokes excitation at 480 meV (33 µV) and beyond."""


@pytest.fixture(scope="module")
def bench() -> ScanBench:
    return ScanBench(TOY)


def clipped(one: Scan, limit_v: float = FULL_SCALE_V, *, stated: bool = True) -> Scan:
    condition = replace(one.condition, sensitivity_v=limit_v if stated else None)
    return replace(one, condition=condition, lockin_x_v=frozen_array(np.clip(one.lockin_x_v, -limit_v, limit_v)))


def scans(rng: np.random.Generator) -> list[Scan]:
    return [scan(TOY, rng, repeat=r, pick_up_v=2e-7) for r in range(1, 5)]


def bumped(rng: np.random.Generator, width_mev: float, above_mev: float = 270.0) -> list[Scan]:
    """Return scans that are at full scale in a range about one excitation."""

    def changed(one: Scan) -> Scan:
        energy = 1239841.984332003 / one.excitation_nm
        inside = np.abs(energy - (TOY.band_mev + above_mev)) < 0.5 * width_mev
        x = np.where(inside, FULL_SCALE_V, np.minimum(one.lockin_x_v, 0.999 * FULL_SCALE_V))
        return replace(one, lockin_x_v=frozen_array(x), condition=replace(one.condition, sensitivity_v=FULL_SCALE_V))

    return [changed(one) for one in scans(rng)]


def read(bench: ScanBench, found: list[Scan], **settings: object) -> Reading:
    return bench.read(found, settings=ScanSettings(**settings))  # type: ignore[arg-type]


def test_overloaded_points_are_left_out_and_told_once_with_their_range(bench: ScanBench) -> None:
    found = read(bench, [clipped(one) for one in scans(np.random.default_rng(0))])
    said = found.says("full scale, or its signal has a flat top")
    assert [problem.severity for problem in said] == ["warning"]
    assert "250 K 42" in said[0].message
    assert found.scans.sets[0] is not None
    assert found.scans.sets[0].volts.max() < FULL_SCALE_V


def test_an_excitation_within_a_wide_overloaded_range_is_refused(bench: ScanBench) -> None:
    found = read(bench, bumped(np.random.default_rng(0), 80.0))
    assert np.isnan(found.absorbed.mean[1])
    assert np.isfinite(found.absorbed.mean[2:]).all()
    assert [problem.severity for problem in found.says("the scan was overloaded at the excitation")] == ["error"]


@pytest.mark.parametrize(("above_mev", "row", "interpolated"), [(270.0, 1, False), (-55.0, 4, True)])
def test_an_excitation_within_a_narrow_overloaded_range_has_an_honest_error(
    bench: ScanBench, above_mev: float, row: int, interpolated: bool
) -> None:
    """Above the gap the local polynomial reaches over the range; in the tail it is interpolated, flagged."""
    pulls = []
    for seed in range(60):
        found = read(bench, bumped(np.random.default_rng(seed), 18.0, above_mev))
        assert found.absorbed.interpolated[row] == interpolated
        pulls.append((found.absorbed.mean[row] - bench.truth[row]) / found.error[row])
    assert (0.3 if interpolated else 0.75) < np.std(pulls) < 1.25
    assert abs(np.mean(pulls)) < 0.8


def test_with_the_points_kept_the_reading_is_wrong_and_that_is_said(bench: ScanBench) -> None:
    found = read(bench, bumped(np.random.default_rng(0), 24.0), leave_out_overload=False)
    assert found.absorbed.mean[1] / bench.truth[1] > 1.05
    assert len(found.says("they are kept, as the settings say")) == 1


def test_a_flat_top_is_found_without_a_stated_full_scale(bench: ScanBench) -> None:
    found = read(bench, [clipped(one, 2.9e-5, stated=False) for one in scans(np.random.default_rng(0))])
    assert len(found.says("flat top")) == 1
    assert found.scans.sets[0] is not None
    assert found.scans.sets[0].volts.max() < 2.9e-5


def test_a_flat_top_over_most_of_a_scan_is_found(bench: ScanBench) -> None:
    """The usual case: the gain was chosen for the tail, and all of the Stokes side is at full scale."""
    made = scans(np.random.default_rng(0))
    limit = float(np.percentile(made[0].lockin_x_v, 40))
    found = read(bench, [clipped(one, limit, stated=False) for one in made])
    assert len(found.says("flat top")) == 1
    assert np.isnan(found.absorbed.mean[0])


def test_a_channel_that_is_zero_throughout_is_no_overload(bench: ScanBench) -> None:
    dead = [replace(one, lockin_y_v=np.zeros(one.lockin_x_v.size)) for one in scans(np.random.default_rng(0))]
    assert not read(bench, dead).says("full scale")


def test_few_overloaded_scans_leave_and_the_others_are_read_everywhere(bench: ScanBench) -> None:
    made = scans(np.random.default_rng(0))
    limit = float(np.percentile(made[0].lockin_x_v, 40))
    found = read(bench, [clipped(made[0], limit, stated=False), *made[1:]])
    whole = read(bench, made[1:])
    assert found.scans.sets[0] is not None
    assert len(found.scans.sets[0].volts) == 3
    np.testing.assert_allclose(found.absorbed.mean, whole.absorbed.mean, rtol=1e-12)


@pytest.mark.parametrize("digits", [1e-6, 1e-9, 1e-12])
def test_rounded_scans_have_no_flat_top(bench: ScanBench, digits: float) -> None:
    rounded = [
        replace(one, lockin_x_v=frozen_array(np.round(one.lockin_x_v / digits) * digits))
        for one in scans(np.random.default_rng(0))
    ]
    assert not read(bench, rounded).says("flat top")


def test_one_overloaded_scan_of_several_is_named_as_the_one_to_exclude(bench: ScanBench) -> None:
    found = scans(np.random.default_rng(0))
    told = read(bench, [clipped(found[0]), *found[1:]]).says("at its full scale, or")
    assert len(told) == 1
    assert "up to 1 of 4 scans are left out as a whole" in told[0].message


def test_a_full_scale_that_leaves_nothing_is_doubted_instead_of_the_scan(bench: ScanBench) -> None:
    stated = [
        replace(one, condition=replace(one.condition, sensitivity_v=1e-12)) for one in scans(np.random.default_rng(0))
    ]
    found = read(bench, stated)
    assert [problem.severity for problem in found.says("Check sensitivity_v")] == ["warning"]
    np.testing.assert_allclose(found.absorbed.mean[:4] / bench.truth[:4], 1.0, atol=0.02)


def test_readings_beside_a_hole_do_not_reach_into_it(bench: ScanBench) -> None:
    """The reading 33 meV below the gap has all of its points at one side of a range that is left out."""
    found = scans(np.random.default_rng(0))
    energy = 1239841.984332003 / found[0].excitation_nm
    at = TOY.band_mev - 33.0
    hole = (energy > at - 0.7) & (energy < at + 15.0)
    broken = [
        replace(
            one,
            lockin_x_v=frozen_array(np.where(hole, 1.0, one.lockin_x_v)),
            condition=replace(one.condition, sensitivity_v=1e-3),
        )
        for one in found
    ]
    told = read(bench, broken, half_width_mev=12.0)
    assert told.absorbed.interpolated[3]
    assert abs(told.absorbed.mean[3] - bench.truth[3]) < 3.0 * told.error[3]


def test_an_excitation_in_an_overloaded_end_is_told_as_overloaded(bench: ScanBench) -> None:
    found = read(bench, [clipped(one, 3.2e-5) for one in scans(np.random.default_rng(0))])
    assert np.isnan(found.absorbed.mean[0])
    assert len(found.says("the scan was overloaded at the excitation")) == 1
    assert not found.says("lies outside the photothermal scan")


def test_points_that_only_noise_kept_below_the_full_scale_leave_as_well(bench: ScanBench) -> None:
    """With noise of several steps of the signal, single points at the edge of the range stay below."""
    found = read(bench, [clipped(scan(TOY, np.random.default_rng(r), repeat=r, noise_v=3e-7)) for r in range(1, 3)])
    assert found.scans.sets[0] is not None
    assert len(found.scans.sets[0].overloaded_nm) == 1
