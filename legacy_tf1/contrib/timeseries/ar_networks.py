"""What an ARModel predicts with: dense layers over the whole window, or an encoding and a decoding LSTM.

Called with the input window (batch, input window, input features) and what is known of the output window
(batch, output window, output features); return {"mean", "covariance"}, each (batch, output window, features), the
covariance's diagonal.
Source: tensorflow 1.15, contrib/timeseries/python/timeseries/ar_model.py.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.rnn.blocks import LSTMBlockFusedCell

__all__ = ["FlatPredictionModel", "LSTMPredictionModel"]


class FlatPredictionModel(tf.keras.Model):
    """Linear in the flattened windows, or behind layers of these sizes with ReLU."""

    def __init__(self, num_features, input_window_size, output_window_size, hidden_layer_sizes=None):
        super().__init__()
        layers = tf.keras.layers
        self._input_flatten, self._output_flatten = layers.Flatten(), layers.Flatten()
        self._hidden_layers = None
        if hidden_layer_sizes:
            dense = [layers.Dense(size, activation=tf.nn.relu) for size in hidden_layer_sizes]
            self._hidden_layers = tf.keras.Sequential(dense)
        self._mean_transform = layers.Dense(num_features * output_window_size, name="predicted_mean")
        self._covariance_transform = layers.Dense(num_features * output_window_size, name="log_sigma_square")
        self._prediction_shape = [-1, output_window_size, num_features]

    def call(self, input_window_features, output_window_features):
        if input_window_features.shape[1].value == 0:
            activation = self._output_flatten(output_window_features)
        elif output_window_features.shape[2].value == 0:
            activation = self._input_flatten(input_window_features)
        else:
            inputs, outputs = self._input_flatten(input_window_features), self._output_flatten(output_window_features)
            activation = tf.concat([inputs, outputs], axis=1)
        if self._hidden_layers:
            activation = self._hidden_layers(activation)
        mean = tf.reshape(self._mean_transform(activation), self._prediction_shape)
        covariance = tf.reshape(tf.exp(self._covariance_transform(activation)), self._prediction_shape)
        return {"mean": mean, "covariance": covariance}


class LSTMPredictionModel(tf.keras.Model):
    """The decoder starts from the encoder's last state; each of its steps is one of the output window."""

    def __init__(self, num_features, input_window_size, output_window_size, num_units=128):
        super().__init__()
        self._encoder = LSTMBlockFusedCell(num_units, name="encoder")
        self._decoder = LSTMBlockFusedCell(num_units, name="decoder")
        self._mean_transform = tf.keras.layers.Dense(num_features, name="mean_transform")
        self._covariance_transform = tf.keras.layers.Dense(num_features, name="covariance_transform")

    def call(self, input_window_features, output_window_features):
        inputs = tf.transpose(input_window_features, [1, 0, 2])
        outputs = tf.transpose(output_window_features, [1, 0, 2])
        _, state = self._encoder(inputs, dtype=self.dtype)
        decoded, _ = self._decoder(outputs, dtype=self.dtype, initial_state=state)
        decoded = tf.transpose(decoded, [1, 0, 2])
        return {"mean": self._mean_transform(decoded), "covariance": tf.exp(self._covariance_transform(decoded))}
