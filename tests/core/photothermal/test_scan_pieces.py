"""Scans that were recorded in pieces: recognised, stitched with an honest factor, or refused."""

from dataclasses import replace

import numpy as np
import pytest
from scan_level import SHORT, Reading, ScanBench, scan
from toy_experiment import Toy

from asplab.core.experiment import Scan, frozen_array
from asplab.core.scans.matching import match
from asplab.core.settings import BaselineSettings, ScanSettings
from asplab.core.units import HC_MEV_NM

TOY = Toy(tail_mev=15.0, noise_v=2e-8, stokes_mev=(270.0, 480.0), scan_step_nm=0.4, repeats=4, **SHORT)
FULL = np.arange(HC_MEV_NM / (TOY.band_mev + 500.0), HC_MEV_NM / (TOY.band_mev - 300.0), 0.4)
DRAWS = 60


@pytest.fixture(scope="module")
def bench() -> ScanBench:
    return ScanBench(TOY)


def pieces(
    rng: np.random.Generator,
    *,
    overlap_nm: tuple[float, float] = (508.0, 516.0),
    gain: float = 0.8,
    power_uw: float = 100.0,
    off_nm: float = 0.0,
    meter: float = 0.0,
    sensitivities: tuple[float, float] = (1e-3, 1e-4),
    drift: float = 0.0,
    pick_up_v: float = 2e-7,
    numbers: tuple[int, int] | None = None,
) -> list[Scan]:
    """Return four repeats in two pieces; the further one is quieter and ``gain`` times as high."""
    low, high = overlap_nm
    found = []
    for r in range(1, 5):
        heights = 1.0 + drift * rng.standard_normal(2)
        names = (r, r) if numbers is None else (numbers[0] + r, numbers[1] + r)
        found += [
            scan(
                TOY, rng, axis_nm=FULL[high > FULL], repeat=names[0], gain=float(heights[0]), pick_up_v=pick_up_v,
                meter=meter, sensitivity_v=sensitivities[0],
            ),
            scan(
                TOY, rng, axis_nm=FULL[low <= FULL] + off_nm, repeat=names[1], gain=gain * float(heights[1]),
                power_uw=power_uw, noise_v=5e-9, pick_up_v=pick_up_v, meter=meter, sensitivity_v=sensitivities[1],
            ),
        ]  # fmt: skip
    return found


def read(bench: ScanBench, scans: list[Scan], **settings: object) -> Reading:
    return bench.read(scans, settings=ScanSettings(**settings))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"overlap_nm": (518.0, 526.0)},
        {"off_nm": 0.15},
        {"power_uw": 50.0},
        {"power_uw": 50.0, "meter": 0.01},
    ],
    ids=["band edge", "in the tail", "other steps", "other power", "with a meter"],
)
def test_stitched_readings_scatter_about_the_truth_as_their_errors_say(bench: ScanBench, how: dict) -> None:
    pulls = bench.pulls(lambda rng: read(bench, pieces(rng, **how)), DRAWS)
    assert np.all(np.abs(pulls.std(axis=0) - 1.0) < 0.25)
    assert np.all(np.abs(pulls.mean(axis=0)) < 0.8)


@pytest.mark.parametrize(
    ("step_nm", "off_nm", "overlap_nm"),
    [(2.5, 0.0, (503.0, 517.0)), (3.0, 1.5, (503.0, 517.0)), (3.0, 0.0, (506.0, 513.0))],
    ids=["five or six points", "other steps", "two or three points"],
)
def test_coarse_pieces_are_stitched_by_few_points(
    bench: ScanBench, step_nm: float, off_nm: float, overlap_nm: tuple[float, float]
) -> None:
    """Steps are 12 to 15 meV there, and the signal is strong."""

    def draw(rng: np.random.Generator) -> Reading:
        axis = np.arange(FULL[0] + rng.uniform(0.0, step_nm), FULL[-1], step_nm)
        found = []
        for r in range(1, 5):
            first, further = axis[axis < overlap_nm[1]], axis[axis + off_nm > overlap_nm[0]] + off_nm
            found += [
                scan(TOY, rng, axis_nm=first, repeat=r, pick_up_v=2e-7, sensitivity_v=1e-3),
                scan(TOY, rng, axis_nm=further, repeat=r, gain=0.8, pick_up_v=2e-7, sensitivity_v=1e-4),
            ]
        return bench.read(found, baseline=BaselineSettings())

    pulls = bench.pulls(draw, 30)[:, 1:]
    assert np.isfinite(pulls).all()
    assert np.all(pulls.std(axis=0) < 1.35)
    assert np.all(np.abs(pulls.mean(axis=0)) < 0.9)
    assert np.abs(pulls).max() < 4.5


