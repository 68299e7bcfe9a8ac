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

# Processes of the work: what began before the recording did is known to them by its last name only.
WHO='cat|mkdir|mv|chmod|rmdir|ln|rm|mount|umount|scene'

# Some events are no calls: they have no exit.
ENDS='evt.dir=< or evt.type in (procexit, signaldeliver)'

# their FORMAT, our FORMAT: exits of calls by these, but for types that they skip. /lib leads to /usr/lib,
# which the kernel tells and they do not follow; a call has another name where their type is older.
tidy() {
	sed 's/<NA>//g; s/ *$//; s,/usr/lib,/lib,g; s/^accept4 /accept /; s/^rt_sigreturn /sigreturn /; s/^rseq /<unknown> /' |
		grep -E "^[^ ]+ ($WHO)( |\$)" | grep -vE "^($SKIPS) "
}
their() { sysdig -r "$F" -p "$1" "$ENDS" 2>"$T/their.err" | tidy; }
our() { falcoc -c none -e "$F" --print "$1" 2>"$T/our.err" | tidy; }
same() {
	their "$1" >"$T/theirs"
	our "$1" >"$T/ours"
	test -s "$T/ours" || { echo "there is none"; return 1; }
	busybox cmp -s "$T/ours" "$T/theirs" && return
	busybox diff "$T/ours" "$T/theirs" | head -20
	return 1
}
# Has each event all arguments that they print? Flags by name, descriptors by number.
same_args() {
	local format='%evt.type %proc.name %evt.args'
	their "$format" | sed -E 's/=[-0-9]+\(/=(/g; s/\(<[^)]*\)//g' >"$T/theirs"
	our "$format" | sed -E 's/=[-0-9]+\(/=(/g; s/\(<[^)]*\)//g' >"$T/ours"
	grep -E "^($1) " "$T/theirs" >"$T/theirs.some"
	grep -E "^($1) " "$T/ours" >"$T/ours.some"
	test -s "$T/ours.some" || { echo "there is none"; return 1; }
	awk -v theirs="$T/theirs.some" '{
		if ((getline line <theirs) <= 0) { print "missing: " $0; bad = 1; exit }
		n = split(line, words, " ")
		for (i = 1; i <= n; i++)
			if (index(" " $0 " ", " " words[i] " ") == 0 && words[i] !~ /^dev=/) {
				print words[i] " is not in: " $0; bad = 1
			}
	} END { exit bad }' "$T/ours.some" >"$T/missing" && return
	head -10 "$T/missing"
	return 1
}

all() { sysdig -r "$F" -p '%evt.type %proc.cmdline' "$ENDS" >"$T/theirs.all" 2>"$T/theirs.err"; }
check "sysdig reads it to its end" all
check "without a word" test ! -s "$T/theirs.err"
check "the last event is there" grep -q '^procexit.*: last' "$T/theirs.all"
check "events, in order, and their processes" same '%evt.type %proc.name %proc.pid %proc.cmdline'
check "the file that dup2 made the input" grep -qF "close cat 0 $T/in" <(their '%evt.type %proc.name %fd.num %fd.name')
check "the connection that accept4 made" grep -qE '^accept scene [0-9]+ 127.0.0.1:[0-9]+->127.0.0.1:7010' <(their '%evt.type %proc.name %fd.num %fd.name')
check "arguments of what changes files" same_args 'mkdir|fchmodat|renameat2|rmdir|symlinkat|unlinkat|mount'
check "arguments of opened files" same_args openat
