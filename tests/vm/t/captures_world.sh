#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What rules ask for that no record tells is in a capture, too: containers as their engine tells of
# them, also where that comes later, users of a container's own files, users of the host that
# come while it is recorded, which file a path leads to, what became of DNS messages, and alerts that
# waited for the first answer for a name. The replay raises the live alerts, word by word, from a file
# that was recorded whole and from one that began in the middle; Debian's sysdig knows the containers.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/net.sh
. /falcoc/guest/net.sh

cat >"$T/rules.yaml" <<'R'
- rule: Contained
  desc: d
  condition: evt.type in (execve, execveat) and container.id != host and proc.name in (tac, comm, fold)
  output: "IN %proc.args id=%container.id name=%container.name image=%container.image.repository:%container.image.tag
    type=%container.type privileged=%container.privileged label=%container.label[who] mount=%container.mount.source[/data]
    user=%user.name group=%group.name incomplete=%container.incomplete"
  priority: NOTICE
- rule: Host
  desc: d
  condition: evt.type in (execve, execveat) and container.id = host and proc.name in (tac, comm, fold)
  output: "HOST %proc.args user=%user.name home=%user.homedir"
  priority: NOTICE
- rule: Same file
  desc: d
  condition: evt.type in (open, openat) and fd.samefile = /root/kept and not fd.name = /root/kept
  output: "SAMEFILE %fd.name by %proc.cmdline"
  priority: WARNING
- rule: Message
  desc: d
  condition: evt.type in (dns_query, dns_answer) and dns.name endswith .example
  output: "DNS %evt.type %dns.name refused=%dns.refused answers=%dns.answers"
  priority: NOTICE
- rule: Untrusted
  desc: d
  condition: evt.type = connect and fd.sport = 80 and not fd.sip.name in (slow.example, known.example)
  output: "UNTRUSTED %proc.cmdline to %fd.sip name=%fd.sip.name"
  priority: WARNING
- rule: Evil
  desc: d
  condition: evt.type = connect and fd.sport = 80 and fd.sip.name = evil.example
  output: "EVIL %proc.cmdline to %fd.sip"
  priority: WARNING
R
# unknown fields of this version would make the whole file an error: tell which
falcoc validate -c none "$T/rules.yaml" >"$T/valid" 2>&1 || cat "$T/valid"

net_up 10.99.0.15 10.99.0.16 10.99.0.21 10.99.0.22 || skip "no network namespace with web servers here"
dns_up || skip "no DNS server can be started here"
check "the DNS server has its names" dns_zone "10.99.0.15 slow.example" "10.99.0.16 known.example" "10.99.0.21 evil.example"
grep -q ' /sys/fs/cgroup cgroup2 ' /proc/mounts || mount -t cgroup2 none /sys/fs/cgroup
G=/sys/fs/cgroup
D=/var/lib/docker/containers
ids=(aaaaaaaaaaaa bbbbbbbbbbbb cccccccccccc)
tail=$(printf '%052x' 7)

# container ID NAME IMAGE: as Docker writes it down
container() {
	mkdir -p "$D/$1$tail"
	cat >"$D/$1$tail/config.v2.json" <<J
{"ID":"$1$tail","Name":"/$2","Config":{"Image":"$3","Labels":{"who":"$2 me"}},
 "Image":"sha256:$(printf '%064x' 9)",
 "MountPoints":{"/data":{"Source":"/srv/$2","Destination":"/data","RW":true,"Mode":"","Propagation":"rprivate"}}}
J
	echo '{"Privileged":true,"PidMode":"","NetworkMode":"default","IpcMode":"private"}' >"$D/$1$tail/hostconfig.json"
	mkdir -p "$G/docker-$1$tail.scope"
}

# inside ID USER COMMAND...: in its group, with mounts and users of its own
inside() {
	local id=$1 user=$2
	shift 2
	(
		echo $BASHPID >"$G/docker-$id$tail.scope/cgroup.procs"
		# shellcheck disable=SC2016  # of the inner shell
		exec unshare -m bash -c '
			mount --make-rprivate /
			echo "root:x:0:0::/root:/bin/sh
$1:x:0:0::/home:/bin/sh
mine-$1:x:4242:4242::/home:/bin/sh" >"$2.passwd"
			echo "grp-$1:x:4242:" >"$2.group"
			mount --bind "$2.group" /etc/group
			mount --bind "$2.passwd" /etc/passwd
			shift 2
			"$@"
		' bash "$user" "$T/$id" "$@"
	)
}

as_4242() { setpriv --reuid 4242 --regid 4242 --clear-groups "$@"; }
fetch() { curl -s -o /dev/null --max-time $((30 * PATIENCE)) "http://$1/?$2"; }

