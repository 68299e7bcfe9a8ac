#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# selftest.sh: plants one fault at a time in a small tree and asks whether fast.sh tells it.
# Each case: the file, its content after the licence line, and a word of the complaint
# ("-": there must be none).
set -u
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

# tree: the smallest tree that passes
tree() {
	rm -rf "$tmp/t"
	mkdir -p "$tmp/t/kmod/uapi" "$tmp/t/lib/util" "$tmp/t/lib/event" "$tmp/t/lib/filter" \
		"$tmp/t/lib/rules" "$tmp/t/lib/dns" "$tmp/t/lib/engine" "$tmp/t/cli"
	for f in util/buf event/event filter/filter rules/rules dns/table engine/engine; do
		echo '/* SPDX-License-Identifier: Apache-2.0 */' >"$tmp/t/lib/$f.h"
	done
	echo '/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note OR MIT */' \
		>"$tmp/t/kmod/uapi/falcoc.h"
	echo '/* SPDX-License-Identifier: GPL-2.0-only */' >"$tmp/t/kmod/ring.h"
	echo '/* SPDX-License-Identifier: Apache-2.0 */' >"$tmp/t/cli/cli.h"
}

# t FILE CONTENT WORD
t() {
	tree
	case $1 in
	kmod/*.c) licence='// SPDX-License-Identifier: GPL-2.0-only' ;;
	*.c) licence='// SPDX-License-Identifier: Apache-2.0' ;;
	*.h) licence='/* SPDX-License-Identifier: Apache-2.0 */' ;;
	*) licence='# SPDX-License-Identifier: Apache-2.0' ;;
	esac
	# shellcheck disable=SC2059  # the escapes in the cases are meant
	{
		[ "$3" = "should open with" ] || echo "$licence"
		printf "$2\n"
	} >"$tmp/t/$1"
	out=$("$here/fast.sh" "$tmp/t" 2>&1)
	status=$?
	if [ "$3" = - ] && [ $status = 0 ]; then
		passed=$((passed + 1))
	elif [ "$3" != - ] && [ $status = 1 ] && echo "$out" | grep -q "^$1:.*$3"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL: $1 with '$2', wanted '$3', got:"
		echo "$out"
	fi
}

long_function() {
	printf 'int f(void)\\n{\\n'
	i=0
	while [ $i -lt 120 ]; do
		printf '\\tx();\\n'
		i=$((i + 1))
	done
	printf '}'
}

# who may include whom
t lib/filter/a.c '#include "filter/filter.h"\n#include "event/event.h"\n#include <yaml.h>' -
t lib/filter/a.c '#include "rules/rules.h"' 'may not include'
t lib/dns/a.c '#include "event/event.h"' 'may not include'
t lib/util/a.c '#include "dns/table.h"' 'may not include'
t lib/util/a.c '#include "buf.h"' 'not of the form'
t lib/util/a.c '#include "../util/buf.h"' 'not of the form'
t lib/util/a.c '#include <util/buf.h>' 'belongs in quotes'
t lib/util/a.c ' #  include\t"falcoc.h"' 'does not read records'
t lib/event/a.c '#include "falcoc.h"\n#include "util/buf.h"' -
t lib/event/a.c '#include <falcoc.h>' 'belongs in quotes'
t lib/util/a.c '/* #include "dns/table.h" */\n// #include "dns/table.h"\n/*\n#include "x/y.h"\n*/' -
t cli/a.c '#include <stdio.h>\n#include <sys/stat.h>\n#include "cli.h"\n#include "engine/engine.h"' -
t cli/a.c '#include "rules/rules.h"' 'includes only'
t cli/a.c '#include <yaml.h>' 'C library'
t kmod/a.c '#include <linux/fs.h>\n#include "ring.h"\n#include "falcoc.h"' -
t kmod/a.c '#include <stdio.h>' 'kernel'
t kmod/a.c '#include "util/buf.h"' 'kernel'
t kmod/a.c '#include "../lib/util/buf.h"' 'kernel'

# licences
t lib/util/a.c 'int a;' 'should open with'
t kmod/a.h 'int a;' 'should open with'
t cli/run.sh '#!/bin/sh' 'should open with'

# calls
t lib/util/a.c 'void f(void)\n{\n\tprintf("x");\n}' 'never prints'
t lib/util/a.c 'void f(void)\n{\n\tfprintf(stderr, "x");\n}' 'never prints'
t lib/util/a.c 'void f(void)\n{\n\texit(1);\n}' 'never ends'
t lib/util/a.c 'void f(void)\n{\n\tsnprintf(b, 1, "printf(abort())");\n\tbuf_printf(b);\n}' -
t lib/util/a.c 'void f(void)\n{\n\tc->exit(1);\n\tproc_exit(1);\n}' -
t cli/a.c 'void f(void)\n{\n\tprintf("x");\n\texit(0);\n}' -
t cli/a.c 'void f(void)\n{\n\tstrcpy(a, b);\n}' 'not bounded'
t lib/util/a.c 'void f(void)\n{\n\tpthread_create(a, b);\n}' 'thread_start'
t lib/util/a.c '/* TO''DO */' 'unfinished'
t lib/util/a.c 'int a; ' 'blank at the end'
t lib/util/a.c "$(printf '%0120d' 0)" 'columns'

# lengths
t lib/util/a.c "$(long_function)" '120 is the most'

if [ $failed = 0 ]; then
	echo "PASS: the checks tell what they are for ($passed cases)"
else
	echo "FAIL: the checks miss $failed of $((passed + failed)) cases"
	exit 1
fi
