"""The tree in torch.nn, trained by several processes at once: on as many GPUs, or on one processor to try it.

One process:    .venv/bin/torchrun --nproc-per-node 1 examples/scaling_out.py
Two processes:  .venv/bin/torchrun --nproc-per-node 2 examples/scaling_out.py

Each process holds the whole model and works on its part of every batch; DistributedDataParallel averages the
gradients, so all of them take the same step. The loss comes out as with one process, up to the noise between seeds:
the shuffling is the same, but each process's BatchNorm sees its own part of the batch alone.
(On GPUs, `nn.SyncBatchNorm.convert_sync_batchnorm(model)` would join their statistics.)
"""

import argparse
import time

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DistributedSampler

from lessonlib.data import Vocabulary, load_words, split, windows
from lessonlib.torch_nn import tree
from lessonlib.training import evaluate, warmup_hold_decay

LEVELS = 3


def place() -> torch.device:
    """This process's GPU, where there is one for each; otherwise the processor."""
    if torch.cuda.device_count() >= dist.get_world_size():
        return torch.device("cuda", dist.get_rank())
    return torch.device("cpu")


def train(model, X, Y, batch_size, epochs):
    """AdamW on batches of `batch_size` rows in all: this process takes one of every `world_size` shuffled rows."""
    local_batch_size = batch_size // dist.get_world_size()
    sampler = DistributedSampler(range(len(X)), seed=42, drop_last=True)
    steps = int(epochs * (len(X) // batch_size))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, warmup_hold_decay(steps))
    for ix in _batches(sampler, local_batch_size, steps):
        loss = F.cross_entropy(model(X[ix]), Y[ix])
        optimizer.zero_grad()
        loss.backward()  # here the gradients are averaged over the processes
        optimizer.step()
        schedule.step()


def _batches(sampler, local_batch_size, steps):
    step, epoch = 0, 0
    while step < steps:
        sampler.set_epoch(epoch)  # another order, the same in all processes
        for ix in torch.tensor(list(sampler)).split(local_batch_size):
            if len(ix) == local_batch_size and step < steps:
                step += 1
                yield ix
        epoch += 1


def main():
    parser = argparse.ArgumentParser(description="Train the tree with several processes.")
    parser.add_argument("--epochs", type=float, default=4.0)
    parser.add_argument("--batch-size", type=int, default=1024, help="rows a step, over all processes")
    parser.add_argument("--words", help="another word list")
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    device = place()
    torch.manual_seed(42)  # the same beginning everywhere
    words = load_words(arguments.words)
    vocabulary, (train_words, val_words, _) = Vocabulary(words), split(words)
    X, Y = (t.to(device) for t in windows(train_words, 2**LEVELS, vocabulary))
    model = tree(len(vocabulary), n_embd=24, n_hidden=128, levels=LEVELS).to(device)
    start = time.perf_counter()
    train(DistributedDataParallel(model), X, Y, arguments.batch_size, arguments.epochs)
    if dist.get_rank() == 0:
        X_val, Y_val = (t.to(device) for t in windows(val_words, 2**LEVELS, vocabulary))
        print(f"{dist.get_world_size()} processes, {time.perf_counter() - start:.0f} s, ", end="")
        print(f"validation loss {evaluate(model, X_val, Y_val):.4f}")
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
