"""Stand-ins of the tools around a kernel module: dkms, initramfs-tools, mokutil, shim-signed."""

from __future__ import annotations

import os

from debs import Link, Package, text

HERE = os.path.dirname(os.path.abspath(__file__))
TOOLS_RULE = "the version, and all it does"
# Of 22.04, 24.04 and 26.04; 20.04's is not known.
DKMS = {"20.04": "2.8.1", "22.04": "2.8.7", "24.04": "3.0.11", "26.04": "3.2.2"}

DKMS_HOOK = """#!/bin/sh
# The kernel's package calls this with its release.
exec dkms autoinstall -k "$1"
"""
INITRAMFS_HOOK = """#!/bin/sh
exec update-initramfs %s -k "$1"
"""


def script(name):
    with open(os.path.join(HERE, name), encoding="ascii") as file:
        return text(file.read(), 0o755)


def packages(release):
    def tool(name, version, summary, files, depends=(), fields=None):
        return Package(name, version + "-1ubuntu0", summary, list(depends), fields or {}, files, derived=TOOLS_RULE,
                       architecture="all", section="kernel")

    # Where the real one is a program; a test archive of NVIDIA's finds the stand-in by its own path.
    dkms = {"/usr/lib/cudasetup-test/dkms": script("dkms.sh.in"),
            "/usr/sbin/dkms": Link("/usr/lib/cudasetup-test/dkms"),
            "/etc/kernel/postinst.d/dkms": text(DKMS_HOOK, 0o755),
            "/etc/kernel/header_postinst.d/dkms": text(DKMS_HOOK, 0o755)}
    initramfs = {"/usr/sbin/update-initramfs": script("update-initramfs.sh.in"),
                 "/etc/kernel/postinst.d/initramfs-tools": text(INITRAMFS_HOOK % "-c", 0o755),
                 "/etc/kernel/postrm.d/initramfs-tools": text(INITRAMFS_HOOK % "-d", 0o755)}
    return [
        tool("dkms", DKMS[release], "Dynamic Kernel Module System (DKMS)", dkms, ["gcc", "make"],
             {"Recommends": "linux-headers-generic"}),
        tool("initramfs-tools", "0.150", "generic modular initramfs generator", initramfs),
        tool("mokutil", "0.6.0", "tools for manipulating machine owner keys", {"/usr/bin/mokutil": script("mokutil.sh.in")}),
        tool("shim-signed", "1.58", "Secure Boot chain-loading bootloader",
             {"/usr/sbin/update-secureboot-policy": script("update-secureboot-policy.sh.in")}, ["mokutil"]),
    ]
