"""What a check tells before loading refuses it."""

import openpyxl
import pytest
from importing_samples import frames, row_of, spectrum, table

from asplab.core.importing import edits
from asplab.core.importing.scan import scan
from asplab.core.importing.survey import survey
from asplab.core.importing.table import table_of
from asplab.core.importing.write import experiment_of


def scans(path, *headers):
    """Write a workbook with a sheet for each of two temperatures."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet in ("80 K", "140 K"):
        page = book.create_sheet(sheet)
        page.append(headers)
        for k in range(12):
            page.append([500.0 + k, *(1e-6 * (k + j) for j in range(1, len(headers)))])
    book.save(path)
    return table_of(scan([path]))


def errors(found):
    return [(p.where, p.message) for p in survey(found).problems if p.severity == "error"]


def test_a_scan_whose_columns_loading_refuses_is_an_error_of_the_check(tmp_path):
    found = scans(tmp_path / "PA.xlsx", "lambda (nm)", "X #1 (V)", "Y #1 (V)", "X #2 (V)", "Y #2 (V)")
    told = errors(found)
    assert [where for where, _ in told] == ["PA.xlsx [80 K]", "PA.xlsx [140 K]"]
    assert told[0][1].startswith("it can't be loaded as PA scan: no column is named lockin_x_v")
    assert experiment_of(found).scans == ()


def test_a_scan_that_loads_is_no_error(tmp_path):
    found = scans(tmp_path / "PA.xlsx", "lambda (nm)", "X (V)", "Y (V)", "power (uW)")
    assert errors(found) == []
    assert len(experiment_of(found).scans) == 2


def test_a_sheet_named_by_its_temperature_says_it(tmp_path):
    found = scans(tmp_path / "PA.xlsx", "lambda (nm)", "X (V)", "Y (V)", "power (uW)")
    assert [found.value(k, "temperature_k") for k in (0, 1)] == ["80", "140"]
    assert found.value(0, "kind") == "pa"


@pytest.mark.parametrize("kind", ["pl", "aspl", "dark", "pa", "response", "absorption"])
def test_the_check_refuses_what_loading_refuses(tmp_path, kind):
    wide = "wavelength_nm,one,two\n" + "".join(f"{500 + k},{k},{2 * k}\n" for k in range(9))
    found = table(tmp_path, a_80K_450nm=spectrum(), b_80K_450nm=wide)
    found = edits.with_kind(found, range(2), kind)
    experiment = experiment_of(found)
    loaded = {record.source for record in (*experiment.spectra, *experiment.scans, *experiment.curves)}
    assert {row.file for row in found.rows} - loaded == {where for where, _ in errors(found)}


def test_a_choice_of_frames_among_nameless_columns_is_no_error(tmp_path):
    found = table(tmp_path, pl_80K_450nm=frames(3))
    assert [message for _, message in errors(found) if "can't be loaded" in message] == []
    chosen = edits.with_frames(found, [row_of(found, "pl_80K_450nm.csv")], "mean")
    assert errors(chosen) == []
