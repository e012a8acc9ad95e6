"""The import direction: panels -> plots -> widgets, everything -> core, and core knows no window."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

QT = ("PySide6", "PySide2", "PyQt6", "PyQt5", "shiboken6", "qtpy", "pyqtgraph")
SCIENCE = ("scipy", "lmfit", "h5py", "pandas")
CHECKOUT_NAMES = ("core", "gui", "resources")
ABOVE_PANELS = ("asplab.gui.session", "asplab.gui.bindings", "asplab.gui.window", "asplab.gui.main")
ABOVE_PLOTS = (*ABOVE_PANELS, "asplab.gui.panels")
ABOVE_WIDGETS = (*ABOVE_PLOTS, "asplab.gui.plots")

# What is measured and computed knows nothing of commands, of their jobs, and of how results are written down.
SCIENCE_ROOMS = (
    *("appraisal", "arena", "bootstrap", "calibration", "companion", "consistency", "corrections", "drift"),
    *("efficiency", "emission", "energies", "grouping", "io", "photothermal", "polaron", "project", "pump"),
    *("responses", "sampling", "scans", "sensitivity", "settings", "shape", "statistics", "systematics", "virtual"),
    *("pipeline", "loading"),
)

# A module whose name begins with the key may not import what begins with one of the values.
FORBIDDEN = {
    "asplab.core": (*QT, "asplab.gui"),
    "asplab.core.jobs": ("asplab.core.cli",),
    **{f"asplab.core.{room}": ("asplab.core.cli", "asplab.core.jobs", "asplab.core.export") for room in SCIENCE_ROOMS},
    "asplab.resources": (*QT, "asplab.gui", "asplab.core"),
    "asplab.gui": SCIENCE,
    "asplab.gui.widgets": ABOVE_WIDGETS,
    "asplab.gui.plots": ABOVE_PLOTS,
    "asplab.gui.panels": ABOVE_PANELS,
}


def violations(root: Path) -> list[str]:
    """Return file, line and offence of every breach of the import rules in the checkout at ``root``."""
    found = []
    for folder in CHECKOUT_NAMES:
        for path in sorted((root / folder).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            place = path.relative_to(root).as_posix()
            found += [f"{place}:{line}: {what}" for line, what in _breaches(_module(path, root), tree)]
    return found


def _breaches(module: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    nodes = list(ast.walk(tree))
    imports = list(_imports(nodes))
    forbidden = tuple(name for layer, banned in FORBIDDEN.items() if _is_in(module, layer) for name in banned)
    for line, name in imports:
        if name.startswith("."):
            yield line, "imports relatively"
        elif name.split(".")[0] in CHECKOUT_NAMES:
            yield line, f"imports {name} by its checkout name"
        elif _is_in_any(name, forbidden):
            yield line, f"imports {name}"
        elif _is_sibling_panel(module, name):
            yield line, f"imports the sibling panel {name}"
    known = [module, *(name for _, name in imports)]
    if module != "asplab.gui.bindings" and all(
        any(_is_in(name, layer) for name in known) for layer in ("asplab.gui.session", "asplab.gui.panels")
    ):
        yield 1, "knows both session and panels"
    if _is_in(module, "asplab.core"):
        yield from ((node.lineno, "calls print") for node in nodes if _called(node) == "print")


def _imports(nodes: list[ast.AST]) -> Iterator[tuple[int, str]]:
    """Yield line and full name of every import, also inside functions; ``from a import b`` gives ``a.b``."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            prefix = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{prefix}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__"):
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            yield from ((node.lineno, text) for text in texts[:1])


