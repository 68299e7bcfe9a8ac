#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# stress-ng's stressors that live on system calls, one after another, while everything is recorded: the
# kernel complains of nothing, the consumer lives, and what was produced is what was read and dropped.
#
#	STRESS_SECONDS	how long each takes [3]
#	STRESSORS	which, with commas between [all of the list below]
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/stress.sh
. /falcoc/guest/stress.sh

# left out: what ends or starves the guest by design (oom-pipe, bad-altstack, watchdog, sysinval's reboot ...)
ALL="enosys syscall sysbadaddr open fork vfork vforkmany exec clone daemon zombie exit-group pthread
session nice sock sockabuse sockdiag sockfd sockmany sockpair udp udp-flood unix-dummy rawsock
rawudp rawpkt netlink-proc fd-race dup close fcntl rename link symlink dir dirdeep dirmany chmod
chown chdir chroot dentry filename fstat getdent access utime xattr unlink mknod handle hdd inotify
fanotify lockf flock locka lockofd lease mmap mmapfork mremap munmap mprotect madvise mlock msync
shm shm-sysv memfd remap mincore futex sem sem-sysv mq msg pipe pipeherd fifo poll epoll eventfd
timerfd timer signal sigfd sigpending sigq sigsuspend sigsegv sigtrap sigio kill alarm itimer aio
io-uring sendfile splice tee vm-splice copy-file readahead mount bind-mount ptrace userfaultfd
bpf-free key prctl seccomp cap personality set get getrandom rlimit rseq membarrier kcmp landlock
secretmem procfs sysinfo usersyscall vdso wait switch yield schedpolicy pidfd process_vm ioprio
loadavg null zero full dev-shm tmpfs unshare env bad-ioctl x86syscall syncload resources"

start_recorder || { fail "the recorder starts"; cat "$T/recorder"; exit 1; }
ran=0 unknown=
mkdir "$T/work" && cd "$T/work" || exit 1
stress-ng --help >"$T/help" 2>/dev/null
words=${STRESSORS:-$ALL}
for s in ${words//,/ }; do
	s=${s//_/-}
	if ! grep -q -- " --$s N" "$T/help"; then
		unknown="$unknown $s"
		continue
	fi
	ran=$((ran + 1))
	timeout -k 5 $((${STRESS_SECONDS:-3} + 60)) \
		stress-ng "--$s" 1 --timeout "${STRESS_SECONDS:-3}" --oomable --no-rand-seed --vm-bytes 16M \
		--mmap-bytes 16M --temp-path "$T/work" >"$T/stress.out" 2>&1 </dev/null
	rc=$?
	[ $rc != 124 ] && [ $rc != 137 ] || { echo "# $s did not end in time:"; tail -3 "$T/stress.out"; }
	recorder_alive || { fail "the recorder survives $s"; cat "$T/recorder"; exit 1; }
	log_clean || fail "the kernel's log is clean after $s"
done
[ -z "$unknown" ] || echo "# not known to this stress-ng:$unknown"
check "$ran stressors ran" test $ran -gt 0
check "everything adds up" stop_recorder
check "the module unloads" wait_for 20 unload_module
