// SPDX-License-Identifier: Apache-2.0
/*
 * meta.c - the lists that stand before the events of a capture: machine, processes, their open
 * files, addresses, users
 *
 * The newest form of each list gives its entries a length, so that what a later writer appends is
 * skipped; older forms are told apart by the block's type. A list that makes no sense is
 * used as far as it does.
 */
#include <stdlib.h>

#include "scap/internal.h"

#define ENTRY_MIN	4	/* fewer bytes at the end of a list are padding */
#define TAIL_OLD_MAX	29	/* longer tails of a process begin with two more fields */

/* PPM_EXE_*: none in the list; these are its own bytes */
static void read_tail(struct cursor *c, struct scap_thread *th)
{
	if (c->left > TAIL_OLD_MAX) {
		th->pidns_start_ns = cursor_u64(c);
		th->tty = cursor_u32(c);
	}
	th->loginuid = c->left >= 4 ? cursor_u32(c) : UINT32_MAX;
	if (c->left >= 1 && cursor_u8(c))
		th->exe_flags |= FALCOC_EXE_WRITABLE;
	th->cap_inheritable = c->left >= 8 ? cursor_u64(c) : 0;
	th->cap_permitted = c->left >= 8 ? cursor_u64(c) : 0;
	th->cap_effective = c->left >= 8 ? cursor_u64(c) : 0;
	if (c->left >= 1 && cursor_u8(c))
		th->exe_flags |= FALCOC_EXE_UPPER;
	th->exe_ino = c->left >= 8 ? cursor_u64(c) : 0;
	th->exe_ctime_ns = c->left >= 8 ? cursor_u64(c) : 0;
	th->exe_mtime_ns = c->left >= 8 ? cursor_u64(c) : 0;
	if (c->left >= 1 && cursor_u8(c))
		th->exe_flags |= FALCOC_EXE_MEMFD;
	if (c->left >= 1 && cursor_u8(c))
		th->exe_flags |= FALCOC_EXE_LOWER;
	th->pgid = c->left >= 8 ? (int64_t)cursor_u64(c) : -1;
}

struct proc_texts {
	struct slice comm, exe, exepath, args, cwd, env, cgroups, root;
};

static void read_proc(struct cursor *c, unsigned int version, struct scap_thread *th,
		      struct proc_texts *texts)
{
	th->tid = (int64_t)cursor_u64(c);
	th->pid = (int64_t)cursor_u64(c);
	th->ptid = (int64_t)cursor_u64(c);
	th->sid = version >= 6 ? (int64_t)cursor_u64(c) : -1;
	th->vpgid = version >= 8 ? (int64_t)cursor_u64(c) : -1;
	texts->comm = cursor_str(c);
	texts->exe = cursor_str(c);
	if (version >= 7)
		texts->exepath = cursor_str(c);
	texts->args = cursor_str(c);
	texts->cwd = cursor_str(c);
	th->fdlimit = cursor_u64(c);
	th->clone_flags = cursor_u32(c);
	th->uid = cursor_u32(c);
	th->gid = cursor_u32(c);
	if (version >= 2) {
		th->vmsize = cursor_u32(c);
		th->vmrss = cursor_u32(c);
		th->vmswap = cursor_u32(c);
		th->pfmajor = cursor_u64(c);
		th->pfminor = cursor_u64(c);
	}
	if (version >= 3)
		texts->env = cursor_str(c);
	if (version >= 4) {
		th->vtid = (int64_t)cursor_u64(c);
		th->vpid = (int64_t)cursor_u64(c);
		texts->cgroups = cursor_str(c);
	} else {
		th->vtid = th->tid;
		th->vpid = th->pid;
	}
	if (version >= 5)
		texts->root = cursor_str(c);
}

static void add_proc(struct scap *s, const struct scap_thread *read, const struct proc_texts *texts)
{
	struct scap_threads *t = &s->threads;
	struct scap_thread *th = scap_thread_add(t, read->tid);
	struct scap_thread keep;
	size_t len;

	if (!th)
		return;
	keep = *read;
	keep.node = th->node;
	keep.known = true;
	*th = keep;
	ilist_init(&th->children);
	ilist_init(&th->sibling);
	len = texts->comm.len < sizeof(th->comm) ? texts->comm.len : sizeof(th->comm) - 1;
	memcpy(th->comm, texts->comm.ptr, len);
	scap_text_set(t, &th->exe, texts->exe);
	scap_text_set(t, &th->exepath, texts->exepath);
	scap_text_set(t, &th->args, texts->args);
	scap_text_set(t, &th->env, texts->env);
	scap_text_set(t, &th->cwd, texts->cwd);
	scap_text_set(t, &th->cgroups, texts->cgroups);
	scap_text_set(t, &th->root, texts->root);
	scap_tell(s, th);
}

