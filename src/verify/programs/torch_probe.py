# Computes on every CUDA device (on the CPU where there is none) and compares with plain loops in double: Python's own
# numbers, no numpy. Prints one JSON object a line, as torch_probe.cpp does; exits 0 only when every comparison held.
# Runs with Python 3.6 and later, torch 1.4 and later.
import ctypes
import json
import math
import os
import sys
import time

import torch


def numbers(count, seed):
    """A fixed sequence in [-1, 1), multiples of 2**-23: float32 holds each exactly."""
    state, values = seed, []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF  # Numerical Recipes' linear congruential generator.
        values.append((state >> 8) / 8388608.0 - 1.0)
    return values


def tensor(values, shape, device):
    return torch.tensor(values, dtype=torch.float32).view(*shape).to(device)


def copies():
    count = 1 << 16
    a = numbers(count, 8)
    return a, lambda device: tensor(a, [count], device).clone()


def elementwise():
    count = 1 << 14
    a, b = numbers(count, 1), numbers(count, 2)
    reference = [math.exp(x) * y + 0.5 for x, y in zip(a, b)]
    return reference, lambda device: torch.exp(tensor(a, [count], device)) * tensor(b, [count], device) + 0.5


def reduction():
    rows, columns = 64, 1000
    a = numbers(rows * columns, 3)
    reference = [0.0] * rows
    for i, value in enumerate(a):
        reference[i // columns] += value
    return reference, lambda device: tensor(a, [rows, columns], device).sum(1)


def matmul():
    n = 64
    a, b = numbers(n * n, 4), numbers(n * n, 5)
    reference = [0.0] * (n * n)
    for i in range(n):
        for k in range(n):
            for j in range(n):
                reference[i * n + j] += a[i * n + k] * b[k * n + j]
    return reference, lambda device: torch.matmul(tensor(a, [n, n], device), tensor(b, [n, n], device))


def convolution():
    channels, filters, size, kernel = 3, 8, 32, 3
    out = size - kernel + 1
    image, weight = numbers(channels * size * size, 6), numbers(filters * channels * kernel * kernel, 7)
    reference = []
    for f in range(filters):
        for y in range(out):
            for x in range(out):
                total = 0.0
                for c in range(channels):
                    for v in range(kernel):
                        for u in range(kernel):
                            pixel = image[(c * size + y + v) * size + x + u]
                            total += pixel * weight[((f * channels + c) * kernel + v) * kernel + u]
                reference.append(total)

    def compute(device):
        return torch.conv2d(
            tensor(image, [1, channels, size, size], device), tensor(weight, [filters, channels, kernel, kernel], device)
        )

    return reference, compute


def autograd():
    """A step of gradient descent for the weights w of sum((x w - y)^2)."""
    rows, columns, rate = 50, 20, 1e-2
    x, y, w = numbers(rows * columns, 9), numbers(rows, 10), numbers(columns, 11)
    reference = list(w)
    for i in range(rows):
        distance = -y[i]
        for j in range(columns):
            distance += x[i * columns + j] * w[j]
        for j in range(columns):
            reference[j] -= rate * 2 * distance * x[i * columns + j]

    def compute(device):
        weights = tensor(w, [columns, 1], device).requires_grad_(True)
        distances = torch.matmul(tensor(x, [rows, columns], device), weights).view(-1) - tensor(y, [rows], device)
        (distances * distances).sum().backward()
        return weights.detach() - weights.grad * rate

    return reference, compute


def difference_of(computed, reference):
    """The largest difference, relative to the largest reference value."""
    values = computed.detach().cpu().contiguous().view(-1).tolist()
    if len(values) != len(reference):
        return math.inf
    worst, scale = 0.0, 1e-30
    for value, wanted in zip(values, reference):
        distance = abs(value - wanted)
        # A NaN is no number near the reference; max alone would pass it over.
        worst = max(worst, math.inf if math.isnan(distance) else distance)
        scale = max(scale, abs(wanted))
    return worst / scale


def loaded(library):
    """The library, where this process has it already."""
    try:
        return ctypes.CDLL(library, mode=os.RTLD_NOW | os.RTLD_NOLOAD)
    except OSError:
        return None


def driver_version():
    driver, number = loaded("libcuda.so.1"), ctypes.c_int(0)
    return number.value if driver is not None and driver.cuDriverGetVersion(ctypes.byref(number)) == 0 else None


def runtime_version():
    """12040 for CUDA 12.4, as the runtime itself counts: what this torch was made with."""
    parts = torch.version.cuda.split(".")
    return int(parts[0]) * 1000 + int(parts[1]) * 10


def asked(function):
    """What it tells; None where it fails: the tests tell what is wrong with a torch."""
    try:
        return function()
    except Exception:
        return None


def report(**members):
    print(json.dumps(members), flush=True)


def run(name, tolerance, reference, compute, device, members):
    start, worst, error = time.monotonic(), math.inf, ""
    try:
        worst = difference_of(compute(device), reference)
    except Exception as exception:  # every failure is a finding
        error = (str(exception) or type(exception).__name__).split("\n")[0]
    held = error == "" and worst <= tolerance
    report(
        test=name,
        device=device,
        held=held,
        difference=worst if math.isfinite(worst) else -1.0,
        tolerance=tolerance,
        seconds=round(time.monotonic() - start, 3),
        error=error,
        **members
    )
    return held


def gpu_members(device):
    return {"name": torch.cuda.get_device_name(device), "sm": "sm_%d%d" % torch.cuda.get_device_capability(device)}


def main():
    cuda = torch.cuda.is_available()
    count = torch.cuda.device_count() if cuda else 0
    # Tolerances are relative; float32 has 24 bits, and GPUs may multiply with 11 (TF32: 10 explicit bits, NVIDIA's
    # Ampere white paper).
    tests = [
        ("copies", copies, 0.0),
        ("elementwise", elementwise, 1e-5),
        ("reduction", reduction, 1e-4),
        ("matmul", matmul, 5e-3),
        ("convolution", convolution, 5e-3),
        ("autograd", autograd, 5e-3),
    ]
    report(
        probe="python",
        headers=str(torch.__version__),
        cuda=cuda,
        cudnn=cuda and bool(asked(lambda: torch.backends.cudnn.is_available())),
        devices=count,
        tests=len(tests),
        cuda_library=loaded("libtorch_cuda.so") is not None,
        driver=asked(driver_version),
        runtime=asked(runtime_version),
        cudnn_version=asked(lambda: torch.backends.cudnn.version()) if cuda else None,
    )
    everything = True
    devices = ["cuda:%d" % i for i in range(count)] if count > 0 else ["cpu"]
    prepared = [(name, tolerance) + prepare() for name, prepare, tolerance in tests]
    for device in devices:
        members = (asked(lambda: gpu_members(device)) or {}) if count > 0 else {}
        for name, tolerance, reference, compute in prepared:
            everything = run(name, tolerance, reference, compute, device, members) and everything
    return 0 if everything else 1


sys.exit(main())
