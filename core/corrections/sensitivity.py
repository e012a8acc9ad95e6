"""How sensitive the detection is along the wavelength axis: the spectral response."""

import numpy as np

from asplab.core.experiment import Curve
from asplab.core.grouping.stage import Gathered
from asplab.core.problems import Problem
from asplab.core.settings import CorrectionSettings
from asplab.core.units import FloatArray


def response_curve(gathered: Gathered, settings: CorrectionSettings, problems: list[Problem]) -> Curve | None:
    """Return the response curve in use, or None; what is doubtful about it goes to ``problems``."""
    curves = [curve for curve in gathered.experiment.curves if curve.kind == "response"]
    if not curves or not settings.divide_by_response:
        return None
    if len(curves) > 1:
        message = (
            f"{len(curves)} response curves are listed; {curves[0].source} is used. Keep one row of kind response."
        )
        problems.append(Problem("warning", curves[1].where, message))
    curve = curves[0]
    for stack in gathered.stacks:
        axis = stack.members[0].wavelength_nm
        if axis[0] < curve.wavelength_nm[0] - 1.0 or axis[-1] > curve.wavelength_nm[-1] + 1.0:
            message = (
                f"the response curve covers {curve.wavelength_nm[0]:.1f}-{curve.wavelength_nm[-1]:.1f} nm, the spectra "
                f"{axis[0]:.1f}-{axis[-1]:.1f} nm; its end values are used beyond. Supply a curve over the whole range."
            )
            problems.append(Problem("warning", curve.where, message))
            break
    return curve


def relative_response(axis: FloatArray, curve: Curve | None) -> FloatArray:
    """Return the response on a wavelength axis, (n_pixels,), relative to the maximum of its curve; ones without one."""
    if curve is None:
        return np.ones(axis.size)
    found: FloatArray = np.interp(axis, curve.wavelength_nm, curve.values) / curve.values.max()
    return found
