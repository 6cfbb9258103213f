"""`tf.estimator.inputs`; importing the package before has made the library importable."""

from tensorflow_estimator._api.v1.estimator.inputs import *  # noqa: F403
