// SPDX-License-Identifier: Apache-2.0
/*
 * main.c - the commands, and which one is meant
 */
#include "cli.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* of commands that have no others */
static const struct option plain_options[] = {
	{ 'h', "help", NULL, "show this help", SETS(help) },
	{ 0 },
};

const struct command commands[] = {
	{
		.name = "run",
		.args = "[-r RULES]...",
		.summary = "watch this machine and tell what the rules match (the default)",
		.text = "Alerts go to the standard output as they happen, everything else to the standard\n"
			"error. Ctrl-C, SIGTERM or the time of -M ends it with a summary.\n",
		.brief = "r c o e w M json v h",
		.examples = run_examples,
		.options = run_options,
		.keys = true,
		.statuses = "01234567",
		.run = run_command,
	},
	{
		.name = "daemon",
		.args = "[-r RULES]...",
		.summary = "the same as a service, with rules read again when they change",
		.text = "Alerts go to the journal and into the store unless the configuration says otherwise. Rules\n"
			"and configuration are read again on SIGHUP and when their files change; what has errors\n"
			"changes nothing. As long as the module is not there it waits for it.\n",
		.brief = "r c o policy actions h",
		.examples = daemon_examples,
		.options = daemon_options,
		.keys = true,
		.statuses = "012345",
		.run = daemon_command,
	},
	{
		.name = "validate",
		.args = "[RULES...]",
		.summary = "check rules files and the configuration: all errors at once",
		.text = "Without RULES: the configuration, and the rules files that it names. With RULES: these, and\n"
			"the configuration only where -c names one.\n"
			"Files are read in the order given, as one set of rules; a directory stands for the\n"
			"*.yaml and *.yml in it. All errors are told at once. Needs no module and no root.\n",
		.examples = validate_examples,
		.options = validate_options,
		.statuses = "0123",
		.run = validate_command,
	},
	{
		.name = "list",
		.args = "fields | events | operators | options | config | rules | macros | lists",
		.summary = "show what rules and configuration may use, or what rules files hold",
		.text = "Fields, events, operators, options and keys of the configuration are falcoc's own. Rules, macros\n"
			"and lists are those of the files that -r names, or else the configuration.\n",
		.examples = list_examples,
		.options = list_options,
		.statuses = "0123",
		.run = list_command,
	},
	{
		.name = "explain",
		.args = "[-r RULES]... RULE",
		.summary = "show what becomes of a rule: condition, events, what it costs",
		.text = "The condition with its macros and lists in place, the events that the kernel records for it, and what\n"
			"of it the kernel looks at before it makes a record.\n",
		.examples = explain_examples,
		.options = explain_options,
		.statuses = "0123",
		.run = explain_command,
	},
	{
		.name = "eval",
		.args = "CONDITION -e FILE",
		.summary = "try a condition on the events of a capture, and count them",
		.text = "Tells how many of the events that was; --print shows them. Status 8 where there was none.\n",
		.examples = eval_examples,
		.options = eval_options,
		.statuses = "0123678",
		.run = eval_command,
	},
	{
		.name = "record",
		.args = "-w FILE [FILTER]",
		.summary = "record events into a capture file (.scap), for falcoc -e and sysdig",
		.text = "FILTER is a condition of the rules' language: what it is not true of is not recorded, as\n"
			"far as the kernel can tell not even made. Without it all events are. Ctrl-C, SIGTERM\n"
			"or the time of -M ends it; the file is whole then, and whole up to the last half second\n"
			"if it is killed.\n",
		.brief = "w z C G W c M h",
		.examples = record_examples,
		.options = record_options,
		.keys = true,
		.statuses = "012345",
		.run = record_command,
	},
	{
		.name = "dns",
		.args = "[--explain ADDRESS|NAME | --check RULES]",
		.summary = "show the names known of addresses, and those that rules mention",
		.text = "The table is the one that the running falcoc keeps on disk, and the hosts file: as of\n"
			"its start, its end, or up to five minutes ago. Needs the right to read that file.\n",
		.examples = dns_examples,
		.options = dns_options,
		.statuses = "0123",
		.run = dns_command,
	},
	{
		.name = "doctor",
		.args = "[-r RULES]...",
		.summary = "check what falcoc needs here, and say what mends what is missing",
		.text = "A line for each thing: ok, warning or FAILURE, with the command that mends it. Changes\n"
			"nothing. Exit status 0 where falcoc can run, 1 where it cannot.\n",
		.examples = doctor_examples,
		.options = doctor_options,
		.statuses = "012",
		.run = doctor_command,
	},
	{
		.name = "alerts",
		.args = "[OPTION...] ['CONDITION']",
		.summary = "show alerts that were stored (alert_store.enabled)",
		.text = "Needs the right to read the database. Times are local; in JSON and CSV they are UTC.\n"
			"The condition is one of the language of rules, without macros and lists, such as\n"
			"'proc.name = curl and fd.sip.name endswith .test'. It sees what was stored: fields that the\n"
			"outputs of rules name, and who, where and with whom; it tells of a field that was not.\n",
		.brief = "since until rule priority n f format h",
		.examples = alerts_examples,
		.options = alerts_options,
		.statuses = "0123",
		.run = alerts_command,
	},
	{
		.name = "show",
		.args = "NUMBER",
		.summary = "show a stored alert with all there is",
		.text = "Its number is what 'falcoc alerts' and reports show. Needs the right to read the database.\n",
		.examples = show_examples,
		.options = show_alert_options,
		.statuses = "0123",
		.run = show_alert_command,
	},
	{
		.name = "report",
		.args = "[OPTION...]",
		.summary = "report on what was stored: coverage, alerts, what is new",
		.text = "Exit status: 0 made, or nothing to say; 3 an alert at least as urgent as --fail-on; 4 coverage was\n"
			"lost; 1, 2, 10, 11, 12 there is no report.\n",
		.more = "Reads nothing from the standard input, and is of no locale. Coverage was lost where falcoc did\n"
			"not run all the time (but for restarts of a minute, see --max-restart), or events were\n"
			"dropped. There is no report for wrong arguments (1), where something could not be read or\n"
			"written (2), where the checkpoint makes no sense (10), cannot be written or is in use (11), or\n"
			"is of another store (12).\n",
		.brief = "since until format fail-on checkpoint quiet-if-empty output h",
		.examples = report_examples,
		.options = report_options,
		.usage_is_1 = true,
		.run = report_command,
	},
	{
		.name = "status",
		.args = "[--json]",
		.summary = "show how the running service is: rules, events, losses, tables",
		.text = "Exit status 0 where it records by the rules of its files, 3 where these have errors and older\n"
			"ones go on, 4 where it waits for the module. Needs the right to ask: root.\n",
		.examples = status_examples,
		.options = status_options,
		.statuses = "01234",
		.run = status_command,
	},
	{
		.name = "schema",
		.args = "[rules | policy | config | template]",
		.summary = "show a JSON schema, or a configuration to fill in",
		.text = "The schemas are for editors and other checkers: of rules files, of policies, of the configuration.\n"
			"The template is a configuration with each key and its default, commented out.\n",
		.examples = schema_examples,
		.options = plain_options,
		.statuses = "012",
		.run = schema_command,
	},
	{
		.name = "help",
		.args = "[COMMAND]",
		.summary = "show this help, or that of a command",
		.options = help_options,
		.statuses = "012",
		.run = help_command,
	},
	{
		.name = "completion",
		.args = "bash | zsh | fish",
		.summary = "show what a shell needs to complete falcoc's words",
		.text = "Source what it shows, or put it where the shell looks. The packages have done so.\n",
		.examples = completion_examples,
		.options = plain_options,
		.statuses = "012",
		.run = completion_command,
	},
	{
		.name = "version",
		.args = "",
		.summary = "show the version",
		.options = plain_options,
		.statuses = "012",
		.run = version_command,
	},
	{ 0 },
};

