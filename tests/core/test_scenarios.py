from __future__ import annotations

import os
from pathlib import Path
from textwrap import dedent

import pytest

from mock_server.core.errors import MistakeInFile, UnknownScenario
from mock_server.core.scenarios import Book, Scenario, load_scenario

from .conftest import CATALOG, CREATE, Files, Shop

GOOD = """\
about: Orders are refused.
rules:
  - when: {operation: shop.orders.create_order}
    then: {outcome: rejected}
"""
# what is wrong in a file, its line, the key and a piece of the text
WRONG = {
    "unknown key": ("about: x\nsede: 5\n", 2, "sede", "unknown key; did you mean 'seed'?"),
    "mistyped about": ("abuot: x\n", 1, "abuot", "unknown key; did you mean 'about'?"),
    "no about": ("rules: []\n", 1, "about", "Missing data for required field"),
    "empty about": ("seed: 1\nabout: ''\n", 2, "about", "Shorter than minimum length 1"),
    "always no boolean": ("about: x\nalways: perhaps\n", 2, "always", "Not a valid boolean"),
    "rules no list": ("about: x\nrules: none\n", 2, "rules", "Not a valid list"),
    "rule no mapping": ("about: x\nrules:\n  - refuse\n", 3, "rules.0", "expected a mapping"),
    "unknown operation": (
        "about: x\nrules:\n  - then: {outcome: rejected}\n    when:\n      operation: shop.orders.create_odrer\n",
        5, "rules.0.when.operation", f"did you mean '{CREATE}'?",
    ),
    "unknown outcome in the second rule": (
        "about: x\nrules:\n  - when: {operation: '*'}\n    then: {}\n"
        f"  - when: {{operation: {CREATE}}}\n    then:\n      outcome: refused\n",
        7, "rules.1.then.outcome", f"'refused' is no outcome of {CREATE}; did you mean 'rejected'?",
    ),
    "unknown error in the second turn": (
        f"about: x\nrules:\n  - when: {{operation: {CREATE}}}\n    then:\n      - {{}}\n      - error: Borken\n",
        6, "rules.0.then.1.error", "did you mean 'Broken'?",
    ),
    "unknown fault": (
        f"about: x\nrules:\n  - when: {{operation: {CREATE}}}\n    then:\n      fault:\n        drip: answer\n",
        6, "rules.0.then.fault.drip", "'drip' is no fault; did you mean 'drop'?",
    ),
    "bad duration of a fault": (
        f"about: x\nrules:\n  - when: {{operation: {CREATE}}}\n    then:\n      fault: {{delay: 3 seconds}}\n",
        5, "rules.0.then.fault", "'3 seconds' is no duration",
    ),
    "bad duration of an outcome": (
        f"about: x\nrules:\n  - when: {{operation: {CREATE}}}\n    then:\n      outcome: pending\n      after: 5 min\n",
        6, "rules.0.then.after", "'5 min' is no duration",
    ),
    "unknown key of a rule": (
        f"about: x\nrules:\n  - when: {{operation: {CREATE}}}\n    then: {{}}\n    tims: 2\n",
        5, "rules.0.tims", "unknown key; did you mean 'times'?",
    ),
    "mistyped then": (
        f"about: x\nrules:\n  - when: {{operation: {CREATE}}}\n    than: {{}}\n",
        4, "rules.0.than", "unknown key; did you mean 'then'?",
    ),
    "unknown key of when": (
        f"about: x\nrules:\n  - when:\n      operation: {CREATE}\n      matches: {{}}\n    then: {{}}\n",
        5, "rules.0.when.matches", "unknown key; did you mean 'match'?",
    ),
    "unknown test": (
        f"about: x\nrules:\n  - when:\n      operation: {CREATE}\n      match:\n        body.a: {{mathces: x}}\n"
        "    then: {}\n",
        6, "rules.0.when.match.body.a.mathces", "'mathces' is no test; did you mean 'matches'?",
    ),
    "bad regular expression": (
        f"about: x\nrules:\n  - when:\n      operation: {CREATE}\n      match:\n        body.a:\n"
        "          matches: '['\n    then: {}\n",
        7, "rules.0.when.match.body.a.matches", "no regular expression: unterminated character set",
    ),
    "unknown setting": (
        "about: x\nsettings:\n  klarna_credentials: a:b\n  klarna_local_check: strict\n",
        4, "settings.klarna_local_check", "did you mean 'klarna_locale_check'?",
    ),
    "setting of the whole server": ("about: x\nsettings:\n  port: 1\n", 3, "settings.port", "no setting of a world"),
    "mistyped setting of MultiSafepay": (
        "about: x\nsettings:\n  multisafepay_verison: 2021\n",
        3, "settings.multisafepay_verison", "did you mean 'multisafepay_version'?",
    ),
    "bad value of a setting of MultiSafepay": (
        "about: x\nsettings: {multisafepay_version: 2020}\n", 2, "settings", "is '2020'; allowed: 2025, 2021, 2019",
    ),
    "bad value of a setting": (
        "about: x\nsettings: {klarna_locale_check: harsh}\n", 2, "settings", "is 'harsh'; allowed: lenient, strict",
    ),
    "setting without a value": (
        "about: x\nsettings:\n  klarna_credentials:\n", 3, "settings.klarna_credentials", "Field may not be null",
    ),
    "unknown clock key": ("about: x\nclock:\n  frezze: 2026-11-20\n", 3, "clock.frezze", "did you mean 'freeze'?"),
    "bad time": ("about: x\nclock:\n  freeze: noon\n", 3, "clock.freeze", "'noon' is no time; expected ISO 8601"),
    "time beyond the calendar": ("about: x\nclock: {freeze: 9999-12-31}\n", 2, "clock.freeze", "9999-12-31"),
    "list of things": ("- about: x\n", 1, "", "expected a mapping with about and rules"),
    "mere text": ("about\n", 1, "", "expected a mapping with about and rules"),
    "open bracket": ("about: x\nrules: [\n", 3, "", "not YAML: "),
    "tab": ("about: x\nrules:\n\t- a\n", 3, "", "not YAML: found character that cannot start any token"),
    "two documents": ("about: x\n---\nabout: y\n", 2, "", "not YAML: "),
    "python object": ("about: !!python/object:os.system x\n", 1, "", "not YAML: "),
    "same key twice": ("about: x\nseed: 1\nrules: []\nseed: 2\n", 4, "seed", "twice"),
    "nothing": ("", 1, "about", "the file is empty"),
    "only a comment": ("# later\n", 1, "about", "the file is empty"),
}  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "mine")


