"""Every text on screen passes through here, so that a translation can take its place."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

_CONTEXT = "ASPLab"
_STEM = "asplab"
TRANSLATIONS = Path(__file__).resolve().parent.parent / "resources" / "translations"


def tr(text: str, /, **values: object) -> str:
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


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number with its noun in the user's language: "no spectra", "1 spectrum", "3 spectra".

    Parameters
    ----------
    count : int
    one, many : str
        English nouns for one and for several, literals as those of `tr`; without the latter an s is added.
    """
    noun = tr(one) if count == 1 else tr(many or f"{one}s")
    return f"{count or tr('no')} {noun}"


def install_translation(
    application: QCoreApplication, folder: Path = TRANSLATIONS, locale: QLocale | None = None
) -> bool:
    """Let texts appear in the language of the system, where ``asplab_LANGUAGE.qm`` lies in the folder.

    It must stand before the first import of a panel: captions of tables are made when modules load.

    Returns
    -------
    bool
        Whether a translation was found; without one all texts stay English.
    """
    translator = QTranslator(application)
    is_found = translator.load(locale or QLocale(), _STEM, "_", str(folder))
    return is_found and application.installTranslator(translator)
