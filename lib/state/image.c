// SPDX-License-Identifier: Apache-2.0
/* image.c - texts of processes, shared by reference counts */
#include <stdlib.h>
#include <string.h>

#include "state/image.h"

#include "event/event.h"

static struct slice cut(struct slice s, size_t max)
{
	if (s.len > max)
		s.len = max;
	return s;
}

/* Copies strings with a NUL each, and sees to the last one's; returns what comes behind. */
static char *copy_strings(char *to, struct slice from, struct slice *ret_copy)
{
	ret_copy->ptr = to;
	ret_copy->len = from.len;
	if (!from.len)
		return to;
	memcpy(to, from.ptr, from.len);
	if (to[from.len - 1] != '\0')
		to[ret_copy->len++] = '\0';
	return to + ret_copy->len;
}

/* Copies what ends with its slice; returns what comes behind. */
static char *copy_path(char *to, struct slice from, struct slice *ret_copy)
{
	*ret_copy = (struct slice){ to, from.len };
	if (from.len)
		memcpy(to, from.ptr, from.len);
	return to + from.len;
}

struct image *image_new(struct slice exepath, struct slice script, struct slice argv,
			struct slice env)
{
	struct slice all;
	struct image *im;
	size_t bytes;
	char *pos;

	exepath = cut(exepath, IMAGE_PATH_MAX);
	script = cut(script, IMAGE_PATH_MAX);
	argv = cut(argv, IMAGE_ARGS_MAX - 1);
	env = cut(env, IMAGE_ENV_MAX - 1);
	bytes = sizeof(*im) + exepath.len + script.len + argv.len + env.len + 2;
	im = calloc(1, bytes);
	if (!im)
		return NULL;
	im->refs = 1;
	im->bytes = (uint32_t)bytes;
	pos = copy_path((char *)(im + 1), exepath, &im->exepath);
	pos = copy_path(pos, script, &im->script);
	pos = copy_strings(pos, argv, &all);
	copy_strings(pos, env, &im->env);
	im->exe = (struct slice){ all.ptr, all.len ? strlen(all.ptr) : 0 };
	im->args = all;
	if (all.len) {
		im->args.ptr += im->exe.len + 1;
		im->args.len -= im->exe.len + 1;
	}
	return im;
}

void image_set_runtime(struct image *im, const struct image *before)
{
	static const char *const names[] = { "crun", "runc" };
	const char *base = im->exepath.len ? memrchr(im->exepath.ptr, '/', im->exepath.len) : NULL;
	size_t len = base ? (size_t)(im->exepath.ptr + im->exepath.len - base) - 1 : 0;

	for (size_t i = 0; len && i < sizeof(names) / sizeof(names[0]); i++) {
		if (!slice_eq_str((struct slice){ base + 1, len }, names[i]))
			continue;
		im->runtime = names[i];
		im->runtime_writable = im->flags & FALCOC_EXE_WRITABLE;
		return;
	}
	if (before && before->runtime &&
	    (!len || im->flags & (FALCOC_EXE_MEMFD | FALCOC_EXE_DELETED))) {
		im->runtime = before->runtime;
		im->runtime_writable = before->runtime_writable;
	}
}

struct image *image_get(struct image *im)
{
	if (im)
		im->refs++;
	return im;
}

size_t image_put(struct image *im)
{
	size_t bytes;

	if (!im || --im->refs)
		return 0;
	bytes = im->bytes;
	free(im);
	return bytes;
}

size_t blob_bytes(const struct blob *b)
{
	return sizeof(*b) + b->len;
}

struct blob *blob_new(struct slice s)
{
	struct blob *b;

	s = cut(s, IMAGE_PATH_MAX);
	b = malloc(sizeof(*b) + s.len);
	if (!b)
		return NULL;
	b->refs = 1;
	b->len = (uint32_t)s.len;
	if (s.len)
		memcpy(b->ptr, s.ptr, s.len);
	return b;
}

struct blob *blob_get(struct blob *b)
{
	if (b)
		b->refs++;
	return b;
}

size_t blob_put(struct blob *b)
{
	size_t bytes;

	if (!b || --b->refs)
		return 0;
	bytes = blob_bytes(b);
	free(b);
	return bytes;
}
