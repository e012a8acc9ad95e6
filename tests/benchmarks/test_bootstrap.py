"""How fast a thousand whole-chain bootstraps are, beside a loop over the chain and the way people write it.

Run by hand: ``python -m pytest tests/benchmarks/test_bootstrap.py -m benchmark``. The loops take a few draws; their
times are per draw, so a thousand take a thousand times as long. The unmarked test runs in the ordinary suite.
"""

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.reference import finish, fit_line
from benchmarks.reference_responses import Emission, band_sum, prepare, respond, window_of, with_noise

from asplab.core.bootstrap import bootstrap
from asplab.core.document import Document
from asplab.core.experiment import Experiment

DRAWS = 1000
WINDOW_NM = (440.0, 600.0)
LOOP_DRAWS = 20


@pytest.fixture(scope="module")
def base(base_experiment, analysed_base):
    analysis, results = analysed_base
    return base_experiment, analysis.fork(), results


def resampled_experiment(experiment: Experiment, rng: np.random.Generator) -> Experiment:
    """Return the experiment with whole repeats drawn anew: every kind of record of a temperature alike."""
    repeats = sorted({scan.condition.repeat for scan in experiment.scans})
    spectra, scans = [], []
    temperatures = sorted({scan.condition.temperature_k for scan in experiment.scans})
    drawn = {t: rng.choice(repeats, len(repeats)) for t in temperatures}

    def again(records, kept):
        for record in records:
            chosen = drawn.get(record.condition.temperature_k)
            if chosen is None:
                kept.append(record)
                continue
            for place in np.flatnonzero(chosen == record.condition.repeat):
                condition = replace(record.condition, repeat=int(place) + 1, pair=str(place + 1))
                kept.append(replace(record, condition=condition, source=f"{record.source}#{place + 1}"))

    again(experiment.spectra, spectra)
    again(experiment.scans, scans)
    return replace(experiment, spectra=tuple(spectra), scans=tuple(scans))


def one_draw(prepared, per_repeat, rng: np.random.Generator):
    """Draw whole repeats of each temperature; return the data and what they respond, as the reference has it."""
    drawn, responses = [], []
    for data, (sums, emission) in zip(prepared, per_repeat, strict=True):
        chosen = rng.integers(0, sums.shape[1], sums.shape[1])
        heat = data.heat[:, data.scan[0, chosen]]
        here = replace(data, heat=heat, scan=np.tile(np.arange(chosen.size), (len(sums), 1)))
        drawn.append(here)
        responses.append(respond(here, Emission(sums[:, chosen], emission.noise, emission.seen, emission.shared)))
    return drawn, responses


def sums_of_repeats(prepared):
    """Return band intensities of every repeat, and what blurs them, temperature by temperature."""
    result = []
    for data in prepared:
        stacks = zip(data.spectra, window_of(data, WINDOW_NM), data.background_nm, strict=True)
        sums = np.array([band_sum(data.wavelength_nm, *stack) for stack in stacks])
        result.append((sums, with_noise(data, WINDOW_NM, sums)))
    return result


def test_the_loop_and_the_bootstrap_scatter_alike(base):
    """Twenty draws give a variance to ±32 %; over eleven temperatures it averages to ±10 %."""
    results = base[2]
    prepared = prepare(results)
    per_repeat, rng = sums_of_repeats(prepared), np.random.default_rng(5)
    intercepts = []
    for _ in range(LOOP_DRAWS):
        lines = [fit_line(*here) for here in zip(*one_draw(prepared, per_repeat, rng), strict=True)]
        intercepts.append([line.intercept_mev for line in lines])
    photon = np.array([data.photon_mev for data in prepared])
    ours = bootstrap(results, draws=DRAWS, seed=2, systematics=False, small_sample=False).quantum_yield.draws
    n = per_repeat[0][0].shape[1]
    ratio = np.var(intercepts / photon, axis=0, ddof=1) * n / (n - 1) / ours.var(axis=0)
    assert ratio.mean() == pytest.approx(1.0, abs=0.35)


@pytest.mark.benchmark
def test_a_thousand_bootstraps(base, benchmark):
    benchmark(lambda: bootstrap(base[2], draws=DRAWS, seed=1))


@pytest.mark.benchmark
def test_one_draw_with_the_chain_from_its_spectra(base, benchmark):
    document, analysis, _ = base
    rng = np.random.default_rng(3)

    def draw():
        experiment = resampled_experiment(document.experiment, rng)
        analysis.update(Document(experiment, document.settings, document.exclusions), intervals=False)

    benchmark.pedantic(draw, rounds=3)


@pytest.mark.benchmark
def test_one_draw_with_numpy_and_lmfit(base, benchmark):
    prepared = prepare(base[2])
    per_repeat, rng = sums_of_repeats(prepared), np.random.default_rng(3)
    benchmark.pedantic(lambda: finish(*one_draw(prepared, per_repeat, rng)), rounds=5)
