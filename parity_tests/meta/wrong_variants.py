"""Variants whose twin has one mistake: does the ladder find it, and on which rung?

    python -m parity_tests.meta.wrong_variants TRACES CASES

climbs the ladder between the legacy traces of the cases, one after the other in a file, and each wrong twin in WRONG,
and prints as JSON {variant: {mistake: the rung that broke first, or null}}.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from unittest import mock

from parity_tests.cases import cases_from_json
from parity_tests.meta.sabotage import climb
from parity_tests.trace import frames
from parity_tests.variants import VARIANTS
from parity_tests.variants.of_layers import CELLS, kept_twin
from parity_tests.variants.variant import UNITS, WIDTH, cell

__all__ = ["WRONG", "main"]


def twin(**changes):
    """Another function for the Keras side of a row, or another forget bias of its TF1 weights."""
    return lambda variant: mock.patch.dict(VARIANTS, {variant: dataclasses.replace(VARIANTS[variant], **changes)})


def of(make):
    """Another cell on the Keras side."""
    return twin(keras=cell("", None, make).keras)


def gate_order(variant):
    from keras_port.layers import LSTMCell

    right = LSTMCell.gates

    def wrong(self, inputs, h):
        i, f, candidate, o = right(self, inputs, h)
        return [i, o, candidate, f]

    return mock.patch.object(LSTMCell, "gates", wrong)


def norm_epsilon(variant):
    from keras_port.layers import layer_norm_lstm

    return mock.patch.dict(layer_norm_lstm.EPSILON, {"float64": 1e-3})  # Keras's own


def keep(probability):
    """The dropout's twin, fed another probability."""

    def keras(L, rows):
        call = L.DynamicRNN.__call__
        with mock.patch.object(
            L.DynamicRNN, "__call__", lambda self, x, **given: call(self, x, **{**given, "keep_prob": probability})
        ):
            return kept_twin(L, rows)

    return twin(keras=keras)


LSTM = next(variant for variant in CELLS if variant.name == "lstm")

# variant -> mistake -> how it is made, and the rung on which it shows first
WRONG = {
    "lstm": {"forget bias": (twin(forget_bias=0.0), "forward")},
    "gru_cell": {"activation": (of(lambda L: L.gru_cell(UNITS, inputs=WIDTH, activation="sigmoid")), "forward")},
    "lstm_peepholes": {"gate order": (gate_order, "forward")},
    "lstm_clip": {"bound": (of(lambda L: L.LSTMCell(UNITS, cell_clip=0.29)), "forward")},
    "layer_norm_lstm": {"epsilon": (norm_epsilon, "forward")},
    "dropout": {"keep probability": (keep(0.95), "forward")},
    "residual": {"left out": (of(lambda L: L.gru_cell(WIDTH, inputs=WIDTH)), "forward")},
    "lengths": {"mask left out": (of(lambda L: L.LSTMCell(UNITS)), "forward")},
    "nesterov": {"plain momentum": (twin(optimizer=lambda rules: rules.Momentum(0.1, 0.9)), "update")},
    "adam": {"epsilon": (twin(optimizer=lambda rules: rules.Adam(0.01, epsilon=1e-7)), "update")},
    "adam_decayed": {"no decay": (twin(optimizer=lambda rules: rules.Adam(0.02)), "lock-step")},
    "adagrad": {"start": (twin(optimizer=lambda rules: rules.Adagrad(0.1, 0.2)), "start")},
    "rmsprop_momentum": {"epsilon": (twin(optimizer=lambda rules: rules.RMSProp(0.01, 0.95, 0.6)), "update")},
    "proximal_adagrad": {"penalties": (twin(optimizer=lambda rules: rules.ProximalAdagrad(0.1)), "update")},
    "ftrl": {"forget bias inside the bias": (twin(keras=LSTM.keras), "update")},
}


def main(argv: list[str]) -> None:
    path, cases = argv
    found: dict[str, dict[str, str | None]] = {}
    with open(path, "rb") as file:
        for case in cases_from_json(cases):
            legacy = list(frames(file))
            for name, (mistake, _) in WRONG[case.program].items():
                with mistake(case.program):
                    broken = climb(legacy, case).divergence
                found.setdefault(case.program, {})[name] = broken and broken.rung
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
