"""Results as JSON, tables, figures and report: contract, honesty about what is unknown, and no loss of digits."""

import csv
import html.parser
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from figure_files import svg_texts
from halfway_tables import halfway

from asplab.core.document import Document
from asplab.core.efficiency.stage import FLAGS as EVERY_FLAG
from asplab.core.experiment import Experiment
from asplab.core.export.companion_figures import COMPANION_FIGURES
from asplab.core.export.figures import ENDINGS, DrawnFigure, make_figure, write_figures
from asplab.core.export.origin import origin_of
from asplab.core.export.report import report_html
from asplab.core.export.results_json import polaron_rows, results_document
from asplab.core.export.style.presets import DEFAULT
from asplab.core.export.tables import ALL_TABLE_NAMES, TABLE_NAMES, Table, csv_text, make_tables, write_tables
from asplab.core.jobs.summary import polaron_text
from asplab.core.pipeline import Results, analyse
from asplab.core.rounding import named_interval, number_with_error, number_with_interval
from asplab.core.settings import EfficiencySettings, PumpSettings
from asplab.core.virtual import VirtualExperiment

SMALL = VirtualExperiment()
"""The detunings of the small experiment are the default ones."""
QUICK = replace(DEFAULT, formats=("svg",))
"""PDF and PNG take three quarters of the time of a figure."""

KEYS = {
    "gap": {"temperature_k", "gap_mev", "gap_mev_error", "mean_photon_mev"},
    "quantum_yield": {"temperature_k", "quantum_yield", "quantum_yield_error", "quantum_yield_interval68"},
    "efficiency": {
        "temperature_k",
        "excitation_nm",
        "detuning_mev",
        "detuning_mev_error",
        "eta",
        "eta_error",
        "eta_interval68",
        "ratio_slope_per_mev",
        "truncation",
        "flags",
    },
    "polaron": {
        "scope",
        "temperature_k",
        "model",
        "g_mev",
        "g_mev_error",
        "g_mev_interval68",
        "phonon_mev",
        "phonon_mev_error",
        "phonon_mev_interval68",
        "huang_rhys",
        "polaron_energy_mev",
        "log_scale",
        "identified",
        "chi2",
        "dof",
        "aicc",
    },
    "problems": {"severity", "where", "message"},
    "sources": {"path", "sha256"},
}
FLAGS = {
    "not_determined",
    "net_cooling",
    "eta_above_1",
    "eta_below_0",
    "truncated",
    "interpolated",
    "excluded",
    "single_photon_not_verified",
    "leak_possible",
}


@pytest.fixture(scope="session")
def document(results: Results) -> dict[str, Any]:
    return results_document(results)


@pytest.fixture(scope="session")
def figures(results: Results, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[DrawnFigure, ...]]:
    folder = tmp_path_factory.mktemp("figures")
    return folder, write_figures(results, folder)


@pytest.fixture
def without_scans(experiment: Experiment) -> Results:
    return analyse(Document(replace(experiment, scans=())))


def leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def table(results: Results, name: str) -> Table:
    return next(found for found in make_tables(results) if found.name == name)


def read_csv(text: str) -> tuple[list[str], list[str], list[str], list[list[str]]]:
    """Return comment lines, header, units and rows."""
    comments = [line for line in text.splitlines() if line.startswith("#")]
    header, units, *rows = csv.reader(line for line in text.splitlines() if not line.startswith("#"))
    return comments, header, units, rows


@pytest.mark.parametrize("part", sorted(KEYS))
def test_every_row_of_results_json_has_the_keys_of_the_contract(document: dict[str, Any], part: str) -> None:
    missing = [KEYS[part] - set(row) for row in document[part]]
    assert [found for found in missing if found] == []


def test_results_json_has_every_part_of_the_contract(document: dict[str, Any]) -> None:
    parts = {"schema", "software", "sources", "settings", "gap", "quantum_yield", "efficiency", "polaron"}
    assert parts | {"companion", "problems", "simulated"} <= set(document)
    assert document["schema"] == "asplab-results/1"
    assert document["simulated"] is True


def test_results_json_is_strict_json_that_reads_back_equal(document: dict[str, Any]) -> None:
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_results_json_holds_plain_python_values_only(document: dict[str, Any]) -> None:
    assert {type(leaf) for leaf in leaves(document)} <= {str, int, float, bool, type(None)}


def test_every_anti_stokes_excitation_has_a_row(document: dict[str, Any]) -> None:
    assert len(document["efficiency"]) == 2 * len(SMALL.detuning_mev)


