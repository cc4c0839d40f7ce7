#!/usr/bin/env python3
"""Trees of files that are machines to cudasetup: what it reads of a PC's /sys, /proc, /boot, /lib/modules, dpkg and firmware.

    machines.py list                 names of the machines, which are the files of tests/data/machines/
    machines.py make NAME DIR        writes the tree of one; DIR/sys is for --sys-path, DIR itself for --root or chroot
    machines.py make-all DIR         writes them all: DIR/NAME.tree, and DIR/NAME.sees with what cudasetup should find there
    machines.py flat                 all of them as lines, for unit tests: tests/data/machines.txt is that

A machine is one JSON object; every member but `about` may be missing:

    about        what it is, for people
    os, arch     "24.04"; "amd64" or "arm64"
    kernels      [{release, flavour (its meta package), headers (bool), prebuilt {driver: version}, dkms (version), signed}], the
                 one that runs first; the one that boots next is the newest
    pci          [{at, id, class, driver, boot (bool), subsystem, window (false: the firmware gave it no memory)}]
    modules      kernel modules that are loaded, beside nvidia's
    loaded       {version, flavour ("open" or "proprietary")} of nvidia's module
    library      version of libcuda
    packages     {name: version}; "!" before the version: half-configured
    secure_boot  "bios", "off", "on" or "shim-off" (the firmware checks, shim was told not to); "off" where not given
    mok          "made" or "enrolled": a key of the machine's own
    chassis      "desktop", "laptop" or "server"
    vendor       [sys_vendor, product_name] of the firmware's tables
    files, links further ones, by path
    without      paths that are taken away again
    sees         {gpus, loaded, kernel, place, findings}: what `status` and `doctor` say on the machine itself
"""

from __future__ import annotations

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "..", "data", "machines")

RELEASES = {"20.04": ("focal", "2.31-0ubuntu9", "9.4.0"), "22.04": ("jammy", "2.35-0ubuntu3", "11.4.0"),
            "24.04": ("noble", "2.39-0ubuntu8", "13.2.0"), "26.04": ("resolute", "2.43-2ubuntu1", "15.2.0")}
CHASSIS = {"desktop": "3", "laptop": "10", "server": "23"}
GLOBAL = "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
SHIM = "-605dab50-e046-4300-abb6-3dd810dd8b23"
SIGNED = "~Module signature appended~\n"
MODULE = "stand-in of a kernel module\nversion=%s\n"
CERTIFICATE = "stand-in certificate of the machine's own key\n"
WINDOW = "0x00000000a3000000 0x00000000a3ffffff 0x0000000000040200\n"
NO_WINDOW = "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
OS_RELEASE = """PRETTY_NAME="Ubuntu {os} LTS"
NAME="Ubuntu"
VERSION_ID="{os}"
VERSION_CODENAME={codename}
ID=ubuntu
ID_LIKE=debian
UBUNTU_CODENAME={codename}
"""


class Link(str):
    """The target of a symbolic link."""


class Tree(dict):
    """path -> text or Link."""

    def efi(self, name, value):
        """A variable of one byte: four bytes of attributes go before it."""
        self["/sys/firmware/efi/efivars/" + name] = "\6\0\0\0" + value


def load(name):
    with open(os.path.join(DATA, name + ".json"), encoding="utf-8") as file:
        return json.load(file)


def device(tree, gpu):
    place = "/sys/bus/pci/devices/" + gpu["at"]
    vendor, number = gpu["id"].split(":")
    sub_vendor, sub_device = gpu.get("subsystem", "10de:0000").split(":")
    kind = gpu["class"]
    tree.update({
        place + "/vendor": "0x%s\n" % vendor, place + "/device": "0x%s\n" % number, place + "/class": "0x%s00\n" % kind,
        place + "/subsystem_vendor": "0x%s\n" % sub_vendor, place + "/subsystem_device": "0x%s\n" % sub_device,
        place + "/resource": WINDOW if gpu.get("window", True) else NO_WINDOW,
        place + "/modalias": "pci:v0000%sd0000%ssv0000%ssd0000%sbc%ssc%si00\n" % tuple(
            part.upper() if len(part) == 4 else part for part in
            (vendor, number, sub_vendor, sub_device, kind[:2], kind[2:]))})
    if kind.startswith("03"):
        tree[place + "/boot_vga"] = "1\n" if gpu.get("boot") else "0\n"
    if "driver" in gpu:
        tree["/sys/bus/pci/drivers/%s/uevent" % gpu["driver"]] = ""
        tree[place + "/driver"] = Link("../../../../bus/pci/drivers/" + gpu["driver"])


