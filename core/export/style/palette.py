"""Colours of figures; every palette but the greys tells its first colours apart for all kinds of colour vision."""

from collections.abc import Mapping

import numpy as np

from asplab.core.units import FloatArray

BLUE, RED, GREEN, GREY = "C0", "C1", "C2", "C7"
"""Places in the palette that is in force while a figure is drawn, by what they are in the default one."""

_DARK_GREY = "#6b6b6b"
PALETTES: Mapping[str, tuple[str, ...]] = {
    # Okabe and Ito, without their yellow, which is lost on white.
    "okabe-ito": ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", _DARK_GREY),
    # Paul Tol's bright scheme.
    "bright": ("#4477aa", "#ee6677", "#228833", "#aa3377", "#ccbb44", "#66ccee", "#000000", _DARK_GREY),
    # Series are told apart by their markers and lines as well.
    "greys": ("#000000", "#5e5e5e", "#949494", "#303030", "#787878", "#adadad", "#484848", _DARK_GREY),
}
"""Colours by name of the palette: blue, red, green, purple, yellow, light blue, black, grey."""

# Simulation of full deficiency in linear RGB [Machado, Oliveira, Fernandes 2009, doi:10.1109/TVCG.2009.113, Table 1].
_SEEN: Mapping[str, tuple[tuple[float, float, float], ...]] = {
    "normal": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
VISIONS = tuple(_SEEN)
_TO_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))


def difference(first: str, second: str, *, vision: str) -> float:
    """Return how far two colours (``#rrggbb``) are apart, in CIE L*a*b*, as one sees them whose vision is given."""
    return float(np.linalg.norm(_lab(first, vision) - _lab(second, vision)))


def _lab(colour: str, vision: str) -> FloatArray:
    coded = np.array([int(colour[k : k + 2], 16) / 255.0 for k in (1, 3, 5)])
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    xyz = np.array(_TO_XYZ) @ np.clip(np.array(_SEEN[vision]) @ linear, 0.0, 1.0)
    x, y, z = np.cbrt(np.maximum(xyz / np.sum(_TO_XYZ, axis=1), 1e-6))
    return np.array([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)])
