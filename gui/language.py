"""Every text on screen passes through here, so that a translation can take its place."""

from PySide6.QtCore import QCoreApplication

_CONTEXT = "ASPLab"


def tr(text: str, **values: object) -> str:
    """Return the text in the user's language, with ``{names}`` in it replaced by values.

    Parameters
    ----------
    text : str
        English text; it must be a literal where it is written, so that translation tools find it.
    **values
        What stands for the names in braces.

    Examples
    --------
    >>> tr("{count} spectra", count=3)
    '3 spectra'
    """
    translated = QCoreApplication.translate(_CONTEXT, text)
    return translated.format(**values) if values else translated
