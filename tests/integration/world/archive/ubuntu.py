"""Ubuntu's archive as far as drivers need it: kernels, their headers, NVIDIA's driver and its prebuilt modules, DKMS.

Names, versions, components and what is transitional are those of the real archive, in ubuntu_drivers.txt and
ubuntu_kernels.txt. What is not known follows one rule each, and every package it touches says so in its control file
(`X-Cudasetup-Derived`):

* EDGES_RULE: a driver's packages depend on each other as those of 550 do (dpkg-deb --info of nvidia-driver-550 550.54.15,
  public file 25597183863), headless ones such that they come to the packages that were counted on 22.04; prebuilt modules as
  linux-modules-nvidia-515-server-5.15.0-56-generic (public file 1728541973) and linux-modules-nvidia-595-generic-hwe-22.04
  (public file 61521629512). Edges to packages that are not about drivers (X, i386, firmware of others) are left out.
* KERNELS_RULE: versions of kernels' packages repeat the number in their name.
* TOOLS_RULE: what plays dkms, mokutil, shim-signed and initramfs-tools has a version of ours.

To add a driver version: its lines in ubuntu_drivers.txt (and in ubuntu_kernels.txt where it has no prebuilt modules).
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import debs
import pool
import ubuntu_drivers
import ubuntu_kernels
import ubuntu_tools

HERE = os.path.dirname(os.path.abspath(__file__))
CODENAMES = {"20.04": "focal", "22.04": "jammy", "24.04": "noble", "26.04": "resolute"}


@dataclass(frozen=True)
class Driver:
    """A line of ubuntu_drivers.txt."""

    release: str
    name: str  # 580-server-open
    version: str
    component: str
    becomes: str  # what a transitional one installs; "" where it is a driver
    support: str
    prefer: str

    @property
    def upstream(self):
        return self.version.split("-", maxsplit=1)[0]

    @property
    def branch(self):
        return int(self.name.split("-", maxsplit=1)[0])

    @property
    def flavour(self):
        """"-open" or "": the kernel module's."""
        return "-open" if self.name.endswith("-open") else ""

    @property
    def set(self):
        """580 or 580-server: what user space is named by, which both flavours share."""
        return self.name[:-len("-open")] if self.flavour else self.name


def lines(file_name):
    with open(os.path.join(HERE, file_name), encoding="ascii") as file:
        for line in file:
            words = line.partition("#")[0].split()
            if words:
                yield words


def drivers():
    """release -> its Drivers."""
    out = {release: [] for release in CODENAMES}
    for words in lines("ubuntu_drivers.txt"):
        release, *rest = ["" if word == "-" else word for word in words]
        out[release].append(Driver(release, *rest))
    return out


def kernels():
    """release -> its Kernels."""
    out = {release: ubuntu_kernels.Kernels(release) for release in CODENAMES}
    for kind, release, *rest in lines("ubuntu_kernels.txt"):
        out[release].add(kind, rest)
    return out


def packages(release, of_release, kernels_of, linker):
    """(component, package) of one release."""
    out = [("main", package) for package in ubuntu_tools.packages(release)]
    out += ubuntu_drivers.packages(of_release, linker)
    out += ubuntu_kernels.packages(kernels_of, of_release)
    return out


def write(root, keys, linker):
    """Writes the archive; returns release -> package -> version."""
    index = {}
    kernels_by, drivers_by = kernels(), drivers()
    for release, codename in CODENAMES.items():
        by_component = {}
        index[release] = {}
        for component, package in packages(release, drivers_by[release], kernels_by[release], linker):
            package.section = package.section if component == "main" else component + "/" + package.section
            package.maintainer = "Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>"
            by_component.setdefault(component, []).append((package, debs.build(package)))
            index[release][package.name] = package.version
        # The release's own pocket is empty: what it had at first has been replaced since.
        pool.write_suite(root, codename, codename, release, {}, keys)
        pool.write_suite(root, codename + "-updates", codename, release, by_component, keys)
    return index
