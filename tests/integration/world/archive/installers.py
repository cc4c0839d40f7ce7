"""What NVIDIA offers beside the network archive: local installer packages, runfiles, and the list of their MD5 sums."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile

import debs
import flat
from debs import MTIME, File, Link, Package, text

HERE = os.path.dirname(os.path.abspath(__file__))


def local_name(release, system):
    return "cuda-repo-%s-%s-local" % (system, release.dashed)


def local_file(release, system):
    return "%s_%s-1_amd64.deb" % (local_name(release, system), release.bundle)


def runfile_file(release):
    return "cuda_%s_linux.run" % release.bundle.replace("-", "_")


def key_of(release):
    """Which of our keys signs a release's local archive: one name for all until 11.6, their own from 11.7 on."""
    return "local" if release.numbers >= (11, 7) else "old"


def key_pattern(release):
    return "cuda-*-keyring.gpg" if release.numbers >= (11, 7) else "7fa2af80.pub"


def local_installer(release, system, built, keys):
    """The .deb that unpacks a whole archive below /var and adds its list. It does not install its key."""
    name = local_name(release, system)
    folder = "/var/" + name
    key = key_of(release)
    files = {"%s/%s" % (folder, package.file_name): File(data) for package, data in built}
    for file_name, data in flat.metadata(flat.index(built), keys, key).items():
        files["%s/%s" % (folder, file_name)] = File(data)
    if key == "local":
        key_file = "cuda-%s-keyring.gpg" % keys.id("local")
        files[folder + "/" + key_file] = File(keys.public("local"))
        option, hint = "[signed-by=/usr/share/keyrings/%s] " % key_file, "cp %s/%s /usr/share/keyrings/"
    else:
        key_file = "7fa2af80.pub"
        files[folder + "/" + key_file] = File(keys.armored("old"))
        option, hint = "", "apt-key add %s/%s"
    files[list_file(release, system)] = text("deb %sfile://%s /\n" % (option, folder))
    postinst = ('if [ "$1" = configure ]; then\n  echo\n  echo "The key of this local archive is not installed yet. To do so:"\n'
                '  echo "sudo ' + hint % (folder, key_file) + '"\n  echo\nfi\n')
    return Package(name, release.bundle + "-1", "CUDA local archive", files=files,
                   scripts={"postinst": postinst})


def list_file(release, system):
    return "/etc/apt/sources.list.d/cuda-%s-%s-local.list" % (system, release.dashed)


def _payload(release, packages):
    """The .tar.gz behind the runfile's script: the tree that the packages put below /usr/local/cuda-X.Y."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        entries = {}
        for package in packages:
            for path, entry in package.files.items():
                if path.startswith(release.prefix + "/"):
                    entries["toolkit" + path[len(release.prefix):]] = entry
        entries["cuda-uninstaller"] = text(_fill("uninstaller.sh.in", release, "").decode())
        for path in sorted(entries):
            info = tarfile.TarInfo(path)
            info.mtime = MTIME
            if isinstance(entries[path], Link):
                info.type, info.linkname = tarfile.SYMTYPE, entries[path].target
                archive.addfile(info)
            else:
                info.size, info.mode = len(entries[path].content), entries[path].mode
                archive.addfile(info, io.BytesIO(entries[path].content))
    return gzip.compress(raw.getvalue(), mtime=0)


def _fill(template, release, lines):
    with open(os.path.join(HERE, template), encoding="utf-8") as file:
        script = file.read()
    for name, value in (("VERSION", release.version), ("MINOR", release.minor), ("DASHED", release.dashed),
                        ("GCC_MOST", str(release.gcc[1])), ("LINES", lines)):
        script = script.replace("@%s@" % name, value) if value else script
    return script.encode()


def runfile(release, packages):
    """The bytes of the self-extracting script."""
    with open(os.path.join(HERE, "runfile.sh.in"), encoding="utf-8") as file:
        lines = file.read().count("\n")
    return _fill("runfile.sh.in", release, str(lines)) + _payload(release, packages)


def write_release(release, root, built, keys):
    """Writes a release's folder below root: its installers and the list of their sums. built: (package, bytes) pairs."""
    folder = os.path.join(root, release.version)
    files = {}
    for system in release.local:
        files[local_file(release, system)] = debs.build(local_installer(release, system, built, keys))
    if release.runfile:
        files[runfile_file(release)] = runfile(release, [package for package, _ in built])
    for name, data in files.items():
        flat.write(os.path.join(folder, "local_installers", name), data)
    listing = "".join("%s  %s\n" % (hashlib.md5(data).hexdigest(), name) for name, data in sorted(files.items()))
    flat.write(os.path.join(folder, "docs", "sidebar", "md5sum.txt"), listing.encode())
