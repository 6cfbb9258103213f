"""`tf.contrib.learn.datasets`: data sets by name.

Source: tensorflow 1.15, contrib/learn/python/learn/datasets/__init__.py.
"""

from __future__ import annotations

from legacy_tf1 import input_data as mnist
from legacy_tf1.contrib.learn import base
from legacy_tf1.contrib.learn.base import load_iris

__all__ = ["DATASETS", "base", "load_dataset", "load_iris", "mnist"]

DATASETS = {"iris": load_iris, "mnist": mnist.load_mnist}


def __dir__():
    return __all__


def load_dataset(name, size="small", test_with_fake_data=False):
    """The data set called `name`.

    Raises:
        ValueError: there is none of that name; TF 1.15's boston and dbpedia are not here.
    """
    if name not in DATASETS:
        raise ValueError(f"Name of dataset is not found: {name}; there are {', '.join(DATASETS)}")
    return DATASETS[name]()
