# Computes on every CUDA device (on the CPU where there is none) and compares with plain loops.
# Prints one JSON object a line; exits 0 only when every comparison held.
import json
import sys

import torch


def numbers(count, seed):
    state, values = seed, []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        values.append(((state >> 8) / 8388608.0) - 1.0)
    return values


def matmul(device):
    n = 24
    a, b = numbers(n * n, 4), numbers(n * n, 5)
    computed = torch.matmul(torch.tensor(a).view(n, n).to(device), torch.tensor(b).view(n, n).to(device))
    reference = [sum(a[i * n + k] * b[k * n + j] for k in range(n)) for i in range(n) for j in range(n)]
    differences = [abs(x - y) for x, y in zip(computed.cpu().view(-1).tolist(), reference)]
    # A NaN is no number near the reference; max alone would pass it over.
    return max(d if d == d else float("inf") for d in differences)


cuda = torch.cuda.is_available()
devices = ["cuda:%d" % i for i in range(torch.cuda.device_count())] if cuda else ["cpu"]
print(
    json.dumps(
        {"probe": "python", "headers": torch.__version__, "cuda": cuda, "devices": len(devices) if cuda else 0}
    )
)
good = True
for device in devices:
    facts = {}
    try:
        difference, error = matmul(device), ""
        if cuda:
            facts = {"name": torch.cuda.get_device_name(device), "sm": "sm_%d%d" % torch.cuda.get_device_capability(device)}
    except Exception as exception:  # every failure is a finding
        difference, error = -1.0, str(exception).split("\n")[0]
    held = error == "" and difference < 5e-2
    good = good and held
    print(
        json.dumps(
            {
                "test": "matmul",
                "device": device,
                "held": held,
                "difference": difference if difference != float("inf") else None,
                "tolerance": 5e-2,
                "error": error,
                **facts,
            }
        )
    )
sys.exit(0 if good else 1)