def test_the_report_says_how_repeats_were_paired_and_how_they_drift(results: Results) -> None:
    page = report_html(results, ())
    section = page[page.index("<h2>Repeats</h2>") : page.index("<h2>Systematic errors</h2>")]
    assert section.count("paired as given with the data") == 2
    assert re.search(r"<td>\d\.\d\d %</td><td>\d\.\d\d %</td><td>(-?\d\.\d\d|–)</td>", section)


def test_flags_come_from_the_closed_list(results: Results) -> None:
    leaky = results.document.with_settings(pump=PumpSettings(rejection_od=3.0))
    found = {flag for row in results_document(analyse(leaky))["efficiency"] for flag in row["flags"]}
    assert found <= FLAGS
    assert "leak_possible" in found
    assert set(EVERY_FLAG) | {"leak_possible"} == FLAGS


def test_the_polaron_list_has_each_temperature_and_the_joint_fit_last(document: dict[str, Any]) -> None:
    assert [row["scope"] for row in document["polaron"]] == ["temperature", "temperature", "joint"]
    assert [row["temperature_k"] for row in document["polaron"]] == [120.0, 250.0, None]


def test_the_interval_of_the_quantum_yield_lies_around_it(document: dict[str, Any]) -> None:
    for row in document["quantum_yield"]:
        low, high = row["quantum_yield_interval68"]
        assert low < row["quantum_yield"] < high


def test_sources_carry_the_checksum_of_their_bytes(document: dict[str, Any], experiment: Experiment) -> None:
    assert len(document["sources"]) == len(experiment.sources)
    assert all(len(source["sha256"]) == 64 for source in document["sources"])


def test_an_open_limit_is_null_and_the_parameter_not_identified(results: Results) -> None:
    assert results.intervals is not None
    high = np.full_like(results.intervals.phonon_high_mev, np.nan)
    unidentified = np.zeros_like(results.intervals.identified)
    open_ended = replace(results, intervals=replace(results.intervals, phonon_high_mev=high, identified=unidentified))
    for row in results_document(open_ended)["polaron"]:
        assert row["phonon_mev_interval68"][1] is None
        assert row["phonon_mev_interval68"][0] is not None
        assert row["identified"] is False


def test_an_undetermined_eta_keeps_point_and_error_and_has_open_ends(results: Results) -> None:
    fit = results.efficiency
    assert fit is not None
    low, high = fit.eta_low.copy(), fit.eta_high.copy()
    low[0, 0] = high[0, 0] = np.nan
    row = results_document(replace(results, efficiency=replace(fit, eta_low=low, eta_high=high)))["efficiency"][0]
    assert row["eta_interval68"] == [None, None]
    assert row["eta"] == fit.eta[0, 0]
    assert row["eta_error"] == fit.eta_error[0, 0]


def test_an_excluded_condition_is_reported_and_flagged(results: Results) -> None:
    assert results.efficiency is not None
    key = results.efficiency.keys[0][3]
    document = results_document(analyse(results.document.excluding(key, "leak")))
    row = next(row for row in document["efficiency"] if row["key"] == key)
    assert "excluded" in row["flags"]
    assert document["exclusions"] == [{"target": key, "reason": "leak"}]


def test_an_eta_that_cannot_be_computed_is_null_and_not_determined(results: Results) -> None:
    fit = results.efficiency
    assert fit is not None
    valid, eta = fit.valid.copy(), fit.eta.copy()
    valid[1, 2], eta[1, 2] = False, np.nan
    rows = results_document(replace(results, efficiency=replace(fit, valid=valid, eta=eta)))["efficiency"]
    lost = next(row for row in rows if row["key"] == fit.keys[1][2])
    assert (lost["eta"], lost["flags"]) == (None, ["not_determined"])
    assert lost["detuning_mev"] == pytest.approx(33.0, abs=2.0)


def test_a_shared_quantum_yield_is_one_row_without_a_temperature(results: Results) -> None:
    shared = results.document.with_settings(efficiency=EfficiencySettings(quantum_yield="shared"))
    rows = results_document(analyse(shared))["quantum_yield"]
    assert [row["temperature_k"] for row in rows] == [None]


def test_a_table_of_eta_gives_polaron_parameters_and_no_invented_numbers(from_efficiency: Results) -> None:
    document = results_document(from_efficiency)
    json.dumps(document, allow_nan=False)
    assert document["gap"] == []
    assert [row["quantum_yield"] for row in document["quantum_yield"]] == [None]
    assert {row["truncation"] for row in document["efficiency"]} == {None}
    assert document["polaron"][0]["g_mev"] is not None
    assert document["polaron"][-1]["g_mev"] is None
    assert document["polaron"][-1]["dof"] is None


