from __future__ import annotations

import pytest

from mock_server.core.journal import Journal, masked, masked_query, without_secrets
from mock_server.core.store import MemoryStore

from tests.threads import at_once


def write(journal: Journal, **entry: object) -> int:
    number = journal.next_id()
    journal.write(number, entry)
    return number


def test_an_entry_is_read_under_its_number(store: MemoryStore) -> None:
    journal = Journal(store, 10)

    number = write(journal, path="/orders")

    assert {"id": 1, "path": "/orders"} == journal.read(str(number))


@pytest.mark.parametrize("number", ["0", "2", "-1", "x", ""])
def test_an_entry_that_is_not_there_is_none(store: MemoryStore, number: str) -> None:
    journal = Journal(store, 10)
    write(journal)

    assert journal.read(number) is None


def test_the_newest_come_first(store: MemoryStore) -> None:
    journal = Journal(store, 10)
    for _ in range(3):
        write(journal)

    assert [3, 2, 1] == [entry["id"] for entry in journal.newest({})]


def test_only_entries_that_equal_what_is_wanted_come(store: MemoryStore) -> None:
    journal = Journal(store, 10)
    for method, status in (("GET", 200), ("GET", 404), ("POST", 404)):
        write(journal, method=method, status=status)

    assert [2] == [entry["id"] for entry in journal.newest({"method": "GET", "status": 404})]
    assert [] == list(journal.newest({"unknown": 1}))


def test_the_oldest_are_forgotten_above_the_limit(store: MemoryStore) -> None:
    journal = Journal(store, 3)
    for _ in range(5):
        write(journal)

    assert [5, 4, 3] == [entry["id"] for entry in journal.newest({})]


def test_a_limit_of_none_keeps_nothing(store: MemoryStore) -> None:
    journal = Journal(store, 0)

    number = write(journal)

    assert journal.read(str(number)) is None


def test_writers_at_once_get_a_number_each_and_keep_the_limit(store: MemoryStore) -> None:
    journal = Journal(store, 100)

    numbers = at_once(lambda: [write(journal) for _ in range(10)])

    assert list(range(1, 161)) == sorted(number for part in numbers for number in part)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", "Basic cGs6c2VjcmV0", "Basic ***"),
        ("authorization", "Bearer abc", "Bearer ***"),
        ("AUTHORIZATION", "abc", "***"),
        ("Proxy-Authorization", "Basic abc", "Basic ***"),
        ("api_key", "abc", "***"),
        ("Api-Key", "abc", "***"),
        ("X-Api-Key", "abc", "***"),
        ("X-Mock-Control-Token", "abc", "***"),
        ("Cookie", "session=abc", "***"),
        ("Cookie", "session=abc; theme=dark", "***"),
        ("Set-Cookie", "session=abc; Path=/", "***"),
        ("X-Api-Key", "abc def", "***"),
        ("Accept", "text/html, */*", "text/html, */*"),
        ("X-Mock-World", "mine", "mine"),
    ],
)
def test_secrets_are_masked_and_nothing_else(name: str, value: str, shown: str) -> None:
    assert {name: shown} == masked({name: value})


def test_secrets_of_a_query_are_masked_and_nothing_else() -> None:
    assert {"api_key": "***", "token": "***", "locale": "nl_NL"} == masked_query(
        {"api_key": "abc", "token": "", "locale": "nl_NL"}
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"card_number":"4111111111111111","holder":"A. Berg"}', '{"card_number":"***","holder":"A. Berg"}'),
        ('{"card_number" :\n "4111 1111 1111 1111"}', '{"card_number" :\n "***"}'),
        ('{"card_number":4111111111111111,"cvc":123}', '{"card_number":"***","cvc":"***"}'),
        ('{"cvc":"12\\"3","a":"b"}', '{"cvc":"***","a":"b"}'),
        ('{"cvc":""}', '{"cvc":"***"}'),
        ('{"cvc":null}', '{"cvc":"***"}'),
        ('[{"cvc":"1"},{"cvc":"2"}]', '[{"cvc":"***"},{"cvc":"***"}]'),
        ('{"card":{"cvc":"123"}}', '{"card":{"cvc":"***"}}'),
        ('{"cvc":"123', '{"cvc":"***"'),
        ('{"cvc_result":"match","not_cvc":"1"}', '{"cvc_result":"match","not_cvc":"1"}'),
        ('{"note":"the cvc is secret"}', '{"note":"the cvc is secret"}'),
        ("cvc", "cvc"),
        ("", ""),
        ("cvc=123&holder=A.+Berg", "cvc=***&holder=A.+Berg"),
        ("holder=A.+Berg&cvc=123", "holder=A.+Berg&cvc=***"),
        ("cvc=1&cvc=2&a=b", "cvc=***&cvc=***&a=b"),
        ("cvc=&card_number=4111%201111", "cvc=***&card_number=***"),
        ("not_cvc=1&cvc_result=match", "not_cvc=1&cvc_result=match"),
        ("note=cvc=1", "note=cvc=1"),
    ],
)
def test_secret_members_of_a_body_are_hidden_and_nothing_else(text: str, shown: str) -> None:
    assert shown == without_secrets(text, ("card_number", "cvc"))


@pytest.mark.parametrize(
    "text",
    [
        '{"card_number":"987 987',
        '{"cvc": {"digits": "987"}}',
        '{"cvc": ["987", "987"]}',
    ],
)
def test_a_secret_in_an_odd_body_is_hidden_too(text: str) -> None:
    assert "987" not in without_secrets(text, ("card_number", "cvc"))


def test_without_names_nothing_is_hidden() -> None:
    assert '{"cvc":"123"}' == without_secrets('{"cvc":"123"}', ())


def test_a_name_is_taken_as_it_is_spelled() -> None:
    """Not as a pattern."""
    assert '{"a.b":"***","axb":"1"}' == without_secrets('{"a.b":"0","axb":"1"}', ("a.b",))
