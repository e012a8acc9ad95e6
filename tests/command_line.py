"""Run the command line in this process, as a shell would."""

import contextlib
import io
from dataclasses import dataclass

import pytest

from asplab.core.cli import main


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