def test_without_photothermal_scans_the_parts_behind_them_are_empty_and_a_problem_says_why(
    without_scans: Results,
) -> None:
    document = results_document(without_scans)
    assert document["efficiency"] == []
    assert document["polaron"] == []
    assert len(document["gap"]) == 2
    assert any(row["severity"] == "error" and "pa" in row["message"] for row in document["problems"])


def test_each_table_is_written_with_header_units_and_provenance(results: Results, tmp_path: Path) -> None:
    paths = write_tables(results, tmp_path)
    tables = [path for path in paths if path.suffix == ".csv"]
    names = [path.stem for path in tables]
    assert names[: len(TABLE_NAMES)] == list(TABLE_NAMES)
    assert "cooling" in names
    assert set(names) <= set(ALL_TABLE_NAMES)
    assert {path.name for path in paths} - {path.name for path in tables} == {"tables.xlsx", "tables.tex", "tables.md"}
    for path in tables:
        comments, header, units, rows = read_csv(path.read_text(encoding="utf-8"))
        assert comments[0].startswith("# SIMULATED")
        assert any(line.startswith("# ASPLab ") for line in comments)
        assert any(line.startswith("# settings SHA-256: ") for line in comments)
        assert len(header) == len(units)
        assert all(len(row) == len(header) for row in rows)
        assert bool(rows) == (path.stem not in ("models", "model_systematics", "power_series"))


def test_measured_data_are_not_called_simulated(results: Results, from_efficiency: Results, tmp_path: Path) -> None:
    measured = replace(results, document=Document(replace(results.document.experiment, simulated=False)))
    assert results_document(measured)["simulated"] is False
    assert not any("SIMULATED" in line for line in origin_of(measured).lines())
    assert "imulated" not in report_html(measured, ())
    assert all(
        "imulated" not in figure.svg for figure in write_figures(from_efficiency, tmp_path / "figures", preset=QUICK)
    )


def test_numbers_in_tables_keep_every_digit(results: Results) -> None:
    assert results.efficiency is not None
    _, header, units, rows = read_csv(csv_text(table(results, "efficiency"), ()))
    column = header.index("eta")
    assert [float(row[column]) for row in rows] == results.efficiency.eta.ravel().tolist()
    assert units[header.index("detuning_mev_error")] == "meV"


def test_unknown_cells_are_empty(from_efficiency: Results) -> None:
    _, header, _, rows = read_csv(csv_text(table(from_efficiency, "quantum_yield"), ()))
    assert rows[0][header.index("quantum_yield")] == ""
    assert rows[0][header.index("quantum_yield_low")] == ""


def test_the_covariance_table_is_the_covariance_of_the_fit(results: Results) -> None:
    fit = results.efficiency
    assert fit is not None
    rows = table(results, "eta_covariance").rows
    n = len(SMALL.detuning_mev)
    values = np.array([row[3] for row in rows], dtype=float).reshape(2, n, n)
    np.testing.assert_array_equal(values, fit.eta_covariance)
    assert rows[1][:3] == (fit.temperatures_k[0], fit.detuning_mev[0, 0], fit.detuning_mev[0, 1])


def test_the_intensity_table_has_every_condition_with_error_window_and_unit(results: Results) -> None:
    found = table(results, "intensities")
    error, scatter = found.columns.index("intensity_error"), found.columns.index("repeat_error")
    assert len(found.rows) == 2 * (len(SMALL.detuning_mev) + len(SMALL.stokes_detuning_mev))
    assert all(row[error] > 0 and row[scatter] > 0 for row in found.rows)  # type: ignore[operator]
    assert found.units[found.columns.index("intensity")] == "counts nm/(s µW)"


def test_the_ratio_table_counts_both_detunings_from_the_same_reference(results: Results) -> None:
    found = table(results, "ratio")
    above = {round(row[2]) for row in found.rows}  # type: ignore[arg-type]
    assert min(above) == pytest.approx(170, abs=3)
    assert len(found.rows) == 2 * len(SMALL.detuning_mev) * len(SMALL.stokes_detuning_mev)


def test_responses_that_enter_as_a_table_leave_it_unchanged(tmp_path: Path) -> None:
    rows = [
        "250,440.0,1,1.0,0.01,0.30,0.003,2440",
        "250,460.0,1,1.0,0.01,0.24,0.003,2440",
        "250,520.0,0,0.2,0.004,0.03,0.001,2440",
    ]
    header = "temperature_k,excitation_nm,is_stokes,intensity,intensity_error,pa,pa_error,gap_mev"
    found = halfway(tmp_path, "responses", [header, *rows])
    intensities, absorbed = table(found, "intensities"), table(found, "photothermal")
    assert [row[3:5] for row in intensities.rows] == [(1.0, 0.01), (1.0, 0.01), (0.2, 0.004)]
    assert sorted(row[4] for row in absorbed.rows) == [0.03, 0.24, 0.30]  # type: ignore[type-var]
    assert len(results_document(found)["efficiency"]) == 1


