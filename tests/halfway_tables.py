"""Experiments that enter half-way: one table, analysed."""

from pathlib import Path

from asplab.core.document import Document
from asplab.core.loading import load_experiment
from asplab.core.pipeline import Results, analyse


def halfway(folder: Path, kind: str, lines: list[str]) -> Results:
    (folder / "table.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "manifest.csv").write_text(f"file,kind\ntable.csv,{kind}\n", encoding="utf-8")
    return analyse(Document(load_experiment(folder)))
