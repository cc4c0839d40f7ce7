"""Driver packages as NVIDIA's archives name them: with the branch in the name until 580, without it from 590 on."""

from __future__ import annotations

import toolkit
from debs import File, Link, Package, text

LIB = "/usr/lib/x86_64-linux-gnu/"
DERIVED = "depends (seen as names; bounds follow the pattern of that generation)"

# A machine without the module: what nvidia-smi says there, and its status.
NVIDIA_SMI = """#!/bin/sh
echo "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running."
echo "(stand-in nvidia-smi of a test archive)"
exit 9
"""

# The real postinst blacklists nouveau, builds the module with DKMS and renews the initramfs. A file that a test puts into
# the root makes the build fail as a real one does: status 10, the package half-configured. What plays DKMS is in the archive
# that plays Ubuntu's (ubuntu_tools.py); where a test did not install it, nothing is built.
DKMS_POSTINST = """if [ "$1" = configure ]; then
  mkdir -p /etc/modprobe.d
  printf '%s\\n' 'blacklist nouveau' 'blacklist lbm-nouveau' 'alias nouveau off' 'alias lbm-nouveau off' \\
    > /etc/modprobe.d/nvidia-graphics-drivers.conf
  if [ -x /usr/lib/cudasetup-test/dkms ]; then
    /usr/lib/cudasetup-test/dkms install -m nvidia -v @VERSION@
  elif [ -e /etc/cudasetup-test/dkms-fails ]; then
    echo 'Error! Bad return status for module build on kernel: '"$(uname -r)"' (x86_64)' >&2
    echo 'Consult /var/lib/dkms/nvidia/@VERSION@/build/make.log for more information.' >&2
    exit 10
  fi
  if command -v update-initramfs >/dev/null; then update-initramfs -u || true; fi
  echo 'Reboot your computer and verify that the NVIDIA graphics driver can be loaded.'
fi
"""
DKMS_PRERM = """if [ "$1" = remove ] && [ -x /usr/lib/cudasetup-test/dkms ]; then
  /usr/lib/cudasetup-test/dkms remove -m nvidia -v @VERSION@ --all
fi
"""
DKMS_POSTRM = """if [ "$1" = remove ] || [ "$1" = purge ]; then
  rm -f /etc/modprobe.d/nvidia-graphics-drivers.conf
fi
"""


def _revision(driver):
    return driver + ("-1ubuntu1" if int(driver.split(".", maxsplit=1)[0]) >= 590 else "-0ubuntu1")


