"""Settings of the stages that read photothermal scans."""

from dataclasses import dataclass
from typing import Literal

from asplab.core.settings.limits import ascending, between


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """How a photothermal scan is read at each excitation.

    A local polynomial of ``polynomial_order`` within ±``half_width_mev``; the in-phase part where both
    lock-in channels were recorded; smoothed power where the scan carries it.

    Attributes
    ----------
    stitch_segments : bool
        Scale pieces of a scan to each other where they overlap; else they are joined as they are.
    leave_out_overload : bool
        Leave out points at which the lock-in was at its full scale.
    full_scale_limit : float
        Part of the full scale from which a point counts as overloaded.
    align_temperatures : bool
        Move scans that were taken at another temperature than the emission by the difference of the gap.
    """

    half_width_mev: float = 5.0
    polynomial_order: int = 2
    rotate_phase: bool = True
    divide_by_power: bool = True
    stitch_segments: bool = True
    leave_out_overload: bool = True
    full_scale_limit: float = 1.0
    align_temperatures: bool = True

    def __post_init__(self) -> None:
        between("half_width_mev", self.half_width_mev, 0.1, 100.0)
        between("polynomial_order", self.polynomial_order, 0, 5)
        between("full_scale_limit", self.full_scale_limit, 0.1, 10.0)


@dataclass(frozen=True, slots=True)
class BaselineSettings:
    """What a photothermal scan shows without absorption.

    ``from_mev`` and ``to_mev`` bound the region in meV below the gap of each temperature; ``to_mev`` None
    means the end of the scan. ``urbach`` is a line and, where the scan beyond ``tail_from_mev`` shows one, an
    Urbach tail beside it. ``unit`` says whether the baseline adds volts (pick-up) or scales with the pump
    power (scatter, substrate).
    """

    shape: Literal["constant", "line", "urbach", "blank", "none"] = "urbach"
    from_mev: float = 220.0
    to_mev: float | None = None
    tail_from_mev: float = 110.0
    unit: Literal["volt", "power"] = "volt"

    def __post_init__(self) -> None:
        between("from_mev", self.from_mev, 0.0, 5000.0)
        between("tail_from_mev", self.tail_from_mev, 0.0, 5000.0)
        if self.to_mev is not None:
            ascending("baseline region", (self.from_mev, self.to_mev))
