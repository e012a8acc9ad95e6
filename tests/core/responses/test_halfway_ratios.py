"""A published table of R enters the chain half-way."""

from pathlib import Path

import numpy as np
import pytest
from response_level import STOKES_MEV, Truth

from asplab.core.document import Document
from asplab.core.efficiency.stage import ratio
from asplab.core.errors import InputError
from asplab.core.experiment import Condition, Experiment, Table, frozen_array
from asplab.core.loading import load_experiment
from asplab.core.pipeline import Results, analyse
from asplab.core.responses.halfway_ratios import factors, responses_of_ratios

GAP_MEV, QUANTUM_YIELD = 2450.0, 0.84
ABOVE = np.array([170.0, 220.0, 270.0, 320.0, 370.0, 425.0, 480.0])
BELOW = np.array([23.0, 33.0, 46.0, 55.0, 77.0, 102.0])
ETA = np.array([0.95, 0.93, 0.86, 0.77, 0.45, 0.2])


def table(above, below, value, error, *, temperature_k=250.0, gap_mev=GAP_MEV) -> Table:
    columns = {
        "temperature_k": np.full(len(value), temperature_k),
        "stokes_detuning_mev": above,
        "detuning_mev": below,
        "gap_mev": np.full(len(value), gap_mev),
        "ratio": value,
        "ratio_error": error,
    }
    named = tuple((name, frozen_array(column)) for name, column in columns.items())
    return Table("ratios", "ratios.csv", None, Condition(), columns=named)


def exact(relative: float = 0.01) -> tuple[np.ndarray, ...]:
    above, below = (grid.ravel() for grid in np.meshgrid(ABOVE, BELOW, indexing="ij"))
    eta = np.tile(ETA, ABOVE.size)
    value = ratio(above, below, eta, QUANTUM_YIELD, GAP_MEV)
    return above, below, value, relative * np.abs(value)


def run(*tables: Table) -> Results:
    return analyse(Document(Experiment("published", tables=tables)))


def test_exact_ratios_give_the_truth() -> None:
    fit = run(table(*exact())).efficiency
    assert fit is not None
    assert fit.quantum_yield[0] == pytest.approx(QUANTUM_YIELD, rel=1e-8)
    np.testing.assert_allclose(np.sort(fit.eta[0]), np.sort(ETA), rtol=1e-7)


def test_missing_pairs_do_not_matter_as_long_as_all_hang_together() -> None:
    columns = exact()
    keep = np.ones(columns[0].size, dtype=bool)
    keep[[0, 5, 9, 20, 31, 40]] = False
    fit = run(table(*(column[keep] for column in columns))).efficiency
    assert fit is not None
    np.testing.assert_allclose(np.sort(fit.eta[0]), np.sort(ETA), rtol=1e-6)


def test_two_temperatures_stay_apart() -> None:
    fit = run(table(*exact()), table(*exact(), temperature_k=120.0)).efficiency
    assert fit is not None
    np.testing.assert_allclose(fit.quantum_yield, QUANTUM_YIELD, rtol=1e-8)


def test_a_net_cooling_ratio_is_negative_and_legal() -> None:
    above, below = np.tile(ABOVE, 2), np.repeat([46.0, 77.0], ABOVE.size)
    eta = np.repeat([0.99, 0.7], ABOVE.size)
    value = ratio(above, below, eta, 0.995, GAP_MEV)
    assert (value < 0.0).any()
    fit = run(table(above, below, value, 0.01 * np.abs(value))).efficiency
    assert fit is not None
    np.testing.assert_allclose(np.sort(fit.eta[0]), [0.7, 0.99], rtol=1e-7)


def test_errors_that_come_from_both_sides_are_told_apart() -> None:
    rng = np.random.default_rng(5)
    of_stokes, of_anti = rng.uniform(0.005, 0.02, ABOVE.size), rng.uniform(0.01, 0.1, BELOW.size)
    of_stokes[2] = of_anti[3] = 0.004
    stokes, anti = (grid.ravel() for grid in np.indices((ABOVE.size, BELOW.size)))
    value = exact()[2]
    found = factors(value, np.abs(value) * np.hypot(of_stokes[stokes], of_anti[anti]), stokes, anti)
    assert found is not None
    np.testing.assert_allclose(np.sqrt(found.stokes_variance), of_stokes, rtol=1e-6)
    np.testing.assert_allclose(np.sqrt(found.anti_variance), of_anti, rtol=1e-6)


def test_the_error_of_the_quantum_yield_covers_what_shared_noise_does() -> None:
    truth = Truth(250.0, urbach_mev=28.0)
    energy, light, heat = truth.means()
    m, rng, pulls = STOKES_MEV.size, np.random.default_rng(11), []
    spread = 0.01
    for _ in range(60):
        q = heat / light * (1.0 + spread * rng.standard_normal(energy.size))
        value = (q[:m, None] / q[None, m:]).ravel()
        above = np.repeat(energy[:m] - truth.gap_mev, energy.size - m)
        below = np.tile(truth.gap_mev - energy[m:], m)
        given = table(above, below, value, np.sqrt(2.0) * spread * np.abs(value), gap_mev=truth.gap_mev)
        fit = run(given).efficiency
        assert fit is not None
        pulls.append((fit.quantum_yield[0] - truth.quantum_yield) / fit.quantum_yield_error[0])
    assert 0.75 < np.std(pulls) < 1.3
    assert abs(np.mean(pulls)) < 0.4


def test_what_to_know_about_the_errors_is_told() -> None:
    made, problem = responses_of_ratios(table(*exact()))
    assert made.kind == "responses"
    assert problem.severity == "warning"
    assert "share noise" in problem.message
    assert problem in run(table(*exact())).problems


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: (*c[:3], 0.0 * c[3]), "its error must be positive"),
        (lambda c: (*c[:2], 0.0 * c[2], c[3]), "R must not be zero"),
        (lambda c: tuple(np.append(column, column[0]) for column in c), "occurs twice"),
        (lambda c: tuple(column[: BELOW.size] for column in c), "one Stokes detuning"),
        (lambda c: tuple(column[[0, 7, 14]] for column in c), "share no detuning"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_the_reason(change, said) -> None:
    with pytest.raises(InputError, match=said):
        responses_of_ratios(table(*change(exact())))


def test_a_file_of_kind_ratios_loads_and_is_analysed(tmp_path: Path) -> None:
    rows = [f"250,{a},{b},{GAP_MEV},{r:.10g},{e:.10g}" for a, b, r, e in zip(*exact(), strict=True)]
    head = "temperature_k,stokes_detuning_mev,detuning_mev,gap_mev,ratio,ratio_error"
    (tmp_path / "r.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    (tmp_path / "manifest.csv").write_text("file,kind\nr.csv,ratios\n", encoding="utf-8")
    results = analyse(Document(load_experiment(tmp_path)))
    assert results.efficiency is not None
    assert results.efficiency.quantum_yield[0] == pytest.approx(QUANTUM_YIELD, rel=1e-6)
