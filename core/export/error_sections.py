"""Sections of the report beside the results: systematic errors, sources of variances, consistency checks."""

from collections.abc import Iterator
from html import escape
from typing import Any

from asplab.core.export.error_rows import (
    SOURCE_TITLES,
    appraisal_of,
    budget_rows,
    check_rows,
    conflicts,
    systematics_row,
)
from asplab.core.export.error_words import fitted_rows, is_identified
from asplab.core.export.markup import plain, table, temperature, with_error
from asplab.core.pipeline import Results
from asplab.core.problems import shortened
from asplab.core.rounding import rounded, two_digits
from asplab.core.systematics.nuisances import NUISANCES

Row = dict[str, Any]

_SYMBOLS = {
    "quantum_yield": "QY", "eta": "η", "phonon_mev": "ħω", "g_mev": "g", "polaron_energy_mev": "Eₚ", "huang_rhys": "S",
}  # fmt: skip
_SHIFTED = ("phonon_mev", "g_mev", "polaron_energy_mev", "huang_rhys")
_SPLIT = ("phonon_mev", "g_mev", "polaron_energy_mev", "quantum_yield", "eta")
_MOST_SOURCES = 3
_LEAST_SHARE = 0.05


def systematic_section(results: Results) -> Iterator[str]:
    """Yield what the systematic errors are made of, in words, then effect by effect."""
    found = systematics_row(results)
    if found["reason"] is not None:
        yield f"<p>None: {escape(found['reason'])}.</p>"
        return
    words = [line.replace("E_p", _SYMBOLS["polaron_energy_mev"]) for line in found["words"]]
    yield "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in words) + "</ul>"
    if not found["nuisances"]:
        return
    for place, rows in _shown_rows(results, found):
        yield (
            f"<p>Changes of {place} for each effect, added at plus and minus one prior standard deviation. If the "
            "data hold it, the truth lies the other way; the error of an effect that can't be negative stands "
            "there.</p>"
        )
        header = ("effect", "prior", *(f"{_SYMBOLS[name]}{_unit(name)}" for name in _SHIFTED))
        yield table(header, rows)
    yield '<p class="muted">Every result and temperature: tables/systematics.csv.</p>'


