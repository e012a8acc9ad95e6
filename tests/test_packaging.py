"""The package list, the set-up script and the link tree that type checkers read."""

import importlib.metadata
import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


def _script(name: str) -> ModuleType:
    """Load a script of ``packaging/``, which is no package: its name belongs to another distribution."""
    spec = importlib.util.spec_from_file_location(f"asplab_{name}", ROOT / "packaging" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


bootstrap = _script("bootstrap")
linking = _script("link_tree")


def _project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _run_bootstrap(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "packaging" / "bootstrap.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _packages_on_disk() -> set[str]:
    mapping = _project()["tool"]["setuptools"]["package-dir"]
    return {
        ".".join((package, *init.parent.relative_to(ROOT / folder).parts))
        for package, folder in mapping.items()
        for init in (ROOT / folder).rglob("__init__.py")
    }


def test_the_package_list_equals_the_folders_on_disk() -> None:
    listed = _project()["tool"]["setuptools"]["packages"]
    assert sorted(listed) == sorted(_packages_on_disk())


def test_every_folder_with_modules_is_a_package() -> None:
    folders = {path.parent for name in linking.FOLDERS for path in (ROOT / name).rglob("*.py")}
    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []


def test_the_installed_version_is_the_one_of_pyproject() -> None:
    assert importlib.metadata.version("asplab") == _project()["project"]["version"]


def test_no_module_states_a_version_of_its_own() -> None:
    stated = re.compile(r"""^\s*(__version__|VERSION)\b[^=\n]*=\s*["']""", re.MULTILINE)
    paths = [path for name in linking.FOLDERS for path in (ROOT / name).rglob("*.py")]
    assert [path for path in paths if stated.search(path.read_text(encoding="utf-8"))] == []


def _requirements() -> dict[str, list[str]]:
    project = _project()["project"]
    return {"": project["dependencies"], **project["optional-dependencies"]}


def test_every_dependency_has_a_lower_bound() -> None:
    stated = [one for wanted in _requirements().values() for one in wanted if not one.startswith("asplab[")]
    assert [one for one in stated if not re.match(r"[\w-]+>=\d+\.\d+", one)] == []


def test_pandas_comes_with_the_benchmark_only() -> None:
    holders = [extra for extra, wanted in _requirements().items() if any(one.startswith("pandas") for one in wanted)]
    assert holders == ["benchmark"]
    assert "asplab[test]" in _requirements()["benchmark"]


def test_the_scripts_of_pyproject_lead_into_the_packages() -> None:
    project = _project()["project"]
    targets = {**project["scripts"], **project["gui-scripts"]}
    assert targets == {"asplab": "asplab.core.cli.main:main", "asplab-gui": "asplab.gui.main:main"}


def test_bootstrap_without_a_job_shows_its_usage_and_exits_2() -> None:
    done = _run_bootstrap()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: python3 packaging/bootstrap.py {demo,test}")


def test_bootstrap_help_shows_its_usage_and_exits_0() -> None:
    done = _run_bootstrap("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: python3 packaging/bootstrap.py {demo,test}")


def test_bootstrap_names_a_job_it_does_not_know_and_exits_2() -> None:
    done = _run_bootstrap("tests", "-q")
    assert (done.returncode, done.stdout) == (2, "")
    assert 'no job is called "tests". Use "demo" or "test".' in done.stderr
    assert "Traceback" not in done.stderr


def test_a_python_that_is_too_old_is_refused_with_both_versions() -> None:
    with pytest.raises(bootstrap.SetupError, match=r"needs Python 3\.11 or newer; this one is 3\.10\.13\. \w+"):
        bootstrap.check_python((3, 10, 13))


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 1), (3, 13, 0)])
def test_a_supported_python_is_accepted(version: tuple[int, int, int]) -> None:
    bootstrap.check_python(version)


def test_bootstrap_refuses_the_pythons_that_pyproject_refuses() -> None:
    oldest = ".".join(map(str, bootstrap.OLDEST_PYTHON))
    assert _project()["project"]["requires-python"] == f">={oldest}"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="system libraries are a matter of Linux")
def test_only_libraries_that_do_not_load_are_missing() -> None:
    libraries = {"libc.so.6": "libc6", "libno-such-thing.so.9": "libno-such-thing9"}
    assert bootstrap.missing_libraries(libraries) == {"libno-such-thing.so.9": "libno-such-thing9"}


def test_a_fresh_environment_has_an_empty_stamp(tmp_path: Path) -> None:
    assert bootstrap.read_stamp(tmp_path / ".venv") == {}


@pytest.mark.parametrize("text", ["", "{broken", "[1, 2]"])
def test_an_unreadable_stamp_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / bootstrap.STAMP).write_text(text, encoding="utf-8")
    assert bootstrap.read_stamp(tmp_path) == {}


def test_an_environment_with_the_wanted_stamp_is_used_again(tmp_path: Path) -> None:
    python = _finished_environment(tmp_path)
    assert bootstrap.provide_environment(tmp_path) == python
    assert python.read_text(encoding="utf-8") == "untouched"