def kernel(tree, each, packages):
    release = each["release"]
    modules = "/lib/modules/" + release
    tree["/boot/vmlinuz-" + release] = "stand-in\n"
    tree["/boot/initrd.img-" + release] = "stand-in\n"
    tree[modules + "/modules.builtin"] = ""
    version = each.get("version", release.rsplit("-", 1)[0] + ".1")
    packages["linux-image-" + release] = version
    if "flavour" in each:
        packages["linux-image-" + each["flavour"]] = version
    if each.get("headers"):
        tree["/usr/src/linux-headers-%s/Makefile" % release] = "# stand-in\n"
        tree[modules + "/build"] = Link("/usr/src/linux-headers-" + release)
        packages["linux-headers-" + release] = version
    for driver, upstream in each.get("prebuilt", {}).items():
        tree["%s/kernel/nvidia-%s/nvidia.ko" % (modules, driver)] = MODULE % upstream + SIGNED
        packages["linux-modules-nvidia-%s-%s" % (driver, release)] = version + "+1"
        if "flavour" in each:
            packages["linux-modules-nvidia-%s-%s" % (driver, each["flavour"])] = version + "+1"
    if "dkms" in each:
        made = MODULE % each["dkms"] + (SIGNED if each.get("signed") else "")
        tree[modules + "/updates/dkms/nvidia.ko"] = made
        tree["/var/lib/dkms/nvidia/%s/%s/x86_64/module/nvidia.ko" % (each["dkms"], release)] = made


def loaded(tree, machine):
    about = machine["loaded"]
    word = {"amd64": "x86_64", "arm64": "aarch64"}[machine["arch"]]
    is_open = about["flavour"] == "open"
    name = "Open Kernel Module for " + word if is_open else word + " Kernel Module"
    tree["/proc/driver/nvidia/version"] = "NVRM version: NVIDIA UNIX %s  %s  Release Build\nGCC version:  gcc version 13\n" % (
        name, about["version"])
    tree["/sys/module/nvidia/version"] = about["version"] + "\n"
    for module in ("nvidia_uvm", "nvidia_drm", "nvidia_modeset"):
        tree["/sys/module/%s/refcnt" % module] = "1\n"
    for name in ("nvidiactl", "nvidia0", "nvidia-uvm"):
        tree["/dev/" + name] = ""
    for gpu in machine.get("pci", []):
        if gpu.get("driver") == "nvidia":
            tree["/proc/driver/nvidia/gpus/%s/information" % gpu["at"]] = "Bus Location: %s\n" % gpu["at"]


def firmware(tree, machine):
    state = machine.get("secure_boot", "off")
    tree["/sys/firmware/acpi/interrupts/sci"] = "0\n"
    if state == "bios":
        return
    tree.efi("SecureBoot" + GLOBAL, "\0" if state == "off" else "\1")
    tree.efi("SetupMode" + GLOBAL, "\0")
    if state == "shim-off":
        tree.efi("MokSBStateRT" + SHIM, "\1")
    if "mok" in machine:
        tree["/var/lib/shim-signed/mok/MOK.der"] = CERTIFICATE
        tree["/var/lib/shim-signed/mok/MOK.priv"] = "stand-in key\n"
        tree.efi("MokListRT" + SHIM, "vendor's keys\n" + (CERTIFICATE if machine["mok"] == "enrolled" else ""))


def status(machine, packages):
    """dpkg's: the machine's packages, and the few by which a system is known."""
    _, libc, _ = RELEASES[machine["os"]]
    everything = {"dpkg": "1.22.6ubuntu6", "apt": "2.7.14", "libc6": libc, "kmod": "31-1", **packages}
    stanzas = []
    for name, version in everything.items():
        state = "install ok half-configured" if version.startswith("!") else "install ok installed"
        stanzas.append("Package: %s\nStatus: %s\nPriority: optional\nSection: misc\nArchitecture: %s\nVersion: %s\n" % (
            name, state, machine["arch"], version.lstrip("!")))
    return "\n".join(stanzas)


