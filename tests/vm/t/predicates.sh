#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the module leaves out because no rule can match it is nothing that a rule matches: the same things
# are done twice, with predicates and without, and raise the same alerts. Much is left out.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

# watch NAME CONDITION OUTPUT: one more rule
watch() {
	printf -- '- rule: %s\n  desc: %s\n  condition: %s\n  output: "%s %s"\n  priority: NOTICE\n' \
		"$1" "$1" "$2" "$1" "$3" >>"$T/rules.yaml"
}
O='evt.type in (open, openat, openat2)'
watch READ "$O and evt.is_open_read = true and fd.num >= 0 and fd.typechar = f and fd.name in (/etc/shadow, /etc/sudoers) and not proc.name in (su, sshd)" \
	'%fd.name %proc.name'
watch WRITE "$O and evt.is_open_write = true and fd.name startswith $T/w and not fd.name startswith $T/w/quiet" '%fd.name'
watch DIR "$O and fd.directory = $T/w and fd.filename startswith dir-" '%fd.filename %fd.directory'
watch END "$O and fd.name endswith .pem and evt.failed = false" '%fd.name'
watch FAIL "$O and evt.res = ENOENT and proc.name = cat" '%evt.res %fd.name'
watch DEEP "$O and fd.name startswith $T/w/d/eeee/eeee/eeee/eeee/eeee/eeee/eeee/eeee/eeee/eeee/eeee/x" '%fd.name'
watch USER "$O and user.uid = 65534 and proc.name = cat" '%fd.name'
watch COMM "$O and proc.name startswith fifteen-bytes and fd.name contains /w/" '%proc.name %fd.name'
watch UNLINK 'evt.type in (unlink, unlinkat) and proc.name = rm and evt.failed = false' '%fs.path.name'
watch CONN 'evt.type = connect and fd.sport in (4711, 4712) and fd.snet = 127.0.0.0/8' '%fd.sip:%fd.sport %fd.is_server'
watch UNIX 'evt.type = connect and fd.typechar = u and fd.name contains predicate' '%fd.name'
watch ACCEPT 'evt.type in (accept, accept4) and fd.sport = 4711' '%fd.sip:%fd.sport %fd.is_server'
watch DATA 'evt.type = write and fd.name startswith /dev/nu and evt.arg.size = 7' '%fd.name'
watch CHILD 'evt.type = execve and evt.dir = < and proc.name = tac and proc.pname = bash' '%proc.cmdline'
watch CWD "$O and proc.cwd startswith $T/w/cwd and fd.name endswith mark" '%proc.cwd %fd.name'

grep -qs . /etc/shadow || echo 'root:*:1:0:99999:7:::' >/etc/shadow
listening() { grep -q ':1267 .* 0A ' /proc/net/tcp; }
cp /bin/cat "$T/fifteen-bytes-x"
chmod 755 "$T"
# work: what some rule wants, and much more that none does
work() {
	local deep=$T/w/d/eeee/eeee/eeee/eeee/eeee/eeee/eeee/eeee/eeee/eeee/eeee server
	mkdir -p "$T/w" "$T/w/cwd" "$deep"
	for _ in $(seq 200); do : </dev/null; done
	cat /etc/shadow /etc/passwd >/dev/null
	echo x >"$T/w/told"
	echo x >"$T/w/quiet"
	echo x >"$T/w/dir-1"
	cat "$T/w/dir-1" "$T/w/none" "$T/w/told" >/dev/null 2>&1
	echo x >"$T/w/cert.pem"
	cat "$T/w/cert.pem" >/dev/null
	echo x >"$deep/x1"
	echo x >"$deep/y1"
	setpriv --reuid=65534 cat "$T/w/told" >/dev/null
	"$T/fifteen-bytes-x" "$T/w/told" >/dev/null
	(cd "$T/w/cwd" && echo x >mark)
	echo 123456 >/dev/null
	tac /dev/null
	busybox nc -l -p 4711 >/dev/null &
	server=$!
	wait_for 10 listening
	echo hello | busybox nc -w 300 127.0.0.1 4711
	wait $server
	bash -c ': >/dev/tcp/127.0.0.1/4712' 2>/dev/null
	rm -rf "$T/w"
	: >"$T/last-mark.pem"
}

# once NAME OPTION...: the alerts of all that, in order, without their time, in $T/NAME
once() {
	local name=$1
	shift
	start_falcoc -v -o rule_matching=all --dns-wait 0 --no-dns-queries "$@" -r "$T/rules.yaml" || return
	work
	expect_alert "$name: all of it was judged" "END $T/last-mark.pem"
	check "$name: falcoc ends well" stop_falcoc
	rm -f "$T/last-mark.pem"
	sed -E 's/^[0-9:.]+: //; s/:[0-9]{5}->/:PORT->/g; s/pid=[0-9]+//g' "$T/out" | sort >"$T/$name"
	cp "$T/err" "$T/$name.err"
}
filtered() { sed -nE 's/^Filtered by the kernel.*: ([0-9]+)$/\1/p' "$T/$1.err"; }
# of opens: programs that wait, and how many they are depends on the machine, open what no rule wants
records() { awk '/^   open(at|at2)?: [0-9]+, dropped / { n += $2 } END { print n + 0 }' "$T/$1.err"; }
adds_up() { ! grep -q 'does not add up' "$T/$1.err"; }
same() {
	[ "$(cat "$T/without")" = "$(cat "$T/with")" ] || { comm -3 "$T/without" "$T/with"; return 1; }
}

once without --no-predicates
once with
check "both raise the same $(wc -l <"$T/with") alerts" same
for rule in READ WRITE DIR END FAIL DEEP USER COMM UNLINK CONN ACCEPT DATA CHILD CWD; do
	check "rule $rule told something" grep -q "Notice $rule " "$T/with"
done
check "without predicates nothing is filtered" test -z "$(filtered without)"
check "with them events are filtered: $(filtered with), opens recorded $(records with) instead of $(records without)" \
	test "$(filtered with)" -gt 500
# two hundred of the work are of one file that no rule wants
check "and fewer are recorded" test $(($(records with) + 200)) -lt "$(records without)"
for name in with without; do check "$name: it adds up" adds_up $name; done
