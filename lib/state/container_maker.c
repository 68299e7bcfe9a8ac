// SPDX-License-Identifier: Apache-2.0
/* container_maker.c - what a runtime by itself was called with; copies of options */
#include "state/container_maker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The word of @args that is @id; or that begins with @start, what follows. NULL: none. */
static const char *find_word(struct slice args, struct slice id, const char *start)
{
	for (size_t i = 0; i < args.len;) {
		struct slice word = { args.ptr + i, strnlen(args.ptr + i, args.len - i) };

		i += word.len + 1;
		if (i > args.len)
			break;	/* cut: it has no NUL */
		if (start ? slice_startswith(word, slice_of(start)) : slice_eq(word, id))
			return word.ptr + (start ? strlen(start) : 0);
	}
	return NULL;
}

/* What stands behind --bundle or -b, else where it was called; of root's only: others' may hang. */
static void find_bundle(const struct container_maker *m, char *room, size_t size)
{
	struct slice word, last = { NULL, 0 }, bundle = m->cwd;
	int n;

	room[0] = '\0';
	if (m->uid)
		return;
	for (size_t i = 0; i < m->args.len; i += word.len + 1, last = word) {
		word = (struct slice){ m->args.ptr + i, strnlen(m->args.ptr + i, m->args.len - i) };
		if (slice_eq_str(last, "--bundle") || slice_eq_str(last, "-b"))
			bundle = word;
		else if (slice_startswith(word, SLICE_LIT("--bundle=")))
			bundle = (struct slice){ word.ptr + 9, word.len - 9 };
	}
	if (!bundle.len)
		return;
	if (bundle.ptr[0] == '/')
		n = snprintf(room, size, "%.*s", SLICE_ARG(bundle));
	else
		n = snprintf(room, size, "%.*s/%.*s", SLICE_ARG(m->cwd), SLICE_ARG(bundle));
	if (n < 0 || (size_t)n >= size)
		room[0] = '\0';
}

bool making_of(const struct container_maker *m, struct slice id, struct making *ret)
{
	const char *ns;

	if (!find_word(m->args, id, NULL))
		return false;
	/* containerd's shim tells its runtime where to keep what it knows */
	ns = find_word(m->args, id, "/run/containerd/runc/");
	ret->ns = ns ? ns : "";
	find_bundle(m, ret->bundle, sizeof(ret->bundle));
	return true;
}

int engines_copy(struct container_engines *to, const struct container_engines *from,
		 struct arena *arena)
{
	struct container_engines e = from ? *from : (struct container_engines){ 0 };
	const char **const texts[] = {
		&e.docker_socket, &e.podman_socket, &e.containerd_socket, &e.docker_root,
		&e.storage_root, &e.kubelet_url, &e.kubelet_token_file, &e.kubelet_ca_file,
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!*texts[i])
			continue;
		*texts[i] = arena_strdup(arena, *texts[i]);
		if (!*texts[i])
			return -ENOMEM;
	}
	*to = e;
	return 0;
}
