#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# stress-ng's stressors that live on system calls, a few at a time, while everything is recorded: the
# kernel complains of nothing, the consumer lives, and what was produced is what was read and dropped.
#
#	STRESS_SECONDS	how long each takes; a few together take as many times that [3]
#	STRESS_TOGETHER	how many at a time [1; 8 on the debug kernel, where beginning takes longest]
#	STRESSORS	which, with commas between [all of the list below]
#	STRESS_FROM	of these, from this one on: where a run was cut [the first]
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/stress.sh
. /falcoc/guest/stress.sh

# left out: what ends or starves the guest by design (oom-pipe, bad-altstack, watchdog, sysinval's reboot ...)
ALL="enosys syscall sysbadaddr open fork vfork vforkmany exec clone daemon zombie exit-group pthread
session nice sock sockabuse sockdiag sockfd sockmany sockpair udp udp-flood rawsock
rawudp rawpkt netlink-proc fd-race dup close fcntl rename link symlink dir dirdeep dirmany chmod
chown chdir chroot dentry filename fstat getdent access utime xattr unlink mknod handle hdd inotify
fanotify lockf flock locka lockofd lease mmap mmapfork mremap munmap mprotect madvise mlock msync
shm shm-sysv memfd remap mincore futex sem sem-sysv mq msg pipe pipeherd fifo poll epoll eventfd
timerfd timer signal sigfd sigpending sigq sigsuspend sigsegv sigtrap sigio kill alarm itimer aio
io-uring sendfile splice tee vm-splice copy-file readahead mount bind-mount ptrace userfaultfd
key prctl seccomp cap personality set get getrandom rlimit rseq membarrier kcmp landlock
secretmem procfs sysinfo usersyscall vdso wait switch yield schedpolicy pidfd vm-rw ioprio
loadavg null zero full dev-shm tmpfs unshare env bad-ioctl x86syscall syncload resources"

start_recorder || { fail "the recorder starts"; cat "$T/recorder"; exit 1; }
ran=0 unknown=
together=1
! is_debug_kernel || together=8
together=${STRESS_TOGETHER:-$together}
mkdir "$T/work" && cd "$T/work" || exit 1
stress-ng --help >"$T/help" 2>/dev/null

# stress NAME...: these at once, and what is left of them
stress() {
	local s seconds=$((${STRESS_SECONDS:-3} * $#)) args=() begin=$SECONDS rc
	for s in "$@"; do
		args+=("--$s" 1)
	done
	timeout -k 5 $((2 * seconds + 60)) \
		stress-ng "${args[@]}" --timeout $seconds --oomable --no-rand-seed --vm-bytes 16M \
		--mmap-bytes 16M --temp-path "$T/work" >"$T/stress.out" 2>&1 </dev/null
	rc=$?
	[ $rc != 124 ] && [ $rc != 137 ] || { echo "# $* did not end in time:"; tail -3 "$T/stress.out"; }
	ran=$((ran + $#))
	[ $# = 1 ] || echo "# $ran: $* took $((SECONDS - begin)) s"
	recorder_alive || { fail "the recorder survives $*"; cat "$T/recorder"; exit 1; }
	log_clean || fail "the kernel's log is clean after $*"
}

words=${STRESSORS:-$ALL} group=()
from=${STRESS_FROM:-}
for s in ${words//,/ }; do
	s=${s//_/-}
	[ "$s" != "${from//_/-}" ] || from=
	[ -z "$from" ] || continue
	if grep -q -- " --$s N" "$T/help"; then
		group+=("$s")
	else
		unknown="$unknown $s"
	fi
	[ ${#group[@]} -lt "$together" ] || { stress "${group[@]}"; group=(); }
done
[ ${#group[@]} = 0 ] || stress "${group[@]}"
[ -z "$unknown" ] || echo "# not known to this stress-ng:$unknown"
[ -z "$from" ] || fail "STRESS_FROM=$from is none of them"
check "$ran stressors ran" test $ran -gt 0
check "everything adds up" stop_recorder
check "the module unloads" wait_for 20 unload_module
