"""The command ``asplab watch``: follow a folder while it is being measured, and say what new files bring."""

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

LEAST_SECONDS, USUAL_SECONDS = 0.1, 2.0


def watch(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder that the instrument writes to.")],
    settings: Annotated[
        Path | None,
        typer.Option(
            "--settings", metavar="FILE.toml|PROJECT", help="Settings in place of the default ones, as for analyze."
        ),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option("--preset", metavar="NAME", help="Import preset, where there is no manifest.csv."),
    ] = None,
    every: Annotated[
        float, typer.Option("--every", metavar="SECONDS", min=LEAST_SECONDS, help="Time between two looks.")
    ] = USUAL_SECONDS,
    looks: Annotated[
        int | None, typer.Option("--looks", metavar="N", min=1, help="Stop after N looks; by default on Ctrl+C.")
    ] = None,
) -> None:
    """Follow a folder during a measurement: new files, ħω and its error, what is missing, what to repeat."""
    from dataclasses import replace

    from asplab.core.document import Document
    from asplab.core.jobs.transfer import settings_from
    from asplab.core.jobs.watch import Watch, by_manifest, by_preset, report
    from asplab.core.pipeline import Analysis, Results

    chosen = None if settings is None else settings_from(settings)
    watched = Watch(folder, by_manifest() if preset is None else by_preset(preset))
    analysis = Analysis()
    before: Results | None = None
    done = 0
    while looks is None or done < looks:
        if done:
            time.sleep(every)
        done += 1
        earlier, watched = watched.experiment, watched.again()
        if done == 1 and not watched.seen.files:
            _tell([f"{folder} is empty; waiting for {'manifest.csv and files' if preset is None else 'files'}"])
        if watched.experiment is None or watched.experiment is earlier:
            continue
        document = Document(watched.experiment)
        results = analysis.update(document if chosen is None else replace(document, settings=chosen), intervals=False)
        _tell(report(before, results))
        before = results


def _tell(lines: Sequence[str]) -> None:
    for number, line in enumerate(lines):
        typer.echo(f"{datetime.now().astimezone():%H:%M:%S}  {line}" if number == 0 else f"{'':8}  {line}")
