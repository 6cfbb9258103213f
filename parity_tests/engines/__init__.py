"""Each engine runs one case, or several one after the other, and writes a trace of each to its standard output.

python -m parity_tests.engines.legacy CASES [WEIGHTS.npz]   the TF1 program in the TF1 world
python -m parity_tests.engines.keras CASES                  its Keras twin; reads the legacy trace
"""
