#!/usr/bin/env python3
"""Makes the tree that plays the download hosts of NVIDIA, PyTorch and Ubuntu for the integration tests.

    build.py --out DIR [--zip VERSION=FILE ...] [--payload VERSION=FILE ...] [--variants] [--force]

DIR/nvidia is laid out as https://developer.download.nvidia.com, DIR/pytorch as https://download.pytorch.org,
DIR/ubuntu as http://archive.ubuntu.com/ubuntu (kernels and drivers alone; its key is beside dists), DIR/variants holds
archives with one thing wrong (--variants). DIR/index.json says what is there; DIR/private holds the secret keys. FILE is a LibTorch zip made of a root's own LibTorch of that VERSION, as 1.7.1; without one a tiny zip stands there.
With --payload the library packages of that CUDA release are large in the network archives, for figures: they hold what
FILE does, a part each.

A tree of the same recipe (these files, these arguments) is left as it is. Needs gcc, ar and gpg on the host.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import fcntl
import hashlib
import json
import os
import re
import shutil
import sys

sys.dont_write_bytecode = True

import debs  # noqa: E402
import drivers  # noqa: E402
import elf  # noqa: E402
import flat  # noqa: E402
import installers  # noqa: E402
import keys as keyring  # noqa: E402
import pytorch  # noqa: E402
import recipe  # noqa: E402
import toolkit  # noqa: E402
import ubuntu  # noqa: E402
import variants  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
NOT_IN_RECIPE = ("overlay.py", "server.py")


def recipe_digest(arguments):
    """A digest over the builder's own files and what was asked for."""
    state = hashlib.sha256()
    for name in sorted(os.listdir(HERE)):
        if name.endswith((".py", ".in", ".txt")) and name not in NOT_IN_RECIPE:
            with open(os.path.join(HERE, name), "rb") as file:
                state.update(name.encode() + b"\0" + file.read() + b"\0")
    for version, path in sorted(arguments.zip.items()):
        about = os.stat(path)
        state.update(("%s %s %d %d\n" % (version, path, about.st_size, about.st_mtime_ns)).encode())
    state.update(repr(sorted(arguments.payload.items())).encode() if arguments.payload else b"")
    state.update(b"variants" if arguments.variants else b"")
    return state.hexdigest()


def build_packages(linker):
    """release version -> its (package, bytes) pairs, drivers first."""
    out = {}
    for release in recipe.RELEASES:
        packages = drivers.packages(release, linker) + toolkit.packages(release, linker)
        out[release.version] = [(package, debs.build(package)) for package in packages]
    return out


