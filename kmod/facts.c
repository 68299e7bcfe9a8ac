// SPDX-License-Identifier: GPL-2.0-only
/*
 * facts.c - what predicates see of an event: what its record would say, before there is one
 *
 * Read with the very functions that fill in records, so that both agree; whatever a record takes
 * from somewhere else (an io_uring operation's files, an address that the caller passed, a path
 * that is none of an open file) is not known here, and programs let it pass.
 */
#include <linux/fs.h>
#include <linux/file.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "compat/mnt_namespace.h"
#include "compat/net.h"
#include "inflight.h"
#include "predicate.h"
#include "record.h"

/* Which open file an event is about. */
enum about {
	ABOUT_UNKNOWN,
	ABOUT_NEW,		/* the one that was returned */
	ABOUT_ARG0,
	ABOUT_SOCK,		/* likewise, but the socket that a hook saw comes before it */
	ABOUT_MASK = 0xf,
	ABOUT_ADDRESS = 0x10,	/* and the record may have an address as passed */
};

static u8 abouts[FALCOC_E_COUNT] __read_mostly;

static u8 about_of(recorder_fn recorder)
{
	static const struct {
		recorder_fn recorder;
		u8 about;
	} known[] = {
		{ record_open, ABOUT_NEW }, { record_openat, ABOUT_NEW },
		{ record_openat2, ABOUT_NEW }, { record_new_fd, ABOUT_NEW },
		{ record_fd, ABOUT_SOCK }, { record_listen, ABOUT_SOCK },
		{ record_fchdir, ABOUT_ARG0 }, { record_read, ABOUT_ARG0 },
		{ record_readv, ABOUT_ARG0 },
		{ record_setsockopt, ABOUT_SOCK }, { record_getsockopt, ABOUT_SOCK },
		{ record_connect, ABOUT_SOCK | ABOUT_ADDRESS },
		{ record_bind, ABOUT_SOCK | ABOUT_ADDRESS },
		{ record_sendto, ABOUT_SOCK | ABOUT_ADDRESS },
		{ record_sendmsg, ABOUT_SOCK | ABOUT_ADDRESS },
		{ record_sendmmsg, ABOUT_SOCK | ABOUT_ADDRESS },
		{ record_recvfrom, ABOUT_SOCK | ABOUT_ADDRESS },
		{ record_recvmsg, ABOUT_SOCK | ABOUT_ADDRESS },
		{ record_recvmmsg, ABOUT_SOCK | ABOUT_ADDRESS },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i].recorder == recorder)
			return known[i].about;
	return ABOUT_UNKNOWN;
}

void facts_init(void)
{
	unsigned int event;

	for (event = 0; event < FALCOC_E_COUNT; event++)
		abouts[event] = about_of(event_recorder(event));
}

u32 facts_group(u32 offset)
{
	if (offset < offsetof(struct falcoc_facts, vpid))
		return offset == offsetof(struct falcoc_facts, has) ? FALCOC_K_FILE : 0;
	if (offset < offsetof(struct falcoc_facts, uid))
		return FALCOC_K_IDS;
	if (offset < offsetof(struct falcoc_facts, mntns))
		return FALCOC_K_CRED;
	if (offset < offsetof(struct falcoc_facts, fd_kind))
		return FALCOC_K_NS;
	if (offset < offsetof(struct falcoc_facts, sock_family))
		return FALCOC_K_FILE;
	if (offset < offsetof(struct falcoc_facts, path_len))
		return FALCOC_K_FILE | FALCOC_K_ADDR;
	return FALCOC_K_FILE | FALCOC_K_PATH;
}

static void put_u64(u32 *words, u64 value)
{
	words[0] = lower_32_bits(value);
	words[1] = upper_32_bits(value);
}

/* What lies behind the end of the name is what an earlier, longer one left. */
static void fill_comm(u32 *words, const struct task_struct *task)
{
	char *comm = (char *)words;
	size_t len;

	memcpy(comm, task->comm, FALCOC_COMM_LEN);
	comm[FALCOC_COMM_LEN - 1] = '\0';
	len = strnlen(comm, FALCOC_COMM_LEN);
	memset(comm + len, 0, FALCOC_COMM_LEN - len);
}

