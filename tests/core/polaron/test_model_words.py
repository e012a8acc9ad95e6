"""What comparisons and plans of rate models say where priors, fixed values or a single temperature play a part."""

import pytest
from eta_tables import eq9_row, eta_table

from asplab.core.polaron.comparison import ModelOptions, compare_models, fit_model, plan_measurement
from asplab.core.settings import ParameterPrior

TIGHT = ParameterPrior("phonon_mev", 23.4, 0.1, "Raman, this sample")
WRONG = ParameterPrior("phonon_mev", 12.0, 0.5, "bulk LO")


def test_what_a_prior_fixed_is_not_said_of_the_data() -> None:
    data = eta_table(eq9_row(250.0))
    verdict = compare_models(
        data, ("eq9", "arrhenius"), ModelOptions(), own_options={"eq9": ModelOptions(priors=(TIGHT,))}
    ).verdicts[0]
    assert "the data fix" not in verdict
    assert "data and priors (ħω 23.4 ± 0.1 meV, Raman, this sample; pull " in verdict
    assert ") fix E_p = " in verdict
    assert verdict.rstrip().endswith("ħω comes from its prior: the data hardly narrow it.")


def test_a_wide_prior_is_named_but_what_the_data_narrow_is_not_called_its_own() -> None:
    data = eta_table(eq9_row(250.0, relative=0.003))
    options = {"eq9": ModelOptions(priors=(ParameterPrior("phonon_mev", 25.0, 20.0),))}
    verdict = compare_models(data, ("eq9", "arrhenius"), own_options=options).verdicts[0]
    assert "data and priors (ħω 25 ± 20 meV; pull " in verdict
    assert "comes from its prior" not in verdict


def test_a_strained_prior_is_told_before_the_misfit() -> None:
    data = eta_table(eq9_row(250.0, relative=0.003))
    found = compare_models(data, ("eq9",), ModelOptions(priors=(WRONG,)))
    assert abs(found.fits[0].priors[0].pull[0]) > 2.0
    verdict = found.verdicts[0]
    strained, misfit = verdict.index("data and prior disagree"), verdict.index("misses the data")
    assert strained < misfit
    assert "ħω 12 ± 0.5 meV, bulk LO; pull " in verdict[:strained]


def test_one_temperature_has_no_joint_fit_for_the_reason_given() -> None:
    found = compare_models(eta_table(eq9_row(250.0)), ("eq9", "arrhenius"))
    assert found.verdicts[-1] == "There is no joint fit: it needs two temperatures with at least 3 points each."
    assert all(row[-1] in found.verdicts[-1].replace("it needs", "the joint fits need") for row in found.reasons)


@pytest.mark.parametrize(
    ("fixed", "words"),
    [
        ({"phonon_mev": 23.4}, "With Eq. 9 as printed: with ħω = 23.4 meV fixed, the data fix E_p = "),
        ({"g_mev": 41.1}, "With Eq. 9 as printed: with g = 41.1 meV fixed, the data fix E_p = "),
        (
            {"g_mev": 41.1, "phonon_mev": 23.4},
            "g = 41.1 meV and ħω = 23.4 meV are fixed, so that the data set only the scale.",
        ),
    ],
)
def test_the_verdict_goes_on_where_a_parameter_is_fixed(fixed: dict[str, float], words: str) -> None:
    data = eta_table(eq9_row(250.0, relative=0.01))
    options = {"eq9": ModelOptions(fixed=fixed)}
    verdict = compare_models(data, ("eq9", "arrhenius"), own_options=options).verdicts[0]
    assert words in verdict
    assert not verdict.rstrip().endswith(":")


def test_couplings_of_single_modes_are_told_too() -> None:
    data = eta_table(eq9_row(250.0, relative=0.02))
    options = ModelOptions(modes_mev=(5.0, 25.0), inhomogeneous_mev=5.0)
    verdict = compare_models(data, ("multimode-thermal",), options).verdicts[0]
    assert "g of mode 1" in verdict
    assert "g_1_mev" not in verdict


def test_plans_and_problems_speak_in_symbols_and_units() -> None:
    data = eta_table(eq9_row(250.0))
    advice = plan_measurement(fit_model(data, "eq9"), eta_error=0.02).advice
    assert "the error of ħω from " in advice
    assert " meV." in advice
    bounded = fit_model(data, "eq9", ModelOptions(bounds={"phonon_mev": (1.0, 5.0)}))
    (message,) = [problem.message for problem in bounded.problems if "stopped" in problem.message]
    assert "ħω stopped at 5 meV, where its range 1 to 5 meV" in message
    stuck = plan_measurement(bounded, eta_error=0.02).advice
    assert stuck.startswith("ħω has no error")
    for words in (advice, message, stuck):
        assert "phonon_mev" not in words
