"""Who gets the cores: TensorFlow's threads for the two chains of a fast layer."""

from __future__ import annotations

import os

__all__ = ["cores", "share_cores"]


def share_cores() -> None:
    """Give each of the two chains of SimpleRNN, LSTM and GRU its half of the cores.

    Over a batch of 64 rows and more these layers of `keras_port.layers` are two chains of steps, side by side. TensorFlow
    then starts every product on all cores, where the two get into each other's way. With this call an operation has half
    of them: on two cores, one. That takes time from models whose work lies elsewhere, in a convolution say, so it is
    not done unasked.

    Threads that were set otherwise stay (TF_NUM_INTRAOP_THREADS, tf.config.threading), and nothing happens on Keras's
    other backends.

    Raises:
        RuntimeError: TensorFlow has begun; the call comes before the first tensor, layer or model.
    """
    import keras

    if keras.backend.backend() != "tensorflow" or os.environ.get("TF_NUM_INTRAOP_THREADS"):
        return
    import tensorflow as tf

    threading = tf.config.threading
    if threading.get_intra_op_parallelism_threads():
        return
    try:
        threading.set_intra_op_parallelism_threads(max(1, cores() // 2))
    except RuntimeError as error:
        raise RuntimeError(
            "share_cores() comes too late: TensorFlow has started its threads. Call it before the first tensor, layer or "
            "model is made, or set TF_NUM_INTRAOP_THREADS"
        ) from error


def cores() -> int:
    """How many of them this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
