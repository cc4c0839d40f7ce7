#!/usr/bin/env python3
"""Writes the manifests that make cudasetup install from a tree of build.py.

    overlay.py --manifests REPO/manifests --tree DIR --systems FILE --out OVERLAY [--variant NAME] [--digests all|md5-list|none]

The records are the project's own, with what the tree changes: digests and sizes of its files, its package versions, its
keys, what its archives begin and end with, and the real CPU builds of torch as the first pairs of each release; and with
what the roots are (FILE is world.sh's WORLD/systems): the glibc that an Ubuntu has and a LibTorch needs, and the gcc that
an Ubuntu's g++ brings. A record the project does not have is written whole. Addresses stay those of the real hosts: use them with --mirror.
--digests md5-list leaves installers without digests, so that NVIDIA's MD5 list is what vouches for them; none drops that
list too. --variant takes keyring and key from DIR/variants/NAME.
"""

from __future__ import annotations

import argparse
import contextlib
import glob
import json
import os
import shutil
import sys
import urllib.parse

sys.dont_write_bytecode = True

import flat  # noqa: E402
import installers  # noqa: E402
import pytorch  # noqa: E402
import recipe  # noqa: E402

SOURCE = ["the test archive"]
SCHEMA = "cudasetup.manifest/1"


class Project:
    """The project's own manifests, by kind and identity."""

    def __init__(self, folder):
        self._records = {}
        for path in sorted(glob.glob(os.path.join(folder, "**", "*.json"), recursive=True)):
            if os.sep + "schema" + os.sep in path:
                continue
            with open(path, encoding="utf-8") as file:
                document = json.load(file)
            for kind, records in document.items():
                if kind != "schema":
                    self._records.setdefault(kind, []).extend(records)

    def find(self, kind, member, value):
        """A copy of the record whose member has that value, or None."""
        found = [record for record in self._records.get(kind, []) if record[member] == value]
        return json.loads(json.dumps(found[0])) if found else None

    def pairs(self, version):
        return [dict(pair) for pair in self._records.get("pairs", []) if pair["cuda"] == version]


def numbers(version):
    """2.41 as (2, 41)."""
    return tuple(int(part) for part in version.split("."))


