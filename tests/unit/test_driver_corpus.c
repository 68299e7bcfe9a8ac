// SPDX-License-Identifier: Apache-2.0
/*
 * What Falco's own tests of its driver demand of a record, line by line, beside the event list: the event
 * exists, it has as many parameters, and each parameter that is looked at has a type that can hold what is
 * expected. Whether the values are right is tried in a guest (tests/vm/kmodtest). Lines that are
 * about something else, or of which falcoc differs on purpose, are named below with the reason.
 *
 * DRIVER_TABLE=1 in the environment prints each line with its result.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event/event.h"
#include "suite.h"

static const struct {
	const char *test;	/* the head of its name */
	const char *why;
} excused[] = {
	{ "page_fault_", "page faults are no events of rules; they are counted (pgft_maj, pgft_min)" },
	{ "sched_switch", "a change of the task on a CPU is no event of rules" },
	{ "drop_failed_", "which events are recorded is the mask's matter" },
	{ "read_in_order_from_buffer", "the order of records: consumers of kmodtest check their numbers" },
	{ "sampling_ratio_", "there is no sampling: all that is asked for is recorded or counted as dropped" },
};

enum { SUITE, TEST, FILE_NAME, EVENT, CALLS, ASSERTS, COLUMNS };

static unsigned int covered, exempt, wrong, asserts;

static const char *excuse(char **column)
{
	for (size_t i = 0; i < sizeof(excused) / sizeof(*excused); i++)
		if (!strncmp(column[TEST], excused[i].test, strlen(excused[i].test)))
			return excused[i].why;
	if (strstr(column[EVENT], "ENTER_EVENT"))
		return "what is known at the entry of a call is in the one record made at its exit";
	return NULL;
}

static int event_of(char **column)
{
	/* what events of another name than the call's are called; a 32-bit call has its sister's event */
	static const char *const names[][2] = {
		{ "PPM_SC_SCHED_PROCESS_EXIT", "procexit" }, { "PPM_SC_SIGNAL_DELIVER", "signaldeliver" },
		{ "__NR_pread64", "pread" }, { "__NR_pwrite64", "pwrite" }, { "__NR_prlimit64", "prlimit" },
		{ "__NR_llseek", "lseek" }, { "__NR_mmap2", "mmap" }, { "__NR_ugetrlimit", "getrlimit" },
	};
	const char *name = column[EVENT];
	size_t len = strcspn(name, ",");

	if (!strcmp(column[TEST], "forkX_child"))	/* whose call is not in the line */
		return event_by_name(slice_of("fork"));
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strlen(names[i][0]) == len && !memcmp(name, names[i][0], len))
			return event_by_name(slice_of(names[i][1]));
	return strncmp(name, "__NR_", 5) ? -1 : event_by_name((struct slice){ name + 5, len - 5 });
}

/* Bytes may be text. */
static bool is_text(enum value_type t)
{
	return t == VALUE_CHARBUF || t == VALUE_FSPATH || t == VALUE_FSRELPATH || t == VALUE_BYTEBUF;
}

static bool is_number(enum value_type t)
{
	return value_kind(t) == VALUE_KIND_INT || value_kind(t) == VALUE_KIND_UINT;
}

static bool is_bytes(enum value_type t)
{
	return t == VALUE_BYTEBUF;
}

static bool is_tuple(enum value_type t)
{
	return t == VALUE_SOCKTUPLE;
}

static bool is_address(enum value_type t)
{
	return t == VALUE_SOCKADDR;
}

static bool is_fds(enum value_type t)
{
	return t == VALUE_FDLIST;
}

static bool is_any(enum value_type t)
{
	return t < VALUE_TYPE_COUNT;
}

/* Heads of assertions on one parameter, whose number comes first. */
static const struct {
	const char *head;
	bool (*fits)(enum value_type t);
} kinds[] = {
	{ "assert_numeric_param(", is_number },	  { "assert_only_param_len(", is_any },
	{ "assert_charbuf_param(", is_text },	  { "assert_charbuf_param_any_of(", is_text },
	{ "assert_charbuf_array_param(", is_bytes }, { "assert_bytebuf_param(", is_bytes },
	{ "assert_cgroup_param(", is_bytes },	  { "assert_empty_param(", is_any },
	{ "assert_tuple_inet_param(", is_tuple }, { "assert_tuple_inet6_param(", is_tuple },
	{ "assert_tuple_unix_param(", is_tuple }, { "assert_addr_info_inet_param(", is_address },
	{ "assert_addr_info_inet6_param(", is_address }, { "assert_addr_info_unix_param(", is_address },
	{ "assert_fd_list(", is_fds },
};

