"""Ubuntu's kernels, their headers, and NVIDIA's modules that Ubuntu built and signed for them."""

from __future__ import annotations

from debs import Link, Package, text

KERNELS_RULE = "the version"
MODULES_RULE = "version, files and scripts"
NAMES = ("nvidia", "nvidia-drm", "nvidia-modeset", "nvidia-uvm")

RUN_HOOKS = """if [ "$1" = %(when)s ] && [ -d /etc/kernel/%(folder)s ]; then
  run-parts --report --exit-on-error --arg=%(kernel)s --arg=/boot/vmlinuz-%(kernel)s /etc/kernel/%(folder)s
fi
"""
# The real one links objects with their signatures, then runs the kernel's hooks.
ASSEMBLE = """if [ "$1" = configure ]; then
  cd %(folder)s
  for object in bits/*.o; do
    name=$(basename "$object" .o)
    { cat "$object"; cat "../signatures/%(driver)s.sig"; } > "$name.ko"
  done
  if [ -d /etc/kernel/postinst.d ]; then
    run-parts --report --exit-on-error --arg=%(kernel)s --arg=/boot/vmlinuz-%(kernel)s /etc/kernel/postinst.d
  fi
fi
"""
TAKE_APART = """rm -f %(folder)s/*.ko
"""


class Kernels:
    """What ubuntu_kernels.txt says of one release."""

    def __init__(self, release):
        self.release = release
        self.current = {}  # flavour -> kernel
        self.images = []
        self.stops = {}  # (driver, flavour) -> kernel
        self.past = []  # (driver, kernel, version of the driver)
        self.none = set()  # drivers

    def add(self, kind, words):
        if kind == "kernel":
            self.current[words[0]] = words[1]
        elif kind == "image":
            self.images.append(words[0])
        elif kind == "stops":
            self.stops[words[0], words[1]] = words[2]
        elif kind == "past":
            self.past.append(tuple(words))
        elif kind == "none":
            self.none.add(words[0])
        else:
            raise ValueError("ubuntu_kernels.txt: " + kind)

    def has_stopped(self, driver):
        """Whether modules of that driver are no longer built: what is left of them leads to older kernels."""
        return any(driver == name and flavour == "generic" for name, flavour in self.stops)

    def with_image(self):
        return sorted({*self.current.values(), *self.images})

    def version(self, kernel):
        """7.0.0-43.43, and for a kernel of a later release 7.0.0-43.43~24.04.1."""
        base, abi = kernel.split("-")[:2]
        hwe = any("hwe" in flavour and kernel == each for flavour, each in self.current.items())
        return "%s-%s.%s%s" % (base, abi, abi, "~%s.1" % self.release if hwe else "")


def _kernel(kernel, version, release):
    image = "linux-image-" + kernel
    folder = "/lib/modules/" + kernel
    source = "/usr/src/linux-headers-" + kernel
    modules = {folder + "/modules.builtin": text(""),
               folder + "/kernel/drivers/gpu/drm/nouveau/nouveau.ko.zst": text("stand-in\n")}
    # LP #2150845: the first kernels of 26.04 had it.
    if release == "26.04":
        modules[folder + "/kernel/drivers/gpu/nova-core/nova_core.ko.zst"] = text("stand-in\n")

    def hooks(when, folder):
        return RUN_HOOKS % {"when": when, "folder": folder, "kernel": kernel}

    def package(name, summary, depends, **more):
        return Package(name, version, summary, depends, derived=KERNELS_RULE, section="kernel", **more)

    return [
        package(image, "Signed kernel image", ["linux-modules-%s (= %s)" % (kernel, version), "initramfs-tools"],
                files={"/boot/vmlinuz-" + kernel: text("stand-in\n")},
                scripts={"postinst": hooks("configure", "postinst.d"), "postrm": hooks("remove", "postrm.d")}),
        package("linux-modules-" + kernel, "Linux kernel modules", [], files=modules),
        package("linux-headers-" + kernel, "Linux kernel headers", [],
                files={source + "/Makefile": text("# stand-in\n"), folder + "/build": Link(source)},
                scripts={"postinst": hooks("configure", "header_postinst.d")}),
    ]


def _metas(flavour, kernel, version):
    def package(name, summary, depends):
        return Package(name, version, summary, depends, derived=KERNELS_RULE, section="kernel")

    return [
        package("linux-image-" + flavour, "Kernel image meta package", ["linux-image-" + kernel]),
        package("linux-headers-" + flavour, "Kernel headers meta package", ["linux-headers-" + kernel]),
        package("linux-" + flavour, "Complete kernel and headers",
                ["linux-%s-%s (= %s)" % (kind, flavour, version) for kind in ("image", "headers")]),
    ]


