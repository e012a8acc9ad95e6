"""Coverage of 68 % and 95 % intervals by three methods; the long study prints the table of the guide."""

import pytest
from coverage_study import METHODS, QUANTITIES, Coverage, coverage, table
from repeat_level import CASES


@pytest.fixture(scope="module", params=["250 K, noisy", "80 K, 80 K set"])
def small(request: pytest.FixtureRequest) -> Coverage:
    return coverage(request.param, experiments=250, draws=300)


@pytest.mark.parametrize("quantity", QUANTITIES)
@pytest.mark.parametrize("method", METHODS)
def test_intervals_of_a_small_study_hold_the_truth_as_often_as_they_say(
    small: Coverage, quantity: str, method: str
) -> None:
    at_68, at_95 = small.shares[quantity][method]
    # Three standard deviations of 250 draws; η counts eight correlated points each, and a bootstrap of 300 draws
    # adds its own scatter.
    assert at_68 == pytest.approx(0.683, abs=0.09)
    assert at_95 == pytest.approx(0.95, abs=0.05)


@pytest.mark.slow
def test_the_table_of_the_guide(capsys: pytest.CaptureFixture[str]) -> None:
    found = [coverage(name, experiments=1000, draws=600) for name in CASES]
    with capsys.disabled():
        print("\n" + table(found))
    for one in found:
        for quantity in QUANTITIES:
            at_68, at_95 = one.shares[quantity]["profile"]
            assert 0.64 <= at_68 <= 0.73
            assert 0.93 <= at_95 <= 0.97
