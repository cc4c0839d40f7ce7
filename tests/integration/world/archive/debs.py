"""Debian packages as values, and their .deb files and index stanzas."""

from __future__ import annotations

import hashlib
import io
import lzma
import tarfile
from dataclasses import dataclass, field

MTIME = 1600000000  # one fixed date: the same recipe gives the same bytes
MAINTAINER = "cudatools <cudatools@nvidia.com>"


@dataclass(frozen=True)
class Link:
    """A symbolic link in a package."""

    target: str


@dataclass(frozen=True)
class File:
    """A regular file in a package."""

    content: bytes
    mode: int = 0o644


def text(content, mode=0o644):
    return File(content.encode(), mode)


@dataclass
class Package:
    """A binary package: its control fields, its files by absolute path, its maintainer scripts."""

    name: str
    version: str
    summary: str
    depends: list = field(default_factory=list)
    fields: dict = field(default_factory=dict)  # further control fields: Provides, Conflicts, ...
    files: dict = field(default_factory=dict)
    scripts: dict = field(default_factory=dict)  # postinst, prerm, ...: shell bodies without #!
    triggers: str = ""
    architecture: str = "amd64"
    section: str = "multiverse/devel"
    derived: str = ""
    maintainer: str = MAINTAINER

    @property
    def file_name(self):
        return "%s_%s_%s.deb" % (self.name, self.version, self.architecture)

    def control(self):
        """The control fields in the order of NVIDIA's index."""
        out = {"Package": self.name, "Version": self.version, "Architecture": self.architecture, "Priority": "optional",
               "Section": self.section, "Maintainer": self.maintainer, "Installed-Size": str(self.installed_kib())}
        if "Provides" in self.fields:
            out["Provides"] = self.fields["Provides"]
        if self.depends:
            out["Depends"] = ", ".join(self.depends)
        for name in ("Recommends", "Conflicts", "Breaks", "Replaces", "Support", "Prefer-Variant"):
            if name in self.fields:
                out[name] = self.fields[name]
        if self.derived:
            out["X-Cudasetup-Derived"] = self.derived
        out["Description"] = (self.summary + "\n A stand-in of a test archive: the name and the place of the real thing,"
                              "\n nothing of its work.")
        return out

    def installed_kib(self):
        total = sum(len(entry.content) for entry in self.files.values() if isinstance(entry, File))
        return total // 1024 + 1 + len(self.files)


def paragraph(fields):
    return "".join("%s: %s\n" % item for item in fields.items())


def _add(archive, path, entry):
    info = tarfile.TarInfo("." + path)
    info.mtime, info.uname, info.gname = MTIME, "root", "root"
    if isinstance(entry, Link):
        info.type, info.linkname, info.mode = tarfile.SYMTYPE, entry.target, 0o777
        archive.addfile(info)
    elif entry is None:
        info.type, info.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(info)
    else:
        info.size, info.mode = len(entry.content), entry.mode
        archive.addfile(info, io.BytesIO(entry.content))


def _tar_xz(files):
    """A .tar.xz of the files with every folder above them, as dpkg wants it: folders first."""
    tree = {"/": None}
    for path, entry in files.items():
        parts = path.strip("/").split("/")
        for depth in range(1, len(parts)):
            tree.setdefault("/" + "/".join(parts[:depth]), None)
        tree[path] = entry
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path in sorted(tree):
            _add(archive, path, tree[path])
    # Most are a few kilobytes: the smallest dictionary is made ready thirty times as fast as the next one.
    return lzma.compress(raw.getvalue(), preset=0 if raw.tell() < 1 << 16 else 1)


def _member(name, data):
    head = "%-16s%-12d%-6d%-6d%-8s%-10d`\n" % (name, MTIME, 0, 0, "100644", len(data))
    return head.encode() + data + (b"\n" if len(data) % 2 else b"")


def build(package):
    """The bytes of the package's .deb: deb(5), members compressed with xz, which every dpkg since 2011 reads."""
    info = {"/control": text(paragraph(package.control()))}
    for name, body in package.scripts.items():
        info["/" + name] = text("#!/bin/sh\nset -e\n" + body, 0o755)
    conffiles = sorted(path for path in package.files if path.startswith("/etc/"))
    if conffiles:
        info["/conffiles"] = text("".join(path + "\n" for path in conffiles))
    if package.triggers:
        info["/triggers"] = text(package.triggers + "\n")
    sums = ["%s  %s\n" % (hashlib.md5(entry.content).hexdigest(), path[1:])
            for path, entry in sorted(package.files.items()) if isinstance(entry, File) and path not in conffiles]
    info["/md5sums"] = text("".join(sums))
    return (b"!<arch>\n" + _member("debian-binary", b"2.0\n") + _member("control.tar.xz", _tar_xz(info))
            + _member("data.tar.xz", _tar_xz(package.files)))


def stanza(package, data):
    """The package's paragraph of a flat archive's index."""
    fields = package.control()
    description = fields.pop("Description")
    fields["Filename"] = "./" + package.file_name
    fields["Size"] = str(len(data))
    for name, kind in (("MD5sum", "md5"), ("SHA1", "sha1"), ("SHA256", "sha256"), ("SHA512", "sha512")):
        fields[name] = hashlib.new(kind, data).hexdigest()
    fields["Description"] = description
    return paragraph(fields)