@pytest.fixture
def own(tmp_path: Path) -> Files:
    own = Files(tmp_path / "own")
    own.write("accepted.yaml", "about: Everything is fine.\n")
    return own


@pytest.fixture
def book(own: Files, files: Files) -> Book:
    return Book(CATALOG, own.folder, files.folder)


def names(scenarios: list[Scenario]) -> list[str]:
    return [scenario.name for scenario in scenarios]


def age(file: Path) -> None:
    """As if the file had been written a moment ago: a change of the same size has another time then."""
    stat = file.stat()
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns - 1_000_000_000))


def test_a_file_becomes_the_scenario_of_its_name(files: Files) -> None:
    text = """\
        about: Everything at once.
        always: true
        seed: 42
        clock: {freeze: 2026-11-20T12:00:00Z}
        settings: {klarna_locale_check: strict}
        rules:
          - when: {operation: shop.*}
            then: {error: NotFound}
            times: 2
        """

    scenario = load_scenario(files.write("all-at-once.yaml", dedent(text)), CATALOG)

    assert ("all-at-once", "Everything at once.", True, "42") == (
        scenario.name, scenario.about, scenario.always, scenario.seed,
    )  # fmt: skip
    assert {"klarna_locale_check": "strict"} == scenario.settings
    assert "2026-11-20 12:00:00+00:00" == scenario.freeze_at
    assert [("scenario all-at-once, rule 1", 2)] == [(rule.source, rule.times) for rule in scenario.rules]


