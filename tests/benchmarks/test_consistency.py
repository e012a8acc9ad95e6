"""How long all consistency checks of a fit take; they stand beside it while an edge is dragged.

Run by hand: ``python -m pytest tests/benchmarks/test_consistency.py -m benchmark``. The unmarked test runs in the
ordinary suite: it checks that what is measured is all checks of eleven temperatures.
"""

import pytest

from asplab.core import Results
from asplab.core.consistency import check_consistency
from asplab.core.settings import GivenEnergy


@pytest.fixture(scope="module")
def results(analysed_base) -> Results:
    return analysed_base[1]


def all_checks(results: Results):
    energies = results.energies
    absorption = [
        GivenEnergy(float(t), float(peak) + 30.0, 1.0)
        for t, peak in zip(energies.temperatures_k, energies.peak_mev, strict=True)
    ]
    return check_consistency(results, absorption=absorption)


def test_every_temperature_is_checked(results):
    found = all_checks(results)
    assert len({check.place for check in found}) == 12
    assert sum(check.status != "not applicable" for check in found) > 90


@pytest.mark.benchmark
def test_all_checks_of_eleven_temperatures(results, benchmark):
    benchmark(lambda: all_checks(results))
