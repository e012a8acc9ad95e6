"""The likelihood with the true responses integrated out, against integrals done by brute force."""

from dataclasses import fields, replace

import numpy as np
import pytest
from response_level import Truth
from sampling_level import experiment, stacked

from asplab.core.efficiency.stage import fit_efficiency
from asplab.core.polaron.comparison.options import ModelOptions, plan_model
from asplab.core.polaron.rates import upconversion_efficiency
from asplab.core.sampling.curves import ModelCurve
from asplab.core.sampling.likelihood import Likelihood
from asplab.core.sampling.measured import Measured, measured, usable_places
from asplab.core.sampling.triangular import factors, solve_lasers
from asplab.core.settings import EfficiencySettings

N_SETS = 6
ETA_SLOPE = -0.02


def small_case(rng: np.random.Generator) -> Measured:
    """Two Stokes excitations and one anti-Stokes one, buried in noise that correlates everything."""
    energy = np.array([[2600.0, 2900.0, 2380.0]])
    mixing = rng.standard_normal((6, 6))
    covariance = 0.004 * (mixing @ mixing.T + 3.0 * np.eye(6))[None]
    return Measured(
        temperatures_k=np.array([250.0]),
        photon_mev=np.array([2440.0]),
        photon_error_mev=np.zeros(1),
        reference_error_mev=np.zeros(1),
        slope=np.array([5e-4]),
        energy_mev=energy,
        light=np.array([[0.8, 1.1, 0.2]]),
        heat=np.array([[0.3, 0.4, -0.1]]),
        own_error_mev=np.zeros((1, 3)),
        light_light=covariance[:, :3, :3],
        light_heat=covariance[:, :3, 3:],
        heat_heat=covariance[:, 3:, 3:],
        misread=np.zeros((1, 3)),
        laser=None,
        detuning_mev=np.array([[60.0]]),
        columns=np.array([0]),
        use=np.ones((1, 3), dtype=bool),
    )


