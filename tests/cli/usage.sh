#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Arguments: what is wrong is said in one line, with status 2; help and version.
. "$(dirname "$0")/common"

# usage NAME TEXT ARG...
usage() {
	local name=$1 text=$2
	shift 2
	run "$@"
	expect "$name" 2 err "$text"
	[ "$(wc -l <err)" = 1 ] || verdict "$name" "more than one line"
}

usage "unknown option" "unknown option --frobnicate; 'falcoc help run' lists them" --frobnicate
usage "near option" "unknown option --jsno; did you mean --json?" --jsno
usage "near option of a command" "unknown option --formt; did you mean --format?" list --formt x
usage "unknown letter" "unknown option -Z" -Z
usage "letter behind another" "unknown option -Z" -vZ
usage "value missing" "option -r needs a value: RULES" -r
usage "long value missing" "option --dns-server needs a value" --dns-server
usage "value unwanted" "option --json takes no value" --json=yes
usage "near command" "did you mean 'validate'?" validat x
usage "unknown command" "there is no command 'xyzzy'" xyzzy
usage "argument that is no option" "what to do with 'rules.yaml'? Rules are given with -r" -v rules.yaml
usage "-M without number" "-M: error: duration_s is 0..4294967295, not 'ten'" -M ten
usage "-M too large" "0..4294967295, not '99999999999'" -M 99999999999
usage "-M below 0" "not '-1'" -M -1
usage "ring size in pieces" "--ring-size: error: engine.kmod.process_ring_size is auto|128K..512M (a power of two)|1..10 (presets), not ''" --ring-size 8M,
usage "ring size of process events" "128K..512M (a power of two)|1..10 (presets), not '3M'" --ring-size 8M,3M
usage "ring size of three" "not '1M,1M'" --ring-size 8M,1M,1M
usage "ring size, no preset" "1..10 (presets), not '11'" --ring-size 11
usage "preset of Falco" "-o: error: engine.kmod.buf_size_preset is 1..10, not '0'" -o engine.kmod.buf_size_preset=0
usage "interval of drops" "--drops-interval: error: syscall_event_drops.interval_ms is 1..3600000, not '0'" --drops-interval 0
for v in '' 'log,' '[log, alrt]' '[' 'log alert'; do
	usage "actions on drops '$v'" \
		"-o: error: syscall_event_drops.actions is [ignore|log|alert|exit, ...], not '" \
		-o "syscall_event_drops.actions=$v"
done
usage "actions on drops that exclude each other" "'ignore' does not go with others" \
	-o syscall_event_drops.actions=ignore,log
usage "a name server that is none" "--dns-server: error: dns.servers: '1.2.3.400' is not an address" \
	--dns-server 1.1.1.1,1.2.3.400 --dry-run -r /dev/null
usage "a port that is none" "'[::1]:99999' is not an address" --dns-server "[::1]:99999"
usage "threshold of drops" "-o: error: syscall_event_drops.threshold is 0..1, not '1.5'" \
	-o syscall_event_drops.threshold=1.5
usage "rate of drops" "-o: error: syscall_event_drops.rate is 0..1e+06, not '-1'" -o syscall_event_drops.rate=-1
usage "burst of drops" "-o: error: syscall_event_drops.max_burst is 1..1e+06, not 'nan'" \
	-o syscall_event_drops.max_burst=nan
