"""Budgets: shares that add up, sources that take what they blur, and gradients of fitted parameters."""

from dataclasses import replace

import numpy as np
import pytest
from measured_tables import analysed, measured
from response_level import DETUNING_MEV, Truth, draw
from toy_experiment import Toy

from asplab.core import Document, Results, analyse
from asplab.core.efficiency.stage import EfficiencyFit, fit_efficiency
from asplab.core.errors import AnalysisError
from asplab.core.polaron.fit import fit_polaron
from asplab.core.polaron.gauss_newton import minimise
from asplab.core.polaron.objectives import SeparateFits
from asplab.core.polaron.profiles import find_intervals
from asplab.core.responses.stage import Responses
from asplab.core.settings import (
    EfficiencySettings,
    EnergySettings,
    GivenEnergy,
    PolaronSettings,
    PumpSettings,
    SystematicsSettings,
)
from asplab.core.systematics import (
    NUISANCES,
    SOURCES,
    Budget,
    eta_budget,
    parameter_budget,
    systematic_errors,
    under,
    with_nuisances,
    yield_budget,
)
from asplab.core.systematics.budget import variance_parts
from asplab.core.systematics.fit_budget import PARAMETERS, parameter_gradient

TWO = Toy(
    temperatures_k=(120.0, 250.0),
    detuning_mev=(20.0, 33.0, 55.0, 77.0, 90.0, 102.0),
    eta=(0.9, 0.85, 0.7, 0.5, 0.35, 0.25),
    noise_counts=20.0,
    noise_v=3e-8,
    drift=0.002,
)

_DETUNING_MEV = (20.0, 33.0, 46.0, 55.0, 77.0, 90.0, 102.0, 120.0)
BENT = Toy(
    detuning_mev=_DETUNING_MEV,
    eta=tuple(np.interp(_DETUNING_MEV, DETUNING_MEV, Truth(250.0).eta)),
    noise_counts=2.0,
    noise_v=1e-9,
)


def budgets(toy: Toy, **settings: object) -> tuple[Results, Budget | None, Budget | None]:
    found = analyse(Document(toy.experiment()).with_settings(**settings))
    products = (found.efficiency, found.corrected, found.layout, found.emission, found.absorbed)
    return found, yield_budget(*products, 0), eta_budget(*products, 0, 1)


def test_the_shares_of_an_error_add_up_to_its_variance() -> None:
    found, of_yield, of_eta = budgets(TWO)
    fit = found.efficiency
    assert of_yield.variance == pytest.approx(fit.quantum_yield_error[0] ** 2)
    assert of_eta.variance == pytest.approx(fit.eta_error[0, 1] ** 2)
    for budget in (of_yield, of_eta):
        assert sum(share for _, share in budget.shares) == pytest.approx(1.0)
        assert all(share > 0 for _, share in budget.shares)
        assert {name for name, _ in budget.shares} <= set(SOURCES)


@pytest.mark.parametrize(
    ("changes", "sources"),
    [
        ({"noise_counts": 100.0, "noise_v": 1e-12, "drift": 0.0}, {"emission_noise", "band_shape"}),
        ({"noise_counts": 0.01, "noise_v": 3e-7, "drift": 0.0}, {"pa_noise", "pa_baseline"}),
        ({"noise_counts": 0.01, "noise_v": 1e-12, "drift": 0.02}, {"drift"}),
    ],
)
def test_what_blurs_the_data_takes_the_whole_budget(changes: dict[str, float], sources: set[str]) -> None:
    _, of_yield, of_eta = budgets(replace(TWO, **changes))
    for budget in (of_yield, of_eta):
        shares = dict(budget.shares)
        assert sources <= set(shares)
        assert sum(shares[source] for source in sources) > 0.95


def test_errors_of_the_wavelengths_have_their_share_of_the_quantum_yield() -> None:
    _, of_yield, _ = budgets(TWO, energies=EnergySettings(wavelength_error_nm=2.0))
    assert dict(of_yield.shares)["wavelength"] > 0.5


