"""`tf.contrib.opt`: the optimizers that scripts on one machine use.

Source: tensorflow 1.15, contrib/opt/python/training.
"""

from legacy_tf1.contrib.opt.adams import AdaMaxOptimizer, LazyAdamOptimizer, NadamOptimizer
from legacy_tf1.contrib.opt.averaging import MovingAverageOptimizer
from legacy_tf1.contrib.opt.decay import (
    AdamWOptimizer,
    DecoupledWeightDecayExtension,
    MomentumWOptimizer,
    extend_with_decoupled_weight_decay,
)

__all__ = [
    "AdaMaxOptimizer",
    "AdamWOptimizer",
    "DecoupledWeightDecayExtension",
    "LazyAdamOptimizer",
    "MomentumWOptimizer",
    "MovingAverageOptimizer",
    "NadamOptimizer",
    "extend_with_decoupled_weight_decay",
]


def __dir__():
    return __all__
