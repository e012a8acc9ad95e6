"""Counters at the end of names: when they are repeats."""

import pytest
from importing_samples import spectrum, table

from asplab.core.importing import edits
from asplab.core.importing.counters import counters
from asplab.core.importing.template import compile_template


def test_counters_of_one_condition_are_repeats_though_the_power_is_read_back_for_each():
    names = [f"T80/ASPL_535nm_{200 + k}.5uW_5s_{k}.asc" for k in (1, 2, 3)] + ["T80/ASPL_540nm_180.1uW_5s_2.asc"]
    assert counters(names) == {name: int(name[-5]) for name in names}


def test_a_power_series_counts_within_each_power():
    names = [f"ASPL_535nm_{p}uW_{k}.asc" for p in (10, 20) for k in (1, 2)]
    assert [counters(names)[name] for name in names] == [1, 2, 1, 2]


@pytest.mark.parametrize(
    "names",
    [
        ["PL_405nm_80.csv", "PL_405nm_120.csv"],
        ["PL_80K_450nm_1.csv"],
        ["film_1.csv", "film_2.csv"],
        ["PL_80K_rep1_1.csv", "PL_80K_rep1_2.csv"],
        ["PL_80K_1.csv", "PL_120K_1.csv"],
        ["PL_405_1.5.csv", "PL_405_2.5.csv"],
    ],
)
def test_other_numbers_at_the_end_are_left_alone(names):
    assert counters(names) == {}


def test_the_table_fills_repeats_from_counters_unless_a_template_reads_the_names(tmp_path):
    found = table(tmp_path, **{f"PL_80K_450nm_5s_{k}": spectrum(seed=k) for k in (1, 2)})
    assert [found.value(k, "repeat") for k in (0, 1)] == ["1", "2"]
    assert found.cell(0, "repeat").origin == "file name: counter 1"
    told = edits.with_template(found, compile_template("{kind}_{T:K}_{exc:nm}_{t:s}_{any}"))
    assert [told.value(k, "repeat") for k in (0, 1)] == ["", ""]
    assert edits.with_template(told, None).value(1, "repeat") == "2"
