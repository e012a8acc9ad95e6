"""Run the command line in this process, as a shell would."""

import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from asplab.core.cli.main import main
from asplab.core.virtual import VirtualExperiment

SMALL = VirtualExperiment(temperatures_k=(120.0, 250.0), repeats=4)


@dataclass(frozen=True, slots=True)
class Run:
    """What a command left on its exit, stdout and stderr."""

    code: int
    out: str
    err: str


def run(*arguments: object) -> Run:
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as stop,
    ):
        main([str(argument) for argument in arguments])
    assert isinstance(stop.value.code, int)
    return Run(stop.value.code, out.getvalue(), err.getvalue())


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file below a folder, by path."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def document_of(folder: Path) -> dict[str, Any]:
    """Return what a results folder holds as ``results.json``."""
    found: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return found
