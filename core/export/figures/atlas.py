"""Atlas for supporting information: one page for each temperature, with every spectrum, scan, line and η."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure, SubFigure

from asplab.core.corrections.transmitted import cutoff_nm
from asplab.core.emission.band import Bands
from asplab.core.export.drawing import GREEN, GREY, RED, fixed_layout
from asplab.core.export.figures.detuning import draw_detuning_at
from asplab.core.export.figures.ratio import draw_lines, with_ratio
from asplab.core.export.figures.scan import draw_baseline, with_scan
from asplab.core.export.origin import origin_of
from asplab.core.export.style.names import shown
from asplab.core.export.style.presets import DEFAULT, FigurePreset
from asplab.core.export.style.rules import MM_PER_IN, panel, parts, publication_style, sheet
from asplab.core.export.style.symbols import DETUNING, STOKES_DETUNING
from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.core.safe_files import replaced_file

NAME = "atlas.pdf"
_PAGE_IN = (210.0 / MM_PER_IN, 297.0 / MM_PER_IN)
_COLUMNS = 5
_MOST_ROWS = 6
_FONT_PT = 7.0
_NAME_SIGNS, _REASON_SIGNS = 80, 34
_RATIO_HEIGHTS = (3.0, 1.1)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What stands on one page: spectra of one temperature, and on its last page what follows from them."""

    temperature: int
    stacks: tuple[int, ...]
    is_last: bool


def write_atlas(
    results: Results, folder: Path, *, preset: FigurePreset = DEFAULT, progress: Progress | None = None
) -> Path | None:
    """Write ``atlas.pdf`` page by page and return it; None where there is no spectrum at all.

    Raises
    ------
    Cancelled
        When ``progress`` was cancelled; no file is left behind.
    ProjectError
        When the file can't be written.
    """
    sheets = list(_sheets(results))
    if not sheets:
        return None
    progress, origin = progress or Progress(), origin_of(results)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    notes = {
        "Title": f"Atlas: {origin.experiment}",
        "Subject": origin.words(),
        "Creator": "ASPLab",
        "CreationDate": None,
    }
    fine = replace(preset, font_size_pt=min(preset.font_size_pt, _FONT_PT), line_width_pt=0.8)
    with (
        replaced_file(path, keep_previous=False) as partial,
        publication_style(fine),
        PdfPages(partial, metadata=notes) as pdf,
    ):
        for done, one in enumerate(sheets):
            progress.step(done, len(sheets), f"drawing page {done + 1} of {len(sheets)} of the atlas")
            figure = _draw_sheet(results, one, f"{done + 1} / {len(sheets)}")
            fixed_layout(figure)
            pdf.savefig(figure)
        progress.step(len(sheets), len(sheets), "writing the atlas")
    return path


def _sheets(results: Results) -> Iterator[_Sheet]:
    bands, fit = results.bands, results.efficiency
    if bands is None:
        rows = [] if fit is None else [int(t) for t in np.flatnonzero(fit.valid.any(axis=1))]
        yield from (_Sheet(t, (), is_last=True) for t in rows)
        return
    stacks, most = bands.corrected.stacks, _COLUMNS * _MOST_ROWS
    for t in range(len(bands.corrected.temperatures_k)):
        own = sorted((k for k, one in enumerate(stacks) if one.temperature == t), key=lambda k: stacks[k].excitation_nm)
        parts = [tuple(own[first : first + most]) for first in range(0, len(own), most)]
        yield from (_Sheet(t, part, is_last=part is parts[-1]) for part in parts)


def _draw_sheet(results: Results, one: _Sheet, number: str) -> Figure:
    figure = sheet(*_PAGE_IN, simulated=results.document.experiment.simulated)
    name = results.document.experiment.name
    short = name if len(name) <= _NAME_SIGNS else f"{name[: _NAME_SIGNS - 1]}…"
    figure.text(0.02, 0.995, f"{shown(short)}, {_kelvin(results, one.temperature)}", va="top", fontweight="bold")
    figure.supxlabel(f"{origin_of(results).program}, page {number}", fontsize="small", x=0.99, ha="right", color="0.35")
    if not one.stacks:
        _draw_findings(parts(figure), results, one.temperature)
    elif not one.is_last:
        _draw_spectra(parts(figure)[0], results, one)
    else:
        above, below = parts(figure, heights=_RATIO_HEIGHTS)
        _draw_spectra(above, results, one)
        _draw_findings(parts(below, widths=(1.0, 1.0, 1.0)), results, one.temperature)
    return figure