def test_what_is_left_out_has_a_default(files: Files) -> None:
    scenario = load_scenario(files.write("quiet.yaml", "about: Nothing happens.\n"), CATALOG)

    assert Scenario("quiet", "Nothing happens.", ()) == scenario


def test_on_and_off_are_what_yaml_users_mean_by_them(files: Files) -> None:
    """YAML reads a bare ``on`` as true."""
    scenario = load_scenario(files.write("limits.yaml", "about: x\nsettings: {klarna_rate_limits: on}\n"), CATALOG)

    assert {"klarna_rate_limits"} == set(scenario.settings)


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_names_file_line_key_and_the_nearest_right_word(files: Files, name: str) -> None:
    text, line, key, told = WRONG[name]
    file = files.write("wrong.yaml", text)

    with pytest.raises(MistakeInFile) as caught:
        load_scenario(file, CATALOG)

    assert f"{file}:{line}: {key}" == str(caught.value)[: len(f"{file}:{line}: {key}")]
    assert told in str(caught.value)


@pytest.mark.parametrize("content", [b"about: \xff\n", b"about: \x00\n"])
def test_a_file_that_is_no_text_is_named(files: Files, content: bytes) -> None:
    file = files.folder / "binary.yaml"
    file.write_bytes(content)

    with pytest.raises(MistakeInFile, match="binary.yaml: not YAML"):
        load_scenario(file, CATALOG)


def test_the_book_knows_its_own_and_the_users_scenarios_by_name(own: Files, files: Files) -> None:
    files.write("mine.yml", GOOD)
    files.write("notes.txt", "not a scenario")

    book = Book(CATALOG, own.folder, files.folder)

    assert ["accepted", "mine"] == names(book.every())
    assert "Orders are refused." == book.get("mine").about


def test_the_users_scenario_stands_in_for_an_own_one_of_the_same_name(own: Files, files: Files) -> None:
    files.write("accepted.yaml", GOOD)

    book = Book(CATALOG, own.folder, files.folder)

    assert "Orders are refused." == book.get("accepted").about


def test_magic_scenarios_are_in_force_by_name(own: Files, files: Files) -> None:
    own.write("magic-b.yaml", "about: b\nalways: true\n")
    files.write("magic-a.yaml", "about: a\nalways: true\n")

    book = Book(CATALOG, own.folder, files.folder)

    assert ["magic-a", "magic-b"] == names(book.always())


def test_an_unknown_name_is_told_with_the_nearest(book: Book) -> None:
    with pytest.raises(UnknownScenario, match="no scenario 'acepted'; did you mean accepted?"):
        book.get("acepted")


def test_an_unknown_name_that_is_near_to_nothing_is_told_with_all_there_are(book: Book) -> None:
    with pytest.raises(UnknownScenario, match="(?i)no scenario 'xyz'; there are: accepted"):
        book.get("xyz")


def test_a_mistake_in_a_users_file_stops_the_start(own: Files, files: Files) -> None:
    files.write("wrong.yaml", "abuot: x\n")

    with pytest.raises(MistakeInFile, match="wrong.yaml:1"):
        Book(CATALOG, own.folder, files.folder)


def test_a_folder_that_is_not_there_stops_the_start(own: Files, tmp_path: Path) -> None:
    with pytest.raises(MistakeInFile, match="nowhere: no such folder of scenarios"):
        Book(CATALOG, own.folder, tmp_path / "nowhere")


def test_a_new_file_is_there_at_once(book: Book, files: Files) -> None:
    files.write("late.yaml", GOOD)

    assert ["accepted", "late"] == names(book.every())


def test_a_changed_file_is_read_again(book: Book, files: Files) -> None:
    age(files.write("mine.yaml", GOOD))
    before = book.get("mine").about

    files.write("mine.yaml", GOOD.replace("refused", "refusef"))

    assert ("Orders are refused.", "Orders are refusef.") == (before, book.get("mine").about)


def test_a_file_that_did_not_change_is_not_read_again(book: Book, files: Files) -> None:
    files.write("mine.yaml", GOOD)
    first = book.get("mine")

    files.write("other.yaml", GOOD)

    assert first is book.get("mine")


