"""NVIDIA's driver as Ubuntu packages it: user space by branch, the kernel module's source by branch and flavour."""

from __future__ import annotations

from debs import File, Link, Package, text
from drivers import LIB, NVIDIA_SMI

EDGES_RULE = "depends, as those of 550"
REST_RULE = "version, component, depends"
# CUDA that a branch brings, as libcuda answers it.
CUDA = {390: 9010, 418: 10010, 430: 10010, 435: 10010, 440: 10020, 450: 11000, 455: 11010, 460: 11020, 465: 11030,
        470: 11040, 495: 11050, 510: 11060, 515: 11070, 520: 11080, 525: 12000, 530: 12010, 535: 12020, 545: 12030,
        550: 12040, 555: 12050, 560: 12060, 565: 12070, 570: 12080, 575: 12090, 580: 13000, 590: 13010, 595: 13020,
        610: 13030, 615: 13040}
# The newest nvidia-cuda-toolkit and what it brings of a driver that nobody asked for (apt-get -s of 2026-11-21; versions
# by the CUDA that it is).
CUDA_TOOLKIT = {"22.04": ("11.5.1-1ubuntu1", "580"), "24.04": ("12.0.140~12.0.1-4build4", "580"),
                "26.04": ("12.4.131~12.4.1-2", "595")}

BLACKLIST = ("nouveau", "lbm-nouveau")
NOVA = ("nova", "nova_core")  # since 580.126.09-0ubuntu0.24.04.2 (LP #2142443)
KMS = "options nvidia_drm modeset=1\noptions nvidia NVreg_PreserveVideoMemoryAllocations=1\n"
INITRAMFS = """if [ "$1" = %s ] && command -v update-initramfs >/dev/null; then update-initramfs -u; fi
"""
DKMS_POSTINST = """if [ "$1" = configure ]; then
  dkms install -m nvidia -v @VERSION@
  if command -v update-secureboot-policy >/dev/null; then update-secureboot-policy --enroll-key || true; fi
  if command -v update-initramfs >/dev/null; then update-initramfs -u; fi
fi
"""
DKMS_PRERM = """if [ "$1" = remove ] || [ "$1" = upgrade ]; then dkms remove -m nvidia -v @VERSION@ --all || true; fi
"""