def test_every_figure_is_written_in_every_format(figures: tuple[Path, tuple[DrawnFigure, ...]]) -> None:
    folder, drawn = figures
    names = [figure.name for figure in drawn]
    assert [name for name in names if name not in COMPANION_FIGURES] == ["fig1c", "fig2b", "fig2c", "fig2d", "fig3"]
    assert {path.name for path in folder.iterdir()} == {f"{name}.{end}" for name in names for end in ENDINGS}


def test_figures_and_tables_tell_the_same_origin(
    figures: tuple[Path, tuple[DrawnFigure, ...]], results: Results, tmp_path: Path
) -> None:
    origin = origin_of(results)
    digests = (origin.sources_sha256, origin.settings_sha256)
    assert len(set(digests)) == 2
    table = (write_tables(results, tmp_path)[0]).read_text(encoding="utf-8")
    drawn = figures[1][0]
    metadata = (drawn.svg, (figures[0] / f"{drawn.name}.png").read_bytes().decode("latin-1"), table)
    for text in metadata:
        assert all(digest in text for digest in digests)
        assert origin.libraries in text
    assert b"/Subject" in (figures[0] / f"{drawn.name}.pdf").read_bytes()


def test_other_data_or_settings_are_another_origin(results: Results) -> None:
    experiment = results.document.experiment
    fewer = Document(replace(experiment, sources=experiment.sources[1:]), results.document.settings)
    other = replace(results.document.settings.transmission, cutoff_guard_nm=1.0)
    assert origin_of(replace(results, document=fewer)).sources_sha256 != origin_of(results).sources_sha256
    changed = replace(results, document=results.document.with_settings(transmission=other))
    assert origin_of(changed).settings_sha256 != origin_of(results).settings_sha256


def test_text_in_figures_stays_text_and_says_that_data_are_simulated(
    figures: tuple[Path, tuple[DrawnFigure, ...]],
) -> None:
    for figure in figures[1]:
        assert "simulated data</text>" in figure.svg
    assert "ΔE from PL peak (meV)" in svg_texts(next(figure.svg for figure in figures[1] if figure.name == "fig2c"))