def parameter_sets(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    slope = 5e-4 * np.exp(0.3 * rng.standard_normal((N_SETS, 1)))
    return slope, 2100.0 + 60.0 * rng.standard_normal((N_SETS, 1)), rng.uniform(0.02, 0.98, (N_SETS, 1, 1))


def design(data: Measured, slope: float, intercept_mev: float, eta: float) -> np.ndarray:
    """Return X of (I, PA) = X D, (6, 3)."""
    energy, share = data.energy_mev[0], np.array([1.0, 1.0, eta])
    return np.concatenate([np.diag(share / energy), np.diag(slope * (1.0 - share * intercept_mev / energy))])


def covariance_of(data: Measured) -> np.ndarray:
    cross = data.light_heat[0]
    return np.block([[data.light_light[0], cross], [cross.T, data.heat_heat[0]]])


def integral(data: Measured, x: np.ndarray, covariance: np.ndarray) -> float:
    """Return ln ∫ exp(−½ (y − X D)ᵀ C⁻¹ (y − X D)) dD over a grid of 41³ points, with |C|^(−½)."""
    y, inverse = np.concatenate([data.light[0], data.heat[0]]), np.linalg.inv(covariance)
    normal = x.T @ inverse @ x
    centre, spread = np.linalg.solve(normal, x.T @ inverse @ y), np.sqrt(np.diag(np.linalg.inv(normal)))
    step = np.linspace(-7.0, 7.0, 41)
    grid = np.stack(np.meshgrid(step, step, step, indexing="ij"), axis=-1).reshape(-1, 3) * spread + centre
    apart = y - grid @ x.T
    terms = -0.5 * np.einsum("ij,jk,ik->i", apart, inverse, apart)
    volume = np.prod(spread) * (step[1] - step[0]) ** 3
    return (
        float(np.log(np.sum(np.exp(terms - terms.max())) * volume) + terms.max())
        - 0.5 * np.linalg.slogdet(covariance)[1]
    )


def moved_by_wavelengths(data: Measured, slope: float, intercept_mev: float) -> np.ndarray:
    """Return what one standard error of each photon energy does to (I, PA), (6, 3), at the observed absorption.

    I and PA are those of the true energy, which makes η smaller where it falls with ΔE; PA is misread besides.
    """
    energy, light, heat = data.energy_mev[0], data.light[0], data.heat[0]
    absorbed = heat / slope + intercept_mev * light
    lost = data.own_error_mev[0] * (light + np.array([0.0, 0.0, ETA_SLOPE]) * absorbed) / energy
    return np.concatenate([np.diag(-lost), np.diag(slope * intercept_mev * lost + data.misread[0])])


OFF = {"own_error_mev": np.array([[4.0, 2.0, 9.0]]), "misread": np.array([[-0.03, 0.01, 0.05]])}


@pytest.mark.parametrize("absorption", ["flat", "reference"])
@pytest.mark.parametrize("off", [{}, OFF], ids=["sure", "lasers off"])
def test_the_likelihood_is_the_integral_over_the_absorbed_light(absorption: str, off: dict) -> None:
    """To a constant: differences between sets agree with the integral, whichever the measure."""
    rng = np.random.default_rng(3)
    data = replace(small_case(rng), **off)
    slope, intercept, eta = parameter_sets(rng)
    found = Likelihood.of(data, absorption)(slope, intercept, eta, np.full(eta.shape, ETA_SLOPE))  # type: ignore[arg-type]
    expected = []
    bare = covariance_of(data)
    for s, h, e in zip(slope[:, 0], intercept[:, 0], eta[:, 0, 0], strict=True):
        x = design(data, s, h, e)
        moved = moved_by_wavelengths(data, s, h)
        value = integral(data, x, bare + moved @ moved.T)
        if absorption == "reference":
            value += 0.5 * np.linalg.slogdet(x.T @ np.linalg.inv(bare) @ x)[1]
        expected.append(value)
    assert np.ptp(expected) > 1.0
    np.testing.assert_allclose(found - found[0], np.array(expected) - expected[0], atol=2e-6)


LEAK = (np.array([[0.0, 0.0, 0.05], [0.0, 0.0, 0.08]]), np.array([[0.0, 0.0, 0.12], [0.0, 0.0, -0.06]]))


@pytest.mark.parametrize("leak", [None, LEAK], ids=["no leak", "a leak"])
@pytest.mark.parametrize("absorption", ["flat", "reference"])
def test_one_laser_at_two_temperatures_has_one_error_and_so_has_a_leak(absorption: str, leak: tuple | None) -> None:
    """Against the covariance of both temperatures written out; the anti-Stokes laser of each is its own."""
    rng = np.random.default_rng(5)
    members = np.zeros((2, 3, 2))
    members[:, [0, 1], [0, 1]] = 1.0
    one, other = (replace(small_case(rng), **OFF) for _ in range(2))
    arrays = {f.name: np.concatenate([getattr(one, f.name), getattr(other, f.name)]) for f in fields(Measured)[:13]}
    use = np.ones((2, 3), dtype=bool)
    data = replace(one, **arrays, laser=members, detuning_mev=np.full((2, 1), 60.0), use=use, leak=leak)
    line = [np.concatenate([value, value[::-1]], axis=1) for value in parameter_sets(rng)]
    likelihood = Likelihood.of(data, absorption)  # type: ignore[arg-type]
    found = likelihood(*line, np.full(line[2].shape, ETA_SLOPE))
    white = likelihood.whitened(*line, np.full(line[2].shape, ETA_SLOPE))
    expected, chi2 = [], []
    for slope, intercept, eta in zip(line[0], line[1], line[2][:, :, 0], strict=True):
        r, bare, full, moves, leaks = np.zeros(6), np.zeros((6, 6)), np.zeros((6, 6)), np.zeros((6, 3)), np.zeros(6)
        for t, single in enumerate((one, other)):
            here, share = slice(3 * t, 3 * t + 3), np.array([1.0, 1.0, eta[t]])
            by_light = slope[t] * (single.energy_mev[0] - share * intercept[t])
            rows = np.hstack([np.diag(by_light), -np.diag(share)])
            r[here] = rows @ np.concatenate([single.light[0], single.heat[0]])
            bare[here, here] = rows @ covariance_of(single) @ rows.T
            moves[here] = rows @ moved_by_wavelengths(single, slope[t], intercept[t])
            full[3 * t + 2, 3 * t + 2] = moves[3 * t + 2, 2] ** 2
            if leak is not None:
                leaks[here] = rows @ np.concatenate([leak[0][t], leak[1][t]])
        bare += np.outer(leaks, leaks)
        full += bare + moves[:, :2] @ moves[:, :2].T
        chi2.append(r @ np.linalg.solve(full, r))
        value = -0.5 * chi2[-1] - 0.5 * np.linalg.slogdet(full)[1]
        expected.append(value + (0.5 * np.linalg.slogdet(bare)[1] if absorption == "reference" else 0.0))
    assert np.ptp(expected) > 0.5
    np.testing.assert_allclose(found - found[0], np.array(expected) - expected[0], atol=1e-9)
    np.testing.assert_allclose(np.sum(white**2, axis=(1, 2)), chi2, rtol=1e-9)


def test_lasers_may_serve_some_temperatures_or_two_places_of_one() -> None:
    rng = np.random.default_rng(8)
    n_sets, n_t, n = 3, 4, 5
    laser = np.zeros((n_t, n, 4))
    laser[:3, 0, 0] = laser[:, 1, 1] = laser[1:, 3, 1] = laser[[0, 3], 2, 2] = laser[:, 4, 3] = 1.0
    mixing = rng.standard_normal((n_sets, n_t, n, n))
    root = np.linalg.cholesky(mixing @ mixing.transpose(0, 1, 3, 2) + np.eye(n))
    own = rng.standard_normal((n_sets, n_t, n))
    found = solve_lasers(root, own, laser)
    np.testing.assert_allclose(found, np.linalg.solve(root, own[..., None] * laser), atol=1e-12)


def test_many_sets_have_the_likelihoods_that_each_has_by_itself() -> None:
    data = small_case(np.random.default_rng(9))
    eta = np.linspace(0.01, 0.99, 6000)[:, None, None]
    slope, intercept = np.full((6000, 1), 5e-4), np.full((6000, 1), 2100.0)
    together = Likelihood.of(data)(slope, intercept, eta)
    some = [0, 1, 2999, 5624, 5625, 5999]
    apart = [Likelihood.of(data)(slope[[k]], intercept[[k]], eta[[k]])[0] for k in some]
    np.testing.assert_allclose(together[some], apart, rtol=1e-12)
    assert Likelihood.of(data)(slope[:0], intercept[:0], eta[:0]).shape == (0,)


def test_noise_in_both_terms_is_not_taken_to_first_order() -> None:
    """One buried place: ln L is −½ (N − η D)²/Var(N − η D) with the variance at the η asked for."""
    data = small_case(np.random.default_rng(4))
    eta = np.linspace(0.01, 0.99, 9)[:, None, None]
    slope, intercept = np.full((9, 1), 5e-4), np.full((9, 1), 2100.0)
    found = Likelihood.of(data)(slope, intercept, eta)
    y, c = np.concatenate([data.light[0], data.heat[0]]), covariance_of(data)
    for k in range(9):
        share = np.array([1.0, 1.0, eta[k, 0, 0]])
        rows = np.concatenate([np.diag(5e-4 * (data.energy_mev[0] - 2100.0 * share)), -np.diag(share)], axis=1)
        r = rows @ y
        assert found[k] == pytest.approx(-0.5 * r @ np.linalg.solve(rows @ c @ rows.T, r), rel=1e-10)


def test_temperatures_by_themselves_add_up_whatever_places_they_lack() -> None:
    responses = stacked([Truth(180.0, urbach_mev=20.0), Truth(250.0, urbach_mev=28.0)], noise=4e-4, seed=2)
    keep = responses.fitted.copy()
    keep[0, [2, 9, 15]] = False
    efficiency = fit_efficiency(replace(responses, fitted=keep), EfficiencySettings())
    stokes, anti = usable_places(efficiency, (0.0, 1000.0))
    both = measured(efficiency, np.array([0, 1]), stokes, anti)
    rng = np.random.default_rng(5)
    slope = efficiency.slope * np.exp(0.002 * rng.standard_normal((4, 2)))
    intercept = efficiency.intercept_mev + 3.0 * rng.standard_normal((4, 2))
    eta = np.clip(efficiency.eta + 0.02 * rng.standard_normal((4, 2, 12)), 0.01, 0.99)
    alone = np.zeros(4)
    for t in range(2):
        one = measured(efficiency, np.array([t]), stokes, anti)
        alone += Likelihood.of(one, "flat")(slope[:, [t]], intercept[:, [t]], eta[:, [t]][:, :, one.columns])
    found = Likelihood.of(both, "flat")(slope, intercept, eta)
    np.testing.assert_allclose(found - found[0], alone - alone[0], rtol=1e-9, atol=1e-8)


def test_a_matrix_that_is_not_positive_definite_spoils_only_its_own_set() -> None:
    matrices = np.stack([np.eye(3), np.diag([1.0, -1.0, 1.0]), 4.0 * np.eye(3)])
    found = factors(matrices)
    assert np.isnan(found[1]).all()
    np.testing.assert_allclose(found[[0, 2]], [np.eye(3), 2.0 * np.eye(3)])


def test_data_without_noise_have_a_likelihood() -> None:
    results = experiment("250 K")
    assert results.responses is not None
    silent = replace(results.responses, covariance=np.zeros_like(results.responses.covariance))
    efficiency = fit_efficiency(silent, EfficiencySettings())
    data = measured(efficiency, np.array([0]), *usable_places(efficiency, (0.0, 1000.0)))
    eta = np.stack([efficiency.eta, np.zeros_like(efficiency.eta)])
    line = (np.repeat(value[None], 2, axis=0) for value in (efficiency.slope, efficiency.intercept_mev))
    found = Likelihood.of(data)(*line, eta)
    assert np.isfinite(found).all()
    assert found[0] > found[1]


# Curves


@pytest.mark.parametrize("model", ["eq9", "resonant", "thermal", "arrhenius"])
@pytest.mark.parametrize("width_mev", [0.0, 12.0, 35.0])
def test_curves_are_those_of_the_rate_models(model: str, width_mev: float) -> None:
    options = ModelOptions(inhomogeneous_mev=0.0, selection_mev=18.0)
    plan = plan_model(model, options)
    detuning, temperature = np.array([[21.0, 46.0, 102.0]]), np.array([220.0])
    curve = ModelCurve(plan, detuning, temperature, temperature)
    values = {"g_mev": 41.0, "phonon_mev": 23.0} if plan.names else {}
    u = 1.0 / 23.0
    shape = np.array([[u * np.log(41.0**2 * u / 50.0), u]]) if plan.bent else np.log([[*values.values()]])
    shape = np.tile(shape, (3, 1)) if plan.names else np.zeros((3, 0))
    level = np.array([[-1.0], [0.5], [2.0]])
    width = np.full(3, width_mev) if width_mev else None
    found = curve.efficiency(level, shape, width, None)
    selection = {"urbach_mev": 18.0} if width_mev else {}
    for k in range(3):
        from asplab.core.polaron.rates import log_rate

        scale = level[k, 0] - float(log_rate(model, 50.0, 220.0, **values))
        expected = upconversion_efficiency(
            model, detuning[0], 220.0, log_scale=scale, inhomogeneous_mev=width_mev, **selection, **values
        )
        np.testing.assert_allclose(found[k, 0], expected, rtol=1e-9)


def test_each_set_has_its_own_width() -> None:
    plan = plan_model("eq9", ModelOptions(selection_mev=15.0))
    detuning, temperature = np.array([[23.0, 77.0]]), np.array([250.0])
    curve = ModelCurve(plan, detuning, temperature, temperature)
    u = 1.0 / 23.4
    shape = np.tile([u * np.log(41.1**2 * u / 50.0), u], (3, 1))
    level = np.full((3, 1), 2.0)
    together = curve.efficiency(level, shape, np.array([1e-5, 10.0, 30.0]), None)
    for k, width in enumerate((1e-5, 10.0, 30.0)):
        alone = curve.efficiency(level[:1], shape[:1], np.array([width]), None)
        np.testing.assert_allclose(together[k], alone[0], rtol=1e-9)
    np.testing.assert_allclose(together[0], curve.efficiency(level[:1], shape[:1], None, None)[0], rtol=1e-6)
    assert np.all(np.abs(together[2] - together[0]) > 0.01)
