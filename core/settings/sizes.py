"""Settings of nanocrystal sizes."""

from dataclasses import dataclass
from typing import Literal

from asplab.core.errors import SettingsError
from asplab.core.settings.limits import between


@dataclass(frozen=True, slots=True)
class SizeSettings:
    """Which particles of a micrograph count, and what their spread does to the gap.

    Attributes
    ----------
    minimum_nm : float
        Edge below which a particle is a speck.
    merged : {"flag", "leave_out"}
        What to do with particles as large as two.
    scale_error_percent : float
        Standard error of the scale of the image.
    bin_nm : float
        Width of a bar of the histogram; 0 chooses it.
    slope_mev_per_nm, slope_error_mev_per_nm : float or None, float
        dE/dl at the mean size with its standard error; without it the gaps' spread is not computed.
    outline_error_nm : float
        Standard deviation of one measured edge about the true one.
    """

    minimum_nm: float = 0.0
    merged: Literal["flag", "leave_out"] = "flag"
    scale_error_percent: float = 0.0
    bin_nm: float = 0.0
    slope_mev_per_nm: float | None = None
    slope_error_mev_per_nm: float = 0.0
    outline_error_nm: float = 0.0

    def __post_init__(self) -> None:
        between("minimum_nm", self.minimum_nm, 0.0, 1e6)
        between("scale_error_percent", self.scale_error_percent, 0.0, 100.0)
        between("bin_nm", self.bin_nm, 0.0, 1e6)
        between("slope_error_mev_per_nm", self.slope_error_mev_per_nm, 0.0, 1e6)
        between("outline_error_nm", self.outline_error_nm, 0.0, 1e6)
        if self.slope_mev_per_nm is not None:
            between("slope_mev_per_nm", self.slope_mev_per_nm, -1e6, 1e6)
            if self.slope_mev_per_nm == 0.0:
                raise SettingsError("slope_mev_per_nm is 0; the gap changes with size. Give dE/dl, or leave it empty.")
