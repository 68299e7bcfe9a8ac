// SPDX-License-Identifier: Apache-2.0
/*
 * Paths as text. See path.h.
 */
#include "event/path.h"

#define UNKNOWN_DIR "<UNKNOWN>"

/* Is the absolute @path already what path_resolve() would make of it? */
static bool path_is_clean(struct slice path)
{
	const char *p = path.ptr, *end = path.ptr + path.len;

	while (p < end) {
		const char *name = p + 1;	/* p is at a slash */
		const char *next = memchr(name, '/', (size_t)(end - name));
		size_t len;

		if (!next)
			next = end;
		len = (size_t)(next - name);
		if (len == 0)
			return path.len == 1;
		if ((len == 1 && name[0] == '.') || (len == 2 && name[0] == '.' && name[1] == '.'))
			return false;
		p = next;
	}
	return true;
}

/* Appends the components of @path to the clean path out[0 .. len); returns its new length. */
static size_t append_components(char *out, size_t len, struct slice path)
{
	const char *p = path.ptr, *end = path.ptr + path.len;

	while (p < end) {
		const char *next = memchr(p, '/', (size_t)(end - p));
		size_t n;

		if (!next)
			next = end;
		n = (size_t)(next - p);
		if (n == 2 && p[0] == '.' && p[1] == '.') {
			while (len > 0 && out[--len] != '/')
				;
		} else if (n > 0 && !(n == 1 && p[0] == '.')) {
			out[len++] = '/';
			memcpy(out + len, p, n);
			len += n;
		}
		p = next < end ? next + 1 : end;
	}
	return len;
}

bool path_resolve(struct slice dir, struct slice path, struct arena *scratch,
		  struct slice *ret_path)
{
	bool absolute = path.len > 0 && path.ptr[0] == '/';
	size_t len = 0;
	char *out;

	if (absolute && path_is_clean(path)) {
		*ret_path = path;
		return true;
	}
	out = arena_alloc(scratch, dir.len + path.len + sizeof(UNKNOWN_DIR) + 2);
	if (!out)
		return false;
	if (!absolute && (dir.len == 0 || dir.ptr[0] != '/')) {
		memcpy(out, UNKNOWN_DIR, sizeof(UNKNOWN_DIR) - 1);
		len = sizeof(UNKNOWN_DIR) - 1;
		if (path.len)
			memcpy(out + len, path.ptr, path.len);
		*ret_path = (struct slice){ out, len + path.len };
		return true;
	}
	if (!absolute)
		len = append_components(out, len, dir);
	len = append_components(out, len, path);
	if (len == 0)
		out[len++] = '/';
	*ret_path = (struct slice){ out, len };
	return true;
}

static const char *last_slash(struct slice path)
{
	return path.len ? memrchr(path.ptr, '/', path.len) : NULL;
}

struct slice path_dirname(struct slice path)
{
	const char *slash = last_slash(path);

	if (!slash)
		return (struct slice){ "", 0 };
	return (struct slice){ path.ptr, slash == path.ptr ? 1 : (size_t)(slash - path.ptr) };
}

struct slice path_basename(struct slice path)
{
	const char *slash = last_slash(path);

	if (!slash)
		return path;
	return (struct slice){ slash + 1, (size_t)(path.ptr + path.len - slash - 1) };
}