def read_systems(path):
    """Ubuntu release -> (glibc, gcc, LibTorch or None) of the root that stands for it."""
    with open(path, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    return {version: (glibc, gcc, None if torch == "-" else torch.partition("+")[0]) for version, _, glibc, gcc, torch in rows}


class Tree:
    """What build.py made: its index."""

    def __init__(self, folder, variant):
        with open(os.path.join(folder, "index.json"), encoding="utf-8") as file:
            self.index = json.load(file)
        self._variant = variant

    def torch(self):
        """The versions of LibTorch whose CPU build is real, newest first."""
        return sorted(self.index["real_zips"], key=numbers, reverse=True)

    def file(self, url):
        """The digests of the file that stands at a real address, or None."""
        parts = urllib.parse.urlsplit(url)
        top = "pytorch" if parts.netloc == "download.pytorch.org" else "nvidia"
        path = urllib.parse.unquote(parts.path)
        if self._variant and "/cuda-keyring" in path:
            top = "variants/" + self._variant
        return self.index["files"].get(top + path)

    def describe(self, url, with_digests=True, **more):
        about = self.file(url)
        digests = {kind: about[kind] if with_digests else None for kind in ("sha256", "md5", "bytes")}
        return {**more, "url": url, **digests, "evidence": "seen", "sources": SOURCE}

    def key(self):
        """(name, id, fingerprint) of the key that the network archives' keyring brings."""
        name = "sha1" if self._variant == "sha1-key" else "archive"
        fingerprint = self.index["keys"][name]
        return name, fingerprint[-8:], fingerprint


def whole_release(release):
    """A record for a release that the project does not have."""
    metas = {"full": ["toolkit"], "build": ["minimal-build", "libraries", "libraries-dev", "nvtx"], "runtime": ["libraries"]}
    return {
        "version": release.version, "bundled_driver": release.driver, "minimum_driver": release.minimum,
        "compatible_driver": release.compatible,
        "packages": {profile: [{"name": release.name(meta), "version": ""} for meta in names]
                     for profile, names in metas.items()},
        "packages_evidence": "derived", "local_installers": [], "local_repository": None, "runfiles": [],
        "md5_list": "%s/compute/cuda/%s/docs/sidebar/md5sum.txt" % (flat.HOST, release.version),
        "gcc": {"least": release.gcc[0], "most": release.gcc[1]}, "least_capability": release.capability[0],
        "most_capability": release.capability[1], "glibc_below": "2.42" if release.numbers < (13, 1) else None,
        "notes": [], "sources": SOURCE,
    }


def cuda_record(project, tree, release, digests):
    record = project.find("cuda", "version", release.version) or whole_release(release)
    versions = tree.index["packages"][release.version]
    for profile, packages in record["packages"].items():
        for package in packages:
            if package["name"] not in versions:
                sys.exit("overlay.py: %s %s: the test archive has no package %s"
                         % (release.version, profile, package["name"]))
            package["version"] = versions[package["name"]]
    folder = "%s/compute/cuda/%s/local_installers/" % (flat.HOST, release.version)
    record["local_installers"] = [
        tree.describe(folder + installers.local_file(release, system), digests == "all", os=system, arch="amd64")
        for system in release.local]
    if release.local:
        record["local_repository"] = {
            "directory": "/var/cuda-repo-{os}-%s-local" % release.dashed,
            "list": "/etc/apt/sources.list.d/cuda-{os}-%s-local.list" % release.dashed,
            "key": installers.key_pattern(release)}
    runfile = folder + installers.runfile_file(release)
    record["runfiles"] = [tree.describe(runfile, digests == "all", arch="amd64")] if release.runfile else []
    if digests == "none" or not (release.local or release.runfile):
        record["md5_list"] = None
    return record


def pair_records(project, tree, release, systems):
    """The CPU builds first: the zips are CPU builds, and labelled so. Those made for the systems whose archive has the
    release come before the others, newest first: each goes with the roots whose glibc is new enough. Then the project's
    own pairs."""
    served = {systems[recipe.SYSTEMS[system][0]][2] for system in release.network if recipe.SYSTEMS[system][0] in systems}
    cpu = [{"cuda": release.version, "driver": release.driver, "torch": version, "platform": "cpu", "sources": SOURCE}
           for version in sorted(tree.torch(), key=lambda version: version not in served)]
    have = [(pair["torch"], pair["platform"]) for pair in cpu]
    return cpu + [pair for pair in project.pairs(release.version) if (pair["torch"], pair["platform"]) not in have]


def ubuntu_record(project, tree, system, systems):
    version, codename = recipe.SYSTEMS[system]
    record = project.find("ubuntu", "version", version) or {
        "version": version, "codename": codename, "os": system, "glibc": None, "gcc": None, "apt": None, "archives": [],
        "sources": SOURCE}
    if version in systems:
        record["glibc"], record["gcc"], _ = systems[version]
    url = flat.address(system)
    carried = [release for release in recipe.RELEASES if system in release.network]
    mine = {
        "os": system, "arch": "amd64", "url": url, "keyring": tree.describe(url + "cuda-keyring_1.1-1_all.deb"),
        "key": tree.key()[1], "pin_url": "%scuda-%s.pin" % (url, system), "pin_text": flat.pin(system),
        "oldest_cuda": carried[0].minor, "newest_cuda": carried[-1].minor, "sources": SOURCE}
    known = [archive for archive in record["archives"] if (archive["os"], archive["arch"]) == (system, "amd64")]
    if known:
        mine["pin_text"] = known[0]["pin_text"]
    record["archives"] = [mine] + [archive for archive in record["archives"] if archive not in known]
    return record


def key_records(tree):
    """The archives' key under its own id, and the one in local installers until 11.6 under the file name of the real one."""
    _, key_id, fingerprint = tree.key()
    old = tree.index["keys"]["old"]
    return [{"id": key_id, "fingerprint": fingerprint, "file": key_id.lower() + ".pub", "sources": SOURCE},
            {"id": old[-8:], "fingerprint": old, "file": "7fa2af80.pub", "sources": SOURCE}]


def zip_address(version, platform, abi):
    name = pytorch.zip_name(version, platform, abi)
    return "https://download.pytorch.org/" + name.replace("+", "%2B")


def whole_torch(version):
    """A record for a torch release that the project does not have: its CPU build."""
    vision, audio = next(((vision.split("+")[0], audio.split("+")[0]) for torch, _, vision, audio in pytorch.WHEELS
                          if torch == version), (None, None))
    build = {"platform": "cpu", "cuda": None, "sm": [], "ptx": [], "minimum_driver": None, "cudnn": None, "zips": [],
             "sources": SOURCE}
    return {"version": version, "torchvision": vision, "torchaudio": audio, "least_python": None, "most_python": None,
            "pip": {"1.7.1": "find-links", "1.13.1": "extra-index"}.get(version, "index"),
            "audio_has_platform": False, "unmarked_platform": None, "cxx_standard": 14 if version[0] == "1" else 17,
            "glibc": None, "gcc": None, "builds": [build], "sources": SOURCE}


def torch_record(project, tree, version, systems):
    """Zips that are in the tree get its digests; the others stay as they are."""
    record = project.find("torch", "version", version) or whole_torch(version)
    # The wheels are of any Python: the root's own will do.
    record["least_python"], record["most_python"] = "3.6", None
    made_on = [glibc for glibc, _, torch in systems.values() if torch == version]
    if made_on:
        record["glibc"] = min(made_on, key=numbers)
    for build in record["builds"]:
        for abi in ("cxx11", "pre-cxx11"):
            url = zip_address(version, build["platform"], abi)
            if tree.file(url) is None:
                continue
            zips = [zipped for zipped in build["zips"] if zipped["abi"] != abi] + [tree.describe(url, abi=abi)]
            build["zips"] = sorted(zips, key=lambda zipped: zipped["abi"])
    return record


def write(folder, name, **arrays):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"schema": SCHEMA, **arrays}, file, indent=1)
        file.write("\n")