class Set:
    """The packages of one upload that both flavours share: 580, or 580-server."""

    def __init__(self, drivers, linker):
        first = drivers[0]
        self.drivers, self.name, self.version, self.upstream = drivers, first.set, first.version, first.upstream
        self.branch = first.branch
        self._linker = linker

    def make(self, name, summary, depends=(), fields=None, **more):
        """A package of this upload. Two branches, or two flavours, are never installed together."""
        fields = dict(fields or {})
        stem = name.partition("-%d" % self.branch)[0]
        if stem != name and not stem.endswith("firmware"):
            fields = {"Provides": stem, "Conflicts": stem, "Replaces": stem, **fields}
        more.setdefault("version", self.version)
        return Package(name, summary=summary, depends=list(depends), fields=fields, derived=EDGES_RULE, section="libs", **more)

    def same(self, *stems):
        return ["%s-%s (= %s)" % (stem, self.name, self.version) for stem in stems]

    def near(self, name):
        """At least this version of the driver, whichever upload: what prebuilt modules meet too."""
        return ["%s (<= %s-1)" % (name, self.upstream), "%s (>= %s)" % (name, self.upstream)]

    def libraries(self):
        compute = {
            LIB + "libcuda.so." + self.upstream: File(self._linker.shared("libcuda.so.1", "STUB_DRIVER=%d" % CUDA[self.branch])),
            LIB + "libcuda.so.1": Link("libcuda.so." + self.upstream),
            LIB + "libnvidia-ml.so." + self.upstream: File(self._linker.shared("libnvidia-ml.so.1")),
            LIB + "libnvidia-ml.so.1": Link("libnvidia-ml.so." + self.upstream),
        }
        out = [self.make("libnvidia-common-" + self.name, "Shared files used by the NVIDIA libraries", architecture="all"),
               self.make("libnvidia-compute-" + self.name, "NVIDIA libcompute package", files=compute,
                         triggers="activate-noawait ldconfig")]
        needs = {"gl": "libnvidia-common", "decode": "libnvidia-compute", "encode": "libnvidia-decode"}
        for kind in ("cfg1", "decode", "encode", "extra", "fbc1", "gl"):
            depends = self.same(needs[kind]) if kind in needs else []
            out.append(self.make("libnvidia-%s-%s" % (kind, self.name), "NVIDIA %s library" % kind, depends))
        return out

    def firmware(self):
        """nvidia-firmware-570-server-570.86.15, from the first branch on that has open modules."""
        return ["nvidia-firmware-%s-%s" % (self.name, self.upstream)] if self.branch >= 515 else []

    def userland(self):
        blacklisted = BLACKLIST + (NOVA if self.branch >= 580 else ())
        modprobe = {
            "/lib/modprobe.d/nvidia-graphics-drivers.conf": text(
                "".join("blacklist %s\n" % name for name in blacklisted)
                + "".join("alias %s off\n" % name for name in blacklisted)),
            "/lib/modprobe.d/nvidia-graphics-drivers-kms.conf": text(KMS)}
        out = [self.make("nvidia-kernel-common-" + self.name, "Shared files used with the kernel module", self.firmware(),
                         files=modprobe, scripts={"postinst": INITRAMFS % "configure", "postrm": INITRAMFS % "remove"}),
               self.make("nvidia-utils-" + self.name, "NVIDIA driver support binaries", self.same("libnvidia-compute"),
                         files={"/usr/bin/nvidia-smi": text(NVIDIA_SMI, 0o755)}),
               self.make("nvidia-compute-utils-" + self.name, "NVIDIA compute utilities", self.same("libnvidia-compute")),
               self.make("xserver-xorg-video-nvidia-" + self.name, "NVIDIA binary Xorg driver")]
        return out + [self.make(name, "Firmware files used by the kernel module") for name in self.firmware()]

    def kernel(self, driver):
        """Source and DKMS packages of one flavour."""
        source, common = "nvidia-kernel-source-" + driver.name, "nvidia-kernel-common-" + self.name
        conf = 'PACKAGE_NAME="nvidia"\nPACKAGE_VERSION="%s"\nAUTOINSTALL="yes"\nLICENSE=%s\n' % (
            self.upstream, "Dual MIT/GPL" if driver.flavour else "NVIDIA")
        scripts = {"postinst": DKMS_POSTINST.replace("@VERSION@", self.upstream),
                   "prerm": DKMS_PRERM.replace("@VERSION@", self.upstream)}
        return [self.make(source, "NVIDIA kernel source package",
                          files={"/usr/src/nvidia-%s/dkms.conf" % self.upstream: text(conf)}),
                self.make("nvidia-dkms-" + driver.name, "NVIDIA DKMS package",
                          ["dkms", "%s (= %s)" % (source, self.version), *self.near(common)], scripts=scripts)]

    def metas(self, driver):
        """The desktop, headless and headless-without-DKMS packages of one flavour."""
        dkms = "nvidia-dkms-" + driver.name
        common = self.near("nvidia-kernel-common-" + self.name)
        no_dkms = "nvidia-headless-no-dkms-" + driver.name
        support = {key: value for key, value in (("Support", driver.support), ("Prefer-Variant", driver.prefer)) if value}
        desktop = [*self.same("libnvidia-gl"), *self.near(dkms), *common,
                   "nvidia-kernel-source-%s (= %s)" % (driver.name, self.version),
                   *self.same("libnvidia-compute", "libnvidia-extra", "nvidia-compute-utils", "libnvidia-decode",
                              "libnvidia-encode", "nvidia-utils", "xserver-xorg-video-nvidia", "libnvidia-cfg1",
                              "libnvidia-fbc1")]
        return [self.make(no_dkms, "NVIDIA headless metapackage, no DKMS",
                          [*common, *self.same("nvidia-compute-utils", "libnvidia-compute", "libnvidia-cfg1")]),
                self.make("nvidia-headless-" + driver.name, "NVIDIA headless metapackage",
                          ["%s (= %s)" % (no_dkms, self.version), *self.near(dkms)]),
                self.make("nvidia-driver-" + driver.name, "NVIDIA driver metapackage", desktop,
                          {"Recommends": "nvidia-settings, nvidia-prime", **support})]

    def fabricmanager(self):
        """Ubuntu's has the version of the -server driver of the branch, and its number alone in the name."""
        if self.branch < 450 or not self.name.endswith("-server"):
            return []
        unit = "[Unit]\nDescription=NVIDIA fabric manager service (stand-in)\n[Service]\nExecStart=/usr/bin/nv-fabricmanager\n"
        files = {"/usr/bin/nv-fabricmanager": text("#!/bin/sh\necho 'stand-in of %s'\n" % self.upstream, 0o755),
                 "/lib/systemd/system/nvidia-fabricmanager.service": text(unit)}
        return [self.make("nvidia-fabricmanager-%d" % self.branch, "Fabric Manager for NVSwitch based systems", files=files)]

    def packages(self):
        out = self.libraries() + self.userland() + self.fabricmanager()
        for driver in self.drivers:
            out += self.kernel(driver) + self.metas(driver)
        return out


