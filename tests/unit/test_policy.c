// SPDX-License-Identifier: Apache-2.0
/*
 * Policies: files read, faults with their places, which rules a policy takes, scopes asked for events, what
 * is protected, limits.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fieldworld.h"
#include "suite.h"
#include "policy/limit.h"
#include "policy/policy.h"
#include "policy/process.h"
#include "policy/protect.h"
#include "policy/target.h"

#define S	1000000000ull

static const char rules_text[] =
	"- rule: shell in a container\n  desc: d\n  condition: evt.type = execve\n  output: o\n"
	"  priority: WARNING\n  tags: [container, shell]\n"
	"- rule: curl somewhere\n  desc: d\n  condition: evt.type = execve and proc.name = curl\n"
	"  output: o\n  priority: NOTICE\n  tags: [network]\n"
	"- rule: quiet\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: DEBUG\n";

static struct policies *ps;
static struct ruleset *rs;
static struct diags *ds;
static struct buf said;

static int output_of(void *unused, struct slice name)
{
	(void)unused;
	return slice_eq_str(name, "stdout") ? 0 : slice_eq_str(name, "file") ? 1 : -1;
}

static void load_rules(void)
{
	struct rules_loader *l = rules_loader_new(&(struct rules_options){
		.min_priority = PRIORITY_DEBUG, .match_all = true });

	ds = diags_new(0);
	ck_assert_int_eq(rules_loader_add_text(l, "rules", rules_text, strlen(rules_text), ds), 0);
	rs = rules_loader_compile(l, ds);
	ck_assert_ptr_nonnull(rs);
	rules_loader_free(l);
	diags_free(ds);
}

/* What policies_compile() says of the text. */
static int load(const char *text)
{
	int rc;

	if (!rs)
		load_rules();
	ps = policies_new(&(struct policies_options){ .output = output_of });
	ds = diags_new(0);
	ck_assert_int_eq(policies_add_text(ps, "p.yaml", text, strlen(text), ds), 0);
	rc = policies_compile(ps, rs, ds);
	buf_clear(&said);
	diags_format(ds, false, &said);
	return rc;
}

static void done(void)
{
	policies_free(ps);
	diags_free(ds);
	ps = NULL;
}

/* ---- files ---- */

