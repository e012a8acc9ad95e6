"""Samples side by side: a table of their numbers, one of their η at the same detunings, and a figure."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asplab.core.efficiency.fixed_laser import eta_at, follow
from asplab.core.export.reported import markdown_text
from asplab.core.export.results_json import software
from asplab.core.export.table import Table, csv_text, from_rows
from asplab.core.export.workbook import workbook_bytes
from asplab.core.jobs.batch.rows import SampleRows
from asplab.core.provenance import utc_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Named = tuple[str, SampleRows | None, str]
"""Name of a sample, what is compared of it, and why there is nothing."""

SAMPLES_NAME, ETA_NAME, FIGURE_NAME = "samples", "samples_eta", "samples"
_MOST_DETUNINGS = 3
_COLUMNS = (
    "sample", "experiment", "scope", "temperature_k", "quantum_yield", "quantum_yield_error", "quantum_yield_low",
    "quantum_yield_high", "g_mev", "g_mev_error", "g_mev_low", "g_mev_high", "phonon_mev", "phonon_mev_error",
    "phonon_mev_low", "phonon_mev_high", "huang_rhys", "huang_rhys_error", "huang_rhys_low", "huang_rhys_high",
    "polaron_energy_mev", "polaron_energy_mev_error", "polaron_energy_mev_low", "polaron_energy_mev_high", "failure",
)  # fmt: skip
_ETA_COLUMNS = (
    "sample", "temperature_k", "detuning_mev", "eta", "eta_error", "eta_low", "eta_high", "interpolated", "reason",
)  # fmt: skip


def write_comparison(samples: Sequence[Named], folder: Path, *, detunings_mev: Sequence[float]) -> None:
    """Write tables (CSV, workbook, Markdown) and the figure of all samples into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = (samples_table(samples), eta_table(samples, detunings_mev))
    header = tuple(_header(samples))
    for table in tables:
        (folder / f"{table.name}.csv").write_text(csv_text(table, header), encoding="utf-8", newline="\n")
    (folder / "samples.xlsx").write_bytes(workbook_bytes(tables, header))
    (folder / "samples.md").write_text(markdown_text(tables, header), encoding="utf-8", newline="\n")
    _write_figure(samples, tables[1], folder, "; ".join(line for line in header if not line.startswith("written")))


def samples_table(samples: Sequence[Named]) -> Table:
    """Return quantum yield and polaron parameters of every sample and temperature; why, where a sample failed."""
    title = "quantum yield and polaron parameters of all samples; no temperature: of the joint fit, or one for all"
    rows = [row for name, found, failure in samples for row in _sample_rows(name, found, failure)]
    return from_rows(SAMPLES_NAME, title, _COLUMNS, rows)


def eta_table(samples: Sequence[Named], detunings_mev: Sequence[float]) -> Table:
    """Return η of every sample at the same detunings, those of the first sample where none are given."""
    title = "η at the same detunings, interpolated between neighbours where no excitation lies within 1 meV"
    chosen = tuple(detunings_mev) or _usual(samples)
    rows = [row for name, found, _ in samples if found is not None for row in _eta_rows(name, found, chosen)]
    return from_rows(ETA_NAME, title, _ETA_COLUMNS, rows)


def _header(samples: Sequence[Named]) -> Iterator[str]:
    made_by = software()
    if any(found is not None and found.simulated for _, found, _ in samples):
        yield "SIMULATED DATA among the samples: from a virtual experiment, nothing was measured"
    yield f"{made_by['name']} {made_by['version']}"
    yield f"written {utc_text(datetime.now(UTC))}"
    yield "errors are one standard error; low and high are the ends of a 68 % interval, empty where open"


def _sample_rows(name: str, found: SampleRows | None, failure: str) -> Iterator[dict[str, Any]]:
    """Yield one row for each temperature and the joint fit, from the rows of yields and of fits."""
    empty = dict.fromkeys(c for c in _COLUMNS if not c.endswith(("_low", "_high")))
    intervals = {f"{c.removesuffix('_low')}_interval68": None for c in _COLUMNS if c.endswith("_low")}
    blank = empty | intervals | {"sample": name}
    if found is None:
        yield blank | {"failure": failure}
        return
    blank |= {"experiment": found.experiment}
    yields = {row["temperature_k"]: row for row in found.yields}
    fits = {row["temperature_k"]: row for row in found.fits if row["model"] == "eq9"}
    for kelvin in sorted({*yields, *fits}, key=lambda t: float("inf") if t is None else t):
        scope = "joint" if kelvin is None and kelvin in fits else "temperature"
        yield blank | yields.get(kelvin, {}) | fits.get(kelvin, {}) | {"scope": scope, "temperature_k": kelvin}