static void facts_begin(struct facts *facts, const struct call *call)
{
	struct falcoc_facts *words = &facts->words;
	const struct task_struct *task = current;

	BUILD_BUG_ON(sizeof(words->arg) != sizeof(call->arg));
	facts->begun = true;
	facts->tried = 0;
	words->known = 0;
	words->has = 0;
	words->event = call->event;
	words->flags = call->flags & (FALCOC_R_ENTER | FALCOC_R_IA32 | FALCOC_R_X32 |
				      FALCOC_R_URING);
	put_u64(words->res, call->res);
	/* little endian, as all that we run on */
	memcpy(words->arg, call->arg, sizeof(words->arg));
	words->pid = task->tgid;
	words->tid = task->pid;
	words->ppid = rcu_dereference(task->real_parent)->tgid;
	/* as in the header of a record */
	fill_comm(words->comm, unlikely(task->flags & PF_IO_WORKER) ? task->group_leader : task);
}

static void look_up_ids(struct facts *facts)
{
	struct falcoc_facts *words = &facts->words;
	struct falcoc_rec *head = &facts->head;

	header_ids(head, current);
	words->vpid = head->vpid;
	words->vtid = head->vtid;
	words->sid = head->sid;
	words->pgid = head->pgid;
	words->vpgid = head->vpgid;
	words->pidns = head->pidns;
	words->known |= FALCOC_K_IDS;
}

static void look_up_cred(struct facts *facts, const struct call *call)
{
	struct falcoc_facts *words = &facts->words;
	struct falcoc_rec *head = &facts->head;

	header_cred(head, call, current);
	words->uid = head->uid;
	words->euid = head->euid;
	words->suid = head->suid;
	words->gid = head->gid;
	words->egid = head->egid;
	words->sgid = head->sgid;
	words->loginuid = head->loginuid;
	words->sessionid = head->sessionid;
	words->userns = head->userns;
	words->known |= FALCOC_K_CRED;
}

static void look_up_ns(struct facts *facts)
{
	const struct nsproxy *nsproxy = current->nsproxy;

	facts->words.mntns = nsproxy ? compat_mnt_ns_inum(nsproxy->mnt_ns) : 0;
	facts->words.netns = nsproxy ? nsproxy->net_ns->ns.inum : 0;
	facts->words.known |= FALCOC_K_NS;
}

static struct file *file_of(struct facts *facts, const struct call *call, enum about about)
{
	if (about == ABOUT_NEW) {
		if (call_is_enter(call) || call->res < 0)
			return NULL;
		return file_of_fd(call->inflight, call->res, &facts->put);
	}
	if (about == ABOUT_SOCK && call->inflight && call->inflight->sock)
		return call->inflight->sock;
	return file_of_fd(call->inflight, call->arg[0], &facts->put);
}

static void look_up_file(struct facts *facts, const struct call *call)
{
	enum about about = abouts[call->event] & ABOUT_MASK;
	struct falcoc_facts *words = &facts->words;
	const struct inode *inode;
	struct socket *sock;
	struct file *file;

	/* an operation's files may be of its ring's table */
	if (about == ABOUT_UNKNOWN || call->flags & FALCOC_R_URING)
		return;
	words->known |= FALCOC_K_FILE;
	file = file_of(facts, call, about);
	facts->file = file;
	if (!file)
		return;
	inode = file_inode(file);
	sock = compat_sock_from_file(file);
	words->has |= FALCOC_H_FILE;
	if (sock && READ_ONCE(sock->sk))
		words->has |= FALCOC_H_SOCK;
	words->fd_kind = file_kind(file);
	words->fd_mode = inode->i_mode;
	words->fd_dev = inode->i_sb->s_dev;
	words->fd_flags = file->f_flags;
	put_u64(words->fd_ino, inode->i_ino);
}

/*
 * The address that a call was passed takes the place of the remote one, but of a stream that is
 * connected, and of a connect that succeeded.
 */
static bool address_is_of_sock(const struct falcoc_sock *sock, const struct call *call, bool remote)
{
	if (!(abouts[call->event] & ABOUT_ADDRESS) || call->event == FALCOC_E_BIND)
		return true;
	if (sock->type == SOCK_STREAM)
		return sock->rport;
	return remote && call->event == FALCOC_E_CONNECT;
}