def test_another_project_definition_makes_the_stamp_stale(tmp_path: Path) -> None:
    _finished_environment(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'b'\n", encoding="utf-8")
    assert bootstrap.read_stamp(tmp_path / ".venv") != bootstrap.wanted_stamp(tmp_path)


def test_a_moved_checkout_makes_the_stamp_stale(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    _finished_environment(tmp_path / "here")
    moved = (tmp_path / "here").rename(tmp_path / "there")
    assert bootstrap.read_stamp(moved / ".venv") != bootstrap.wanted_stamp(moved)


def _finished_environment(root: Path) -> Path:
    """Lay out what a finished set-up leaves behind, with a text in place of the interpreter."""
    (root / "pyproject.toml").write_text("[project]\nname = 'a'\n", encoding="utf-8")
    python = bootstrap.executable(root / ".venv", "python")
    python.parent.mkdir(parents=True)
    python.write_text("untouched", encoding="utf-8")
    bootstrap.write_stamp(root / ".venv", bootstrap.wanted_stamp(root))
    assert json.loads((root / ".venv" / bootstrap.STAMP).read_text(encoding="utf-8"))["root"] == str(root)
    return python


@pytest.mark.parametrize(
    ("arguments", "folder"),
    [
        ([], "asplab-demo"),
        (["--force"], "asplab-demo"),
        (["-o", "mine"], "mine"),
        (["--force", "--output=mine"], "mine"),
    ],
)
def test_the_window_opens_the_project_of_the_folder_that_demo_wrote(arguments: list[str], folder: str) -> None:
    assert bootstrap.demo_folder(arguments) == Path(folder)


@pytest.mark.parametrize(
    ("arguments", "cores", "expected"),
    [
        ([], 1, []),
        (["-q"], 2, ["-n", "2", "--dist", "loadfile"]),
        ([], 64, ["-n", "4", "--dist", "loadfile"]),
        (["-n0"], 2, []),
        (["-m", "slow"], 2, []),
        (["--pdb"], 2, []),
    ],
)
def test_the_tests_are_shared_among_few_cores(arguments: list[str], cores: int, expected: list[str]) -> None:
    assert bootstrap.workers(arguments, cores) == expected


@pytest.mark.parametrize(
    ("system", "environment", "expected"),
    [
        ("win32", {}, True),
        ("darwin", {}, True),
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
    ],
)
def test_a_display_is_there_on_desktops_and_where_one_is_named(
    system: str, environment: dict[str, str], expected: bool
) -> None:
    assert bootstrap.has_display(system, environment) is expected


def _checkout(root: Path) -> Path:
    for name in linking.FOLDERS:
        (root / name).mkdir(parents=True)
        (root / name / "__init__.py").write_text(f'"""{name}."""', encoding="utf-8")
    return root


def test_the_link_tree_shows_the_checkout_in_its_installed_layout(tmp_path: Path) -> None:
    linking.link_tree(_checkout(tmp_path))
    for name in ("core", "gui", "resources"):
        seen = tmp_path / "build" / "tree" / "asplab" / name / "__init__.py"
        assert seen.samefile(tmp_path / name / "__init__.py")


def test_building_the_link_tree_again_changes_nothing(tmp_path: Path) -> None:
    first = linking.link_tree(_checkout(tmp_path))
    before = [os.lstat(link).st_mtime_ns for link in first]
    assert linking.link_tree(tmp_path) == first
    assert [os.lstat(link).st_mtime_ns for link in first] == before


@pytest.mark.skipif(os.name == "nt", reason="a junction holds the full path of its target")
def test_the_link_tree_moves_with_its_checkout(tmp_path: Path) -> None:
    linking.link_tree(_checkout(tmp_path / "here"))
    moved = (tmp_path / "here").rename(tmp_path / "there")
    for name in linking.FOLDERS:
        assert (moved / "build" / "tree" / "asplab" / name).samefile(moved / name)


def test_a_link_that_leads_elsewhere_is_replaced(tmp_path: Path) -> None:
    link, *_ = linking.link_tree(_checkout(tmp_path))
    link.unlink()
    link.symlink_to(tmp_path / "nowhere")
    linking.link_tree(tmp_path)
    assert link.samefile(tmp_path / "core")


def test_a_real_folder_in_the_place_of_a_link_is_named_and_kept(tmp_path: Path) -> None:
    link, *_ = linking.link_tree(_checkout(tmp_path))
    link.unlink()
    link.mkdir()
    (link / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(linking.LinkError, match=r"core is not a link\. Remove or rename it"):
        linking.link_tree(tmp_path)
    assert (link / "mine.txt").read_text(encoding="utf-8") == "keep"


def test_a_checkout_without_one_of_its_folders_is_refused(tmp_path: Path) -> None:
    _checkout(tmp_path)
    (tmp_path / "gui").rename(tmp_path / "window")
    with pytest.raises(linking.LinkError, match=r"gui: no such folder to link to"):
        linking.link_tree(tmp_path)
