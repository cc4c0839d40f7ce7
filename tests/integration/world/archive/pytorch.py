"""PyTorch's half of the tree: LibTorch zips and wheels with every kind of index that pip is pointed at."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import shutil
import zipfile

from flat import write

# The LibTorch whose CPU builds are always there: a zip made of a root's own where one was given, else a tiny one.
ZIPS = ("1.7.1", "1.13.1", "2.6.0")

# torch, torchvision, torchaudio of each build; 1.7.1's torchaudio never carried a platform.
WHEELS = (
    ("1.7.1", "cpu", "0.8.2+cpu", "0.7.2"),
    ("1.7.1", "cu110", "0.8.2+cu110", "0.7.2"),
    ("1.13.1", "cpu", "0.14.1+cpu", "0.13.1+cpu"),
    ("2.6.0", "cpu", "0.21.0+cpu", "2.6.0+cpu"),
)

TORCH = '''"""Stand-in torch of a test archive: it can be imported and asked for its version, no more."""
from . import cuda, version

__version__ = "{version}"


def compiled_with_cxx11_abi():
    return False
'''
TORCH_VERSION = '__version__ = "{version}"\ncuda = {cuda}\n'
TORCH_CUDA = '''"""Stand-in: no device is ever there."""


def is_available():
    return False


def device_count():
    return 0


def get_arch_list():
    return []
'''

PROBE_CONFIG = '''# Stand-in LibTorch of a test archive: its layout, not its libraries.
set(TORCH_FOUND FALSE)
message(FATAL_ERROR "this is the stand-in LibTorch of a test archive")
'''


def zip_name(version, platform, abi="cxx11"):
    stem = "libtorch-cxx11-abi-shared-with-deps" if abi == "cxx11" else "libtorch-shared-with-deps"
    return "libtorch/%s/%s-%s+%s.zip" % (platform, stem, version, platform)


def tiny_zip(version, platform, linker):
    """A zip of LibTorch's layout with nothing in it that works: for tests of fetching, unpacking and undoing."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (
                ("build-version", "%s+%s\n" % (version, platform)),
                ("build-hash", "0" * 40 + "\n"),
                ("include/torch/torch.h", "/* stand-in */\n"),
                ("lib/libtorch.so", linker.shared("libtorch.so")),
                ("lib/libc10.so", linker.shared("libc10.so")),
                ("lib/libtorch_cpu.so", linker.shared("libtorch_cpu.so")),
                ("share/cmake/Torch/TorchConfig.cmake", PROBE_CONFIG)):
            info = zipfile.ZipInfo("libtorch/" + name, (2020, 9, 13, 12, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (0o100755 if name.endswith(".so") else 0o100644) << 16
            archive.writestr(info, data)
    return raw.getvalue()


def write_zips(root, given, linker):
    """Writes the LibTorch zips; given: version -> file. A version without one, and every other build, gets a tiny zip.
    Returns the versions that are real."""
    for version in sorted({*ZIPS, *given}):
        target = os.path.join(root, zip_name(version, "cpu"))
        if version in given:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            try:
                os.link(given[version], target)
            except OSError:
                shutil.copyfile(given[version], target)
        else:
            write(target, tiny_zip(version, "cpu", linker))
    for name, version, platform in ((zip_name("1.7.1", "cu110"), "1.7.1", "cu110"),
                                    (zip_name("1.7.1", "cpu", "pre-cxx11"), "1.7.1", "cpu")):
        write(os.path.join(root, name), tiny_zip(version, platform, linker))
    return sorted(given)


def _wheel(project, version, needs, files):
    """The bytes of a wheel (PEP 427), py3-none-any."""
    info = "%s-%s.dist-info/" % (project, version)
    files = dict(files)
    requires = "".join("Requires-Dist: %s\n" % need for need in needs)
    files[info + "METADATA"] = ("Metadata-Version: 2.1\nName: %s\nVersion: %s\nSummary: stand-in of a test archive\n%s"
                                % (project, version, requires))
    files[info + "WHEEL"] = "Wheel-Version: 1.0\nGenerator: cudasetup-test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = []
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            data = body.encode()
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record.append("%s,sha256=%s,%d\n" % (name, digest, len(data)))
            archive.writestr(zipfile.ZipInfo(name, (2020, 9, 13, 12, 0, 0)), data)
        record.append("%sRECORD,,\n" % info)
        archive.writestr(zipfile.ZipInfo(info + "RECORD", (2020, 9, 13, 12, 0, 0)), "".join(record))
    return raw.getvalue()


def _torch_files(version, platform):
    cuda = "None" if platform == "cpu" else '"%s.%s"' % (platform[2:-1], platform[-1])
    return {"torch/__init__.py": TORCH.format(version=version),
            "torch/version.py": TORCH_VERSION.format(version=version, cuda=cuda),
            "torch/cuda.py": TORCH_CUDA}


def _wheels():
    """Yields (platform folder or "", project, file name, bytes). A version without platform lies at the top, once."""
    seen = set()
    for torch, platform, vision, audio in WHEELS:
        full = "%s+%s" % (torch, platform)
        contents = [("torch", full, [], _torch_files(full, platform))]
        for project, version in (("torchvision", vision), ("torchaudio", audio)):
            files = {project + "/__init__.py": '"""Stand-in of a test archive."""\n__version__ = "%s"\n' % version}
            contents.append((project, version, ["torch==" + torch], files))
        for project, version, needs, files in contents:
            name = "%s-%s-py3-none-any.whl" % (project, version)
            folder = platform if "+" in version else ""
            if (folder, name) not in seen:
                seen.add((folder, name))
                yield folder, project, name, _wheel(project, version, needs, files)


def _page(links):
    """links: (address, text) pairs."""
    rows = "".join('<a href="%s">%s</a><br/>\n' % pair for pair in links)
    return ("<!DOCTYPE html>\n<html>\n<body>\n%s</body>\n</html>\n" % rows).encode()


def write_wheels(root):
    """Writes the wheels below whl/ and every index over them: torch_stable.html for all, one for each platform, and a
    simple index (PEP 503) for each platform. Addresses are relative, so that the tree can be served at any prefix."""
    whl = os.path.join(root, "whl")
    found = []
    for folder, project, name, data in _wheels():
        write(os.path.join(whl, folder, name), data)
        found.append((folder, project, name, hashlib.sha256(data).hexdigest()))

    def href(folder, name):
        return ("" if not folder else folder + "/") + name.replace("+", "%2B")

    write(os.path.join(whl, "torch_stable.html"),
          _page([(href(folder, name), (folder + "/" if folder else "") + name) for folder, _, name, _ in found]))
    for platform in sorted({folder for folder, *_ in found if folder}):
        mine = [row for row in found if row[0] in (platform, "")]
        write(os.path.join(whl, platform, "torch_stable.html"),
              _page([("../" + href(folder, name), name) for folder, _, name, _ in mine]))
        projects = sorted({project for _, project, _, _ in mine})
        write(os.path.join(whl, platform, "index.html"), _page([(project + "/", project) for project in projects]))
        for project in projects:
            rows = [("../../%s#sha256=%s" % (href(folder, name), digest), name)
                    for folder, its, name, digest in mine if its == project]
            write(os.path.join(whl, platform, project, "index.html"), _page(rows))
