"""Every correction, from raw files of the virtual experiment: on, pulls of unit spread; off, the bias by formula.

The large study, whose numbers stand in the guide, takes some minutes:

    python -m pytest tests/core/corrections/test_corrected_recovery.py -m slow -s
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from correction_level import SMALL, corrected, spread
from recovery_cases import CASES
from recovery_level import GUARD_NM, NO_CHANGE, Bench, Case, Choices, Recovery, chosen, spread_range

from asplab.core.document import Document
from asplab.core.ledger import ledger
from asplab.core.pipeline import analyse

FEW, MANY = 2, 20
SWITCHED = [name for name, case in CASES.items() if case.off is not None]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("recovery"))


def require_unit_spread(found: np.ndarray, case: Case | None = None, message: str = "") -> None:
    low, high = spread_range(found.size)
    assert (0.0 if case is not None and case.is_cautious else low) < spread(found) < high, message
    assert abs(found.mean()) < 3.3 / np.sqrt(found.size), message


def require_predicted_bias(found: list[Recovery]) -> None:
    """Require what is left without the correction to be that of the formula, averaged over the experiments."""
    case, error = found[0].case, np.mean([one.errors for one in found], axis=0)
    bias = np.mean([one.bias for one in found], axis=0)
    if not case.matters:
        assert np.nanmax(np.abs(bias) / error) < NO_CHANGE
        sizes, by_formula = found[0].sizes
        assert sizes[:2] == pytest.approx(by_formula[:2], rel=0.02)
        assert sizes[2] == pytest.approx(by_formula[2], abs=0.1)
        return
    assert max(np.nanmax(np.abs(one.bias) / one.errors) for one in found) > case.least
    if case.bias is not None:
        by_formula = np.mean([one.predicted_bias for one in found], axis=0)
        allowed = case.tolerance * np.nanmax(np.abs(by_formula)) + case.slack * error / np.sqrt(len(found))
        assert np.nanmax(np.abs(bias - by_formula) / allowed) < 1.0


@pytest.mark.parametrize("name", CASES)
def test_with_the_correction_eta_comes_back_within_its_errors(name: str, bench: Bench) -> None:
    case = CASES[name]
    require_unit_spread(np.concatenate([bench.recover(case, seed).pulls for seed in range(FEW)]), case)


@pytest.mark.parametrize("name", SWITCHED)
def test_without_the_correction_eta_is_off_by_what_the_formula_says(name: str, bench: Bench) -> None:
    require_predicted_bias([bench.recover(CASES[name], 0, without=True)])


def test_every_correction_of_the_ledger_has_a_case(bench: Bench) -> None:
    steps = {step.name for step in ledger(bench.recover(CASES["dark"], 0).with_it)}
    assert steps == {step for case in CASES.values() for step in case.corrections}


# --- dark frames where no level beside the band is subtracted ------------------------------------------------
DARK = replace(SMALL, repeats=8, noise_counts=0.5, dark_counts=60.0)
BARE: Choices = {"background": {"baseline": "none"}, "integration": {"correct_truncation": False}}


def test_without_dark_and_level_the_dark_counts_as_light_over_the_whole_range() -> None:
    document = chosen(Document(DARK.experiment()), BARE)
    off = chosen(document, {"corrections": {"subtract_dark": False}})
    on, without = (analyse(one).emission for one in (document, off))
    assert on is not None
    assert without is not None
    told = [stack.members[0].condition for stack in corrected(DARK.experiment()).stacks]
    low, high = document.settings.integration.window_nm
    width_nm = np.array(
        [min((c.shortpass_nm or np.inf) - GUARD_NM, high) - max((c.longpass_nm or 0.0) + GUARD_NM, low) for c in told]
    )
    assert DARK.exposure_s is not None
    assert DARK.powers_uw is not None
    pixel_nm = DARK.wavelength_nm[1] - DARK.wavelength_nm[0]
    by_formula = DARK.dark_counts * width_nm / pixel_nm / (DARK.exposure_s * DARK.powers_uw)
    np.testing.assert_allclose(without.mean - on.mean, by_formula, rtol=0.02)
    assert np.max(by_formula / on.mean) > 0.3


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_many_experiments_have_pulls_of_unit_spread_and_the_bias_of_the_formula(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    many = Bench(tmp_path)
    found = [many.recover(case, seed, without=True) for seed in range(MANY)]
    eta, yields = (np.concatenate([getattr(one, of) for one in found]) for of in ("pulls", "yield_pulls"))
    row = (
        f"| {name} | {eta.mean():.2f}, {spread(eta):.2f} | {yields.mean():.2f}, {spread(yields):.2f} | {left(found)} |"
    )
    print(row)
    require_unit_spread(eta, case, row)
    require_unit_spread(yields, case, row)
    if case.off is not None:
        require_predicted_bias(found)


def left(found: list[Recovery]) -> str:
    """Return in words by how much η is off without the correction where it is most so, and by formula."""
    if found[0].case.off is None:
        return " | | "
    bias = np.mean([one.bias for one in found], axis=0)
    at = np.unravel_index(int(np.nanargmax(np.abs(bias))), bias.shape)
    errors = np.mean([np.nanmax(np.abs(one.bias) / one.errors) for one in found])
    if found[0].case.bias is None:
        return f"{bias[at]:+.3f} | | {errors:.0f}"
    by_formula = np.mean([one.predicted_bias for one in found], axis=0)
    return f"{bias[at]:+.3f} | {by_formula[at]:+.3f} | {errors:.0f}"