replay() { falcoc -c none -r "$T/rules.yaml" -o rule_matching=all --json -e "$2" >"$T/$1" 2>"$T/$1.err"; }
same() {
	busybox cmp -s "$1" "$2" && return
	wc -l "$1" "$2"
	busybox diff "$1" "$2" | head -20
	return 1
}

echo content >/root/kept
container "${ids[0]}" first quay.io/a/first:1
kill -STOP "$DNS_PID"
start_falcoc -c none -r "$T/rules.yaml" -o rule_matching=all --json -C 2 -w "$T/out.scap" --dns-wait 60000 || exit 1
# alerts that wait for a name: no longer than --dns-wait, nor than falcoc hopes for an answer to what it
# asked at its start; so before all else, for which a slow guest takes its time
fetch 10.99.0.15 one
fetch 10.99.0.22 two
fetch 10.99.0.21 three
kill -CONT "$DNS_PID"
expect_alert "what waited is told" 'EVIL curl .*/\?three'
expect_alert "and the other one" 'UNTRUSTED curl .*/\?two'
container "${ids[1]}" second docker.io/b/second
inside "${ids[0]}" alpha tac /nowhere-0
# falcoc waits for a moment until its users and its image are known, which a slow guest may take longer for
told_inside() {
	grep -qE 'IN /nowhere-1 /nowhere id=bbbbbbbbbbbb name=second image=docker.io/b/second:latest.* privileged=true label=second me mount=/srv/second.* user=mine-beta group=grp-beta' "$T/out"
}
known_inside() {
	inside "${ids[1]}" beta setpriv --reuid 4242 --regid 4242 --clear-groups comm /nowhere-1 /nowhere
	PATIENCE=1 wait_for 3 told_inside
}
check "live: name, image, users of a container" wait_for 30 known_inside
# a container of which nothing is known
mkdir -p "$G/docker-${ids[2]}$tail.scope"
inside "${ids[2]}" gamma tac /nowhere-2
tac /nowhere-host
echo "late:x:4343:4343:::/home/late:/bin/sh" >>/etc/passwd
late_user() {
	setpriv --reuid 4343 --regid 4343 --clear-groups fold /nowhere-late 2>/dev/null
	grep -q 'HOST /nowhere-late user=late' "$T/out"
}
check "a user who came is known" wait_for 30 late_user
ln -f /root/kept /root/other
cat /root/other >/dev/null
rm /root/kept
echo new >/root/kept
ln -f /root/kept /root/third
sees_third() { cat /root/third >/dev/null; grep -q 'SAMEFILE /root/third' "$T/out"; }
check "another file is the one that is kept" wait_for 30 sees_third
fetch http://known.example four
curl -s -o /dev/null --max-time $((10 * PATIENCE)) http://evil.example/five
expect_alert "messages are told" 'DNS dns_answer evil.example'
second=$T/out.scap1
# so much that another file begins, with all of these known
more() {
	local i
	for ((i = 0; i < 200; i++)); do : </root/third; done
	[ -e "$second" ]
}
check "another file begins" wait_for 120 more
inside "${ids[0]}" alpha tac /nowhere-again
inside "${ids[1]}" beta setpriv --reuid 4242 --regid 4242 --clear-groups fold /nowhere-again-1
cat /root/third >/dev/null
curl -s -o /dev/null --max-time $((10 * PATIENCE)) http://evil.example/six
expect_alert "the last of it is told" 'EVIL curl .*evil.example/six'
check "falcoc ends well" stop_falcoc
check "nothing was dropped" grep -q 'Events dropped: 0' "$T/err"
check "live: the unknown one" grep -qE 'IN /nowhere-2 id=cccccccccccc' "$T/out"
check "live: no alert of a name that was awaited" refused grep -q 'UNTRUSTED .*/?one' "$T/out"

: >"$T/replayed"
n=0
for f in $(find "$T" -name 'out.scap?' | sort); do
	check "$(basename "$f") is replayed" replay "part$n" "$f"
	cat "$T/part$n" >>"$T/replayed"
	n=$((n + 1))
done
check "there are several files" test "$n" -ge 2
# what waited when a file ended cannot be told of it: here nothing did
check "live alerts = replayed alerts, file by file" same "$T/out" "$T/replayed"
check "no notice about samefile" refused grep -q samefile "$T/part0.err"

if command -v sysdig >/dev/null; then
	sysdig -r "$second" -p '%proc.cmdline %container.id %container.name %container.image' evt.type=execve >"$T/theirs" 2>"$T/their.err"
	check "sysdig knows the containers" grep -q '^tac /nowhere-again aaaaaaaaaaaa first quay.io/a/first' "$T/theirs"
	grep nowhere "$T/theirs" | head -5
fi
[ "$FAILED" = 0 ] || { cat "$T/err"; head -50 "$T/out"; }
dns_down
net_down
