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
        Index of a second temperature that is shown beside the selected one.
    """

    step: str = "overview"
    temperature: int = 0
    stack: str = ""
    record: str = ""
    compared: int | None = None
