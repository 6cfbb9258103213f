"""The Keras model of a row, and which of its variables hold which of TF1's."""

from __future__ import annotations

import keras

from keras_port import layers, optimizers
from keras_port.weights import WeightError
from keras_port.weights.match import idle, match
from keras_port.weights.names import classify, groups
from parity_tests.variants import VARIANTS

__all__ = ["build", "rows"]


def build(name: str) -> keras.Model:
    """A compiled model: images (batch, 28, 28) -> logits (batch, 10)."""
    variant = VARIANTS[name]
    images = keras.Input((28, 28), name="images")
    features = variant.keras(layers, images[:, 2::4, 2::4] - 0.5)
    features = features[0] if len(features) == 1 else keras.ops.concatenate(features, axis=-1)
    model = keras.Model(images, keras.layers.Dense(10, name="logits")(features), name=name)
    model.compile(
        optimizer=variant.optimizer(optimizers),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
    )
    return model


def rows(model, name: str, shapes: dict[str, tuple[int, ...]]) -> tuple[list, set[str]]:
    """The rows between TF1's variables and the model, found as those of a checkpoint are.

    Args:
        shapes: name -> shape of every TF1 variable, slots included.

    Returns the rows, and the names that TF1 makes and never uses. Raises WeightError.
    """
    facts = classify(shapes)
    weights = [variable for variable, fact in facts.items() if fact.what == "weight"]
    cells = groups(weights)
    found = match(model, cells, shapes, {}, VARIANTS[name].forget_bias)
    unused = {variable for group in cells for variable in idle(group)}
    read = {variable for row in found.rows for variable in row.tf1_names}
    left = [f"{variable}: no layer takes it" for variable in weights if variable not in read | unused]
    if found.problems or left:
        raise WeightError(model.name, found.problems + left)
    return found.rows, unused
