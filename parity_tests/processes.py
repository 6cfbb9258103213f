"""Tests run commands in processes of their own: one process, one world."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from parity_tests.cases import cases_to_json

ROOT = Path(__file__).resolve().parents[1]


def python(*arguments: str, cwd=None, timeout: float = 300, **environment: str) -> subprocess.CompletedProcess:
    """Run this interpreter, with this checkout importable, and capture what it prints."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL
    )


def start(*arguments: str, **options) -> subprocess.Popen:
    """Start this interpreter so that Ctrl-C reaches it, even where these tests run in the background."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.Popen(command, env=env, text=True, preexec_fn=_heed_ctrl_c, **options)


def _heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def engine_trace(engine: str, case, *arguments, stdin: bytes = b"") -> bytes:
    """The trace that an engine writes for a case, or those for a list of cases."""
    cases = cases_to_json(case if isinstance(case, list) else [case])
    command = [sys.executable, "-m", f"parity_tests.engines.{engine}", cases, *map(str, arguments)]
    done = subprocess.run(
        command, input=stdin, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=300
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
