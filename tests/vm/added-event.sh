#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# added-event.sh [KERNEL]: does what kmod/HOWTO_ADD_EVENT.md says to a copy of the tree, with a call
# that does not exist (number 400: an open file and a string), and watches it with a rule.
# Prints PASS and FAIL lines. Exit status 77, and a line why, if the kernel cannot be had.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

KERNEL=${1:-6.1}
COPY=$TOP/build/added-event

# before FILE LINE TEXT: puts text before the only line that begins so
before() {
	AT=$2 TEXT=$3 awk 'index($0, ENVIRON["AT"]) == 1 { print ENVIRON["TEXT"]; n++ } { print }
		END { exit n != 1 }' "$1" >"$1.new" || die "$1: not one line that begins with $2"
	mv "$1.new" "$1"
}

copy() {
	rm -rf "$COPY"
	mkdir -p "$COPY"
	(cd "$TOP" && tar -cf - --exclude=./build --exclude='./build-*' --exclude=./.git .) | tar -xf - -C "$COPY"
	# what does not depend on the list of events need not be built again
	cp -a "$TOP/build" "$COPY/build.old" 2>/dev/null || true
	rm -rf "$COPY/build.old/added-event"
	[ ! -d "$COPY/build.old" ] || mv "$COPY/build.old" "$COPY/build"
}

# step 1 to 3 of the page
add() {
	before "$COPY/kmod/uapi/falcoc_events.h" 'EV(UNKNOWN' \
		"EV(MADEUP, madeup, MAIN, OTHER, FALCOC_T_FD, madeup, P(res, ERRNO, RES, NONE) \\
   P(fd, FD, ARG0, NONE) P(text, CHARBUF, TEXT0, NONE) P(number, UINT32, ARG2, NONE)) \\"
	before "$COPY/kmod/syscall_table.c" '	/* x32 has' '	S(400, MADEUP)'
	cat >>"$COPY/kmod/record_ctl.c" <<'C'

void record_madeup(struct record *record, const struct call *call)
{
	attr_fd(record, call->arg[0], NULL);
	attr_text(record, FALCOC_A_TEXT0, call->arg[1]);
}
C
}

# what runs in the guest
script() {
	cat <<'S'
. /falcoc/guest/lib.sh
cat >"$T/rules.yaml" <<'Y'
- rule: MADEUP
  desc: a call that does not exist
  condition: evt.type = madeup and evt.arg.text = hello
  output: "MADEUP %evt.res %fd.name %evt.arg.text %evt.arg.number"
  priority: NOTICE
Y
start_falcoc -r "$T/rules.yaml" || exit 1
perl -e 'open(F, "<", "/etc/passwd"); $text = "hello"; syscall(400, fileno(F), $text, 17)'
expect_alert "an event that was added, with its file and parameters" 'MADEUP ENOSYS /etc/passwd hello 17'
check "falcoc ends well" stop_falcoc
exit $FAILED
S
}

copy
add
"$COPY/tests/vm/buildmod.sh" "$KERNEL" >/dev/null 2>&1 || die "does not build: see $COPY"
echo "PASS a module with an added event builds without warnings"
make -s -C "$COPY" all >/dev/null
script >"$COPY/added.sh"
rc=0
"$COPY/tests/vm/run.sh" --kernel "$KERNEL" "$COPY/added.sh" || rc=$?
[ "$rc" -lt 124 ] || echo "FAIL kernel $KERNEL: the guest did not reach the end"
rm -rf "$COPY"
exit "$rc"
