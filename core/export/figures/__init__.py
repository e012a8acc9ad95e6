"""Figures for print: drawn without a display, each on a page of its own or as a panel of a larger one."""

from asplab.core.export.drawing import FORMATS
from asplab.core.export.figures.registry import FIGURE_NAMES, FIGURES, make_figure
from asplab.core.export.figures.write import ENDINGS, DrawnFigure, write_figures

__all__ = ["ENDINGS", "FIGURES", "FIGURE_NAMES", "FORMATS", "DrawnFigure", "make_figure", "write_figures"]
