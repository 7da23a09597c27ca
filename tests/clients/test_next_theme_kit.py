"""NEXT Commerce's own theme-kit, the command ``ntk``, as designers use it, against this server over real HTTP."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.next_commerce import NextCommerce

pytest.importorskip("ntk", reason="next-theme-kit is not installed")
program: Any = import_module("ntk.__main__")  # which ships no types
conf: Any = import_module("ntk.conf")
gateway: Any = import_module("ntk.gateway")

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # the tool leaves its uploads open
UPLOAD = "next_commerce.themes.upload_template"
FILES = {
    "assets/main.css": "  body { color: red }\n\n",
    "assets/empty.js": "",
    "assets/data.json": '{"a": 1}',
    "assets/logo.svg": "<svg>grüße</svg>\n",  # one that it uploads as a file
    "layouts/base.html": "<h1>{{ shop }} – grüße 茶</h1>\n",
    "templates/index.html": "{% extends 'layouts/base.html' %}",
}


class Designer:
    """Somebody at a command line, in a folder of their own."""

    def __init__(self, folder: Path, store: str, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.store, self.token = folder, store, token
        self._monkeypatch = monkeypatch

    def run(self, *words: str) -> int:
        """``ntk`` with these words; its exit code."""
        self._monkeypatch.chdir(self.folder)
        self._monkeypatch.setattr(conf, "CONFIG_FILE", str(self.folder / "config.yml"))
        self._monkeypatch.setattr(sys, "argv", ["ntk", *words])
        try:
            program.main()
        except SystemExit as ended:
            return int(ended.code or 0)
        return 0

    def init(self, name: str = "Spring") -> int:
        return self.run("init", "--name", name, "--apikey", self.token, "--store", self.store)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def read(self, name: str) -> str:
        return (self.folder / name).read_bytes().decode()

    @property
    def config(self) -> dict[str, Any]:
        found: dict[str, Any] = yaml.safe_load(self.read("config.yml"))["development"]
        return found


@pytest.fixture
def shop(next_commerce_over_http: NextCommerce) -> NextCommerce:
    return next_commerce_over_http


@pytest.fixture
def designer(tmp_path: Path, server: str, shop: NextCommerce, monkeypatch: pytest.MonkeyPatch) -> Designer:
    """One whose tool does not pause before each request."""
    monkeypatch.setattr(gateway, "REQUEST_INTERVAL_SECONDS", 0)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("NTK_APIKEY", raising=False)
    return Designer(tmp_path, server, shop.token, monkeypatch)


@pytest.fixture
def started(designer: Designer) -> Designer:
    """With a theme and its files, which are uploaded."""
    assert 0 == designer.init()
    for name, text in FILES.items():
        designer.write(name, text)
    assert 0 == designer.run("push")
    return designer


def contents(shop: NextCommerce, theme_id: int) -> dict[str, str]:
    return {each["name"]: each["content"] for each in shop.get(f"/themes/{theme_id}/templates/")}


def test_init_makes_a_theme_and_remembers_it(designer: Designer, shop: NextCommerce) -> None:
    designer.init("Spring")

    (theme,) = shop.results("/themes/")
    assert [designer.store, designer.token, theme["id"]] == [
        designer.config[name] for name in ("store", "apikey", "theme_id")
    ]
    assert {"name": "Spring", "active": False}.items() <= theme.items()


def test_list_shows_themes_and_which_is_active(
    designer: Designer, shop: NextCommerce, caplog: pytest.LogCaptureFixture
) -> None:
    designer.init()
    shop.post("/themes/", {"name": "Summer", "active": True})
    caplog.clear()

    with caplog.at_level("INFO"):
        designer.run("list")

    assert [["Spring"], ["Summer", "(Active)"]] == [line.split()[2:] for line in caplog.messages[-2:]]


def test_push_uploads_every_file(started: Designer, shop: NextCommerce) -> None:
    uploaded = contents(shop, started.config["theme_id"])

    assert {**FILES, "assets/logo.svg": ""} == uploaded


def test_pull_brings_back_what_was_pushed(started: Designer, tmp_path_factory: pytest.TempPathFactory) -> None:
    config, folder = started.read("config.yml"), tmp_path_factory.mktemp("elsewhere")
    started.folder = folder
    started.write("config.yml", config)

    started.run("pull")

    assert FILES == {name: started.read(name) for name in FILES}


def test_checkout_brings_a_theme_into_an_empty_folder(
    started: Designer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    theme_id, started.folder = started.config["theme_id"], tmp_path_factory.mktemp("elsewhere")

    started.run("checkout", "--apikey", started.token, "--store", started.store, "--theme_id", str(theme_id))

    assert FILES == {name: started.read(name) for name in FILES}
    assert theme_id == started.config["theme_id"]


def test_one_file_by_its_name_goes_up_and_comes_down(started: Designer, shop: NextCommerce) -> None:
    started.write("assets/main.css", "a{}")
    started.run("push", "assets/main.css")
    started.write("assets/main.css", "lost")
    started.write("assets/data.json", "kept")

    started.run("pull", "assets/main.css")

    assert ["a{}", "kept"] == [started.read(name) for name in ("assets/main.css", "assets/data.json")]
    assert {**FILES, "assets/logo.svg": "", "assets/main.css": "a{}"} == contents(shop, started.config["theme_id"])


def test_watching_uploads_what_changes_and_deletes_what_goes(started: Designer, shop: NextCommerce) -> None:
    command = import_module("ntk.command")
    changes = import_module("watchfiles").Change
    started.write("assets/main.css", "a{}")
    watcher = command.Command()
    watcher.config.read_config()
    watcher.gateway = gateway.Gateway(started.store, started.token)

    watcher._handle_files_change([(changes.modified, "assets/main.css"), (changes.deleted, "assets/data.json")])

    left = {**FILES, "assets/logo.svg": "", "assets/main.css": "a{}"}
    del left["assets/data.json"]
    assert left == contents(shop, started.config["theme_id"])


def test_the_bytes_of_pictures_survive(started: Designer) -> None:
    picture = bytes(range(256)) + b"\r\n\r\x00--\r\n--boundary--\r\n"
    path = started.folder / "assets/photo.png"
    path.write_bytes(picture)
    started.run("push", "assets/photo.png")
    path.unlink()

    started.run("pull", "assets/photo.png")

    assert picture == path.read_bytes()


def test_throttled_twice_it_tries_again_and_gets_through(
    started: Designer, shop: NextCommerce, caplog: pytest.LogCaptureFixture
) -> None:
    shop.add_rule(UPLOAD, {"error": "throttled"}, times=2)
    started.write("assets/main.css", "a{}")

    ended = started.run("push", "assets/main.css")

    assert [0, 2] == [ended, sum("throttled (attempt" in line for line in caplog.messages)]
    assert "a{}" == contents(shop, started.config["theme_id"])["assets/main.css"]


def test_throttled_three_times_it_gives_up(
    started: Designer, shop: NextCommerce, caplog: pytest.LogCaptureFixture
) -> None:
    shop.add_rule(UPLOAD, {"error": "throttled"}, times=3)
    started.write("assets/main.css", "a{}")

    ended = started.run("push", "assets/main.css")

    assert [1, f"Request to {started.store} failed after 3 attempts (throttled)."] == [ended, caplog.messages[-1]]
    assert FILES["assets/main.css"] == contents(shop, started.config["theme_id"])["assets/main.css"]


@pytest.mark.parametrize(
    ("error", "text"), [("not_authenticated", "Invalid API key for"), ("not_found", "check the store URL and theme id")]
)
def test_refusals_that_it_knows_end_it(
    started: Designer, shop: NextCommerce, caplog: pytest.LogCaptureFixture, error: str, text: str
) -> None:
    shop.add_rule(UPLOAD, {"error": error})

    ended = started.run("push", "assets/main.css")

    assert [1, True] == [ended, text in caplog.messages[-1]]


def test_refusals_by_field_and_by_detail_are_told(
    started: Designer, shop: NextCommerce, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        started.run("init", "--name", "x" * 256)
        by_field = caplog.messages[-1]
        shop.add_rule(UPLOAD, {"error": "permission_denied"})
        ended = started.run("push", "assets/main.css")

    assert by_field.endswith(' -> "name" : Ensure this field has no more than 255 characters.')
    assert any("-> You do not have permission to perform this action." in line for line in caplog.messages)
    assert [1, 1] == [ended, len(shop.results("/themes/"))]
