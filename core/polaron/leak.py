"""What the error of a measured laser leak does to the points of η: one number for all temperatures."""

import numpy as np

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.units import FloatArray


def leak_sensitivity(efficiency: EfficiencyFit) -> FloatArray | None:
    """Return by how much one standard error of a measured leak moves N and D, (n_temperatures, 2 n_anti).

    A leak is taken from anti-Stokes excitations alone, so that the Stokes line, and with it D = PA/s + hν₀ I, stays.
    None where no leak was measured, or where its error is zero.
    """
    responses = efficiency.responses
    if responses is None or responses.leak_error is None or not responses.leak_error.any():
        return None
    light, heat = (part[:, responses.n_stokes :] for part in np.split(responses.leak_error, 2, axis=1))
    numerator = responses.excitation_mev[:, responses.n_stokes :] * light
    denominator = heat / efficiency.slope[:, None] + efficiency.intercept_mev[:, None] * light
    return np.asarray(np.nan_to_num(np.concatenate([numerator, denominator], axis=1)))
