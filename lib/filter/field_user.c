// SPDX-License-Identifier: Apache-2.0
/*
 * user.* and group.*: the effective user and group of the thread, and the login user.
 *
 * Users of a container are those of its own files (state/guest.h); who logged in did so on the
 * host. A user whom /etc/passwd does not know has the name "<NA>": a value, as in Falco,
 * so that `user.name != root` holds for it.
 */
#include "filter/field_impl.h"

#define EXTRACTOR(name)								\
	static bool name(const struct eval_ctx *ctx, const struct field_ref *ref,	\
			 struct value *ret_value)

/* Who logged in did so on the host. */
static const struct user *find(const struct eval_ctx *ctx, bool login)
{
	const struct falcoc_rec *r = ctx->ev->rec;
	uint32_t uid = login ? r->loginuid : r->euid;

	if (uid == UINT32_MAX)
		return NULL;
	return user_by_uid(login ? ctx->state->users : state_users(ctx->state, r, ctx->proc), uid);
}

EXTRACTOR(user_uid)
{
	return set_uint(ref, ctx->ev->rec->euid, ret_value);
}

EXTRACTOR(user_loginuid)
{
	uint32_t uid = ctx->ev->rec->loginuid;

	return set_int(ref, uid == UINT32_MAX ? -1 : (int64_t)uid, ret_value);
}

enum { USER_NAME, USER_HOME, USER_SHELL, USER_LOGIN };

EXTRACTOR(user_text)
{
	const struct user *u = find(ctx, ref->def->priv == USER_LOGIN);

	if (!u)
		return set_str(ref, SLICE_LIT("<NA>"), ret_value);
	switch (ref->def->priv) {
	case USER_HOME:
		return set_str(ref, u->home, ret_value);
	case USER_SHELL:
		return set_str(ref, u->shell, ret_value);
	default:
		return set_str(ref, u->name, ret_value);
	}
}

EXTRACTOR(group_gid)
{
	return set_uint(ref, ctx->ev->rec->egid, ret_value);
}

EXTRACTOR(group_text)
{
	const char *name = group_name(state_users(ctx->state, ctx->ev->rec, ctx->proc),
				      ctx->ev->rec->egid);

	return set_cstr(ref, name ? name : "<NA>", ret_value);
}

#define FIELD(n, t, fn, p, d) \
	{ .name = n, .type = VALUE_##t, .desc = d, .extract = fn, .priv = p }

static const struct field_def user_fields[] = {
	FIELD("user.uid", UINT32, user_uid, 0, "Effective user id of the thread."),
	FIELD("user.name", CHARBUF, user_text, USER_NAME, "Name of that user."),
	FIELD("user.homedir", CHARBUF, user_text, USER_HOME, "Home directory of that user."),
	FIELD("user.shell", CHARBUF, user_text, USER_SHELL, "Login shell of that user."),
	FIELD("user.loginuid", INT64, user_loginuid, 0,
	      "User who logged in, as audit keeps it, or -1."),
	FIELD("user.loginname", CHARBUF, user_text, USER_LOGIN, "Name of the user who logged in."),
};

static const struct field_def group_fields[] = {
	FIELD("group.gid", UINT32, group_gid, 0, "Effective group id of the thread."),
	FIELD("group.name", CHARBUF, group_text, 0, "Name of that group."),
};

FIELD_CLASS(user, "user", "The user who made the event", user_fields);
FIELD_CLASS(group, "group", "The group of that user", group_fields);