@pytest.mark.parametrize(
    ("off_nm", "remedy"), [(0.0, "time constant of the lock-in"), (1.5, "Record both on the same wavelengths")]
)
def test_pieces_that_differ_by_more_than_a_factor_are_told_with_the_remedy(
    bench: ScanBench, off_nm: float, remedy: str
) -> None:
    """On the same steps the further piece is bent by 5 %; between coarse steps the edge is read badly."""
    axis = np.arange(FULL[0], FULL[-1], 3.0)
    first, further = axis[axis < 517.0], axis[axis + off_nm > 503.0] + off_nm

    def bent(one: Scan) -> Scan:
        factor = 1.0 + (0.0 if off_nm else 0.05 * np.sin(one.excitation_nm / 2.0))
        return replace(one, lockin_x_v=frozen_array(one.lockin_x_v * factor))

    scans = []
    for r in range(1, 5):
        rng = np.random.default_rng(r)
        scans += [scan(TOY, rng, axis_nm=first, repeat=r), bent(scan(TOY, rng, axis_nm=further, repeat=r, gain=0.8))]
    told = bench.read(scans).says("differ in their overlap by more than a factor")
    assert [problem.severity for problem in told] == ["warning"]
    assert remedy in told[0].message


def test_the_noise_of_the_meter_in_a_short_overlap_is_an_error_of_all_that_lies_beyond(bench: ScanBench) -> None:
    """Seven readings of 5 % noise in each of four scans: the powers of the pieces compare to 1.3 %."""
    how = {"meter": 0.05, "overlap_nm": (508.0, 510.9)}
    pulls = bench.pulls(lambda rng: read(bench, pieces(rng, **how)), DRAWS)[:, 3:]
    assert np.all(pulls.std(axis=0) < 1.3)
    assert np.all(pulls.std(axis=0) > 0.6)
    found = read(bench, pieces(np.random.default_rng(0), **how))
    assert found.scans.sets[0] is not None
    assert found.scans.sets[0].seams[0].factor_error == pytest.approx(1.25 * 0.013, rel=0.3)


def test_pieces_joined_as_they_are_are_wrong_by_the_gain_and_that_is_said(bench: ScanBench) -> None:
    off = read(bench, pieces(np.random.default_rng(0)), stitch_segments=False)
    ratio = off.absorbed.mean / bench.truth
    np.testing.assert_allclose(ratio[:3], 1.0, atol=0.01)
    assert ratio[4] == pytest.approx(0.8, abs=0.02)
    assert len(off.says("joined as they are")) == 1
    stitched = read(bench, pieces(np.random.default_rng(0))).absorbed.mean
    assert stitched[4] / bench.truth[4] == pytest.approx(1.0, abs=0.02)


def test_the_error_of_the_factor_is_common_to_the_stitched_side(bench: ScanBench) -> None:
    """An overlap of five points in the tail tells the factor to about 1 %."""
    found = read(bench, pieces(np.random.default_rng(1), overlap_nm=(518.0, 520.2), pick_up_v=0.0))
    assert found.scans.sets[0] is not None
    seam = found.scans.sets[0].seams[0]
    assert 0.005 < seam.factor_error / seam.factor < 0.05
    assert found.scans.sets[0].stitching is not None
    last = found.absorbed.mean[-1]
    relative = np.sqrt(found.absorbed.lasting[0][-1, -1]) / last
    assert relative == pytest.approx(seam.factor_error / seam.factor, rel=0.3)
    whole = bench.read([scan(TOY, np.random.default_rng(r), repeat=r, noise_v=5e-9) for r in range(1, 5)])
    assert np.sqrt(whole.absorbed.lasting[0][-1, -1]) / last < 0.2 * relative


def test_drift_between_the_pieces_goes_into_the_factor(bench: ScanBench) -> None:
    ratios = [read(bench, pieces(np.random.default_rng(s), drift=0.02)).absorbed.mean / bench.truth for s in range(30)]
    apart = np.array(ratios)[:, 2] / np.array(ratios)[:, 1]
    assert np.std(apart) < 0.004


def test_how_pieces_were_joined_is_said_once_also_where_the_factor_is_one(bench: ScanBench) -> None:
    found = read(bench, pieces(np.random.default_rng(0), gain=1.0, sensitivities=(1e-3, 1e-3)))
    assert [problem.severity for problem in found.problems] == ["info"]
    assert len(found.says("stitched where they overlap")) == 1


def test_a_factor_between_pieces_of_one_sensitivity_is_doubtful(bench: ScanBench) -> None:
    found = read(bench, pieces(np.random.default_rng(0), sensitivities=(1e-3, 1e-3)))
    assert [problem.severity for problem in found.says("pieces of one stated sensitivity")] == ["warning"]


def test_pieces_without_overlap_are_not_joined_and_the_remedy_is_named(bench: ScanBench) -> None:
    found = read(bench, pieces(np.random.default_rng(0), overlap_nm=(514.0, 512.0)))
    said = found.says("have no overlap")
    assert [problem.severity for problem in said] == ["error"]
    assert "overlap where there is signal" in said[0].message
    assert np.isnan(found.absorbed.mean).any()