def _usual(samples: Sequence[Named]) -> tuple[float, ...]:
    for _, found, _ in samples:
        if found is not None and found.efficiency is not None:
            followed = [one.detuning_mev for one in follow(found.efficiency, _MOST_DETUNINGS)]
            return tuple(followed or found.detunings_mev[:_MOST_DETUNINGS])
    return ()


def _eta_rows(name: str, found: SampleRows, detunings_mev: Sequence[float]) -> Iterator[dict[str, Any]]:
    if found.efficiency is None:
        return
    for detuning in detunings_mev:
        at = eta_at(found.efficiency, detuning)
        for t, kelvin in enumerate(at.temperatures_k):
            yield {
                "sample": name,
                "temperature_k": float(kelvin),
                "detuning_mev": float(detuning),
                "eta": float(at.eta[t]),
                "eta_error": float(at.eta_error[t]),
                "eta_interval68": [float(at.eta_low[t]), float(at.eta_high[t])],
                "interpolated": bool(at.interpolated[t]),
                "reason": at.reason[t],
            }


# --- figure --------------------------------------------------------------------------------------------------
def _write_figure(samples: Sequence[Named], etas: Table, folder: Path, origin: str) -> None:
    # matplotlib takes longer to load than all else here.
    from asplab.core.export.drawing import fixed_layout, publication_style, write_figure

    known = [(name, found) for name, found, _ in samples if found is not None]
    if not known:
        return
    with publication_style():
        figure = draw_samples(known, etas)
        fixed_layout(figure)
        write_figure(figure, folder, FIGURE_NAME, title="Samples side by side", origin=origin)


def draw_samples(known: Sequence[tuple[str, SampleRows]], etas: Table) -> "Figure":
    """Draw quantum yield and polaron energy over temperature, and η at each detuning, a colour for each sample."""
    from asplab.core.export.drawing import blank_figure

    detunings = sorted({float(row[2]) for row in etas.rows if isinstance(row[2], float)})
    figure = blank_figure(7.0, 2.5, simulated=any(found.simulated for _, found in known))
    axes = figure.subplots(1, 2 + len(detunings))
    for k, (name, found) in enumerate(known):
        _bars(axes[0], found.yields, "quantum_yield", name, k)
        _bars(axes[1], [row for row in found.fits if row["scope"] == "temperature"], "polaron_energy_mev", name, k)
        for place, detuning in enumerate(detunings, start=2):
            own = [row for row in etas.rows if row[0] == name and row[2] == detuning]
            rows = [{"temperature_k": row[1], "eta": row[3], "eta_error": row[4]} for row in own]
            _bars(axes[place], rows, "eta", name, k)
    labels = ("QY", "$E_p$ (meV)", *(f"η at {detuning:.0f} meV" for detuning in detunings))
    for one, label in zip(axes, labels, strict=True):
        one.set(xlabel="T (K)", ylabel=label)
    axes[0].legend(fontsize=5)
    return figure


def _bars(axes: Any, rows: Sequence[dict[str, Any]], key: str, name: str, k: int) -> None:
    known = [row for row in rows if row["temperature_k"] is not None and _is_number(row[key])]
    shared = [row[key] for row in rows if row["temperature_k"] is None and _is_number(row[key])]
    errors = [row[f"{key}_error"] if _is_number(row[f"{key}_error"]) else 0.0 for row in known]
    # A name is no mathematics, whatever signs it holds.
    label = "\N{ZERO WIDTH SPACE}" * name.startswith("_") + name.replace("$", r"\$")
    axes.errorbar(
        [row["temperature_k"] for row in known], [row[key] for row in known], yerr=errors, linestyle="none",
        marker="osD^vP"[k % 6], color=f"C{k % 10}", elinewidth=0.7, markersize=3, label=label,
    )  # fmt: skip
    for value in shared:
        axes.axhline(value, color=f"C{k % 10}", linewidth=0.8)


def _is_number(value: object) -> bool:
    return isinstance(value, float | int) and value == value
