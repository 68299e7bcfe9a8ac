// SPDX-License-Identifier: Apache-2.0
/*
 * examples.c - what the help of each command shows: a command line, and what it does
 *
 * tests/cli/usage.sh runs those of commands that need neither the module nor a capture.
 */
#include "cli.h"

const char *const run_examples[] = {
	"falcoc -r rules.yaml", "alerts of these rules on the terminal, until Ctrl-C",
	"falcoc --json -M 600 >alerts.json", "ten minutes, an object a line",
	"falcoc -r rules.yaml -e trace.scap", "judge what was recorded, as a check of rules",
	NULL
};

const char *const daemon_examples[] = {
	"systemctl enable --now falcoc", "the service, now and at each boot",
	"systemctl reload falcoc", "rules and configuration read again, at once",
	NULL
};

const char *const status_examples[] = {
	"falcoc status", "how the service is, and whether its rules are those of the files",
	"falcoc status --json | jq .counters", "all counters",
	NULL
};

const char *const validate_examples[] = {
	"falcoc validate", "the configuration and the rules that it names",
	"falcoc validate my_rules.yaml", "these rules alone, on any machine",
	NULL
};

const char *const list_examples[] = {
	"falcoc list fields", "what conditions and outputs may use",
	"falcoc list config --format markdown", "every key of the configuration",
	"falcoc list rules -N -r rules.yaml", "names of rules",
	NULL
};

const char *const explain_examples[] = {
	"falcoc explain -r rules.yaml 'Shell in a container'", "what becomes of it, and what it costs",
	NULL
};

const char *const eval_examples[] = {
	"falcoc eval 'proc.name = bash and evt.type = execve' -e trace.scap", "how often that was so",
	NULL
};

const char *const record_examples[] = {
	"falcoc record -w trace.scap -z -M 60", "a minute of all events, compressed",
	"falcoc record -w trace.scap -C 100 -W 5 'evt.type = connect'", "the last 500 MB of connections",
	NULL
};

const char *const dns_examples[] = {
	"falcoc dns", "the whole table",
	"falcoc dns --explain 203.0.113.9", "why this address has its names",
	"falcoc dns --check rules.yaml", "what the names of these rules resolve to now",
	NULL
};

const char *const doctor_examples[] = {
	"falcoc doctor", "all of it, a line each",
	"falcoc doctor --json", "for a program",
	NULL
};

const char *const alerts_examples[] = {
	"falcoc alerts --since yesterday --priority warning", "what mattered since",
	"falcoc alerts --follow", "new ones as they come",
	NULL
};

const char *const show_examples[] = {
	"falcoc show 1234", "the alert of this number, with all its fields",
	NULL
};

const char *const report_examples[] = {
	"falcoc report --since yesterday --until today", "what happened yesterday",
	"falcoc report --format html --output report.html", "a page of its own, to be looked at or printed",
	"falcoc report --checkpoint /var/lib/falcoc/report.mark --quiet-if-empty", "what is new since the "
	"last time, or nothing",
	NULL
};

const char *const schema_examples[] = {
	"falcoc schema template >falcoc.yaml", "every key with its default, to fill in",
	NULL
};

const char *const completion_examples[] = {
	"falcoc completion bash >/etc/bash_completion.d/falcoc", "for all users of bash",
	"falcoc completion fish | source", "for this shell",
	NULL
};
