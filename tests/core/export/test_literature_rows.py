"""g and ħω against published values in every export; only where the fit identifies them."""

from dataclasses import replace

import numpy as np

from asplab.core.export.companion.literature import LITERATURE
from asplab.core.export.results_json import results_document
from asplab.core.pipeline import Results


def test_every_identified_fit_is_compared(results: Results) -> None:
    rows = results_document(results)["companion"]["literature"]
    assert results.intervals is not None
    expected = 2 * int(results.intervals.identified.sum())
    assert len(rows) == expected > 0
    phonon = [row for row in rows if row["kind"] == "phonon_energy"]
    distances = [abs(one["distance_mev"]) for one in phonon[0]["matches"]]
    assert distances == sorted(distances)
    assert str(round(phonon[0]["value_mev"]))[0] in phonon[0]["sentence"]


def test_a_distance_is_zero_inside_and_counts_from_the_nearer_end_outside(results: Results) -> None:
    for row in results_document(results)["companion"]["literature"]:
        for one in row["matches"]:
            below, above = row["value_mev"] - one["low_mev"], row["value_mev"] - one["high_mev"]
            assert np.isclose(one["distance_mev"], min(below, 0.0) + max(above, 0.0))
            assert np.sign(one["significance"]) == np.sign(one["distance_mev"])


def test_a_fit_that_is_not_identified_is_compared_with_nothing(results: Results) -> None:
    assert results.intervals is not None
    blind = replace(results.intervals, identified=np.zeros_like(results.intervals.identified))
    assert LITERATURE.rows(replace(results, intervals=blind)) is None
    assert list(LITERATURE.section(replace(results, intervals=blind))) == []


def test_the_table_has_a_row_for_each_published_value_and_fit(results: Results) -> None:
    ((_, build),) = LITERATURE.tables
    rows = results_document(results)["companion"]["literature"]
    assert len(build(results).rows) == sum(len(row["matches"]) for row in rows)


def test_the_systematic_error_of_the_same_report_counts(results: Results) -> None:
    """Documents hold it; rows of the chain alone say that their error is statistical."""
    row = next(row for row in results_document(results)["companion"]["literature"] if row["matches"])
    minus, plus = row["systematic_mev"]
    assert "(syst)" in row["sentence"]
    assert "total error" in row["sentence"]
    for one in row["matches"]:
        side = minus if one["distance_mev"] > 0.0 else plus
        total = np.inf if side is None else np.hypot(row["error_mev"], side)
        assert np.isclose(one["significance"], one["distance_mev"] / total)
    plain = (LITERATURE.rows(results) or [])[0]
    assert plain["systematic_mev"] is None
    assert "statistical error only" in plain["sentence"]
