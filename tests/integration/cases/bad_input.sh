#!/bin/bash
# Bad input, each run for real: its exit status, one clear first line, what to do next, and nothing changed. Prints the
# table of statuses and first lines.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/failures.sh"

ROWS=0

# judge NAME STATUS REGEX: the run that was just made ended so, said so first, said what to do, and changed nothing.
judge() {
  local first
  first=$(head -n 1 "$ERR")
  printf '%3s  %-30s %s\n' "$STATUS" "$1" "${first//$CASE_HOME/...}"
  [ "$STATUS" = "$2" ] || fail "$1: status $STATUS, expected $2"
  printf '%s\n' "$first" | grep -Eq -- "$3" || fail "$1: the first line is not like: $3"
  grep -Eq '^(hint|instead): ' "$ERR" || fail "$1: it says nothing of what to do next"
  ! grep -Eq '::|: $' "$ERR" || fail "$1: the text is badly joined"
  [ ! -s "$OUT" ] || fail "$1: there is something on standard output"
  expect_untouched
  ROWS=$((ROWS + 1))
}

# bad NAME STATUS REGEX VERB OPTIONS...: `cudasetup VERB` in the root, with the served world.
bad() {
  local name=$1 status=$2 regex=$3
  shift 3
  setup "$@"
  judge "$name" "$status" "$regex"
}

# plain NAME STATUS REGEX WORDS...: cudasetup with these words alone.
plain() {
  local name=$1 status=$2 regex=$3
  shift 3
  run_it "$CUDASETUP" "$@"
  judge "$name" "$status" "$regex"
}

# release NAME LINES...: an os-release file; prints its path.
release() {
  local file=$CASE_HOME/os-release-$1
  shift
  printf '%s\n' "$@" >"$file"
  printf '%s\n' "$file"
}

case_root 20.04
root_snapshot "$ROOT" >"$CASE_HOME/before"
changes_mark
I=(install --yes)

# --- Systems that are not served
file=$(release mint 'NAME="Linux Mint"' 'VERSION="21 (Vanessa)"' 'ID=linuxmint' 'ID_LIKE="ubuntu debian"' \
  'PRETTY_NAME="Linux Mint 21"' 'VERSION_ID="21"' 'VERSION_CODENAME=vanessa' 'UBUNTU_CODENAME=jammy')
bad 'Linux Mint 21' 1 'Linux Mint 21 .*built on Ubuntu jammy' "${I[@]}" --os-release "$file"
expect_err 'hint: .*--os ubuntu22\.04( |$)'
file=$(release 24.10 'PRETTY_NAME="Ubuntu 24.10"' 'NAME="Ubuntu"' 'VERSION_ID="24.10"' 'ID=ubuntu' 'ID_LIKE=debian' \
  'VERSION_CODENAME=oracular' 'UBUNTU_CODENAME=oracular')
bad 'Ubuntu 24.10' 1 'Ubuntu 24\.10 is an interim release' "${I[@]}" --os-release "$file"
expect_err 'hint: .*--os ubuntu24\.04( |$)'
file=$(release 25.04 'PRETTY_NAME="Ubuntu 25.04"' 'NAME="Ubuntu"' 'VERSION_ID="25.04"' 'ID=ubuntu' 'ID_LIKE=debian' \
  'VERSION_CODENAME=plucky' 'UBUNTU_CODENAME=plucky')
