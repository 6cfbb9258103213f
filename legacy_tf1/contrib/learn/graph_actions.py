"""`tf.contrib.learn.run_n` and its kin: a session of its own, variables and queues started, some fetches.

Source: tensorflow 1.15, contrib/learn/python/learn/graph_actions.py. Its `train` and `evaluate`, which estimators
replaced, are not here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import tensorflow.compat.v1 as tf

__all__ = ["infer", "run_feeds", "run_n"]


def run_n(output_dict: dict, feed_dict=None, restore_checkpoint_path: str | None = None, n: int = 1) -> list[dict]:
    """The values of `output_dict`'s tensors, n times.

    Raises:
        ValueError: there is nothing to fetch.
    """
    return run_feeds(output_dict, itertools.repeat(feed_dict, n), restore_checkpoint_path)


def infer(restore_checkpoint_path: str | None, output_dict: dict, feed_dict=None) -> dict:
    """The values once; from a checkpoint, or from initialized variables where the path is None."""
    return run_feeds(output_dict, [feed_dict], restore_checkpoint_path)[0]


def run_feeds(output_dict: dict, feed_dicts: Iterable, restore_checkpoint_path: str | None = None) -> list[dict]:
    """The values once for each feed.

    Raises:
        ValueError: there is nothing to fetch, or no feeds.
    """
    if not output_dict:
        raise ValueError(f"output_dict is invalid: {output_dict}.")
    if not feed_dicts:
        raise ValueError(f"feed_dicts is invalid: {feed_dicts}.")
    return list(_each(output_dict, feed_dicts, restore_checkpoint_path))


def _each(output_dict, feed_dicts, checkpoint) -> Iterator[dict]:
    graphs = (value.graph for value in output_dict.values() if hasattr(value, "graph"))  # lists and dicts have none
    graph = next(graphs, tf.get_default_graph())
    with graph.as_default(), tf.Session() as session:
        if checkpoint:
            tf.train.Saver().restore(session, checkpoint)
        else:
            session.run(tf.global_variables_initializer())
        session.run([tf.local_variables_initializer(), tf.tables_initializer()])
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coord=coordinator)
        try:
            for feed in feed_dicts:
                yield session.run(output_dict, feed)
        finally:
            coordinator.request_stop()
            coordinator.join(threads)
