#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The process table in a live kernel: images and ancestors of a chain of forks and execs, of a
# process that was there before us, of what an ended parent left behind, and its bound in numbers.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

cat >"$T/rules.yaml" <<'R'
- macro: marked
  condition: evt.type in (open, openat) and fd.name startswith /tmp/mark-
- rule: Mark
  desc: whoever opens a marked file
  condition: marked
  output: >
    MARK %fd.name pid=%proc.pid ppid=%proc.ppid [%proc.cmdline] [%proc.exepath] [%proc.cwd]
    1=%proc.aname[1] 2=%proc.aname[2] 3=%proc.aname[3] 4=%proc.aname[4] p=[%proc.pcmdline]
    user=%user.name sid=%proc.sid
  priority: NOTICE
R

me=$(cat /proc/$$/comm)
for p in one two three; do cp "$(command -v bash)" "$T/$p"; done
touch /tmp/mark-{cd,before,chain,fork,orphan,orphan2,kept,thread}

# a process that is there before falcoc is
mkdir "$T/home"
mkfifo "$T/go" "$T/end"
(
	cd "$T/home" || exit
	# shellcheck disable=SC2016  # the inner shell's words
	exec -a old "$T/one" -c 'read -r _ <"$1"; : </tmp/mark-before; read -r _ <"$2"' zero "$T/go" "$T/end"
) &
old=$!

start_falcoc -r "$T/rules.yaml" || exit 1

(cd "$T/home" && : </tmp/mark-cd)
expect_alert "a directory that was changed without an exec" "MARK /tmp/mark-cd .* \[$T/home/?\] 1="
echo >"$T/go"
expect_alert "a process from before us: image, arguments, directory from /proc" \
	"MARK /tmp/mark-before pid=$old ppid=$$ \[one -c .* zero $T/go $T/end\] \[$T/one\] \[$T/home/?\] 1=$me "
echo >"$T/end"

"$T/one" -c "$T/two -c '$T/three -c \"cat /tmp/mark-chain; true\"; true'; true"
expect_alert "a chain of execs: each ancestor has its own name" \
	"MARK /tmp/mark-chain .* \[cat /tmp/mark-chain\] \[/usr/bin/cat\] .* 1=three 2=two 3=one 4=$me p=\[three -c .* user=root"

"$T/one" -c '(: </tmp/mark-fork); true' arg
expect_alert "a fork without exec has its parent's image" \
	"MARK /tmp/mark-fork .* \[one -c .* arg\] \[$T/one\] .* 1=one 2=$me "

# three and two end at once; what they leave behind waits for that, then opens files
# shellcheck disable=SC2016
"$T/two" -c '"$0"/three -c "(while [ -d /proc/\$\$ ]; do :; done; : </tmp/mark-orphan
	cat /tmp/mark-orphan2; true) &"; true' "$T"
expect_alert "an orphan's parent is the one that took it in" \
	'MARK /tmp/mark-orphan pid=[0-9]+ ppid=1 .* 1=[^ ]+ 2=<NA> '
expect_alert "and of its child's ancestors the ended one is remembered" \
	"MARK /tmp/mark-orphan2 .* 1=three 2=three 3=two 4=$me "

wait "$old"
check "falcoc ends well" stop_falcoc
[ "$FAILED" = 0 ] || cat "$T/err"
