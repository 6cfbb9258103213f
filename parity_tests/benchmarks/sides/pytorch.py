"""PyTorch's own nn.RNN and nn.LSTM, used as its tutorials do."""

from __future__ import annotations

import rounds
import torch

job = rounds.job()
torch.set_num_threads(job.cores)


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.projection = torch.nn.Identity() if job.cell == "rnn" else torch.nn.Linear(28, job.units)
        kind, inputs = (torch.nn.RNN, 28) if job.cell == "rnn" else (torch.nn.LSTM, job.units)
        self.recurrent = kind(inputs, job.units, batch_first=True)
        self.head = torch.nn.Linear(job.units, 10)

    def forward(self, x):
        outputs, _ = self.recurrent(self.projection(x))
        return self.head(outputs[:, -1])


model = Model()
rate = {"rnn": torch.optim.RMSprop, "lstm": torch.optim.Adam}[job.cell]
optimizer = rate(model.parameters(), lr=0.001)
x, y = rounds.data(job)
source = rounds.batches(torch.from_numpy(x), torch.from_numpy(y.argmax(1)), job.batch)


def train(steps):
    for _ in range(steps):
        images, labels = next(source)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()


@torch.no_grad()
def infer(steps):
    for _ in range(steps):
        images, _ = next(source)
        model(images).numpy()


rounds.serve({"train": train, "infer": infer}[job.task], {"torch": torch.__version__})