def test_the_error_of_the_mean_photon_energy_has_its_share_of_the_quantum_yield() -> None:
    given = EnergySettings(given_mean_photon=(GivenEnergy(120.0, TWO.band_mev, 20.0),))
    found, of_yield, _ = budgets(TWO, energies=given)
    fit = found.efficiency
    expected = (fit.quantum_yield[0] * 20.0 / TWO.band_mev) ** 2
    assert dict(of_yield.shares)["mean_photon"] * of_yield.variance == pytest.approx(expected, rel=1e-6)
    assert dict(of_yield.shares).get("wavelength", 0.0) < 1e-3


def test_a_given_quantum_yield_has_its_share_of_eta_and_no_budget() -> None:
    fixed = EfficiencySettings(quantum_yield="fixed", fixed_quantum_yield=0.84, fixed_quantum_yield_error=0.05)
    _, of_yield, of_eta = budgets(TWO, efficiency=fixed)
    assert of_yield is None
    assert dict(of_eta.shares)["quantum_yield"] > 0.5


def test_r_lines_have_no_budget_for_their_points_share_noise() -> None:
    _, of_yield, of_eta = budgets(TWO, efficiency=EfficiencySettings(estimator="ratio"))
    assert of_yield is None
    assert of_eta is None


def test_a_baseline_that_lowers_the_noise_of_readings_is_part_of_that_noise() -> None:
    found, _, _ = budgets(TWO)
    fit, absorbed = found.efficiency, found.absorbed
    assert fit is not None
    assert absorbed is not None
    gradient = np.ones(fit.line.gradient.shape[2])  # type: ignore[union-attr]
    scans = TWO.repeats

    def parts(shared: np.ndarray) -> dict[str, float]:
        stages = (found.corrected, found.layout, found.emission, replace(absorbed, shared=shared))
        return variance_parts(fit, stages, gradient, 0)

    alone = parts(np.zeros_like(absorbed.shared))["pa_noise"]
    lower, higher = parts(-0.25 * absorbed.noise / scans), parts(0.25 * absorbed.noise / scans)
    assert "pa_baseline" not in lower
    assert lower["pa_noise"] == pytest.approx(0.75 * alone)
    assert higher["pa_noise"] == pytest.approx(alone)
    assert higher["pa_baseline"] == pytest.approx(0.25 * alone)
    assert sum(lower.values()) == pytest.approx(sum(higher.values()))


# --- fitted parameters -----------------------------------------------------------------------------------
TRUTHS = (Truth(200.0, urbach_mev=18.0), Truth(250.0, urbach_mev=22.0))


def drawn(noise: float, *, seed: int = 5, reference_error_mev: float = 0.0) -> Responses:
    """Return one virtual experiment on two temperatures."""
    rng = np.random.default_rng(seed)
    rows = [draw(truth, n=1, noise=noise, rng=rng) for truth in TRUTHS]
    joined = {
        name: np.concatenate([getattr(row, name) for row in rows])
        for name in Responses.__slots__
        if isinstance(getattr(rows[0], name), np.ndarray)
    }
    joined["reference_error_mev"] = np.full(2, reference_error_mev)
    return replace(rows[0], **joined, keys=tuple(row.keys[0] for row in rows))


def fits(noise: float, *, mode: str = "temperature", reference_error_mev: float = 0.0) -> Results:
    document = Document(TWO.experiment()).with_settings(efficiency=EfficiencySettings(quantum_yield=mode))  # type: ignore[arg-type]
    efficiency = fit_efficiency(drawn(noise, reference_error_mev=reference_error_mev), document.settings.efficiency)
    polaron = fit_polaron(efficiency, PolaronSettings())
    return Results(document, efficiency=efficiency, polaron=polaron, intervals=find_intervals(polaron))


def refitted(efficiency: EfficiencyFit, quantity: str, row: int) -> float:
    """Return a fitted parameter with many more steps than a fit takes."""
    fit = fit_polaron(efficiency, PolaronSettings())
    if row < 2:
        parameters = fit.parameters
        for _ in range(12):
            parameters = minimise(SeparateFits(fit.problem), parameters)[0]
        kappa, u = parameters[row, 1:]
    else:
        assert fit.joint_parameters is not None
        assert fit.joint_objective is not None
        joint = fit.joint_parameters[None]
        for _ in range(12):
            joint = minimise(fit.joint_objective, joint)[0]
        kappa, u = joint[0, -2:]
    energy = 50.0 * np.exp(kappa / u)
    found = {
        "phonon_mev": 1.0 / u,
        "polaron_energy_mev": energy,
        "g_mev": np.sqrt(energy / u),
        "huang_rhys": energy * u,
    }
    return float(found[quantity])


