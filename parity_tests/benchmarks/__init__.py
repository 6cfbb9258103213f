"""Speed, beside peers, as ratios: `tf1-parity bench`.

workloads.py   what is computed: one row per workload
sides.py       who computes it: one row per side
sides/         one file per kind of side, each a process that answers "N" with the seconds N steps took
bench.py       runs the sides' rounds interleaved and reports medians and spreads
"""