def weighed_down(built, path):
    """The (package, bytes) pairs with a part of the file in each library package, beside its libraries."""
    libraries = [package.name for package, _ in built if package.name.startswith("lib")]
    share = -(-os.path.getsize(path) // len(libraries))
    out = []
    with open(path, "rb") as file:
        for package, data in built:
            if package.name in libraries:
                part = {"/usr/share/cudasetup-payload/" + package.name: debs.File(file.read(share))}
                package = dataclasses.replace(package, files={**package.files, **part})
                data = debs.build(package)
            out.append((package, data))
    return out


def write_archives(root, by_release, keys):
    """Writes the network archives; returns system -> (package, bytes) pairs in the order of the index."""
    archives = {}
    for system in recipe.SYSTEMS:
        folder = os.path.join(root, "nvidia", "compute", "cuda", "repos", system, "x86_64")
        package = flat.keyring_package(system, keys.public("archive"))
        built = [(package, debs.build(package))]
        for release in recipe.RELEASES:
            if system in release.network:
                built += by_release[release.version]
        for package, data in built:
            flat.write(os.path.join(folder, package.file_name), data)
        files = flat.metadata(flat.index(built), keys, "archive")
        files[keys.id("archive").lower() + ".pub"] = keys.armored("archive")
        files["cuda-%s.pin" % system] = flat.pin(system).encode()
        for name, data in files.items():
            flat.write(os.path.join(folder, name), data)
        archives[system] = built
    return archives


def digests(root):
    """path below root -> digests and size, for what a manifest can name: keyrings, installers, zips."""
    out = {}
    for folder, _, names in os.walk(root):
        for name in names:
            if not (name.startswith("cuda-keyring") or name.endswith((".run", ".zip")) or "local_installers" in folder):
                continue
            path = os.path.join(folder, name)
            kinds = {"sha256": hashlib.sha256(), "md5": hashlib.md5()}
            with open(path, "rb") as file:
                while block := file.read(1 << 20):
                    for state in kinds.values():
                        state.update(block)
            out[os.path.relpath(path, root)] = {"bytes": os.path.getsize(path),
                                                **{kind: state.hexdigest() for kind, state in kinds.items()}}
    return out


def build(root, arguments, digest):
    with keyring.Keys() as keys, elf.Linker() as linker:
        by_release = build_packages(linker)
        heavy = {version: weighed_down(by_release[version], path) for version, path in arguments.payload.items()}
        archives = write_archives(root, {**by_release, **heavy}, keys)
        for release in recipe.RELEASES:
            if release.local or release.runfile:
                installers.write_release(release, os.path.join(root, "nvidia", "compute", "cuda"),
                                         by_release[release.version], keys)
        real = pytorch.write_zips(os.path.join(root, "pytorch"), arguments.zip, linker)
        pytorch.write_wheels(os.path.join(root, "pytorch"))
        for name in variants.KINDS if arguments.variants else ():
            variants.write_variant(root, name, archives, keys)
        of_ubuntu = ubuntu.write(os.path.join(root, "ubuntu"), keys, linker)
        flat.write(os.path.join(root, "ubuntu", "ubuntu-archive-keyring.gpg"), keys.public("ubuntu"))
        keys.keep(os.path.join(root, "private"))
        index = {
            "recipe": digest,
            "keys": keys.fingerprint,
            "packages": {version: {package.name: package.version for package, _ in built}
                         for version, built in by_release.items()},
            "ubuntu": of_ubuntu,
            "real_zips": real,
            "files": digests(root),
        }
    flat.write(os.path.join(root, "index.json"), (json.dumps(index, indent=1, sort_keys=True) + "\n").encode())


def built_digest(out):
    with contextlib.suppress(OSError, ValueError, KeyError):
        with open(os.path.join(out, "index.json"), encoding="utf-8") as file:
            return json.load(file)["recipe"]
    return None


def replace(fresh, out):
    """Puts the fresh tree at out; the old one goes away."""
    old = out + ".old"
    shutil.rmtree(old, ignore_errors=True)
    if os.path.exists(out):
        os.rename(out, old)
    os.rename(fresh, out)
    shutil.rmtree(old, ignore_errors=True)


def version_and_file(value):
    version, _, path = value.partition("=")
    if not re.fullmatch(r"\d+\.\d+\.\d+", version) or not os.path.isfile(path):
        raise argparse.ArgumentTypeError("%r is not VERSION=FILE" % value)
    return version, os.path.abspath(path)


def main():
    parser = argparse.ArgumentParser(description="Makes the tree that plays NVIDIA's and PyTorch's download hosts.")
    parser.add_argument("--out", required=True, metavar="DIR")
    parser.add_argument("--zip", action="append", default=[], type=version_and_file, metavar="VERSION=FILE")
    parser.add_argument("--payload", action="append", default=[], type=version_and_file, metavar="VERSION=FILE")
    parser.add_argument("--variants", action="store_true", help="also the archives that must be refused")
    parser.add_argument("--force", action="store_true", help="build even where the same recipe was built")
    arguments = parser.parse_args()
    arguments.zip = dict(arguments.zip)
    arguments.payload = dict(arguments.payload)
    missing = [tool for tool in ("gcc", "ar", "gpg", "gpgconf") if shutil.which(tool) is None]
    if missing:
        sys.exit("build.py: missing: %s. hint: apt-get install gcc binutils gpg gpg-agent" % ", ".join(missing))
    out = os.path.abspath(arguments.out)
    digest = recipe_digest(arguments)
    os.makedirs(os.path.dirname(out), exist_ok=True)
    with open(out + ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = built_digest(out)
        if known == digest and not arguments.force:
            print("build.py: %s is up to date" % out, file=sys.stderr)
            return
        if known is None and os.path.isdir(out) and os.listdir(out):
            sys.exit("build.py: %s is not empty and not a tree of ours" % out)
        fresh = out + ".new"
        shutil.rmtree(fresh, ignore_errors=True)
        os.makedirs(fresh)
        build(fresh, arguments, digest)
        replace(fresh, out)
    print("build.py: made %s" % out, file=sys.stderr)


if __name__ == "__main__":
    main()
