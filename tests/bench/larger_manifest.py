#!/usr/bin/env python3
"""larger_manifest.py MANIFESTS TIMES FILES FOLDER: the project's CUDA and torch releases TIMES times, each time under other
patch numbers, in about FILES files: what the manifest will be some day, and far beyond. Prints how many releases and files.
"""
import glob
import json
import os
import sys


def renamed(record, version, time):
    """The record as of a release that nobody made."""
    major, minor, patch = version.split(".")
    return json.loads(json.dumps(record).replace('"%s"' % version, '"%s.%s.%d"' % (major, minor, int(patch) + 1000 * time)))


def main():
    manifests, times, files, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    documents = []
    for kind in ("cuda", "torch"):
        for path in sorted(glob.glob(os.path.join(manifests, kind, "*.json"))):
            with open(path, encoding="utf-8") as file:
                records = json.load(file)[kind]
            documents += [{kind: [renamed(record, record["version"], time)]}
                          for record in records for time in range(1, times + 1)]
    each = -(-len(documents) // files)
    made = 0
    os.makedirs(folder)
    for first in range(0, len(documents), each):
        whole = {"schema": "cudasetup.manifest/1"}
        for document in documents[first:first + each]:
            for kind, records in document.items():
                whole.setdefault(kind, []).extend(records)
        with open(os.path.join(folder, "%05d.json" % first), "w", encoding="utf-8") as file:
            json.dump(whole, file)
        made += 1
    print(len(documents), made)


main()
