"""The ways to what is told of: a problem's file, a check's page, a stop of the tour."""

from collections.abc import Callable

from asplab.gui.language import tr
from asplab.gui.looking import Looking
from asplab.gui.panels.base import Panel
from asplab.gui.panels.experiment_tree import ExperimentTree
from asplab.gui.panels.paged import PagedPanel
from asplab.gui.problem_list import KEY as PROBLEMS
from asplab.gui.problem_list import ProblemList
from asplab.gui.step_list import STEPS
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.text import escaped
from asplab.gui.window import Window
from asplab.gui.words.places import PAGE_OF, find_place


class Leading:
    """Shows places by their names.

    Parameters
    ----------
    page : callable
        Returns the panel of the step that is shown.
    hint : callable
        Tells what the mouse does, and here also that a name leads nowhere.
    """

    def __init__(
        self,
        window: Window,
        looking: Looking,
        tree: ExperimentTree,
        problems: ProblemList,
        *,
        page: Callable[[], Panel],
        hint: Callable[[str], None],
    ) -> None:
        self._window, self._looking, self._tree, self._problems = window, looking, tree, problems
        self._page, self._hint = page, hint

    def open_problems(self) -> None:
        """Show the list of problems."""
        self._window.workbench.reveal(PROBLEMS)
        self._problems.table.setFocus()

    def show_page(self, step: str, page: str) -> None:
        """Show a step, and a page of it where one is named."""
        self._looking.choose_step(step)
        self._choose(page)

    def go_to(self, where: str) -> None:
        """Show a place as problems and checks name it: a file, a temperature, a step, or the page of one."""
        step, _, page = where.partition(PAGE_OF)
        names = [f"{plain(value, 0)} K" for value in self._looking.temperatures]
        place = find_place(step, self._tree.model.root, names, STEPS)
        if where == PROBLEMS:
            self.open_problems()
        elif place:
            self._looking.look(**place)
            self._choose(page)
        else:
            self._hint(tr("{place} concerns no single measurement or step", place=escaped(where)))

    def _choose(self, page: str) -> None:
        shown = self._page()
        if page and isinstance(shown, PagedPanel):
            shown.choose(page)