static const struct {
	const char *text, *says;
} faults[] = {
	{ "policy: x\n", "p.yaml:1:1: error: a policy file is a list of items" },
	{ "- rule: x\n", "p.yaml:1:3: error: the item is neither a policy nor a protect" },
	{ "- [x]\n", "p.yaml:1:3: error: an item must be a mapping" },
	{ "- policy: [x]\n", "p.yaml:1:11: error: 'policy' of policy '' must be a text" },
	{ "- policy: x\n", "p.yaml:1:3: error: policy 'x' takes no rules" },
	{ "- policy: x\n  rules: ['*']\n  scpe: evt.num = 1\n",
	  "p.yaml:3:3: error: unknown key 'scpe' in policy 'x'" },
	{ "- policy: x\n  rules: ['*']\n  scpe: evt.num = 1\n", "did you mean 'scope'?" },
	{ "- policy: x\n  rules: ['*']\n  rules: [a]\n", "p.yaml:3:3: error: 'rules' stands twice" },
	{ "- policy: x\n  rules: {a: b}\n", "p.yaml:2:10: error: 'rules' of policy 'x' must be a list" },
	{ "- policy: x\n  rules: ['*']\n  enabled: maybe\n", "p.yaml:3:12: error: 'enabled'" },
	{ "- policy: x\n  rules: ['*']\n  priority: loud\n", "p.yaml:3:13: error: 'priority'" },
	{ "- policy: x\n  rules: ['*']\n  scope: proc.nme = x\n",
	  "p.yaml:3:10: error: unknown field 'proc.nme'" },
	{ "- policy: x\n  rules: ['*']\n  scope: proc.name =\n", "p.yaml:3:" },
	{ "- policy: x\n  rules: ['*']\n  scope: in_container\n",
	  "p.yaml:3:10: error: undefined macro 'in_container'" },
	{ "- policy: x\n  rules: ['*']\n  scope: fd.sip.name = evil.example\n",
	  "p.yaml:3:10: error: the scope of policy 'x': domain names belong into the rule's condition" },
	{ "- policy: x\n  rules: ['*']\n  scope: evt.buffer contains x\n",
	  "bytes of buffers belong into the rule's condition" },
	{ "- policy: x\n  rules: ['*']\n  actions: [kil]\n", "did you mean 'kill'?" },
	{ "- policy: x\n  rules: ['*']\n  actions: [{kill: all}]\n",
	  "p.yaml:3:20: error: policy 'x': kill what? process, group or container" },
	{ "- policy: x\n  rules: ['*']\n  actions: [{pause: now}]\n", "'pause' takes no value" },
	{ "- policy: x\n  rules: ['*']\n  actions: [{kill: group, timeout_s: 3}]\n",
	  "'kill' takes no 'timeout_s'" },
	{ "- policy: x\n  rules: ['*']\n  actions: [{stop: , timeout_s: -1}]\n",
	  "must be a number from 1 to 3600" },
	{ "- policy: x\n  rules: ['*']\n  actions: [exec]\n", "exec takes a program" },
	{ "- policy: x\n  rules: ['*']\n  actions: [{exec: [logger]}]\n", "'logger' is no absolute path" },
	{ "- policy: x\n  rules: ['*']\n  actions: [capture]\n", "cannot record captures" },
	{ "- policy: x\n  rules: ['*']\n  limit: {actions: 0}\n", "must be a number from 1 to 1000000" },
	{ "- policy: x\n  rules: ['*']\n  outputs: [fax]\n",
	  "p.yaml:3:13: error: policy 'x': there is no output 'fax'" },
	{ "- policy: x\n  rules: ['*']\n- policy: x\n  rules: ['*']\n",
	  "p.yaml:3:3: error: there is a policy 'x' already: line 1 of p.yaml" },
	{ "- protect: x\n", "protect 'x' protects nothing" },
	{ "- protect: x\n  image: [a]\n", "did you mean 'images'?" },
};

START_TEST(tells_faults)
{
	ck_assert_int_eq(load(faults[_i].text), -EINVAL);
	ck_assert_msg(strstr(buf_str(&said), faults[_i].says), "'%s' is not in:\n%s", faults[_i].says,
		      buf_str(&said));
	done();
}
END_TEST

START_TEST(tells_all_faults)
{
	ck_assert_int_eq(load("- policy: a\n  rulez: [x]\n  actions: [kil, kill: x]\n"
			      "- policy: b\n  rules: ['*']\n  scope: proc.nme = x\n"), -EINVAL);
	ck_assert_uint_eq(diags_count(ds, DIAG_ERROR), 4);
	done();
}
END_TEST

START_TEST(reads_all)
{
	const struct policy *p;

	ck_assert_int_eq(load("- policy: all of it\n  description: what for\n  enabled: true\n"
			      "  rules: [curl *]\n  tags: shell\n  priority: notice\n"
			      "  scope: proc.name = curl\n  elsewhere: silent\n  outputs: [file]\n"
			      "  limit: {actions: 3, seconds: 7}\n  actions:\n    - kill\n"
			      "    - kill: container\n    - stop\n    - {stop: null, timeout_s: 3}\n"
			      "    - pause:\n      by: cgroup\n    - unpause\n    - cut\n"
			      "    - exec: [/bin/true, -x]\n      timeout_s: 5\n"), 0);
	ck_assert_msg(!said.len, "%s", buf_str(&said));
	p = policies_at(ps, 0);
	ck_assert_str_eq(p->desc, "what for");
	ck_assert_uint_eq(p->outputs, 2);
	ck_assert_uint_eq(p->limit_actions, 3);
	ck_assert_uint_eq(p->limit_seconds, 7);
	ck_assert_uint_eq(p->nactions, 8);
	ck_assert_int_eq(p->actions[0].reach, REACH_PROCESS);
	ck_assert_int_eq(p->actions[1].reach, REACH_CONTAINER);
	ck_assert_uint_eq(p->actions[2].timeout_s, 10);
	ck_assert_uint_eq(p->actions[3].timeout_s, 3);
	ck_assert(p->actions[4].by_cgroup && !p->actions[5].by_cgroup);
	ck_assert_str_eq(p->actions[7].argv[1], "-x");
	ck_assert_ptr_null(p->actions[7].argv[2]);
	ck_assert_uint_eq(p->taken, 2);
	ck_assert(policies_act(ps));
	done();
}
END_TEST

