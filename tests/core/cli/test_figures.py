"""``asplab figures``: which files it writes, and what it says of names that there are not."""

from pathlib import Path

from command_line import contents, run

PRESET = 'single_mm = 60.0\nmiddle_mm = 90.0\ndouble_mm = 140.0\nformats = ["svg"]\n'


def test_figures_writes_those_named_in_a_preset_from_a_file(table: Path, tmp_path: Path) -> None:
    preset, out = tmp_path / "own.toml", tmp_path / "out"
    preset.write_text(PRESET, encoding="utf-8")
    out.mkdir()
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    done = run("figures", table, "-o", out, "--preset", preset, "--only", "fig2c,levels", "--slide")
    assert done.code == 0, done.err
    assert done.out == f"figures: {out}, 5 files\n"
    assert set(contents(out)) == {"mine.txt", "fig2c.svg", "fig2c.csv", "levels.svg", "slide.svg", "slide.csv"}
    assert 'width="170.07874pt"' in (out / "fig2c.svg").read_text(encoding="utf-8")


def test_an_unknown_figure_is_wrong_use_and_nothing_is_written(table: Path, tmp_path: Path) -> None:
    done = run("figures", table, "-o", tmp_path / "out", "--only", "fig2")
    assert done.code == 2
    assert "there is no figure 'fig2'" in done.err
    assert not (tmp_path / "out").exists()


def test_an_unknown_preset_is_wrong_use(table: Path, tmp_path: Path) -> None:
    done = run("figures", table, "-o", tmp_path / "out", "--preset", "natur")
    assert done.code == 2
    assert "no figure preset 'natur'" in done.err


def test_figures_that_the_data_do_not_allow_end_with_code_1(table: Path, tmp_path: Path) -> None:
    done = run("figures", table, "-o", tmp_path / "out", "--only", "power")
    assert done.code == 1
    assert "hold nothing that these figures show" in done.err
