// SPDX-License-Identifier: Apache-2.0
/*
 * write.c - the head of a capture, and the lists that stand before its events
 */
#include "scap/write.h"

#include <stdio.h>
#include <sys/socket.h>

#include "scap/native.h"
#include "scap/put.h"
#include "scap/threads.h"

#define BLOCK_SECTION	0x0a0d0d0a
#define BLOCK_MACHINE	0x201
#define BLOCK_EVENT	0x216
#define SECTION_MAGIC	0x1a2b3c4d
#define HOSTNAME_BYTES	128
#define PATH_MAX_LEN	1023	/* of paths and names in lists */
#define TEXTS_MAX_LEN	4095	/* of arguments, environments, cgroups */
#define EVENT_HEAD	26
#define PPM_O_RDONLY	1
#define PPM_O_WRONLY	2

static void put_section(struct buf *out)
{
	size_t b = block_begin(out, BLOCK_SECTION);

	put_u32(out, SECTION_MAGIC);
	put_u16(out, 1);
	put_u16(out, 2);
	put_u64(out, UINT64_MAX);
	block_end(out, b);
}

static void put_native(struct buf *out)
{
	size_t b = block_begin(out, SCAP_NATIVE_BLOCK);

	put_u32(out, SCAP_NATIVE_VERSION);
	put_u32(out, FALCOC_ABI);
	put_u32(out, sizeof(struct falcoc_rec));
	put_u32(out, FALCOC_E_COUNT);
	block_end(out, b);
}

static void put_machine(struct buf *out, const struct scap_machine *m)
{
	char hostname[HOSTNAME_BYTES] = "";
	size_t b = block_begin(out, BLOCK_MACHINE);

	snprintf(hostname, sizeof(hostname), "%s", m->hostname);
	put_u32(out, m->cpus);
	put_u64(out, m->memory_bytes);
	put_u64(out, m->max_pid);
	buf_add(out, hostname, sizeof(hostname));
	put_u64(out, m->boot_ns);
	put_u64(out, 0);
	put_u64(out, 0);
	put_u64(out, 0);
	block_end(out, b);
}

void scap_put_head(struct buf *out, const struct scap_machine *m)
{
	put_section(out);
	put_native(out);
	put_machine(out, m);
}

void scap_put_u64(struct buf *out, uint64_t v)
{
	put_u64(out, v);
}

size_t scap_list_begin(struct buf *out, enum scap_list type)
{
	return block_begin(out, type);
}

void scap_list_end(struct buf *out, size_t begin)
{
	size_t empty = 8;

	/* the list of a thread's files has its number even where there are none */
	if (out->len - begin > empty)
		block_end(out, begin);
	else if (!out->truncated)
		out->len = begin;
}

static void put_str(struct buf *out, struct slice s, size_t max)
{
	size_t len = s.len < max ? s.len : max;

	put_u16(out, len);
	buf_add(out, s.ptr, len);
}

/* An entry that begins with its length, which counts itself (@itself). */
static size_t entry_begin(struct buf *out)
{
	put_u32(out, 0);
	return out->len - 4;
}

static void entry_end(struct buf *out, size_t begin, bool itself)
{
	set_number(out, begin, out->len - begin - (itself ? 0 : 4), 4);
}

void scap_put_user(struct buf *out, const struct scap_user_entry *u)
{
	size_t e = entry_begin(out);

	put_number(out, u->group, 1);
	if (!u->group)
		put_u32(out, u->uid);
	put_u32(out, u->gid);
	put_str(out, u->name, 255);
	if (!u->group) {
		put_str(out, u->home, 255);
		put_str(out, u->shell, 255);
	}
	entry_end(out, e, true);
}

