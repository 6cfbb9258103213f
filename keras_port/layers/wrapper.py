"""A cell around a cell: what all wrappers share."""

from __future__ import annotations

import keras

from keras_port.layers import state


class CellWrapper(keras.layers.Layer):
    """Takes sizes and first state from the cell inside; a subclass has `arguments` and `call`.

    A wrapper is a cell: it may stand in keras.layers.RNN, in StackedRNNCells,
    in DynamicRNN and in other wrappers.
    """

    arguments: tuple[str, ...] = ()

    def __init__(self, cell, **kwargs):
        super().__init__(**kwargs)
        if not hasattr(cell, "state_size") or not hasattr(cell, "call"):
            raise TypeError(f"{type(self).__name__}: {cell!r} is not a cell: it has no state_size or no call")
        self.cell = cell

    @property
    def state_size(self):
        return state.sizes(self.cell)

    @property
    def state_kinds(self):
        return state.kinds(self.cell)

    @property
    def output_size(self):
        return state.width(self.cell)

    def get_initial_state(self, batch_size=None):
        return state.initial(self.cell, batch_size)

    def build(self, input_shape):
        self.build_cell(input_shape)
        self.built = True

    def build_cell(self, input_shape):
        if not self.cell.built:
            self.cell.build(input_shape)
            self.cell.built = True

    def inner(self, inputs, states, training):
        """One step of the cell inside: its output, and its state as a list."""
        options = {"training": training} if self.cell._call_has_training_arg else {}
        output, new = self.cell(inputs, list(states), **options)
        return output, state.listed(new)

    def get_config(self):
        own = {name: getattr(self, name) for name in self.arguments}
        return {**super().get_config(), "cell": keras.saving.serialize_keras_object(self.cell), **own}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        cell = keras.saving.deserialize_keras_object(config.pop("cell"), custom_objects=custom_objects)
        return cls(cell, **config)
