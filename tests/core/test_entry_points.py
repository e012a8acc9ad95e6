"""What scripts may rely on after ``from asplab import core``, in a fresh interpreter."""

import inspect
import subprocess
import sys

import numpy as np
import pytest

from asplab import core

SIGNATURES = {
    "load_experiment": ("folder",),
    "read": ("path",),
    "analyse": ("document",),
    "save_project": (),
    "open_project": (),
    "efficiency.ratio": ("stokes_detuning_mev", "detuning_mev", "eta", "quantum_yield", "gap_mev"),
    "efficiency.invert_line": ("intercept", "slope_per_mev", "detuning_mev", "gap_mev"),
    "cooling.cooling_efficiency": ("eta", "quantum_yield", "detuning_mev", "gap_mev"),
    "polaron.rates.log_rate": (
        "model",
        "detuning_mev",
        "temperature_k",
        "g_mev",
        "phonon_mev",
        "broadening_mev",
        "inhomogeneous_mev",
    ),
}
CLASSES = ("Document", "Settings")


def test_every_entry_point_is_found_by_its_name_alone() -> None:
    lines = ["from asplab import core", *(f"core.{name}" for name in (*SIGNATURES, *CLASSES))]
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True)


@pytest.mark.parametrize("name", SIGNATURES)
def test_an_entry_point_takes_what_scripts_pass(name: str) -> None:
    found = core
    for part in name.split("."):
        found = getattr(found, part)
    parameters = list(inspect.signature(found).parameters)
    wanted = [parameter for parameter in SIGNATURES[name] if parameter in parameters]
    assert list(SIGNATURES[name]) == wanted


def test_a_line_of_ratios_inverts_to_what_made_it() -> None:
    stokes = np.array([20.0, 80.0])
    line = core.efficiency.ratio(stokes, 60.0, 0.8, 0.9, 2400.0)
    slope = (line[1] - line[0]) / 60.0
    found = core.efficiency.invert_line(line[0] - 20.0 * slope, slope, 60.0, 2400.0)
    np.testing.assert_allclose(found, (0.9, 0.8), rtol=1e-9)
