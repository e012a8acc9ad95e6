"""How far each sample is, and the files by which processes tell it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

State = Literal["waiting", "running", "done", "incomplete", "failed"]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one sample stands.

    Attributes
    ----------
    state : {"waiting", "running", "done", "incomplete", "failed"}
    fraction : float
        Part of its analysis that is done, 0 to 1.
    reason : str
        Why it failed; empty where it did not.
    """

    state: State
    fraction: float = 0.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Signs:
    """Small files in ``folder`` by which processes say how far they are, and are told to stop."""

    folder: Path

    def ask_to_stop(self) -> None:
        """Tell all processes to give up."""
        self._stop.touch()

    @property
    def is_to_stop(self) -> bool:
        """Whether processes were told to give up."""
        return self._stop.exists()

    def tell(self, sample: int, fraction: float) -> None:
        """Say how far a sample is."""
        (self.folder / str(sample)).write_text(f"{fraction:.3f}\n", encoding="ascii")

    def told(self, sample: int) -> float | None:
        """Return how far a sample is; None where nothing was said yet, or just now."""
        try:
            text = (self.folder / str(sample)).read_text(encoding="ascii")
        except OSError:
            return None
        return float(text) if text.endswith("\n") else None

    @property
    def _stop(self) -> Path:
        return self.folder / "stop"
