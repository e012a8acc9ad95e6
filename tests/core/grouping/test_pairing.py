"""Which PL repeat belongs to which scan, and what a right, a wrong and no pairing do to the errors."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from toy_experiment import Toy, change_scans, change_spectra, with_condition

from asplab.core.document import Document
from asplab.core.experiment import Condition, Experiment
from asplab.core.grouping.pairing import Pairs
from asplab.core.pipeline import Results, analyse
from asplab.core.settings import ResponseSettings

TOY = Toy(tail_mev=25.0, repeats=8, noise_counts=2.0, noise_v=2e-9, common_drift=0.03)
LATE_MIN = 5.0
"""A scan starts this long after the spectra of its repeat."""


def run(experiment: Experiment, **settings: object) -> Results:
    results = analyse(Document(experiment).with_settings(responses=ResponseSettings(**settings)))  # type: ignore[arg-type]
    assert results.pairs is not None
    assert results.responses is not None
    assert results.efficiency is not None
    return results


def pairs(results: Results) -> Pairs:
    assert results.pairs is not None
    return results.pairs


def correlation(results: Results) -> float:
    """Return the correlation of the first Stokes emission with its heat."""
    assert results.responses is not None
    covariance, n = results.responses.covariance[0], results.responses.intensity.shape[1]
    return float(covariance[0, n] / np.sqrt(covariance[0, 0] * covariance[n, n]))


def number(condition: Condition) -> int:
    assert condition.repeat is not None
    return condition.repeat


def scrambled(experiment: Experiment) -> Experiment:
    """Number the scans in another order than they were taken in."""
    return change_scans(experiment, lambda s: with_condition(s, repeat=number(s.condition) * 5 % 8 + 1))


def timed(
    experiment: Experiment, spectrum: Callable[[int], str], scan: Callable[[int], str] | None = None
) -> Experiment:
    """Write a time stamp by the number of the repeat."""
    of_scan = scan or spectrum
    return change_scans(
        change_spectra(experiment, lambda s: with_condition(s, time=spectrum(number(s.condition)))),
        lambda s: with_condition(s, time=of_scan(number(s.condition))),
    )


def every_20_min(late_min: float = 0.0, first_h: int = 10) -> Callable[[int], str]:
    def stamp(repeat: int) -> str:
        minutes = first_h * 60 + 20 * repeat + int(late_min)
        return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}:00"

    return stamp


def test_time_stamps_pair_what_the_numbers_would_pair_wrongly() -> None:
    right = scrambled(timed(TOY.experiment(), every_20_min(), every_20_min(LATE_MIN)))
    found = run(right)
    assert pairs(found).methods == ("time",)
    assert pairs(found).lag_s == pytest.approx([60.0 * LATE_MIN])
    assert pairs(found).words(0) == "paired by time, 5 min apart"
    assert correlation(found) > 0.9


def test_times_of_day_pair_over_midnight() -> None:
    found = run(scrambled(timed(TOY.experiment(), every_20_min(first_h=22), every_20_min(LATE_MIN, first_h=22))))
    assert pairs(found).matched == pytest.approx([1.0])
    assert correlation(found) > 0.9


def test_a_label_goes_before_a_time_stamp() -> None:
    labelled = change_scans(
        change_spectra(TOY.experiment(), lambda s: with_condition(s, pair=f"p{s.condition.repeat}")),
        lambda s: with_condition(s, pair=f"p{s.condition.repeat}"),
    )
    found = run(timed(labelled, every_20_min(), lambda r: every_20_min()(r * 5 % 8 + 1)))
    assert pairs(found).words(0) == "paired as given with the data"
    assert correlation(found) > 0.9


def test_what_was_measured_hours_apart_is_not_simultaneous() -> None:
    found = run(timed(TOY.experiment(), every_20_min(), every_20_min(first_h=16)))
    assert pairs(found).words(0) == "not simultaneous"
    assert correlation(found) == 0.0


def test_how_near_in_time_counts_as_simultaneous_is_a_setting() -> None:
    experiment = timed(TOY.experiment(), every_20_min(), every_20_min(LATE_MIN))
    assert pairs(run(experiment, pair_within_min=4.0)).methods == ("apart",)
    assert pairs(run(experiment, pair_within_min=6.0)).methods == ("time",)


def test_no_scan_serves_two_repeats() -> None:
    dense = timed(TOY.experiment(), lambda r: f"10:{r:02d}", lambda r: f"{9 + r}:10")
    found = pairs(run(replace(dense, scans=dense.scans[:1])))
    assert found.together.sum(axis=2).max() == 1.0
    assert found.together.sum(axis=3).max() == 1.0
    assert found.matched == pytest.approx([1.0 / 8.0])
    assert found.words(0) == "paired by time, 2 min apart (12 % of the spectra)"


def test_a_few_that_happen_to_meet_are_not_simultaneous() -> None:
    """Scans follow after all spectra: only the last spectrum and the first scan are near."""
    found = pairs(run(timed(TOY.experiment(), lambda r: f"10:{r:02d}", lambda r: f"10:{9 + 6 * r - 5}")))
    assert found.words(0) == "not simultaneous"


def test_spectra_that_follow_one_another_pair_with_the_scan_of_their_round() -> None:
    """A scan closes each round: the first spectra of a round are nearer in time to the scan before."""
    experiment = TOY.experiment()
    order = list(dict.fromkeys(s.condition.excitation_nm for s in experiment.spectra))

    def clock_of(repeat: int, second: int) -> str:
        moment = 36000 + 400 * repeat + second
        return f"{moment // 3600:02d}:{moment // 60 % 60:02d}:{moment % 60:02d}"

    rounds = change_scans(
        change_spectra(
            experiment,
            lambda s: with_condition(
                s, time=clock_of(number(s.condition), 40 * order.index(s.condition.excitation_nm))
            ),
        ),
        lambda s: with_condition(s, time=clock_of(number(s.condition), 360)),
    )
    found = run(scrambled(rounds))
    assert pairs(found).matched == pytest.approx([1.0])
    assert correlation(found) > 0.9


@pytest.mark.parametrize(
    ("stamp", "words"),
    [
        (lambda r: f"2026-03-05T10:{r:02d}", "different form ('10:01' and '2026-03-05T10:01')"),
        (lambda r: f"about {r}", "'about 1' is not understood"),
    ],
)
def test_stamps_that_can_t_be_compared_are_refused_and_numbers_decide(stamp, words) -> None:
    found = run(timed(TOY.experiment(), lambda r: f"10:{r:02d}", stamp))
    problem = pairs(found).problems[0]
    assert pairs(found).methods == ("number",)
    assert problem.severity == "warning"
    assert "by the number of the repeat" in problem.message
    # The stamps of a form are examples: which one does not matter.
    assert words.split("'")[0] in problem.message


def test_stamps_of_some_files_are_told_as_a_note() -> None:
    found = run(timed(TOY.experiment(), lambda r: f"10:{r:02d}", lambda r: "10:01" if r == 1 else ""))
    assert [p.severity for p in pairs(found).problems] == ["info"]
    assert "only 65 of 72 spectra and scans" in pairs(found).problems[0].message


def test_stamps_of_one_side_alone_are_no_news() -> None:
    found = run(timed(TOY.experiment(), every_20_min(), lambda _: ""))
    assert pairs(found).words(0) == "paired by repeat number"
    assert pairs(found).problems == ()


def test_temperatures_may_be_paired_in_different_ways() -> None:
    two = replace(TOY, temperatures_k=(120.0, 250.0)).experiment()

    def only_warm(stamp: Callable[[int], str]) -> Callable[..., str]:
        return lambda s: stamp(number(s.condition)) if s.condition.temperature_k == 250.0 else ""

    stamped = change_scans(
        change_spectra(two, lambda s: with_condition(s, time=only_warm(every_20_min())(s))),
        lambda s: with_condition(s, time=only_warm(every_20_min())(s)),
    )
    assert pairs(run(stamped)).methods == ("number", "time")


def study(change: Callable[[Toy], Experiment], n: int = 14) -> tuple[float, float, float]:
    """Return the spread of the pulls of η, its mean error, and the mean correlation of light with heat."""
    deviations, errors, shared = [], [], []
    for seed in range(n):
        results = run(change(replace(TOY, seed=seed, drift=0.004, scan_drift=0.004)))
        fit = results.efficiency
        assert fit is not None
        deviations.append((fit.eta[0, :3] - 0.9) / fit.eta_error[0, :3])
        errors.append(fit.eta_error[0, :3])
        shared.append(correlation(results))
    return float(np.std(deviations)), float(np.mean(errors)), float(np.mean(shared))


def test_paired_truth_is_seen_and_errors_hold() -> None:
    spread, _, shared = study(lambda toy: toy.experiment())
    assert 0.7 < spread < 1.35
    assert shared > 0.85


def test_unpaired_truth_leaves_no_covariance_and_errors_hold() -> None:
    """Scans of another run: their drift is their own."""
    spread, _, shared = study(
        lambda toy: replace(toy.experiment(), scans=replace(toy, seed=toy.seed + 1000).experiment().scans)
    )
    assert 0.7 < spread < 1.35
    assert abs(shared) < 0.3


def test_wrong_pairing_by_number_leaves_no_covariance_and_errors_hold() -> None:
    spread, _, shared = study(lambda toy: scrambled(toy.experiment()))
    assert 0.6 < spread < 1.35
    assert abs(shared) < 0.4


def test_knowing_what_was_simultaneous_makes_the_ratio_of_heat_and_light_more_certain() -> None:
    right = run(timed(TOY.experiment(), every_20_min(), every_20_min(LATE_MIN))).efficiency
    apart = run(timed(TOY.experiment(), every_20_min(), every_20_min(first_h=16))).efficiency
    assert right is not None
    assert apart is not None
    assert (right.line_covariance[0, 0, 0] / right.slope[0] ** 2) < 0.1 * (
        apart.line_covariance[0, 0, 0] / apart.slope[0] ** 2
    )
