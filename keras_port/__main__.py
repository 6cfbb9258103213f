"""The `keras-port` command: train, weights, list.

    keras-port list
    keras-port train lstm_rows --data digits --steps 300 -o model.keras
    keras-port train lstm_rows --devices 2
    keras-port weights model.ckpt-1000 --model lstm_rows -o model.keras

Arguments are read and checked before Keras is imported, so `--help` and
mistakes answer at once.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path

from keras_port import __version__, models, streams
from keras_port.devices import COUNTS, DeviceError
from keras_port.startup import quiet, without_sklearn
from keras_port.weights import command as weights_command

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="keras-port", description="TensorFlow-1 RNN programs as Keras 3 models.")
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)

    train = commands.add_parser(
        "train",
        help="train a model with model.fit and test it",
        description="Train a model as its TF1 program does, then test it on all "
        "test images. Ctrl-C ends the training early and keeps what was learned.",
    )
    train.add_argument("name", metavar="NAME", choices=models.NAMES, help=", ".join(models.NAMES))
    train.add_argument(
        "--data",
        default="digits",
        type=_data,
        metavar="WHAT",
        help="digits (embedded, the default), mnist, or a directory with MNIST's four files",
    )
    train.add_argument(
        "--steps", type=_positive, metavar="N", help="training steps; the default is the TF1 program's own number"
    )
    train.add_argument(
        "--seed", type=_seed, default=0, metavar="N", help="of the weights and of the order of the images (default 0)"
    )
    train.add_argument("--dtype", choices=("float32", "float64"), default="float32")
    train.add_argument(
        "--devices",
        type=int,
        choices=COUNTS,
        default=1,
        metavar="N",
        help="share every batch among this many GPUs, or, on a machine without, virtual devices of the CPU, as Keras "
        "documents it: tf.distribute on TensorFlow, keras.distribution on JAX (%(choices)s; default %(default)s)",
    )
    train.add_argument("-o", "--output", type=_output, metavar="FILE.keras", help="save the trained model here")

    weights_command.add_parser(commands)
    commands.add_parser("list", help="a table of the models")
    return top


@streams.quietly
def main(argv: list[str] | None = None) -> int:
    """Run the command; 0 if it succeeded, 1 if not, 2 for wrong arguments, 130 after Ctrl-C, 141 if nobody reads it."""
    try:
        return _run(argv)
    except KeyboardInterrupt:
        print("\nkeras-port: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except OSError as error:
        if streams.is_cause(error):
            raise  # `quietly` ends it
        print(f"keras-port: {error}", file=sys.stderr)
        return EXIT_FAILED


def _run(argv: list[str] | None) -> int:
    arguments = parser().parse_args(argv)
    run = {"train": _train, "weights": weights_command.run, "list": _list}[arguments.command]
    return run(arguments)


def _train(arguments: argparse.Namespace) -> int:
    with quiet(), without_sklearn():
        from keras_port.datasets import DataError
        from keras_port.threads import share_cores
        from keras_port.training import train

        if arguments.devices == 1:
            with contextlib.suppress(RuntimeError):  # called by a process in which TensorFlow has begun
                share_cores()

    try:
        finished = train(
            arguments.name,
            data=arguments.data,
            steps=arguments.steps,
            seed=arguments.seed,
            dtype=arguments.dtype,
            devices=arguments.devices,
            output=arguments.output,
        )
    except (DataError, DeviceError) as error:
        print(f"keras-port: {error}", file=sys.stderr)
        return EXIT_FAILED
    return 0 if finished else EXIT_INTERRUPTED


def _list(arguments: argparse.Namespace) -> int:
    print(f"{'name':<16} {'hidden':>6} {'batch':>5} {'steps':>5}  model")
    for name in models.NAMES:
        facts = models.describe(name)
        print(f"{name:<16} {facts['HIDDEN']:>6} {facts['BATCH_SIZE']:>5} {facts['STEPS']:>5}  {facts['summary']}")
    return 0


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to {2**32 - 1}")
    return int(text)


def _data(text: str) -> str:
    if text not in ("digits", "mnist") and not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is neither digits nor mnist, nor a directory that exists")
    return text


def _output(text: str) -> Path:
    path = Path(text)
    if path.suffix != ".keras":
        raise argparse.ArgumentTypeError(f"{text!r}: the name must end in .keras")
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is a directory")
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"there is no directory {str(path.parent)!r}")
    if not os.access(path.parent, os.W_OK):
        raise argparse.ArgumentTypeError(f"cannot write into {str(path.parent)!r}")
    return path


if __name__ == "__main__":
    sys.exit(main())