/* The next entry of a list: the rest of it, or what its length says. False: the list ends. */
static bool next_entry(struct cursor *list, bool has_length, bool counts_itself,
		       struct cursor *ret_entry)
{
	uint32_t len;

	if (list->bad || list->left < ENTRY_MIN)
		return false;
	if (!has_length) {
		*ret_entry = *list;
		return true;
	}
	len = cursor_u32(list);
	if (counts_itself) {
		if (len < 4)
			return false;
		len -= 4;
	}
	*ret_entry = cursor_of(cursor_bytes(list, len));
	return !list->bad;
}

static void read_procs(struct scap *s, struct slice body, unsigned int version)
{
	struct cursor list = cursor_of(body), c;

	while (next_entry(&list, version >= 9, true, &c)) {
		struct scap_thread th = { 0 };
		struct proc_texts texts = { 0 };

		read_proc(&c, version, &th, &texts);
		if (c.bad)
			return;
		if (version >= 9)
			read_tail(&c, &th);
		else {
			th.loginuid = UINT32_MAX;
			th.pgid = -1;
			list = c;
		}
		add_proc(s, &th, &texts);
	}
}

static void read_inet(struct cursor *c, size_t ip, struct scap_fd *f)
{
	cursor_copy(c, f->source, ip);
	cursor_copy(c, f->dest, ip);
	f->sport = cursor_u16(c);
	f->dport = cursor_u16(c);
	f->l4 = cursor_u8(c);
	f->connected = f->dport || f->sport;
}

static void read_server(struct cursor *c, size_t ip, struct scap_fd *f)
{
	cursor_copy(c, f->dest, ip);
	f->dport = cursor_u16(c);
	f->l4 = cursor_u8(c);
	f->role = SCAP_ROLE_SERVER;
}

static struct slice read_fd(struct cursor *c, struct scap_fd *f)
{
	struct slice name = { "", 0 };

	switch (f->type) {
	case SCAP_FD_IPV4:
	case SCAP_FD_IPV6:
		read_inet(c, f->type == SCAP_FD_IPV4 ? 4 : 16, f);
		break;
	case SCAP_FD_IPV4_SERVER:
	case SCAP_FD_IPV6_SERVER:
		read_server(c, f->type == SCAP_FD_IPV4_SERVER ? 4 : 16, f);
		break;
	case SCAP_FD_UNIX:
		f->unix_source = cursor_u64(c);
		f->unix_dest = cursor_u64(c);
		name = cursor_str(c);
		break;
	case SCAP_FD_FILE_V2:
		f->open_flags = cursor_u32(c);
		name = cursor_str(c);
		break;
	default:
		name = cursor_str(c);
		break;
	}
	return name;
}

static void read_fds(struct scap *s, struct slice body, bool v2)
{
	struct cursor list = cursor_of(body), c;
	struct scap_thread *th = scap_thread_find(&s->threads, (int64_t)cursor_u64(&list));

	while (next_entry(&list, v2, true, &c)) {
		struct scap_fd f = { .fd = (int64_t)cursor_u64(&c) }, *kept;
		struct slice name;

		f.ino = cursor_u64(&c);
		f.type = cursor_u8(&c);
		if (f.type >= SCAP_FD_TYPES && !v2)
			return;		/* nobody knows how long it is */
		if (f.type >= SCAP_FD_TYPES)
			continue;
		name = read_fd(&c, &f);
		if (c.bad)
			return;
		if (v2 && f.type == SCAP_FD_FILE_V2 && c.left >= 4)
			f.dev = cursor_u32(&c);
		if (!v2)
			list = c;
		if (f.type == SCAP_FD_FILE_V2)
			f.type = SCAP_FD_FILE;
		kept = th ? scap_fd_add(&s->threads, th, f.fd) : NULL;
		if (!kept)
			continue;
		*kept = f;
		scap_text_set(&s->threads, &kept->name, name);
	}
}