START_TEST(misspelt_rules_are_told)
{
	ck_assert_int_eq(load("- policy: x\n  rules: [curl somewheer]\n  tags: [shel]\n"), 0);
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "no rule has the name 'curl somewheer'"));
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "no rule has the tag 'shel'"));
	done();
}
END_TEST

/* ---- alerts ---- */

static struct mkrec *exec_record(uint32_t pid, uint32_t uid)
{
	struct mkrec *m = mkrec_new(FALCOC_E_EXECVE);
	struct falcoc_exe exe = { .ino = pid };
	const char *argv[] = { "curl", "-v", NULL };

	m->rec->pid = m->rec->tid = m->rec->vpid = m->rec->vtid = pid;
	m->rec->uid = m->rec->euid = m->rec->suid = uid;
	m->rec->start_ns = pid * 1000ull;
	snprintf(m->rec->comm, sizeof(m->rec->comm), "curl");
	mkrec_attr(m, FALCOC_A_EXE, 0, &exe, sizeof(exe));
	mkrec_str(m, FALCOC_A_EXE_PATH, "/usr/bin/curl");
	mkrec_strv(m, FALCOC_A_ARGV, argv);
	return m;
}

/* Names of those that apply, and "!" where the rule is to be silent. */
static const char *matched(struct world *w, size_t rule)
{
	static char text[256];
	struct policy_match m;

	policies_match(ps, ruleset_rule(rs, rule), &w->ctx, &m);
	snprintf(text, sizeof(text), "%s", m.silent ? "!" : "");
	for (size_t i = 0; i < m.n; i++) {
		ck_assert_str_eq(m.names[i], m.list[i]->name);
		strcat(strcat(text, i ? "," : ""), m.names[i]);
	}
	return text;
}

START_TEST(scopes)
{
	struct world *w = world_new();
	struct mkrec *root = exec_record(100, 0), *alice = exec_record(200, 1000);
	struct policy_match m;

	ck_assert_int_eq(load("- policy: everywhere\n  rules: ['*']\n"
			      "- policy: alice\n  rules: ['*']\n  scope: user.name = alice\n  outputs: [file]\n"
			      "- policy: off\n  rules: ['*']\n  enabled: false\n"
			      "- policy: loud\n  rules: ['*']\n  priority: warning\n"
			      "- policy: in containers\n  tags: [network]\n  scope: container.id != host\n"), 0);
	world_apply(w, root);
	ck_assert_str_eq(matched(w, 0), "everywhere,loud");
	ck_assert_str_eq(matched(w, 1), "everywhere");
	world_apply(w, alice);
	ck_assert_str_eq(matched(w, 0), "everywhere,alice,loud");
	ck_assert_str_eq(matched(w, 1), "everywhere,alice");
	ck_assert_str_eq(matched(w, 2), "everywhere,alice");
	policies_match(ps, ruleset_rule(rs, 1), &w->ctx, &m);
	ck_assert_uint_eq(m.outputs, UINT64_MAX);	/* one of them names none */
	done();
	mkrec_free(root);
	mkrec_free(alice);
	world_free(w);
}
END_TEST

/* What engines tell of containers, if late, is what most scopes are about. */
START_TEST(scopes_of_containers)
{
	struct world *w = world_new();
	struct mkrec *root = exec_record(100, 0);

	ck_assert_int_eq(load("- policy: javaapp\n  rules: ['*']\n"
			      "  scope: kubernetes.deployment.name = javaapp and\n"
			      "    container.image.repository startswith quay.io/my-company\n"
			      "- policy: labels\n  rules: ['*']\n"
			      "  scope: fd.name = /tmp/x and container.name endswith -web and\n"
			      "    (container.privileged = true or k8s.pod.labels contains app)\n"
			      "- policy: not of ours\n  rules: ['*']\n"
			      "  scope: not container.image.repository = quay.io/my-company/base\n"), 0);
	world_apply(w, root);
	ck_assert_str_eq(matched(w, 0), "not of ours");
	done();
	mkrec_free(root);
	world_free(w);
}
END_TEST

