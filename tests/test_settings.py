from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from mock_server.settings import SettingError, Settings, check


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings() == Settings.from_env({})


def test_the_server_listens_on_loopback_unless_told_otherwise() -> None:
    assert ("127.0.0.1", 8080, "accepted") == (Settings().host, Settings().port, Settings().scenario)


def test_variables_with_the_prefix_are_read_and_others_passed_over() -> None:
    env = {"KLARNA_MOCK_SEED": "7", "KLARNA_MOCK_SCENARIO": "declined", "PORT": "1", "MY_KLARNA_MOCK_PORT": "2"}

    settings = Settings.from_env(env)

    assert Settings(seed="7", scenario="declined") == settings


def test_the_environment_of_the_process_is_not_read_when_another_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLARNA_MOCK_SEED", "of the process")

    assert "klarna" == Settings.from_env({}).seed


def test_numbers_are_read_as_numbers() -> None:
    settings = Settings.from_env({"KLARNA_MOCK_PORT": "0", "KLARNA_MOCK_JOURNAL_LIMIT": "5"})

    assert (0, 5) == (settings.port, settings.journal_limit)


def test_what_kubernetes_tells_a_container_of_a_service_called_klarna_mock_is_no_setting() -> None:
    told = {
        "KLARNA_MOCK_PORT": "tcp://10.0.0.1:8080",
        "KLARNA_MOCK_PORT_8080_TCP_ADDR": "10.0.0.1",
        "KLARNA_MOCK_SERVICE_HOST": "10.0.0.1",
        "KLARNA_MOCK_SERVICE_PORT": "8080",
        "KLARNA_MOCK_SEED": "mine",
    }

    settings = Settings.from_env(told)

    assert Settings(seed="mine") == settings


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", ""])
def test_where_clients_find_the_server_is_no_setting_of_the_server(url: str) -> None:
    env = {"KLARNA_MOCK_URL": url, "KLARNA_MOCK_SEED": "mine"}

    assert Settings(seed="mine") == Settings.from_env(env)


def test_of_clients_only_the_address_is_passed_over() -> None:
    with pytest.raises(SettingError, match="unknown setting url_prefix"):
        Settings.from_env({"KLARNA_MOCK_URL_PREFIX": "/x"})


@pytest.mark.parametrize("text", ["", "eighty", "80.5", "0x50"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings.from_env({"KLARNA_MOCK_PORT": text})

    assert f"setting port is {text!r}, expected int" == str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"), [("port", -1), ("port", 65_536), ("threads", 0), ("threads", -4), ("journal_limit", -1)]
)
def test_a_number_that_cannot_work_is_refused(name: str, value: int) -> None:
    with pytest.raises(SettingError, match=name):
        Settings.from_env({}, **{name: value})


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(SettingError) as caught:
        Settings.from_env({"KLARNA_MOCK_SCENARO": "declined"})

    assert "unknown setting scenaro; did you mean scenario?" == str(caught.value)


def test_an_unknown_name_near_to_nothing_is_refused_with_all_there_are() -> None:
    with pytest.raises(SettingError, match="unknown setting zzz; known: host, port, .*klarna_rate_limits"):
        Settings.from_env({"KLARNA_MOCK_ZZZ": "1"})


def test_the_command_line_wins_over_the_environment() -> None:
    settings = Settings.from_env({"KLARNA_MOCK_PORT": "1", "KLARNA_MOCK_SEED": "env"}, port=2)

    assert (2, "env") == (settings.port, settings.seed)


def test_what_the_command_line_does_not_say_is_left_to_the_environment() -> None:
    assert 1 == Settings.from_env({"KLARNA_MOCK_PORT": "1"}, port=None).port


def test_an_unknown_name_on_the_command_line_is_refused_too() -> None:
    with pytest.raises(SettingError, match="did you mean port?"):
        Settings.from_env({}, prt=1)


CHOICES = [(setting.name, choice) for setting in fields(Settings) for choice in setting.metadata["choices"]]


@pytest.mark.parametrize(("name", "choice"), CHOICES)
def test_every_choice_can_be_made(name: str, choice: str) -> None:
    settings = Settings.from_env({f"KLARNA_MOCK_{name.upper()}": choice})

    assert choice == getattr(settings, name)


@pytest.mark.parametrize("name", sorted({name for name, _ in CHOICES}))
def test_what_is_no_choice_is_refused_with_those_there_are(name: str) -> None:
    allowed = ", ".join(choice for setting, choice in CHOICES if setting == name)

    with pytest.raises(SettingError) as caught:
        Settings.from_env({f"KLARNA_MOCK_{name.upper()}": "other"})

    assert f"setting {name} is 'other'; allowed: {allowed}" == str(caught.value)


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_every_setting_is_explained_in_one_sentence(setting: Any) -> None:
    about = setting.metadata["about"]

    assert (True, ".") == (len(about) > 10, about[-1:])


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Settings().port = 1  # type: ignore[misc]  # that is the point


def test_checking_reads_each_value_as_its_kind() -> None:
    assert {"port": 1, "seed": "5"} == check({"port": "1", "seed": 5})
