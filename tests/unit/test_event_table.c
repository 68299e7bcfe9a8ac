// SPDX-License-Identifier: Apache-2.0
/*
 * The event list and the tables of names, beside those of Falco: parameters in its order with
 * its names, types and number bases; and its names of flags in its order, as far as this
 * machine's kernels know them.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "event/event.h"
#include "event/flags.h"
#include "event/foreign.h"
#include "mkrec.h"
#include "reference.h"
#include "suite.h"

/* Is the exit event (or trace point) of this row the newest of its name? */
static bool is_current(char *col[REFERENCE_COLUMNS])
{
	return !strstr(col[5], "OLD_VERSION") && !strstr(col[5], "UNUSED") &&
	       (col[3][0] == '<' || strstr(col[4], "TRACEPOINT"));
}

/* The number 4660 as that parameter; NULL: its source is no plain number. */
static const char *shown(unsigned int event, unsigned int i, struct arena *scratch)
{
	const struct event_param_def *p = &event_def(event)->params[i];
	struct mkrec *m = mkrec_new((enum falcoc_event)event);
	uint64_t out[FALCOC_OUT_MAX];
	struct slice text = { NULL, 0 };
	struct event ev;

	for (size_t k = 0; k < FALCOC_OUT_MAX; k++)
		out[k] = 4660;
	for (size_t k = 0; k < 6; k++)
		m->rec->arg[k] = 4660;
	m->rec->res = 4660;
	mkrec_attr(m, FALCOC_A_OUT, 0, out, sizeof(out));
	mkrec_fd(m, 3, FALCOC_FD_FILE, "/x");
	ck_assert_int_eq(event_decode(&ev, m->bytes, m->rec->len), 0);
	if (value_kind(p->type) != VALUE_KIND_STRING && p->type != VALUE_SIGSET &&
	    (p->source <= FALCOC_SRC_ARG5 ||
	     (p->source >= FALCOC_SRC_OUT0 && p->source <= FALCOC_SRC_OUT9)))
		event_param_raw_text(&ev, i, scratch, &text);
	text.ptr = text.ptr ? arena_slicedup(scratch, text) : NULL;
	mkrec_free(m);
	return text.ptr;
}

static void check_base(const char *name, unsigned int event, unsigned int i, const char *format,
		       struct arena *scratch)
{
	const struct event_param_def *p = &event_def(event)->params[i];
	const char *text = shown(event, i, scratch);
	bool byte = p->type == VALUE_UINT8 || p->type == VALUE_SIGTYPE;
	const char *hex = byte ? "34" : "1234", *dec = byte ? "52" : "4660";

	/* Falco prints flags and results in decimal whatever its table says */
	if (!text || strstr(value_type_name(p->type), "FLAGS") || p->type == VALUE_ERRNO)
		return;
	ck_assert_msg(strcmp(text, strcmp(format, "HEX") == 0 ? hex :
			     strcmp(format, "OCT") == 0 ? "011064" : dec) == 0,
		      "%s.%s is shown as %s, not in %s", name, p->name, text, format);
}

/* Of such numbers, one at a time is the same as a number and as bits. */
static bool has_single_bits(const struct flag_table *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (!t->names[i].value || (t->names[i].value & (t->names[i].value - 1)))
			return false;
	return true;
}

/*
 * Captures have Falco's numbers of flags: each of its names has its number, and is that
 * of the whole or of some bits as the type says.
 */
static void check_numbers(const char *name, const struct event_param_def *p, const char *table)
{
	const struct flag_table *t = foreign_table(p->table);
	const bool is_enum = strstr(value_type_name(p->type), "ENUM");
	FILE *f = reference_open("scap-flag-tables.tsv");
	char line[REFERENCE_ROW], *col[REFERENCE_COLUMNS];

	ck_assert_ptr_nonnull(f);
	ck_assert_msg(t && t->n, "%s.%s has no names", name, p->name);
	ck_assert_msg(is_enum == (t->kind == FLAGS_ENUM) || (!is_enum && has_single_bits(t)),
		      "%s.%s: %s", name, p->name,
		      is_enum ? "one number, not bits" : "bits, not one number");
	while (reference_row(f, line, col)) {
		bool found = false;
		uint64_t value;

		if (strcmp(col[0], table) != 0)
			continue;
		value = strtoull(col[2], NULL, 0);
		for (size_t i = 0; i < t->n && !found; i++)
			found = strcmp(t->names[i].name, col[1]) == 0 && t->names[i].value == value;
		ck_assert_msg(found, "%s.%s: no %s of number %s", name, p->name, col[1], col[2]);
	}
	fclose(f);
}