const struct command *command_find(const char *name)
{
	for (const struct command *c = commands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

enum status command_unknown(const char *name)
{
	const char *names[sizeof(commands) / sizeof(commands[0])] = { NULL };
	const char *near;

	for (size_t i = 0; commands[i].name; i++)
		names[i] = commands[i].name;
	near = did_you_mean(name, names);
	complain("there is no command '%s'%s", name,
		 *near ? near : "; 'falcoc help' lists them (rules are given with -r)");
	return STATUS_USAGE;
}

enum status version_command(struct settings *s)
{
	if (s->nargs) {
		complain("version takes no arguments");
		return STATUS_USAGE;
	}
	printf("falcoc %s\n", engine_version());
	return STATUS_OK;
}

static enum status run(const struct command *cmd, int argc, char **argv)
{
	struct settings s = { 0 };
	enum status status = options_parse(cmd, argc, argv, &s);

	if (status == STATUS_OK) {
		if (s.help)
			status = cmd == commands ? help_show(NULL) : help_show(cmd);
		else if (s.version)
			status = version_command(&s);
		else
			status = cmd->run(&s);
	} else if (cmd->usage_is_1) {
		status = STATUS_RUNTIME;
	}
	settings_release(&s);
	return status;
}

/*
 * What stands at 0, 1 and 2 is for input and output, also where we were started without: else the
 * module's device or a socket could come to stand there, and be written to.
 */
static bool hold_standard_fds(void)
{
	int fd;

	do {
		/* not writable: who writes there is told */
		fd = open("/dev/null", O_RDONLY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* As `falcoc list fields | head` has it: who went away need not be told. */
static bool reader_is_gone(void)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&p, 1, 0) == 1 && p.revents & POLLERR;
}

int main(int argc, char **argv)
{
	const struct command *cmd = commands;
	enum status status;

	/* a reader of our output that goes away is an error of write(), not our end */
	signal(SIGPIPE, SIG_IGN);
	if (!hold_standard_fds())
		return STATUS_RUNTIME;
	argc--;
	argv++;
	if (argc > 0 && argv[0][0] != '-') {
		cmd = command_find(argv[0]);
		if (!cmd)
			return command_unknown(argv[0]);
		argc--;
		argv++;
	}
	status = run(cmd, argc, argv);
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == STATUS_OK) {
		if (!reader_is_gone())
			complain("cannot write to the standard output");
		status = STATUS_RUNTIME;
	}
	return status;
}
