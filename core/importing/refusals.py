"""As what a data set can't be loaded, found out with its columns at hand, so that a check may tell it before."""

from asplab.core.experiment import Condition
from asplab.core.io.datafile import DataFile, FileError
from asplab.core.io.records import Origin, read_record
from asplab.core.io.selection import WHOLE_FILE, select

__all__ = ["READ_ALIKE", "refusals"]

READ_ALIKE = {
    **dict.fromkeys(("pl", "aspl", "emission", "dark"), "pl"),
    **dict.fromkeys(("pa", "pa_blank"), "pa"),
    "response": "response",
    "absorption": "absorption",
}
"""The kinds whose columns are looked for, each with the one that stands for those that are read the same way."""

# A Raman shift needs some excitation to become a wavelength; which one decides nothing here.
_ANYWHERE = Condition(excitation_nm=532.0)


def refusals(file: DataFile) -> tuple[tuple[str, str], ...]:
    """Return the kinds, of those that stand for others, as which ``file`` can't be loaded, each with the reason.

    Images are left out, since they can't be read before their rows are chosen.
    """
    if file.layout == "image":
        return ()
    refused = []
    for kind in dict.fromkeys(READ_ALIKE.values()):
        try:
            first = select(file, WHOLE_FILE)[0].file
            read_record(first, Origin(kind, file.part, None, _ANYWHERE, ()))
        except FileError as fault:
            refused.append((kind, fault.text))
    return tuple(refused)
