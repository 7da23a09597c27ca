"""Settings that a scenario chooses: those of the providers, and no others."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from mock_server.core.errors import MistakeInFile
from mock_server.core.scenarios import load_scenario
from mock_server.settings import OF_PROVIDERS, Settings, check

from .conftest import CATALOG, Files, Shop

OF_A_WORLD = [setting.name for setting in fields(Settings) if setting.name.startswith(OF_PROVIDERS)]
OF_THE_SERVER = [setting.name for setting in fields(Settings) if setting.name not in OF_A_WORLD]


@pytest.mark.parametrize("name", OF_A_WORLD)
def test_a_scenario_chooses_the_settings_of_providers(tmp_path: Path, name: str) -> None:
    value = getattr(Settings(), name)
    file = Files(tmp_path).write("mine.yaml", f"about: x\nsettings: {{{name}: '{value}'}}\n")

    scenario = load_scenario(file, CATALOG)

    assert {name: value} == check(scenario.settings)


@pytest.mark.parametrize("name", OF_THE_SERVER)
def test_a_scenario_does_not_choose_the_settings_of_the_server(tmp_path: Path, name: str) -> None:
    file = Files(tmp_path).write("mine.yaml", f"about: x\nsettings: {{{name}: '{getattr(Settings(), name)}'}}\n")

    with pytest.raises(MistakeInFile, match=f"{name}.*no setting of a world"):
        load_scenario(file, CATALOG)


def test_a_year_need_not_be_quoted_in_a_scenario(shop: Shop) -> None:
    shop.users.write("old.yaml", "about: x\nsettings: {multisafepay_version: 2021, multisafepay_error_status: 422}\n")

    settings = shop.open(scenarios=str(shop.users.folder)).get("w", scenario="old").settings

    assert ("2021", "422") == (settings.multisafepay_version, settings.multisafepay_error_status)
