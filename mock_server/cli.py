"""klarna-mock: serve, and look at what there is to choose from."""

from __future__ import annotations

import gc
import sys
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from mock_server import __version__
from mock_server.core.errors import MistakeInFile, UnknownScenario
from mock_server.settings import SettingError, Settings

EXIT_MISTAKE = 2  # a setting, scenario or helper that cannot be used, or a port that is taken
_PRELOADS = Path(__file__).parent / "preloads"  # what other programs load before their own code


def _setting_options(command: Any) -> Any:
    """One option per setting; left out, the environment and then the default decide."""
    for setting in reversed(fields(Settings)):
        choices = setting.metadata["choices"]
        command = click.option(
            f"--{setting.name.replace('_', '-')}",
            setting.name,
            type=click.Choice(choices) if choices else type(setting.default),
            help=f"{setting.metadata['about']}  [default: {setting.default!r}]",
        )(command)
    return command


@click.group()
@click.version_option(__version__, prog_name="klarna-mock")
def main() -> None:
    """A local server that behaves like Klarna and the platforms that sell through it."""


@main.command()
@_setting_options
def serve(**options: Any) -> None:
    """Serve until SIGTERM or Ctrl-C. Every option is also an environment variable: KLARNA_MOCK_PORT=8080."""
    try:
        settings = Settings.from_env(**options)
        _serve(settings)
    except (SettingError, MistakeInFile, UnknownScenario) as mistake:
        click.echo(f"klarna-mock: {mistake}", err=True)
        sys.exit(EXIT_MISTAKE)
    except OSError as error:
        click.echo(f"klarna-mock: cannot listen on {settings.host}:{settings.port}: {error}", err=True)
        sys.exit(EXIT_MISTAKE)


def _serve(settings: Settings) -> None:
    gc.disable()  # what is made from here to the greeting stays; looking for waste in it takes a tenth of the start
    from mock_server.app import create_app
    from mock_server.web.serving import serve as serve_forever

    app = create_app(settings)
    worlds = app.extensions["worlds"]
    worlds.run()
    try:
        serve_forever(
            app, settings.host, settings.port, threads=settings.threads,
            on_ready=lambda port: _greet(settings, port), on_stop=worlds.let_go,
        )  # fmt: skip
    finally:
        worlds.stop()


def _greet(settings: Settings, port: int) -> None:
    from mock_server.app import base_urls

    gc.freeze()
    gc.enable()
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    url = settings.public_url.rstrip("/") or f"http://{host}:{port}"
    lines = [f"klarna-mock {__version__} on {url}", ""]
    lines += [f"  {title:<15} {address}" for title, address in base_urls(url).items()]
    lines += ["", "Try:", "", _first_curl(url), ""]
    click.echo("\n".join(lines))
    sys.stdout.flush()


def _first_curl(url: str) -> str:
    return (
        f"  curl -u PK00001_test:secret {url}/payments/v1/sessions -d '{{\n"
        '    "purchase_country": "US", "purchase_currency": "USD", "locale": "en-US", "order_amount": 20000,\n'
        '    "order_lines": [{"name": "Running shoes", "quantity": 2, "unit_price": 10000, "total_amount": 20000}]}\''
    )


@main.command()
@click.option("--scenarios", default="", help="Folder with scenario files of your own.")
def scenarios(scenarios: str) -> None:
    """List the scenarios; a mistake in one of yours is told with file, line and key."""
    from mock_server.app import create_worlds

    try:
        worlds = create_worlds(Settings.from_env(scenarios=scenarios or None))
    except (SettingError, MistakeInFile, UnknownScenario) as mistake:
        click.echo(f"klarna-mock: {mistake}", err=True)
        sys.exit(EXIT_MISTAKE)
    for scenario in worlds.house.book.every():
        mark = "  (always on)" if scenario.always else ""
        click.echo(f"{scenario.name:<28} {scenario.about}{mark}")


@main.command()
def operations() -> None:
    """List the operations with their outcomes and errors."""
    from mock_server.app import PROVIDERS

    for provider in PROVIDERS:
        for operation in (*provider.operations, *provider.controls):
            choices = operation.choices
            click.echo(f"{operation.name}\n  {operation.method} {operation.path}\n  {operation.docs}")
            click.echo(f"  outcomes: {', '.join(choices.outcomes)}")
            click.echo(f"  errors: {', '.join(sorted(choices.errors))}\n")
        for name, choices in provider.choices.items():
            click.echo(f"{name}\n  a webhook that is to leave\n  outcomes: {', '.join(choices.outcomes)}\n")


@main.command()
@click.argument("name", default="")
@click.option("-o", "--output", default="-", help="The file to write to; otherwise it is printed.")
def helper(name: str, output: str) -> None:
    """Print a file that brings other people's clients here as they are; without NAME list what there is."""
    files = {file.stem: file for file in sorted(_PRELOADS.iterdir())}
    if not name:
        for each, file in files.items():
            click.echo(f"{each:<28} {_about(file)}")
        return
    if name not in files:
        near = get_close_matches(name, files, n=1, cutoff=0)
        click.echo(f"klarna-mock: there is no helper {name}; did you mean {near[0]}?", err=True)
        sys.exit(EXIT_MISTAKE)
    text = files[name].read_text(encoding="utf-8")
    try:
        with click.open_file(output, "w", encoding="utf-8") as out:
            out.write(text)
    except OSError as error:
        click.echo(f"klarna-mock: cannot write {output}: {error.strerror}", err=True)
        sys.exit(EXIT_MISTAKE)


def _about(file: Path) -> str:
    """Its first line, which is a comment."""
    return file.read_text(encoding="utf-8").partition("\n")[0].lstrip("/# ")