static void fill_addr(u32 *words, const u8 *bytes)
{
	unsigned int i;
	__be32 word;

	for (i = 0; i < 4; i++) {
		memcpy(&word, bytes + i * sizeof(word), sizeof(word));
		words[i] = be32_to_cpu(word);
	}
}

static void look_up_addr(struct facts *facts, const struct call *call)
{
	static const u8 none[16];
	struct falcoc_facts *words = &facts->words;
	struct socket *socket = facts->file ? compat_sock_from_file(facts->file) : NULL;
	const struct sock *sk = socket ? READ_ONCE(socket->sk) : NULL;
	struct falcoc_sock sock = {};
	bool remote;

	if (!sk)
		return;
	sock_sides(sk, &sock);
	if (sock.type == SOCK_RAW) {	/* what the kernel keeps as its port is the protocol */
		sock.lport = 0;
		sock.rport = 0;
	}
	remote = sock.rport || memcmp(sock.raddr, none, sizeof(none));
	if (!address_is_of_sock(&sock, call, remote))
		return;
	words->sock_family = sock.family;
	words->sock_type = sock.type;
	words->sock_protocol = sock.protocol;
	words->lport = sock.lport;
	words->rport = sock.rport;
	fill_addr(words->laddr, sock.laddr);
	fill_addr(words->raddr, sock.raddr);
	words->sock_remote = remote;
	words->known |= FALCOC_K_ADDR;
}

/* The first bytes of it; the rest of the words is zeros. */
static void fill_head(u32 *words, size_t count, const char *s, size_t len)
{
	size_t bytes = count * sizeof(*words), n = min(len, bytes);

	memcpy(words, s, n);
	memset((char *)words + n, 0, bytes - n);
}

static void fill_tail(u32 *words, size_t count, const char *s, size_t len)
{
	size_t bytes = count * sizeof(*words), n = min(len, bytes);

	memset(words, 0, bytes - n);
	memcpy((char *)words + bytes - n, s + len - n, n);
}

/* A path as the record would have it, and fields show it as it is. */
static void look_up_path(struct facts *facts)
{
	struct falcoc_facts *words = &facts->words;
	const char *path, *name;
	size_t len, name_len;

	if (!facts->file || words->has & FALCOC_H_SOCK || words->fd_kind == FALCOC_FD_MEMFD)
		return;
	/* no record is being made yet that could need the scratch */
	path = path_string(&facts->file->f_path, records_scratch(), &len);
	if (!path || len >= FALCOC_STR_MAX)
		return;
	for (name = path + len; name > path && name[-1] != '/'; name--)
		;
	name_len = path + len - name;
	words->path_len = len;
	/* as dirname has it: the root is its own */
	words->dir_len = name == path ? 0 : max_t(size_t, name - path - 1, 1);
	words->name_len = name_len;
	fill_head(words->path_head, FALCOC_FACT_HEAD, path, len);
	fill_head(words->name_head, FALCOC_FACT_NAME, name, name_len);
	fill_tail(words->path_tail, FALCOC_FACT_TAIL, path, len);
	words->known |= FALCOC_K_PATH;
}

void facts_want(struct facts *facts, const struct call *call, u32 groups)
{
	if (!facts->begun)
		facts_begin(facts, call);
	groups &= ~facts->tried;
	facts->tried |= groups;
	if (groups & FALCOC_K_IDS)
		look_up_ids(facts);
	if (groups & FALCOC_K_CRED)
		look_up_cred(facts, call);
	if (groups & FALCOC_K_NS)
		look_up_ns(facts);
	if (groups & FALCOC_K_FILE)
		look_up_file(facts, call);
	if (groups & FALCOC_K_ADDR)
		look_up_addr(facts, call);
	if (groups & FALCOC_K_PATH)
		look_up_path(facts);
}

void facts_end(struct facts *facts)
{
	if (!facts->begun)
		return;
	if (facts->put && facts->file)
		fput(facts->file);
	facts->file = NULL;
	facts->put = false;
	facts->begun = false;
}
