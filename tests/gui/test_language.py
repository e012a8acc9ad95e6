"""Every text on screen passes through ``tr``: in the source, and in a window of an invented language."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import PySide6
import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

import asplab.gui
from asplab.gui.language import counted, install_translation, tr

GUI = Path(asplab.gui.__file__).parent
FILES = sorted(path for path in GUI.rglob("*.py") if path.name not in ("language.py", "stylesheet.py"))
TRANSLATES = {"tr", "counted"}
NO_PROSE = frozenset(
    [
        "Literal",
        "QFont",
        "Signal",
        "applyFormat",
        "compile",
        "contains",
        "count",
        "debug",
        "endswith",
        "find",
        "findChild",
        "findChildren",
        "getattr",
        "hasattr",
        "import_module",
        "info",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rpartition",
        "setFamilies",
        "setObjectName",
        "setProperty",
        "setStyleSheet",
        "setValue",
        "split",
        "startswith",
        "strftime",
        "value",
        "warning",
    ]
)
"""Calls whose texts nobody reads on screen."""
FOR_MACHINES = {"equation", "page"}
KEYS = re.compile(
    r"import (?:reading|survey|loading|saving|detail|edit)|watch report|joint fit |(?:\w+_)?\w+ (?:joint|here)"
    r"|cutoff # #"
)
NAMES = re.compile(r"asplab[- ]?#|doi: ?#.*|arXiv: ?#|(?:Segoe|SF|Noto) .*|palette\(#\)")
"""Keys with a space in them, and names that are the same in every language."""
UNITS = re.compile(r"\b(?:meV|eV|nm|mW|kHz|Hz|K|px|ms|Eq|QY|PL|PA|ASPL|OD|Ctrl|DejaVu|Sans)\b")
MARKUP = re.compile(r"<[^>]*>|&\w+;|\{[^{}]*\}")
PHRASE = re.compile(r"[A-Za-z]{2,}\W? +\S|\S +[A-Za-z]{2,}")


def is_prose(text: str) -> bool:
    said = MARKUP.sub("#", text)
    return bool(re.search(r"[A-Za-z]{2,}", UNITS.sub(" ", said)) and PHRASE.search(said)) and ";" not in text


def parents(tree: ast.AST) -> dict[ast.AST, ast.AST]:
    return {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


def is_docstring(node: ast.AST, above: dict[ast.AST, ast.AST]) -> bool:
    return isinstance(above[node], ast.Expr)


def is_shown(node: ast.AST, above: dict[ast.AST, ast.AST]) -> bool:
    """Whether nothing around a text says that it is for the program alone, or has it translated."""
    while node in above:
        child, node = node, above[node]
        if isinstance(node, ast.Raise | ast.Compare | ast.MatchValue | ast.JoinedStr | ast.Attribute | ast.arg):
            return False
        if isinstance(node, ast.Subscript) and child is node.slice:
            return False
        if isinstance(node, ast.AnnAssign) and child is node.annotation:
            return False
        if isinstance(node, ast.FunctionDef) and child is node.returns:
            return False
        if isinstance(node, ast.Dict) and child in node.keys:
            return False
        if isinstance(node, ast.keyword) and node.arg in FOR_MACHINES:
            return False
        if isinstance(node, ast.Call) and child is not node.func:
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in NO_PROSE or (name in TRANSLATES and child in node.args):
                return False
        if isinstance(node, ast.stmt):
            return True
    return True


def untranslated(source: str) -> Iterator[tuple[int, str]]:
    tree = ast.parse(source)
    above = parents(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "#" for part in node.values)
        else:
            continue
        if (
            is_prose(text)
            and not (KEYS.fullmatch(text) or NAMES.fullmatch(text))
            and not is_docstring(node, above)
            and is_shown(node, above)
        ):
            yield node.lineno, text


def translated_types(source: str) -> list[int]:
    """Return the lines where a type of Python passes through tr."""
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    return [node.lineno for node in functions if isinstance(node.returns, ast.Call)]


def calls_of_tr(source: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tr":
            yield node


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(GUI)) for path in FILES])
def test_no_sentence_stands_outside_tr_and_each_in_it_can_be_found(path: Path) -> None:
    source = path.read_text("utf-8")
    assert list(untranslated(source)) == []
    assert translated_types(source) == []
    for call in calls_of_tr(source):
        (text,) = call.args
        assert isinstance(text, ast.Constant), f"line {call.lineno}: translation tools see literals only"
        names = {keyword.arg for keyword in call.keywords}
        if names and None not in names:
            assert set(re.findall(r"(?<!\{)\{(\w+)", str(text.value))) == names, f"line {call.lineno}"


@pytest.mark.parametrize(
    ("source", "is_found"),
    [
        ('label.setText("Drag to move")', True),
        ('label.setText(f"{n} spectra of {m}")', True),
        ('label.setText(tr("{a} of {b}", a="one of many", b=2))', True),
        ('label.setText(tr("Drag to move"))', False),
        ('label.setObjectName("no prose here")', False),
        ('raise ValueError("told elsewhere, in English")', False),
        ('def f():\n    """Say what it does."""', False),
        ('label.setText(f"{value} meV")', False),
        ('def f() -> "tuple[Check, ...]":\n    return ()', False),
    ],
)
def test_the_search_finds_what_it_should(source: str, is_found: bool) -> None:
    assert bool(list(untranslated(source))) is is_found


def test_the_window_has_no_text_that_a_translation_would_miss(measured: Path, tmp_path: Path) -> None:
    script = Path(__file__).parent.parent / "pseudo_language.py"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, str(script), str(measured), str(tmp_path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    assert told.splitlines() == []


TS = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE"><context><name>ASPLab</name>
<message><source>Spectra</source><translation>Spektren</translation></message>
<message><source>{count} of {total}</source><translation>{total}, davon {count}</translation></message>
</context></TS>
"""


@pytest.fixture
def german(tmp_path: Path) -> Path:
    tool = Path(PySide6.__file__).parent / f"lrelease{'.exe' if sys.platform == 'win32' else ''}"
    if not tool.is_file():
        pytest.skip("these Qt packages carry no tool that compiles translations")
    written = tmp_path / "asplab_de.ts"
    written.write_text(TS, "utf-8")
    subprocess.run([tool, written, "-qm", written.with_suffix(".qm")], check=True, capture_output=True)
    return tmp_path


def test_a_translation_in_the_folder_is_used(application: QApplication, german: Path) -> None:
    assert not install_translation(application, german / "none", QLocale("de"))
    try:
        assert install_translation(application, german, QLocale("de"))
        assert tr("Spectra") == "Spektren"
        assert tr("{count} of {total}", count=1, total=2) == "2, davon 1"
        assert counted(3, "spectrum", "spectra") == "3 spectra"
    finally:
        for translator in application.findChildren(QTranslator):
            QCoreApplication.removeTranslator(translator)
    assert tr("Spectra") == "Spectra"
