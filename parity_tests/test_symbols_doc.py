"""The table of TF 1.15's names: up to date, true, and honest about what differs."""

from __future__ import annotations

from legacy_tf1 import exactness
from legacy_tf1.check import uses
from parity_tests.processes import python
from parity_tests.symbols import FILE, golden
from parity_tests.test_seeds_rule import GOLDEN, KNOWN

PROLOGUE = "import tensorflow as tf\n"


def test_the_table_is_what_the_world_serves():
    """Every name of TF 1.15 is asked for: in the table exactly where it is there, with TF 1.15's arguments.

    To mend the table: `python -m parity_tests.symbols`.
    """
    done = python("-m", "parity_tests.symbols", "--check")
    assert done.returncode == 0, done.stderr


def test_the_golden_says_where_it_comes_from():
    assert golden()["about"]["versions"]["tensorflow"] == "1.15.5" and golden()["about"]["date"]
    modules = golden()["modules"]
    assert {"BasicLSTMCell", "GRUCell"} < set(modules["contrib.rnn"].split()) and "placeholder" in modules[""].split()
    assert sum(len(names.split()) for names in modules.values()) > 5000
    assert golden()["arguments"]["contrib.rnn.GridLSTMCell"].startswith("num_units use_peepholes share_time")


def test_the_table_is_text_for_people():
    text = FILE.read_text(encoding="utf-8")
    assert "## tf.contrib.rnn\n" in text and "| tf.nn | 108 |" in text
    assert "- exact, from `tensorflow.compat.v1.nn.rnn_cell`: BasicLSTMCell" in text


def test_every_seed_that_differs_is_owned_up_to():
    """A snippet that the seed rule does not model has a row; a row whose name has snippets has one of those."""
    rows = {*exactness.SEEDS_AFTER, *exactness.SEEDS_AFTER_GRADIENT}
    assert [snippet for snippet in KNOWN if not names_in([snippet]) & rows] == []
    assert rows & names_in(GOLDEN["seeds"]) <= names_in(KNOWN)


def names_in(snippets) -> set[str]:
    return {name.removeprefix("tensorflow.") for snippet in snippets for _, name in uses(PROLOGUE + snippet)}


def test_a_prefix_speaks_for_what_is_below_it():
    assert exactness.difference("tensorflow.keras.Model.fit") == exactness.APPROXIMATE["keras"]
    assert exactness.difference("tensorflow.einsum") and not exactness.difference("tensorflow.einsum_other")
    assert exactness.difference("tensorflow.nn.relu") is None