def _shown_rows(results: Results, found: Row) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Return the rows of the joint fit, or of every fitted temperature; none where g and ħω are not identified."""
    shifts = found["nuisances"][0]["shifts"]
    return [
        (
            "the joint fit" if shifts[i]["scope"] == "joint" else f"the fit at {temperature(shifts[i])} K",
            [_shift_cells(nuisance, nuisance["shifts"][i]) for nuisance in found["nuisances"]],
        )
        for i in fitted_rows(results)
        if is_identified(results, i)
    ]


def _shift_cells(nuisance: Row, shift: Row) -> tuple[str, ...]:
    is_one_sided = nuisance["one_sided"]
    prior = f"{'' if is_one_sided else '±'}{rounded(nuisance['prior'])} {nuisance['unit']}"
    return nuisance["title"], prior, *(_change(shift[name][: 1 if is_one_sided else 2]) for name in _SHIFTED)


def _unit(quantity: str) -> str:
    return " / meV" if quantity.endswith("_mev") else ""


def _change(ends: list[float | None]) -> str:
    return " / ".join("not determined" if end is None else _signed(end) for end in ends)


def _signed(value: float) -> str:
    return f"{'−' if value < 0.0 else '+'}{two_digits(abs(value))}"


def budget_section(results: Results) -> Iterator[str]:
    """Yield the largest sources of each result in words, then all shares of the fit."""
    rows = budget_rows(results)
    if not rows:
        yield "<p>There is no η with a fit of it, so nothing to split up.</p>"
        return
    joint = [row for row in rows if row["scope"] == "joint"]
    own = [row for row in rows if row["quantity"] not in ("quantum_yield", "eta") and row["scope"] == "temperature"]
    chosen = [row for row in joint or own if row["statistical_shares"] is not None]
    lines = [*(_line(row) for row in chosen), *_reasons([row for row in joint or own if row not in chosen])]
    lines += [_mean_line(quantity, rows) for quantity in ("quantum_yield", "eta")]
    yield "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines if line) + "</ul>"
    if chosen:
        yield table(("source", *(_heading(row) for row in chosen)), _share_rows(chosen))
    yield (
        '<p class="muted">Shares of a variance, to first order; of the statistical one, and in brackets of statistical '
        "and systematic together. Every result: tables/budget.csv.</p>"
    )


def _heading(row: Row) -> str:
    place = "" if row["scope"] == "joint" else f" {temperature(row)} K"
    return f"{_SYMBOLS[row['quantity']]}{place}"


def _named(row: Row) -> str:
    symbol = _SYMBOLS[row["quantity"]]
    return f"{symbol} of the joint fit" if row["scope"] == "joint" else f"{symbol} at {temperature(row)} K"


def _title(source: str) -> str:
    return NUISANCES[source].title if source in NUISANCES else SOURCE_TITLES[source]


def _line(row: Row) -> str:
    """Return what brings the variance of a result, in words."""
    text = f"{_named(row)}: statistical error from {_largest(row['statistical_shares'])}"
    if row["total_shares"] is None:
        return f"{text}; with the systematic ones not split up, {row['reason']}."
    systematic = sum(share for name, share in row["total_shares"].items() if name in NUISANCES)
    return f"{text}; {100.0 * systematic:.0f} % of the whole variance is systematic." if systematic else f"{text}."


def _reasons(rows: list[Row]) -> Iterator[str]:
    """Yield why variances are not split up, once for each reason."""
    for reason in dict.fromkeys(row["reason"] for row in rows):
        yield f"{shortened([_named(row) for row in rows if row['reason'] == reason])}: not split up, {reason}."


def _largest(shares: dict[str, float]) -> str:
    ordered = sorted(shares.items(), key=lambda share: -share[1])
    return ", ".join(
        f"{_title(name)} ({100.0 * share:.0f} %)"
        for i, (name, share) in enumerate(ordered[:_MOST_SOURCES])
        if share >= _LEAST_SHARE or i == 0
    )


def _mean_line(quantity: str, rows: list[Row]) -> str:
    """Return the mean shares of a quantity that has many results."""
    own = [row for row in rows if row["quantity"] == quantity]
    known = [row["statistical_shares"] for row in own if row["statistical_shares"] is not None]
    symbol = _SYMBOLS[quantity]
    if not known:
        reasons = list(dict.fromkeys(row["reason"] for row in own))
        return f"{symbol}: not split up, {', '.join(reasons)}." if reasons else ""
    names = dict.fromkeys(name for shares in known for name in shares)
    means = {name: sum(shares.get(name, 0.0) for shares in known) / len(known) for name in names}
    return f"{symbol}, mean over {len(known)}: statistical error from {_largest(means)}."


def _share_rows(rows: list[Row]) -> list[tuple[str, ...]]:
    names = dict.fromkeys(name for row in rows for name in [*row["statistical_shares"], *(row["total_shares"] or {})])
    ordered = [*(name for name in names if name not in NUISANCES), *(name for name in names if name in NUISANCES)]
    return [(_title(name), *(_share(row, name) for row in rows)) for name in ordered]


def _share(row: Row, name: str) -> str:
    statistical, total = row["statistical_shares"].get(name), (row["total_shares"] or {}).get(name)
    told = [] if statistical is None else [f"{100.0 * statistical:.1f} %"]
    told += [] if total is None else [f"({100.0 * total:.1f} %)"]
    return " ".join(told) or "–"


def check_section(results: Results) -> Iterator[str]:
    """Yield the conflicts in words, then every check in a table, conflicts first."""
    rows = check_rows(results)
    if not rows:
        yield f"<p>{'No check was made.' if appraisal_of(results) is None else 'There is no fit to check.'}</p>"
        return
    counts = {status: sum(row["status"] == status for row in rows) for status in _STATUSES}
    yield (
        f"<p>{counts['conflicts']} of {len(rows)} checks conflict, {counts['marginal']} are marginal (a bound is "
        f"passed within the error), {counts['agrees']} agree, {counts['not applicable']} could not be made.</p>"
    )
    found = conflicts(results)
    if found:
        yield "<ul>"
        for check, others in found:
            also = f" Also at: {escape(', '.join(others))}." if others else ""
            title, place = escape(check.title), escape(check.place)
            yield f'<li><strong class="error">{title}</strong>, {place}: {escape(check.meaning)}{also}</li>'
        yield "</ul>"
    ranked = sorted(rows, key=lambda row: _STATUSES.index(row["status"]))
    yield f"<details><summary>all {len(rows)} checks with their numbers</summary>"
    yield table(
        ("check", "T / K", "status", "numbers", "deviation / σ", "meaning"),
        [
            (
                row["title"], "joint fit" if row["scope"] == "joint" else temperature(row), row["status"],
                _numbers(row), plain(row["pull"], ".1f"), row["meaning"],
            )
            for row in ranked
        ],
        kind="text",
    )  # fmt: skip
    yield "</details>"


_STATUSES = ("conflicts", "marginal", "agrees", "not applicable")


def _numbers(row: Row) -> str:
    """Return the numbers of a check: ``first, expected ≤ second; others``."""
    told = [f"{found['name']}: {_with_unit(found)}" for found in row["numbers"]]
    if row["relation"]:
        told[:2] = [f"{told[0]}, expected {row['relation']} {told[1]}"]
    return "; ".join(told)


def _with_unit(found: Row) -> str:
    return f"{with_error({'value': found['value'], 'value_error': found['error']}, 'value')} {found['unit']}".rstrip()
