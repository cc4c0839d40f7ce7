"""Archives that apt must refuse, or that only an old apt takes: the network archives again, each with one thing wrong."""

from __future__ import annotations

import os
import time

import debs
import flat

DAY = 86400

# name -> (key that signs, key that the keyring package brings, days by which Valid-Until has passed)
KINDS = {
    "unsigned": (None, "archive", None),
    "expired": ("archive", "archive", 30),
    "wrong-key": ("wrong", "archive", None),
    "sha1-key": ("sha1", "sha1", None),
}


def write_variant(root, name, archives, keys):
    """Writes variants/<name>/compute/cuda/repos/…: metadata, keyring package and pin are its own, packages are links."""
    signer, trusted, expired_days = KINDS[name]
    now = time.time()
    when, until = (now - (expired_days + 1) * DAY, now - expired_days * DAY) if expired_days else (now, None)
    for system, built in archives.items():
        relative = os.path.join("compute", "cuda", "repos", system, "x86_64")
        source = os.path.join(root, "nvidia", relative)
        folder = os.path.join(root, "variants", name, relative)
        os.makedirs(folder)
        for entry in os.scandir(source):
            if entry.name.endswith(".deb") and not entry.name.startswith("cuda-keyring"):
                os.link(entry.path, os.path.join(folder, entry.name))
        files = flat.metadata(flat.index(built), keys if signer else None, signer or "", when, until)
        files["cuda-%s.pin" % system] = flat.pin(system).encode()
        files[keys.id(trusted).lower() + ".pub"] = keys.armored(trusted)
        package = flat.keyring_package(system, keys.public(trusted))
        files[package.file_name] = debs.build(package)
        for file_name, data in files.items():
            flat.write(os.path.join(folder, file_name), data)
