#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The core of it, on every kernel: what processes do to files, to the network and to themselves is
# recorded and judged, each with what the kernel knows of it; then the module unloads.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

# watch NAME CONDITION OUTPUT: one more rule
watch() {
	printf -- '- rule: %s\n  desc: %s\n  condition: %s\n  output: "%s %s"\n  priority: NOTICE\n' \
		"$1" "$1" "$2" "$1" "$3" >>"$T/rules.yaml"
}
COMMON='pid=%proc.pid name=%proc.name parent=%proc.pname user=%user.name res=%evt.res'
watch EXEC 'evt.type = execve and evt.dir = < and proc.name = tac' "$COMMON line=%proc.cmdline exe=%proc.exepath"
watch OPEN 'evt.type in (open, openat, openat2) and fd.name startswith /tmp/watched' "$COMMON file=%fd.name type=%evt.type"
watch UNLINK 'evt.type in (unlink, unlinkat) and evt.arg.name contains watched' "$COMMON"
watch RENAME 'evt.type in (rename, renameat, renameat2) and proc.name = mv' "$COMMON"
watch MKDIR 'evt.type in (mkdir, mkdirat) and proc.name = mkdir' "$COMMON"
watch CHMOD 'evt.type in (chmod, fchmodat, fchmodat2) and proc.name = chmod' "$COMMON"
watch CONN 'evt.type = connect and fd.sport = 4711' "$COMMON fd=%fd.name type=%fd.type l4=%fd.l4proto"
watch LISTEN 'evt.type = listen and proc.name = busybox' "$COMMON"
watch ACCEPT 'evt.type in (accept, accept4) and fd.sport = 4711' "$COMMON fd=%fd.name"
watch KILL 'evt.type = kill and proc.name = kill' "$COMMON"
watch EXIT 'evt.type = procexit and proc.name = tac' 'name=%proc.name'

start_falcoc -v -r "$T/rules.yaml" || exit 1

tac /dev/null
expect_alert "an exec, with its command line and image" \
	'EXEC pid=[0-9]+ name=tac parent=bash user=root .*line=tac /dev/null exe=/usr/bin/tac'
tac /dev/null
expect_alert "an exit" 'EXIT name=tac'

echo hello >/tmp/watched-1
expect_alert "an open, with the file's path" 'OPEN .*file=/tmp/watched-1 type=openat'
ln -s watched-1 /tmp/alias
cat /tmp/alias >/dev/null
expect_alert "an open through a link, with the path that it led to" 'OPEN .*name=cat .*file=/tmp/watched-1'
# the alias was the first
cat_twice() { [ "$(alerts 'OPEN .*name=cat .*file=/tmp/watched-1 ')" -ge 2 ]; }
(cd / && cat tmp/../tmp/watched-1 >/dev/null)
check "an open by a crooked path has the straight one" wait_for 20 cat_twice
cat /tmp/watched-none 2>/dev/null
expect_alert "an open that fails, with its error" 'OPEN .*res=ENOENT file=/tmp/watched-none'
mv /tmp/watched-1 /tmp/watched-2
expect_alert "a rename" 'RENAME .*name=mv .*res=SUCCESS'
chmod 600 /tmp/watched-2
expect_alert "a chmod" 'CHMOD .*name=chmod .*res=SUCCESS'
rm -f /tmp/watched-2 /tmp/alias
expect_alert "an unlink" 'UNLINK .*name=rm .*res=SUCCESS'
mkdir /tmp/watched-dir
expect_alert "a mkdir" 'MKDIR .*name=mkdir .*res=SUCCESS'
rmdir /tmp/watched-dir

busybox nc -l -p 4711 >/dev/null &
server=$!
expect_alert "a listen" 'LISTEN .*res=SUCCESS'
echo hello | busybox nc -w 300 127.0.0.1 4711
expect_alert "a connection, with both ends" 'CONN .*fd=127.0.0.1:[0-9]+->127.0.0.1:4711 type=ipv4 l4=tcp'
expect_alert "an accept, with the same ends" 'ACCEPT .*fd=127.0.0.1:[0-9]+->127.0.0.1:4711'
wait $server

sleep 600 &
/bin/kill -TERM $!
expect_alert "a kill" 'KILL .*name=kill .*res=SUCCESS'

check "rmmod is refused while falcoc runs" refused rmmod falcoc 2>/dev/null
check "falcoc ends well" stop_falcoc
check "everything that was produced was delivered or dropped" \
	grep -qE '^Records: produced [1-9][0-9]* = delivered [0-9]+ \+ dropped [0-9]+ \+ unread [0-9]+$' "$T/err"
grep -E '^Records|does not add up' "$T/err"
check "then the module unloads" unload_module
