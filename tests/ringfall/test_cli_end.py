"""How a command ends, once it has said what it has to say."""

from __future__ import annotations

import atexit
import gc
import sys

import pytest

from ringfall import cli


def test_what_was_compiled_is_not_taken_apart(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would take longer than most commands do, and only just before the memory goes back."""
    registered = list[object]()
    monkeypatch.setattr(atexit, "register", registered.append)
    monkeypatch.setattr(sys, "argv", ["ringfall", "--version"])
    with pytest.raises(SystemExit):
        cli.main()
    assert capsys.readouterr().out.startswith("ringfall ")
    assert gc.freeze in registered
