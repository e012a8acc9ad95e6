"""What results.json, tables and words say of fits whose g and ħω the data do not determine."""

from typing import Any

import numpy as np
import pytest
from eta_tables import SIX_MEV, eq9_row
from measured_tables import table

from asplab.core import Document, Results
from asplab.core.estimate import is_systematic_told, stated_error
from asplab.core.experiment import Experiment
from asplab.core.export.report import report_html
from asplab.core.export.results_json import results_document
from asplab.core.export.tables import make_tables
from asplab.core.inference import Method, infer
from asplab.core.settings import ModelSettings, ParameterLimit

QUANTITIES = ("g_mev", "phonon_mev", "polaron_energy_mev", "huang_rhys")


def eta_document(*rows: Any) -> Document:
    """Return a document that begins with a table of η of (temperature, ΔE, η, errors)."""
    columns = {
        "temperature_k": np.concatenate([np.full(len(row[1]), row[0]) for row in rows]),
        "detuning_mev": np.concatenate([np.asarray(row[1]) for row in rows]),
        "eta": np.concatenate([np.asarray(row[2]) for row in rows]),
        "eta_error": np.concatenate([np.asarray(row[3]) for row in rows]),
    }
    return Document(Experiment("eta", tables=(table("efficiency", columns),)))


@pytest.fixture(scope="module")
def saturated() -> Results:
    rows = [(kelvin, SIX_MEV, [1.0] * 6, [0.01] * 6) for kelvin in (200.0, 250.0)]
    return infer(eta_document(*rows), Method(models=("eq9", "resonant", "thermal", "exponential")))


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    return results_document(infer(eta_document(eq9_row(200.0), eq9_row(250.0)), Method(models=("eq9", "resonant"))))


def test_saturated_data_have_no_systematic_errors_and_say_why(saturated: Results) -> None:
    document = results_document(saturated)
    fits = [row for row in document["polaron"] if row["model"] != "exponential"]
    assert len(fits) == 9
    for row in fits:
        assert row["identified"] is False
        assert row["reason"].startswith("g and ħω are not identified")
        for name in QUANTITIES:
            assert row[f"{name}_systematic"] is None
            error = row[f"{name}_error"]
            assert error is None or error <= 10.0 * row[name]
        for parameter in row.get("parameters", {}).values():
            assert (parameter["systematic"], parameter["systematic_shares"]) == (None, None)
    assert document["systematics"]["dominant"] == []
    shifts = [shift for nuisance in document["systematics"]["nuisances"] for shift in nuisance["shifts"]]
    assert {str(shift[name]) for shift in shifts for name in QUANTITIES} == {"None"}
    tables = {one.name: one for one in make_tables(saturated)}
    assert tables["systematics"].rows == ()
    assert "± nan" not in report_html(saturated, ())


def test_identified_fits_keep_their_errors(known: dict[str, Any]) -> None:
    for row in known["polaron"]:
        assert row["identified"] is True
        assert row["reason"] is None
        assert None not in [row[f"{name}_error"] for name in QUANTITIES]
        assert None not in [row[f"{name}_systematic"] for name in QUANTITIES]


def test_an_error_is_stated_while_its_interval_is_closed_or_it_is_below_ten_times_the_value() -> None:
    assert stated_error(20.0, 1e6, is_identified=True) == 1e6
    assert stated_error(20.0, 200.0, is_identified=False) == 200.0
    assert np.isnan(stated_error(20.0, 201.0, is_identified=False))
    assert is_systematic_told("polaron_energy_mev", 70.0, 1.0, is_identified=False)
    assert not is_systematic_told("polaron_energy_mev", 70.0, 70.0, is_identified=False)
    assert not is_systematic_told("phonon_mev", 23.0, 1.0, is_identified=False)


# --- intervals of compared models, and what gap they hold for --------------------------------------------
def test_eq9_of_the_comparison_has_the_intervals_of_the_chain(known: dict[str, Any]) -> None:
    for chain, compared in zip(known["polaron"], known["comparison"], strict=False):
        (eq9,) = [model for model in compared["models"] if model["model"] == "eq9"]
        for name in ("g_mev", "phonon_mev"):
            assert None not in eq9["parameters"][name]["interval68"]
            assert eq9["parameters"][name]["interval68"] == chain[f"{name}_interval68"]
            assert eq9["parameters"][name]["fixed"] is False


def test_a_fixed_parameter_has_no_interval_and_says_so(known: dict[str, Any]) -> None:
    (resonant,) = [model for model in known["comparison"][-1]["models"] if model["model"] == "resonant"]
    fixed = resonant["parameters"]["broadening_mev"]
    assert (fixed["interval68"], fixed["fixed"], fixed["error"]) == (None, True, None)


def test_eq9_with_ranges_of_its_own_does_not_borrow_the_intervals_of_the_chain() -> None:
    document = eta_document(eq9_row(200.0), eq9_row(250.0))
    limits = (ParameterLimit(parameter="phonon_mev", low=30.0, high=60.0),)
    bounded = document.with_settings(models=ModelSettings(limits=limits))
    found = results_document(infer(bounded, Method(models=("eq9", "exponential"))))
    (eq9,) = [model for model in found["comparison"][-1]["models"] if model["model"] == "eq9"]
    assert eq9["parameters"]["g_mev"]["interval68"] is None


def test_fits_say_whether_they_hold_for_a_single_gap(known: dict[str, Any]) -> None:
    assert {row["gap_model"] for row in known["polaron"]} == {"single"}
    document = eta_document(eq9_row(200.0), eq9_row(250.0))
    spread = document.with_settings(models=ModelSettings(inhomogeneous_mev=5.0))
    found = results_document(infer(spread, Method(models=("eq9",))))
    assert [model["gap_model"] for row in found["comparison"] for model in row["models"]] == ["ensemble"] * 3
    assert {row["gap_model"] for row in found["polaron"] if row["model"] == "eq9"} == {"single"}