static void add_local(struct scap *s, struct ip_addr ip)
{
	struct ip_addr *more;

	if (s->nlocals >= SCAP_LOCALS_MAX)
		return;
	if ((s->nlocals & (s->nlocals - 1)) == 0) {
		more = realloc(s->locals, (s->nlocals ? s->nlocals * 2 : 1) * sizeof(*more));
		if (!more)
			return;
		s->locals = more;
	}
	s->locals[s->nlocals++] = ip;
}

bool scap_is_local(const struct scap *s, const uint8_t *ip, size_t len)
{
	struct ip_addr a = len == 4 ? ip_addr_from_v4(ip) : ip_addr_from_v6(ip);

	for (size_t i = 0; i < s->nlocals; i++)
		if (ip_addr_equal(&s->locals[i], &a))
			return true;
	return false;
}

static void read_interfaces(struct scap *s, struct slice body, bool v2)
{
	struct cursor list = cursor_of(body), c;

	while (next_entry(&list, v2, false, &c)) {
		uint16_t kind = cursor_u16(&c), name = cursor_u16(&c);
		size_t ip = kind == 1 || kind == 3 ? 4 : kind == 2 || kind == 4 ? 16 : 0;
		struct slice addr;

		if (!ip)
			return;
		addr = cursor_bytes(&c, ip);
		cursor_bytes(&c, 2 * ip + (kind <= 2 ? 8 : 0));
		cursor_bytes(&c, name);
		if (c.bad)
			return;
		add_local(s, ip == 4 ? ip_addr_from_v4(addr.ptr) : ip_addr_from_v6(addr.ptr));
		if (!v2)
			list = c;
	}
}

void scap_add_user(struct scap *s, const struct foreign_user *u)
{
	struct scap_user *to;

	if (s->users_freed == s->nusers)
		s->users_at = s->users_freed = s->nusers = 0;
	if (s->nusers == s->users_room) {
		size_t room = s->users_room ? s->users_room * 2 : 16;
		struct scap_user *more = room > SCAP_USERS_MAX ? NULL :
			realloc(s->users, room * sizeof(*more));

		if (!more) {
			s->threads.refused++;
			return;
		}
		s->users = more;
		s->users_room = room;
	}
	to = &s->users[s->nusers++];
	*to = (struct scap_user){ u->group, u->gone, u->uid, u->gid, NULL, NULL, NULL };
	scap_text_set(&s->threads, &to->name, u->name);
	scap_text_set(&s->threads, &to->home, u->home);
	scap_text_set(&s->threads, &to->shell, u->shell);
}

static void read_users(struct scap *s, struct slice body, bool v2)
{
	struct cursor list = cursor_of(body), c;

	while (next_entry(&list, v2, true, &c)) {
		struct foreign_user u = { .group = cursor_u8(&c) != 0 };

		if (!u.group)
			u.uid = cursor_u32(&c);
		u.gid = cursor_u32(&c);
		u.name = cursor_str(&c);
		if (!u.group) {
			u.home = cursor_str(&c);
			u.shell = cursor_str(&c);
		}
		if (c.bad)
			return;
		scap_add_user(s, &u);
		if (!v2)
			list = c;
	}
}

static void read_machine(struct scap *s, struct slice body)
{
	struct cursor c = cursor_of(body);

	s->cpus = cursor_u32(&c);
}

bool scap_meta_block(struct scap *s, const struct scap_block *b)
{
	switch (b->type) {
	case 0x201: case 0x8002abcd:
		read_machine(s, b->body);
		return true;
	case 0x202: case 0x8000abcd:
		read_procs(s, b->body, 1);
		return true;
	case 0x207: case 0x8013abcd:
		read_procs(s, b->body, 2);
		return true;
	case 0x209: case 0x8014abcd:
		read_procs(s, b->body, 3);
		return true;
	case 0x210: case 0x211: case 0x212: case 0x213: case 0x214: case 0x215:
		read_procs(s, b->body, 4 + (b->type - 0x210));
		return true;
	case 0x203: case 0x8001abcd:
	case 0x218:
		read_fds(s, b->body, b->type == 0x218);
		return true;
	case 0x205: case 0x8011abcd:
	case 0x219:
		read_interfaces(s, b->body, b->type == 0x219);
		return true;
	case 0x206: case 0x8012abcd:
	case 0x220:
		read_users(s, b->body, b->type == 0x220);
		return true;
	}
	return false;
}
