"""What stands around the import of TensorFlow leaves the process as it was."""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import os
import sys

import pytest

from keras_port.startup import quiet, without_collector, without_sklearn
from parity_tests.processes import python


@pytest.mark.parametrize("is_on", [True, False])
@pytest.mark.parametrize("fails", [True, False])
@pytest.mark.parametrize("around", [quiet, without_collector])
def test_the_collector_rests_within(around, is_on, fails):
    was_on = gc.isenabled()
    (gc.enable if is_on else gc.disable)()
    try:
        with contextlib.suppress(ImportError), around():
            assert not gc.isenabled()
            if fails:
                raise ImportError
        assert gc.isenabled() is is_on
    finally:
        (gc.enable if was_on else gc.disable)()


@pytest.mark.parametrize("fails", [True, False])
def test_standard_error_is_gone_within(fails, capfd, monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")  # what the user has set stays
    with contextlib.suppress(ImportError), quiet():
        os.write(2, b"a note of TensorFlow's")
        if fails:
            raise ImportError
    os.write(2, b"an error")
    assert capfd.readouterr().err == "an error" and os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"


@pytest.mark.parametrize("fails", [True, False])
def test_sklearn_cannot_be_imported_within(fails, monkeypatch):
    monkeypatch.delitem(sys.modules, "sklearn", raising=False)
    with contextlib.suppress(ZeroDivisionError), without_sklearn():
        with pytest.raises(ImportError):
            import sklearn  # noqa: F401
        if fails:
            raise ZeroDivisionError
    assert importlib.util.find_spec("sklearn")


def test_sklearn_imported_within_all_the_same_stays(monkeypatch):
    monkeypatch.delitem(sys.modules, "sklearn", raising=False)
    with without_sklearn():
        sys.modules["sklearn"] = here = object()
    assert sys.modules["sklearn"] is here


@pytest.mark.parametrize("here", [contextlib, None])
def test_sklearn_that_is_there_or_hidden_stays(here, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", here)
    with without_sklearn():
        assert sys.modules["sklearn"] is here
    assert sys.modules["sklearn"] is here


COMMANDS = {
    "train": "from keras_port.__main__ import main\nmain(['train', 'lstm_rows', '--data', 'digits', '--steps', '1'])",
    "prove": "import gc\nfrom parity_tests.engines.backends import prepare\nprepare('tensorflow', 'float32')\n"
    "assert gc.get_freeze_count() > 100_000",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_do_without_sklearn(command):
    done = python("-c", f"{COMMANDS[command]}\nimport sys\nprint('keras' in sys.modules, 'sklearn' in sys.modules)")
    assert done.stdout.endswith("True False\n"), done.stderr
