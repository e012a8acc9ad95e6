"""Covariance of (I, PA) from repeats: what cancels, what does not, and what repeats can't show."""

from dataclasses import replace

import numpy as np
import pytest
from toy_experiment import Toy, change_scans, change_spectra, with_condition

from asplab.core.document import Document
from asplab.core.experiment import Experiment, Spectrum
from asplab.core.pipeline import Results, analyse
from asplab.core.responses.stage import Responses
from asplab.core.settings import ResponseSettings

TOY = Toy(tail_mev=25.0, repeats=8, noise_counts=2.0, noise_v=2e-9)


def run(toy: Toy | Experiment, **settings: object) -> tuple[Results, Responses]:
    experiment = toy.experiment() if isinstance(toy, Toy) else toy
    results = analyse(Document(experiment).with_settings(responses=ResponseSettings(**settings)))  # type: ignore[arg-type]
    assert results.responses is not None
    assert results.efficiency is not None
    return results, results.responses


def correlation(responses: Responses) -> np.ndarray:
    size = np.sqrt(np.einsum("tii->ti", responses.covariance))[0]
    return np.asarray(responses.covariance[0] / np.outer(size, size))


def test_covariance_is_symmetric_and_has_no_negative_direction() -> None:
    _, found = run(replace(TOY, drift=0.003, scan_drift=0.003, common_drift=0.01, dark_counts=30.0))
    np.testing.assert_allclose(found.covariance, np.swapaxes(found.covariance, 1, 2), rtol=1e-12)
    values = np.linalg.eigvalsh(correlation(found))
    assert values.min() > -1e-9


def test_drift_common_to_whole_repeats_correlates_light_with_heat_and_cancels_in_eta() -> None:
    quiet, _ = run(TOY)
    drifting, found = run(replace(TOY, common_drift=0.05))
    assert quiet.efficiency is not None
    assert drifting.efficiency is not None
    relative = (
        np.sqrt(np.einsum("tii->ti", found.covariance))[0] / np.concatenate([found.intensity, found.absorbed], 1)[0]
    )
    assert relative[0] == pytest.approx(0.05 / np.sqrt(8.0), rel=0.6)
    assert correlation(found)[0, 8] > 0.99
    np.testing.assert_allclose(drifting.efficiency.eta_error, quiet.efficiency.eta_error, rtol=0.5)
    np.testing.assert_allclose(drifting.efficiency.eta[0], 0.9, atol=0.01)


def test_unpaired_repeats_carry_no_covariance_of_light_and_heat() -> None:
    _, found = run(replace(TOY, common_drift=0.05), pairing="unpaired")
    n = found.intensity.shape[1]
    assert np.abs(correlation(found)[:n, n:]).max() == 0.0
    assert correlation(found)[0, 1] > 0.9


def test_drift_that_light_and_heat_do_not_share_is_not_taken_as_shared() -> None:
    """Scans of other repeats than the spectra: estimated covariance is small against the drift itself."""
    found = []
    for seed in range(12):
        experiment = replace(TOY, seed=seed, common_drift=0.03).experiment()
        renamed = change_scans(experiment, lambda s: with_condition(s, repeat=(s.condition.repeat or 0) * 5 % 8 + 1))
        found.append(correlation(run(renamed)[1])[0, 8])
    assert abs(np.mean(found)) < 0.4


def test_paired_repeats_are_taken_to_share_all_their_drift() -> None:
    experiment = replace(TOY, common_drift=0.03).experiment()
    renamed = change_scans(experiment, lambda s: with_condition(s, repeat=(s.condition.repeat or 0) * 5 % 8 + 1))
    assert correlation(run(renamed, pairing="paired")[1])[0, 8] > 0.95
    _, found = run(renamed, pairing="paired")
    assert np.linalg.eigvalsh(found.covariance[0]).min() > -1e-9 * np.abs(found.covariance[0]).max()


def test_pair_labels_override_the_numbers_of_repeats() -> None:
    experiment = replace(TOY, common_drift=0.03).experiment()
    labelled = change_scans(
        change_spectra(experiment, lambda s: with_condition(s, pair=f"p{s.condition.repeat}")),
        lambda s: with_condition(s, pair=f"p{s.condition.repeat}", repeat=(s.condition.repeat or 0) * 5 % 8 + 1),
    )
    assert correlation(run(labelled)[1])[0, 8] > 0.95


def test_repeats_without_numbers_pair_by_their_place() -> None:
    experiment = replace(TOY, common_drift=0.03).experiment()
    bare = change_scans(
        change_spectra(experiment, lambda s: with_condition(s, repeat=None)), lambda s: with_condition(s, repeat=None)
    )
    assert correlation(run(bare)[1])[0, 8] > 0.95


def yield_study(toy: Toy, seeds: int) -> tuple[np.ndarray, np.ndarray]:
    """Return pulls of the quantum yield and of all η over whole experiments."""
    yields, etas = [], []
    for seed in range(seeds):
        results, _ = run(replace(toy, seed=1000 + seed))
        assert results.efficiency is not None
        fit = results.efficiency
        yields.append((fit.quantum_yield[0] - 0.84) / fit.quantum_yield_error[0])
        etas.append((fit.eta[0] - 0.9) / fit.eta_error[0])
    return np.array(yields), np.array(etas)