/* "name:TYPE:FORMAT[:table]" beside parameter @i. */
static void check_param(const char *name, unsigned int event, unsigned int i, char *text,
			struct arena *scratch)
{
	const struct event_def *def = event_def(event);
	char *type = strchr(text, ':'), *format, *table;
	const char *ours;

	ck_assert_ptr_nonnull(type);
	*type++ = '\0';
	format = strchr(type, ':');
	ck_assert_ptr_nonnull(format);
	*format++ = '\0';
	table = strchr(format, ':');
	if (table)
		*table++ = '\0';
	ck_assert_msg(i < def->nparams, "%s has no parameter %s", name, text);
	ck_assert_msg(strcmp(def->params[i].name, text) == 0, "%s: parameter %u is %s, not %s",
		      name, i, def->params[i].name, text);
	ours = value_type_name(def->params[i].type);
	if (strcmp(type, "DYN") == 0)
		type = (char *)"DYNAMIC";
	ck_assert_msg(strcmp(ours, type) == 0, "%s.%s: %s, not %s", name, text, ours, type);
	check_base(name, event, i, format, scratch);
	if (table && strstr(type, "FLAGS"))
		check_numbers(name, &def->params[i], table);
}

START_TEST(parameters_as_in_falco)
{
	FILE *f = reference_open("scap-events.tsv");
	struct arena *scratch = arena_new(0);
	unsigned int events = 0;
	char line[REFERENCE_ROW], *col[REFERENCE_COLUMNS];

	while (f && reference_row(f, line, col)) {
		char *save, *p;
		unsigned int i = 0;
		int event;

		event = event_by_name(slice_of(col[2]));
		if (event < 0 || !is_current(col) || (event_def(event)->traits & FALCOC_T_GENERIC))
			continue;
		for (p = strtok_r(col[7], " ", &save); p; p = strtok_r(NULL, " ", &save))
			check_param(col[2], (unsigned int)event, i++, p, scratch);
		ck_assert_msg(i == event_def(event)->nparams, "%s has %u parameters, not %u", col[2],
			      event_def(event)->nparams, i);
		events++;
	}
	arena_free(scratch);
	if (!f)
		return;
	fclose(f);
	printf("%u events have Falco's parameters\n", events);
	ck_assert_uint_gt(events, 130);
}
END_TEST

/* Falco's name of a table, ours, and the names that x86-64 has no number for. */
static const struct {
	const char *falco;
	enum flag_table_id ours;
	const char *missing;
} tables[] = {
	{ "access_flags", FLAG_TABLE_access, "" },
	{ "bpf_commands", FLAG_TABLE_bpf_cmd, "" },
	{ "chmod_mode", FLAG_TABLE_mode, "" },
	{ "clone_flags", FLAG_TABLE_clone,
	  " CLONE_INVERTED NAME_CHANGED CLOSED CLONE_STOPPED CLONE_CHILD_IN_PIDNS " },
	{ "close_range_flags", FLAG_TABLE_close_range, "" },
	{ "creat_flags", FLAG_TABLE_creat, "" },
	{ "delete_module_flags", FLAG_TABLE_delete_module, "" },
	{ "epoll_create1_flags", FLAG_TABLE_epoll_create1, "" },
	{ "execve_flags", FLAG_TABLE_exe, "" },
	{ "fcntl_commands", FLAG_TABLE_fcntl_cmd, "" },
	{ "finit_module_flags", FLAG_TABLE_finit_module, "" },
	{ "flock_flags", FLAG_TABLE_flock, "" },
	{ "fsconfig_cmds", FLAG_TABLE_fsconfig_cmd, "" },
	{ "futex_operations", FLAG_TABLE_futex_op, "" },
	{ "io_uring_enter_flags", FLAG_TABLE_io_uring_enter, "" },
	{ "io_uring_register_opcodes", FLAG_TABLE_io_uring_register_op, "" },
	{ "io_uring_setup_feats", FLAG_TABLE_io_uring_feat, "" },
	{ "io_uring_setup_flags", FLAG_TABLE_io_uring_setup, " IORING_SQ_NEED_WAKEUP " },
	{ "keyctl_operations", FLAG_TABLE_keyctl_op, "" },
	{ "linkat_flags", FLAG_TABLE_linkat, "" },
	{ "lseek_whence", FLAG_TABLE_lseek_whence, "" },
	{ "memfd_create_flags", FLAG_TABLE_memfd, "" },
	{ "mknod_mode", FLAG_TABLE_mknod_mode, "" },
	{ "mlock2_flags", FLAG_TABLE_mlock2, "" },
	{ "mlockall_flags", FLAG_TABLE_mlockall, "" },
	{ "mmap_flags", FLAG_TABLE_mmap, " MAP_RENAME MAP_INHERIT MAP_FILE " },
	{ "mount_flags", FLAG_TABLE_mount, "" },
	{ "newfstatat_flags", FLAG_TABLE_newfstatat, "" },
	{ "openat2_flags", FLAG_TABLE_resolve, "" },
	{ "pidfd_open_flags", FLAG_TABLE_pidfd_open, "" },
	{ "prctl_options", FLAG_TABLE_prctl_option, "" },
	{ "prot_flags", FLAG_TABLE_mmap_prot, " PROT_SAO " },
	{ "ptrace_requests", FLAG_TABLE_ptrace_request, "" },
	{ "quotactl_cmds", FLAG_TABLE_quota_cmd, "" },
	{ "quotactl_dqi_flags", FLAG_TABLE_quota_dqi, "" },
	{ "quotactl_quota_fmts", FLAG_TABLE_quota_fmt, "" },
	{ "quotactl_types", FLAG_TABLE_quota_type, "" },
	{ "renameat2_flags", FLAG_TABLE_renameat2, "" },
	{ "rlimit_resources", FLAG_TABLE_rlimit, "" },
	{ "semctl_commands", FLAG_TABLE_semctl_cmd, "" },
	{ "semget_flags", FLAG_TABLE_semget, "" },
	{ "semop_flags", FLAG_TABLE_semop, "" },
	{ "shutdown_how", FLAG_TABLE_shutdown, "" },
	{ "socket_families", FLAG_TABLE_family, "" },
	{ "sockopt_levels", FLAG_TABLE_sockopt_level, "" },
	{ "sockopt_options", FLAG_TABLE_sockopt_name, "" },
	{ "splice_flags", FLAG_TABLE_splice, "" },
	{ "umount_flags", FLAG_TABLE_umount, "" },
	{ "unlinkat_flags", FLAG_TABLE_unlinkat, "" },
};