def test_a_deleted_file_is_gone(book: Book, files: Files) -> None:
    file = files.write("mine.yaml", GOOD)
    book.get("mine")

    file.unlink()

    with pytest.raises(UnknownScenario):
        book.get("mine")


def test_an_own_scenario_is_back_when_the_users_is_deleted(book: Book, files: Files) -> None:
    file = files.write("accepted.yaml", GOOD)
    users = book.get("accepted").about

    file.unlink()

    assert ("Orders are refused.", "Everything is fine.") == (users, book.get("accepted").about)


def test_a_folder_that_went_away_takes_its_scenarios_with_it(book: Book, files: Files) -> None:
    files.write("mine.yaml", GOOD).unlink()
    files.folder.rmdir()

    assert ["accepted"] == names(book.every())


def test_a_broken_edit_keeps_the_last_good_version_and_says_so(
    book: Book, files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    file = files.write("mine.yaml", GOOD)
    good = book.get("mine")

    files.write("mine.yaml", GOOD + "sede: 5\n")

    assert good is book.get("mine")
    told = f"{file}:5: sede: unknown key; did you mean 'seed'?"
    assert {"mine": told} == book.broken
    assert f"klarna-mock: {told}; the last good version stays in force\n" == capsys.readouterr().err


def test_a_broken_edit_is_told_once(book: Book, files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    files.write("mine.yaml", GOOD)
    book.get("mine")
    files.write("mine.yaml", "abuot: x\n")

    for _ in range(3):
        book.get("mine")

    assert 1 == len(capsys.readouterr().err.splitlines())


def test_a_mended_file_is_in_force_and_no_longer_broken(book: Book, files: Files) -> None:
    files.write("mine.yaml", "about: [")
    book.refresh()

    files.write("mine.yaml", GOOD)

    assert "Orders are refused." == book.get("mine").about
    assert {} == book.broken


def test_a_broken_file_that_is_deleted_is_no_longer_broken(book: Book, files: Files) -> None:
    file = files.write("mine.yaml", "about: [")
    book.refresh()

    file.unlink()

    assert ["accepted"] == names(book.every())
    assert {} == book.broken


def test_a_new_file_that_is_broken_is_not_in_force(
    book: Book, files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    files.write("new.yaml", "about: [")

    assert ["accepted"] == names(book.every())
    assert ["new"] == list(book.broken)
    assert "new.yaml:" in capsys.readouterr().err


def test_nobody_is_told_of_a_last_good_version_that_never_was(
    book: Book, files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    files.write("new.yaml", "about: [")

    book.refresh()

    assert "last good version" not in capsys.readouterr().err


def test_a_broken_stand_in_keeps_the_last_good_stand_in(book: Book, files: Files) -> None:
    files.write("accepted.yaml", GOOD)
    book.refresh()

    files.write("accepted.yaml", "about: [")

    assert "Orders are refused." == book.get("accepted").about


def test_a_folder_named_like_a_scenario_is_passed_over(own: Files, files: Files) -> None:
    (files.folder / "old.yaml").mkdir()

    book = Book(CATALOG, own.folder, files.folder)

    assert ["accepted"] == names(book.every())


def test_a_link_to_nowhere_is_passed_over(own: Files, files: Files) -> None:
    """An editor's lock file."""
    (files.folder / ".#mine.yaml").symlink_to("me@here.1234")

    book = Book(CATALOG, own.folder, files.folder)

    assert ["accepted"] == names(book.every())


def test_an_edited_scenario_counts_for_a_world_that_follows_it(shop: Shop) -> None:
    shop.users.write("mine.yaml", "about: Nothing happens.\n")
    worlds = shop.open()
    worlds.start("default", "mine")
    before = worlds.get("default").decide(CREATE, lambda _: None).outcome

    shop.users.write("mine.yaml", GOOD)

    assert ("accepted", "rejected") == (before, worlds.get("default").decide(CREATE, lambda _: None).outcome)