def is_ours(folder):
    """Whether a folder may be replaced: it is empty, or an overlay that this program wrote."""
    if not os.path.isdir(folder) or not os.listdir(folder):
        return not os.path.exists(folder) or os.path.isdir(folder)
    with contextlib.suppress(OSError, ValueError, LookupError):
        with open(os.path.join(folder, "keys.json"), encoding="utf-8") as file:
            return json.load(file)["keys"][0]["sources"] == SOURCE
    return False


def main():
    parser = argparse.ArgumentParser(description="Writes manifests for a tree of build.py.")
    parser.add_argument("--manifests", required=True, metavar="DIR")
    parser.add_argument("--tree", required=True, metavar="DIR")
    parser.add_argument("--systems", required=True, metavar="FILE")
    parser.add_argument("--out", required=True, metavar="DIR")
    parser.add_argument("--variant", metavar="NAME")
    parser.add_argument("--digests", choices=("all", "md5-list", "none"), default="all")
    arguments = parser.parse_args()
    out = os.path.abspath(arguments.out)
    if not is_ours(out):
        sys.exit("overlay.py: %s is not an overlay of ours" % out)
    project, tree = Project(arguments.manifests), Tree(arguments.tree, arguments.variant)
    systems = read_systems(arguments.systems)
    fresh = out + ".new"
    shutil.rmtree(fresh, ignore_errors=True)
    for minor in sorted({release.minor for release in recipe.RELEASES}):
        releases = [release for release in recipe.RELEASES if release.minor == minor]
        write(fresh, "cuda/%s.json" % minor,
              cuda=[cuda_record(project, tree, release, arguments.digests) for release in releases],
              pairs=[pair for release in releases for pair in pair_records(project, tree, release, systems)])
    for system in recipe.SYSTEMS:
        write(fresh, "ubuntu/%s.json" % recipe.SYSTEMS[system][0],
              ubuntu=[ubuntu_record(project, tree, system, systems)])
    write(fresh, "keys.json", keys=key_records(tree))
    for version in sorted({*pytorch.ZIPS, *tree.torch()}):
        write(fresh, "torch/%s.json" % version.rpartition(".")[0], torch=[torch_record(project, tree, version, systems)])
    shutil.rmtree(out, ignore_errors=True)
    os.rename(fresh, out)


if __name__ == "__main__":
    main()
