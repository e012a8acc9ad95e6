"""What is selected and looked at: shared by all panels, never saved as science, never undone."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ViewState:
    """The selection.

    Attributes
    ----------
    step : str
        Key of the step shown: overview, corrections, spectra, absorption, ratio, efficiency, polaron.
    temperature : int
        Index into the results' temperatures.
    stack : str
        Key of the selected condition (`Stack.key`), empty for none.
    record : str
        Source of the selected repeat (file), empty for none.
    compared : int or None
        Index of the temperature shown beside the selected one, None for none.
    several : tuple of str
        Keys of conditions and sources of files that are selected together, two at least; else empty. One of them is
        :attr:`stack` or :attr:`record`.
    quantity : str
        The result whose error is looked at, a field of `asplab.core.systematics.Outcome`; empty for η of the selected
        condition, else QY.
    is_joint : bool
        Whether that of the joint fit is meant.
    """

    step: str = "overview"
    temperature: int = 0
    stack: str = ""
    record: str = ""
    compared: int | None = None
    several: tuple[str, ...] = ()
    quantity: str = ""
    is_joint: bool = False

    @property
    def targets(self) -> tuple[str, ...]:
        """What a command acts on: all that are selected together, else the file, else the condition, else nothing."""
        alone = self.record or self.stack
        return self.several or ((alone,) if alone else ())
