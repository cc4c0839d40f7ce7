"""Ubuntu's kind of apt archive: dists/<suite>/<component>/binary-amd64 beside a pool, a signed Release over each suite."""

from __future__ import annotations

import email.utils
import gzip
import hashlib
import os
import time

import debs
import flat

COMPONENTS = ("main", "restricted", "universe", "multiverse")


def _stanza(package, data, file_name):
    """As in a flat archive, but for the place of the file."""
    text = debs.stanza(package, data)
    return text.replace("Filename: ./%s\n" % package.file_name, "Filename: %s\n" % file_name, 1)


def _release(suite, codename, version, files):
    lines = ["Origin: Ubuntu", "Label: Ubuntu", "Suite: " + suite, "Version: " + version, "Codename: " + codename,
             "Date: " + email.utils.formatdate(time.time(), usegmt=True).replace("GMT", "UTC"), "Architectures: amd64",
             "Components: " + " ".join(COMPONENTS), "Description: Ubuntu %s, stand-ins of a test archive" % version]
    for title, kind in (("MD5Sum", "md5"), ("SHA256", "sha256")):
        lines.append(title + ":")
        lines += [" %s %16d %s" % (hashlib.new(kind, data).hexdigest(), len(data), name) for name, data in files.items()]
    return ("\n".join(lines) + "\n").encode()


def write_suite(root, suite, codename, version, packages, keys):
    """Writes one suite; packages is component -> (package, bytes) pairs. Every component is there, some empty."""
    files = {}
    for component in COMPONENTS:
        stanzas = []
        for package, data in packages.get(component, ()):
            name = "pool/%s/%s/%s" % (codename, component, package.file_name)
            flat.write(os.path.join(root, name), data)
            stanzas.append(_stanza(package, data, name))
        index = "\n".join(stanzas).encode()
        folder = component + "/binary-amd64/"
        files[folder + "Packages"] = index
        files[folder + "Packages.gz"] = gzip.compress(index, mtime=0)
    release = _release(suite, codename, version, files)
    files.update({"Release": release, "Release.gpg": keys.detached("ubuntu", release),
                  "InRelease": keys.clearsigned("ubuntu", release)})
    for name, data in files.items():
        flat.write(os.path.join(root, "dists", suite, name), data)
