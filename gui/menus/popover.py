"""Small windows that explain: the versions at work."""

from PySide6.QtWidgets import QMessageBox, QWidget

from asplab.core.provenance import software_versions
from asplab.gui.language import tr


def about_box(parent: QWidget) -> QMessageBox:
    """Return what says which versions are at work."""
    versions = software_versions()
    own = versions.pop("asplab")
    others = ", ".join(f"{name} {version}" for name, version in versions.items())
    box = QMessageBox(QMessageBox.Icon.NoIcon, tr("About ASPLab"), tr("<b>ASPLab {own}</b>", own=own), parent=parent)
    box.setInformativeText(
        tr(
            "Up-conversion efficiency, quantum yield and polaron parameters from anti-Stokes "
            "photoluminescence.<br><br>{others}",
            others=others,
        )
    )
    return box
