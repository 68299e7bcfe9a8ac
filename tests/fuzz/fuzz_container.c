// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes as what engines say of a container: the first one chooses which document, the rest is it.
 * What comes out is packed as the table packs it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "state/container_engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_json(struct container_facts *f, uint8_t which, const char *text, size_t len)
{
	json_t *json = json_loadb(text, len, 0, NULL);

	if (!json)
		return;
	if (which == 0)
		facts_docker(f, json, NULL);
	else if (which == 1)
		facts_oci(f, json);
	else if (which == 2)
		facts_storage(f, json);
	else if (which == 3)
		facts_falco(f, json);
	else
		facts_docker(f, json, json);
	if (which == 4) {
		facts_libpod(f, json);
		facts_pod(f, json);
	}
	json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct container_facts f, again;
	struct container packed;
	struct slice bytes;
	size_t room;
	char *text, path[64];
	void *all;

	if (!size || facts_init(&f) < 0)
		return 0;
	text = malloc(size);
	if (!text)
		abort();
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	bytes = (struct slice){ text, size - 1 };
	f.c.pod_uid = f.c.name = SLICE_LIT("x");
	facts_applied(&f, text);
	storage_conf(text, "graphroot", path, sizeof(path));
	if (data[0] % 8 == 5)
		facts_lxc(&f, text);
	else if (data[0] % 8 == 6)
		facts_containerd(&f, bytes, "x");
	else if (data[0] % 8 == 7)
		facts_cri_sandbox(&f, bytes, "x");
	else
		read_json(&f, data[0] % 8, text, size - 1);
	free(text);
	facts_finish(&f);
	all = facts_pack(&f.c, &packed, &room);
	if (!all || room < 23 || packed.nmounts > CONTAINER_MOUNTS_MAX ||
	    packed.nlabels > CONTAINER_LABELS_MAX || packed.image.ptr[packed.image.len])
		abort();
	if (facts_init(&again) == 0) {
		facts_merge(&again, &packed);
		facts_release(&again);
	}
	facts_release(&f);
	free(all);
	return 0;
}
