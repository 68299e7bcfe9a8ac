// SPDX-License-Identifier: Apache-2.0
/*
 * doctor.c - all that falcoc needs, looked at: the machine (doctor/doctor.h), then what the
 * configuration wants of it
 */
#include "doctor/doctor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "capture/capture.h"
#include "dns/probe.h"
#include "engine/core.h"
#include "store/store.h"

#define PROBE_MS	2000

static struct capture_options capture_of(const struct engine_options *opt)
{
	return (struct capture_options){
		.device = opt->device, .main_ring_bytes = opt->ring_bytes,
		.dns_ring_bytes = opt->dns_ring_bytes, .proc_ring_bytes = opt->proc_ring_bytes,
	};
}

static void check_rules(struct doctor *d, const struct engine_doctor *what)
{
	struct engine *e;

	if (!what->nrules) {
		doctor_say(d, "rules", DOCTOR_FAILURE, "the configuration names no rules file that is there");
		doctor_advise(d, "install falcoc's rules, or name yours under rules_files");
		return;
	}
	if (engine_new(what->options, &e) != 0) {
		doctor_say(d, "rules", DOCTOR_SKIPPED, "no engine can be made of the options");
		return;
	}
	for (size_t i = 0; i < what->nrules; i++)
		engine_add_rules(e, what->rules[i]);
	for (size_t i = 0; i < what->npolicies; i++)
		engine_add_policies(e, what->policies[i]);
	if (engine_compile(e) != ENGINE_OK) {
		doctor_say(d, "rules", DOCTOR_FAILURE, "%zu errors, %zu warnings", engine_errors(e),
			   engine_warnings(e));
		doctor_mend(d, "falcoc validate");
	} else {
		doctor_say(d, "rules", engine_rules_enabled(e) ? DOCTOR_OK : DOCTOR_WARNING,
			   "%zu rules, %zu enabled, %zu policies, %zu warnings", engine_rules(e),
			   engine_rules_enabled(e), engine_policies(e), engine_warnings(e));
	}
	engine_free(e);
}

static void check_resolver(struct doctor *d, const struct engine_options *opt)
{
	struct dns_probe list[DNS_PROBE_MAX];
	size_t n, dead = 0;
	int err;

	if (opt->no_dns_queries) {
		doctor_say(d, "resolver", DOCTOR_SKIPPED, "the configuration has no names asked for");
		return;
	}
	err = dns_probe(opt->dns_servers, NULL, PROBE_MS, list, &n);
	if (err) {
		doctor_say(d, "resolver", DOCTOR_WARNING, "the name servers cannot be read: %s",
			   strerror(-err));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		dead += list[i].failure != NULL;
		if (list[i].failure)
			doctor_say(d, "resolver", DOCTOR_WARNING, "%s: %s", list[i].server, list[i].failure);
		else
			doctor_say(d, "resolver", DOCTOR_OK, "%s answers, after %u ms", list[i].server,
				   list[i].ms);
	}
	/* one was asked at least: of none that is configured it is 127.0.0.1 */
	if (dead == n)
		doctor_advise(d, "rules about names that nobody was told of yet do not know their addresses: see "
			      "/etc/resolv.conf, or dns.servers in the configuration");
}

/* The directory of a file. */
static void check_file(struct doctor *d, const char *check, const char *what, const char *file)
{
	char *dir = strdup(file), *slash = dir ? strrchr(dir, '/') : NULL;

	if (slash && slash != dir)
		*slash = '\0';
	if (dir)
		doctor_directory(d, check, what, slash == dir ? "/" : slash ? dir : ".", false);
	else
		d->no_memory = true;
	free(dir);
}

static void check_store(struct doctor *d, const struct engine_options *opt)
{
	const char *path = opt->outputs.store.path ? opt->outputs.store.path : STORE_PATH;
	struct store *store;
	char why[256];
	int err;

	if (!opt->outputs.store.enabled) {
		doctor_say(d, "store", DOCTOR_SKIPPED, "alerts are not stored (alert_store.enabled)");
		return;
	}
	err = store_open(path, &store, why, sizeof(why));
	if (!err)
		store_close(store);
	/* of an older falcoc it is brought up to date as soon as something is written */
	if (!err || err == -ENOENT || err == -EUCLEAN) {
		check_file(d, "store", "the alert store", path);
		return;
	}
	doctor_say(d, "store", DOCTOR_WARNING, "%s", why);
	if (err == -EPROTO)
		doctor_advise(d, "upgrade falcoc, or name another file (alert_store.file)");
	else if (err == -EIO)
		doctor_mend(d, "mv %s %s.bad", path, path);
}