bad 'Ubuntu 25.04' 1 'Ubuntu 25\.04 is an interim release' "${I[@]}" --os-release "$file"
file=$(release debian 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"' 'NAME="Debian GNU/Linux"' 'VERSION_ID="12"' 'ID=debian')
bad 'Debian 12' 1 'Debian GNU/Linux 12 .*is not Ubuntu' "${I[@]}" --os-release "$file"
file=$(release empty '')
bad 'an empty os-release' 1 'cannot tell which system this is' "${I[@]}" --os-release "$file"
bad 'no file at --os-release' 3 '--os-release .*no such file' "${I[@]}" --os-release "$CASE_HOME/nowhere"
mv "$ROOT/usr/lib/os-release" "$CASE_HOME/kept-os-release"
changes_mark
bad 'no os-release at all' 1 'cannot tell which system this is' "${I[@]}" --cuda 11.1
mv "$CASE_HOME/kept-os-release" "$ROOT/usr/lib/os-release"
: >"$ROOT/etc/nv_tegra_release"
changes_mark
bad 'a Jetson' 1 'Jetson.*JetPack' "${I[@]}" --cuda 11.1
rm "$ROOT/etc/nv_tegra_release"
changes_mark

# --- Versions and pairs
bad '--cuda 11.15' 1 'there is no CUDA 11\.15; near it are 11\.8\.0' "${I[@]}" --cuda 11.15
expect_err '^instead: CUDA 11\.'
bad '--cuda banana' 3 '^error: --cuda banana: expected a version' "${I[@]}" --cuda banana
bad '--cuda without a value' 3 '^error: --cuda needs a value' "${I[@]}" --cuda
bad '--torch 1.7.1+cu999' 1 'there is no torch 1\.7\.1\+cu999; its platforms are cu110' "${I[@]}" --cuda 11.1 --torch 1.7.1+cu999
bad '--torch 9.9.9' 1 'there is no torch 9\.9\.9; near it are' "${I[@]}" --torch 9.9.9
bad '11.1 with 2.9.1+cu130' 1 'torch 2\.9\.1\+cu130 .* CUDA 11\.1\.1' "${I[@]}" --cuda 11.1 --torch 2.9.1+cu130
bad '11.1 by network on 22.04' 1 "NVIDIA's network archive for ubuntu2204 .*--method" plan --os ubuntu22.04 --cuda 11.1 --method network
bad '11.8 for an RTX 5090' 1 'CUDA 11\.8\.0 .*RTX 5090 .*sm_120' "${I[@]}" --cuda 11.8 --gpu 10de:2b85
expect_err '^instead: CUDA 12\.8'
bad '--driver 9999' 1 'driver 9999 ' "${I[@]}" --cuda 11.1 --gpu sm_75 --driver 9999
bad 'a GPU nobody knows' 1 'the NVIDIA GPU 10de:ffff is not known' "${I[@]}" --gpu 10de:ffff
expect_err '^hint: .*cudasetup list gpus( |$)'
bad 'a GPU of AMD' 3 '--gpu 1002:73bf: not a device of NVIDIA' "${I[@]}" --gpu 1002:73bf
bad '--gpu T4' 3 '--gpu T4: expected a PCI id' "${I[@]}" --gpu T4

# --- Options that contradict each other, or this machine
bad 'a toolkit only, and torch' 3 '--toolkit-only contradicts' "${I[@]}" --toolkit-only --torch 1.7.1
bad 'no GPU, and one' 3 '--gpu none contradicts' "${I[@]}" --gpu none --gpu sm_75
bad 'quiet and verbose' 3 '--quiet contradicts --verbose' "${I[@]}" -q -v
bad '--os of another machine' 3 'another machine: that can only be planned' "${I[@]}" --os ubuntu22.04 --cuda 11.8
expect_err '^hint: .*--os ubuntu22\.04 --cuda 11\.8 --dry-run$'
bad '--os windows11' 3 '--os windows11: expected one of ubuntu' "${I[@]}" --os windows11
bad '--os ubuntu24.4' 3 '--os ubuntu24\.4: expected one of ubuntu' "${I[@]}" --os ubuntu24.4
expect_err '^hint: did you mean ubuntu24\.04\?$'

# --- The command line
plain 'a mistyped verb' 3 '^error: there is no verb instal$' instal --cuda 11.1
expect_err '^hint: did you mean install\?$'
plain 'help of a mistyped verb' 3 '^error: there is no verb instal$' help instal
plain 'a mistyped option' 3 '^error: install has no option --cudda$' install --cudda 11.1
expect_err '^hint: did you mean --cuda\?$'
plain 'a word too many' 3 '^error: install takes no word 11\.1$' install 11.1
plain 'no verb' 3 '^error: a verb must come first, not --cuda$' --cuda 11.1
plain 'an option twice' 3 '^error: --cuda was given more than once$' install --cuda 11.1 --cuda 11.8
bad '--mirror by plain http' 3 '--mirror http://example\.com: expected an https address' "${I[@]}" --mirror nvidia=http://example.com
bad '--lock-timeout banana' 3 '--lock-timeout banana: expected a number of seconds' "${I[@]}" --lock-timeout banana
plain '--root relative' 3 '--root .*some/folder: there is no such folder' "${I[@]}" --root some/folder
plain '--root with ..' 3 '--root /srv/\.\./etc: expected an absolute path' "${I[@]}" --root /srv/../etc
plain '--root that is not there' 3 '--root .*: there is no such folder' "${I[@]}" --root "$CASE_HOME/nowhere"
plain '--root that is a file' 3 '--root .*: there is no such folder' "${I[@]}" --root "$ERR"
bad 'no terminal, no --yes' 3 'nobody can be asked here' install --cuda 11.1
expect_err '^hint: .* --cuda 11\.1 --yes$'

# --- The verbs that tell what can be
# asked NAME STATUS REGEX WORDS...: the answer is on standard output, and nothing else is anywhere.
asked() {
  local name=$1 status=$2 regex=$3
  shift 3
  run_it "$CUDASETUP" "$@"
  [ ! -s "$ERR" ] || fail "$name: there is something on standard error"
  mv "$OUT" "$ERR"
  : >"$OUT"
  judge "$name" "$status" "$regex"
}
asked 'why-not --cuda 11.15' 1 'there is no CUDA 11\.15; near it are 11\.8\.0' why-not --os ubuntu22.04 --cuda 11.15
asked 'why-not 11.8 for an RTX 5090' 1 'CUDA 11\.8\.0 .*RTX 5090 .*sm_120' why-not --os ubuntu22.04 --gpu 10de:2b85 --cuda 11.8
expect_err '^         cudasetup plan --cuda 12\.8.* --os ubuntu22\.04 --gpu 10de:2b85$'
plain 'why-not --cuda banana' 3 '^error: --cuda banana: expected a version' why-not --cuda banana
plain 'why-not of a word' 3 '^error: why-not takes no word 11\.1$' why-not 11.1
plain 'list foo' 3 '^error: list foo: expected one of cuda, torch' list foo
plain 'list gpu' 3 '^error: list gpu: expected one of' list gpu
expect_err '^hint: did you mean gpus\? cudasetup list gpus$'
plain 'list of nothing' 3 'list needs KIND' list
plain 'manifest show of nothing' 3 'manifest show needs WORDS' manifest show
plain 'list on windows11' 3 '--os windows11: expected one of ubuntu' list cuda --os windows11
plain 'manifest show cuda 99' 3 '^error: manifest show cuda: there is no 99$' manifest show cuda 99
plain 'manifest show cuda 11.1' 3 'there is no 11\.1$' manifest show cuda 11.1
expect_err '^hint: did you mean 11\.1\.0 or 11\.1\.1\? '
plain 'manifest show gpu' 3 'manifest show gpu: expected files, or an id after one of' manifest show gpu 10de:1eb8
plain 'manifest show of no file' 4 'nowhere\.json: cannot be read' manifest show "$CASE_HOME/nowhere.json"
plain 'manifest lnt' 3 '^error: manifest lnt: expected lint or show$' manifest lnt x.json
plain '--gpu sm75' 3 '--gpu sm75: expected a PCI id' list cuda --gpu sm75
expect_err '^hint: did you mean sm_75\?$'

# --- Manifests
# in_overlay NAME STATUS REGEX FILE: with that folder of records instead of the world's.
in_overlay() {
  run_it "$CUDASETUP" install --root "$ROOT" --yes --cuda 11.1 --manifest "$4"
  judge "$1" "$2" "$3"
}
mkdir "$CASE_HOME/empty"
in_overlay 'a folder without manifests' 4 'empty: there is no \*\.json file' "$CASE_HOME/empty"
in_overlay 'no folder of manifests' 4 'nowhere: there is no \*\.json file' "$CASE_HOME/nowhere"
broken=$(overlay_copy broken)
printf '{"schema": "cudasetup.manifest/1", "cuda": [' >"$broken/keys.json"
in_overlay 'a cut-off manifest' 4 'keys\.json' "$broken"
broken=$(overlay_copy broken-types)
overlay_edit "$broken/cuda/11.1.json" 'd["cuda"][1]["version"] = 11.1; d["cuda"][1]["colour"] = "green"; del d["cuda"][1]["notes"]'
overlay_edit "$broken/ubuntu/20.04.json" 'd["ubuntu"][0]["archives"][0]["keyring"]["sha256"] = "abc"'
overlay_edit "$broken/keys.json" 'd["surprise"] = []'
in_overlay 'five faults in three manifests' 4 '/cuda/1/version: expected a string' "$broken"
# Every fault at once: the file, the place in it, and what was expected.
expect_err 'cuda/11\.1\.json.*/cuda/1/version'
expect_err 'cuda/11\.1\.json.*/cuda/1/colour'
expect_err 'cuda/11\.1\.json.*/cuda/1.*notes'
expect_err 'ubuntu/20\.04\.json.*/ubuntu/0/archives/0/keyring/sha256'
expect_err 'keys\.json.*/surprise'
plain 'lint of it' 4 '\.json' manifest lint "$broken/cuda/11.1.json"
pair='{"cuda": "13.4.0", "driver": null, "torch": "2.14.0", "platform": "cu132", "sources": ["a"]}'
printf '{"schema": "cudasetup.manifest/1", "pairs": [%s]}' "$pair" >"$CASE_HOME/pair.json"
plain 'a pair that cannot be' 4 'pair\.json.*CUDA 13\.4\.0 with torch 2\.14\.0\+cu132 resolves on no Ubuntu' manifest lint "$CASE_HOME/pair.json"
plain 'lint of nothing' 4 'nowhere' manifest lint "$CASE_HOME/nowhere"

# --- Rights. Another user needs to reach the binary and the records.
chmod 0711 "$ROOT_SESSION" "$CASE_HOME"
install -m 0755 "$CUDASETUP" "$CASE_HOME/cudasetup"
records=$(overlay_copy records)
chmod -R a+rX "$records"
# Not below: the kernel's own files are mounted there.
chmod 0711 "$(dirname "$ROOT")"
changes_mark
run_it setpriv --reuid=65534 --regid=65534 --clear-groups "$CASE_HOME/cudasetup" install --root "$ROOT" --yes --cuda 11.1 --manifest "$records"
judge 'no root' 5 'needs root; nothing was changed'
expect_err '^hint: .*sudo cudasetup install --root .* --yes --cuda 11\.1'

# --- The same for programs
setup install --yes --cuda 11.15 --json
expect_status 1
python3 -c 'import json, sys; d = json.load(sys.stdin); assert d["schema"] == "cudasetup.refusal/1" and d["alternatives"], d' <"$OUT" ||
  fail '--json: no refusal document'
setup install --yes --cuda banana --json
expect_status 3
python3 -c 'import json, sys; d = json.load(sys.stdin); assert (d["kind"], d["status"]) == ("usage", 3) and d["hints"], d' <"$OUT" ||
  fail '--json: no error document'
expect_untouched

root_snapshot "$ROOT" >"$CASE_HOME/after"
expect_same "$CASE_HOME/before" "$CASE_HOME/after" 'the root was changed'
echo "$ROWS rows"
