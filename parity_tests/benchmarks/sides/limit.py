"""Only the matrix products of one step, through PyTorch's MKL, each as large as it can be made.

Forward: the input projections of all steps in one product, one recurrent product per step. Backward: one product
per step for the state, one each over the whole sequence for the two kernels and for the inputs. Nothing else is
computed, so no program that makes these products with this library can be faster.
"""

from __future__ import annotations

import rounds
import torch

job = rounds.job()
torch.set_num_threads(job.cores)

inputs, columns = (28, job.units) if job.cell == "rnn" else (job.units, 4 * job.units)
rows = job.time * job.batch
x, h = torch.rand(rows, inputs), torch.rand(job.batch, job.units)
kernel, recurrent = torch.rand(inputs, columns), torch.rand(job.units, columns)
gates, of_step = torch.rand(rows, columns), torch.rand(job.batch, columns)
states = torch.rand(rows, job.units)
images, projection = torch.rand(rows, 28), torch.rand(28, job.units)


def forward():
    if job.cell == "lstm":
        torch.mm(images, projection)
    torch.mm(x, kernel)
    for _ in range(job.time):
        torch.mm(h, recurrent)


def backward():
    for _ in range(job.time):
        torch.mm(of_step, recurrent.T)
    torch.mm(states.T, gates)
    torch.mm(x.T, gates)
    if job.cell == "lstm":  # the inputs of an RNN on images need no gradient
        torch.mm(gates, kernel.T)
        torch.mm(images.T, states)


@torch.no_grad()
def run(steps):
    for _ in range(steps):
        forward()
        if job.task == "train":
            backward()


rounds.serve(run, {"torch": torch.__version__})
