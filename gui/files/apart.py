"""What another process writes: all that holds figures. No Qt in here."""

from pathlib import Path

from asplab.core.pipeline import Results
from asplab.core.progress import Progress


def write_report(results: Results, place: Path, progress: Progress) -> None:
    """Write the report and its figures into ``place``."""
    from asplab.core.export.figures import write_figures
    from asplab.core.export.report import report_html

    (place / "figures").mkdir()
    figures = write_figures(results, place / "figures", progress=progress.part(0.0, 0.9))
    (place / "report.html").write_text(report_html(results, figures), encoding="utf-8", newline="\n")


def write_bundle(results: Results, place: Path, name: str, root: Path | None, progress: Progress) -> None:
    """Pack results, and the raw files that are still in ``root``, into a zip of that name in ``place``."""
    from asplab.core.jobs.bundle import pack

    pack(results, place / name, root=root, progress=progress)
