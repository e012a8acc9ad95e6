"""``report.html``: one page that carries figures, numbers with the meaning of their errors, doubts and origin."""

import base64
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from asplab.core.document import Document
from asplab.core.energies.words import SINGLE_GAP, energy_words
from asplab.core.export.companion import companion_section
from asplab.core.export.correction_rows import correction_section
from asplab.core.export.error_sections import budget_section, check_section, systematic_section
from asplab.core.export.figures import DrawnFigure
from asplab.core.export.markup import interval, plain, table, temperature, with_both, with_error
from asplab.core.export.measurement_section import measurement_section
from asplab.core.export.methods import methods_section
from asplab.core.export.model_rows import comparison_rows, intervals_text, model_rows
from asplab.core.export.repeats_section import repeats_section
from asplab.core.export.results_json import efficiency_rows, gap_rows, polaron_rows, quantum_yield_rows, software
from asplab.core.inference import appraised, inference_of
from asplab.core.pipeline import Results
from asplab.core.problems import Problem, grouped
from asplab.core.provenance import utc_text
from asplab.core.rounding import arms, number_with_error
from asplab.core.scenarios import scenario_words
from asplab.core.settings.plain import settings_to_dict

Row = dict[str, Any]

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1a1d21;background:#fff;max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .4rem;border-bottom:1px solid #e1e4e9}
h3{font-size:1rem;margin:1.2rem 0 .3rem}.equation{margin:.6rem 0}
p.muted,figcaption{color:#5c6570}
table{border-collapse:collapse;margin:.6rem 0;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .8rem .2rem 0;text-align:right;vertical-align:top}th{border-bottom:1px solid #1a1d21}
th:first-child,td:first-child,.text th,.text td{text-align:left}td code{word-break:break-all}
.notice{background:#fdecee;color:#a01722;border:1px solid #c8202f;padding:.5rem .8rem;border-radius:6px}
.figures{display:flex;flex-wrap:wrap;gap:1.5rem;align-items:flex-start}figure{margin:0;max-width:100%}
img{max-width:100%}.error{color:#a01722}.warning{color:#8a4b00}details{margin:.6rem 0}
@media print{body{max-width:none;margin:0}h2{break-after:avoid}figure,tr{break-inside:avoid}}
"""

_ERRORS = (
    ("quantum yield", "one standard error; from repeats, photothermal baseline, band shape and dark frames together"),
    ("η ± error", "one standard error to first order. Open ends (…) of the interval mean that the data set no limit "
     "there: η is not determined"),
    ("covariance", "errors of η at one temperature are correlated (common Stokes line and baseline): see "
     "tables/eta_covariance.csv before averaging or fitting them"),
    ("truncated", "less than 0.9 of the band was seen; the rest is supplied from the band of the same temperature, "
     "with the error of its shape"),
    ("g, ħω ± error", "one standard error to first order. Prefer the interval: the two are strongly correlated and not "
     "symmetric"),
    ("not identified", "the interval is open: the data only bound the parameter on one side, or not at all"),
    ("(+ −)", "systematic error in brackets: every effect that no repeat shows moved by one prior standard deviation, "
     "everything fitted again, changes of one sign added in quadrature. It is not part of the ± and the 68 %"),
)  # fmt: skip

_BOTH = (
    '<p class="muted">Numbers read value ± statistical error (+ systematic error −): the first shrinks with more '
    "repeats, the second does not.</p>"
)

_RIGHT = {
    "profile": "Fieller's interval stays right where signals are weak, the profile where g and ħω are correlated",
    "bootstrap": "Whole repeats are drawn anew and taken through the chain to g and ħω; values are those of the fits",
    "mcmc": "Samples of the posterior from the responses on; values are those of the fits",
}


def report_html(results: Results, figures: Sequence[DrawnFigure]) -> str:
    """Return the report as one self-contained page."""
    results = appraised(results)
    experiment = results.document.experiment
    title = f"{experiment.name}{' (simulated data)' if experiment.simulated else ''}"
    made_by, method = software(), inference_of(results).method.intervals
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="muted">{made_by["name"]} {made_by["version"]}, {utc_text(datetime.now(UTC))}</p>',
        *_simulated(experiment.simulated), *_scenario(results.document),
        "<h2>Problems</h2>", *_problems(results),
        "<h2>Polaron parameters</h2>", *_polaron(results),
        *_comparison(results),
        "<h2>Consistency checks</h2>", *check_section(results),
        "<h2>Quantum yield and energies</h2>", *_quantum_yield(results),
        "<h2>Figures</h2>", *_figures(figures),
        "<h2>Up-conversion efficiency</h2>", *_efficiency(results),
        "<h2>Companion measurements</h2>", *companion_section(results),
        "<h2>Checks of the measurement</h2>", *measurement_section(results),
        "<h2>Repeats</h2>", *repeats_section(results),
        "<h2>Systematic errors</h2>", *systematic_section(results),
        "<h2>Where the errors come from</h2>", *budget_section(results),
        "<h2>What the errors mean</h2>",
        table((), (*_ERRORS, ("68 %", f"intervals by {intervals_text(results)}. {_RIGHT[method]}")), kind="text"),
        "<h2>Methods</h2>", *methods_section(results),
        "<h2>Corrections</h2>", *correction_section(results),
        "<h2>Settings</h2>", *_settings(results),
        "<h2>Sources</h2>", *_sources(results),
    ]  # fmt: skip
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    return f'<!doctype html>\n<html lang="en"><head>{head}<style>{_STYLE}</style></head><body>\n' + "\n".join(
        [*parts, "</body></html>\n"]
    )


def _simulated(simulated: bool) -> Iterator[str]:
    if simulated:
        yield '<p class="notice"><strong>Simulated data.</strong> A virtual experiment: nothing was measured.</p>'


def _scenario(document: Document) -> Iterator[str]:
    told = scenario_words(document)
    if told:
        yield f"<p>Scenario: <strong>{escape(told)}</strong></p>"


def _problems(results: Results) -> Iterator[str]:
    if not results.problems:
        yield "<p>None found.</p>"
        return
    causes = grouped(results.problems, experiment=results.document.experiment.name)
    yield from _problem_list(causes)
    if len(causes) < len(results.problems):
        yield f"<details><summary>all {len(results.problems)} messages one by one</summary>"
        yield from _problem_list(results.problems)
        yield "</details>"


def _problem_list(problems: Sequence[Problem]) -> Iterator[str]:
    yield "<ul>"
    for problem in problems:
        where, message = escape(problem.where), escape(problem.message)
        yield f'<li><strong class="{problem.severity}">{problem.severity}</strong> {where}: {message}</li>'
    yield "</ul>"


def _polaron(results: Results) -> Iterator[str]:
    rows = polaron_rows(results)
    if not rows:
        yield "<p>There is no fit.</p>"
        return
    yield table(
        (
            "T / K", "g / meV", "68 %", f"ħω / meV ({SINGLE_GAP})", "68 %", "Eₚ / meV", "S", "ln A", "χ² / dof",
            "identified",
        ),
        [
            (
                temperature(row), with_both(row, "g_mev"), interval(row, "g_mev", ".2f"),
                with_both(row, "phonon_mev"), interval(row, "phonon_mev", ".2f"),
                with_both(row, "polaron_energy_mev"), with_both(row, "huang_rhys"),
                plain(row["log_scale"], ".2f"), f"{plain(row['chi2'], '.1f')} / {plain(row['dof'], 'd')}",
                "yes" if row["identified"] else "no",
            )
            for row in rows
        ],
    )  # fmt: skip
    yield (
        '<p class="muted">Eq. 9 of Zhang et al., ACS Nano 18, 6438 (2024), as printed with the natural logarithm, in '
        "odds form with a free scale: η/(1 − η) = A w. The row “all” is the joint fit. All particles count as of one "
        "gap; where gaps scatter, such an ħω is too large.</p>"
    )
    yield _BOTH


def _comparison(results: Results) -> Iterator[str]:
    """Yield how rate models compare: all temperatures jointly first, then each by itself, and what each model says."""
    rows = comparison_rows(results)
    if not rows:
        return
    yield "<h2>Comparison of rate models</h2>"
    *separate, joint = rows
    yield from _standings(joint if len(separate) > 1 else separate[0])
    if len(separate) > 1:
        yield f"<details><summary>each of {len(separate)} temperatures by itself</summary>"
        for row in separate:
            yield from _standings(row)
        yield "</details>"
    yield "<details><summary>parameters of the models beside Eq. 9</summary>"
    yield table(
        ("T / K", "model", "g / meV", "68 %", "ħω / meV", "68 %", "Eₚ / meV", "S", "others", "χ² / dof"),
        [
            (
                temperature(row), row["model"], *_told(row, "g_mev"), *_told(row, "phonon_mev"),
                with_both(row, "polaron_energy_mev"), with_both(row, "huang_rhys"), _others(row),
                f"{plain(row['chi2'], '.1f')} / {plain(row['dof'], 'd')}",
            )
            for row in model_rows(results)
        ],
    )  # fmt: skip
    yield (
        '<p class="muted">± statistical, (in brackets) systematic: each model fitted again with every effect at plus '
        "and minus one prior standard deviation. What brings it: tables/model_systematics.csv.</p></details>"
    )


def _standings(row: Row) -> Iterator[str]:
    """Yield the table of one row of the comparison, best model first, with its verdict."""
    place = "All temperatures jointly" if row["scope"] == "joint" else f"{temperature(row)} K"
    yield f"<p><strong>{place}.</strong> {escape(row['verdict'])}</p>"
    ranked = sorted(row["models"], key=lambda model: (model["aicc"] is None, model["aicc"] or 0.0))
    yield table(
        ("model", "name", "gap", "k", "n", "χ² / dof", "AICc", "ΔAICc", "BIC", "weight", "one scale", ""),
        [
            (
                model["title"], model["model"], model["gap_model"], str(model["n_parameters"]), str(model["n_points"]),
                f"{plain(model['chi2'], '.1f')} / {plain(model['dof'], 'd')}", plain(model["aicc"], ".1f"),
                plain(model["delta_aicc"], ".2f"), plain(model["bic"], ".1f"), plain(model["weight"], ".3f"),
                _one_scale(model["scale_test"]),
                model["reason"] or "",
            )
            for model in ranked
        ],
    )  # fmt: skip


def _one_scale(test: Row | None) -> str:
    """Return the probability that one scale ln A for all temperatures is allowed."""
    if test is None:
        return "–"
    return "p < 0.001" if test["p_value"] < 1e-3 else f"p = {test['p_value']:.2g}"


_STATES = {"free": "", "fixed": " (fixed)", "at_bound": " (at its bound)"}


def _told(row: Row, key: str) -> tuple[str, str]:
    """Return a parameter with its error and whether it is a result at all, and its interval."""
    found = row["parameters"].get(key)
    if found is None or row[key] is None:
        return "–", "–"
    limits = "–" if found["interval68"] is None else interval(row, key, ".2f")
    return with_both(row, key) + _STATES[found["state"]], limits


def _others(row: Row) -> str:
    """Return the parameters that have no column of their own."""
    told = []
    for name, found in row["parameters"].items():
        if name not in ("g_mev", "phonon_mev") and found["value"] is not None:
            error = float("nan") if found["error"] is None else found["error"]
            systematic = "" if found["systematic"] is None else f" ({arms(found['systematic'])})"
            told.append(f"{name} {number_with_error(found['value'], error)}{systematic}{_STATES[found['state']]}")
    return ", ".join(told) or "–"


def _quantum_yield(results: Results) -> Iterator[str]:
    yields, gaps = quantum_yield_rows(results), gap_rows(results)
    if yields:
        yield table(
            ("T / K", "quantum yield", "68 %", "χ² / dof of the Stokes line"),
            [
                (
                    temperature(row), with_both(row, "quantum_yield"), interval(row, "quantum_yield", ".4f"),
                    f"{plain(row['chi2'], '.1f')} / {plain(row['dof'], 'd')}",
                )
                for row in yields
            ],
        )  # fmt: skip
        yield _BOTH
    if gaps:
        if words := energy_words(results):
            yield f"<p>{escape(words)}</p>"
        columns = ("T / K", "reference of ΔE / meV", "mean photon / meV", "FWHM / meV")
        yield table(
            columns,
            [
                (
                    temperature(row), with_error(row, "gap_mev"), with_error(row, "mean_photon_mev"),
                    with_error(row, "fwhm_mev"),
                )
                for row in gaps
            ],
        )  # fmt: skip
    if not yields and not gaps:
        yield "<p>Not determined.</p>"


def _efficiency(results: Results) -> Iterator[str]:
    rows = efficiency_rows(results)
    if not rows:
        yield "<p>Not determined.</p>"
        return
    yield table(
        ("T / K", "λ / nm", "ΔE / meV", "η", "68 %", "band seen", "flags"),
        [
            (
                temperature(row), plain(row["excitation_nm"], ".2f"), with_error(row, "detuning_mev"),
                with_both(row, "eta"), interval(row, "eta", ".4f"), plain(row["truncation"], ".3f"),
                ", ".join(row["flags"]).replace("_", " "),
            )
            for row in rows
        ],
    )  # fmt: skip
    yield _BOTH


def _figures(figures: Sequence[DrawnFigure]) -> Iterator[str]:
    if not figures:
        yield "<p>The results hold nothing to draw.</p>"
        return
    yield '<div class="figures">'
    for figure in figures:
        image = base64.b64encode(figure.svg.encode()).decode("ascii")
        caption = escape(figure.caption)
        yield f'<figure><img alt="{caption}" src="data:image/svg+xml;base64,{image}"><figcaption>{caption}. '
        yield f"File: figures/{figure.name}.pdf</figcaption></figure>"
    yield "</div>"


def _settings(results: Results) -> Iterator[str]:
    document = results.document
    rows = [
        (f"{record}.{name}", str(value))
        for record, values in settings_to_dict(document.settings).items()
        for name, value in values.items()
    ]
    yield f"<details><summary>{len(rows)} settings</summary>{table(('setting', 'value'), rows, kind='text')}</details>"
    excluded = [(item.target, item.reason) for item in document.exclusions.items]
    if excluded:
        yield "<p>Excluded by hand:</p>" + table(("what", "why"), excluded, kind="text")


def _sources(results: Results) -> Iterator[str]:
    rows = [(source.path, source.sha256) for source in results.document.experiment.sources]
    yield f"<details><summary>{len(rows)} files</summary>{table(('file', 'SHA-256'), rows, kind='text')}</details>"
    versions = ", ".join(f"{name} {value}" for name, value in software().items() if name not in ("name", "version"))
    yield f'<p class="muted">Computed with {escape(versions)}.</p>'
