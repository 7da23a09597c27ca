"""Lists a page at a time: walked forward and back, while records come and go."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.app import create_app
from mock_server.providers.next_commerce.errors import InvalidCursor
from mock_server.providers.next_commerce.state.pages import paged
from mock_server.settings import Settings
from tests.klarna import InProcess
from tests.next_commerce import NextCommerce, order_of

URL = "http://127.0.0.1:8080/api/admin/things/"
Page = dict[str, Any]


def page_of(numbers: Iterable[int], link: str | None = URL, size: int = 2) -> Page:
    """The page that a link leads to."""
    query = dict(parse_qsl(urlsplit(link or "").query))
    found = [{"id": number} for number in numbers]
    return paged(found, query, URL, size=size, key="id", view=lambda record: {"id": record["id"]})


def ids(page: Page) -> list[int]:
    return [row["id"] for row in page["results"]]


def walk(numbers: Callable[[], Iterable[int]], start: Page, way: str, size: int = 2) -> list[list[int]]:
    """The ids on each page, from this one on, in the order of the walk."""
    pages = [ids(start)]
    while start[way] is not None:
        start = page_of(numbers(), start[way], size)
        pages.append(ids(start))
    return pages


class TestWalking:
    def test_forward(self) -> None:
        numbers = [5, 4, 3, 2, 1]

        assert [[5, 4], [3, 2], [1]] == walk(lambda: numbers, page_of(numbers), "next")

    def test_and_back(self) -> None:
        numbers = [5, 4, 3, 2, 1]
        last = page_of(numbers, page_of(numbers, page_of(numbers)["next"])["next"])

        assert [[1], [3, 2], [5, 4]] == walk(lambda: numbers, last, "previous")

    @given(st.lists(st.integers(1, 99), unique=True), st.integers(1, 5), st.booleans())
    def test_every_record_is_met_once_whatever_the_size(self, numbers: list[int], size: int, rises: bool) -> None:
        numbers = sorted(numbers, reverse=not rises)

        pages = walk(lambda: numbers, page_of(numbers, size=size), "next", size)

        assert numbers == [number for page in pages for number in page]
        assert all(len(page) == size for page in pages[:-1])

    def test_an_empty_list_is_one_page(self) -> None:
        assert {"next": None, "previous": None, "results": []} == page_of([])

    def test_a_full_page_that_is_all_leads_nowhere(self) -> None:
        assert {"next": None, "previous": None, "results": [{"id": 2}, {"id": 1}]} == page_of([2, 1])


class TestMeanwhile:
    def test_a_new_record_neither_repeats_nor_hides_any(self) -> None:
        first = page_of([5, 4, 3, 2, 1])

        assert [3, 2] == ids(page_of([7, 6, 5, 4, 3, 2, 1], first["next"]))

    def test_those_that_are_left_are_all_met_when_the_ones_shown_go(self) -> None:
        """A client that fulfils what it finds among the open ones has emptied the pages behind it."""
        first = page_of([5, 4, 3, 2, 1])

        assert [3, 2] == ids(page_of([3, 2, 1], first["next"]))

    def test_the_way_back_is_found_as_well(self) -> None:
        second = page_of([5, 4, 3, 2, 1], page_of([5, 4, 3, 2, 1])["next"])

        assert [5, 4] == ids(page_of([5, 4, 2, 1], second["previous"]))

    def test_a_way_back_that_has_become_shorter_ends_at_the_first(self) -> None:
        second = page_of([5, 4, 3, 2, 1], page_of([5, 4, 3, 2, 1])["next"])

        first = page_of([4, 3, 2, 1], second["previous"])

        assert ([4], None) == (ids(first), first["previous"])

    def test_also_in_a_list_that_rises(self) -> None:
        second = page_of([1, 2, 3, 4, 5], page_of([1, 2, 3, 4, 5])["next"])

        assert [5, 6] == ids(page_of([1, 5, 6, 7], second["next"]))
        assert [1, 2] == ids(page_of([1, 2, 4, 5, 6, 7], second["previous"]))

    def test_when_nothing_is_left_the_page_is_empty(self) -> None:
        first = page_of([5, 4, 3])

        assert {"next": None, "previous": None, "results": []} == page_of([], first["next"])


class TestCursors:
    @pytest.mark.parametrize(
        "cursor", ["x", "made-up", "%%%", "ä", b64encode(b"p=").decode(), b64encode(b"p=x").decode(), "cD0", "q" * 9999]
    )
    def test_one_that_no_list_has_given_is_refused(self, cursor: str) -> None:
        with pytest.raises(InvalidCursor):
            paged([], {"cursor": cursor}, URL, size=2, key="id", view=lambda record: record)

    def test_over_http_it_is_not_found(self, next_commerce: NextCommerce) -> None:
        refused = next_commerce.refusal("GET", "/users/?cursor=made-up")

        assert (404, {"detail": "Invalid cursor"}) == refused

    def test_an_empty_one_is_none(self, next_commerce: NextCommerce) -> None:
        assert 1 == len(next_commerce.results("/users/?cursor="))


class TestLinks:
    @pytest.fixture
    def shop(self) -> NextCommerce:
        """A store that shows two rows a page, with five orders, three of them in euros."""
        app = create_app(Settings(next_commerce_page_size=2, next_commerce_duplicate_guard="off"))
        shop = NextCommerce(InProcess(app.test_client()), "test")
        for currency in ("USD", "EUR", "EUR", "USD", "EUR"):
            shop.post("/orders/", order_of("card_token", currency=currency))
        return shop

    def test_they_are_absolute_of_the_same_origin_below_the_api(self, shop: NextCommerce) -> None:
        first = shop.get("/orders/")

        second = shop.get(first["next"].partition("/api/admin")[2])
        for link in (first["next"], second["previous"]):
            parts = urlsplit(link)
            assert ("http", "localhost", "/api/admin/orders/") == (parts.scheme, parts.netloc, parts.path)

    def test_filters_stay_in_them(self, shop: NextCommerce) -> None:
        link: str | None = "/api/admin/orders/?currency=EUR&status[]=open&status[]=archived&limit=1"
        found, links = [], []
        while link is not None:
            told = shop.get(link.partition("/api/admin")[2])
            found += [row["currency"] for row in told["results"]]
            link = told["next"]
            links.append(link)

        assert ["EUR", "EUR", "EUR"] == found
        assert len(links) == len(set(links)) == 2

    def test_every_order_is_met_while_new_ones_come(self, shop: NextCommerce) -> None:
        expected = [row["number"] for row in shop.results("/orders/")]
        told = shop.get("/orders/")
        found = [row["number"] for row in told["results"]]
        while told["next"]:
            shop.post("/orders/", order_of("card_token"))
            told = shop.get(told["next"].partition("/api/admin")[2])
            found += [row["number"] for row in told["results"]]

        assert (5, expected) == (len(set(found)), found[:2])
        assert sorted(found, reverse=True) == found