def _bounds(driver, upstream):
    """The packages of modules need user space of their own version: at most its first Ubuntu revision, at least that."""
    common = "nvidia-kernel-common-" + driver.set
    return ["%s (<= %s-1)" % (common, upstream), "%s (>= %s)" % (common, upstream)]


def _signatures(kernel, version, drivers):
    image = "linux-image-%s | linux-image-unsigned-%s" % (kernel, kernel)
    files = {"/lib/modules/%s/kernel/signatures/%s.sig" % (kernel, driver): text("~Module signature appended~\n")
             for driver in sorted(drivers)}
    return Package("linux-signatures-nvidia-" + kernel, version, "Linux kernel signatures for nvidia modules", [image],
                   files=files, derived=MODULES_RULE, section="kernel")


def _prebuilt(driver, kernel, version, upstream):
    """Modules of one driver for one kernel: what pulls them together, and the objects."""
    folder = "/lib/modules/%s/kernel/nvidia-%s" % (kernel, driver.name)
    license_ = "Dual MIT/GPL" if driver.flavour else "NVIDIA"
    objects = {"%s/bits/%s.o" % (folder, name): text(
        "stand-in of a kernel module\nversion=%s\nlicense=%s\nvermagic=%s\n" % (upstream, license_, kernel)) for name in NAMES}
    end = "-%s-%s" % (driver.name, kernel)
    about = {"folder": folder, "kernel": kernel, "driver": driver.name}
    depends = ["debconf (>= 0.5) | debconf-2.0", "linux-image-%s | linux-image-unsigned-%s" % (kernel, kernel),
               "linux-signatures-nvidia-%s (= %s)" % (kernel, version), "linux-objects-nvidia%s (= %s)" % (end, version)]
    return [
        Package("linux-modules-nvidia" + end, version, "Linux kernel nvidia modules", depends + _bounds(driver, upstream),
                scripts={"postinst": ASSEMBLE % about, "prerm": TAKE_APART % about}, derived=MODULES_RULE, section="kernel"),
        Package("linux-objects-nvidia" + end, version, "Linux kernel nvidia modules (objects)", files=objects,
                derived=MODULES_RULE, section="kernel"),
    ]


def _flavour_meta(driver, flavour, kernel, version):
    """What follows the kernels of a flavour. It stands for DKMS's package: the driver's needs are met by either."""
    return Package("linux-modules-nvidia-%s-%s" % (driver.name, flavour), version,
                   "Extra drivers for nvidia for the %s flavour" % flavour,
                   ["linux-modules-nvidia-%s-%s (= %s)" % (driver.name, kernel, version)] + _bounds(driver, driver.upstream),
                   {"Provides": "nvidia-dkms-%s (= %s), nvidia-prebuilt-kernel" % (driver.name, driver.version)},
                   derived=MODULES_RULE, section="kernel")


def _modules(kernels, drivers):
    built = {}  # kernel -> (driver, version that it needs)
    out = []
    for driver in drivers:
        if driver.becomes or driver.name in kernels.none:
            continue
        for flavour, current in kernels.current.items():
            kernel = kernels.stops.get((driver.name, flavour), current)
            if kernel == current and kernels.has_stopped(driver.name):
                continue
            built.setdefault(kernel, []).append((driver, driver.upstream))
            out.append(_flavour_meta(driver, flavour, kernel, kernels.version(kernel) + "+1"))
    by_name = {driver.name: driver for driver in drivers}
    for name, kernel, upstream in kernels.past:
        built.setdefault(kernel, []).append((by_name[name], upstream))
    for kernel, whose in built.items():
        version = kernels.version(kernel) + "+1"
        out.append(_signatures(kernel, version, {driver.name for driver, _ in whose}))
        for driver, upstream in whose:
            out += _prebuilt(driver, kernel, version, upstream)
    return out


def _transitional(kernels, drivers):
    """linux-modules-nvidia-535-generic, where nvidia-driver-535 has become 580."""
    by_name = {driver.name: driver for driver in drivers}
    for driver in drivers:
        target = by_name.get(driver.becomes)
        if target is None or target.becomes or target.name in kernels.none or driver.branch < 535:
            continue
        for flavour, kernel in kernels.current.items():
            if (target.name, flavour) not in kernels.stops:
                yield Package("linux-modules-nvidia-%s-%s" % (driver.name, flavour), kernels.version(kernel) + "+1",
                              "Transitional package", ["linux-modules-nvidia-%s-%s" % (target.name, flavour)],
                              derived=MODULES_RULE, section="kernel")


def packages(kernels, drivers):
    out = []
    for kernel in kernels.with_image():
        out += [("main", package) for package in _kernel(kernel, kernels.version(kernel), kernels.release)]
    for flavour, kernel in kernels.current.items():
        out += [("main", package) for package in _metas(flavour, kernel, kernels.version(kernel))]
    return out + [("restricted", package) for package in [*_modules(kernels, drivers), *_transitional(kernels, drivers)]]
