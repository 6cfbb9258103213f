"""Writes `now/`: see checkpoints.py."""

import os
import sys

import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from core import checkpoints  # noqa: E402

checkpoints.write(tf, os.path.join(HERE, "now"))
os.remove(os.path.join(HERE, "now", "model-%d.meta.gz" % checkpoints.BEFORE))  # TF 1.15 knows fewer attributes