def test_drawing_twice_gives_the_same_files(from_efficiency: Results, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_figures(from_efficiency, tmp_path / name)
    for path in sorted((tmp_path / "a").iterdir()):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_drawing_leaves_the_settings_of_matplotlib_alone(from_efficiency: Results, tmp_path: Path) -> None:
    before = dict(mpl.rcParams)
    write_figures(from_efficiency, tmp_path / "figures")
    assert dict(mpl.rcParams) == before


def test_only_figures_that_the_results_allow_are_drawn(
    from_efficiency: Results, without_scans: Results, tmp_path: Path
) -> None:
    for found, main in ((from_efficiency, ["fig2c", "fig2d", "fig3"]), (without_scans, ["fig1c"])):
        drawn = write_figures(found, tmp_path / main[0], preset=QUICK)
        assert [figure.name for figure in drawn if figure.name not in COMPANION_FIGURES] == main


class _Links(html.parser.HTMLParser):
    """Collect what a page loads, and check that its tags close."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # A link is followed by a reader, not loaded with the page.
        self.loaded += [value or "" for name, value in attrs if name == "src" or (name == "href" and tag != "a")]
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_report_is_one_page_that_loads_nothing(
    results: Results, figures: tuple[Path, tuple[DrawnFigure, ...]]
) -> None:
    page = _Links()
    page.feed(report_html(results, figures[1]))
    assert page.open == []
    assert len(page.loaded) == len(figures[1])
    assert all(address.startswith("data:image/svg+xml;base64,") for address in page.loaded)


def test_the_report_names_results_errors_settings_and_sources(results: Results) -> None:
    text = report_html(results, ())
    assert "<strong>Simulated data.</strong>" in text
    assert "Fieller" in text
    assert "integration.window_nm" in text
    assert all(source.sha256 in text for source in results.document.experiment.sources)


def test_the_report_shows_names_and_problems_as_text_not_as_markup(without_scans: Results) -> None:
    experiment = replace(without_scans.document.experiment, name="<b>bold</b>")
    text = report_html(replace(without_scans, document=Document(experiment)), ())
    assert "<b>bold" not in text
    assert "&lt;b&gt;bold" in text
    assert '<strong class="error">error</strong>' in text


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (0.84123, 0.0042, "0.8412 ± 0.0042"),
        (41.134, 0.58, "41.13 ± 0.58"),
        (5.17, 2.7, "5.2 ± 2.7"),
        (812.3, 130.0, "812 ± 130"),
        (41.134, float("nan"), "41.1"),
    ],
)
def test_a_value_is_printed_to_the_second_digit_of_its_error(value: float, error: float, text: str) -> None:
    assert number_with_error(value, error) == text


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (23.1, 21.5, 25.0, "23.1 +1.9 −1.6"),
        (0.8438, 0.8382, 0.8492, "0.8438 ± 0.0055"),
        (812.0, 702.0, 1102.0, "812 +290 −110"),
        (23.1, 18.2, None, "> 18.2"),
        (2500.0, 1951.0, None, "> 1951"),
        (23.1, None, 44.0, "< 44"),
        (23.1, None, None, "not determined"),
        (23.1, 24.0, 26.5, "23.1 [24.0, 26.5]"),
    ],
)
def test_a_value_is_printed_with_both_arms_of_its_interval_or_its_limit(
    value: float, low: float | None, high: float | None, text: str
) -> None:
    assert number_with_interval(value, low, high) == text


@pytest.mark.parametrize(
    ("value", "interval", "text"),
    [
        (23.1, [21.5, 25.0], "ħω = 23.1 +1.9 −1.6 meV"),
        (23.1, [18.2, None], "ħω > 18.2 meV"),
        (23.1, [None, None], "ħω = 23.1 ± 1.7 meV"),
        (None, [None, None], "ħω not determined"),
        (None, [1951.2, None], "ħω > 1951 meV"),
    ],
)
def test_a_named_number_reads_as_a_sentence(value: float | None, interval: list[float | None], text: str) -> None:
    row = {"phonon_mev": value, "phonon_mev_error": 1.7, "phonon_mev_interval68": interval}
    assert named_interval("ħω", row, "phonon_mev", "meV") == text


def test_an_energy_of_a_fit_without_an_ensemble_is_called_that_of_a_single_gap(results: Results) -> None:
    *_, joint = polaron_rows(results)
    for row in (joint, joint | {"identified": False, "phonon_mev_interval68": [18.2, None]}):
        words = re.findall(r"ħω [^,]*", polaron_text(row))[-1]
        assert words.endswith("meV (single gap)")
        assert "single gap" not in polaron_text(row | {"gap_model": "ensemble"})
    assert "<th>ħω / meV (single gap)</th>" in report_html(results, ())


@pytest.mark.parametrize("name", ["fig2c", "fig3"])
def test_detuning_is_counted_in_phonons_above_where_the_joint_fit_is_identified(results: Results, name: str) -> None:
    def named(found: Results) -> list[tuple[str, float]]:
        figure = make_figure(name, found)
        assert figure is not None
        figure.draw_without_rendering()
        above = [(own, axes) for axes in figure.axes for own in axes.child_axes]
        return [(own.get_xlabel(), axes.get_xlim()[1] / own.get_xlim()[1]) for own, axes in above if own.get_xlabel()]

    assert results.polaron is not None
    assert results.intervals is not None
    ((label, phonon_mev),) = named(results)
    assert label == r"$N = \Delta E/\hbar\omega$"
    assert phonon_mev == pytest.approx(results.polaron.phonon_mev[-1])
    unidentified = np.append(results.intervals.identified[:-1], False)
    assert named(replace(results, intervals=replace(results.intervals, identified=unidentified))) == []


def test_the_report_groups_problems_by_cause_and_keeps_each_message(without_scans: Results) -> None:
    page = report_html(without_scans, ())
    cause = "120 K, 250 K: there is no photothermal scan"
    assert page.index(cause) < page.index("no temperature has two Stokes excitations")
    assert page.count("there is no photothermal scan") == 3
    assert f"all {len(without_scans.problems)} messages one by one" in page


def test_the_report_says_how_far_the_nearest_place_is_from_net_cooling(results: Results) -> None:
    section = results_document(results)["companion"]["cooling"]
    nearest = max(section, key=lambda row: row["cooling_efficiency"])
    assert nearest["cooling_efficiency"] < 0.0
    told = f"Nearest to net cooling, at {nearest['temperature_k']:.0f} K: η·QY is "
    page = report_html(results, ())
    assert told in page
    sentence = page[page.index(told) :].partition("</p>")[0]
    assert f"against {nearest['needed']:.4f} at ⟨E⟩ − hν = {nearest['detuning_from_mean_mev']:.1f} meV" in sentence