usage "near key of drops" "did you mean 'syscall_event_drops.actions'?" -o syscall_event_drops.action=log
usage "ring size" "1..10 (presets), not '3M'" --ring-size 3M
usage "ring size too small" "128K..512M" --ring-size 4096
usage "snap length" "--snaplen: error: falco_libs.snaplen is 1..32768, not '80k'" --snaplen 80k
usage "snap length too big" "-S: error: falco_libs.snaplen is 1..32768" -S 32769
usage "snap length of nothing" "falco_libs.snaplen is 1..32768" --snaplen=0
usage "snap length as a key" "falco_libs.snaplen is 1..32768, not '-1'" -o falco_libs.snaplen=-1
usage "ring size too big" "128K..512M" --ring-size=99999999999999999999
usage "-o without value" "-o: error: 'json_output' is not of the form KEY=VALUE" -o json_output
usage "-o near key" "-o: error: unknown key 'json_ouput'; did you mean 'json_output'?" -o json_ouput=true
usage "-o unknown key" "-o: error: unknown key 'wbsrver'" -o wbsrver.enabled=true
usage "-o wrong value" "-o: error: json_output is true|false, not '1'" -o json_output=1
usage "-o matching" "-o: error: rule_matching is first|all, not 'some'" -o rule_matching=some
usage "-o priority" "-o: error: priority: 'loud' is not emergency, alert" -o priority=loud -r /dev/null
usage "list of nothing" "one of fields, events, operators, options, config, rules, macros, lists" list
usage "list of what is not" "one of fields, events, operators, options, config, rules, macros, lists" list ruels
usage "list format" "--format is text, markdown or json, not 'xml'" list fields --format xml
usage "format and names" "do not go together" --list --format json -N
usage "names without list" "--format and -N belong to" -N -V /dev/null
usage "heavy events as JSON" "--format and -N belong to" -i --format json
usage "names of heavy events" "--format and -N belong to" -i -N
usage "rules of fields" "-r, -c and -o do not go with them" list fields -r /dev/null
usage "format without list" "--format and -N belong to" --format json -r /dev/null
usage "two configurations" "one configuration file" -c a -c b
usage "help of what is not" "there is no command 'x'" help x

: >rules.yaml
for v in ignore log,alert '[log, alert]' '["exit"]' "['log','exit']"; do
	run -o "syscall_event_drops.actions=$v" --ring-size 128K,1M --dry-run -r rules.yaml
	expect "actions on drops $v" 0 err
done
run -o syscall_event_drops.rate=.03333 -o syscall_event_drops.threshold=.1 --ring-size 4,2 \
	-o engine.kmod.buf_size_preset=10 --dry-run -r rules.yaml
expect "presets and numbers" 0 err

run help --all
expect "the whole help" 0 out "Usage: falcoc" "--ring-size" "validate" "json_output=true|false" "Exit status:"
verdict "the whole help fits 100 columns" \
	"$(awk 'length > 100 { bad = 1 } END { print bad ? "a longer line" : "ok" }' out)"
run --help
expect "help" 0 out "Usage: falcoc" "validate" "Examples:"
cp out help1
run -h
verdict "-h is --help" "$(cmp -s out help1 && echo ok || echo differs)"
run help
verdict "help is --help" "$(cmp -s out help1 && echo ok || echo differs)"
# fits LINES FILE: a screen of that many, with 80 columns
fits() { awk -v lines="$1" 'length > 80 || NR > lines { bad = 1 } END { print bad ? "it is larger" : "ok" }' "$2"; }
verdict "help fits a screen" "$(fits 30 help1)"
for cmd in $("$FALCOC" help --commands); do
	run help "$cmd"
	expect "help $cmd" 0 out "Usage: falcoc $cmd"
	verdict "help $cmd fits a screen of the usual size" "$(fits 24 out)"
	case $cmd in
	help | version) ;;
	*) grep -q '^Examples:' out || verdict "help $cmd" "no examples" ;;
	esac
	cp out help2
	run help --all "$cmd"
	expect "help --all $cmd" 0 out "Usage: falcoc $cmd"
	[ "$cmd" = run ] && continue
	run "$cmd" --help
	verdict "$cmd --help is help $cmd" "$(cmp -s out help2 && echo ok || echo differs)"
done

# examples do what they say, where they can here
cat >rules.yaml <<'R'
- rule: Shell in a container
  desc: d
  condition: evt.type = execve and container.id != host and proc.name = sh
  output: o
  priority: NOTICE
R
cp rules.yaml my_rules.yaml
for cmd in validate list explain schema; do
	"$FALCOC" help $cmd | sed -n '/^Examples:/,$s/^  falcoc /falcoc /p' | sed 's/ *# .*//' >examples
	while read -r line; do
		[ "$line" = "falcoc validate" ] && continue
		(PATH=$(dirname "$FALCOC"):$PATH; eval "$line") >out 2>err </dev/null
		status=$?
		expect "example: $line" 0 err
	done <examples
	[ -s examples ] || verdict "examples of $cmd" "there are none"
done
run --version
expect "version" 0 out "falcoc "
grep -qE '^falcoc [0-9]+\.[0-9]+\.[0-9]+$' out || verdict "version" "not a version"

# an output that cannot be written is no success
"$FALCOC" --help >/dev/full 2>err
status=$?
expect "output full" 1 err "cannot write to the standard output"
finish
