"""How a name template is written, on one small page."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

from asplab.core.importing.template import FIELDS, UNITS
from asplab.gui.importing.words import heading

_PAGE = """
A template describes how the names of the files are built. Fields stand in braces, everything else as it is:

`{{kind}}_T{{T:K}}_exc{{exc:nm}}_rep{{rep}}` reads `PL_T80K_exc405nm_rep2.txt`

| | |
|---|---|
| `{{T:K}}` | a field, and the unit of its number where the name states none |
| `*` or `{{any}}` | any text, ignored |
| `[_rep{{rep}}]` | may be missing |
| `{{sample}}/{{kind}}_{{T:K}}` | a slash separates folders |
| `\\\\{{` | the sign itself |

Decimals may be written `0.5`, `0,5` or `0p5`. A name that the template does not fit is read for what it says plainly,
and marked with ≠.

**Fields**

{fields}
"""


class TemplateHelp(QDialog):
    """The syntax of templates, and all fields with their units."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Name templates")
        self.resize(620, 640)
        browser = QTextBrowser()
        browser.setMarkdown(page())
        rows = QVBoxLayout(self)
        rows.setContentsMargins(12, 12, 12, 12)
        rows.addWidget(browser)


def page() -> str:
    """Return the page as Markdown."""
    lines = ["| Field | Fills | Units |", "|---|---|---|"]
    for field, column in FIELDS.items():
        fills = heading(column) if column else "nothing"
        lines.append(f"| `{{{field}}}` | {fills} | {', '.join(UNITS.get(field, ()))} |")
    return _PAGE.format(fields="\n".join(lines))
