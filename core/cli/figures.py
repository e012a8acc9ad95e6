"""The command ``asplab figures``: figures of an experiment for a journal, with the data behind them."""

from pathlib import Path
from typing import Annotated

import typer

from asplab.core.cli.progress_bar import progress_bar


def figures(
    source: Annotated[Path, typer.Argument(metavar="FOLDER|PROJECT|MANIFEST", help="What to draw.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="Folder for the figures; other files there stay.")
    ] = Path("figures"),
    preset: Annotated[
        str,
        typer.Option(
            "--preset",
            metavar="NAME|FILE",
            help="default, acs, nature, aps, rsc, wiley, elsevier, greys, talk, a preset of your own, or its file.",
        ),
    ] = "default",
    only: Annotated[
        str | None,
        typer.Option(
            "--only",
            metavar="a,b,…",
            help="Some figures by name, such as figure2,levels,coordinate; by default all that the data allow.",
        ),
    ] = None,
    atlas: Annotated[
        bool, typer.Option("--atlas", help="Also one PDF with a page for each temperature: every spectrum and η.")
    ] = False,
    slide: Annotated[bool, typer.Option("--slide", help="Also one slide of 16:9 that sums the experiment up.")] = False,
) -> None:
    """Draw figures for print: single ones, pages like the paper's, schemes; PDF, SVG, PNG or TIFF, and CSV."""
    from asplab.core.jobs.figures import draw_figures

    names = None if only is None else [name.strip() for name in only.split(",") if name.strip()]
    with progress_bar() as progress:
        written = draw_figures(
            source, output, preset=preset, only=names, with_atlas=atlas, with_slide=slide, progress=progress
        )
    if not written:
        typer.echo("the results hold nothing that these figures show", err=True)
        raise typer.Exit(1)
    typer.echo(f"figures: {output}, {len(written)} files")
