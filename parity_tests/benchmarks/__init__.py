"""Speed, beside peers, as ratios: `tf1-parity bench`.

workloads.py   what is computed: one row per workload
sides/         who computes it: one row per side, one file per kind of program
bench.py       runs the sides' rounds interleaved: medians, spreads, ratios
results.py     what was measured, with the machine and the versions, as JSON
show.py        the tables, on a terminal or as Markdown
plot.py        the picture
command.py     the command line
"""
