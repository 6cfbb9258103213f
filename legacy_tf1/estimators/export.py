"""`tf.estimator.export`; importing the package before has made the library importable."""

from tensorflow_estimator._api.v1.estimator.export import *  # noqa: F403
