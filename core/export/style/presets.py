"""Presets of figures: widths of journals' columns, fonts, lines, colours, letters and formats."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Literal, get_args

from asplab.core.errors import InputError
from asplab.core.export.style.palette import PALETTES

Column = Literal["auto", "single", "middle", "double"]
Family = Literal["sans", "serif"]
Letters = Literal["none", "a", "(a)", "A"]
ALL_FORMATS = ("pdf", "svg", "png", "tiff")
COLUMNS, FAMILIES, LETTERS = get_args(Column), get_args(Family), get_args(Letters)
LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "single_mm": (40.0, 400.0), "middle_mm": (40.0, 400.0), "double_mm": (40.0, 400.0), "tallest_mm": (40.0, 600.0),
        "font_size_pt": (5.0, 24.0), "line_width_pt": (0.25, 4.0), "dpi": (72.0, 1200.0),
    }
)  # fmt: skip
"""Smallest and largest value of each number of a preset."""
_MM_PER_IN, _USUAL_PT = 25.4, 8.0
_NARROWEST = 0.9
"""Part of its own width below which a figure holds its panels no more."""
_CHOICES = {"column": COLUMNS, "family": FAMILIES, "palette": tuple(PALETTES), "letters": LETTERS}


@dataclass(frozen=True, slots=True)
class FigurePreset:
    """How figures are made for one journal or talk.

    Attributes
    ----------
    name : str
    single_mm, middle_mm, double_mm : float
        Width of a figure over one column, one and a half, and two.
    tallest_mm : float
        Height that no figure exceeds.
    column : str
        Width of every figure; ``auto`` gives each the one that suits it.
    family : str
        Font of texts and of mathematics.
    font_size_pt : float
        Size of axis labels; numbers at ticks and legends are a point smaller, and nothing but sub- and superscripts
        is smaller than 5 points.
    line_width_pt : float
        Width of curves; axes are finer.
    palette : str
    letters : str
        How the panels of a page are lettered.
    dpi : int
        Dots per inch of PNG and TIFF.
    formats : tuple of str
    note : str
        Where the widths are from.
    """

    name: str
    single_mm: float = 84.0
    middle_mm: float = 127.0
    double_mm: float = 178.0
    tallest_mm: float = 230.0
    column: Column = "auto"
    family: Family = "sans"
    font_size_pt: float = 8.0
    line_width_pt: float = 1.0
    palette: str = "okabe-ito"
    letters: Letters = "(a)"
    dpi: int = 300
    formats: tuple[str, ...] = ("pdf", "svg", "png")
    note: str = ""

    def __post_init__(self) -> None:
        faults = preset_faults(self)
        if faults:
            raise InputError(f"figure preset {self.name!r}: {'; '.join(faults)}.")

    def width_mm(self, suits_in: float) -> float:
        """Return the width of a figure that by itself would be ``suits_in`` wide.

        A figure of panels side by side that a narrow column can't hold takes the next one that can.
        """
        widths = {"single": self.single_mm, "middle": self.middle_mm, "double": self.double_mm}
        if self.column == "auto":
            return self.single_mm if suits_in < 3.7 else self.middle_mm if suits_in < 5.2 else self.double_mm
        needed = _NARROWEST * suits_in * _MM_PER_IN * self.font_size_pt / _USUAL_PT
        wider = [width for width in widths.values() if width >= max(widths[self.column], needed)]
        return min(wider, default=self.double_mm)


def preset_faults(preset: FigurePreset) -> list[str]:
    """Return everything that is wrong with a preset, in words; none where it can be used."""
    faults = [] if preset.name.strip() else ["it has no name"]
    for key, (low, high) in LIMITS.items():
        value = getattr(preset, key)
        if not low <= value <= high:
            faults.append(f"{key} is {value:g}; give {low:g} to {high:g}")
    for key, choices in _CHOICES.items():
        if getattr(preset, key) not in choices:
            faults.append(f"{key} is {getattr(preset, key)!r}; choose one of {', '.join(choices)}")
    unknown = [one for one in preset.formats if one not in ALL_FORMATS]
    if unknown or not preset.formats:
        faults.append(f"formats are {', '.join(preset.formats) or 'none'}; name some of {', '.join(ALL_FORMATS)}")
    if not preset.single_mm <= preset.middle_mm <= preset.double_mm:
        faults.append("single_mm, middle_mm and double_mm must increase")
    return faults


_NOMINAL = "widths are nominal: look into the journal's instructions"
DEFAULT = FigurePreset("default", note="widths that most journals take")
BUILT_IN: Mapping[str, FigurePreset] = MappingProxyType(
    {
        one.name: one
        for one in (
            DEFAULT,
            FigurePreset("acs", 82.55, 127.0, 177.8, 233.0, letters="(a)", dpi=600, note=_NOMINAL),
            FigurePreset(
                "nature", 89.0, 120.0, 183.0, 247.0, font_size_pt=7.0, letters="a", dpi=450,
                note="89 and 183 mm, 120 to 136 mm between, letters bold, text of 5 to 7 points",
            ),
            FigurePreset("aps", 86.0, 129.0, 178.0, 240.0, family="serif", letters="(a)", dpi=600, note=_NOMINAL),
            FigurePreset("rsc", 83.0, 127.0, 171.0, 233.0, letters="(a)", dpi=600, note=_NOMINAL),
            FigurePreset("wiley", 80.0, 120.0, 170.0, 230.0, letters="a", dpi=600, note=_NOMINAL),
            FigurePreset("elsevier", 90.0, 140.0, 190.0, 240.0, dpi=500, note="90, 140 and 190 mm"),
            FigurePreset("greys", palette="greys", note="for print without colours"),
            FigurePreset(
                "talk", 120.0, 160.0, 300.0, 170.0, font_size_pt=14.0, line_width_pt=2.0, letters="none", dpi=200,
                note="to be read from the last row",
            ),
        )
    }
)  # fmt: skip
"""Presets that come along, by name."""

NUMBERS = tuple(LIMITS)
KEYS = tuple(field.name for field in fields(FigurePreset))