START_TEST(silence)
{
	struct world *w = world_new();
	struct mkrec *root = exec_record(100, 0), *alice = exec_record(200, 1000);
	struct policy_match m;

	ck_assert_int_eq(load("- policy: a\n  rules: [curl *]\n  scope: user.name = alice\n"
			      "  elsewhere: silent\n  outputs: file\n"), 0);
	ck_assert(policies_may_silence(ps, ruleset_rule(rs, 1)));
	ck_assert(!policies_may_silence(ps, ruleset_rule(rs, 0)));
	world_apply(w, root);
	ck_assert_str_eq(matched(w, 1), "!");
	ck_assert_str_eq(matched(w, 0), "");	/* of no policy: as without any */
	world_apply(w, alice);
	ck_assert_str_eq(matched(w, 1), "a");
	policies_match(ps, ruleset_rule(rs, 1), &w->ctx, &m);
	ck_assert_uint_eq(m.outputs, 2);
	done();
	mkrec_free(root);
	mkrec_free(alice);
	world_free(w);
}
END_TEST

/* ---- protection ---- */

static struct target somebody(void)
{
	struct target t = { .pid = 4242, .start_ns = 5 * S };

	strcpy(t.exe, "/usr/bin/curl");
	return t;
}

/* A process whose container nobody knows is not one of the host's. */
START_TEST(nobody_knows_where)
{
	struct falcoc_rec rec = { .pid = (uint32_t)getpid() };
	const struct event ev = { .rec = &rec };
	const struct state st = { 0 };
	struct proc proc = { .pid = rec.pid };
	const struct eval_ctx ctx = { .ev = &ev, .state = &st, .proc = &proc };
	struct target t;

	target_init(&t, &ctx);
	ck_assert(!t.is_somewhere);
	proc.container = 7;	/* whose entry was pushed out */
	target_init(&t, &ctx);
	ck_assert(t.is_somewhere);
	proc.container = 0;
	proc.container_unknown = true;
	target_init(&t, &ctx);
	ck_assert(t.is_somewhere);
	ck_assert_str_eq(t.container, "");
}
END_TEST

