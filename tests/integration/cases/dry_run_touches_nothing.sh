#!/bin/bash
# A dry run, status and doctor write nothing, ask nobody and start nothing but allow-listed queries, without root; what a
# dry run prints is the road of CUDA's own instructions for 11.1 on 18.04, is sound sh, and is the same on every run.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"

NOBODY=65534

# The unprivileged user needs to reach the binary and a folder for strace's own record.
chmod 0711 "$ROOT_SESSION" "$CASE_HOME"
install -m 0755 "$CUDASETUP" "$CASE_HOME/cudasetup"
install -d -o "$NOBODY" "$CASE_HOME/traces"

# traced NAME COMMAND...: runs it; the record of its calls is in $TRACE.
traced() {
  TRACE=$CASE_HOME/traces/$1
  shift
  run_it "${AS[@]}" strace -f -qq -s 4096 -o "$TRACE" -e trace=%file,%desc,%network,%process "$CASE_HOME/cudasetup" "$@"
}

# calls_like REGEX: the recorded calls that match.
calls_like() { grep -E "^[0-9]+ +$1" "$TRACE" || true; }

# check_quiet: what is in $TRACE changed nothing, spoke to nobody, and started only its own program and allowed queries.
check_quiet() {
  local found
  [ "$(wc -l <"$TRACE")" -gt 100 ] || fail 'strace recorded too little to mean anything'
  calls_like 'open' >"$CASE_HOME/opens"
  [ -s "$CASE_HOME/opens" ] || fail 'strace recorded no open'
  found=$(grep -E 'O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE' "$CASE_HOME/opens" |
    grep -Ev '"/dev/(null|tty)"' || true)
  [ -z "$found" ] || fail "opened for writing: $found"
  found=$(calls_like '(creat|unlink|rmdir|mkdir|mknod|rename|link|symlink|truncate|ftruncate|fallocate|chmod|fchmod|chown|fchown|lchown|utime|futimesat|setxattr|fsetxattr|removexattr|mount|umount|copy_file_range|sendfile)(at)?[0-9]*\(')
  [ -z "$found" ] || fail "changed something: $found"
  found=$(calls_like '(socket|connect|bind|sendto|sendmsg|sendmmsg)\(')
  [ -z "$found" ] || fail "used the network: $found"
  # What is written goes to standard output and error.
  found=$(calls_like '(write|writev|pwrite64|pwritev2?)\(' | grep -Ev ' (write|writev)\((1|2), ' || true)
  [ -z "$found" ] || fail "wrote elsewhere than to its outputs: $found"
  found=$(calls_like 'execve(at)?\(' | tail -n +2 | grep -v ' ENOENT ' |
    grep -Ev 'execve\("[^"]*", \[("chroot", "[^"]*", )?("gcc", "-dumpfullversion", "-dumpversion"|"(cmake|python3)", "--version")\]' || true)
  [ -z "$found" ] || fail "started a program: $found"
}

AS=(setpriv --reuid="$NOBODY" --regid="$NOBODY" --clear-groups)
SEED=(install --cuda 11.1 --dry-run --os ubuntu18.04 --gpu 10de:1eb8 --method local)

traced seed "${SEED[@]}"
expect_status 0
check_quiet
[ ! -s "$ERR" ] || fail 'the dry run said something on standard error'
cp "$OUT" "$CASE_HOME/script"
run_it "${AS[@]}" "$CASE_HOME/cudasetup" "${SEED[@]}"
expect_status 0
expect_same "$CASE_HOME/script" "$OUT" 'two runs printed different scripts'
# As root, elsewhere and with another environment: the same bytes.
(cd / && LC_ALL=C TZ=Asia/Tokyo HOME=/nonexistent TERM=dumb "$CUDASETUP" "${SEED[@]}") >"$CASE_HOME/as-root"
expect_same "$CASE_HOME/script" "$CASE_HOME/as-root" 'another user and environment printed another script'

sh -n "$CASE_HOME/script" || fail 'sh cannot read the script'
shellcheck -s sh "$CASE_HOME/script" >&2 || fail 'shellcheck found something in the script'
if grep -En '/tmp|/dev/shm|build/|cudasetup-root' "$CASE_HOME/script" >&2; then fail 'the script names a temporary place of ours'; fi

