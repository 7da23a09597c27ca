"""Runs the curl commands of the documents: with curl where there is one, else with as much of it as they use."""

from __future__ import annotations

import argparse
import shlex
import shutil
import subprocess

import requests


def run(command: str) -> str:
    """What the command prints; fails when the server cannot be reached."""
    words = shlex.split(command)
    assert words[0] == "curl", command
    curl = shutil.which("curl")
    if curl is None:
        return stand_in(words[1:])
    return subprocess.run(
        [curl, "-sS", *words[1:]], capture_output=True, text=True, check=True, timeout=30, encoding="utf-8"
    ).stdout


def stand_in(words: list[str]) -> str:
    """The options -i -u -H -X -d; another one is a mistake in the document."""
    parser = argparse.ArgumentParser(prog="curl")
    parser.add_argument("url")
    parser.add_argument("-i", action="store_true", dest="with_headers")
    parser.add_argument("-u", dest="user")
    parser.add_argument("-H", action="append", default=[], dest="headers")
    parser.add_argument("-X", dest="method")
    parser.add_argument("-d", dest="data")
    asked = parser.parse_args(words)
    answer = requests.request(
        asked.method or ("GET" if asked.data is None else "POST"),
        asked.url,
        data=asked.data and asked.data.encode(),
        headers=dict(header.split(": ", 1) for header in asked.headers),
        auth=tuple(asked.user.split(":", 1)) if asked.user else None,
        allow_redirects=False,
        timeout=30,
    )
    head = "".join(f"{name}: {value}\n" for name, value in answer.headers.items()) + "\n"
    return (head if asked.with_headers else "") + answer.content.decode("utf-8")