def test_an_overlap_without_signal_tells_no_factor(bench: ScanBench) -> None:
    found = read(bench, pieces(np.random.default_rng(0), overlap_nm=(565.0, 570.0), pick_up_v=0.0))
    assert len(found.says("have no overlap")) == 1


def test_pieces_with_numbers_of_their_own_are_recognised_by_their_ranges(bench: ScanBench) -> None:
    found = read(bench, pieces(np.random.default_rng(0), numbers=(0, 4)))
    assert found.scans.sets[0] is not None
    assert found.scans.sets[0].volts.shape[0] == 4
    np.testing.assert_allclose(found.absorbed.mean[2:4] / bench.truth[2:4], 1.0, atol=0.01)


def test_a_repeat_that_lacks_a_piece_is_left_out_and_named(bench: ScanBench) -> None:
    scans = pieces(np.random.default_rng(0))
    found = read(bench, scans[:-1])
    assert found.scans.sets[0] is not None
    assert found.scans.sets[0].repeats == ("repeat 1", "repeat 2", "repeat 3")
    assert [problem.where for problem in found.says("other pieces are missing")] == [scans[-2].source]


def test_three_pieces_are_stitched_one_to_the_next(bench: ScanBench) -> None:
    def draw(rng: np.random.Generator) -> Reading:
        ranges = ((0.0, 500.0, 1.0, 2e-8), (492.0, 516.0, 0.7, 2e-8), (510.0, 900.0, 3.0, 5e-9))
        return bench.read(
            [
                scan(TOY, rng, axis_nm=FULL[(low <= FULL) & (high > FULL)], repeat=r, gain=gain, noise_v=noise)
                for r in range(1, 5)
                for low, high, gain, noise in ranges
            ]
        )

    pulls = bench.pulls(draw, 100)
    assert np.all(np.abs(pulls.std(axis=0) - 1.0) < 0.25)
    assert np.all(np.abs(pulls.mean(axis=0)) < 0.8)


def test_power_of_the_further_piece_is_brought_to_that_of_the_first(bench: ScanBench) -> None:
    found = read(bench, pieces(np.random.default_rng(0), power_uw=20.0))
    assert found.scans.sets[0] is not None
    np.testing.assert_allclose(found.scans.sets[0].power_uw, 100.0, rtol=1e-9)


def test_power_is_not_smoothed_across_a_seam(bench: ScanBench) -> None:
    """The further piece was taken with a power that falls off steeply; the first one with a constant power."""

    def falling(one: Scan) -> Scan:
        if one.excitation_nm[0] < 500.0:
            return one
        assert one.power_uw is not None
        return replace(one, power_uw=frozen_array(one.power_uw * (1.0 - 0.02 * (one.excitation_nm - 512.0))))

    found = read(bench, [falling(one) for one in pieces(np.random.default_rng(0))]).scans.sets[0]
    assert found is not None
    steps = np.diff(found.power_uw)
    bends = np.flatnonzero(np.abs(np.diff(steps)) > 1e-6)
    assert bends.size <= 2
    assert np.abs(steps[: bends[0]]).max() < 1e-9


@pytest.mark.parametrize("with_offset", [False, True])
def test_a_match_of_two_noisy_curves_has_an_honest_error(with_offset: bool) -> None:
    x = np.linspace(0.0, 3.0, 40)
    pulls = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        first = 2.0 * x + (1.0 if with_offset else 0.0) + 0.5 * rng.standard_normal(x.size)
        further = x + 0.3 * rng.standard_normal(x.size)
        found = match(first, np.full(40, 0.25), further, np.full(40, 0.09), with_offset=with_offset)
        pulls.append((found.factor - 2.0) / np.sqrt(found.covariance[0, 0]))
    assert np.std(pulls) == pytest.approx(1.0, abs=0.15)
    assert abs(np.mean(pulls)) < 0.25


def test_a_scan_that_stops_early_is_no_piece(bench: ScanBench) -> None:
    rng = np.random.default_rng(0)
    scans = [scan(TOY, rng, repeat=r, axis_nm=FULL if r != 3 else FULL[FULL < 540.0]) for r in range(1, 5)]
    found = bench.read(scans)
    assert len(found.says("does not cover them and is left out")) == 1
    assert found.scans.sets[0] is not None
    assert found.scans.sets[0].seams == ()


def test_pieces_keep_their_phase_from_where_heating_is_certain(bench: ScanBench) -> None:
    turned = replace(TOY, phase_deg=70.0)
    rng = np.random.default_rng(0)
    scans = [
        scan(turned, rng, axis_nm=FULL[chosen], repeat=r, gain=gain)
        for r in range(1, 5)
        for chosen, gain in ((FULL < 516.0, 1.0), (FULL >= 508.0, 0.5))
    ]
    found = bench.read(scans)
    np.testing.assert_allclose(found.absorbed.mean[2:4] / bench.truth[2:4], 1.0, atol=0.02)
