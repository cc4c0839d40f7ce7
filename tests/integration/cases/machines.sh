#!/bin/bash
# What status and doctor see of the machines in tests/data/machines: GPUs and what has them, the driver, kernel, kind of machine
# and faults, each as its file says. A machine is looked at as the running one, and as a tree where that shows as
# much. Prints the table.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/machines.sh"

"$MACHINES" flat | cmp - "$REPOSITORY/tests/data/machines.txt" || fail 'unit tests have other machines: lib/machines.py flat >tests/data/machines.txt'
SEEN=$CASE_HOME/seen
mkdir "$SEEN"
"$MACHINES" make-all "$SEEN"
while read -r name; do
  tree=$SEEN/$name.tree
  for verb in status doctor; do
    machine_run "$tree" "$verb" --json >"$SEEN/$name.$verb" 2>"$ERR" || [ $? = 2 ] || fail "$name: $verb does not end well"
  done
  machine_look "$tree" status --json >"$SEEN/$name.status-tree" 2>"$ERR" || fail "$name: status --root does not end well"
done < <(machine_list)
python3 - "$SEEN" <<'PYTHON'
import json
import os
import sys

folder = sys.argv[1]
names = sorted(name[:-len(".sees")] for name in os.listdir(folder) if name.endswith(".sees"))
wrong = 0


def read(name, kind):
    with open(os.path.join(folder, name + "." + kind), encoding="utf-8") as file:
        return json.load(file)


def gpus_of(status):
    gpus = status["gpus"]
    return gpus and [" ".join(filter(None, (gpu["id"], gpu["driver"]))) for gpu in gpus]


def seen_by(status, doctor):
    driver = status["driver"]
    loaded = " ".join(filter(None, (driver["loaded"], driver["module"]))) or None
    return {"gpus": gpus_of(status), "loaded": loaded, "place": status["system"]["place"], "kernel": status["system"]["kernel"],
            "findings": [finding["id"] for finding in doctor["findings"]]}


for name in names:
    wanted = read(name, "sees")
    seen = seen_by(read(name, "status"), read(name, "doctor"))
    tree = gpus_of(read(name, "status-tree"))
    for member in ("gpus", "loaded", "place", "kernel", "findings"):
        if seen[member] != wanted.get(member):
            wrong += 1
            print("%s: %s is %s, expected %s" % (name, member, json.dumps(seen[member]), json.dumps(wanted.get(member))),
                  file=sys.stderr)
    if (tree or []) != (seen["gpus"] or []):
        wrong += 1
        print("%s: as a tree its GPUs are %s" % (name, json.dumps(tree)), file=sys.stderr)
    print("| %s | %s | %s | %s | %s |" % (name, ", ".join(seen["gpus"] or []), seen["loaded"] or "", seen["place"] or "",
                                         ", ".join(seen["findings"])))
print("%d machines" % len(names))
sys.exit(wrong > 0 or len(names) < 30)
PYTHON
