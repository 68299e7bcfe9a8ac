// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes as a file of policies, compiled against a rule. Faults are formatted too: a place outside the
 * file would show there.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ruleset *make_rules(void)
{
	static const char text[] = "- rule: a rule\n  desc: d\n  condition: evt.type = execve\n"
				   "  output: o\n  priority: WARNING\n  tags: [net]\n";
	struct rules_loader *l = rules_loader_new(&(struct rules_options){
		.min_priority = PRIORITY_DEBUG });
	struct diags *ds = diags_new(0);
	struct ruleset *rs;

	rules_loader_add_text(l, "rules", text, strlen(text), ds);
	rs = rules_loader_compile(l, ds);
	rules_loader_free(l);
	diags_free(ds);
	return rs;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ruleset *rs;
	struct diags *ds = diags_new(50);
	struct policies *ps = policies_new(NULL);
	struct buf b = BUF_INIT;
	int rc;

	if (!rs)
		rs = make_rules();
	if (!ds || !ps || !rs)
		abort();
	policies_add_text(ps, "fuzz.yaml", (const char *)data, size, ds);
	rc = policies_compile(ps, rs, ds);
	if ((rc == 0) != (diags_count(ds, DIAG_ERROR) == 0))
		abort();
	diags_format(ds, false, &b);
	buf_release(&b);
	policies_free(ps);
	diags_free(ds);
	return 0;
}
