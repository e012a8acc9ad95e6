"""``report.html``: one page that carries figures, numbers with the meaning of their errors, doubts and origin."""

import base64
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

import numpy as np

from asplab.core.cooling import cooling_threshold
from asplab.core.export.figures import DrawnFigure
from asplab.core.export.numbers import number_with_error
from asplab.core.export.results_json import efficiency_rows, gap_rows, polaron_rows, quantum_yield_rows, software
from asplab.core.pipeline import Results
from asplab.core.problems import Problem, grouped
from asplab.core.provenance import utc_text
from asplab.core.settings_io import settings_to_dict

Row = dict[str, Any]

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1a1d21;background:#fff;max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .4rem;border-bottom:1px solid #e1e4e9}
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
    ("η ± error", "one standard error to first order; the interval is Fieller's 68 %, which stays right where signals "
     "are weak. Open ends (…) mean that the data set no limit there: η is not determined"),
    ("covariance", "errors of η at one temperature are correlated (common Stokes line and baseline): see "
     "tables/eta_covariance.csv before averaging or fitting them"),
    ("truncated", "less than 0.9 of the band was seen; the rest is supplied from the band of the same temperature, "
     "with the error of its shape"),
    ("g, ħω ± error", "one standard error to first order; the interval is the 68 % profile-likelihood interval. Prefer "
     "the interval: the two are strongly correlated and not symmetric"),
    ("not identified", "the interval is open: the data only bound the parameter on one side, or not at all"),
    ("not included", "what no repeat shows and no setting states: wavelength calibration, filter edges, ensemble"),
)  # fmt: skip


def report_html(results: Results, figures: Sequence[DrawnFigure]) -> str:
    """Return the report as one self-contained page."""
    experiment = results.document.experiment
    title = f"{experiment.name}{' (simulated data)' if experiment.simulated else ''}"
    made_by = software()
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="muted">{made_by["name"]} {made_by["version"]}, {utc_text(datetime.now(UTC))}</p>',
        *_simulated(experiment.simulated),
        "<h2>Problems</h2>", *_problems(results),
        "<h2>Polaron parameters</h2>", *_polaron(results),
        "<h2>Quantum yield and energies</h2>", *_quantum_yield(results),
        "<h2>Figures</h2>", *_figures(figures),
        "<h2>Up-conversion efficiency</h2>", *_efficiency(results),
        "<h2>What the errors mean</h2>", _table((), _ERRORS, kind="text"),
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


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], *, kind: str = "") -> str:
    """Return a table; cells are texts, escaped here."""
    lines = [f'<table class="{kind}">' if kind else "<table>"]
    if header:
        lines.append("<tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in header) + "</tr>")
    lines += ["<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows]
    return "\n".join([*lines, "</table>"])


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


def _with_error(row: Row, key: str) -> str:
    value, error = row.get(key), row.get(f"{key}_error")
    return "–" if value is None else number_with_error(value, float("nan") if error is None else error)


def _number(value: float | None, digits: str) -> str:
    return "–" if value is None else format(value, digits)


def _interval(row: Row, key: str, digits: str) -> str:
    low, high = row[f"{key}_interval68"]
    if low is None and high is None:
        return "open"
    return f"{'…' if low is None else format(low, digits)} to {'…' if high is None else format(high, digits)}"


def _temperature(row: Row) -> str:
    return "all" if row["temperature_k"] is None else f"{row['temperature_k']:.1f}"


def _polaron(results: Results) -> Iterator[str]:
    rows = polaron_rows(results)
    if not rows:
        yield "<p>There is no fit.</p>"
        return
    yield _table(
        ("T / K", "g / meV", "68 %", "ħω / meV", "68 %", "Eₚ / meV", "S", "ln A", "χ² / dof", "identified"),
        [
            (
                _temperature(row), _with_error(row, "g_mev"), _interval(row, "g_mev", ".2f"),
                _with_error(row, "phonon_mev"), _interval(row, "phonon_mev", ".2f"),
                _with_error(row, "polaron_energy_mev"), _with_error(row, "huang_rhys"),
                _number(row["log_scale"], ".2f"), f"{_number(row['chi2'], '.1f')} / {_number(row['dof'], 'd')}",
                "yes" if row["identified"] else "no",
            )
            for row in rows
        ],
    )  # fmt: skip
    yield (
        '<p class="muted">Eq. 9 of Zhang et al., ACS Nano 18, 6438 (2024), as printed with the natural logarithm, in '
        "odds form with a free scale: η/(1 − η) = A w. The row “all” is the joint fit.</p>"
    )


def _quantum_yield(results: Results) -> Iterator[str]:
    yields, gaps = quantum_yield_rows(results), gap_rows(results)
    if yields:
        yield _table(
            ("T / K", "quantum yield", "68 %", "χ² / dof of the Stokes line"),
            [
                (
                    _temperature(row), _with_error(row, "quantum_yield"), _interval(row, "quantum_yield", ".4f"),
                    f"{_number(row['chi2'], '.1f')} / {_number(row['dof'], 'd')}",
                )
                for row in yields
            ],
        )  # fmt: skip
    if gaps:
        columns = ("T / K", "reference of ΔE / meV", "mean photon / meV", "FWHM / meV")
        yield _table(
            columns,
            [
                (
                    _temperature(row), _with_error(row, "gap_mev"), _with_error(row, "mean_photon_mev"),
                    _number(row.get("fwhm_mev"), ".1f"),
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
    yield _table(
        ("T / K", "λ / nm", "ΔE / meV", "η", "68 %", "band seen", "flags"),
        [
            (
                _temperature(row), _number(row["excitation_nm"], ".2f"), _with_error(row, "detuning_mev"),
                _with_error(row, "eta"), _interval(row, "eta", ".4f"), _number(row["truncation"], ".3f"),
                ", ".join(row["flags"]).replace("_", " "),
            )
            for row in rows
        ],
    )  # fmt: skip
    yield from _cooling(results)


def _cooling(results: Results) -> Iterator[str]:
    """Say how far the best point is from net cooling."""
    fit, responses = results.efficiency, results.responses
    if fit is None or responses is None:
        return
    product = fit.eta * fit.quantum_yield[:, None]
    threshold = cooling_threshold(fit.detuning_mev, responses.mean_photon_mev[:, None])
    distance = np.where(fit.valid & np.isfinite(product), product - threshold, -np.inf)
    if not np.isfinite(distance).any():
        return
    t, j = np.unravel_index(int(np.argmax(distance)), distance.shape)
    yield (
        f'<p class="muted">Net optical cooling begins where η·QY exceeds 1 − ΔE/⟨E⟩. Nearest to it: '
        f"{fit.temperatures_k[t]:.0f} K, ΔE = {fit.detuning_mev[t, j]:.1f} meV, with η·QY = {product[t, j]:.3f} "
        f"against {threshold[t, j]:.3f}.</p>"
    )


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
    yield f"<details><summary>{len(rows)} settings</summary>{_table(('setting', 'value'), rows, kind='text')}</details>"
    excluded = [(item.target, item.reason) for item in document.exclusions.items]
    if excluded:
        yield "<p>Excluded by hand:</p>" + _table(("what", "why"), excluded, kind="text")


def _sources(results: Results) -> Iterator[str]:
    rows = [(source.path, source.sha256) for source in results.document.experiment.sources]
    yield f"<details><summary>{len(rows)} files</summary>{_table(('file', 'SHA-256'), rows, kind='text')}</details>"
    versions = ", ".join(f"{name} {value}" for name, value in software().items() if name not in ("name", "version"))
    yield f'<p class="muted">Computed with {escape(versions)}.</p>'
