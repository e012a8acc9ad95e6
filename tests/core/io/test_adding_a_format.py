"""Other packages add readers by an entry point, as the guide says, with the very module of the guide."""

import re
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
from fuzz import assert_survives_damage

from asplab.core.errors import InputError
from asplab.core.io import Reader, read_bytes
from asplab.core.io.registry import ENTRY_POINTS, added_readers, readers

PAGE = Path(__file__).resolve().parents[3] / "resources" / "guide" / "adding-a-format.md"


def code_of_the_guide(language: str) -> str:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]


def forget() -> None:
    """Forget which readers there are."""
    readers.cache_clear()
    added_readers.cache_clear()


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Return a function that installs a package ``my_package`` whose entry point leads to ``target``."""

    def put(target: str) -> None:
        package = tmp_path / "my_package"
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "xyz.py").write_text(code_of_the_guide("python"), encoding="utf-8")
        info = tmp_path / "my_package-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my_package\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[{ENTRY_POINTS}]\nxyz = {target}\n", encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        forget()

    yield put
    forget()
    for name in ("my_package", "my_package.xyz"):
        sys.modules.pop(name, None)


def xyz(count: int = 30) -> bytes:
    values = np.concatenate([np.linspace(500.0, 600.0, count), np.arange(count)])
    return b"XYZ1" + struct.pack("<I", count) + values.astype("<f4").tobytes()


def test_a_reader_of_another_package_is_found_and_asked_first(install):
    install("my_package.xyz:READER")
    assert readers()[0].name == "Xyz"
    file = read_bytes(xyz(), "run.xyz")
    assert (file.reader, file.columns[0].unit) == ("Xyz", "nm")
    np.testing.assert_array_equal(file.columns[1].values, np.arange(30.0))


def test_the_reader_of_the_guide_survives_damage(install):
    install("my_package.xyz:READER")
    assert_survives_damage(readers()[0], xyz(), seed=71, count=200)


def test_the_entry_point_in_the_guide_is_the_one_that_is_read():
    assert f'[project.entry-points."{ENTRY_POINTS}"]' in code_of_the_guide("toml")


@pytest.mark.parametrize("target", ["my_package.missing:READER", "my_package.xyz:NOTHING", "my_package.xyz:MAGIC"])
def test_an_entry_point_that_leads_to_no_reader_names_its_package(install, target):
    install(target)
    with pytest.raises(InputError, match="of the package my_package"):
        readers()


def test_bare_rows_of_two_numbers_are_read_as_text_and_no_other_reader_is_asked(install, monkeypatch):
    assert "bare rows of two numbers" in PAGE.read_text(encoding="utf-8")
    install("my_package.xyz:READER")
    asked = []
    greedy = Reader("greedy", lambda raw: not asked.append(raw), readers()[-1].read)
    monkeypatch.setattr("my_package.xyz.READER", greedy)
    forget()
    rows = b"".join(b"%d.5\t%d\n" % (500 + k, 10 + k) for k in range(20))
    for bare in (rows, rows[:-1], rows.replace(b"505.5", b"5.055e2")):
        assert read_bytes(bare, "run.txt").reader == "text"
    assert asked == []
    read_bytes(b"nm\tcounts\n" + rows, "run.txt")
    assert asked == [b"nm\tcounts\n" + rows]
