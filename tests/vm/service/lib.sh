# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# falcoc installed as a service. Sourced after guest/lib.sh.
#
#	service_install [LINE...]	the unit, with these lines in its [Service]; a configuration without rules
#	rule NAME MARK [DIR]	a rule in rules.d, or DIR, that tells of programs with this argument
#	property NAME		what systemd says of the service
#	post_server FILE	what is posted to http://127.0.0.1:8099/cgi-bin/post goes to its end, a line each
#				($HTTP is its pid)
#	told RULE [TEXT]	how many alerts of the rule, with that text, the journal holds

# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

service_install() {
	local line
	rm -rf /etc/falcoc
	sed 's|@BIN@|/falcoc/bin|' /falcoc/service/falcoc.service.in >/etc/systemd/system/falcoc.service
	mkdir -p /etc/systemd/system/falcoc.service.d /etc/falcoc/rules.d /var/lib
	{
		echo '[Service]'
		for line; do echo "$line"; done
	} >/etc/systemd/system/falcoc.service.d/test.conf
	cat >/etc/falcoc/falcoc.yaml <<-'C'
		config_files: []
		rules_files: [/etc/falcoc/rules.d]
		dns: {queries: false}
	C
	systemctl daemon-reload
}

# written at once, as an editor does that saves: never half of it is there
rule() {
	cat >"/etc/falcoc/.new" <<-R
		- rule: $1
		  desc: programs with an argument
		  condition: evt.type = execve and proc.args startswith "$2"
		  output: $1 saw %proc.args
		  priority: NOTICE
	R
	mv /etc/falcoc/.new "${3:-/etc/falcoc/rules.d}/$1.yaml"
}

post_server() {
	mkdir -p "$T/www/cgi-bin"
	cat >"$T/www/cgi-bin/post" <<-P
		#!/bin/sh
		{ head -c "\$CONTENT_LENGTH" && echo; } >>$1
		printf 'Content-Type: text/plain\r\n\r\ngot %s' "\$CONTENT_LENGTH"
	P
	chmod 755 "$T" "$T/www/cgi-bin/post"
	busybox httpd -f -p 127.0.0.1:8099 -h "$T/www" &
	# shellcheck disable=SC2034  # for who called
	HTTP=$!
	wait_for 30 curl -s -o /dev/null http://127.0.0.1:8099/ || fail "the HTTP server starts"
}

property() { systemctl show -p "$1" --value falcoc; }
is() { [ "$(property "$1")" = "$2" ]; }
says() { property StatusText | grep -q -- "$1"; }

told() {
	journalctl -q -o json "FALCOC_RULE=$1" 2>/dev/null | grep -c -- "${2:-.}"
}
is_told() { [ "$(told "$@")" -ge 1 ]; }

# the journal, and what became of the service
dump() {
	systemctl status falcoc --no-pager 2>&1 | head -40 | cut -c1-300
	journalctl -q -u falcoc --no-pager 2>&1 | tail -40 | cut -c1-300
}
fail() {
	echo "FAIL $NAME: $*"
	FAILED=1
	dump
}