void scap_put_interface(struct buf *out, const char *name, const struct ip_addr *addr,
			const struct ip_addr *mask, const struct ip_addr *broadcast)
{
	size_t e = entry_begin(out), len = addr->family == 4 ? 4 : 16;
	struct slice n = slice_of(name);

	put_u16(out, addr->family == 4 ? 1 : 2);
	put_u16(out, n.len);
	buf_add(out, addr->bytes, len);
	buf_add(out, mask->bytes, len);
	buf_add(out, broadcast->bytes, len);
	put_u64(out, 0);	/* speed of the link: not known */
	buf_add_slice(out, n);
	entry_end(out, e, false);
}

/* Which of falcoc's traits the list has a byte for. */
static void put_exe_flag(struct buf *out, const struct scap_proc_entry *p, uint32_t flag)
{
	put_number(out, (p->exe_flags & flag) != 0, 1);
}

static void put_proc_tail(struct buf *out, const struct scap_proc_entry *p)
{
	put_u64(out, p->pidns_start_ns);
	put_u32(out, p->tty);
	put_u32(out, p->loginuid);
	put_exe_flag(out, p, FALCOC_EXE_WRITABLE);
	put_u64(out, p->cap_inheritable);
	put_u64(out, p->cap_permitted);
	put_u64(out, p->cap_effective);
	put_exe_flag(out, p, FALCOC_EXE_UPPER);
	put_u64(out, p->exe_ino);
	put_u64(out, p->exe_ctime_ns);
	put_u64(out, p->exe_mtime_ns);
	put_exe_flag(out, p, FALCOC_EXE_MEMFD);
	put_exe_flag(out, p, FALCOC_EXE_LOWER);
	put_u64(out, p->pgid);
}

static void put_cgroup(struct buf *out, struct slice path)
{
	static const struct slice subsys = SLICE_LIT("cpuset=");
	size_t len = path.len < PATH_MAX_LEN ? path.len : PATH_MAX_LEN;

	put_u16(out, len ? subsys.len + len + 1 : 0);
	if (!len)
		return;
	buf_add_slice(out, subsys);
	buf_add(out, path.ptr, len);
	buf_add_char(out, '\0');
}

void scap_put_proc(struct buf *out, const struct scap_proc_entry *p)
{
	size_t e = entry_begin(out);

	put_u64(out, p->tid);
	put_u64(out, p->pid);
	put_u64(out, p->ptid);
	put_u64(out, p->sid);
	put_u64(out, p->vpgid);
	put_str(out, p->comm, 15);
	put_str(out, p->exe, PATH_MAX_LEN);
	put_str(out, p->exepath, PATH_MAX_LEN);
	put_str(out, p->args, TEXTS_MAX_LEN);
	put_str(out, p->cwd, PATH_MAX_LEN);
	put_u64(out, p->fdlimit);
	put_u32(out, p->flags);
	put_u32(out, p->uid);
	put_u32(out, p->gid);
	put_u32(out, p->vmsize_kib);
	put_u32(out, p->vmrss_kib);
	put_u32(out, p->vmswap_kib);
	put_u64(out, p->pfmajor);
	put_u64(out, p->pfminor);
	put_str(out, p->env, TEXTS_MAX_LEN);
	put_u64(out, (uint64_t)p->vtid);
	put_u64(out, (uint64_t)p->vpid);
	put_cgroup(out, p->cgroup);
	put_str(out, p->root, PATH_MAX_LEN);
	put_proc_tail(out, p);
	entry_end(out, e, true);
}

/* How a file was opened, as the format numbers it: only what a descriptor of /proc tells. */
static uint32_t open_flags(uint32_t flags)
{
	static const uint32_t access[] = { PPM_O_RDONLY, PPM_O_WRONLY, PPM_O_RDONLY | PPM_O_WRONLY, 0 };

	return access[flags & 3];
}

/* @len bytes: of an IPv4 address in a list of IPv6 ones its mapped form. */
static void put_addr(struct buf *out, const struct ip_addr *ip, size_t len)
{
	static const unsigned char mapped_v4[12] = { [10] = 0xff, [11] = 0xff };

	if (len == 16 && ip->family == 4)
		buf_add(out, mapped_v4, sizeof(mapped_v4));
	buf_add(out, ip->bytes, len == 16 && ip->family == 4 ? 4 : len);
}

