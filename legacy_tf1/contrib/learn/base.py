"""`tf.contrib.learn.datasets.base`: CSV files as arrays, and the iris flowers.

Source: tensorflow 1.15, contrib/learn/python/learn/datasets/base.py.
"""

from __future__ import annotations

import collections
import csv
import os
import urllib.request

import numpy as np

from legacy_tf1.input_data import Datasets

__all__ = [
    "Dataset",
    "Datasets",
    "load_csv_with_header",
    "load_csv_without_header",
    "load_iris",
    "maybe_download",
    "shrink_csv",
    "urlretrieve_with_retry",
]

Dataset = collections.namedtuple("Dataset", ["data", "target"])


def __dir__():
    return __all__


def load_csv_with_header(filename, target_dtype, features_dtype, target_column=-1):
    """A Dataset from a file whose first row begins with the numbers of samples and of features."""
    with _gfile().Open(filename) as file:
        rows = csv.reader(file)
        samples, features = map(int, next(rows)[:2])
        data, target = np.zeros((samples, features), features_dtype), np.zeros((samples,), target_dtype)
        for index, row in enumerate(rows):
            target[index] = np.asarray(row.pop(target_column), dtype=target_dtype)
            data[index] = np.asarray(row, dtype=features_dtype)
    return Dataset(data=data, target=target)


def load_csv_without_header(filename, target_dtype, features_dtype, target_column=-1):
    """A Dataset from a file that holds nothing but samples."""
    with _gfile().Open(filename) as file:
        rows = list(csv.reader(file))
    target = [row.pop(target_column) for row in rows]
    data = [np.asarray(row, dtype=features_dtype) for row in rows]
    return Dataset(data=np.array(data), target=np.array(target, dtype=target_dtype))


def shrink_csv(filename, ratio):
    """Write every `ratio`-th row of `name.csv` to `name_small.csv`."""
    with _gfile().Open(filename.replace(".", "_small."), "w") as small, _gfile().Open(filename) as file:
        writer = csv.writer(small)
        for row in list(csv.reader(file))[::ratio]:
            writer.writerow(row)


def load_iris(data_path=None):
    """The 150 iris flowers, or a CSV file with a header of one's own.

    TF 1.15 carried the UCI copy of the data; scikit-learn's is Fisher's own, which differs in three numbers.
    """
    if data_path is not None:
        return load_csv_with_header(data_path, target_dtype=np.int64, features_dtype=np.float64)
    from sklearn import datasets

    flowers = datasets.load_iris()
    data = flowers.data.copy()
    data[34, 3], data[37, 1], data[37, 2] = 0.1, 3.1, 1.5
    return Dataset(data=data, target=flowers.target.astype(np.int64))


def urlretrieve_with_retry(url, filename=None):
    """`urllib.request.urlretrieve`, tried again while the connection times out."""
    for attempt in range(4):
        try:
            return urllib.request.urlretrieve(url, filename)
        except TimeoutError:
            if attempt == 3:
                raise
    return None


def maybe_download(filename, work_directory, source_url):
    """The path of a file in a folder; it is fetched from the URL where it is not there yet."""
    gfile = _gfile()
    path = os.path.join(work_directory, filename)
    gfile.MakeDirs(work_directory)
    if not gfile.Exists(path):
        fetched, _ = urlretrieve_with_retry(source_url)
        gfile.Copy(fetched, path)
        print("Successfully downloaded", filename, gfile.Stat(path).length, "bytes.")
    return path


def _gfile():
    import tensorflow.compat.v1 as tf

    return tf.gfile
