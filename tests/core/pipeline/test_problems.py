"""Problems as they are read: one per cause, the gravest first, causes before what follows from them."""

import pytest

from asplab.core.problems import Problem, by_cause, grouped, join_places


def errors(*places: str, message: str = "it is empty. Restore it.") -> list[Problem]:
    return [Problem("error", place, message) for place in places]


def test_one_cause_is_one_problem_with_all_its_places() -> None:
    (problem,) = grouped(errors("80 K", "100 K", "120 K"))
    assert problem == Problem("error", "80 K, 100 K, 120 K", "it is empty. Restore it.")


def test_messages_that_differ_by_numbers_only_have_one_cause_and_the_first_is_an_example() -> None:
    found = grouped(
        [
            Problem("error", "120 K, PL 428.4 nm", "the window lies outside its range (442.4-695.6 nm). Move it."),
            Problem("error", "120 K, PL 436.7 nm", "the window lies outside its range (450.7-695.6 nm). Move it."),
        ]
    )
    (problem,) = found
    assert problem.where == "120 K: PL 428.4 nm, PL 436.7 nm"
    assert problem.message == "for example, the window lies outside its range (442.4-695.6 nm). Move it."


def test_missing_files_are_one_cause_whether_or_not_a_name_is_suggested() -> None:
    found = grouped(
        [
            Problem("error", "manifest.csv, line 7", "the file 'T080/a_r1.csv' isn't there. Correct the name."),
            Problem(
                "error", "manifest.csv, line 8", "the file 'b.csv' isn't there; did you mean c.csv? Correct the name."
            ),
        ]
    )
    assert [problem.where for problem in found] == ["manifest.csv, lines 7-8"]


def test_different_words_in_quotes_are_different_causes() -> None:
    assert len(grouped([*errors("a", message="unknown kind 'PLL'."), *errors("b", message="unknown kind 'foo'.")])) == 2


def test_a_warning_and_an_error_with_the_same_words_stay_apart() -> None:
    words = "it is empty."
    assert grouped([Problem("warning", "a", words), Problem("error", "b", words)]) == (
        Problem("error", "b", words),
        Problem("warning", "a", words),
    )


def test_what_concerns_the_whole_experiment_comes_after_its_causes() -> None:
    whole = Problem("error", "sample 7", "no quantum yield.")
    cause = Problem("error", "80 K", "there is no scan.")
    doubt = Problem("warning", "80 K", "few repeats.")
    assert grouped([doubt, whole, cause], experiment="sample 7") == (cause, whole, doubt)


def test_every_problem_is_in_one_group_unchanged() -> None:
    problems = [*errors("80 K", "100 K"), *errors("a.csv", message="it is cut short."), Problem("info", "b", "kept.")]
    groups = by_cause(problems)
    assert [len(group) for group in groups] == [2, 1, 1]
    assert [problem for group in groups for problem in group] == problems


def test_problems_of_different_causes_keep_their_order() -> None:
    problems = [Problem("error", place, message) for place, message in (("a", "first."), ("b", "second."))]
    assert grouped(problems) == tuple(problems)
    assert grouped([]) == ()


@pytest.mark.parametrize(
    ("places", "text"),
    [
        (["80 K"], "80 K"),
        ([f"{t} K" for t in range(80, 300, 20)], "80 K, 100 K, 120 K, 140 K … and 7 more"),
        ([f"120 K, ASPL {w}.0 nm" for w in range(516, 520)],
         "120 K: ASPL 516.0 nm, ASPL 517.0 nm, ASPL 518.0 nm, ASPL 519.0 nm"),
        ([f"120 K, ASPL {w}.0 nm" for w in range(516, 528)],
         "120 K: ASPL 516.0 nm, ASPL 517.0 nm, ASPL 518.0 nm … and 9 more"),
        (["80 K, PL 450.0 nm", "80 K, PL 460.0 nm", "100 K, PL 450.0 nm"], "3 conditions at 80 K, 100 K"),
        ([f"manifest.csv, line {k}" for k in (9, 4, 5, 6)], "manifest.csv, lines 4-6, 9"),
        (["manifest.csv, line 4", "other.csv, line 5"], "manifest.csv, line 4, other.csv, line 5"),
        (["a.csv, line 3 (manifest line 7)", "b.csv (manifest line 8)"],
         "a.csv, line 3 and 1 more file (manifest lines 7-8)"),
        (["a.csv (manifest line 7)", "b.csv (manifest line 7)", "c.csv (manifest line 7)"],
         "a.csv and 2 more files (manifest line 7)"),
        (["80 K", "joint fit"], "80 K, joint fit"),
    ],
)  # fmt: skip
def test_places_are_joined_and_shortened(places: list[str], text: str) -> None:
    assert join_places(places) == text
