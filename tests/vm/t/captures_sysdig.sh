#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What we record Debian's sysdig reads: to the end of the file, each event that it knows, with the
# process, the descriptor's name and the arguments that we say it has.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

command -v sysdig >/dev/null || skip "no sysdig in this root"
F=$T/out.scap

# Types of events that sysdig 0.29 has no older form of, or none that says the same: it skips them.
SKIPS='dup2|dup3|pipe2|inotify_init1|eventfd2|signalfd4|umount|umount2|prctl|newfstatat|epoll_create1?|bpf'
SKIPS="$SKIPS|mlock2?|munlock|mlockall|munlockall|capset|[lf]?chown|fchownat|memfd_create|pidfd_[a-z]*|close_range"
SKIPS="$SKIPS|io_uring_[a-z]*|open_by_handle_at|fsconfig|(f?init|delete)_module|mknod(at)?|setre[ug]id|keyctl"
SKIPS="$SKIPS|process_vm_[a-z]*"

connects() { bash -c ': </dev/tcp/127.0.0.1/7010' 2>/dev/null; }

work() {
	echo hello >"$T/in"
	cat <"$T/in" >"$T/to"	# dup2: whose file it reads and writes
	echo told | cat >/dev/null
	mkdir "$T/d" && mv "$T/d" "$T/e" && chmod 700 "$T/e" && rmdir "$T/e"
	ln -s nothing "$T/link" && rm "$T/link"
	mount -t tmpfs tmpfs /mnt && umount /mnt
	(cd /etc && : <hosts)
	/falcoc/bin/scene sink 7010 1 &
	wait_for 20 connects
	kill $!
	bash -c 'exit 0; : last'
}

echo before >"$T/in"
load_module
falcoc record -c none -w "$F" not proc.name in '(sysdig, falcoc)' 2>"$T/err" &
FALCOC_PID=$!
wait_for 60 grep -q 'recording into' "$T/err"
wait_for 20 test -s "$F"
work
ended() { falcoc -c none -e "$F" --print '%evt.type %proc.cmdline' 2>/dev/null | grep -q 'procexit.*: last'; }
check "the end of the work is recorded" wait_for 20 ended
check "the recording ends well" stop_falcoc
[ "${1:-}" != keep ] || { echo "BEGIN SCAP"; busybox gzip -c "$F" | base64; echo "END SCAP"; }

# their FORMAT FILTER, our FORMAT FILTER: exits of calls; what a file's state needs is not shown
their() { sysdig -r "$F" -p "$1" "evt.dir=< and $2" 2>"$T/their.err"; }
our() { falcoc -c none -e "$F" --print "$1" "$2" 2>"$T/our.err"; }
same() {
	their "$1" "$2" | sed 's/<NA>//g' >"$T/theirs"
	our "$1" "$2" | sed 's/<NA>//g' >"$T/ours"
	test -s "$T/ours" || { echo "there is none"; return 1; }
	busybox cmp -s "$T/ours" "$T/theirs" && return
	busybox diff "$T/ours" "$T/theirs" | head -20
	return 1
}

our '%evt.type' 'evt.num > 0' | grep -vxE "$SKIPS" | sort | uniq -c >"$T/counts.ours"
check "sysdig reads it to its end" sysdig -r "$F" -p '%evt.type %proc.cmdline' 'evt.dir=< or evt.type in (procexit, signaldeliver)' >"$T/theirs.all" 2>"$T/theirs.err"
check "without a word" test ! -s "$T/theirs.err"
sed 's/ .*//' "$T/theirs.all" | sort | uniq -c >"$T/counts.theirs"
check "the last event is there" grep -q '^procexit.*: last' "$T/theirs.all"
