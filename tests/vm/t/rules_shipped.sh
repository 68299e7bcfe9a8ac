#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The rules that falcoc ships, each triggered for real, and beside it what must stay quiet.
# Programs that play a part (nginx, dpkg) are copies of bash and cat under its name.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/net.sh
. /falcoc/guest/net.sh

net_up 10.99.0.16 10.99.0.21 fd99::21 203.0.113.66 2001:db8::66 ||
	skip "no network namespace with web servers can be made here"
dns_up || skip "no DNS server can be started here"
check "the DNS server has its names" dns_zone "10.99.0.16 google.com" "10.99.0.21 evil.example"

mkdir -p /etc/quiet.d /var/log
touch /etc/quiet.d/known /var/log/told.log /var/log/emptied.log /var/log/rotated.log
grep -qs . /etc/shadow || echo 'root:*:1:0:99999:7:::' >/etc/shadow
modprobe -r dummy 2>/dev/null
for part in nginx dpkg; do cp /bin/bash "$T/$part"; done
cp /bin/cat "$T/su"
cp /bin/cat /usr/bin/sddm-helper
cp /bin/rm "$T/logrotate"
# busybox has its own idea of which of its programs it is
cp /bin/true "$T/program"

start_falcoc -r /falcoc/rules || exit 1

# Each is shown by a file or word of its own, so that one alert is never taken for another's.
fetch() { curl -s -o /dev/null --max-time $((10 * PATIENCE)) "$@"; }

fetch http://google.com/
fetch http://evil.example/
expect_alert "a connection to a domain that is not trusted" \
	'Notice Connection to a domain that is not trusted .*connection=.*->10\.99\.0\.21:80 command=curl .*evil.example'
expect_alert "a web fetch program" \
	'Notice A web fetch program was started .*evil.example/ program=/usr/bin/curl parent=bash'
fetch 'http://[fd99::21]/'
expect_alert "the same over IPv6" 'not trusted .*->fd99::21:80 '
fetch http://203.0.113.66/
expect_alert "a connection to a watched address" \
	'Warning Connection to a watched address \(connection=.*->203\.0\.113\.66:80 protocol=tcp command=curl '
fetch 'http://[2001:db8::66]/'
expect_alert "a connection to a watched address of IPv6" 'watched address .*->2001:db8::66:80 '
bash -c ': </dev/tcp/10.99.0.21/80'
expect_alert "a connection of a shell" \
	'Warning A shell opened a connection .*->10\.99\.0\.21:80 protocol=tcp command=bash -c '

"$T/nginx" -c "bash -c 'exit 0'; :"
expect_alert "a shell started by a network service" \
	'Warning A network service started a shell \(service=nginx command=bash -c exit 0 '

cat /etc/shadow >/dev/null
expect_alert "a sensitive file read" 'Warning A sensitive file was read \(file=/etc/shadow command=cat '
"$T/su" /etc/shadow >/dev/null
expect_alert "a sensitive file read by what only has a trusted name" \
	'sensitive file .*file=/etc/shadow command=su '

: >/etc/told
expect_alert "a file written below /etc" 'Warning A file below /etc was written \(file=/etc/told '
echo x >"$T/moved"
mv "$T/moved" /etc/moved
expect_alert "a file moved below /etc" 'below /etc was written .*/etc/moved'
cp "$T/program" /usr/bin/told
expect_alert "a file written where programs lie" \
	'Warning A program file was written \(file=/usr/bin/told .*command=cp '

chmod u+s "$T/program"
expect_alert "a file made set-user-ID" \
	"Notice A file became set-user-ID or set-group-ID .*$T/program.* mode=.*S_ISUID.*command=chmod "

rm /var/log/told.log
expect_alert "a log deleted" 'Warning A log file was deleted or emptied \(file=/var/log/told.log event=unlink'
: >/var/log/emptied.log
expect_alert "a log emptied" 'deleted or emptied \(file=/var/log/emptied.log event=open'

modprobe dummy
expect_alert "a module loaded" 'Warning A kernel module was loaded .*command=modprobe .*dummy'

# What must stay quiet. The last of it is a connection that is told, so all before it was judged.
BEFORE=$(wc -l <"$T/out")
cat /etc/quiet.d/known /etc/passwd >/dev/null
sddm-helper /etc/shadow >/dev/null
echo x >>"$T/ordinary"
"$T/dpkg" -c "echo x >/etc/quiet.d/packaged; cp $T/program /usr/bin/packaged; chmod u+s /usr/bin/packaged; :"
"$T/logrotate" /var/log/rotated.log
echo x >>/var/log/emptied.log
chmod 755 "$T/ordinary"
bash -c "bash -c 'exit 0'; :"
busybox nc -l -p 7777 >/dev/null &
listener=$!
listening() { grep -q ':1E61 ' /proc/net/tcp; }
wait_for 10 listening
bash -c 'echo x >/dev/tcp/127.0.0.1/7777'
wait $listener
bash -c 'echo x >/dev/udp/10.99.0.53/53'
fetch http://google.com/
rm /etc/told
fetch http://10.99.0.21/?last
expect_alert "everything was judged" 'not trusted .*\?last'
tail -n "+$((BEFORE + 1))" "$T/out" | grep -v 'web fetch program\|?last' >"$T/noise"
only_quiet() { [ ! -s "$T/noise" ] || { cat "$T/noise"; return 1; }; }
check "what is usual raised no alert" only_quiet
check "a trusted domain raised no alert" test "$(alerts 'not trusted .*->10\.99\.0\.16:')" = 0
check "name servers raised no alert" test "$(alerts '(not trusted|shell opened).*:53 ')" = 0

ends_well() { stop_falcoc || { echo "status $?"; cat "$T/err"; return 1; }; }
check "falcoc ends well" ends_well
rm -f /etc/moved /usr/bin/told /usr/bin/packaged /usr/bin/sddm-helper
modprobe -r dummy
net_down
