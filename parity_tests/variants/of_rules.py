"""The rows of keras_port.optimizers: each update rule trains an LSTM.

Ftrl, AdagradDA and the proximal rules look at the weights themselves, not only at gradients. Keras's own LSTM
holds a forget bias of 1 inside its bias, which those rules would pull to zero and TF1's do not see. So with them
the twin is keras_port's LSTMCell, which adds the forget bias at run time, as TF1 does.
"""

from __future__ import annotations

from collections.abc import Callable

from parity_tests.variants.of_layers import CELLS
from parity_tests.variants.variant import Variant

__all__ = ["RULES"]

STOCK, OWN = (next(variant for variant in CELLS if variant.name == name) for name in ("lstm", "lstm_plain"))
PENALTIES = dict(l1_regularization_strength=0.003, l2_regularization_strength=0.002)


def rule(name: str, train: Callable, optimizer: Callable, lstm: Variant = STOCK) -> Variant:
    """A row; `train` and `optimizer` as in Variant."""
    return Variant(name, lstm.tf1, lstm.keras, train, optimizer)


def plain(name: str, of_tf1: str, of_keras: str, *numbers: float, lstm: Variant = STOCK, **options) -> Variant:
    """A rule that takes the same arguments on both sides."""
    return rule(
        name,
        lambda tf, step, dtype: getattr(tf.train, of_tf1)(*numbers, **options),
        lambda optimizers: getattr(optimizers, of_keras)(*numbers, **options),
        lstm,
    )


def proximal(name: str, of_tf1: str, of_keras: str, rate: float) -> Variant:
    """The two rules that leave it to the caller to give rate and penalties the variables' dtype."""

    def train(tf, step, dtype):
        numbers = {key: tf.cast(tf.constant(value), dtype) for key, value in PENALTIES.items()}
        return getattr(tf.train, of_tf1)(tf.cast(tf.constant(rate), dtype), **numbers)

    return rule(name, train, lambda optimizers: getattr(optimizers, of_keras)(rate, **PENALTIES), OWN)


def dual_averaging(tf, step, dtype):
    return tf.train.AdagradDAOptimizer(0.1, step, **PENALTIES)


def decayed(tf, step, dtype):
    return tf.train.AdamOptimizer(tf.train.exponential_decay(0.02, step, decay_steps=7, decay_rate=0.8))


def decayed_twin(optimizers):
    return optimizers.Adam(optimizers.schedules.exponential_decay(0.02, decay_steps=7, decay_rate=0.8))


RULES = (
    plain("gradient_descent", "GradientDescentOptimizer", "GradientDescent", 0.5),
    plain("momentum", "MomentumOptimizer", "Momentum", 0.1, 0.9),
    plain("nesterov", "MomentumOptimizer", "Momentum", 0.1, 0.9, use_nesterov=True),
    plain("adagrad", "AdagradOptimizer", "Adagrad", 0.1),
    rule("adagrad_da", dual_averaging, lambda optimizers: optimizers.AdagradDA(0.1, **PENALTIES), OWN),
    plain("adadelta", "AdadeltaOptimizer", "Adadelta", 1.0),
    plain("rmsprop", "RMSPropOptimizer", "RMSProp", 0.01),
    plain("rmsprop_momentum", "RMSPropOptimizer", "RMSProp", 0.01, 0.95, 0.6, 1e-6),
    plain("rmsprop_centered", "RMSPropOptimizer", "RMSProp", 0.01, momentum=0.5, centered=True),
    plain("adam", "AdamOptimizer", "Adam", 0.01),
    plain("adam_other", "AdamOptimizer", "Adam", 0.01, 0.8, 0.99, 1e-4),
    rule("adam_decayed", decayed, decayed_twin),
    plain("ftrl", "FtrlOptimizer", "Ftrl", 0.1, lstm=OWN),
    plain(
        "ftrl_penalties",
        "FtrlOptimizer",
        "Ftrl",
        0.1,
        lstm=OWN,
        l2_shrinkage_regularization_strength=0.003,
        **PENALTIES,
    ),
    proximal("proximal_gradient_descent", "ProximalGradientDescentOptimizer", "ProximalGradientDescent", 0.5),
    proximal("proximal_adagrad", "ProximalAdagradOptimizer", "ProximalAdagrad", 0.1),
)
