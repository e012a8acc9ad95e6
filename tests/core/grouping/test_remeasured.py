"""A condition that was measured again: told once, used as chosen, with errors that hold what the times differ by."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from toy_experiment import Toy, change_scans, change_spectra, with_condition

from asplab.core.bootstrap.repeats import plan_repeats
from asplab.core.document import Document, Exclusion, Exclusions
from asplab.core.experiment import Condition, Experiment, Scan, Spectrum, frozen_array
from asplab.core.grouping.stage import Gathered, gather
from asplab.core.pipeline import Results, analyse
from asplab.core.settings import GroupingSettings, ResponseSettings

AXIS = frozen_array(np.linspace(480.0, 620.0, 40))
TOY = Toy(tail_mev=25.0, repeats=5, noise_counts=2.0, noise_v=2e-9, drift=0.002)


def spectrum(source: str, *, axis: np.ndarray = AXIS, noise: float = 1.0, **condition: object) -> Spectrum:
    known: dict[str, object] = {"exposure_s": 1.0, "temperature_k": 80.0, "excitation_nm": 535.0} | condition
    rng = np.random.default_rng(sum(map(ord, source)))
    counts = frozen_array(100.0 + 50.0 * (axis > 560.0) + noise * rng.standard_normal(axis.size))
    return Spectrum("pl", source, None, Condition(**known), wavelength_nm=axis, counts=counts)  # type: ignore[arg-type]


def block(name: str, n: int = 3, **known: object) -> list[Spectrum]:
    return [spectrum(f"{name}{r}", repeat=r, **known) for r in range(1, n + 1)]  # type: ignore[arg-type]


def grouped(*spectra: Spectrum, exclude: tuple[str, ...] = (), **settings: object) -> Gathered:
    exclusions = Exclusions(tuple(Exclusion(target, "why") for target in exclude))
    return gather(Experiment("x", spectra=spectra), exclusions, GroupingSettings(**settings))  # type: ignore[arg-type]


def used(gathered: Gathered) -> list[list[str]]:
    return [[s.source for s in stack.members] for stack in gathered.stacks]


def told(gathered: Gathered) -> list[str]:
    return [problem.message for problem in gathered.problems]


SPLITS: dict[str, list[Spectrum]] = {
    "another series": [*block("a", series="one"), *block("b", series="two")],
    "the same numbers again": [*block("a"), *block("b")],
    "a long pause": [
        *(spectrum(f"a{r}", repeat=r, time=f"2026-03-05 10:0{r}") for r in (1, 2, 3)),
        *(spectrum(f"b{r}", repeat=r + 3, time=f"2026-03-06 10:0{r}") for r in (1, 2, 3)),
    ],
}


@pytest.mark.parametrize("spectra", SPLITS.values(), ids=SPLITS.keys())
def test_a_condition_that_was_measured_again_is_one_stack_and_told_once(spectra: list[Spectrum]) -> None:
    found = grouped(*spectra)
    assert used(found) == [["a1", "a2", "a3", "b1", "b2", "b3"]]
    assert found.stacks[0].blocks == (0, 0, 0, 1, 1, 1)
    assert [p.severity for p in found.problems] == ["info"]
    assert "measured 2 times" in told(found)[0]
    assert "the mean of all is used" in told(found)[0]


@pytest.mark.parametrize("spectra", SPLITS.values(), ids=SPLITS.keys())
def test_the_latest_alone_is_used_by_choice_and_the_rest_set_aside(spectra: list[Spectrum]) -> None:
    found = grouped(*spectra, remeasured="latest")
    assert used(found) == [["b1", "b2", "b3"]]
    assert [s.source for s in found.stacks[0].set_aside] == ["a1", "a2", "a3"]
    assert found.stacks[0].blocks == ()
    assert "the latest is used" in told(found)[0]


def test_the_latest_is_told_by_time_where_there_are_stamps() -> None:
    late = [replace(s, condition=replace(s.condition, time="2026-03-06 10:00")) for s in block("a", series="one")]
    early = [replace(s, condition=replace(s.condition, time="2026-03-05 10:00")) for s in block("b", series="two")]
    assert used(grouped(*late, *early, remeasured="latest")) == [["a1", "a2", "a3"]]


def test_the_best_has_the_smallest_relative_noise() -> None:
    found = grouped(
        *block("a", series="one", noise=3.0), *block("b", series="two", noise=0.2), *block("c", series="three"),
        remeasured="best",
    )  # fmt: skip
    assert used(found) == [["b1", "b2", "b3"]]
    assert "measured 3 times" in told(found)[0]


def test_one_condition_is_told_beside_many_that_were_measured_once() -> None:
    found = grouped(*block("a"), *block("b"), *block("c", excitation_nm=520.0))
    assert [p.where for p in found.problems] == ["80 K, PL 535.0 nm"]


def test_a_repeat_number_that_occurs_twice_alone_is_no_new_measurement() -> None:
    found = grouped(*block("a"), spectrum("b", repeat=3))
    assert used(found) == [["a1", "a2", "a3", "b"]]
    assert found.problems == ()


def test_all_repeats_with_one_number_are_repeats() -> None:
    found = grouped(*(spectrum(f"a{i}", repeat=1) for i in range(4)))
    assert len(found.stacks[0].members) == 4
    assert found.problems == ()


def test_a_long_day_is_cut_at_its_night_and_not_at_the_pause_of_one_condition() -> None:
    """09:00 and 22:30 lie nearer to each other over midnight; what was measured between tells that it was a day."""
    twice = [spectrum(f"a{i}", repeat=i, time=t) for i, t in enumerate(("09:00", "09:10", "22:30", "22:40"))]
    between = [spectrum(f"b{i}", repeat=i, excitation_nm=520.0, time=f"{12 + 3 * i}:00") for i in range(3)]
    found = grouped(*twice, *between, remeasured="latest")
    stack = next(stack for stack in found.stacks if stack.excitation_nm == 535.0)
    assert [s.source for s in stack.members] == ["a2", "a3"]


def test_a_pause_over_midnight_is_short_where_stamps_are_times_of_day() -> None:
    found = grouped(*(spectrum(f"a{i}", repeat=i, time=t) for i, t in enumerate(("23:40", "23:55", "00:10"))))
    assert found.problems == ()


def test_how_long_a_pause_must_be_is_a_setting() -> None:
    pair = (spectrum("a", repeat=1, time="10:00"), spectrum("b", repeat=2, time="13:00"))
    assert grouped(*pair).problems == ()
    assert grouped(*pair, remeasured_after_h=2.0).problems != ()


def test_keys_and_exclusions_of_a_condition_survive_that_it_is_measured_again() -> None:
    before = grouped(*block("a")).stacks[0].key
    for choice in ("mean", "latest", "best"):
        found = grouped(*block("a"), *block("b", series="second day"), exclude=(before,), remeasured=choice)
        assert [s.key for s in found.stacks] == [before]
        assert found.stacks[0].excluded == "why"


def test_excluding_a_later_block_by_its_key_takes_out_that_block_alone() -> None:
    spectra = (*block("a"), *block("b", series="bad day"))
    key = grouped(*block("b", series="bad day")).stacks[0].key
    found = grouped(*spectra, exclude=(key,))
    assert used(found) == [["a1", "a2", "a3"]]
    assert found.problems == ()


def test_a_block_whose_repeats_are_all_excluded_leaves_the_other_and_the_key() -> None:
    spectra = (*block("a", series="one"), *block("b", series="two"))
    found = grouped(*spectra, exclude=("a1", "a2", "a3"))
    assert used(found) == [["b1", "b2", "b3"]]
    assert found.stacks[0].key == grouped(*spectra).stacks[0].key


@pytest.mark.parametrize("other", [{"axis": np.asarray(AXIS) + 5.0}, {"exposure_s": 3.0}, {"em_gain": 30.0}])
def test_blocks_that_can_t_be_averaged_stay_apart_and_that_is_told(other: dict[str, object]) -> None:
    found = grouped(*block("a", exposure_s=1.0), *block("b", series="two", **({"exposure_s": 1.0} | other)))
    assert sorted(used(found)) == [["a1", "a2", "a3"], ["b1", "b2", "b3"]]
    assert any("stay apart" in message for message in told(found))
    assert len({stack.key for stack in found.stacks}) == 2


def test_repeats_through_two_paths_in_turns_stay_apart() -> None:
    first, second = (block(name, path=name) for name in ("A", "B"))
    found = grouped(*(spectrum for pair in zip(first, second, strict=True) for spectrum in pair))
    assert used(found) == [[s.source for s in first], [s.source for s in second]]
    assert any("stay apart" in message for message in told(found))


def series_of(experiment: Experiment, name: str, *, prefix: str) -> Experiment:
    """Name the series and keep sources apart."""

    def named(record: Spectrum) -> Spectrum:
        return replace(with_condition(record, series=name), source=f"{prefix}/{record.source}")

    return change_scans(change_spectra(experiment, named), named)


def again(
    toy: Toy, seed: int, *, light: Callable[[str], float] = lambda _: 1.0, scans: bool = False, part: str = ""
) -> Experiment:
    """Return an experiment and a second round of it, whose spectra are ``light(source)`` times as bright."""
    first = series_of(replace(toy, seed=seed).experiment(), "one", prefix="a")
    second = series_of(replace(toy, seed=seed + 5000).experiment(), "two", prefix="b")
    brighter = change_spectra(
        second, lambda s: replace(s, counts=frozen_array(100.0 + (s.counts - 100.0) * light(s.source)))
    )
    kept = tuple(s for s in brighter.spectra if part in s.source)
    return replace(first, spectra=(*first.spectra, *kept), scans=(*first.scans, *(second.scans if scans else ())))


def run(experiment: Experiment, **settings: object) -> Results:
    results = analyse(Document(experiment).with_settings(grouping=GroupingSettings(**settings)))  # type: ignore[arg-type]
    assert results.efficiency is not None
    assert results.responses is not None
    return results


def test_rounds_that_agree_give_the_errors_of_all_their_repeats() -> None:
    once, twice = run(replace(TOY, repeats=10).experiment()), run(again(TOY, 1, scans=True))
    assert once.efficiency is not None
    assert twice.efficiency is not None
    np.testing.assert_allclose(twice.efficiency.eta_error[0, :3], once.efficiency.eta_error[0, :3], rtol=0.6)
    assert not any("measured again" in p.message for p in twice.problems if p.severity == "warning")


def pulls_of(make: Callable[[int], Experiment], n: int = 16) -> np.ndarray:
    found = []
    for seed in range(n):
        fit = run(make(seed)).efficiency
        assert fit is not None
        found.append((fit.eta[0, :3] - 0.9) / fit.eta_error[0, :3])
    return np.array(found)


def scatter(seed: int, size: float) -> Callable[[str], float]:
    """Draw a factor for each condition of the second round."""
    rng = np.random.default_rng(seed)
    drawn: dict[str, float] = {}
    return lambda source: drawn.setdefault(source.rsplit("_", 1)[0], 1.0 + size * rng.standard_normal())


def test_what_conditions_differ_by_between_the_rounds_is_in_the_errors() -> None:
    found = pulls_of(lambda seed: again(TOY, seed, light=scatter(seed, 0.02), scans=True))
    assert 0.7 < found.std() < 1.4


def test_differences_beyond_the_repeats_are_told() -> None:
    results = run(again(TOY, 3, light=scatter(3, 0.03), scans=True))
    message = next(p.message for p in results.problems if p.severity == "warning")
    assert "the emission measured again differs by" in message
    assert "measured once may be off by as much" in message


def test_a_round_that_is_brighter_as_a_whole_cancels_where_all_was_measured_again() -> None:
    fit = run(again(TOY, 4, light=lambda _: 1.2, scans=True)).efficiency
    assert fit is not None
    np.testing.assert_allclose(fit.eta[0], 0.9, atol=0.02)
    assert fit.eta_error[0, 0] < 0.01


def test_scans_measured_again_are_told_and_chosen_too() -> None:
    experiment = again(TOY, 1, scans=True)
    found = run(experiment, remeasured="latest").gathered
    assert found is not None
    assert {s.condition.series for s in found.scans[0]} == {"two"}
    assert {s.condition.series for stack in found.stacks for s in stack.members} == {"two"}
    assert found.problems[0].where.startswith("250 K: photothermal scans, PL")


def test_scans_of_other_ranges_are_pieces_and_not_measured_again() -> None:
    experiment = Toy().experiment()

    def half(scan: Scan) -> Scan:
        use = slice(0, scan.excitation_nm.size // 2)
        return replace(
            with_condition(scan, series="upper"),  # type: ignore[arg-type]
            source=f"b/{scan.source}",
            excitation_nm=scan.excitation_nm[use],
            lockin_x_v=scan.lockin_x_v[use],
            lockin_y_v=None,
            power_uw=None if scan.power_uw is None else scan.power_uw[use],
        )

    both = replace(experiment, scans=(*experiment.scans, *(half(s) for s in experiment.scans)))
    found = gather(both, Exclusions(), GroupingSettings(remeasured="latest"))
    assert len(found.scans[0]) == len(both.scans)
    assert found.problems == ()


def test_repeats_of_a_round_pair_with_the_scans_of_that_round() -> None:
    pairs = run(again(TOY, 1, scans=True)).pairs
    assert pairs is not None
    np.testing.assert_array_equal(pairs.together[0, 0], np.eye(10))
    alone = run(again(TOY, 1)).pairs
    assert alone is not None
    np.testing.assert_array_equal(alone.together[0, 0], np.eye(10, 5))


def test_the_bootstrap_draws_what_rounds_differ_by() -> None:
    results = run(again(TOY, 3, light=scatter(3, 0.02), scans=True))
    products = (results.corrected, results.layout, results.scans, results.emission, results.absorbed)
    assert results.responses is not None
    plan = plan_repeats(*products, results.responses, ResponseSettings())  # type: ignore[arg-type]
    light, heat = plan.draw(4000, np.random.default_rng(0), small_sample=False)
    n = light.shape[2]
    shown = np.sqrt(np.einsum("tii->ti", results.responses.covariance)[0])
    np.testing.assert_allclose(light[0].std(axis=0), shown[:n], rtol=0.25)
    np.testing.assert_allclose(heat[0].std(axis=0), shown[n:], rtol=0.25)
