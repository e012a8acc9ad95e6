"""Tables as text: numbers stay numbers, words stay words, and nothing becomes a command."""

import pytest

from asplab.core.export.table_text import FORMS, TextTable, latex, markdown, tsv


def one_cell(cell: str) -> TextTable:
    return TextTable(("x",), ((cell,),))


@pytest.mark.parametrize("words", ["=SUM(A1)", "+x", "-name", "@cmd", "+1.5 −1.6"])
def test_a_text_that_looks_like_a_formula_is_told_to_be_text(words: str) -> None:
    assert tsv(one_cell(words)) == f"x\n'{words}"


@pytest.mark.parametrize(
    ("cell", "copied"),
    [
        ("−0.5", "-0.5"),
        ("+0.5", "+0.5"),
        ("23.1 ± 1.7", "23.1 ± 1.7"),
        ("a\tb\nc", "a b c"),
        ("  repeat 1", "  repeat 1"),
        ("", ""),
    ],
)
def test_numbers_and_words_pass_into_a_spreadsheet_as_they_are(cell: str, copied: str) -> None:
    assert tsv(one_cell(cell)) == f"x\n{copied}"


def test_markdown_aligns_numbers_and_escapes_what_would_break_the_table() -> None:
    table = TextTable(("T", "g (meV)"), (("a|b_c", "41.0 ± 0.3"), ("<i>", "> 18.2")))
    lines = markdown(table).splitlines()
    assert lines[0] == "| T | g (meV) |"
    assert lines[1] == "| --- | ---: |"
    assert lines[2:] == [r"| a\|b\_c | 41.0 ± 0.3 |", r"| \<i> | > 18.2 |"]


@pytest.mark.parametrize(
    ("cell", "typeset"),
    [
        ("41.0 ± 0.3", r"\num{41.0 \pm 0.3}"),
        ("−0,5", r"\num{-0,5}"),
        ("23.1 +1.9 −1.6", r"$\num{23.1}^{+\num{1.9}}_{-\num{1.6}}$"),
        ("+1.5 −open", r"${}^{+\num{1.5}}_{-\mathrm{open}}$"),
        ("(1.2 ± 0.3) ×10⁻⁵", r"\num{1.2 \pm 0.3 e-5}"),
        ("> 18.2", r"$> \num{18.2}$"),
        ("21.5 … 25.0", r"\numrange{21.5}{25.0}"),
        ("180 K", r"\qty{180}{K}"),
        ("meV", r"\unit{meV}"),
        (r"50% of \x_1 & {y}", r"50\% of \textbackslash{}x\_1 \& \{y\}"),
        ("ħω", r"$\hbar$$\omega$"),
        ("—", "---"),
    ],
)
def test_latex_typesets_numbers_with_siunitx_and_escapes_words(cell: str, typeset: str) -> None:
    assert latex(one_cell(cell)).splitlines()[5] == typeset + r" \\"


def test_latex_has_the_rules_of_booktabs_and_right_aligned_numbers() -> None:
    lines = latex(TextTable(("T", "ħω (meV)"), (("joint", "23.5 ± 0.4"),))).splitlines()
    assert lines[1] == r"\begin{tabular}{lr}"
    assert lines[3] == r"T & $\hbar$$\omega$ (\unit{meV}) \\"
    assert [line for line in lines if line.endswith("rule")] == [r"\toprule", r"\midrule", r"\bottomrule"]


@pytest.mark.parametrize("form", sorted(FORMS))
def test_short_rows_and_empty_tables_have_a_form_too(form: str) -> None:
    assert FORMS[form](TextTable((), ())) is not None
    assert "b" in FORMS[form](TextTable(("a", "c"), (("b",),)))
