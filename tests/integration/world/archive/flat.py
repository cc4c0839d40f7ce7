"""NVIDIA's kind of apt archive: one flat folder, Label "NVIDIA CUDA", neither suite nor codename."""

from __future__ import annotations

import email.utils
import gzip
import hashlib
import os
import time

import debs

PIN_600 = "Package: *\nPin: release l=NVIDIA CUDA\nPin-Priority: 600\n"
# Seen for 16.04 and 18.04, and for 20.04 with two stanzas more; later ones were never seen and take 20.04's.
PINS = {"ubuntu1804": PIN_600}
PIN_2004 = "".join("Package: %s\nPin: origin *ubuntu.com*\nPin-Priority: -1\n\n" % name
                   for name in ("nsight-compute", "nsight-systems")) + PIN_600

HOST = "https://developer.download.nvidia.com"


def pin(system):
    return PINS.get(system, PIN_2004)


def address(system):
    """Where the real archive is."""
    return "%s/compute/cuda/repos/%s/x86_64/" % (HOST, system)


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def release_text(packages, when, valid_until=None, architecture="x86_64"):
    """The Release file over an index: the fields of NVIDIA's, which name the folder where others name architectures."""
    compressed = gzip.compress(packages, mtime=0)
    lines = ["Origin: NVIDIA", "Label: NVIDIA CUDA", "Architecture: " + architecture,
             "Date: " + email.utils.formatdate(when, usegmt=True).replace("GMT", "UTC")]
    if valid_until is not None:
        lines.append("Valid-Until: " + email.utils.formatdate(valid_until, usegmt=True).replace("GMT", "UTC"))
    for title, kind in (("MD5Sum", "md5"), ("SHA1", "sha1"), ("SHA256", "sha256")):
        lines.append(title + ":")
        for name, data in (("Packages", packages), ("Packages.gz", compressed)):
            lines.append(" %s %16d %s" % (hashlib.new(kind, data).hexdigest(), len(data), name))
    lines.append("Acquire-By-Hash: no")
    return ("\n".join(lines) + "\n").encode()


def metadata(packages, keys=None, key="", when=None, valid_until=None):
    """The index files of an archive by name: signed with a key, or without any signature when keys is None."""
    release = release_text(packages, when if when is not None else time.time(), valid_until)
    files = {"Packages": packages, "Packages.gz": gzip.compress(packages, mtime=0), "Release": release}
    if keys is not None:
        files["Release.gpg"] = keys.detached(key, release)
        files["InRelease"] = keys.clearsigned(key, release)
    return files


def index(built):
    """The Packages file over (package, bytes) pairs, in their order: oldest first."""
    return "\n".join(debs.stanza(package, data) for package, data in built).encode()


def keyring_package(system, public_key):
    """cuda-keyring as NVIDIA's is: the key, the list that names NVIDIA's own host, and the pin."""
    keyring = "/usr/share/keyrings/cuda-archive-keyring.gpg"
    line = "deb [signed-by=%s] %s /\n" % (keyring, address(system))
    return debs.Package(
        "cuda-keyring", "1.1-1", "GPG keyring for the CUDA repository", architecture="all", section="utils",
        files={keyring: debs.File(public_key),
               "/etc/apt/sources.list.d/cuda-%s-x86_64.list" % system: debs.text(line),
               "/etc/apt/preferences.d/cuda-repository-pin-600": debs.text(pin(system))})
