"""`tensorflow.models.rnn.ptb.reader`: the Penn Treebank as word ids, cut into batches.

The data: ptb.train.txt, ptb.valid.txt and ptb.test.txt in a folder, one sentence per line.
Source: the `ptb/reader.py` of the TF 0.x and 1.x RNN tutorial.
"""

from __future__ import annotations

import collections
import os

import numpy as np

__all__ = ["ptb_iterator", "ptb_producer", "ptb_raw_data"]


def __dir__():
    return __all__


def ptb_raw_data(data_path=None):
    """(train, valid, test) as lists of word ids, and the number of words.

    The ids follow the frequency of a word in the training text, and among equals the alphabet.
    """
    files = [os.path.join(data_path, f"ptb.{split}.txt") for split in ("train", "valid", "test")]
    word_to_id = _build_vocab(files[0])
    return (*(_file_to_word_ids(file, word_to_id) for file in files), len(word_to_id))


def ptb_iterator(raw_data, batch_size, num_steps):
    """Yield pairs of int32 arrays (batch_size, num_steps): words, and the words that follow them.

    Raises:
        ValueError: the text is too short for one batch.
    """
    columns = len(raw_data) // batch_size
    data = np.array(raw_data, dtype=np.int32)[: batch_size * columns].reshape(batch_size, columns)
    steps = (columns - 1) // num_steps
    if steps == 0:
        raise ValueError("epoch_size == 0, decrease batch_size or num_steps")
    for start in range(0, steps * num_steps, num_steps):
        yield data[:, start : start + num_steps], data[:, start + 1 : start + num_steps + 1]


def ptb_producer(raw_data, batch_size, num_steps, name=None):
    """The pairs of `ptb_iterator` as two tensors that a queue feeds, in order and without end."""
    import tensorflow.compat.v1 as tf

    with tf.name_scope(name, "PTBProducer", [raw_data, batch_size, num_steps]):
        raw_data = tf.convert_to_tensor(raw_data, name="raw_data", dtype=tf.int32)
        columns = tf.size(raw_data) // batch_size
        data = tf.reshape(raw_data[0 : batch_size * columns], [batch_size, columns])
        steps = (columns - 1) // num_steps
        enough = tf.assert_positive(steps, message="epoch_size == 0, decrease batch_size or num_steps")
        with tf.control_dependencies([enough]):
            steps = tf.identity(steps, name="epoch_size")
        step = tf.train.range_input_producer(steps, shuffle=False).dequeue()
        windows = []
        for ahead in (0, 1):
            start, end = step * num_steps + ahead, (step + 1) * num_steps + ahead
            window = tf.strided_slice(data, [0, start], [batch_size, end])
            window.set_shape([batch_size, num_steps])
            windows.append(window)
        return tuple(windows)


def _read_words(filename):
    with open(filename, encoding="utf-8") as file:
        return file.read().replace("\n", "<eos>").split()


def _build_vocab(filename):
    ordered = sorted(collections.Counter(_read_words(filename)).items(), key=lambda item: (-item[1], item[0]))
    return {word: index for index, (word, _) in enumerate(ordered)}


def _file_to_word_ids(filename, word_to_id):
    return [word_to_id[word] for word in _read_words(filename) if word in word_to_id]
