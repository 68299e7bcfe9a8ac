// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes as a rules file, from YAML to a compiled ruleset, with every output template. Faults are
 * formatted too: a place outside the file would show there.
 */
#include <stdint.h>
#include <stdlib.h>

#include "output/output.h"
#include "rules/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct rules_options options = {
		.min_priority = PRIORITY_DEBUG,
		.check_output = output_check,
	};
	struct diags *ds = diags_new(50);
	struct rules_loader *l = rules_loader_new(&options);
	struct ruleset *rs;
	struct buf b = BUF_INIT;

	if (!ds || !l)
		abort();
	rules_loader_add_text(l, "fuzz.yaml", (const char *)data, size, ds);
	/* again, over itself: the paths of redefinition and append */
	rules_loader_add_text(l, "again.yaml", (const char *)data, size, ds);
	rs = rules_loader_compile(l, ds);
	if (!rs == !diags_count(ds, DIAG_ERROR))
		abort();
	diags_format(ds, false, &b);
	buf_release(&b);
	ruleset_free(rs);
	rules_loader_free(l);
	diags_free(ds);
	return 0;
}