@pytest.mark.parametrize("row", [0, 1, 2])
@pytest.mark.parametrize("quantity", PARAMETERS)
@pytest.mark.parametrize("mode", ["temperature", "shared"])
def test_gradients_are_those_of_a_refit(quantity: str, row: int, mode: str) -> None:
    results = fits(2e-4, mode=mode, reference_error_mev=0.3)
    efficiency, polaron = results.efficiency, results.polaron
    assert efficiency is not None
    assert polaron is not None
    gradient = parameter_gradient(efficiency, polaron, quantity, row)
    n = efficiency.eta.shape[1]
    t = 1 if row == 2 else row
    spread = np.sqrt(np.einsum("tii->ti", efficiency.covariance))[t]
    for name, steps in (("numerator", spread[:n]), ("denominator", spread[n:]), ("detuning_mev", np.full(n, 0.5))):
        found = getattr(gradient, name)
        largest = np.abs(found[t] * steps).max()
        for j in (0, 3, 8):
            change = np.zeros_like(efficiency.eta)
            change[t, j] = 0.05 * steps[j]
            ends = [
                refitted(replace(efficiency, **{name: getattr(efficiency, name) + sign * change}), quantity, row)
                for sign in (1.0, -1.0)
            ]
            expected = (ends[0] - ends[1]) / (2.0 * change[t, j])
            assert found[t, j] == pytest.approx(expected, rel=1e-3, abs=1e-3 * largest / steps[j])
        if row < 2:
            assert not found[1 - row].any()


@pytest.mark.parametrize("row", [0, 1, 2])
@pytest.mark.parametrize("mode", ["temperature", "shared"])
def test_the_budget_of_a_parameter_adds_up_to_the_variance_that_the_fit_states(row: int, mode: str) -> None:
    results = fits(2e-4, mode=mode, reference_error_mev=0.3)
    for quantity in PARAMETERS:
        budget = parameter_budget(results, quantity, row)
        assert budget.why == ""
        assert sum(share for _, share in budget.shares) == pytest.approx(1.0)
        assert budget.variance == pytest.approx(budget.stated_variance, rel=0.1)
        names = {name for name, _ in budget.shares}
        assert "reference" in names
        assert "wavelength" not in names
        assert ("quantum_yield" in names) == (mode == "shared")


def test_the_scatter_of_fitted_parameters_is_that_of_their_budget() -> None:
    rng = np.random.default_rng(11)
    sample = draw(TRUTHS[1], n=200, noise=2e-4, rng=rng)
    efficiency = fit_efficiency(sample, EfficiencySettings())
    polaron = fit_polaron(efficiency, PolaronSettings())
    results = Results(Document(TWO.experiment()), efficiency=efficiency, polaron=polaron)
    variances = [parameter_budget(results, "g_mev", t).variance for t in range(0, 200, 40)]
    assert float(np.median(variances)) == pytest.approx(float(np.var(polaron.g_mev[:-1])), rel=0.3)


@pytest.mark.parametrize(
    ("changes", "sources"),
    [
        ({"noise_counts": 60.0, "noise_v": 1e-12, "drift": 0.0}, {"emission_noise", "band_shape"}),
        ({"noise_counts": 0.01, "noise_v": 1e-8, "drift": 0.0}, {"pa_noise", "pa_baseline"}),
        ({"noise_counts": 0.01, "noise_v": 1e-12, "drift": 0.005}, {"drift"}),
    ],
)
def test_what_blurs_raw_data_takes_the_budget_of_the_phonon_energy(
    changes: dict[str, float], sources: set[str]
) -> None:
    results = analyse(Document(replace(BENT, **changes).experiment()))
    budget = parameter_budget(results, "phonon_mev", 0)
    assert budget.why == ""
    assert sum(share for name, share in budget.shares if name in sources) > 0.9
    assert budget.variance == pytest.approx(budget.stated_variance, rel=0.15)