def _kelvin(results: Results, t: int) -> str:
    if results.bands is not None:
        return f"{results.bands.corrected.temperatures_k[t]:.1f} K"
    return "" if results.efficiency is None else f"{results.efficiency.temperatures_k[t]:.1f} K"


def _draw_spectra(place: SubFigure, results: Results, one: _Sheet) -> None:
    bands = results.bands
    if bands is None:
        return
    n_rows = min(_MOST_ROWS, max(2, -(-len(one.stacks) // _COLUMNS)))
    panels = place.subplots(n_rows, _COLUMNS, squeeze=False)
    for axes, k in zip(panels.flat, one.stacks, strict=False):
        _draw_stack(axes, results, bands, k)
    for axes in panels.flat[len(one.stacks) :]:
        axes.remove()
    place.supxlabel("Wavelength (nm)")
    place.supylabel("Corrected signal (per nm, each on its own scale)")


def _draw_stack(axes: Axes, results: Results, bands: Bands, k: int) -> None:
    """Draw the mean spectrum of one condition: its background, and grey what the filters hide or what is excluded."""
    stack = bands.corrected.stacks[k]
    block, row = bands.corrected.place[k]
    axis, mean = bands.corrected.blocks[block].wavelength_nm, bands.corrected.blocks[block].mean[row]
    is_used = stack.excluded is None
    colour = GREY if not is_used else GREEN if stack.kind == "pl" else RED
    low, high = bands.transmitted_nm[k]
    inside = (axis >= low) & (axis <= high)
    scale = float(np.nanmax(np.abs(mean[inside]))) if inside.any() else float(np.nanmax(np.abs(mean)))
    factor = 1.0 / scale if scale > 0.0 else 1.0
    axes.plot(axis, mean * factor, color=colour, linewidth=0.6, label=f"_{stack.key}")
    if results.background is not None:
        level = float(np.mean(results.background.level[k, bands.corrected.present[k]])) * factor
        axes.axhline(level, color="black", linewidth=0.5, linestyle=":", label="_background")
    for side in ("longpass", "shortpass"):
        cutoff = cutoff_nm(stack, side, results.document.settings.transmission)
        if cutoff is not None:
            axes.axvline(cutoff, color=colour, linewidth=0.6, linestyle="--", label=f"_{side}")
    template = bands.templates[stack.temperature]
    if template is not None:
        wide = 0.6 * (template.extent_nm[1] - template.extent_nm[0])
        axes.set_xlim(max(axis[0], template.extent_nm[0] - wide), min(axis[-1], template.extent_nm[1] + wide))
    axes.set(ylim=(-0.25, 1.35), yticks=[])
    axes.minorticks_off()
    axes.tick_params(labelsize=5)
    axes.text(0.04, 0.96, _stack_words(results, k, is_used=is_used), transform=axes.transAxes, va="top", fontsize=5)


def _stack_words(results: Results, k: int, *, is_used: bool) -> str:
    if results.bands is None:
        return ""
    stack = results.bands.corrected.stacks[k]
    words = f"{'PL' if stack.kind == 'pl' else 'ASPL'}, {stack.excitation_nm:.1f} nm"
    energies, excitations = results.energies, results.excitations
    if energies is not None and excitations is not None:
        below = float(energies.reference_mev[stack.temperature] - excitations.energy_mev[k])
        if np.isfinite(below):
            words += f"\n{STOKES_DETUNING if stack.kind == 'pl' else DETUNING} = {abs(below):.0f} meV"
    return words if is_used else f"{words}\n{shown(f'excluded: {stack.excluded}'[:_REASON_SIGNS])}"


def _draw_findings(places: list[SubFigure], results: Results, t: int) -> None:
    """Draw scan, R and η of one temperature, as far as it has them."""
    fit, responses = results.efficiency, results.responses
    free = iter(places)
    if t in with_scan(results) and len(places) > 1:
        draw_baseline(next(free).subplots(), results, t)
    if fit is None or t >= len(fit.temperatures_k):
        return
    if responses is not None and t in with_ratio(fit) and len(places) > 1:
        chosen = [int(j) for j in np.flatnonzero(np.isfinite(fit.ratio[t]).any(axis=1))]
        place = next(free)
        axes = place.subplots()
        draw_lines(axes, fit, responses, t, chosen)
        names = [f"{fit.detuning_mev[t, j]:.0f}" for j in chosen]
        handles, _ = axes.get_legend_handles_labels()
        title = f"{DETUNING} (meV)"
        place.legend(handles, names, loc="outside lower center", ncols=6, fontsize=5, title=title, title_fontsize=5,
                     columnspacing=0.8, handletextpad=0.2)  # fmt: skip
    if fit.valid[t].any():
        draw_detuning_at(results, panel(next(free)), t)
