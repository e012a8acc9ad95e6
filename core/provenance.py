"""Where numbers come from: program versions, the day they were made, checksums of what they were made from."""

import hashlib
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

PROGRAM = "ASPLab"
_DISTRIBUTIONS = ("asplab", "numpy", "scipy", "h5py")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Which software made something, and when.

    Attributes
    ----------
    software : tuple of (str, str)
        Name and version of ASPLab, Python and the libraries that numbers depend on.
    date_utc : str
        ISO 8601 in UTC, to the second, such as ``2026-01-31T12:00:00Z``.
    """

    software: tuple[tuple[str, str], ...]
    date_utc: str

    @property
    def version(self) -> str:
        """Version of ASPLab."""
        return dict(self.software)["asplab"]


def record_provenance(now: datetime) -> Provenance:
    """Return the software that runs here, and ``now`` (with a time zone) as date in UTC."""
    return Provenance(tuple(software_versions().items()), utc_text(now))


def software_versions() -> dict[str, str]:
    """Return the versions of ASPLab, its numerical libraries and Python, and the operating system."""
    versions = {name: _version(name) for name in _DISTRIBUTIONS}
    return versions | {"python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}"}


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        # A frozen application may come without the metadata of a library.
        return "unknown"


def utc_text(moment: datetime) -> str:
    """Return a moment as ISO 8601 text in UTC, to the second; raise `ValueError` where it has no time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; pass datetime.now(UTC).")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def sha256(raw: bytes) -> str:
    """Return the SHA-256 of ``raw`` as 64 hexadecimal digits."""
    return hashlib.sha256(raw).hexdigest()