static void check_state(struct doctor *d, const struct engine_options *opt)
{
	if (opt->dns_state && *opt->dns_state)
		check_file(d, "names", "the file that keeps names", opt->dns_state);
	if (!opt->no_captures && opt->capture_dir && *opt->capture_dir)
		doctor_directory(d, "captures", "the directory of captures", opt->capture_dir, true);
}

/* What the service says of itself; another's socket is not its. */
static void check_status(struct doctor *d, const struct engine_options *opt)
{
	char why[512], *text = NULL;
	enum engine_status rc;

	if (!opt->status_socket || !*opt->status_socket) {
		doctor_say(d, "status", DOCTOR_SKIPPED, "the configuration gives the service no socket (status_socket)");
		return;
	}
	rc = engine_status_show(opt->status_socket, ENGINE_FORMAT_JSON, false, &text, why,
				sizeof(why));
	free(text);
	if (rc == ENGINE_OK) {
		doctor_say(d, "status", DOCTOR_OK, "records, by the rules of its files");
	} else if (rc == ENGINE_ERR_DEVICE) {
		doctor_say(d, "status", DOCTOR_WARNING, "waits for the module: nothing is recorded");
		doctor_advise(d, "it goes on by itself once the module is there");
	} else if (rc == ENGINE_ERR_RULES) {
		doctor_say(d, "status", DOCTOR_WARNING, "records by old rules: its files have errors");
		doctor_mend(d, "falcoc validate");
	} else {
		doctor_say(d, "status", DOCTOR_WARNING, "does not answer: %s", why);
		doctor_mend(d, "systemctl restart falcoc");
	}
}

static void check_all(struct doctor *d, const struct engine_doctor *what)
{
	const struct capture_options capture = capture_of(what->options);

	doctor_privileges(d);
	doctor_kernel(d, "");
	doctor_module(d, "", engine_version());
	doctor_tools(d, "");
	doctor_memory(d, "", capture_ring_bytes(&capture));
	doctor_device(d, "", &capture);
	if (what->config_faults) {
		doctor_say(d, "configuration", DOCTOR_FAILURE, "it has errors");
		doctor_mend(d, "falcoc validate");
	} else {
		doctor_say(d, "configuration", DOCTOR_OK, "without errors");
		check_rules(d, what);
	}
	check_resolver(d, what->options);
	check_store(d, what->options);
	check_state(d, what->options);
	if (doctor_service(d, ""))
		check_status(d, what->options);
}

/* What falcoc needs to open the device, in the order that it is needed. */
char *engine_doctor_device(const struct engine *e, bool colour)
{
	const struct capture_options capture = capture_of(&e->opt);
	struct buf out = BUF_INIT;
	struct doctor d;
	char *text;

	doctor_init(&d);
	doctor_kernel(&d, "");
	doctor_module(&d, "", engine_version());
	doctor_privileges(&d);
	doctor_memory(&d, "", capture_ring_bytes(&capture));
	doctor_device(&d, "", &capture);
	doctor_text_first(&d, colour, &out);
	text = out.len && !d.no_memory && !out.truncated ? strdup(buf_str(&out)) : NULL;
	buf_release(&out);
	doctor_release(&d);
	return text;
}

enum engine_status engine_doctor(const struct engine_doctor *what, enum engine_format format,
				 char **ret_text, size_t *ret_failures)
{
	struct buf out = BUF_INIT;
	struct doctor d;
	int err = 0;

	doctor_init(&d);
	check_all(&d, what);
	if (format == ENGINE_FORMAT_JSON)
		err = doctor_json(&d, engine_version(), &out);
	else
		doctor_text(&d, what->colour, &out);
	if (err || d.no_memory || out.truncated) {
		buf_release(&out);
		doctor_release(&d);
		return ENGINE_ERR_RUNTIME;
	}
	*ret_failures = doctor_count(&d, DOCTOR_FAILURE);
	*ret_text = strdup(buf_str(&out));
	buf_release(&out);
	doctor_release(&d);
	return *ret_text ? ENGINE_OK : ENGINE_ERR_RUNTIME;
}
