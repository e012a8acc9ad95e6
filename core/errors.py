"""The exceptions of ASPLab.

Every message says what went wrong, where, which value was found and what to do about it.
"""


class AsplabError(Exception):
    """Base of every error that ASPLab raises on purpose."""


class InputError(AsplabError):
    """A file, a manifest row or a column can't be used as it stands."""


class SettingsError(AsplabError):
    """A setting has a value that the analysis can't honour."""


class AnalysisError(AsplabError):
    """The data at hand do not suffice for a stage of the analysis."""


class ProjectError(AsplabError):
    """A project file can't be read, written or understood."""


class Cancelled(AsplabError):
    """The user stopped a long operation."""