def expand(machine):
    """The tree of a machine."""
    machine = {"os": "24.04", "arch": "amd64", **machine}
    codename, libc, gcc = RELEASES[machine["os"]]
    tree = Tree()
    packages = dict(machine.get("packages", {}))
    kernels = machine.get("kernels", [])
    for each in kernels:
        kernel(tree, each, packages)
    running = machine.get("running", kernels[0]["release"] if kernels else "6.8.0-151-generic")
    triplet = {"amd64": "x86_64", "arm64": "aarch64"}[machine["arch"]] + "-linux-gnu"
    tree.update({
        "/etc/apt/sources.list": "".join(
            "deb http://archive.ubuntu.com/ubuntu %s main restricted universe multiverse\n" % suite
            for suite in (codename, codename + "-updates")),
        "/etc/os-release": OS_RELEASE.format(os=machine["os"], codename=codename),
        "/proc/sys/kernel/osrelease": running + "\n", "/proc/cmdline": "BOOT_IMAGE=/boot/vmlinuz-%s ro quiet\n" % running,
        "/proc/version": "Linux version %s (buildd@lcy02) (%s-gcc-%s (Ubuntu %s) %s, GNU ld) #1 SMP\n" % (
            running, triplet, gcc.split(".", maxsplit=1)[0], gcc, gcc),
        "/proc/meminfo": "MemTotal:       65536000 kB\nMemAvailable:   60000000 kB\n", "/proc/1/environ": "HOME=/\0TERM=linux\0",
        "/proc/self/ns/pid": Link("pid:[4026531836]"), "/sys/module/ext4/refcnt": "1\n",
        "/sys/devices/virtual/dmi/id/chassis_type": CHASSIS[machine.get("chassis", "desktop")] + "\n",
        "/usr/lib/%s/libc-%s.so" % (triplet, libc[:4]): "", "/tmp/.keep": ""})
    vendor, product = machine.get("vendor", ["A maker of mainboards", "A mainboard"])
    tree["/sys/devices/virtual/dmi/id/sys_vendor"] = vendor + "\n"
    tree["/sys/devices/virtual/dmi/id/product_name"] = product + "\n"
    tree["/sys/class/dmi/id"] = Link("../../devices/virtual/dmi/id")
    for gpu in machine.get("pci", []):
        device(tree, gpu)
    tree.setdefault("/sys/bus/pci/devices/0000:00:00.0/vendor", "0x8086\n")
    tree.setdefault("/sys/bus/pci/devices/0000:00:00.0/device", "0xa700\n")
    tree.setdefault("/sys/bus/pci/devices/0000:00:00.0/class", "0x060000\n")
    for module in machine.get("modules", []):
        tree["/sys/module/%s/refcnt" % module] = "1\n"
    if "loaded" in machine:
        loaded(tree, machine)
    if "library" in machine:
        tree["/usr/lib/%s/libcuda.so.%s" % (triplet, machine["library"])] = ""
        tree["/usr/lib/%s/libcuda.so.1" % triplet] = Link("libcuda.so." + machine["library"])
        tree["/usr/bin/nvidia-smi"] = "#!/bin/sh\nexit 9\n"
    firmware(tree, machine)
    tree["/proc/modules"] = "".join(
        "%s 16384 0 - Live 0x0000000000000000\n" % name
        for name in sorted({path.split("/")[3] for path in tree if path.startswith("/sys/module/")}))
    tree["/var/lib/dpkg/status"] = status(machine, packages)
    tree.update(machine.get("files", {}))
    tree.update({path: Link(target) for path, target in machine.get("links", {}).items()})
    for gone in machine.get("without", []):
        for path in [path for path in tree if path == gone or path.startswith(gone + "/")]:
            del tree[path]
    return tree


def make(tree, folder):
    os.makedirs(folder + "/sys")
    for path, content in sorted(tree.items()):
        place = folder + path
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if isinstance(content, Link):
            os.symlink(content, place)
        else:
            with open(place, "wb") as file:
                file.write(content.encode("latin-1"))
            os.chmod(place, 0o666 if path.startswith("/dev/") else 0o644)


def escaped(text):
    """On one line: \\n for its newlines, \\xHH for what cannot be printed."""
    return "".join({"\n": "\\n", "\\": "\\\\"}.get(each, each if each >= " " else "\\x%02x" % ord(each)) for each in text)


def names():
    return sorted(name[:-len(".json")] for name in os.listdir(DATA) if name.endswith(".json"))


def make_all(folder):
    for name in names():
        machine = load(name)
        make(expand(machine), os.path.join(folder, name + ".tree"))
        with open(os.path.join(folder, name + ".sees"), "w", encoding="utf-8") as file:
            json.dump(machine.get("sees", {}), file)


def main():
    verb, *rest = sys.argv[1:] or [""]
    if verb == "list" and not rest:
        print("\n".join(names()))
    elif verb == "make" and len(rest) == 2:
        make(expand(load(rest[0])), rest[1])
    elif verb == "make-all" and len(rest) == 1:
        make_all(rest[0])
    elif verb == "flat" and not rest:
        for name in names():
            print("machine " + name)
            for path, content in sorted(expand(load(name)).items()):
                kind = "link" if isinstance(content, Link) else "file"
                print(kind, path, *([escaped(content)] if content else []))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
