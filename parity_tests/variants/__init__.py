"""Every layer, wrapper and optimizer of keras_port as a small classifier that can be proven: one table.

    variant.py    what a row is
    of_layers.py  the rows of keras_port.layers, each with Adam
    of_rules.py   the rows of keras_port.optimizers, each with an LSTM
    program.py    the TF1 program of a row: `legacy-tf1 run parity_tests/variants/program.py gru`
    twin.py       the Keras model of a row, and where TF1's variables go

Importing the table loads no framework. One row adds a variant.
"""

from __future__ import annotations

from parity_tests.variants.of_layers import LAYERS
from parity_tests.variants.of_rules import RULES
from parity_tests.variants.variant import STEPS, USUAL, Variant

__all__ = ["STEPS", "USUAL", "VARIANTS", "Variant"]

VARIANTS: dict[str, Variant] = {variant.name: variant for variant in (*LAYERS, *RULES)}
