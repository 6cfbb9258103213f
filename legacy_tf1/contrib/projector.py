"""`tf.contrib.tensorboard.plugins.projector`: what TensorBoard shows of embeddings.

Source: tensorflow 1.15, contrib/tensorboard/plugins/projector/__init__.py.
"""

from __future__ import annotations

import os

from google.protobuf import text_format

from legacy_tf1.contrib.messages import EmbeddingInfo, ProjectorConfig, SpriteMetadata

__all__ = ["EmbeddingInfo", "ProjectorConfig", "SpriteMetadata", "visualize_embeddings"]


def __dir__():
    return __all__


def visualize_embeddings(summary_writer, config):
    """Write a ProjectorConfig to `projector_config.pbtxt` in the writer's folder.

    Raises:
        ValueError: the writer has no folder.
    """
    import tensorflow.compat.v1 as tf

    logdir = summary_writer.get_logdir()
    if logdir is None:
        raise ValueError("Summary writer must have a logdir")
    with tf.gfile.Open(os.path.join(logdir, "projector_config.pbtxt"), "w") as file:
        file.write(text_format.MessageToString(config))
