"""Importing this module runs the package, after which `tensorflow_estimator` can be imported."""
