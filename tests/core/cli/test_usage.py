"""The command line as a whole: help, version, wrong use."""

import re
import subprocess
import sys

import pytest
from command_line import run


def test_version_and_help_load_no_heavy_library() -> None:
    code = (
        "import sys, contextlib\n"
        "from asplab.core.cli.main import main\n"
        "for option in ('--version', '--help'):\n"
        "    with contextlib.suppress(SystemExit): main([option])\n"
        "heavy = {'numpy', 'scipy', 'h5py', 'matplotlib', 'lmfit'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("asplab ")


@pytest.mark.parametrize("command", ["demo", "simulate", "analyze", "replay", "model", "inspect"])
def test_the_help_of_every_command_explains_its_exit_codes(command: str) -> None:
    done = run(command, "--help")
    assert done.code == 0
    assert "Exit codes: 0 " in done.out
    assert "2 " in done.out.partition("Exit codes:")[2]


def test_a_command_that_does_not_exist_is_one_line() -> None:
    done = run("analyse")
    assert (done.code, done.out) == (2, "")
    assert re.fullmatch(r"asplab: No such command 'analyse'.* See: asplab --help\n", done.err)


def test_without_a_command_the_help_is_shown() -> None:
    done = run()
    assert done.code == 2
    assert "Commands" in done.out + done.err
    assert "asplab: " not in done.err
