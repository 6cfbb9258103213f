"""PyTorch's own nn.RNN and nn.LSTM, trained as its tutorials do."""

from __future__ import annotations

import sys

import rounds
import torch

name, batch, time_steps, units, cores = sys.argv[1], *map(int, sys.argv[2:6])
torch.set_num_threads(cores)


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.projection = torch.nn.Identity() if name == "rnn" else torch.nn.Linear(28, units)
        kind, inputs = (torch.nn.RNN, 28) if name == "rnn" else (torch.nn.LSTM, units)
        self.recurrent = kind(inputs, units, batch_first=True)
        self.head = torch.nn.Linear(units, 10)

    def forward(self, x):
        outputs, _ = self.recurrent(self.projection(x))
        return self.head(outputs[:, -1])


model = Model()
rate = {"rnn": torch.optim.RMSprop, "lstm": torch.optim.Adam}[name]
optimizer = rate(model.parameters(), lr=0.001)
x, y = rounds.data(batch, time_steps)
source = rounds.batches(torch.from_numpy(x), torch.from_numpy(y.argmax(1)), batch)


def run(steps):
    for _ in range(steps):
        images, labels = next(source)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()


rounds.serve(run, {"torch": torch.__version__})