def test_drift_of_single_spectra_reaches_the_errors() -> None:
    """Drift far above the noise in every column; twelve repeats of eight spectra know it to about 10 %."""
    toy = Toy(tail_mev=25.0, repeats=12, noise_counts=0.2, noise_v=1e-9, drift=0.01, scan_drift=0.01, common_drift=0.02)
    pulls, _ = yield_study(toy, 60)
    assert 0.7 < pulls.std() < 1.3
    assert np.abs(pulls).max() < 5.0


def test_drift_of_strong_spectra_is_seen_beside_weak_ones() -> None:
    """Weak columns (a few per cent of noise) must not drown the 0.3 % that the strong ones show."""
    toy = Toy(tail_mev=15.0, repeats=6, drift=0.003, scan_drift=0.003, common_drift=0.01)
    pulls, etas = yield_study(toy, 40)
    assert np.abs(pulls).max() < 6.0
    assert pulls.std() < 1.6
    assert np.median(np.abs(etas)) < 1.2


def test_errors_shrink_with_the_root_of_the_number_of_repeats() -> None:
    few, many = (
        np.median(
            [np.sqrt(run(replace(TOY, seed=s, repeats=r, noise_counts=5.0))[1].covariance[0, 6, 6]) for s in range(6)]
        )
        for r in (4, 16)
    )
    assert few / many == pytest.approx(2.0, rel=0.35)


def test_one_repeat_only_still_gives_numbers_with_the_noise_of_the_pixels() -> None:
    results, found = run(replace(TOY, repeats=1))
    assert results.efficiency is not None
    np.testing.assert_allclose(results.efficiency.eta[0], 0.9, atol=0.02)
    assert np.all(np.einsum("tii->ti", found.covariance) > 0.0)
    assert any("fewer than three repeats" in problem.message for problem in results.problems)


def test_ragged_repeats_are_weighed_by_their_number() -> None:
    experiment = replace(TOY, noise_counts=5.0).experiment()

    def thinned(spectrum: Spectrum) -> Spectrum | None:
        return None if "/e1_" in spectrum.source and (spectrum.condition.repeat or 0) > 2 else spectrum

    full, found = run(experiment)[1], run(change_spectra(experiment, thinned))[1]
    sizes = [np.sqrt(r.covariance[0, range(8), range(8)]) for r in (full, found)]
    ratio = sizes[1] / sizes[0]
    thin = int(np.argmax(ratio))
    assert ratio[thin] == pytest.approx(2.0, rel=0.4)
    np.testing.assert_allclose(np.delete(ratio, thin), 1.0, rtol=0.3)


def test_excluding_a_repeat_of_one_condition_leaves_eta_of_the_others_nearly_alone() -> None:
    document = Document(TOY.experiment())
    full, without = analyse(document), analyse(document.excluding("t0/e5_r2.csv", "why"))
    assert full.efficiency is not None
    assert without.efficiency is not None
    np.testing.assert_allclose(without.efficiency.eta, full.efficiency.eta, atol=0.005)


def test_an_excluded_condition_takes_no_part_in_the_drift_of_the_others() -> None:
    experiment = replace(TOY, drift=0.003).experiment()
    rng = np.random.default_rng(1)

    def garble(spectrum: Spectrum) -> Spectrum:
        if "/e2_" not in spectrum.source:
            return spectrum
        return replace(spectrum, counts=100.0 + (spectrum.counts - 100.0) * rng.lognormal(0.0, 0.5))

    clean, dirty = analyse(Document(experiment)), Document(change_spectra(experiment, garble))
    assert clean.gathered is not None
    assert clean.efficiency is not None
    key = next(s.key for s in clean.gathered.stacks if "/e2_" in s.members[0].source)
    without = analyse(dirty.excluding(key, "laser hopped")).efficiency
    assert without is not None
    assert without.quantum_yield_error[0] < 2.0 * clean.efficiency.quantum_yield_error[0]


def test_an_excluded_stack_keeps_its_response_but_leaves_the_fit() -> None:
    document = Document(TOY.experiment())
    gathered = analyse(document).gathered
    assert gathered is not None
    key = gathered.stacks[5].key
    found = analyse(document.excluding(key, "why")).responses
    assert found is not None
    place = found.keys[0].index(key)
    assert found.valid[0, place]
    assert not found.fitted[0, place]
    assert found.intensity[0, place] > 0.0


def test_two_temperatures_with_different_excitations_keep_their_columns_apart() -> None:
    long, short = (
        replace(TOY, temperatures_k=(120.0,)).experiment(),
        replace(TOY, stokes_mev=(200.0, 300.0), detuning_mev=(25.0,), eta=(0.9,), seed=4).experiment(),
    )
    joined = replace(long, spectra=long.spectra + short.spectra, scans=long.scans + short.scans)
    results, found = run(joined)
    assert found.valid.sum(axis=1).tolist() == [8, 3]
    assert results.efficiency is not None
    np.testing.assert_allclose(results.efficiency.eta[0], 0.9, atol=0.01)
    assert results.efficiency.eta[1, 0] == pytest.approx(0.9, abs=0.01)
    assert np.isnan(results.efficiency.eta[1, 1:]).all()
    np.testing.assert_allclose(results.efficiency.quantum_yield, 0.84, atol=0.005)
