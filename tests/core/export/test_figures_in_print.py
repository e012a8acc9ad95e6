"""Figures as files: text, fonts, sizes, letters, names and the data behind them, by what the files hold."""

import csv
import io
import re
import struct
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from figure_files import Pdf, read_pdf, svg_texts
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from asplab.core.document import Document
from asplab.core.errors import Cancelled, InputError
from asplab.core.export.figures import FIGURES, make_figure, write_figures
from asplab.core.export.figures.atlas import write_atlas
from asplab.core.export.figures.export import export_figures, picture
from asplab.core.export.figures.pages import all_kinds
from asplab.core.export.style.points import points_table, series_of
from asplab.core.export.style.presets import BUILT_IN, DEFAULT, FigurePreset
from asplab.core.export.style.rules import MM_PER_IN, axes_of, page, publication_style
from asplab.core.pipeline import Results, analyse
from asplab.core.progress import Progress

ODD_NAME = '=cmd|"é" <b>&amp; $x_1$ _y_ 😀 a/b'
PRINTED = ("fig2b", "figure2", "figure3", "coordinate", "levels", "setup")
SERIF = replace(BUILT_IN["aps"], formats=("pdf", "svg"))
PAGES = ("figure1", "figure2")


@pytest.fixture(scope="module")
def printed(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("printed")
    export_figures(named(results, ODD_NAME), folder, preset=SERIF, only=PRINTED, with_slide=True)
    return folder


@pytest.fixture(scope="module")
def pdfs(printed: Path) -> dict[str, Pdf]:
    return {name: read_pdf(printed / f"{name}.pdf") for name in (*PRINTED, "slide")}


def named(results: Results, name: str) -> Results:
    experiment = replace(results.document.experiment, name=name)
    return replace(results, document=replace(results.document, experiment=experiment))


def drawn(results: Results, name: str, preset: FigurePreset = DEFAULT) -> Figure:
    with publication_style(preset):
        figure = make_figure(name, results, preset=preset)
    assert figure is not None
    return figure


def rows_of(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if not line.startswith("#")]
    head, _, *rows = csv.reader(io.StringIO("".join(lines)))
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_vector_files_hold_no_images_and_every_font(pdfs: dict[str, Pdf], printed: Path) -> None:
    for name, pdf in pdfs.items():
        assert not pdf.has_images, name
        assert pdf.font_types == {"Type0"}, name
        assert pdf.fonts == pdf.embedded > 0, name
        assert "<image" not in (printed / f"{name}.svg").read_text(encoding="utf-8")


def test_serif_is_meant_for_words_and_mathematics(printed: Path) -> None:
    fonts = set(re.findall(rb"/BaseFont /(?:[A-Z]{6}\+)?([\w-]+)", (printed / "fig2b.pdf").read_bytes()))
    assert fonts
    assert all(re.search(rb"Times|STIX|Serif", font) for font in fonts), fonts
    assert any(re.search(rb"Ital", font) for font in fonts), fonts


@pytest.mark.parametrize(("name", "width"), [("fig2b", "single_mm"), ("figure2", "double_mm"), ("setup", "double_mm")])
def test_a_figure_is_as_wide_as_the_column(pdfs: dict[str, Pdf], printed: Path, name: str, width: str) -> None:
    wide = getattr(SERIF, width)
    ((width_mm, height_mm),) = pdfs[name].sizes_mm
    assert width_mm == pytest.approx(wide, abs=0.01)
    assert height_mm <= SERIF.tallest_mm + 0.01


def test_pictures_have_the_dots_of_column_and_resolution(from_efficiency: Results, tmp_path: Path) -> None:
    preset = replace(BUILT_IN["aps"], formats=("png", "tiff"), dpi=100)
    out = tmp_path / "out"
    export_figures(from_efficiency, out, preset=preset, only=["fig2c"])
    columns, _ = struct.unpack(">II", (out / "fig2c.png").read_bytes()[16:24])
    assert columns == pytest.approx(preset.single_mm / MM_PER_IN * preset.dpi, abs=1.0)
    assert (out / "fig2c.tiff").read_bytes()[:2] in (b"II", b"MM")
    assert sorted(path.suffix for path in out.iterdir()) == [".csv", ".png", ".tiff"]


def test_a_column_may_be_chosen_for_all(results: Results) -> None:
    for column, width in (("single", 80.0), ("middle", 120.0), ("double", 170.0)):
        figure = drawn(results, "fig2b", replace(BUILT_IN["wiley"], column=column))  # type: ignore[arg-type]
        assert figure.get_size_inches()[0] * MM_PER_IN == pytest.approx(width)


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("fig2b", ("ΔES (meV)", "R", "ΔE = 22.", "QY = 0.8", "120 K")),
        ("figure2", ("(a)", "(b)", "(c)", "(d)", "ΔE from PL peak (meV)", "ηASPL", "1/kBT (eV−1)", "T (K)")),
        ("figure3", ("(a)", "(b)", "(c)", "ħω = 2", "g = ", "joint fit")),
        ("coordinate", ("√S = 1", "hνAS", "Ep = ", "S = ", "ħω = 2", "g = 3")),
        ("levels", ("ΔES", "wuc: η", "ASPL: QY", "wnr: 1 − η")),
        ("setup", ("lock-in", "chopper", "+ EMCCD", "laser + AOTF", "cryostat")),
    ],
)  # fmt: skip
def test_text_of_vector_files_is_text_with_symbols_and_units(
    pdfs: dict[str, Pdf], printed: Path, name: str, texts: tuple[str, ...]
) -> None:
    of_svg = "\n".join(svg_texts((printed / f"{name}.svg").read_text(encoding="utf-8")))
    of_pdf = pdfs[name].texts[0]
    for text in texts:
        plain = text.replace(" ", "")
        assert plain in of_svg.replace(" ", "").replace("\xa0", ""), text
        assert plain in of_pdf.replace(" ", "").replace("\xa0", ""), text


