// SPDX-License-Identifier: Apache-2.0
/*
 * config_keys.c - every key of the configuration, in one table
 *
 * HOWTO add one: a member of struct engine_options (engine.h), and a line here. Its `.type`
 * says what the member is (config_keys.h). That is all: reading with located errors, -o,
 * the command line's option (`.option`, `.letter`; `.arg`, or `.value` for an option without
 * value), help, `falcoc list config`, the JSON schema and the shipped falcoc.yaml follow. The default
 * stands in `.def` and nowhere else: it is read as if a file had it. Use Falco's name where
 * Falco has the function, else set `.ours`. A text that has to have some form gets a `.check`; a
 * value that is none of the types' gets a `.read`. tests/unit/test_config.c tries each default, and
 * values beyond each bound.
 */
#include "engine/config_keys.h"

#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "dns/trust.h"
#include "engine/confine.h"
#include "filter/field.h"
#include "output/sink.h"
#include "store/store.h"
#include "util/ip.h"

#define NAMES_MAX	1000	/* of one list of name servers: nobody has so many */

static const char *check_priority(const char *text)
{
	enum priority p;

	return priority_parse(slice_of(text), &p) ? NULL :
		"emergency, alert, critical, error, warning, notice, informational or debug";
}

static bool is_port(const char *text)
{
	size_t len = strspn(text, "0123456789");
	unsigned long n = len && len <= 5 && !text[len] ? strtoul(text, NULL, 10) : 0;

	return n > 0 && n <= 65535;
}

/* ADDRESS, ADDRESS:PORT of IPv4, [ADDRESS]:PORT of IPv6. */
static const char *check_trust(const char *text)
{
	return dns_trust_is_server(text) ? NULL :
	       "an address, maybe with a place, as in 192.0.2.1, 192.0.2.1@host or 10.96.0.10@4026531840";
}