class Set:
    """The packages of one driver version."""

    def __init__(self, driver, cuda, linker):
        self.driver = driver
        self.branch = int(driver.split(".", maxsplit=1)[0])
        self.end = "" if self.branch >= 590 else "-%d" % self.branch
        self.version = _revision(driver)
        self._cuda = cuda  # CUDA_VERSION that libcuda answers
        self._linker = linker

    def name(self, stem, flavour=""):
        """nvidia-dkms-580-open until 580, nvidia-dkms-open from 590 on."""
        return stem + self.end + flavour

    def make(self, name, summary, depends=(), fields=None, **more):
        """A package of this driver. Two branches, or two flavours, are never installed together."""
        fields = dict(fields or {})
        stem = name.replace(self.end, "").replace("-open", "") if self.end and self.end in name else ""
        if stem and not name.startswith("nvidia-open"):
            fields.update({"Provides": stem, "Conflicts": stem, "Replaces": stem})
        elif self.branch >= 590 and name.endswith("-open") and name != "nvidia-open":
            fields["Conflicts"] = name[:-len("-open")]
        return Package(name, self.version, summary, list(depends), fields, derived=DERIVED, section="multiverse/libs", **more)

    def same(self, *names):
        return ["%s (= %s)" % (name, self.version) for name in names]

    def libraries(self):
        compute = {
            LIB + "libcuda.so." + self.driver: File(self._linker.shared("libcuda.so.1", "STUB_DRIVER=%d" % self._cuda)),
            LIB + "libcuda.so.1": Link("libcuda.so." + self.driver),
            LIB + "libnvidia-ml.so." + self.driver: File(self._linker.shared("libnvidia-ml.so.1")),
            LIB + "libnvidia-ml.so.1": Link("libnvidia-ml.so." + self.driver),
        }
        out = [self.make(self.name("libnvidia-common"), "Shared files used by the NVIDIA libraries", architecture="all"),
               self.make(self.name("libnvidia-compute"), "NVIDIA libcompute package", files=compute,
                         triggers="activate-noawait ldconfig")]
        kinds = ["cfg1", "decode", "encode", "extra", "fbc1", "gl"] + (["ifr1"] if self.branch < 470 else [])
        needs = {"gl": "libnvidia-common", "decode": "libnvidia-compute", "encode": "libnvidia-decode"}
        for kind in kinds:
            depends = self.same(self.name(needs[kind])) if kind in needs else []
            out.append(self.make(self.name("libnvidia-" + kind), "NVIDIA %s library" % kind, depends))
        return out

    def kernel(self, flavour):
        """Source and DKMS packages of one flavour of the kernel module: "" is proprietary, "-open" is open."""
        scripts = {"postinst": DKMS_POSTINST.replace("@VERSION@", self.driver),
                   "prerm": DKMS_PRERM.replace("@VERSION@", self.driver), "postrm": DKMS_POSTRM}
        source = self.name("nvidia-kernel-source", flavour)
        makefile = {"/usr/src/nvidia-%s/dkms.conf" % self.driver: text(
            "# stand-in of a test archive\nLICENSE=%s\n" % ("Dual MIT/GPL" if flavour else "NVIDIA"))}
        return [self.make(source, "NVIDIA kernel source package", files=makefile),
                self.make(self.name("nvidia-dkms", flavour), "NVIDIA DKMS package",
                          self.same(source, self.name("nvidia-kernel-common")), scripts=scripts)]

    def has_open(self):
        return self.branch >= 515

    def userland(self):
        smi = {"/usr/bin/nvidia-smi": text(NVIDIA_SMI, 0o755)}
        out = [self.make(self.name("nvidia-kernel-common"), "Shared files used with the kernel module"),
               self.make(self.name("nvidia-utils"), "NVIDIA driver support binaries",
                         self.same(self.name("libnvidia-compute")), files=smi),
               self.make(self.name("nvidia-compute-utils"), "NVIDIA compute utilities",
                         self.same(self.name("libnvidia-compute"))),
               self.make(self.name("xserver-xorg-video-nvidia"), "NVIDIA binary Xorg driver"),
               self.make("nvidia-settings", "Tool for configuring the NVIDIA graphics driver"),
               self.make("nvidia-modprobe", "Load the NVIDIA kernel driver and create device files")]
        if self.has_open():
            out.append(self.make("nvidia-persistenced", "Daemon to maintain persistent software state"))
        return out

    def drivers(self, flavour):
        """The desktop, headless and headless-without-DKMS packages of one flavour."""
        libraries = [self.name("libnvidia-" + kind) for kind in ("gl", "compute", "extra", "decode", "encode", "cfg1", "fbc1")]
        libraries += [self.name("libnvidia-ifr1")] if self.branch < 470 else []
        common = [self.name("nvidia-compute-utils"), self.name("libnvidia-compute")]
        source = self.name("nvidia-kernel-source", flavour)
        dkms = self.name("nvidia-dkms", flavour)
        rest = [self.name(stem) for stem in ("nvidia-compute-utils", "nvidia-utils", "xserver-xorg-video-nvidia")]
        return [self.make(self.name("nvidia-headless-no-dkms", flavour), "NVIDIA headless metapackage, no DKMS",
                          self.same(source, self.name("nvidia-kernel-common"), *common)),
                self.make(self.name("nvidia-headless", flavour), "NVIDIA headless metapackage",
                          self.same(self.name("nvidia-headless-no-dkms", flavour), dkms)),
                self.make(self.name("nvidia-driver", flavour), "NVIDIA driver metapackage",
                          self.same(*libraries, dkms, source, *rest), fields={"Recommends": "nvidia-settings"})]

    def metas(self):
        """cuda-drivers and its kin: what cuda-runtime-X-Y reaches."""
        version = self.driver + "-1"
        top = ["%s (>= %s)" % (name, self.driver) for name in (self.name("nvidia-driver"), "nvidia-settings",
                                                             "nvidia-modprobe")]
        out = []
        if self.end:
            branch = "cuda-drivers" + self.end
            out = [Package(branch, version, "CUDA Driver meta-package, branch-specific", top, derived=DERIVED),
                   Package("cuda-drivers", version, "CUDA Driver meta-package, branch-agnostic",
                           ["%s (= %s)" % (branch, version)])]
        else:
            out = [Package("cuda-drivers", version, "CUDA Driver meta-package", top, derived=DERIVED)]
            out += [self._pinning(str(self.branch)), self._pinning(self.driver)]
        if self.branch >= 560:
            need = ["%s (>= %s)" % (self.name("nvidia-driver", "-open"), self.driver)]
            if self.end:
                out.append(self.make("nvidia-open" + self.end, "NVIDIA Driver meta-package, open modules", need))
                need = ["nvidia-open%s (= %s)" % (self.end, self.version)]
            out.append(self.make("nvidia-open", "NVIDIA Driver meta-package, open modules", need))
        return out

    def _pinning(self, what):
        """nvidia-driver-pinning-610 keeps every driver package at one branch, or at one version."""
        names = " ".join(sorted(package.name for package in self.libraries() + self.userland() + self.kernel("")
                                + self.kernel("-open") + self.drivers("") + self.drivers("-open")))
        glob = what + ("-*" if "." in what else ".*")
        body = "Package: %s cuda-drivers nvidia-open\nPin: version %s\nPin-Priority: 1000\n" % (names, glob)
        path = "/etc/apt/preferences.d/nvidia-driver-pinning"
        return Package("nvidia-driver-pinning-" + what, self.driver + "-1", "Pins the driver to " + what, derived=DERIVED,
                       fields={"Conflicts": "nvidia-driver-pinning", "Provides": "nvidia-driver-pinning"},
                       files={path: text(body)}, architecture="all")

    def packages(self):
        out = self.libraries() + self.userland() + self.kernel("") + self.drivers("")
        if self.has_open():
            out += self.kernel("-open") + self.drivers("-open")
        return out + self.metas()


def packages(release, linker):
    """The packages of the driver that a release bundles, none for one that bundles none."""
    return [] if release.driver is None else Set(release.driver, toolkit.number(release), linker).packages()