@pytest.mark.parametrize("name", ["fig3", "overlay"])
def test_no_text_but_indices_is_smaller_than_five_points(results: Results, tmp_path: Path, name: str) -> None:
    small = replace(DEFAULT, font_size_pt=5.0, formats=("svg",))
    (figure,) = write_figures(results, tmp_path, kinds={name: FIGURES[name]}, preset=small)
    sizes = [float(size) for size in re.findall(r'<text style="[^"]*font-size: ([\d.]+)px', figure.svg)]
    assert min(sizes) >= 5.0
    assert len(sizes) > 10


def test_letters_are_those_of_the_preset(results: Results, tmp_path: Path) -> None:
    for letters, told in (("A", ["A", "B", "C", "D"]), ("none", [])):
        preset = replace(DEFAULT, letters=letters, formats=("svg",))  # type: ignore[arg-type]
        (figure,) = export_figures(results, tmp_path, preset=preset, only=["figure2"])
        assert sorted(text for text in svg_texts(figure.svg) if re.fullmatch(r"\(?[A-Da-d]\)?", text)) == told


def test_a_page_closes_up_where_a_panel_is_missing(from_efficiency: Results, tmp_path: Path) -> None:
    preset = replace(DEFAULT, formats=("svg",))
    figures = {one.name: one for one in export_figures(from_efficiency, tmp_path, preset=preset, only=PAGES)}
    assert "figure1" not in figures
    texts = svg_texts(figures["figure2"].svg)
    assert sorted(text for text in texts if re.fullmatch(r"\([a-d]\)", text)) == ["(a)", "(b)", "(c)"]
    assert "R" not in texts