static int table_of(const char *falco)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (strcmp(tables[i].falco, falco) == 0)
			return (int)i;
	return -1;
}

static bool is_missing(int table, const char *name)
{
	char word[80];

	snprintf(word, sizeof(word), " %s ", name);
	return strstr(tables[table].missing, word);
}

/* The place of @name in a table, or -1. */
static int place(const struct flag_table *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->names[i].name, name) == 0)
			return (int)i;
	return -1;
}

/* Where the order shows: in what is joined from bits. Of O_NONE and the like it does not. */
START_TEST(names_as_in_falco)
{
	FILE *f = reference_open("scap-flag-tables.tsv");
	char line[REFERENCE_ROW], *col[REFERENCE_COLUMNS], last[80] = "";
	int at = -1;
	unsigned int names = 0;

	while (f && reference_row(f, line, col)) {
		const struct flag_table *t;
		int table, now;

		table = table_of(col[0]);
		if (table < 0 || is_missing(table, col[1]))
			continue;
		t = &flag_tables[tables[table].ours];
		if (strcmp(last, col[0]) != 0)
			at = -1;
		snprintf(last, sizeof(last), "%s", col[0]);
		now = place(t, col[1]);
		ck_assert_msg(now >= 0, "%s has no %s", col[0], col[1]);
		if (t->kind == FLAGS_BITS && t->names[now].value)
			ck_assert_msg(now > at, "%s: %s comes earlier", col[0], col[1]);
		at = t->names[now].value ? now : at;
		names++;
	}
	if (!f)
		return;
	fclose(f);
	printf("%u of Falco's names of flags\n", names);
	ck_assert_uint_gt(names, 500);
}
END_TEST

/* Every table that the event list uses has names, and no two names for one bit. */
START_TEST(tables_are_filled)
{
	for (int id = FLAG_TABLE_NONE + 1; id < FLAG_TABLE_COUNT; id++) {
		const struct flag_table *t = &flag_tables[id];

		ck_assert_msg(t->n > 0, "table %d is empty", id);
		for (size_t i = 0; i < t->n; i++)
			for (size_t k = 0; k < i; k++)
				ck_assert_msg(strcmp(t->names[i].name, t->names[k].name) != 0,
					      "%s is there twice", t->names[i].name);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("event_table");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, parameters_as_in_falco);
	tcase_add_test(tc, names_as_in_falco);
	tcase_add_test(tc, tables_are_filled);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
