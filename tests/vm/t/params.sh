#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Parameters of real calls, as outputs show them: `kmodtest args` makes calls of all kinds and says
# of each what evt.args must be. Then buffers: recorded where a rule looks at them, to the snap
# length, and nowhere else; and what a kernel lacks is told.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

cat >"$T/rules.yaml" <<'R'
- rule: Args
  desc: calls of the test
  condition: >
    proc.name = kmodtest and evt.type in (mkdirat, symlink, linkat, renameat2, access,
    newfstatat, fchmodat, fchownat, mknod, unlinkat, unlink, write, pread, lseek, fcntl, dup3,
    flock, ioctl, close_range, close, pipe2, splice, memfd_create, eventfd2, epoll_create1,
    inotify_init1, timerfd_create, socket, setsockopt, getsockopt, bind, sendto, shutdown,
    socketpair, ptrace, prctl, kill, prlimit, setresuid, setresgid, getuid, setpgid, capset, bpf,
    keyctl, pidfd_open, seccomp, getpid, alarm, mount, umount2, unshare, setns, delete_module,
    init_module, finit_module, chdir, getcwd, chroot, semget, mprotect, mlock, futex, nanosleep,
    poll, ppoll, openat)
  output: "ARGS %evt.type %evt.args"
  priority: NOTICE
- rule: Named
  desc: a call that not every kernel has
  condition: evt.type in (fchmodat2, uretprobe, chmod) and proc.name = nobody
  output: "%evt.type"
  priority: NOTICE
R

# not_shown: the lines of $T/args that are not among the alerts; "EVENT~ TEXT" is a pattern
not_shown() {
	sed -n 's/^.* ARGS //p' "$T/out" | sort -u >"$T/got"
	grep -v '^[a-z0-9]*~' "$T/args" | sort -u | comm -23 - "$T/got"
	sed -n 's/^\([a-z0-9]*\)~/\1/p' "$T/args" | while IFS= read -r line; do
		grep -qxE -- "$line" "$T/got" || echo "$line"
	done
}

start_falcoc --snaplen 64 -r "$T/rules.yaml" || exit 1
kmodtest args >"$T/args"
wait_for 20 grep -q 'ARGS ppoll' "$T/out"
lines=$(wc -l <"$T/args")
not_shown >"$T/missing"
while IFS= read -r line; do
	echo "  wanted $line"
	grep "^${line%% *} " "$T/got" | head -3 | sed 's/^/     got /'
done <"$T/missing"
check "evt.args of $lines calls" test ! -s "$T/missing" -a "$lines" -gt 60
if grep -q " __x64_sys_uretprobe$" /proc/kallsyms; then
	pass "a kernel that has uretprobe"
else
	check "an event that this kernel lacks is told" \
		grep -qE "rule 'Named': this kernel \([^)]*\) has no .*uretprobe.*: never matches that here" "$T/err"
fi
check "falcoc ends well" stop_falcoc

falcoc list events >"$T/list"
check "falcoc list events knows what this kernel has" refused grep -q '^openat .*not in this kernel' "$T/list"
if [ -s "$T/list" ] && ! grep -q " __x64_sys_uretprobe$" /proc/kallsyms; then
	check "and marks what it lacks" grep -q '^uretprobe .*(not in this kernel)' "$T/list"
fi

# Buffers
cat >"$T/rules.yaml" <<'R'
- rule: Looks
  desc: a rule that looks at buffers
  condition: evt.type = write and proc.name = printf and evt.buffer contains secret
  output: "BUFFER %evt.buffer|%evt.buflen"
  priority: NOTICE
R
start_falcoc -S 16 -r "$T/rules.yaml" || exit 1
env printf 'a secret, and more than sixteen bytes\n' >"$T/file"
expect_alert "a buffer, to the snap length" 'BUFFER a secret, and mo[|]38'
env printf 'sixteen bytes and then the secret' >"$T/file"
env printf 'the secret' >"$T/file"
expect_alert "only what is in the snap length counts" 'BUFFER the secret[|]10'
check "and nothing beyond" test "$(alerts 'BUFFER sixteen')" = 0
check "falcoc ends well" stop_falcoc
