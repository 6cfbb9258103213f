"""`tf.contrib.learn.preprocessing`: documents as rows of word ids or of bytes.

Source: tensorflow 1.15, contrib/learn/python/learn/preprocessing/text.py and categorical_vocabulary.py.
"""

from __future__ import annotations

import collections
import pickle
import re

import numpy as np

__all__ = ["ByteProcessor", "CategoricalVocabulary", "VocabularyProcessor", "tokenizer"]

TOKENIZER_RE = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z][a-z]+(?=[A-Z])|[\'\w\-]+", re.UNICODE)


def __dir__():
    return __all__


def tokenizer(iterator):
    """The words of each document; a run of capitals and a word in CamelCase count as words."""
    return map(TOKENIZER_RE.findall, iterator)


class CategoricalVocabulary:
    """Numbers categories from 1 on; 0 is everything that is not known."""

    def __init__(self, unknown_token="<UNK>", support_reverse=True):
        self._unknown_token, self._support_reverse = unknown_token, support_reverse
        self._freq, self._freeze = collections.Counter(), False
        self._number([])

    def _number(self, categories):
        known = [self._unknown_token, *categories]
        self._mapping = {category: index for index, category in enumerate(known)}
        if self._support_reverse:
            self._reverse_mapping = known

    def __len__(self):
        return len(self._mapping)

    def freeze(self, freeze=True):
        """From now on, what is new is unknown."""
        self._freeze = freeze

    def get(self, category):
        """The number of a category; a new one gets the next number, or 0 where the vocabulary is frozen."""
        if category not in self._mapping:
            if self._freeze:
                return 0
            self._mapping[category] = len(self._mapping)
            if self._support_reverse:
                self._reverse_mapping.append(category)
        return self._mapping[category]

    def add(self, category, count=1):
        """Count a category."""
        if self.get(category) > 0:
            self._freq[category] += count

    def trim(self, min_frequency, max_frequency=-1):
        """Keep what was counted more than `min_frequency` times and, where that is positive, less than
        `max_frequency` times; number it anew, the most frequent first and the alphabet among equals."""
        alphabetical = sorted(self._freq.items(), key=lambda item: (isinstance(item[0], str), item[0]))
        kept = [
            (category, count)
            for category, count in sorted(alphabetical, key=lambda item: -item[1])
            if count > min_frequency and not 0 < max_frequency <= count
        ]
        self._number([category for category, _ in kept])
        self._freq = collections.Counter(dict(kept))

    def reverse(self, class_id):
        """The category of a number.

        Raises:
            ValueError: the vocabulary was made without `support_reverse`.
        """
        if not self._support_reverse:
            raise ValueError("This vocabulary was made without support_reverse, which reverse() needs.")
        return self._reverse_mapping[class_id]


class VocabularyProcessor:
    """Turns documents into rows of `max_document_length` word ids: cut off, or filled up with 0."""

    def __init__(self, max_document_length, min_frequency=0, vocabulary=None, tokenizer_fn=None):
        self.max_document_length = max_document_length
        self.min_frequency = min_frequency
        self.vocabulary_ = vocabulary or CategoricalVocabulary()
        self._tokenizer = tokenizer_fn or tokenizer

    def fit(self, raw_documents, unused_y=None):
        """Learn the words of the documents, and no others from then on."""
        for words in self._tokenizer(raw_documents):
            for word in words:
                self.vocabulary_.add(word)
        if self.min_frequency > 0:
            self.vocabulary_.trim(self.min_frequency)
        self.vocabulary_.freeze()
        return self

    def fit_transform(self, raw_documents, unused_y=None):
        """`fit`, then `transform`."""
        return self.fit(raw_documents).transform(raw_documents)

    def transform(self, raw_documents):
        """Yield an int64 row of word ids per document."""
        for words in self._tokenizer(raw_documents):
            row = np.zeros(self.max_document_length, np.int64)
            for index, word in zip(range(self.max_document_length), words):
                row[index] = self.vocabulary_.get(word)
            yield row

    def reverse(self, documents):
        """Yield the words of each row of ids, with blanks between them."""
        for ids in documents:
            yield " ".join([self.vocabulary_.reverse(class_id) for class_id in ids])

    def save(self, filename):
        """Pickle this object into a file."""
        with _gfile().Open(filename, "wb") as file:
            file.write(pickle.dumps(self))

    @classmethod
    def restore(cls, filename):
        """The object that `save` put into a file, by TF 1.15 as well."""
        with _gfile().Open(filename, "rb") as file:
            return _Unpickler(file).load()


class ByteProcessor:
    """Turns documents into rows of `max_document_length` UTF-8 bytes: cut off, or filled up with 0."""

    def __init__(self, max_document_length):
        self.max_document_length = max_document_length

    def fit(self, x):
        """There is nothing to learn."""

    def fit_transform(self, x):
        """Yield a uint8 row per document."""
        return self.transform(x)

    def transform(self, x):
        """Yield a uint8 row per document, of str or bytes."""
        for document in x:
            encoded = document.encode("utf-8") if isinstance(document, str) else bytes(document)
            row = np.zeros(self.max_document_length, np.uint8)
            kept = np.frombuffer(encoded[: self.max_document_length], np.uint8)
            row[: len(kept)] = kept
            yield row

    def reverse(self, x):
        """Yield the text of each row; an empty one where the bytes are not UTF-8."""
        for row in x:
            encoded = np.trim_zeros(np.asarray(row).astype(np.int8), trim="b").tobytes()
            try:
                yield encoded.decode("utf-8")
            except UnicodeDecodeError:
                yield ""


class _Unpickler(pickle.Unpickler):
    """Finds these classes under the module names that TF 1.x wrote into its files."""

    def find_class(self, module, name):
        if module.startswith("tensorflow.contrib.learn") and name in __all__:
            return globals()[name]
        return super().find_class(module, name)


def _gfile():
    import tensorflow.compat.v1 as tf

    return tf.gfile
