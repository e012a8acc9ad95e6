"""Opening a folder, a manifest or a project, without what only drawing and fitting need."""

import subprocess
import sys
from pathlib import Path

import pytest

from asplab.core.errors import InputError
from asplab.core.jobs.opening import is_project, load_document
from asplab.core.project.file import save_project


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "eta.csv").write_text("temperature_k,detuning_mev,eta,eta_error\n120,20,0.9,0.01\n", encoding="utf-8")
    (tmp_path / "manifest.csv").write_text("file,kind\neta.csv,efficiency\n", encoding="utf-8")
    return tmp_path


def test_opening_a_folder_and_a_project_loads_neither_matplotlib_nor_lmfit(table: Path) -> None:
    save_project(load_document(table), table / "mine.nxs")
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from asplab.core.jobs.opening import load_document\n"
        "for name in sys.argv[1:]: load_document(Path(name))\n"
        "heavy = {'matplotlib', 'lmfit', 'pandas'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)\n"
    )
    command = [sys.executable, "-c", code, str(table), str(table / "mine.nxs")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_folder_manifest_and_project_give_the_same_experiment(table: Path) -> None:
    save_project(load_document(table), table / "mine.nxs")
    sources = [load_document(path).experiment.sources for path in (table, table / "manifest.csv", table / "mine.nxs")]
    assert sources[0] == sources[1] == sources[2]


def test_a_project_is_told_from_a_manifest_by_its_bytes(table: Path) -> None:
    project = save_project(load_document(table), table / "mine.nxs")
    assert is_project(project.rename(table / "renamed.txt"))
    assert not is_project(table / "manifest.csv")
    assert not is_project(table)


def test_files_that_fail_for_one_reason_are_one_line(table: Path) -> None:
    rows = "".join(f"gone_{k}.csv,pl,80,450\n" for k in range(30))
    (table / "manifest.csv").write_text(f"file,kind,temperature_k,excitation_nm\n{rows}", encoding="utf-8")
    with pytest.raises(InputError, match=r"lines 2-31: for example, the file 'gone_0\.csv' isn't there") as fault:
        load_document(table)
    assert len(str(fault.value).splitlines()) == 2
