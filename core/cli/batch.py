"""``asplab analyze A B C``: several experiments, their comparison, and which of them failed."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from asplab.core.jobs.batch import Batch, Options
    from asplab.core.progress import Progress

USUAL_FOLDER = Path("samples-results")
_SHOWN = {"QY": "QY", "g": "g (meV)", "ħω": "ħω (meV)"}
_UNKNOWN = "–"


def analyze_several(
    sources: Sequence[Path],
    output: Path | None,
    options: "Options",
    *,
    eta_at: str | None,
    watched: "AbstractContextManager[Progress]",
) -> int:
    """Analyse all sources, say what became of each, and return the exit code: 1 where a result is missing."""
    from asplab.core.jobs.batch import analyze_all

    detunings = _numbers(eta_at)
    with watched as progress:
        batch = analyze_all(
            sources, output or USUAL_FOLDER, options=options, detunings_mev=detunings, progress=progress
        )
    report(batch)
    return 0 if batch.is_complete else 1


def _numbers(text: str | None) -> list[float]:
    try:
        return [] if text is None else [float(part) for part in text.split(",")]
    except ValueError:
        raise typer.BadParameter(f"--eta-at {text}: give detunings in meV, such as 23,46.") from None


def report(batch: "Batch") -> None:
    """Say where the results are, the main numbers of each sample, and why others failed."""
    from asplab.core.export.reported import reported
    from asplab.core.jobs.batch.comparison import samples_table

    typer.echo(f"results: {batch.folder} (samples.csv, samples.xlsx, samples.pdf, a folder for each sample)")
    table = samples_table([(one.name, one.rows, one.failure) for one in batch.samples])
    shown = reported(table)
    places = {head: place for place, head in enumerate(shown.heads)}
    for row in shown.rows:
        told = [f"{name} {row[places[head]]}" for name, head in _SHOWN.items() if row[places[head]] != _UNKNOWN]
        if told:
            kelvin = row[places["T (K)"]]
            typer.echo(f"{row[0]}  {'all' if kelvin == _UNKNOWN else f'{kelvin} K'}  {', '.join(told)}")
    for one in batch.samples:
        if one.failure:
            typer.echo(f"failed: {one.name} ({one.source}): {one.failure}", err=True)
        elif not one.is_complete:
            typer.echo(f"incomplete: {one.name}: a result is missing; its report says why", err=True)
