"""Systematic errors of every compared rate model, against full fits to shifted data and against those of Eq. 9."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from measured_tables import without_effects

from asplab.core.export.report import report_html
from asplab.core.export.results_json import results_document
from asplab.core.export.tables import make_tables
from asplab.core.inference import InferredResults, Method, infer, inference_of
from asplab.core.pipeline import Results
from asplab.core.polaron.comparison import Comparison, ModelOptions, compare_models, fit_model
from asplab.core.settings import ParameterPrior
from asplab.core.systematics import effects_of, model_systematics, prepare, systematic_errors, with_systematics

MODELS = ("eq9", "kramers-heisenberg", "thermal", "exponential", "arrhenius")


@pytest.fixture(scope="module")
def plain() -> Results:
    return without_effects()


@pytest.fixture(scope="module")
def comparison(plain: Results) -> Comparison:
    assert plain.efficiency is not None
    return with_systematics(compare_models(plain.efficiency, MODELS), plain)


@pytest.fixture(scope="module")
def inferred(plain: Results) -> InferredResults:
    return infer(plain.document, Method(models=("eq9", "thermal", "exponential")))


def test_eq9_of_the_comparison_has_the_systematic_errors_of_the_chain(plain: Results, comparison: Comparison) -> None:
    chain, found = systematic_errors(plain), comparison.systematics[0]
    assert found.names == chain.names
    for quantity in ("g_mev", "phonon_mev", "polaron_energy_mev", "huang_rhys"):
        at = found.quantities.index(quantity)
        np.testing.assert_allclose(found.plus[:, at], getattr(chain.plus, quantity), rtol=5e-3)
        np.testing.assert_allclose(found.minus[:, at], getattr(chain.minus, quantity), rtol=5e-3)
        np.testing.assert_allclose(found.up[:, :, at].T, getattr(chain.up, quantity).T, rtol=2e-2, atol=1e-3)


@pytest.mark.parametrize("name", ["yield_slope_percent", "temperature_k", "ensemble_mev"])
def test_changes_of_every_model_are_those_of_full_fits(plain: Results, comparison: Comparison, name: str) -> None:
    subject = prepare(plain)
    shifted = subject.shifted({name: subject.prior[name]})[1]
    for fit, found in zip(comparison.fits, comparison.systematics, strict=True):
        if not fit.names:
            continue
        change = fit_model(shifted, fit.model).values - fit.values
        quick = found.up[found.names.index(name)][:, : len(fit.names)]
        assert np.nanmax(np.abs(quick - change) / fit.errors) < 0.02, fit.model


def test_a_model_without_parameters_has_no_systematic_error(comparison: Comparison) -> None:
    assert comparison.systematics[-1].quantities == ()
    assert comparison.systematics[-1].plus.shape == (len(comparison.temperatures_k) + 1, 0)


def test_shares_of_a_systematic_variance_add_up_to_one(comparison: Comparison) -> None:
    shares = comparison.systematics[0].shares("phonon_mev", -1)
    assert sum(share for _, share in shares) == pytest.approx(1.0)
    assert shares[0][1] >= shares[-1][1]


def test_what_a_fit_takes_care_of_itself_is_not_moved_again(plain: Results) -> None:
    assert plain.efficiency is not None
    priors = (ParameterPrior("inhomogeneous_mev", 5.0, 2.0), ParameterPrior("temperature_offset_k", 0.0, 2.0))
    effects, fixed = effects_of(plain), {"phonon_mev": 23.4}
    fit = fit_model(plain.efficiency, "eq9", ModelOptions(priors=priors, fixed=fixed))
    (found,) = model_systematics(plain, [fit])
    assert not {"ensemble_mev", "temperature_k"} & set(found.names)
    assert dict(found.left_out)["ensemble_mev"] == "the fit has a width of its own"
    assert dict(found.left_out)["temperature_k"].startswith("the temperature is a parameter")
    (aware,) = model_systematics(plain, [fit_model(plain.efficiency, "eq9", nuisances=effects)], nuisances=effects)
    assert aware.names == ("temperature_k", "ensemble_mev")
    assert "part of its statistical error" in dict(aware.left_out)["leak_ppm"]


def test_rows_that_stopped_at_a_bound_have_no_systematic_error(plain: Results) -> None:
    assert plain.efficiency is not None
    fit = fit_model(plain.efficiency, "eq9", ModelOptions(bounds={"phonon_mev": (40.0, 60.0)}))
    assert fit.at_bound[-1].any()
    (found,) = model_systematics(plain, [fit])
    assert np.isnan(found.plus[-1]).all()


def test_results_tables_and_report_tell_both_errors_of_every_model(inferred: InferredResults) -> None:
    comparison = inference_of(inferred).comparison
    assert comparison is not None
    document = results_document(inferred)
    row = next(r for r in document["polaron"] if (r["model"], r["scope"]) == ("thermal", "joint"))
    found = comparison.systematics[1]
    assert row["g_mev_systematic"] == list(found.error("g_mev", -1))
    assert row["parameters"]["g_mev"]["systematic"] == row["g_mev_systematic"]
    assert sum(row["parameters"]["g_mev"]["systematic_shares"].values()) == pytest.approx(1.0)
    joint = document["comparison"][-1]["models"]
    assert joint[2]["parameters"]["slope_per_mev"]["systematic"] == list(
        comparison.systematics[2].error("slope_per_mev", -1)
    )
    html = report_html(inferred, [])
    assert "What brings it: tables/model_systematics.csv" in html


def table_of(results: Results) -> Any:
    return next(table for table in make_tables(results) if table.name == "model_systematics")


def test_the_table_of_shifts_has_a_row_for_every_effect(inferred: InferredResults) -> None:
    comparison = inference_of(inferred).comparison
    assert comparison is not None
    table = table_of(inferred)
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    chosen = [r for r in rows if (r["model"], r["quantity"], r["scope"]) == ("exponential", "slope_per_mev", "joint")]
    found = comparison.systematics[2]
    assert [r["nuisance"] for r in chosen] == list(found.names)
    assert [r["up"] for r in chosen] == pytest.approx(found.up[:, -1, 0].tolist())
    assert sum(r["share"] for r in chosen) == pytest.approx(1.0)


def test_the_joint_comparison_tells_whether_one_scale_is_allowed(inferred: InferredResults) -> None:
    rows = results_document(inferred)["comparison"]
    comparison = inference_of(inferred).comparison
    assert comparison is not None
    test, fit = rows[-1]["models"][0]["scale_test"], comparison.fits[0].scale_test
    assert test == {
        "chi2_free": fit.chi2_free, "chi2_shared": fit.chi2_shared, "dof": fit.dof, "p_value": fit.p_value,
    }  # fmt: skip
    assert rows[0]["models"][0]["scale_test"] is None
    assert "<th>one scale" in report_html(inferred, [])


def test_nuisances_that_the_joint_fit_found_are_in_the_results(plain: Results) -> None:
    models = replace(plain.document.settings.models, nuisances=True)
    found = infer(plain.document.with_settings(models=models), Method(models=("eq9", "exponential")))
    rows = results_document(found)["comparison"][-1]["models"][0]["nuisances"]
    comparison = inference_of(found).comparison
    assert comparison is not None
    known = comparison.fits[0].nuisances
    assert known is not None
    assert [row["name"] for row in rows] == list(known.names)
    assert [row["value"] for row in rows] == pytest.approx(known.value.tolist())