START_TEST(protects)
{
	struct protect *p;
	struct target t = somebody();
	struct process_stat st;

	ck_assert_int_eq(load("- protect: ours\n  programs: [/opt/db/*]\n  images: [quay.io/base*]\n"
			      "  containers: [vault, abcdef012345]\n  namespaces: [infra-*]\n"
			      "- protect: more\n  programs: [/usr/bin/needed]\n"), 0);
	p = protect_new(policies_protect(ps));
	ck_assert_ptr_null(protect_target(p, &t));
	strcpy(t.exe, "/opt/db/server");
	ck_assert_str_eq(protect_target(p, &t), "its program is protected");
	strcpy(t.exe, "/usr/bin/needed");
	ck_assert_ptr_nonnull(protect_target(p, &t));
	t = somebody();
	t.ours = true;
	ck_assert_str_eq(protect_target(p, &t), "it is falcoc, or was started by it");
	t = somebody();
	t.is_somewhere = true;
	ck_assert_str_eq(protect_target(p, &t), "its container is not known, and some are protected");
	t = somebody();
	t.pid = 1;
	ck_assert_str_eq(protect_target(p, &t), "it is pid 1");
	t = somebody();
	strcpy(t.image, "quay.io/base:1");	/* without a container it says nothing */
	ck_assert_ptr_null(protect_target(p, &t));
	t.image_known = true;
	strcpy(t.container, "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789");
	ck_assert_ptr_nonnull(protect_target(p, &t));
	*t.image = '\0';
	t.image_known = false;
	ck_assert_str_eq(protect_target(p, &t), "its image is not known, and some are protected");
	t.image_known = true;
	ck_assert_str_eq(protect_target(p, &t), "its container is protected");
	t.container[0] = 'b';
	ck_assert_ptr_null(protect_target(p, &t));
	/* nor one whose name would have told, nor a pod that could be any namespace's */
	t.image_known = false;
	protect_free(p);
	done();
	ck_assert_int_eq(load("- protect: ours\n  containers: [vault]\n  namespaces: [infra-*]\n"), 0);
	p = protect_new(policies_protect(ps));
	*t.name = '\0';
	ck_assert_str_eq(protect_target(p, &t), "its name is not known, and some are protected");
	strcpy(t.name, "web");
	ck_assert_ptr_null(protect_target(p, &t));
	t.in_pod = true;
	ck_assert_str_eq(protect_target(p, &t), "its pod's namespace is not known, and some are protected");
	strcpy(t.namespace, "infra-eu");
	ck_assert_str_eq(protect_target(p, &t), "its namespace is protected");
	strcpy(t.namespace, "kube-system");
	ck_assert_str_eq(protect_target(p, &t), "its pod is of a system namespace");
	/* ourselves, and who started us */
	ck_assert_int_eq(process_stat((uint32_t)getpid(), &st), 0);
	ck_assert_str_eq(protect_process(p, (uint32_t)getpid(), &st), "it is falcoc");
	ck_assert_int_eq(process_stat((uint32_t)getppid(), &st), 0);
	ck_assert_str_eq(protect_process(p, (uint32_t)getppid(), &st), "falcoc runs below it");
	st.start_ticks++;	/* another that has that number is nobody */
	ck_assert_ptr_null(protect_process(p, (uint32_t)getppid(), &st));
	st.is_kernel = true;
	ck_assert_str_eq(protect_process(p, 99, &st), "it is a thread of the kernel's");
	protect_free(p);
	done();
}
END_TEST

/* ---- limits ---- */

START_TEST(limits)
{
	struct limit l;
	uint64_t now = 100 * S;
	unsigned int taken = 0;

	limit_init(&l, 3, 6);
	while (limit_has(&l, now) && taken < 10) {
		limit_take(&l);
		taken++;
	}
	ck_assert_uint_eq(taken, 3);
	ck_assert(!limit_has(&l, now + S));
	ck_assert(limit_has(&l, now + 2 * S));
	limit_take(&l);
	ck_assert(!limit_has(&l, now + 3 * S));
	/* however long it waits, no more than at first */
	for (taken = 0; limit_has(&l, now + 1000 * S) && taken < 10; taken++)
		limit_take(&l);
	ck_assert_uint_eq(taken, 3);
}
END_TEST

/* No more in any time than the burst and what comes in it: against a plain count. */
START_TEST(limits_as_counted)
{
	struct limit l;
	uint64_t now = S;
	unsigned int taken = 0;

	srand(7);
	limit_init(&l, 10, 60);
	while (now < 3600 * S) {
		now += (uint64_t)rand() % S;
		if (limit_has(&l, now)) {
			limit_take(&l);
			taken++;
		}
	}
	ck_assert_uint_le(taken, 10 + 3600 / 6);
	ck_assert_uint_ge(taken, 3600 / 6 - 1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("policy");
	TCase *tc = tcase_create("all");
	int failed;

	suite_add_tcase(s, tc);
	tcase_add_loop_test(tc, tells_faults, 0, sizeof(faults) / sizeof(faults[0]));
	tcase_add_test(tc, tells_all_faults);
	tcase_add_test(tc, reads_all);
	tcase_add_test(tc, misspelt_rules_are_told);
	tcase_add_test(tc, scopes);
	tcase_add_test(tc, scopes_of_containers);
	tcase_add_test(tc, silence);
	tcase_add_test(tc, protects);
	tcase_add_test(tc, nobody_knows_where);
	tcase_add_test(tc, limits);
	tcase_add_test(tc, limits_as_counted);
	failed = suite_run(s);
	ruleset_free(rs);
	buf_release(&said);
	return failed;
}
