"""The bootstrap as a job: reproducible, cancellable, and clear about what it can't use."""

from collections.abc import Callable
from dataclasses import replace
from threading import Event

import numpy as np
import pytest
from toy_experiment import Toy

from asplab.core.bootstrap import Bootstrap, bootstrap
from asplab.core.document import Document
from asplab.core.errors import AnalysisError, AsplabError, Cancelled, SettingsError
from asplab.core.experiment import Experiment
from asplab.core.pipeline import Results, analyse
from asplab.core.progress import Progress
from asplab.core.settings import EfficiencySettings

TOY = Toy(temperatures_k=(244.0, 250.0), tail_mev=25.0, repeats=8, noise_counts=2.0, noise_v=2e-9, drift=0.004)


def run(experiment: Experiment, **records: object) -> Results:
    return analyse(Document(experiment).with_settings(**records))


@pytest.fixture(scope="module")
def toy() -> Results:
    return run(TOY.experiment())


@pytest.fixture(scope="module")
def drawn(toy: Results) -> Bootstrap:
    return bootstrap(toy, draws=600, seed=4)


def numbers(found: Bootstrap) -> tuple[np.ndarray, ...]:
    parts = (found.quantum_yield, found.eta, found.g_mev, found.phonon_mev, found.polaron_energy_mev, found.huang_rhys)
    return tuple(getattr(part, end) for part in parts for end in ("low_68", "high_68", "low_95", "high_95"))


def test_the_same_seed_gives_the_same_numbers(toy: Results, drawn: Bootstrap) -> None:
    again, other = bootstrap(toy, draws=600, seed=4), bootstrap(toy, draws=600, seed=5)
    for a, b in zip(numbers(drawn), numbers(again), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(drawn.quantum_yield.draws, other.quantum_yield.draws)
    assert again.record == drawn.record
    assert (drawn.record.seed, drawn.record.draws, drawn.record.n_repeats) == (4, 600, (8, 8))
    assert drawn.quantum_yield.draws.shape == (600, 2)
    assert np.abs(np.diff(drawn.quantum_yield.draws, axis=0)).min() > 0


def test_a_cancelled_job_stops_at_once_and_leaves_nothing(toy: Results, drawn: Bootstrap) -> None:
    stop, seen = Event(), []

    def report(fraction: float, text: str) -> None:
        seen.append((fraction, text))
        if fraction >= 0.25:
            stop.set()

    with pytest.raises(Cancelled, match="bootstrap"):
        bootstrap(toy, draws=2000, seed=4, progress=Progress(report, stop))
    assert [fraction for fraction, _ in seen] == [0.0, 0.125, 0.25]
    for a, b in zip(numbers(drawn), numbers(bootstrap(toy, draws=600, seed=4)), strict=True):
        np.testing.assert_array_equal(a, b)


def test_progress_reaches_its_end(toy: Results) -> None:
    seen: list[float] = []
    bootstrap(toy, draws=600, seed=1, progress=Progress(lambda fraction, text: seen.append(fraction)))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


# Bad input


def single_repeat() -> Results:
    return run(replace(TOY, repeats=1).experiment())


def without_scans() -> Results:
    return replace(run(TOY.experiment()), scans=None)


@pytest.mark.parametrize(
    ("make", "arguments", "error", "message"),
    [
        (single_repeat, {}, AnalysisError, r"at least two of each condition.*1 of emission, 1 of absorption.*profile"),
        (without_scans, {}, AnalysisError, "these results have none.*profile intervals"),
        (None, {"draws": 50}, SettingsError, "50 bootstrap draws; at least 100"),
        (None, {"seed": -1}, SettingsError, "seed of the bootstrap is -1"),
    ],
    ids=["one repeat", "no scans", "few draws", "seed"],
)
def test_bad_input_says_what_to_do(
    toy: Results,
    make: Callable[[], Results] | None,
    arguments: dict[str, int],
    error: type[AsplabError],
    message: str,
) -> None:
    results = toy if make is None else make()
    with pytest.raises(error, match=message):
        bootstrap(results, **{"draws": 200, "seed": 1, **arguments})


def test_ratio_lines_have_no_bootstrap() -> None:
    results = run(TOY.experiment(), efficiency=EfficiencySettings(estimator="ratio"))
    with pytest.raises(SettingsError, match="component estimator"):
        bootstrap(results, draws=200, seed=1)


def test_two_repeats_give_wide_intervals_without_a_warning() -> None:
    two = bootstrap(run(replace(TOY, repeats=2).experiment()), draws=300, seed=1)
    assert two.record.n_repeats == (2, 2)
    assert np.all(two.quantum_yield.high_95 - two.quantum_yield.low_95 > 0)
