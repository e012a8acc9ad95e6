"""Figures in the manner of the paper's 1c, 2b-d and 3, drawn without a display and without global figures."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter
from scipy.special import expit

from asplab.core.band import cutoff_nm
from asplab.core.corrections import Corrected
from asplab.core.efficiency import EfficiencyFit
from asplab.core.export.drawing import (
    BLUE,
    GREEN,
    ORDER_COLOURS,
    ORDER_MARKERS,
    RED,
    close_label,
    finish_axes,
    number_with_error,
    shade_above_one,
)