def _transitional(driver, names):
    """nvidia-driver-535 that is 580 by now; the headless, DKMS and utils packages went the same way."""
    for stem in ("nvidia-driver", "nvidia-headless", "nvidia-headless-no-dkms", "nvidia-dkms", "nvidia-utils"):
        old, new = driver.name, driver.becomes
        if stem == "nvidia-utils":
            if driver.flavour:
                continue
            new = new[:-len("-open")] if new.endswith("-open") else new
        if stem + "-" + new in names or stem == "nvidia-driver":
            target = "%s-%s" % (stem, new)
            yield Package("%s-%s" % (stem, old), driver.version, "Transitional package for " + target, [target],
                          derived="" if stem == "nvidia-driver" else REST_RULE, section="oldlibs")


def _others(release, names):
    """What goes with drivers and has no branch. nvidia-prime is what Ubuntu 22.04 had (public file 57065292238)."""
    def package(name, version, summary, **more):
        return Package(name, version, summary, derived=REST_RULE, section="utils", **more)

    out = [("main", package("nvidia-prime", "0.8.17.1", summary="Tools to enable NVIDIA's Prime", architecture="all",
                            files={"/usr/bin/prime-select": text("#!/bin/sh\ncat /etc/prime-discrete\n", 0o755)})),
           ("main", package("nvidia-settings", "510.47.03-0ubuntu1", summary="Tool for configuring the NVIDIA graphics driver"))]
    if release in CUDA_TOOLKIT:
        version, branch = CUDA_TOOLKIT[release]
        needs = ["libnvidia-compute-" + branch, "nvidia-kernel-common-" + branch]
        assert set(needs) <= names
        out.append(("multiverse", package("nvidia-cuda-toolkit", version, summary="NVIDIA CUDA development toolkit",
                                          depends=needs)))
    return out


def packages(drivers, linker):
    """(component, package) of a release's drivers."""
    sets, names, out = {}, set(), []
    for driver in drivers:
        if not driver.becomes:
            sets.setdefault((driver.set, driver.version), []).append(driver)
    for members in sets.values():
        for package in Set(members, linker).packages():
            out.append((members[0].component, package))
            names.add(package.name)
    # A transitional package may lead to another one.
    waiting = [driver for driver in drivers if driver.becomes]
    while waiting:
        ready = [driver for driver in waiting if "nvidia-driver-" + driver.becomes in names]
        if not ready:
            raise ValueError("transitional to nothing: " + ", ".join(driver.name for driver in waiting))
        for driver in ready:
            for package in _transitional(driver, names):
                if package.name not in names:
                    out.append((driver.component, package))
                    names.add(package.name)
        waiting = [driver for driver in waiting if driver not in ready]
    return out + _others(drivers[0].release, names)
