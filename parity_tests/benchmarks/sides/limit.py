"""Only the matrix products of one training step, through PyTorch's MKL, each as large as it can be made.

Forward: the input projections of all steps in one product, one recurrent product per step. Backward: one product
per step for the state, one each over the whole sequence for the two kernels and for the inputs. Nothing else is
computed, so no program that makes these products with this library can be faster.
"""

from __future__ import annotations

import sys

import rounds
import torch

name, batch, time_steps, units, cores = sys.argv[1], *map(int, sys.argv[2:6])
torch.set_num_threads(cores)

inputs, columns = (28, units) if name == "rnn" else (units, 4 * units)
x, h = torch.rand(time_steps * batch, inputs), torch.rand(batch, units)
kernel, recurrent = torch.rand(inputs, columns), torch.rand(units, columns)
gates, of_step = torch.rand(time_steps * batch, columns), torch.rand(batch, columns)
states = torch.rand(time_steps * batch, units)
images, projection = torch.rand(time_steps * batch, 28), torch.rand(28, units)


def step():
    if name == "lstm":
        torch.mm(images, projection)
    torch.mm(x, kernel)
    for _ in range(time_steps):
        torch.mm(h, recurrent)
    for _ in range(time_steps):
        torch.mm(of_step, recurrent.T)
    torch.mm(states.T, gates)
    torch.mm(x.T, gates)
    if name == "lstm":  # the inputs of an RNN on images need no gradient
        torch.mm(gates, kernel.T)
        torch.mm(images.T, states)


@torch.no_grad()
def run(steps):
    for _ in range(steps):
        step()


rounds.serve(run, {"torch": torch.__version__})
