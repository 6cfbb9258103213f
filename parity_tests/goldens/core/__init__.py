"""Snippets of core TF1, one small file per family; `record_core.py` runs them on TF 1.15.5, `test_core.py` today."""

FAMILIES = (
    "arrays",
    "datasets",
    "estimators",
    "files",
    "graphs",
    "layers",
    "losses",
    "metrics",
    "optimizers",
    "queues",
    "recurrent",
    "saved",
    "saving",
    "sessions",
    "summaries",
)