def test_a_name_comes_through_as_it_is_and_is_no_mathematics(pdfs: dict[str, Pdf], printed: Path) -> None:
    texts = svg_texts((printed / "slide.svg").read_text(encoding="utf-8"))
    title = next(text for text in texts if text.startswith("=cmd"))
    assert title.replace("\N{WHITE SQUARE}", "😀") == ODD_NAME
    assert '=cmd|"é" <b>&amp; $x_1$ _y_' in pdfs["slide"].texts[0]
    head = (printed / "fig2b.csv").read_text(encoding="utf-8").splitlines()[0]
    assert ODD_NAME in head
    assert head.startswith("# ")


@pytest.mark.parametrize("name", ["fig1c", "fig2b", "fig2c", "fig2d", "fig3", "overlay", "temperature_trends"])
def test_the_data_behind_a_figure_are_what_its_artists_show(results: Results, name: str, tmp_path: Path) -> None:
    preset = replace(DEFAULT, formats=("svg",))
    write_figures(results, tmp_path, kinds={name: FIGURES[name]}, preset=preset)
    told = {(float(row["x"]), float(row["y"])) for row in rows_of(tmp_path / f"{name}.csv") if row["x"] and row["y"]}
    shown = set()
    for axes in drawn(results, name, preset).axes:
        for line in axes.lines:
            if line.get_transform() == axes.transData:
                shown |= {(float(x), float(y)) for x, y in line.get_xydata() if np.isfinite([x, y]).all()}
    assert told == shown


def test_the_data_behind_eta_are_its_values_and_intervals(results: Results, tmp_path: Path) -> None:
    fit = results.efficiency
    assert fit is not None
    write_figures(results, tmp_path, kinds={"fig2c": FIGURES["fig2c"]}, preset=replace(DEFAULT, formats=("svg",)))
    rows = [row for row in rows_of(tmp_path / "fig2c.csv") if row["series"] == "120 K"]
    closed = fit.valid[0] & fit.fitted[0] & np.isfinite(fit.eta_low[0]) & np.isfinite(fit.eta_high[0])
    for key, values in (("x", fit.detuning_mev), ("y", fit.eta), ("y_low", fit.eta_low), ("y_high", fit.eta_high)):
        np.testing.assert_allclose([float(row[key]) for row in rows], values[0, closed], rtol=1e-12)
    assert {(row["x_unit"], row["y_quantity"]) for row in rows} == {("meV", "η_ASPL")}


def test_bands_bins_and_levels_are_among_the_data() -> None:
    figure = Figure()
    axes = figure.subplots()
    x = np.array([1.0, 2.0, 3.0])
    axes.fill_between(x, x - 0.1, x + 0.2, label="_band of $g$")
    axes.stairs([4.0, 5.0], [0.0, 1.0, 2.0], label="bins")
    axes.axhline(7.0, label="_zero")
    axes.errorbar(x, x, xerr=0.5, linestyle="none", label="both")
    axes.set(xlabel=r"$\Delta E_{\mathrm{S}}$ (meV)", ylabel="count", title="left")
    points, level, band, bars = series_of(figure)
    np.testing.assert_allclose(band.y_low, x - 0.1)
    np.testing.assert_allclose(band.y_high, x + 0.2)
    np.testing.assert_allclose(points.x_low, x - 0.5)
    assert (band.name, level.name, level.y.tolist(), bars.x_high.tolist()) == ("band of g", "zero", [7.0], [1.0, 2.0])
    table = points_table(figure, "a", "b")
    assert {row[:2] for row in table.rows if row[2] == "bars"} == {("left", "bins")}
    assert {row[3:5] for row in table.rows} == {("ΔE_S", "meV")}


def test_the_wells_stand_apart_by_the_root_of_the_huang_rhys_factor(results: Results) -> None:
    assert results.polaron is not None
    factor = float(results.polaron.huang_rhys[-1])
    with publication_style():
        figure = all_kinds(DEFAULT)["coordinate"].draw(results, page())
    assert isinstance(figure, Figure)
    series = {one.name: one for one in series_of(figure)}
    lower, upper = series["valence band"], series["conduction band"]
    at = lower.x[np.argmin(lower.y)], upper.x[np.argmin(upper.y)]
    assert at == pytest.approx((0.0, np.sqrt(factor)), abs=1e-9)
    at_zero = np.interp(0.0, upper.x, upper.y)
    assert at_zero - upper.y.min() == pytest.approx(factor, rel=0.01)