# The road, in this order. Comments may name things earlier: only the pin's address is looked for in one.
AT=0
# then_comes REGEX: a line after the last one found.
then_comes() {
  local line
  line=$(awk -v after="$AT" -v like="$1" 'NR > after && $0 ~ like { print NR; exit }' "$CASE_HOME/script")
  [ -n "$line" ] || fail "after line $AT the script has no line like: $1"
  AT=$line
}
REPOSITORY_URL=https://developer.download.nvidia.com/compute/cuda/repos/ubuntu1804/x86_64
DEB='cuda-repo-ubuntu1804-11-1-local_11[.]1[.]1-455[.]32[.]00-1_amd64[.]deb'
then_comes "^# .*$REPOSITORY_URL/cuda-ubuntu1804[.]pin"
then_comes '^(install|dd) .*/etc/apt/preferences[.]d/cuda-repository-pin-600 '
then_comes '^Pin-Priority: 600$'
then_comes "^[^#].*download-file https://developer.download.nvidia.com/compute/cuda/11[.]1[.]1/local_installers/$DEB "
then_comes "^dpkg -i .*/$DEB$"
then_comes '^install .* /var/cuda-repo-ubuntu1804-11-1-local/7fa2af80[.]pub /usr/share/keyrings/'
then_comes '^deb [[]signed-by=/usr/share/keyrings/[^]]*] file:///var/cuda-repo-ubuntu1804-11-1-local /$'
then_comes '^apt-get update( |$)'
then_comes '^apt-get install .* cuda-drivers-455=455[.]32[.]00-1$'
then_comes '^apt-get install .* cuda-toolkit-11-1=11[.]1[.]1-1$'
then_comes '^[^#].*download-file https://download.pytorch.org/libtorch/cu110/libtorch-cxx11-abi-shared-with-deps-1[.]7[.]1%2Bcu110[.]zip .*SHA256:117f6dd65b7267839197397edd0b10fd2900b0f291e3e54b0b800caefc31bcb6'
then_comes '^unzip .*libtorch-cxx11-abi-shared-with-deps-1[.]7[.]1[+]cu110[.]zip'
if grep -nE '^[^#]*apt-get .*[ =]cuda(-[0-9]+-[0-9]+)?( |=|$)' "$CASE_HOME/script"; then fail 'the script installs cuda, not cuda-toolkit'; fi

# With probing, in a root, as its root: the same silence, and the root is as it was.
AS=()
case_root 20.04
root_snapshot "$ROOT" >"$CASE_HOME/before"
find "$ROOT"/{run,tmp,var/cache,var/log} -xdev | LC_ALL=C sort >"$CASE_HOME/before-more"
# Nothing of a GPU, a toolkit or a compiler is in the root: there is nothing to be asked for its version.
traced probed install --root "$ROOT" --cuda 11.1 --dry-run
expect_status 0
check_quiet
expect_out '^#   system  Ubuntu 20[.]04'
traced network install --root "$ROOT" --cuda 11.8 --method network --gpu sm_75 --dry-run --json
expect_status 0
check_quiet
traced refused install --root "$ROOT" --cuda 11.15 --dry-run
expect_status 1
check_quiet
for verb in status doctor; do
  traced "$verb" "$verb" --root "$ROOT"
  expect_status 0
  check_quiet
done
root_snapshot "$ROOT" >"$CASE_HOME/after"
find "$ROOT"/{run,tmp,var/cache,var/log} -xdev | LC_ALL=C sort >"$CASE_HOME/after-more"
expect_same "$CASE_HOME/before" "$CASE_HOME/after" 'a dry run changed the root'
expect_same "$CASE_HOME/before-more" "$CASE_HOME/after-more" 'a dry run left something in the root'

# A program of the root's own whose version only it can tell is asked for it, and nothing else is.
printf '#!/bin/sh\necho 9.4.0\n' >"$ROOT/usr/local/bin/gcc"
chmod 0755 "$ROOT/usr/local/bin/gcc"
traced asked install --root "$ROOT" --cuda 11.1 --dry-run
expect_status 0
[ -n "$(calls_like 'execve\(.*"gcc", "-dumpfullversion", "-dumpversion"')" ] || fail 'gcc was not asked for its version'
check_quiet

# On the running system, whatever it is: it is looked at, nothing more. The plan may well be a refusal.
AS=(setpriv --reuid="$NOBODY" --regid="$NOBODY" --clear-groups)
traced running plan --cuda 11.1 --format text
name=$(sed -n 's/^NAME="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' /etc/os-release)
grep -qF "$name" "$OUT" "$ERR" || fail "the running system was not seen to be $name"
check_quiet
for verb in status doctor; do
  traced "running-$verb" "$verb"
  case $verb:$STATUS in status:0 | doctor:0 | doctor:2) ;; *) fail "$verb: status $STATUS" ;; esac
  check_quiet
done