def _called(node: ast.AST) -> str:
    """Return the last part of the name that ``node`` calls; empty when it is no call of a name."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Name):
        return node.func.id
    # console.print() is not the print function, importlib.import_module() is an import.
    if isinstance(node.func, ast.Attribute) and node.func.attr == "import_module":
        return node.func.attr
    return ""


def _is_sibling_panel(module: str, name: str) -> bool:
    panels = "asplab.gui.panels."
    if not (module.startswith(panels) and _is_in(name, "asplab.gui.panels")):
        return False
    own = module.removeprefix(panels).split(".")[0]
    # What all panels, or all with pages, are built on is no sibling.
    return not any(_is_in(name, panels + room) for room in (own, "base", "paged"))


def _is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def _is_in_any(name: str, packages: tuple[str, ...]) -> bool:
    return any(_is_in(name, package) for package in packages)


def _module(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(("asplab", *(part for part in parts if part != "__init__")))


def test_the_checkout_keeps_the_import_direction() -> None:
    assert (ROOT / "core" / "units.py").is_file()
    assert violations(ROOT) == []


@pytest.mark.parametrize(
    ("place", "source", "breach"),
    [
        ("core/fit.py", "import PySide6.QtCore", "imports PySide6.QtCore"),
        ("core/fit.py", "from pyqtgraph import mkPen", "imports pyqtgraph.mkPen"),
        ("core/io/text.py", "def read():\n from asplab import gui", "imports asplab.gui"),
        ("core/__init__.py", "import_module('asplab.gui.window')", "imports asplab.gui.window"),
        ("core/fit.py", "import importlib\nimportlib.import_module('PySide6')", "imports PySide6"),
        ("core/fit.py", "def fit():\n print('done')", "calls print"),
        ("core/drift/fit.py", "from asplab.core.jobs import demo", "imports asplab.core.jobs.demo"),
        ("core/jobs/demo.py", "import asplab.core.cli.main", "imports asplab.core.cli.main"),
        ("core/fit.py", "from .units import FloatArray", "imports relatively"),
        ("core/fit.py", "from . import units", "imports relatively"),
        ("core/fit.py", "import core.units", "imports core.units by its checkout name"),
        ("gui/main.py", "from core import units", "imports core.units by its checkout name"),
        ("gui/main.py", "import resources", "imports resources by its checkout name"),
        ("resources/__init__.py", "from PySide6.QtGui import QIcon", "imports PySide6.QtGui.QIcon"),
        ("resources/__init__.py", "from asplab.core import units", "imports asplab.core.units"),
        ("gui/jobs.py", "from scipy import optimize", "imports scipy.optimize"),
        (
            "gui/widgets/field.py",
            "from asplab.gui.panels import spectra",
            "imports asplab.gui.panels.spectra",
        ),
        ("gui/widgets/field.py", "from asplab.gui import plots", "imports asplab.gui.plots"),
        ("gui/widgets/field.py", "from asplab.gui import session", "imports asplab.gui.session"),
        ("gui/widgets/field.py", "import asplab.gui.bindings", "imports asplab.gui.bindings"),
        ("gui/plots/eta.py", "from asplab.gui.panels.eta import Eta", "imports asplab.gui.panels.eta.Eta"),
        ("gui/plots/eta.py", "import asplab.gui.session", "imports asplab.gui.session"),
        ("gui/plots/eta.py", "from asplab.gui import bindings", "imports asplab.gui.bindings"),
        (
            "gui/panels/eta.py",
            "from asplab.gui.bindings import connect",
            "imports asplab.gui.bindings.connect",
        ),
        (
            "gui/panels/eta.py",
            "from asplab.gui.panels.ratio import Ratio",
            "imports the sibling panel asplab.gui.panels.ratio.Ratio",
        ),
        (
            "gui/panels/eta.py",
            "from asplab.gui.panels import ratio",
            "imports the sibling panel asplab.gui.panels.ratio",
        ),
    ],
)
def test_a_planted_breach_is_found(tmp_path: Path, place: str, source: str, breach: str) -> None:
    _plant(tmp_path, place, source)
    assert violations(tmp_path) == [f"{place}:{len(source.splitlines())}: {breach}"]


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("gui/window.py", "from asplab.gui.session import Session\nfrom asplab.gui.panels.eta import Eta"),
        ("gui/main.py", "from asplab.gui import panels, session"),
        ("gui/session.py", "from asplab.gui.panels.eta import Eta"),
    ],
)
def test_only_the_bindings_know_both_session_and_panels(tmp_path: Path, place: str, source: str) -> None:
    _plant(tmp_path, place, source)
    assert violations(tmp_path) == [f"{place}:1: knows both session and panels"]
    (tmp_path / place).rename(tmp_path / "gui" / "bindings.py")
    assert violations(tmp_path) == []


def test_a_panel_that_imports_the_session_is_found(tmp_path: Path) -> None:
    _plant(tmp_path, "gui/panels/eta.py", "from asplab.gui import session")
    assert "gui/panels/eta.py:1: imports asplab.gui.session" in violations(tmp_path)


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("core/cli.py", "from asplab.core.units import HC_MEV_NM\nimport scipy.optimize\nconsole.print('x')"),
        ("core/cli.py", "from asplab import resources"),
        ("gui/plots/eta.py", "from asplab.gui.widgets.field import Field\nfrom asplab.gui import theme"),
        ("gui/panels/eta.py", "from asplab.gui.plots import eta\nfrom asplab.gui.widgets import field"),
        ("gui/panels/eta.py", "from asplab.core.units import HC_MEV_NM\nimport pyqtgraph"),
        ("gui/panels/polaron/fit.py", "from asplab.gui.panels.polaron.curves import Curves"),
        ("gui/panels/__init__.py", "from asplab.gui.panels.eta import Eta"),
        ("gui/window.py", "from asplab.gui.panels import eta\nfrom asplab.gui.bindings import connect"),
        ("gui/main.py", "from asplab.gui.session import Session\nfrom asplab.gui.window import Window"),
    ],
)
def test_a_downward_import_is_no_breach(tmp_path: Path, place: str, source: str) -> None:
    _plant(tmp_path, place, source)
    assert violations(tmp_path) == []


def test_importing_core_loads_no_heavy_library() -> None:
    heavy = {*QT, *SCIENCE, "matplotlib"}
    code = "import sys, asplab.core; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    names = set(loaded.split())
    assert "asplab.core" in names
    assert {name.split(".")[0] for name in names} & heavy == set()


def _plant(root: Path, place: str, source: str) -> None:
    (root / place).parent.mkdir(parents=True)
    (root / place).write_text(source, encoding="utf-8")