static const char *check_server(const char *text)
{
	static const char why[] = "an address, as in 192.0.2.1, 192.0.2.1:53, 2001:db8::1 or [2001:db8::1]:53";
	const char *port = NULL, *end;
	struct ip_addr ip;
	char addr[64];
	size_t len;

	if (*text == '[') {
		end = strchr(++text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return why;
		port = end[1] ? end + 2 : NULL;
	} else {
		end = strchr(text, ':');
		if (end && !strchr(end + 1, ':'))
			port = end + 1;
		else
			end = text + strlen(text);
	}
	/* fe80::1%eth0 */
	len = strcspn(text, "%");
	if (len > (size_t)(end - text))
		len = (size_t)(end - text);
	if (len >= sizeof(addr))
		return why;
	memcpy(addr, text, len);
	addr[len] = '\0';
	return ip_addr_parse(addr, &ip) == 0 && (!port || is_port(port)) ? NULL : why;
}

static void read_matching(struct config *c, const struct config_key *k, const struct ynode *n)
{
	if (slice_eq_str(n->str, "first") || slice_eq_str(n->str, "all"))
		c->opt->match_all = slice_eq_str(n->str, "all");
	else
		config_wrong_value(c, k, n);
}

/* Falco's sizes of buffers: 1 is 1 MiB, 4 is 8 MiB, 10 is 512 MiB. */
static void read_preset(struct config *c, const struct config_key *k, const struct ynode *n)
{
	uint32_t preset = (uint32_t)strtoul(n->str.ptr, NULL, 10);

	(void)k;
	c->preset_bytes = 1u << (19 + preset);
}

/* 0 is never, an empty run would be of no use. */
static void read_duration(struct config *c, const struct config_key *k, const struct ynode *n)
{
	(void)k;
	c->opt->duration_ms = strtoull(n->str.ptr, NULL, 10) * 1000;
}

/* A capture file is for replay only, as in Falco; -e needs no kind. config_finish() looks at both. */
static void read_kind(struct config *c, const struct config_key *k, const struct ynode *n)
{
	(void)k;
	c->replay = slice_eq_str(n->str, "replay") ? n : NULL;
	if (!c->replay && !slice_eq_str(n->str, "kmod"))
		diag_hint(diags_add(c->diags, DIAG_NOTE, "CONFIG_NO_EFFECT", n->loc,
				    "engine.kind '%s' has no effect: events come from falcoc's own kernel "
				    "module", n->str.ptr), "kmod and replay are what falcoc has");
}

static void read_capture_file(struct config *c, const struct config_key *k, const struct ynode *n)
{
	(void)k;
	c->capture_file = n->str.len ? n : NULL;
}

static const char *check_url(const char *text)
{
	size_t scheme = strncmp(text, "http://", 7) == 0 ? 7 : strncmp(text, "https://", 8) == 0 ? 8 : 0;

	return !*text || (scheme && text[scheme] && !strpbrk(text, " \t\r\n")) ?
		NULL : "a URL, as in https://192.0.2.1:2801/";
}

static const char *check_facility(const char *text)
{
	return sink_syslog_facility(text) >= 0 ? NULL :
	       "kern, user, daemon, auth, authpriv, or local0 to local7";
}

/* A path that fits into a socket's address. */
static const char *check_socket(const char *text)
{
	return *text == '/' && strlen(text) < sizeof(((struct sockaddr_un *)NULL)->sun_path) ?
		NULL : "an absolute path of at most 107 bytes";
}

static const char *check_socket_or_none(const char *text)
{
	return *text ? check_socket(text) : NULL;
}

static const char *check_absolute_or_none(const char *text)
{
	return !*text || *text == '/' ? NULL : "an absolute path";
}

static const char *check_capability(const char *text)
{
	return confine_is_capability(text) ? NULL : "a capability, as in CAP_NET_ADMIN";
}

static const char *check_address(const char *text)
{
	struct ip_addr ip;

	return ip_addr_parse(text, &ip) == 0 ? NULL : "an address, as in 127.0.0.1 or ::1";
}

/* 0: it is none. */
static uint64_t interval_ms(const char *text)
{
	static const struct {
		const char *unit;
		uint64_t ms;
	} units[] = {
		{ "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 },
	};
	uint64_t all = 0;

	while (*text) {
		size_t digits = strspn(text, "0123456789"), unit = strspn(text + digits, "msdh"), i = 0;

		while (i < 5 && (strlen(units[i].unit) != unit ||
				 strncmp(units[i].unit, text + digits, unit) != 0))
			i++;
		if (!digits || digits > 9 || i == 5)
			return 0;
		all += strtoull(text, NULL, 10) * units[i].ms;
		text += digits + unit;
	}
	return all;
}

static const char *check_interval(const char *text)
{
	return interval_ms(text) >= 1000 ? NULL : "a time of a second or more, as in 30s, 15m or 1h30m";
}

static void read_interval(struct config *c, const struct config_key *k, const struct ynode *n)
{
	(void)k;
	c->opt->heartbeat_ms = interval_ms(n->str.ptr);
}

static const char *check_field(const char *text)
{
	struct arena *arena = arena_new(0);
	struct field_ref ref;
	const char *why;
	bool ok = arena && field_resolve(slice_of(text), arena, &ref, &why) == FIELD_OK;

	arena_free(arena);
	return ok ? NULL : "a field ('falcoc list fields' shows them)";
}

#define T(member) offsetof(struct engine_options, member)

/* What each output has: which alerts, in which form, how many. */
#define WAY(output, member, usual)							\
	{ .name = output ".priority", .type = CONFIG_TEXT, .target = T(member.priority),	\
	  .ours = true, .fixed = true, .def = "debug", .check = check_priority, .words = PRIORITIES,		\
	  .help = "Alerts of a lesser priority do not go there" },				\
	{ .name = output ".format", .type = CONFIG_WORD, .target = T(member.form), .ours = true,	\
	  .fixed = true, .def = usual, .words = "auto|text|json", .help = "auto: what json_output says" },	\
	{ .name = output ".rate", .type = CONFIG_REAL, .target = T(member.rate), .ours = true,	\
	  .fixed = true, .def = "0", .min = 0, .max = 1e6,					\
	  .help = "So many alerts a second at most; those beyond are counted only; 0: all" },	\
	{ .name = output ".max_burst", .type = CONFIG_REAL, .target = T(member.max_burst),	\
	  .ours = true, .fixed = true, .def = "1", .min = 1, .max = 1e6,			\
	  .help = "But so many in a row before the rate counts" }

#define PRIORITIES	"emergency|alert|critical|error|warning|notice|informational|debug"

const struct config_key config_keys[] = {
	/* files */
	{ .name = "config_files", .type = CONFIG_PATHS, .def = "[" CONFIG_DROPINS "]",
	  .help = "More configuration: files, and directories of *.yaml and *.yml in order of their\n"
		  "names; each a path, or {path: PATH, strategy: append|override|add-only}. In\n"
		  "the main file only" },
	{ .name = "rules_files", .type = CONFIG_PATHS,
	  .def = "[/etc/falcoc/falcoc_rules.yaml, /etc/falcoc/falcoc_rules.local.yaml, /etc/falcoc/rules.d]",
	  .help = "Rules files, and directories of *.yaml and *.yml; later ones override earlier\n"
		  "ones. Those of the default that are not there are passed over" },
	/* which rules, and how */
	{ .name = "rules", .type = CONFIG_RULES, .read = config_read_rules, .def = "[]",
	  .help = "Rules switched on or off, in order: items such as {disable: {rule: NAME}},\n"
		  "{enable: {tag: TAG}}. `*` in a NAME stands for anything. Ours beside Falco's:\n"
		  "{only: {tag: TAG}} first switches off all others, {disable: {text: TEXT}} goes by\n"
		  "a part of the name" },
	{ .name = "priority", .type = CONFIG_TEXT, .target = T(min_priority), .def = "debug",
	  .check = check_priority,
	  .words = PRIORITIES,
	  .help = "Rules of a lesser priority are not run" },
	{ .name = "rule_matching", .type = CONFIG_WORD, .read = read_matching, .def = "first",
	  .words = "first|all", .help = "Which of the rules that match an event tell" },
	/* container engines */
	{ .name = "containers.ask", .live = true, .type = CONFIG_BOOL, .ours = true,
	  .target = T(no_containers_ask), .inverted = true, .def = "true", .fixed = true,
	  .help = "Engines are asked for what their files do not tell; alerts may wait for it" },
	{ .name = "containers.wait_ms", .live = true, .type = CONFIG_INT, .ours = true,
	  .target = T(containers_wait_ms), .def = "1500", .min = 100, .max = 60000, .fixed = true,
	  .help = "So long at most, then they tell that metadata is incomplete; an engine that takes longer\n"
		  "than half of it for an answer is not asked for five seconds" },
	{ .name = "containers.docker_socket", .live = true, .type = CONFIG_TEXT, .ours = true,
	  .target = T(docker_socket), .def = "''", .check = check_socket_or_none, .fixed = true,
	  .help = "Where Docker is asked, and told to stop, pause and unpause; empty: /run/docker.sock" },
	{ .name = "containers.podman_socket", .live = true, .type = CONFIG_TEXT, .ours = true,
	  .target = T(podman_socket), .def = "''", .check = check_socket_or_none, .fixed = true,
	  .help = "Likewise Podman, of root's containers; empty: /run/podman/podman.sock" },
	{ .name = "containers.containerd_socket", .live = true, .type = CONFIG_TEXT, .ours = true,
	  .target = T(containerd_socket), .def = "''", .check = check_socket_or_none, .fixed = true,
	  .help = "Where containerd is asked, and told to pause and resume; empty: its own place, and k3s's" },
	{ .name = "containers.docker_root", .live = true, .type = CONFIG_TEXT, .ours = true,
	  .target = T(docker_root), .def = "''", .check = check_absolute_or_none, .fixed = true,
	  .help = "Docker's data-root; empty: its own place, or what daemon.json says" },
	{ .name = "containers.storage_root", .live = true, .type = CONFIG_TEXT, .ours = true,
	  .target = T(storage_root), .def = "''", .check = check_absolute_or_none, .fixed = true,
	  .help = "graphroot of Podman and CRI-O; empty: their own place, or what storage.conf says" },
	{ .name = "containers.kubelet_url", .live = true, .type = CONFIG_TEXT, .ours = true,
	  .target = T(kubelet_url), .def = "''", .check = check_url, .fixed = true,
	  .help = "Where this node's kubelet is asked for its pods, as in https://127.0.0.1:10250: who owns\n"
		  "them, their probes. Empty: not at all; deployments are inferred from names then" },
	{ .name = "containers.kubelet_token_file", .live = true, .type = CONFIG_TEXT, .ours = true,
	  .target = T(kubelet_token_file), .def = "''", .check = check_absolute_or_none, .fixed = true,
	  .help = "File with the token that the kubelet takes; it is read anew for each question" },
	{ .name = "containers.kubelet_ca_file", .live = true, .type = CONFIG_TEXT, .ours = true,
	  .target = T(kubelet_ca_file), .def = "''", .check = check_absolute_or_none, .fixed = true,
	  .help = "Certificate of who signed the kubelet's; empty: those that the machine trusts" },
	/* policies */
	{ .name = "policy_files", .type = CONFIG_PATHS, .ours = true,
	  .def = "[/etc/falcoc/policies.yaml, /etc/falcoc/policies.d]",
	  .option = "policy", .arg = "FILE",
	  .help = "Files of policies, and directories of *.yaml and *.yml: where rules count and what is\n"
		  "done then. Those of the default that are not there are passed over" },
	{ .name = "policies.actions", .live = true, .type = CONFIG_WORD, .target = T(actions), .ours = true,
	  .def = "'off'", .words = "off|dry-run|on", .option = "actions", .arg = "MODE", .fixed = true,
	  .help = "What becomes of the actions of policies: off, dry-run (told what would be done), on" },
	{ .name = "policies.actions_per_minute", .live = true, .type = CONFIG_INT, .ours = true,
	  .target = T(actions_per_minute), .def = "120", .min = 1, .max = 1000000, .fixed = true,
	  .help = "So many actions of all policies a minute at most" },
	{ .name = "policies.wake_at_once", .live = true, .type = CONFIG_BOOL, .ours = true,
	  .target = T(lazy_wake), .inverted = true, .def = "true", .fixed = true,
	  .help = "With actions, the first event after silence is judged at once; else within 5 ms" },
	{ .name = "policies.boost", .live = true, .type = CONFIG_INT, .ours = true,
	  .target = T(actions_boost), .def = "10", .min = 0, .max = 20, .fixed = true,
	  .help = "With actions falcoc is given the CPU before others: so much less nice than it was started.\n"
		  "0: as it was started" },
	{ .name = "policies.runtime_timeout_ms", .live = true, .type = CONFIG_INT, .ours = true,
	  .target = T(runtime_timeout_ms), .def = "5000", .min = 100, .max = 60000, .fixed = true,
	  .help = "So long an action waits for them; events never do" },
	/* alerts */
	{ .name = "json_output", .type = CONFIG_BOOL, .target = T(json),
	  .fixed = true, .def = "false",
	  .option = "json", .value = "true", .help = "Alerts as JSON objects, one a line" },
	{ .name = "json_include_output_property", .type = CONFIG_BOOL, .target = T(json_no_output),
	  .inverted = true, .def = "true", .help = "'output' in them: the line that text would be" },
	{ .name = "json_include_message_property", .type = CONFIG_BOOL, .target = T(json_message),
	  .def = "false", .help = "'message' in them: 'output' without time and priority" },
	{ .name = "json_include_output_fields_property", .type = CONFIG_BOOL,
	  .target = T(json_no_fields), .inverted = true, .def = "true",
	  .help = "'output_fields' in them: what the output's fields were" },
	{ .name = "json_include_tags_property", .type = CONFIG_BOOL, .target = T(json_no_tags),
	  .inverted = true, .def = "true", .help = "'tags' in them: those of the rule" },
	{ .name = "time_format_iso_8601", .type = CONFIG_BOOL, .target = T(iso8601), .def = "false",
	  .help = "Times of alerts as ISO 8601 in UTC; else the local time of day" },
	{ .name = "append_output", .type = CONFIG_APPEND, .read = config_read_append, .def = "[]",
	  .help = "Added to outputs. Items have `match` (`source`, `tags`, `rule`; without it: all\n"
		  "rules) and `extra_output` (a text with %fields), `extra_fields` (names of fields, or\n"
		  "{NAME: TEXT}, for output_fields), `suggested_output: true` (the container)" },
	{ .name = "static_fields", .type = CONFIG_FIELDS, .read = config_read_fields, .def = "{}",
	  .help = "In output_fields of each alert: NAME: TEXT" },
	{ .name = "stdout_output.enabled", .type = CONFIG_BOOL, .target = T(no_stdout),
	  .inverted = true,
	  .fixed = true, .def = "true", .help = "Alerts go to the standard output" },
	WAY("stdout_output", outputs.to_stdout, "auto"),
	{ .name = "file_output.enabled", .type = CONFIG_BOOL, .target = T(outputs.file.enabled),
	  .fixed = true, .def = "false",
	  .help = "Alerts go to the end of a file. It is opened again on SIGUSR1, and when its name\n"
				  "stands for another file, as after logrotate" },
	{ .name = "file_output.keep_alive", .type = CONFIG_BOOL, .target = T(outputs.file.keep_alive),
	  .fixed = true, .def = "false", .help = "The file stays open while no alerts come" },
	{ .name = "file_output.filename", .type = CONFIG_TEXT, .target = T(outputs.file.path),
	  .fixed = true, .def = "./events.txt",
	  .help = "The file; made with mode 0600 where it is not there" },
	WAY("file_output", outputs.file.way, "auto"),
	{ .name = "syslog_output.enabled", .type = CONFIG_BOOL, .target = T(outputs.syslog.enabled),
	  .fixed = true, .def = "false",
	  .help = "Alerts go to syslog, with their priority. (Falco's default is true)" },
	{ .name = "syslog_output.facility", .type = CONFIG_TEXT, .target = T(outputs.syslog.facility),
	  .ours = true, .fixed = true, .def = "user", .check = check_facility,
	  .help = "As which kind of program: user, daemon, auth, authpriv, kern, local0 to local7" },
	{ .name = "syslog_output.socket", .type = CONFIG_TEXT, .target = T(outputs.syslog.socket),
	  .ours = true, .fixed = true, .def = SINK_SYSLOG_SOCKET, .check = check_socket,
	  .help = "Where the syslog daemon listens" },
	WAY("syslog_output", outputs.syslog.way, "auto"),
	{ .name = "journal_output.enabled", .type = CONFIG_BOOL, .target = T(outputs.journal.enabled),
	  .ours = true, .fixed = true, .def = "false",
	  .help = "Alerts go to the journal of systemd: MESSAGE, PRIORITY, FALCOC_RULE, FALCOC_TAG, and\n"
		  "each field of the output as FALCOC_PROC_NAME" },
	{ .name = "journal_output.socket", .type = CONFIG_TEXT, .target = T(outputs.journal.socket),
	  .ours = true, .fixed = true, .def = SINK_JOURNAL_SOCKET, .check = check_socket,
	  .help = "Where the journal listens" },
	WAY("journal_output", outputs.journal.way, "text"),
	{ .name = "program_output.enabled", .type = CONFIG_BOOL, .target = T(outputs.program.enabled),
	  .fixed = true, .def = "false",
	  .help = "Alerts go as lines to the standard input of a program" },
	{ .name = "program_output.keep_alive", .type = CONFIG_BOOL,
	  .target = T(outputs.program.keep_alive), .fixed = true, .def = "false",
	  .help = "One that runs on for all alerts (started again when it ends, and on SIGUSR1); else one\n"
		  "for each" },
	{ .name = "program_output.program", .type = CONFIG_TEXT, .target = T(outputs.program.program),
	  .fixed = true, .def = "''", .help = "The program: a command of /bin/sh" },
	{ .name = "program_output.timeout_ms", .type = CONFIG_INT, .ours = true,
	  .target = T(outputs.program.timeout_ms),
	  .fixed = true, .def = "10000", .min = 1, .max = 3600000,
	  .help = "So long it may take to read an alert or, where each has one, to end; then it is killed" },
	WAY("program_output", outputs.program.way, "auto"),
	{ .name = "http_output.enabled", .type = CONFIG_BOOL, .target = T(outputs.http.enabled),
	  .fixed = true, .def = "false",
	  .help = "Alerts are POSTed to a server; what it cannot take now is tried again" },
	{ .name = "http_output.url", .type = CONFIG_TEXT, .target = T(outputs.http.url),
	  .fixed = true, .def = "''",
	  .check = check_url, .help = "The server: http:// or https://" },
	{ .name = "http_output.user_agent", .type = CONFIG_TEXT, .target = T(outputs.http.user_agent),
	  .fixed = true, .def = "''",
	  .help = "The header User-Agent; empty: falcoc and its version" },
	{ .name = "http_output.insecure", .type = CONFIG_BOOL, .target = T(outputs.http.insecure),
	  .fixed = true, .def = "false", .help = "Do not check who the server is" },
	{ .name = "http_output.ca_cert", .type = CONFIG_TEXT, .target = T(outputs.http.ca_cert),
	  .fixed = true, .def = "''",
	  .help = "A file with the certificate of the authority that the server's is of" },
	{ .name = "http_output.ca_bundle", .type = CONFIG_TEXT, .target = T(outputs.http.ca_bundle),
	  .fixed = true, .def = "''",
	  .help = "A file with those of several, where ca_cert is empty; both empty: the system's" },
	{ .name = "http_output.ca_path", .type = CONFIG_TEXT, .target = T(outputs.http.ca_path),
	  .fixed = true, .def = "''", .help = "A directory of such files, with hashes for names" },
	{ .name = "http_output.mtls", .type = CONFIG_BOOL, .target = T(outputs.http.mtls),
	  .fixed = true, .def = "false", .help = "Show the server a certificate of ours" },
	{ .name = "http_output.client_cert", .type = CONFIG_TEXT,
	  .target = T(outputs.http.client_cert),
	  .fixed = true, .def = "''", .help = "The file with that certificate (PEM)" },
	{ .name = "http_output.client_key", .type = CONFIG_TEXT, .target = T(outputs.http.client_key),
	  .fixed = true, .def = "''",
	  .help = "The file with its key; empty: it is with the certificate" },
	{ .name = "http_output.echo", .type = CONFIG_BOOL, .target = T(outputs.http.echo),
	  .fixed = true, .def = "false", .help = "Tell what the server answers" },
	{ .name = "http_output.compress_uploads", .type = CONFIG_BOOL,
	  .target = T(outputs.http.compress),
	  .fixed = true, .def = "false", .help = "Pack alerts with gzip" },
	{ .name = "http_output.keep_alive", .type = CONFIG_BOOL, .target = T(outputs.http.keep_alive),
	  .fixed = true, .def = "false", .help = "Use one connection for many alerts" },
	{ .name = "http_output.max_consecutive_timeouts", .type = CONFIG_INT,
	  .target = T(outputs.http.quiet_timeouts),
	  .fixed = true, .def = "5", .min = 0, .max = 1000000,
	  .help = "So many in a row are not told of" },
	{ .name = "http_output.timeout_ms", .type = CONFIG_INT, .target = T(outputs.http.timeout_ms),
	  .ours = true, .fixed = true, .def = "5000", .min = 1, .max = 600000,
	  .help = "So long the server may take for a request" },
	{ .name = "http_output.batch_size", .type = CONFIG_INT, .target = T(outputs.http.batch),
	  .ours = true, .fixed = true, .def = "1", .min = 1, .max = 512,
	  .help = "With more than 1: so many alerts, if they wait, are sent together, JSON as an array\n"
		  "(Falcosidekick takes one at a time)" },
	{ .name = "http_output.max_retries", .type = CONFIG_INT, .target = T(outputs.http.retries),
	  .ours = true, .fixed = true, .def = "10", .min = 0, .max = 1000000,
	  .help = "What the server answers with 408, 429 or 5xx is tried so often again, less and less\n"
		  "often, and then lost. A server that is not reached at all is waited for" },
	WAY("http_output", outputs.http.way, "json"),
	{ .name = "outputs_queue.capacity", .type = CONFIG_INT, .target = T(outputs.capacity),
	  .fixed = true, .def = "0",
	  .min = 0, .max = 1000000,
	  .help = "So many alerts may wait for each output, of 16 MiB at most; then new ones are lost\n"
		  "for it, counted, and told of by an alert; 0: 8192. (In Falco 0 is any number)" },
	{ .name = "outputs_queue.flush_ms", .type = CONFIG_INT, .target = T(outputs.flush_ms),
	  .ours = true, .fixed = true, .def = "5000", .min = 1, .max = 600000,
	  .help = "So long, at the end, alerts that wait are still handed on" },
	{ .name = "output_timeout", .type = CONFIG_INT, .target = T(output_timeout_ms),
	  .fixed = true, .def = "1000",
	  .min = 1, .max = 60000,
	  .help = "Tell of an output that was not read for so many milliseconds. Where a capture is\n"
		  "judged, so long it may hold up that" },
	{ .name = "alert_store.enabled", .type = CONFIG_BOOL, .target = T(outputs.store.enabled),
	  .ours = true, .fixed = true, .def = "false",
	  .help = "Keep each alert in a database, for 'falcoc alerts'" },
	{ .name = "alert_store.file", .type = CONFIG_TEXT, .target = T(outputs.store.path), .ours = true,
	  .fixed = true, .def = STORE_PATH, .help = "The database" },
	{ .name = "alert_store.max_days", .type = CONFIG_INT, .target = T(outputs.store.max_days),
	  .ours = true,
	  .fixed = true, .def = "90", .min = 1, .max = 36500, .help = "Older ones are forgotten" },
	{ .name = "alert_store.max_mib", .type = CONFIG_INT, .target = T(outputs.store.max_mib),
	  .ours = true, .fixed = true, .def = "1024", .min = 1, .max = 1000000,
	  .help = "So large it may get; then the oldest ones are forgotten" },
	{ .name = "fold_alerts.outputs", .type = CONFIG_FLAGS, .target = T(outputs.fold), .ours = true,
	  .fixed = true, .def = "[none]", .words = "none|stdout|file|syslog|journal|program|http",
	  .help = "To these the first of alerts that say the same is told, and then the last of them\n"
		  "with \"(N more in the last minute)\"" },
	{ .name = "fold_alerts.fields", .type = CONFIG_TEXTS, .target = T(outputs.fold_fields),
	  .ours = true, .def = "[proc.name, fd.name, container.id]", .check = check_field, .max = 50,
	  .help = "What has to be the same beside the rule" },
	{ .name = "fold_alerts.interval_s", .type = CONFIG_INT, .target = T(outputs.fold_s),
	  .ours = true,
	  .fixed = true, .def = "60", .min = 1, .max = 86400, .help = "So long alerts are counted" },
	{ .name = "alert_rates", .type = CONFIG_RATES, .read = config_read_rates, .ours = true,
	  .def = "[]",
	  .help = "Rates of rules, in order; the first that fits a rule counts for it. Items are\n"
		  "{rule: NAME, tag: TAG, rate: A_SECOND, max_burst: N}; `*` in a NAME stands for\n"
		  "anything. What is beyond goes to no output, and is counted" },
	/* events */
	{ .name = "base_syscalls.all", .type = CONFIG_BOOL, .target = T(all_events), .def = "false",
	  .letter = 'A', .option = "all-events", .value = "true",
	  .help = "Rules that name no event types are for read, write, send, recv and their like too;\n"
		  "else only rules that name them" },
	{ .name = "falco_libs.snaplen", .live = true, .type = CONFIG_INT, .target = T(snap_bytes), .def = "80",
	  .min = 1, .max = ENGINE_SNAP_BYTES_MAX, .letter = 'S', .option = "snaplen", .arg = "BYTES",
	  .help = "Of buffers (evt.buffer, evt.arg.data) that rules or their outputs show, so many bytes\n"
		  "are recorded" },
	{ .name = "engine.kind", .type = CONFIG_WORD, .read = read_kind,
	  .fixed = true, .def = "kmod",
	  .words = "kmod|modern_ebpf|ebpf|replay|nodriver|gvisor",
	  .help = "Where events come from: falcoc's own module, or with replay a capture file" },
	{ .name = "engine.replay.capture_file", .type = CONFIG_TEXT, .read = read_capture_file,
	  .fixed = true, .def = "''",
	  .help = "The capture (.scap) to judge where engine.kind is replay; as -e" },
	{ .name = "engine.kmod.buf_size_preset", .live = true, .type = CONFIG_INT, .read = read_preset, .def = "4",
	  .min = 1, .max = 10, .fixed = true,
	  .help = "Size of each CPU's ring: 1 is 1M, 4 is 8M, 10 is 512M" },
	{ .name = "engine.kmod.ring_size", .live = true, .type = CONFIG_SIZE, .target = T(ring_bytes), .ours = true,
	  .def = "auto", .fixed = true,
	  .help = "The same as a size, which then counts: a power of two from 128K to 512M" },
	{ .name = "engine.kmod.process_ring_size", .live = true, .type = CONFIG_SIZE, .target = T(proc_ring_bytes),
	  .ours = true, .def = "auto", .fixed = true,
	  .help = "Size of each CPU's ring for process events; auto: a quarter of the other, but at\n"
		  "least 1M" },
	{ .name = "engine.kmod.dns_ring_size", .live = true, .type = CONFIG_SIZE, .target = T(dns_ring_bytes),
	  .ours = true, .def = "auto", .fixed = true,
	  .help = "Size of each CPU's ring for messages of name servers; auto: 512K, or as small as the\n"
		  "others" },
	{ .name = "engine.kmod.device", .live = true, .type = CONFIG_TEXT, .target = T(device), .ours = true,
	  .def = "/dev/falcoc", .option = "device", .arg = "FILE", .fixed = true,
	  .help = "The module's device" },
	{ .name = "engine.kmod.predicates", .live = true, .type = CONFIG_BOOL, .target = T(no_predicates),
	  .inverted = true, .ours = true, .def = "true", .fixed = true, .option = "no-predicates",
	  .value = "false",
	  .help = "The module leaves out events that no rule can match, as far as it can tell (see\n"
		  "'falcoc explain'); false is to look for faults, and to measure" },
	{ .name = "syscall_event_drops.actions", .live = true, .type = CONFIG_FLAGS, .target = T(drops.actions),
	  .fixed = true, .def = "[log, alert]", .words = "ignore|log|alert|exit",
	  .help = "What to do when events were dropped; ignore stands alone" },
	{ .name = "syscall_event_drops.threshold", .live = true, .type = CONFIG_REAL, .target = T(drops.threshold),
	  .fixed = true, .def = "0", .min = 0, .max = 1,
	  .help = "Only where at least this share of an interval's events was dropped; 0: any.\n"
		  "(Falco's default is 0.1)" },
	{ .name = "syscall_event_drops.rate", .live = true, .type = CONFIG_REAL, .target = T(drops.rate),
	  .fixed = true, .def = "0",
	  .min = 0, .max = 1e6,
	  .help = "Tell so often a second at most, with the sum of what was dropped; 0: once an\n"
		  "interval. (Falco's default is 0.03333)" },
	{ .name = "syscall_event_drops.max_burst", .live = true, .type = CONFIG_REAL, .target = T(drops.max_burst),
	  .fixed = true, .def = "1", .min = 1, .max = 1e6,
	  .help = "But so often in a row before the rate counts" },
	{ .name = "syscall_event_drops.interval_ms", .live = true, .type = CONFIG_INT, .ours = true,
	  .target = T(drops.interval_ms), .fixed = true, .def = "1000", .min = 1, .max = 3600000,
	  .option = "drops-interval", .arg = "MS",
	  .help = "Tell of dropped events so long after the first" },
	/* names */
	/* captures of what happened around alerts */
	{ .name = "capture.enabled", .live = true, .type = CONFIG_BOOL, .target = T(no_captures),
	  .inverted = true, .def = "true",
	  .help = "Record what happened around alerts of rules with `capture: true` into capture files" },
	{ .name = "capture.mode", .live = true, .type = CONFIG_WORD, .target = T(capture_all_rules),
	  .def = "rules", .words = "rules|all_rules",
	  .help = "Of those rules, or around alerts of all" },
	{ .name = "capture.default_duration", .live = true, .type = CONFIG_INT,
	  .target = T(capture_duration_ms), .def = "5000", .min = 1, .max = 3600000,
	  .help = "So many milliseconds after the alert, where the rule has no capture_duration" },
	{ .name = "capture.max_file_size_mb", .live = true, .type = CONFIG_INT,
	  .target = T(capture_file_mb), .fixed = true, .def = "0", .min = 0, .max = 1e6,
	  .help = "Of one file, in millions of bytes; 0: no bound of its own" },
	{ .name = "capture.directory", .live = true, .type = CONFIG_TEXT, .target = T(capture_dir),
	  .ours = true, .fixed = true, .def = "/var/lib/falcoc/captures",
	  .help = "Where they go, as TIME-RULE.scap, for root alone" },
	{ .name = "capture.history_seconds", .live = true, .type = CONFIG_INT,
	  .target = T(capture_history_s), .ours = true,
	  .fixed = true, .def = "5", .min = 1, .max = 3600,
	  .help = "So much of what was before the alert" },
	{ .name = "capture.history_mb", .live = true, .type = CONFIG_INT,
	  .target = T(capture_history_mb), .ours = true,
	  .fixed = true, .def = "16", .min = 1, .max = 4096,
	  .help = "Of memory for that at most" },
	{ .name = "capture.events", .live = true, .type = CONFIG_TEXTS, .target = T(capture_events),
	  .ours = true, .def = "[]", .max = 100,
	  .help = "Events to record for captures beside those that rules need" },
	{ .name = "capture.max_files", .live = true, .type = CONFIG_INT, .target = T(capture_files),
	  .ours = true, .fixed = true, .def = "100", .min = 1, .max = 100000,
	  .help = "So many files are kept, the oldest go" },
	{ .name = "capture.max_total_mb", .live = true, .type = CONFIG_INT,
	  .target = T(capture_files_mb), .ours = true,
	  .fixed = true, .def = "1024", .min = 1, .max = 1e6,
	  .help = "Likewise, of all together" },
	{ .name = "dns.queries", .live = true, .type = CONFIG_BOOL, .target = T(no_dns_queries), .inverted = true,
	  .ours = true, .fixed = true, .def = "true", .option = "no-dns-queries", .value = "false",
	  .help = "Ask name servers for the domains that rules mention; else names come from the hosts\n"
		  "file only" },
	{ .name = "dns.ask_in_replay", .type = CONFIG_BOOL, .target = T(dns_ask), .ours = true,
	  .def = "false", .option = "dns-ask", .value = "true",
	  .help = "With -e: ask name servers for the domains that rules mention before the capture is\n"
		  "judged; what they mean now is taken for what they meant then" },
	{ .name = "dns.servers", .asks = true, .type = CONFIG_TEXTS, .target = T(dns_servers), .ours = true,
	  .fixed = true, .def = "[]", .check = check_server, .max = NAMES_MAX, .option = "dns-server",
	  .arg = "ADDRESS", .help = "Name servers to ask, ADDRESS[:PORT]; none: those of /etc/resolv.conf" },
	{ .name = "dns.observe", .type = CONFIG_BOOL, .target = T(no_dns_observe), .inverted = true,
	  .ours = true, .fixed = true, .def = "true", .option = "no-dns-observe", .value = "false",
	  .help = "Learn names from the answers that processes are given by trusted name servers" },
	{ .name = "dns.trust", .live = true, .type = CONFIG_TEXTS, .target = T(dns_trust), .ours = true,
	  .fixed = true, .def = "[]", .check = check_trust, .max = NAMES_MAX, .option = "dns-trust",
	  .arg = "ADDRESS", .help = "Name servers to believe beside those of /etc/resolv.conf, ADDRESS[@WHERE]; WHERE is\n"
		  "host, any, or the inode of a network namespace (default: those that root made);\n"
		  "127.0.0.11@nat: Docker's own, in containers whose root may be trusted" },
	{ .name = "dns.trust_udp", .live = true, .type = CONFIG_BOOL, .target = T(no_dns_trust_udp),
	  .inverted = true, .ours = true,
	  .fixed = true, .def = "true", .option = "no-dns-trust-udp", .value = "false",
	  .help = "Believe what servers of /etc/resolv.conf answer over UDP to others than the host's\n"
		  "resolvers: somebody in the network may forge it for a process that helps him" },
	{ .name = "dns.wait_ms", .live = true, .type = CONFIG_INT, .target = T(dns_wait_ms), .ours = true,
	  .def = "2000", .min = 0, .max = 60000, .option = "dns-wait", .arg = "MS",
	  .help = "Let alerts that depend on the first answer for a name wait so long for it, lest\n"
		  "trusted names raise alerts; 0: do not wait" },
	{ .name = "dns.start_wait_ms", .live = true, .type = CONFIG_INT, .target = T(dns_start_wait_ms),
	  .ours = true,
	  .fixed = true, .def = "10000", .min = 0, .max = 60000, .option = "dns-start-wait", .arg = "MS",
	  .help = "The same at the start, where nothing is known yet: until so long after it;\n"
		  "0: no longer than dns.wait_ms" },
	{ .name = "dns.rate", .live = true, .type = CONFIG_INT, .target = T(dns_rate), .ours = true,
	  .fixed = true, .def = "500",
	  .min = 1, .max = ENGINE_DNS_RATE_MAX, .option = "dns-rate", .arg = "N",
	  .help = "Ask so many questions a second at most" },
	{ .name = "dns.state_file", .live = true, .type = CONFIG_TEXT, .target = T(dns_state), .ours = true,
	  .fixed = true, .def = ENGINE_DNS_STATE, .option = "dns-state", .arg = "FILE",
	  .help = "Keep names here over a restart; empty: nowhere" },
	{ .name = "dns.hosts_file", .live = true, .type = CONFIG_TEXT, .target = T(hosts_path), .ours = true,
	  .fixed = true, .def = "/etc/hosts", .option = "hosts-file", .arg = "FILE",
	  .help = "Read and watch this file for names" },
	/* the service */
	{ .name = "confine", .live = true, .type = CONFIG_BOOL, .target = T(unconfined),
	  .inverted = true, .ours = true, .fixed = true, .def = "true",
	  .help = "falcoc daemon gives up capabilities and system calls that it does not need, once the\n"
		  "device is open" },
	{ .name = "keep_capabilities", .live = true, .type = CONFIG_TEXTS,
	  .target = T(keep_capabilities), .ours = true, .fixed = true, .def = "[]", .max = 41,
	  .check = check_capability,
	  .help = "But these it keeps, for programs that outputs and actions start, such as CAP_NET_ADMIN" },
	{ .name = "status_socket", .live = true, .type = CONFIG_TEXT, .target = T(status_socket),
	  .ours = true, .fixed = true, .def = ENGINE_STATUS_SOCKET, .check = check_socket_or_none,
	  .help = "Where falcoc daemon listens for `falcoc status`; empty: nowhere" },
	{ .name = "webserver.enabled", .live = true, .type = CONFIG_BOOL, .target = T(web.enabled),
	  .fixed = true, .def = "false",
	  .help = "falcoc daemon answers by HTTP how it is. (Falco's default is true)" },
	{ .name = "webserver.listen_address", .live = true, .type = CONFIG_TEXT,
	  .target = T(web.address), .fixed = true, .def = "127.0.0.1", .check = check_address,
	  .help = "Of this address. (Falco's default is 0.0.0.0)" },
	{ .name = "webserver.listen_port", .live = true, .type = CONFIG_INT, .target = T(web.port),
	  .fixed = true, .def = "8765", .min = 1, .max = 65535, .help = "And this port" },
	{ .name = "webserver.k8s_healthz_endpoint", .live = true, .type = CONFIG_TEXT,
	  .target = T(web.health), .fixed = true, .def = "/healthz",
	  .help = "The page that is 200 while events are recorded" },
	{ .name = "webserver.prometheus_metrics_enabled", .live = true, .type = CONFIG_BOOL,
	  .target = T(web.metrics), .fixed = true, .def = "false",
	  .help = "/metrics: all counters, for Prometheus" },
	{ .name = "metrics.enabled", .live = true, .type = CONFIG_BOOL, .target = T(heartbeat),
	  .fixed = true, .def = "false",
	  .help = "An alert (falcoc: heartbeat) at the start and then regularly, with what came" },
	{ .name = "metrics.interval", .live = true, .type = CONFIG_TEXT, .read = read_interval,
	  .fixed = true, .def = "1h", .check = check_interval,
	  .help = "So often, as in 30s, 15m, 1h30m" },
	{ .name = "metrics.rules_counters_enabled", .live = true, .type = CONFIG_BOOL,
	  .target = T(time_rules), .fixed = true, .def = "true",
	  .help = "Measure what the conditions of rules cost, of one event in 64: for /metrics" },
	{ .name = "watch_config_files", .live = true, .type = CONFIG_BOOL, .target = T(no_watch),
	  .inverted = true, .def = "true", .fixed = true,
	  .help = "falcoc daemon reads rules and configuration again when their files change; else on\n"
		  "SIGHUP only" },
	/* the run */
	{ .name = "duration_s", .type = CONFIG_INT, .read = read_duration, .ours = true,
	  .fixed = true, .def = "0",
	  .min = 0, .max = UINT32_MAX, .letter = 'M', .arg = "SECONDS",
	  .help = "End after so many seconds; 0: never" },
	{ .name = "verbose", .type = CONFIG_BOOL, .target = T(verbose), .ours = true, .def = "false",
	  .letter = 'v', .option = "verbose", .value = "true",
	  .help = "Tell more; at the end of events by type, CPUs, tables, names" },
	{ 0 },
};

const struct config_foreign config_foreigns[] = {
	{ "grpc", false, "Falco has given it up too" },
	{ "grpc_output", false, "Falco has given it up too" },
	{ "webserver.threadiness", false, "one thread is enough" },
	{ "webserver.ssl_enabled", true, "a server before it can do so" },
	{ "webserver.ssl_certificate", true, "a server before it can do so" },
	{ "metrics.output_rule", false, "heartbeats go where alerts go" },
	{ "metrics.output_file", false, "heartbeats go where alerts go; all counters are in /metrics" },
	{ "metrics.resource_utilization_enabled", false, "/metrics has all counters" },
	{ "metrics.state_counters_enabled", false, "/metrics has all counters" },
	{ "metrics.kernel_event_counters_enabled", false, "/metrics has all counters" },
	{ "metrics.kernel_event_counters_per_cpu_enabled", false, "/metrics has all counters" },
	{ "metrics.libbpf_stats_enabled", false, "there is no eBPF in falcoc" },
	{ "metrics.plugins_metrics_enabled", false, "falcoc has no plugins" },
	{ "metrics.kernel_iter_event_counters_enabled", false, "there is no eBPF in falcoc" },
	{ "metrics.jemalloc_stats_enabled", false, "falcoc uses the C library's memory" },
	{ "metrics.convert_memory_to_mb", false, "/metrics is in bytes" },
	{ "metrics.include_empty_values", false, "/metrics has all counters" },
	{ "capture.path_prefix", false, "capture.directory says where captures go" },
	{ "log_stderr", false, "messages go to the standard error" },
	{ "log_syslog", true, "messages go to the standard error" },
	{ "log_level", true, "`verbose` tells more" },
	{ "engine.kmod.drop_failed_exit", true, "conditions can ask for evt.failed = false" },
	{ "buffer_format_base64", true, "use b64() in outputs" },
	{ "buffered_outputs", false, "each alert is written at once" },
	{ "plugins", false, "falcoc has no plugins: containers are known to it anyway, other sources are skipped" },
	{ "load_plugins", false, "falcoc has no plugins: containers are known to it anyway, other sources are skipped" },
	{ "plugins_hostinfo", false, "falcoc has no plugins" },
	{ "engine.ebpf", false, "events come from falcoc's own module; see engine.kmod" },
	{ "engine.modern_ebpf", false, "events come from falcoc's own module; see engine.kmod" },
	{ "engine.gvisor", false, "events come from falcoc's own module" },
	{ "libs_logger", false, "there are no such libraries in falcoc" },
	{ "falco_libs.thread_table_size", false, "the table of processes has a bound of its own" },
	{ "falco_libs.thread_table_auto_purging_interval_s", false, "ended processes leave the table by themselves" },
	{ "falco_libs.thread_table_auto_purging_thread_timeout_s", false, "ended processes leave the table by themselves" },
	{ "syscall_event_timeouts", false, "falcoc sleeps until events come" },
	{ "syscall_event_drops.simulate_drops", false, "it is a test of Falco's" },
	{ "base_syscalls.custom_set", false, "the rules decide what is recorded; no call is needed for state's sake" },
	{ "base_syscalls.repair", false, "the rules decide what is recorded; no call is needed for state's sake" },
	{ "libs_metrics", false, "Falco has given it up too" },
	{ 0 },
};

const struct config_key *config_key_find(const char *name)
{
	for (const struct config_key *k = config_keys; k->name; k++)
		if (strcmp(k->name, name) == 0)
			return k;
	return NULL;
}

bool config_is_default_path(const char *key, const char *path)
{
	const char *at = config_key_find(key)->def;
	size_t len = strlen(path);

	while (len && (at = strstr(at, path)) != NULL) {
		if (strchr("[ ", at[-1]) && strchr(",]", at[len]))
			return true;
		at += len;
	}
	return false;
}

bool config_is_section(const char *name)
{
	size_t len = strlen(name);

	for (const struct config_key *k = config_keys; k->name; k++)
		if (strncmp(k->name, name, len) == 0 && k->name[len] == '.')
			return true;
	return false;
}

void config_add_values(const struct config_key *k, struct buf *out)
{
	switch (k->type) {
	case CONFIG_BOOL:
		buf_add_str(out, "true|false");
		break;
	case CONFIG_INT:
		buf_printf(out, "%.0f..%.0f", k->min, k->max);
		break;
	case CONFIG_REAL:
		buf_printf(out, "%g..%g", k->min, k->max);
		break;
	case CONFIG_WORD:
		buf_add_str(out, k->words);
		break;
	case CONFIG_FLAGS:
		buf_printf(out, "[%s, ...]", k->words);
		break;
	case CONFIG_SIZE:
		buf_add_str(out, "auto|128K..512M (a power of two)|1..10 (presets)");
		break;
	case CONFIG_TEXT:
		buf_add_str(out, k->words ? k->words : "TEXT");
		break;
	case CONFIG_TEXTS:
	case CONFIG_PATHS:
		buf_add_str(out, "[TEXT, ...]");
		break;
	case CONFIG_RULES:
	case CONFIG_APPEND:
	case CONFIG_RATES:
		buf_add_str(out, "[{...}, ...]");
		break;
	case CONFIG_FIELDS:
		buf_add_str(out, "{NAME: TEXT, ...}");
		break;
	}
}

bool config_option(size_t i, struct config_option *ret_option)
{
	for (const struct config_key *k = config_keys; k->name; k++) {
		if ((!k->letter && !k->option) || i--)
			continue;
		*ret_option = (struct config_option){
			.key = k->name, .letter = k->letter, .name = k->option, .arg = k->arg,
			.value = k->value, .help = k->help,
		};
		return true;
	}
	return false;
}