def test_what_is_excluded_is_a_cross_and_what_a_fit_leaves_out_is_shaded(results: Results) -> None:
    fit = results.efficiency
    assert fit is not None
    j = int(np.flatnonzero(fit.fitted[0])[2])
    document = results.document.excluding(fit.keys[0][j], "leak")
    settings = replace(document.settings.polaron, detuning_range_mev=(0.0, 100.0))
    found = analyse(document.with_settings(polaron=settings))
    axes = drawn(found, "fig3").axes[0]
    crosses = [line for line in axes.lines if line.get_marker() == "x"]
    assert [line.get_xdata().tolist() for line in crosses] == [[pytest.approx(fit.detuning_mev[0, j])]]  # type: ignore[union-attr]
    assert _shaded(axes) == [(100.0, pytest.approx(axes.get_xlim()[1]))]
    assert _shaded(drawn(results, "fig3").axes[0]) == []


def _shaded(axes: Axes) -> list[tuple[float, float]]:
    """Return the ranges of x that are shaded over the whole height."""
    spans = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    return [
        (one.get_x(), one.get_x() + one.get_width()) for one in spans if (one.get_y(), one.get_height()) == (0.0, 1.0)
    ]


def test_the_atlas_has_a_page_for_each_temperature(results: Results, tmp_path: Path) -> None:
    steps: list[float] = []
    path = write_atlas(named(results, ODD_NAME), tmp_path, progress=Progress(lambda done, _: steps.append(done)))
    assert path is not None
    pdf = read_pdf(path)
    assert pdf.sizes_mm == (pytest.approx((210.0, 297.0), abs=0.01),) * 2
    assert not pdf.has_images
    assert pdf.fonts == pdf.embedded
    assert steps == [0.0, 0.5, 1.0]
    for text, kelvin in zip(pdf.texts, ("120.0 K", "250.0 K"), strict=True):
        assert kelvin in text
        assert '=cmd|"é" <b>&amp; $x_1$' in text
        assert "In-phase signal (µV)" in text
        assert re.search(r"ASPL, 53\d\.\d nm", text)


def test_a_stopped_atlas_leaves_nothing(from_efficiency: Results, tmp_path: Path) -> None:
    stop, out = threading.Event(), tmp_path / "out"
    with pytest.raises(Cancelled):
        write_atlas(from_efficiency, out, progress=Progress(lambda done, text: stop.set(), stop))
    assert list(out.iterdir()) == []


def test_an_unknown_figure_is_told_with_the_nearest_name(results: Results, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no figure 'figur2'\. Did you mean figure2\?"):
        export_figures(results, tmp_path, only=["figur2"])


def test_colours_follow_the_palette(results: Results, tmp_path: Path) -> None:
    grey = replace(BUILT_IN["greys"], formats=("svg",))
    (figure,) = write_figures(results, tmp_path, kinds={"fig2b": FIGURES["fig2b"]}, preset=grey)
    colours = set(re.findall(r"#[0-9a-f]{6}", figure.svg))
    assert all(colour[1:3] == colour[3:5] == colour[5:7] for colour in colours), colours


def test_a_picture_for_the_screen_is_a_png(from_efficiency: Results) -> None:
    found = picture("fig2c", from_efficiency, dpi=50.0)
    assert found is not None
    assert found.startswith(b"\x89PNG")
    assert picture("fig1c", from_efficiency) is None


def test_a_document_alone_has_its_schemes(tmp_path: Path, results: Results) -> None:
    empty = Results(Document(replace(results.document.experiment, spectra=(), scans=())))
    names = [one.name for one in export_figures(empty, tmp_path, preset=replace(DEFAULT, formats=("svg",)))]
    assert names == ["levels", "setup"]
    assert axes_of(Figure()) == []