def test_an_error_of_the_reference_has_its_share() -> None:
    energies = EnergySettings(reference_error_mev=0.3)
    results = analyse(Document(BENT.experiment()).with_settings(energies=energies))
    budget = parameter_budget(results, "phonon_mev", 0)
    assert dict(budget.shares)["reference"] > 0.1
    assert "wavelength" not in dict(budget.shares)


def test_what_is_not_identified_says_so() -> None:
    wide = fits(2e-2)
    assert wide.intervals is not None
    row = int(np.argmin(wide.intervals.identified))
    assert not wide.intervals.identified[row]
    budget = parameter_budget(wide, "phonon_mev", row)
    assert budget.shares == ()
    assert "open" in budget.why or "not determine" in budget.why
    lines = analyse(Document(BENT.experiment()).with_settings(efficiency=EfficiencySettings(estimator="ratio")))
    assert "no known sources" in parameter_budget(lines, "g_mev", 0).why


def test_unknown_quantities_and_rows_are_refused() -> None:
    results = fits(2e-4)
    with pytest.raises(AnalysisError, match="eta"):
        parameter_budget(results, "eta", 0)
    with pytest.raises(AnalysisError, match="no fit 7"):
        parameter_budget(results, "g_mev", 7)


def several(**settings: object) -> Results:
    """Return what tables of responses at four temperatures tell, with noise of a part in a thousand."""
    found = analysed([measured(Truth(kelvin)) for kelvin in (160.0, 180.0, 200.0, 220.0)], **settings)
    return replace(found, intervals=None)


def part_of(results: Results, source: str) -> float:
    budget = parameter_budget(results, "phonon_mev", 4)
    assert budget.why == ""
    return dict(budget.shares).get(source, 0.0) * budget.variance


def test_one_error_of_a_measured_leak_moves_all_temperatures_of_the_joint_budget() -> None:
    results = several(pump=PumpSettings(measured_leak_ppm=0.0, measured_leak_error_ppm=2e-4))
    ends = [under(results, {"leak_ppm": size}).phonon_mev[-1] for size in (4e-5, 0.0)]
    expected = (5.0 * (ends[0] - ends[1])) ** 2
    assert part_of(results, "subtracted_light") == pytest.approx(expected, rel=0.1)


def test_one_error_of_the_reference_moves_all_temperatures_of_the_joint_budget() -> None:
    results = several(energies=EnergySettings(reference_error_mev=0.5))
    ends = [under(results, {"reference_mev": size}).phonon_mev[-1] for size in (0.05, -0.05)]
    expected = (5.0 * (ends[0] - ends[1])) ** 2
    assert part_of(results, "reference") == pytest.approx(expected, rel=0.1)


def test_nuisances_join_the_budget_with_their_shares() -> None:
    off = SystematicsSettings(**dict.fromkeys(NUISANCES, 0.0))
    settings = replace(off, yield_slope_percent=1.0, reference_mev=2.0)
    results = analyse(Document(BENT.experiment()).with_settings(systematics=settings))
    errors = systematic_errors(results)
    products = (results.efficiency, results.corrected, results.layout, results.emission, results.absorbed)
    plain = yield_budget(*products, 0)  # type: ignore[arg-type]
    assert plain is not None
    for budget, quantity, place in (
        (plain, "quantum_yield", (0,)),
        (eta_budget(*products, 0, 2), "eta", (0, 2)),  # type: ignore[arg-type]
        (parameter_budget(results, "phonon_mev", 0), "phonon_mev", (0,)),
    ):
        assert budget is not None
        whole = with_nuisances(budget, errors, quantity, place)
        added = errors.variance(quantity)
        total = budget.variance + sum(float(part[place]) for part in added)
        assert whole.variance == pytest.approx(total, rel=1e-9)
        assert sum(share for _, share in whole.shares) == pytest.approx(1.0)
        shares = dict(whole.shares)
        assert shares["yield_slope_percent"] == pytest.approx(float(added[0][place]) / total, rel=1e-6)
        assert {*shares} <= {*SOURCES, *NUISANCES}
    assert dict(with_nuisances(plain, errors, "quantum_yield", (0,)).shares)["yield_slope_percent"] > 0.5
