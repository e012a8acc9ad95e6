"""Fixed values, bounds and priors of rate models that no fit can work with, and those at the ends of what it can."""

import warnings
from typing import Any

import numpy as np
import pytest
from eta_tables import SIX_MEV, eta_table

from asplab.core.errors import AnalysisError, SettingsError
from asplab.core.polaron.comparison import ModelOptions, fit_model
from asplab.core.polaron.comparison.allowed import ALLOWED
from asplab.core.settings import ParameterLimit, ParameterPrior

ROWS = (
    (250.0, SIX_MEV, [0.9, 0.8, 0.7, 0.6, 0.4, 0.2], [0.02] * 6),
    (80.0, SIX_MEV, [0.8, 0.7, 0.5, 0.3, 0.1, 0.02], [0.02] * 6),
)


@pytest.mark.parametrize("model", ["eq9", "resonant", "kramers-heisenberg", "thermal"])
@pytest.mark.parametrize("name", ["g_mev", "phonon_mev"])
@pytest.mark.parametrize("end", [0, 1])
def test_the_ends_of_what_a_parameter_can_be_fixed_at_raise_no_warning(model: str, name: str, end: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        fit = fit_model(eta_table(*ROWS), model, ModelOptions(fixed={name: ALLOWED[name][end]}))
        both = fit_model(
            eta_table(*ROWS), model, ModelOptions(fixed={k: ALLOWED[k][end] for k in ("g_mev", "phonon_mev")})
        )
    for found in (fit, both):
        assert not found.fitted.any() or np.isfinite(found.chi2[:-1][found.fitted]).all()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"fixed": {"phonon_mev": 0.0}}, r"fixed value of ħω \(phonon_mev\) is 0 meV; it must lie between 0.01"),
        ({"fixed": {"phonon_mev": 1e5}}, r"fixed value of ħω \(phonon_mev\) is 100000 meV"),
        ({"fixed": {"g_mev": 1e300}}, r"fixed value of g \(g_mev\) is 1e\+300 meV"),
        ({"fixed": {"g_mev": -41.0}}, r"fixed value of g \(g_mev\) is -41 meV"),
        ({"bounds": {"phonon_mev": (1.0, np.inf)}}, r"upper bound of ħω \(phonon_mev\) is inf meV"),
        ({"bounds": {"phonon_mev": (np.nan, 30.0)}}, r"lower bound of ħω \(phonon_mev\) is nan meV"),
        ({"bounds": {"g_mev": (50.0, 50.0)}}, r"bounds of g \(g_mev\) are 50 and 50 meV; the first must"),
        ({"priors": (ParameterPrior("g_mev", -40.0, 1.0),)}, r"prior of g \(g_mev\) stands at -40 meV, outside"),
        ({"selection_mev": 10.0}, "selection_mev is 10 meV, but inhomogeneous_mev is 0"),
    ],
)
def test_values_that_no_fit_can_use_are_refused_by_name_and_unit(given: dict[str, Any], words: str) -> None:
    with pytest.raises(AnalysisError, match=words):
        fit_model(eta_table(*ROWS), "eq9", ModelOptions(**given))


def test_a_flat_background_may_be_fixed_as_infinite_but_not_bounded_so() -> None:
    fit = fit_model(eta_table(*ROWS), "parasitic", ModelOptions(fixed={"background_urbach_mev": np.inf}))
    assert fit.fitted.all()
    with pytest.raises(AnalysisError, match="upper bound of E_b"):
        fit_model(eta_table(*ROWS), "parasitic", ModelOptions(bounds={"background_urbach_mev": (1.0, np.inf)}))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ModelOptions(inhomogeneous_mev=-3.0), "inhomogeneous_mev is -3 meV"),
        (lambda: ModelOptions(inhomogeneous_mev=np.nan), "inhomogeneous_mev is nan meV"),
        (lambda: ModelOptions(inhomogeneous_mev=5.0, selection_mev=0.0), "selection_mev is 0 meV"),
        (lambda: ParameterPrior("phonon_mev", 18.0, np.inf), "standard deviation inf; it must be above 0 and finite"),
        (lambda: ParameterPrior("phonon_mev", 18.0, np.nan), "standard deviation nan"),
        (lambda: ParameterPrior("phonon_mev", np.nan, 1.0), "prior of phonon_mev stands at nan"),
        (lambda: ParameterLimit("phonon_mev", np.nan, 30.0), "lower end of the range of phonon_mev is no number"),
        (lambda: ParameterLimit("phonon_mev", 3.0, np.nan), "upper end of the range of phonon_mev is no number"),
    ],
)
def test_choices_that_mean_nothing_are_refused_where_they_are_made(make: Any, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        make()
