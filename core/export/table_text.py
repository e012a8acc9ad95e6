"""A table as text for other programs: tab-separated, Markdown, or LaTeX with booktabs and siunitx."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_SIGNS = "+-−"
_NUMBER = r"\d+(?:[.,]\d+)?"
_SIGNED = rf"[{_SIGNS}]?{_NUMBER}"
_POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_POWER = re.compile(r"(?P<inner>.+?) ×10(?P<power>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_PLAIN = re.compile(_SIGNED)
_FORMULA = "=+-@"
_UNITS = {"meV": "meV", "eV": "eV", "K": "K", "nm": "nm", "s": "s", "µW": r"\micro W", "%": r"\percent"}
_HEAD = re.compile(rf"(?P<words>.*) \((?P<unit>{'|'.join(map(re.escape, _UNITS))})\)")
_QUANTITY = re.compile(rf"(?P<value>{_SIGNED}) (?P<unit>{'|'.join(map(re.escape, _UNITS))})")
_WITH_ERROR = re.compile(rf"(?P<value>{_SIGNED}) ± (?P<error>{_NUMBER})")
_ARMS = re.compile(rf"(?:(?P<value>{_SIGNED}) )?\+(?P<up>{_NUMBER}|open) [−-](?P<down>{_NUMBER}|open)")
_LIMIT = re.compile(rf"(?P<sign>[<>±]) (?P<value>{_SIGNED})")
_RANGE = re.compile(rf"(?P<low>{_SIGNED}) … (?P<high>{_SIGNED})")
_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": "$<$", ">": "$>$",
        "−": "$-$", "±": r"$\pm$", "∓": r"$\mp$", "×": r"$\times$", "·": r"$\cdot$", "…": r"\ldots{}", "≥": r"$\geq$",
        "≤": r"$\leq$", "≈": r"$\approx$", "√": r"$\surd$", "→": r"$\to$", "∞": r"$\infty$", "✓": r"$\checkmark$",
        "⟨": r"$\langle$", "⟩": r"$\rangle$", "ħ": r"$\hbar$", "α": r"$\alpha$", "β": r"$\beta$", "γ": r"$\gamma$",
        "η": r"$\eta$", "κ": r"$\kappa$", "λ": r"$\lambda$", "µ": r"\textmu{}", "σ": r"$\sigma$", "χ": r"$\chi$",
        "ω": r"$\omega$", "Δ": r"$\Delta$", "ₚ": r"$_\mathrm{p}$", "—": "---", "–": "--", "\u00a0": "~",
        **{one: f"$^{{{one.translate(_POWERS)}}}$" for one in "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"},
    }
)  # fmt: skip
_MARKDOWN = re.compile(r"([\\|`*_<\[\]~])")


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table of cells as they stand on a screen.

    Attributes
    ----------
    heads : tuple of str
        Names of the columns; none where the table has no header.
    rows : tuple of tuple of str
        Cells; a row may be shorter than others.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def width(self) -> int:
        """The number of columns."""
        return max((len(row) for row in (self.heads, *self.rows)), default=0)


def tsv(table: TextTable) -> str:
    """Return a table as tab-separated lines.

    A negative number has a plain minus sign, so that spreadsheets take it for a number; a text that they would take
    for a formula has an apostrophe before it.
    """
    lines = ([table.heads] if table.heads else []) + list(table.rows)
    return "\n".join("\t".join(_tsv_cell(cell) for cell in line) for line in lines)


def markdown(table: TextTable) -> str:
    """Return a table in Markdown, numbers aligned right."""
    aligned = ["---:" if is_number else "---" for is_number in _numeric(table)]
    heads = _padded(table.heads, table.width)
    lines = [[_markdown_cell(cell) for cell in line] for line in (heads, *_padded_rows(table))]
    return "\n".join(f"| {' | '.join(line)} |" for line in (lines[0], aligned, *lines[1:]))


def latex(table: TextTable) -> str:
    """Return a table in LaTeX; it needs the packages that its first line names."""
    columns = "".join("r" if is_number else "l" for is_number in _numeric(table))
    rows = [" & ".join(_latex_cell(cell) for cell in row) + r" \\" for row in _padded_rows(table)]
    heads = [" & ".join(_latex_head(head) for head in table.heads) + r" \\", r"\midrule"] if table.heads else []
    return "\n".join(
        [
            r"% \usepackage{amssymb, booktabs, siunitx, textcomp}",
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            *heads,
            *rows,
            r"\bottomrule",
            r"\end{tabular}",
        ]
    )


FORMS: Mapping[str, Callable[[TextTable], str]] = {"tsv": tsv, "markdown": markdown, "latex": latex}
"""What a table can be copied as."""


def _tsv_cell(cell: str) -> str:
    words = " ".join(cell.split())
    if _PLAIN.fullmatch(words):
        return words.replace("−", "-")
    if words[:1] and words[0] in _FORMULA:
        return f"'{words}"
    # What stands below another row of a tree is indented.
    return " " * (len(cell) - len(cell.lstrip(" "))) + words


def _markdown_cell(cell: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(cell.split()))


def _latex_head(head: str) -> str:
    found = _HEAD.fullmatch(head)
    return _words(head) if found is None else rf"{_words(found['words'])} (\unit{{{_UNITS[found['unit']]}}})"


def _latex_cell(cell: str) -> str:
    words = " ".join(cell.split())
    if words in _UNITS:
        return rf"\unit{{{_UNITS[words]}}}"
    found = _POWER.fullmatch(words)
    if found is None:
        return _latex_number(words) or _words(words)
    power, inner = found["power"].translate(_POWERS), found["inner"].removeprefix("(").removesuffix(")")
    told = _latex_number(inner, power)
    return told or _words(words)


def _latex_number(words: str, power: str = "") -> str:
    """Return what siunitx typesets of a number with its uncertainty; empty for what is none."""
    exponent = f"e{power}" if power else ""
    if _PLAIN.fullmatch(words):
        return _num(words, exponent)
    if found := _WITH_ERROR.fullmatch(words):
        return _num(rf"{found['value']} \pm {found['error']}", f" {exponent}" if exponent else "")
    if found := _LIMIT.fullmatch(words):
        sign = r"\pm" if found["sign"] == "±" else found["sign"]
        return f"${sign} {_num(found['value'], exponent)}$"
    if found := _RANGE.fullmatch(words):
        return rf"\numrange{{{_ascii(found['low'])}{exponent}}}{{{_ascii(found['high'])}{exponent}}}"
    if (found := _QUANTITY.fullmatch(words)) and not power:
        return rf"\qty{{{_ascii(found['value'])}}}{{{_UNITS[found['unit']]}}}"
    if found := _ARMS.fullmatch(words):
        up, down = (r"\mathrm{open}" if arm == "open" else _num(arm) for arm in (found["up"], found["down"]))
        told = f"{_num(found['value']) if found['value'] else '{}'}^{{+{up}}}_{{-{down}}}"
        return rf"$({told}) \times 10^{{{power}}}$" if power else f"${told}$"
    return ""


def _num(words: str, exponent: str = "") -> str:
    return rf"\num{{{_ascii(words)}{exponent}}}"


def _ascii(words: str) -> str:
    return words.replace("−", "-")


def _words(words: str) -> str:
    """Return plain words with nothing in them that LaTeX would take for a command."""
    symbols = (("Eg", r"$E_\mathrm{g}$"), ("Ep", r"$E_\mathrm{p}$"))
    return next((told for symbol, told in symbols if words == symbol), words.translate(_LATEX))


def _numeric(table: TextTable) -> list[bool]:
    """Return which columns hold numbers, or nothing but in words that they are not known."""
    rows = _padded_rows(table)
    return [
        any(_is_number(row[i]) for row in rows) and sum(_is_number(row[i]) for row in rows) * 2 >= _filled(rows, i)
        for i in range(table.width)
    ]


def _is_number(cell: str) -> bool:
    found = _POWER.fullmatch(cell)
    return bool(_latex_number(cell if found is None else found["inner"].strip("()")))


def _filled(rows: list[tuple[str, ...]], column: int) -> int:
    return sum(bool(row[column].strip("—–")) for row in rows)


def _padded_rows(table: TextTable) -> list[tuple[str, ...]]:
    return [_padded(row, table.width) for row in table.rows]


def _padded(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    return (*cells, *("",) * (width - len(cells)))
