"""The plane of g and ħω: the profile likelihood of both together as a study, and contours of draws."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from asplab.core.contours import cloud_lines, smooth_lines
from asplab.core.errors import AnalysisError
from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.core.units import FloatArray
from asplab.gui.jobs.study import Study
from asplab.gui.language import tr

if TYPE_CHECKING:
    from asplab.core.sampling import Posterior

MODEL = "eq9"
SHARES = (0.6827, 0.95)
Line = tuple[FloatArray, FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Contours (ħω, g) that enclose 68 and 95 % of both together, the best fit, and the correlation there."""

    lines: tuple[Line, ...]
    best: tuple[float, float]
    correlation: float


@dataclass(frozen=True, slots=True, eq=False)
class Cloud:
    """Draws of ħω and g with contours around 68 and 95 % of them, and their rank correlation."""

    phonon_mev: FloatArray
    g_mev: FloatArray
    lines: tuple[Line, ...]
    correlation: float


def find_plane(results: Results, row: int | None, progress: Progress) -> Plane:
    """Return the contours of the profile likelihood for one temperature (its index), or for the joint fit (None)."""
    from asplab.core.polaron.comparison import ModelOptions, fit_model
    from asplab.core.polaron.comparison.profiles import profile_plane

    if results.efficiency is None or results.polaron is None or not results.polaron.fitted.any():
        raise AnalysisError("there is no fit of Eq. 9 to take intervals of. Look at the problems of the results.")
    polaron = results.document.settings.polaron
    fit = fit_model(results.efficiency, MODEL, ModelOptions(polaron.detuning_range_mev, polaron.joint_scale))
    found = profile_plane(fit, row=-1 if row is None else row, progress=progress)
    lines = tuple(smooth_lines(found.x, found.y, found.delta_chi2, rise) for rise in found.joint_rises)
    at = -1 if row is None else row
    return Plane(lines, found.best, float(fit.correlation("phonon_mev", "g_mev")[at]))


def cloud_of(posterior: "Posterior") -> Cloud | None:
    """Return the draws of a posterior in the plane; None for a model without g and ħω."""
    names = ("phonon_mev", "g_mev")
    if not set(names) <= posterior.parameters.keys():
        return None
    phonon, g = (np.asarray(posterior.parameters[name].draws) for name in names)
    places = [posterior.correlation_names.index(name) for name in names]
    return Cloud(phonon, g, tuple(cloud_lines(phonon, g, SHARES)), float(posterior.correlation[places[0], places[1]]))


PLANE = Study("plane", tr("Plane of g and ħω"), find_plane, ignores=("models", "systematics"), follows=True)
