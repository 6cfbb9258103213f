"""The `tf1-parity` command: the main job. Neither TensorFlow nor Keras is imported in this process."""

from __future__ import annotations

import argparse
import difflib
import importlib.util
import itertools
import shlex
import signal
import sys
from pathlib import Path

from keras_port import streams
from parity_tests.arguments import positive, require_writable
from parity_tests.cases import BACKENDS, PROGRAMS, Case, own_steps
from parity_tests.variants import USUAL, VARIANTS

__all__ = ["main"]

REPORT = Path("parity_report.json")
DTYPES = ("float32", "float64")


@streams.quietly
def main(argv: list[str] | None = None) -> int:
    """Run the command line.

    Returns:
        0 where every rung holds, 1 where one does not, 2 for wrong usage, 130 after Ctrl-C or SIGTERM, 141 if nobody reads it.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what is done is reported
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["bench"]:
        from parity_tests.benchmarks import command

        return command.main(argv[1:])
    parser = _parser()
    options = parser.parse_args(argv)
    if options.data not in ("digits", "mnist") and not Path(options.data).is_dir():
        parser.error(f"--data: {options.data} is no folder; give digits, mnist, or a folder with the four IDX files")
    require_writable(parser, options, "report", "markdown")
    cases = list(_cases(options))
    if not cases:
        parser.error(f"--dtype: TF1 runs {' and '.join(options.names)} in float32 only")
    for backend in options.backend:
        if not importlib.util.find_spec(BACKENDS[backend]):
            parser.error(f"--backend: {backend} is not installed here; pip install 'keras-legacy-port[{backend}]'")
    from parity_tests.main_job import run

    command = shlex.join(["tf1-parity", *argv])
    return run(cases, options.report, jobs=options.jobs, page=options.markdown, command=command)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tf1-parity",
        description="Run TF1 programs and their Keras 3 twins on identical seeded batches and show how far they agree.",
        epilog="`tf1-parity bench` times them; see `tf1-parity bench --help`. The variants are small programs, one for "
        f"each layer, wrapper and optimizer: {', '.join(VARIANTS)}.",
    )
    parser.add_argument("names", nargs="*", type=_name, metavar="NAME",
                        help="a program or a variant; without any, all programs")  # fmt: skip
    parser.add_argument("--variants", action="store_true", help="all variants")
    parser.add_argument("--program", action="append", choices=tuple(PROGRAMS), metavar="NAME",
                        help=f"one program only; may be repeated: {', '.join(PROGRAMS)}")  # fmt: skip
    parser.add_argument(
        "--data",
        default="digits",
        metavar="WHAT",
        help="digits (embedded, default), mnist, or a folder with the four IDX files",
    )
    steps = parser.add_mutually_exclusive_group()
    steps.add_argument(
        "--steps",
        type=positive,
        metavar="N",
        help=f"training steps of each program, at most its own (default: 300; of a variant {USUAL})",
    )
    steps.add_argument(
        "--full", action="store_true", help="the programs' own numbers of steps, 782 to 7813; of a variant 300"
    )
    parser.add_argument(
        "--seed", type=_seed, default=1, metavar="N", help="decides start weights and batch order (default: 1)"
    )
    parser.add_argument(
        "--seeds",
        type=positive,
        default=1,
        metavar="N",
        help="this many seeds, from --seed on; accuracies are then tested over the seeds (default: 1)",
    )
    parser.add_argument(
        "--backend",
        type=_backends,
        default=["tensorflow"],
        metavar="NAME[,NAME]",
        help=f"of the Keras side: {', '.join(BACKENDS)} (default: tensorflow)",
    )
    parser.add_argument(
        "--dtype", type=_dtypes, default=["float32"], metavar="NAME[,NAME]",
        help=f"{' or '.join(DTYPES)}, or both (default: float32)",
    )  # fmt: skip
    parser.add_argument(
        "--jobs", type=positive, default=2, metavar="N", help="programs at a time, two processes each (default: 2)"
    )
    parser.add_argument("--report", type=Path, default=REPORT, metavar="FILE", help=f"default: {REPORT}")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="also write the results as a page")
    return parser


def _cases(options):
    names = [*(options.program or ()), *options.names, *(VARIANTS if options.variants else ())]
    seeds = range(options.seed, options.seed + options.seeds)
    for name in dict.fromkeys(names or PROGRAMS):
        for dtype, backend, seed in itertools.product(options.dtype, options.backend, seeds):
            if name in PROGRAMS or dtype in VARIANTS[name].dtypes:
                yield Case(name, _steps(name, options), seed, dtype, options.data, backend)


def _steps(name: str, options) -> int:
    own = own_steps(name)
    return own if options.full else min(options.steps or (USUAL if name in VARIANTS else 300), own)


def _name(text: str) -> str:
    if text in PROGRAMS or text in VARIANTS:
        return text
    near = difflib.get_close_matches(text, [*PROGRAMS, *VARIANTS], 3)
    meant = f"; is it {' or '.join(near)}?" if near else "; --help lists them"
    raise argparse.ArgumentTypeError(f"{text!r} is no program and no variant{meant}")


def _backends(text: str) -> list[str]:
    return _some(text, BACKENDS, "backend")


def _dtypes(text: str) -> list[str]:
    return _some(text, DTYPES, "dtype of the proof")


def _some(text: str, known, what: str) -> list[str]:
    """The names between the commas, each once."""
    names = text.split(",")
    for name in names:
        if name not in known:
            raise argparse.ArgumentTypeError(f"{name!r} is no {what}; choose from {', '.join(known)}")
    return list(dict.fromkeys(names))


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**31 - 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to 2147483646")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