/* Of the whole record, or of the test itself. */
static const char *const others[] = {
	"assert_event_presence(", "assert_event_absence(", "assert_header(", "assert_keyctl_arg(",
	"assert_syscall_state(", "assert_setsockopt_val(", "assert_ptrace_data(", "assert_ptrace_addr(",
};

/* NULL: the event can hold that; else why not. */
static const char *assertion_fails(const struct event_def *def, const char *a)
{
	static char why[200];
	unsigned int n;

	if (!strncmp(a, "assert_num_params_pushed(", 25)) {
		n = (unsigned int)strtoul(a + 25, NULL, 10);
		/* of calls known by name only Falco has the number, falcoc the arguments too */
		if (n == def->nparams || (n <= 2 && def->traits & FALCOC_T_GENERIC))
			return NULL;
		snprintf(why, sizeof(why), "%s has %u parameters, not %u", def->name, def->nparams, n);
		return why;
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strncmp(a, kinds[i].head, strlen(kinds[i].head)))
			continue;
		n = (unsigned int)strtoul(a + strlen(kinds[i].head), NULL, 10);
		if (n >= 1 && n <= def->nparams && kinds[i].fits(def->params[n - 1].type))
			return NULL;
		snprintf(why, sizeof(why), "%s: parameter %u (%s): %.60s", def->name, n,
			 n >= 1 && n <= def->nparams ? value_type_name(def->params[n - 1].type) : "none", a);
		return why;
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (!strncmp(a, others[i], strlen(others[i])))
			return NULL;
	snprintf(why, sizeof(why), "not understood: %.60s", a);
	return why;
}

static const char *line_fails(char **column)
{
	/* these have both, one for each way that libraries make the call */
	bool either = !strncmp(column[TEST], "socketcall_acceptX", 18);
	char *rest = column[ASSERTS], *next;
	const struct event_def *def;
	int event = event_of(column);
	const char *why;

	if (event < 0)
		return "no such event";
	def = event_def((enum falcoc_event)event);
	for (; rest && *rest; rest = next) {
		next = strstr(rest, " ; ");
		if (next) {
			*next = '\0';
			next += 3;
		}
		asserts++;
		why = assertion_fails(def, rest);
		if (why && either)
			why = assertion_fails(event_def(FALCOC_E_ACCEPT), rest);
		if (why)
			return why;
	}
	return NULL;
}

static void take_line(char *line)
{
	char *column[COLUMNS];
	const char *why, *result = "covered";

	line[strcspn(line, "\n")] = '\0';
	for (int i = 0; i < COLUMNS; i++)
		column[i] = strsep(&line, "\t");
	ck_assert_ptr_nonnull(column[ASSERTS]);
	why = excuse(column);
	if (why) {
		exempt++;
		result = "exempt";
	} else {
		why = line_fails(column);
		if (why) {
			wrong++;
			result = "MISSING";
		} else {
			covered++;
		}
	}
	if (getenv("DRIVER_TABLE") || *result == 'M')
		printf("%s\t%s\t%s\t%s\n", column[TEST], column[EVENT], result, why ? why : "");
}

START_TEST(driver_tests)
{
	const char *shared = getenv("FALCOC_SHARED");
	char path[4096], *line = NULL;
	size_t size = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/corpus/driver-tests.tsv", shared ? shared : "../shared");
	setvbuf(stdout, NULL, _IOLBF, 0);	/* check ends a test that fails without flushing */
	f = fopen(path, "r");
	if (!f) {
		printf("skip: no %s\n", path);
		return;
	}
	ck_assert_int_gt(getline(&line, &size, f), 0);	/* names of columns */
	while (getline(&line, &size, f) > 0)
		take_line(line);
	free(line);
	fclose(f);
	printf("driver's tests: %u covered (%u assertions), %u exempt, %u missing\n", covered, asserts, exempt,
	       wrong);
	ck_assert_uint_eq(wrong, 0);
	ck_assert_uint_gt(covered, 400);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("driver_corpus");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, driver_tests);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
