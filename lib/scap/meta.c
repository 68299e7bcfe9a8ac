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

/* Ends in a slash, as all directories here; one that is not told is the root. */
static void set_cwd(struct scap *s, struct scap_thread *th, struct slice cwd)
{
	struct slice path = { "", 0 };
	char *text;

	arena_clear(s->scratch);
	if (!foreign_path((struct slice){ "", 0 }, cwd, s->scratch, &path))
		return;
	text = arena_alloc(s->scratch, path.len + 1);
	if (!text)
		return;
	memcpy(text, path.ptr, path.len);
	if (!path.len || text[path.len - 1] != '/')
		text[path.len++] = '/';
	scap_text_set(&s->threads, &th->cwd, (struct slice){ text, path.len });
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
	keep.known = keep.pid >= 0 && keep.ptid >= 0;
	keep.last_fd = -1;
	keep.last_type = UINT16_MAX;
	*th = keep;
	ilist_init(&th->children);
	ilist_init(&th->sibling);
	len = texts->comm.len < sizeof(th->comm) ? texts->comm.len : sizeof(th->comm) - 1;
	memcpy(th->comm, texts->comm.ptr, len);
	scap_text_set(t, &th->exe, texts->exe);
	scap_text_set(t, &th->exepath, texts->exepath);
	scap_text_set(t, &th->args, texts->args);
	scap_text_set(t, &th->env, texts->env);
	if (th->pid == th->tid)
		set_cwd(s, th, texts->cwd);
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

static bool is_mapped(const uint8_t *ip)
{
	return ip_addr_from_v6(ip).family == 4;
}

static void read_v4(struct cursor *c, struct scap_fd *f)
{
	cursor_copy(c, f->sock.v4.sip, 4);
	cursor_copy(c, f->sock.v4.dip, 4);
	f->sock.v4.sport = cursor_u16(c);
	f->sock.v4.dport = cursor_u16(c);
	f->sock.v4.l4 = cursor_u8(c);
	f->connected = f->sock.v4.l4 == SCAP_L4_TCP;
}

static void read_v6(struct cursor *c, struct scap_fd *f)
{
	union scap_sock k = { 0 };

	cursor_copy(c, k.v6.sip, 16);
	cursor_copy(c, k.v6.dip, 16);
	k.v6.sport = cursor_u16(c);
	k.v6.dport = cursor_u16(c);
	k.v6.l4 = cursor_u8(c);
	f->connected = k.v6.l4 == SCAP_L4_TCP;
	if (!is_mapped(k.v6.sip) || !is_mapped(k.v6.dip)) {
		f->sock = k;
		return;
	}
	f->type = SCAP_FD_IPV4;
	memcpy(f->sock.v4.sip, k.v6.sip + 12, 4);
	memcpy(f->sock.v4.dip, k.v6.dip + 12, 4);
	f->sock.v4.sport = k.v6.sport;
	f->sock.v4.dport = k.v6.dport;
	f->sock.v4.l4 = k.v6.l4;
}

static struct slice read_fd(struct cursor *c, struct scap_fd *f)
{
	struct slice name = { "", 0 };

	switch (f->type) {
	case SCAP_FD_IPV4:
		read_v4(c, f);
		break;
	case SCAP_FD_IPV6:
		read_v6(c, f);
		break;
	case SCAP_FD_IPV4_SERVER:
		cursor_copy(c, f->sock.server4.ip, 4);
		f->sock.server4.port = cursor_u16(c);
		f->sock.server4.l4 = cursor_u8(c);
		break;
	case SCAP_FD_IPV6_SERVER:
		cursor_copy(c, f->sock.server6.ip, 16);
		f->sock.server6.port = cursor_u16(c);
		f->sock.server6.l4 = cursor_u8(c);
		break;
	case SCAP_FD_UNIX:
		f->sock.local.source = cursor_u64(c);
		f->sock.local.dest = cursor_u64(c);
		name = cursor_str(c);
		f->role = name.len ? SCAP_ROLE_SERVER : SCAP_ROLE_CLIENT;
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
		arena_clear(s->scratch);
		if (f.type >= SCAP_FD_IPV4 && f.type <= SCAP_FD_IPV6_SERVER)
			scap_sock_name(s, kept);
		else
			scap_text_set(&s->threads, &kept->name, name);
	}
}

static void add_local(struct scap *s, const struct scap_local *l)
{
	struct scap_local *more;

	if (s->nlocals >= SCAP_LOCALS_MAX)
		return;
	if ((s->nlocals & (s->nlocals - 1)) == 0) {
		more = realloc(s->locals, (s->nlocals ? s->nlocals * 2 : 1) * sizeof(*more));
		if (!more)
			return;
		s->locals = more;
	}
	s->locals[s->nlocals++] = *l;
}

/* Of IPv6, any address of a network that it is in. */
bool scap_is_local(const struct scap *s, const struct ip_addr *ip)
{
	const size_t len = ip->family == 4 ? 4 : 16;

	for (size_t i = 0; i < s->nlocals; i++)
		if (s->locals[i].len == len &&
		    memcmp(s->locals[i].ip, ip->bytes, len == 4 ? 4 : 8) == 0)
			return true;
	return false;
}

static void read_interfaces(struct scap *s, struct slice body, bool v2)
{
	struct cursor list = cursor_of(body), c;

	while (next_entry(&list, v2, false, &c)) {
		uint16_t kind = cursor_u16(&c), name = cursor_u16(&c);
		struct scap_local l = {
			.len = kind == 1 || kind == 3 ? 4 : kind == 2 || kind == 4 ? 16 : 0,
		};

		if (!l.len)
			return;
		cursor_copy(&c, l.ip, l.len);
		cursor_copy(&c, l.mask, l.len);
		cursor_bytes(&c, l.len + (kind <= 2 ? 8u : 0u));
		cursor_bytes(&c, name);
		if (c.bad)
			return;
		add_local(s, &l);
		if (!v2)
			list = c;
	}
}

/* Every process counts its threads. */
static void count_threads(struct scap *s)
{
	struct ihash *h = &s->threads.hash;

	for (size_t i = 0; i <= h->mask; i++)
		for (struct ihash_node *n = h->buckets[i]; n; n = n->next)
			((struct scap_thread *)n)->nthreads = 0;
	for (size_t i = 0; i <= h->mask; i++) {
		for (struct ihash_node *n = h->buckets[i]; n; n = n->next) {
			struct scap_thread *th = (struct scap_thread *)n;
			struct scap_thread *leader = scap_thread_leader(&s->threads, th);

			if (leader)
				leader->nthreads++;
			if (leader == th)
				scap_thread_set_parent(&s->threads, th, th->ptid);
		}
	}
}

/* Calls @fn for every open file of the lists. */
static void each_fd(struct scap *s, void (*fn)(struct scap *s, struct scap_fd *f, uint8_t *ports),
		    uint8_t *ports)
{
	struct ihash *h = &s->threads.hash;

	for (size_t i = 0; i <= h->mask; i++)
		for (struct ihash_node *n = h->buckets[i]; n; n = n->next) {
			struct scap_fds *fds = &((struct scap_thread *)n)->fds;

			for (uint32_t k = 0; k < fds->n; k++)
				fn(s, &fds->list[k], ports);
		}
}

static void note_port(struct scap *s, struct scap_fd *f, uint8_t *ports)
{
	uint16_t port = f->type == SCAP_FD_IPV4_SERVER ? f->sock.server4.port : f->sock.server6.port;

	(void)s;
	if (f->type == SCAP_FD_IPV4_SERVER || f->type == SCAP_FD_IPV6_SERVER)
		ports[port >> 3] |= (uint8_t)(1u << (port & 7));
}

/* The side at a port on which somebody waits is the server's. */
static void set_role(struct scap *s, struct scap_fd *f, uint8_t *ports)
{
	const uint16_t port = f->sock.v4.sport;

	if (f->type != SCAP_FD_IPV4)
		return;
	scap_sock_complete(s, f);
	f->role = SCAP_ROLE_CLIENT;
	if (ports[port >> 3] & (1u << (port & 7))) {
		f->role = SCAP_ROLE_SERVER;
		scap_sock_swap(f);
	}
	arena_clear(s->scratch);
	scap_sock_name(s, f);
}

void scap_meta_end(struct scap *s)
{
	uint8_t *ports = calloc(1, 65536 / 8);

	count_threads(s);
	if (!ports)
		return;
	each_fd(s, note_port, ports);
	each_fd(s, set_role, ports);
	free(ports);
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
	cursor_bytes(&c, 8 + 8 + 128);
	s->boot_ns = cursor_u64(&c);
}

bool scap_meta_block(struct scap *s, const struct scap_block *b)
{
	/* falcoc's own capture tells of processes and addresses in items, and of users here */
	if (s->native.on && b->type != 0x201 && b->type != 0x220)
		return true;
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