static void put_inet_fd(struct buf *out, const struct scap_fd_entry *f)
{
	size_t len = f->type == SCAP_FD_IPV4 || f->type == SCAP_FD_IPV4_SERVER ? 4 : 16;

	put_addr(out, &f->local, len);
	if (f->type == SCAP_FD_IPV4 || f->type == SCAP_FD_IPV6) {
		put_addr(out, &f->remote, len);
		put_u16(out, f->local_port);
		put_u16(out, f->remote_port);
	} else {
		put_u16(out, f->local_port);
	}
	put_number(out, f->l4, 1);
}

void scap_put_fd(struct buf *out, const struct scap_fd_entry *f)
{
	size_t e = entry_begin(out);

	put_u64(out, (uint64_t)f->fd);
	put_u64(out, f->ino);
	put_number(out, f->type, 1);
	switch (f->type) {
	case SCAP_FD_IPV4:
	case SCAP_FD_IPV6:
	case SCAP_FD_IPV4_SERVER:
	case SCAP_FD_IPV6_SERVER:
		put_inet_fd(out, f);
		break;
	case SCAP_FD_UNIX:
		put_u64(out, f->ino);
		put_u64(out, 0);
		put_str(out, f->name, 107);
		break;
	case SCAP_FD_FILE_V2:
		put_u32(out, open_flags(f->open_flags));
		put_str(out, f->name, PATH_MAX_LEN);
		put_u32(out, f->dev);
		break;
	default:
		put_str(out, f->name, PATH_MAX_LEN);
		break;
	}
	entry_end(out, e, true);
}

static void put_piece(struct buf *out, uint64_t ts_ns, uint64_t tid, unsigned int kind,
		      struct slice bytes, bool more)
{
	size_t b = block_begin(out, BLOCK_EVENT);

	put_u16(out, 0);
	put_u64(out, ts_ns);
	put_u64(out, tid);
	put_u32(out, EVENT_HEAD + 4 + bytes.len);
	put_u16(out, SCAP_NATIVE_TYPE);
	put_u32(out, 0);
	put_u16(out, kind);
	put_u16(out, more ? SCAP_ITEM_MORE : 0);
	buf_add_slice(out, bytes);
	block_end(out, b);
}

void scap_put_item(struct buf *out, uint64_t ts_ns, uint64_t tid, unsigned int kind,
		   struct slice bytes)
{
	while (bytes.len > SCAP_NATIVE_PIECE) {
		put_piece(out, ts_ns, tid, kind, (struct slice){ bytes.ptr, SCAP_NATIVE_PIECE },
			  true);
		bytes.ptr += SCAP_NATIVE_PIECE;
		bytes.len -= SCAP_NATIVE_PIECE;
	}
	put_piece(out, ts_ns, tid, kind, bytes, false);
}

void scap_put_container(struct buf *out, uint64_t ts_ns, struct slice json)
{
	size_t b;

	/* what needs a block of the large kind older readers do not take */
	if (json.len > SCAP_NATIVE_PIECE)
		return;
	b = block_begin(out, BLOCK_EVENT);
	put_u16(out, 0);
	put_u64(out, ts_ns);
	put_u64(out, 0);
	put_u32(out, EVENT_HEAD + 4 + json.len + 1);
	put_u16(out, SCAP_CONTAINER_E);
	put_u32(out, 1);
	put_u32(out, json.len + 1);
	buf_add_slice(out, json);
	buf_add_char(out, '\0');
	block_end(out, b);
}

void scap_put_record(struct buf *out, const struct event *ev, bool state_only)
{
	scap_put_item(out, ev->ts_ns, ev->rec->tid, state_only ? SCAP_ITEM_STATE : SCAP_ITEM_RECORD,
		      (struct slice){ (const char *)ev->rec, ev->rec->len });
}
