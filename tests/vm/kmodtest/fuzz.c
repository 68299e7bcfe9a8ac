// SPDX-License-Identifier: Apache-2.0
/*
 * fuzz.c - whatever a program may do to the device, sensible or not
 *
 * What is refused must be refused with an errno that the contract knows, nothing may be written
 * beyond an argument, and a consumer that comes after all that must be served as ever. The kernel's
 * own complaints are looked for by the harness.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "consumer.h"

#define PAGE 4096ul
#define RING_BYTES (1u << 17)
#define ARG_MAX_BYTES (4 * PAGE)	/* no argument is longer */
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static uint64_t seed_next;

/* 0 .. n - 1 */
static uint32_t pick(uint32_t n)
{
	seed_next ^= seed_next << 13;
	seed_next ^= seed_next >> 7;
	seed_next ^= seed_next << 17;
	return (seed_next >> 16) % n;
}

static const uint64_t odd_numbers[] = {
	0, 1, 2, 3, 7, 8, 63, 64, 255, 4095, 4096, 4097, 65535, 65536, 1 << 17, 1 << 20, 999999, 1000000,
	1000001, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 1ull << 32, 1ull << 63, ~0ull,
	0xaaaaaaaaaaaaaaaaull,
};

static uint64_t odd_number(void)
{
	return pick(4) ? odd_numbers[pick(COUNT(odd_numbers))] : (uint64_t)pick(1u << 31) << pick(33);
}

/* What a call may fail with. */
static bool errno_known(int err)
{
	static const int known[] = { EFAULT, EINVAL, EPROTO, EALREADY, ENOTTY, ENXIO, ENOMEM, ESRCH, EBUSY };

	for (size_t i = 0; i < COUNT(known); i++)
		if (err == known[i])
			return true;
	return false;
}

static struct falcoc_hello valid_hello;
static struct falcoc_setup valid_setup;
static struct falcoc_info valid_info = { .size = sizeof(valid_info) };
static struct falcoc_mask valid_mask = { .size = sizeof(valid_mask) };
static struct falcoc_exclude valid_exclude = { .size = sizeof(valid_exclude) };
static struct falcoc_urgent valid_urgent = { .size = sizeof(valid_urgent) };
static struct falcoc_predicate valid_predicate = {
	.size = sizeof(valid_predicate), .facts_size = sizeof(struct falcoc_facts),
};
static struct falcoc_stats valid_stats = { .size = sizeof(valid_stats) };

static const struct ioctl_case {
	unsigned long cmd;
	const void *valid;	/* an argument that is fine */
	size_t size;
	bool writes;		/* the module fills it in */
} cases[] = {
	{ FALCOC_IOC_HELLO, &valid_hello, sizeof(valid_hello), true },
	{ FALCOC_IOC_SETUP, &valid_setup, sizeof(valid_setup), false },
	{ FALCOC_IOC_INFO, &valid_info, sizeof(valid_info), true },
	{ FALCOC_IOC_MASK, &valid_mask, sizeof(valid_mask), false },
	{ FALCOC_IOC_EXCLUDE, &valid_exclude, sizeof(valid_exclude), false },
	{ FALCOC_IOC_URGENT, &valid_urgent, sizeof(valid_urgent), false },
	{ FALCOC_IOC_PREDICATE, &valid_predicate, sizeof(valid_predicate), false },
	{ FALCOC_IOC_STATS, &valid_stats, sizeof(valid_stats), true },
	{ FALCOC_IOC_START, NULL, 0, false },
	{ FALCOC_IOC_STOP, NULL, 0, false },
};

static void valid_init(void)
{
	_Static_assert(sizeof(valid_stats) + 16 < ARG_MAX_BYTES, "the longest argument fits");
	valid_hello = hello_make();
	valid_setup = setup_make(RING_BYTES);
}

/* Leads a fresh consumer some of the way: 0 opened, 1 greeted, 2 set up, 3 started. -1: not so. */
static int open_to(unsigned int state)
{
	struct falcoc_hello hello = valid_hello;
	int fd = open(FALCOC_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -1;
	if ((state >= 1 && ioctl(fd, FALCOC_IOC_HELLO, &hello)) ||
	    (state >= 2 && ioctl(fd, FALCOC_IOC_SETUP, &valid_setup)) ||
	    (state >= 3 && ioctl(fd, FALCOC_IOC_START))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Where to place arguments: memory, then a page that is none, then memory that is only read. */
struct arena {
	uint8_t *base;
};

#define ARENA_BYTES (2 * ARG_MAX_BYTES + PAGE)

static void arena_init(struct arena *a)
{
	a->base = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(a->base + ARG_MAX_BYTES, PAGE, PROT_NONE);
}

static void arena_release(struct arena *a)
{
	munmap(a->base, ARENA_BYTES);
}

enum place {
	PLACE_END,		/* ends where memory does */
	PLACE_ODD,		/* not aligned */
	PLACE_STRADDLES,	/* its second half is not there */
	PLACE_READONLY,
	PLACE_NONE,		/* a page without access */
	PLACE_ADDRESS,		/* one of bad_addresses */
};

static const uint64_t bad_addresses[] = {
	0, 1, 0xfff, 0x7ffffffff000 - 8, 0x7fffffffffff, 0x800000000000, 0x8000000000000000,
	0xffff800000000000, 0xffff888000000000, 0xffffc90000000000, 0xffffea0000000000,
	0xffffffff81000000, 0xffffffffa0000000, 0xffffffffff600000, ~0ull - 7, ~0ull,
};

static void *arena_place(const struct arena *a, enum place place, unsigned int address,
			 const void *arg, size_t size)
{
	uint8_t *end = a->base + ARG_MAX_BYTES, *readonly = end + PAGE, *p;

	switch (place) {
	case PLACE_END:
		p = end - size;
		break;
	case PLACE_ODD:
		p = end - size - 3;
		break;
	case PLACE_STRADDLES:
		p = end - size / 2;
		size /= 2;
		break;
	case PLACE_READONLY:
		mprotect(readonly, ARG_MAX_BYTES, PROT_READ | PROT_WRITE);
		memcpy(readonly, arg, size);
		mprotect(readonly, ARG_MAX_BYTES, PROT_READ);
		return readonly;
	case PLACE_NONE:
		return end;
	default:
		return (void *)bad_addresses[address];
	}
	memcpy(p, arg, size);
	return p;
}

static bool call_at(const struct arena *a, const struct ioctl_case *c, unsigned int state,
		    enum place place, unsigned int address)
{
	void *arg = arena_place(a, place, address, c->valid, c->size);
	int fd = open_to(state), err;

	if (fd < 0)
		return false;
	err = ioctl(fd, c->cmd, arg) ? errno : 0;
	close(fd);
	if (!c->valid || place == PLACE_END || place == PLACE_ODD)
		return !err || errno_known(err);
	if (place == PLACE_READONLY && !c->writes)
		return !err || errno_known(err);
	return err == EFAULT || err == EPROTO;	/* EPROTO: out of order, before it was looked at */
}

static void fuzz_pointers(void)
{
	unsigned int tried = 0, state, address;
	enum place place;
	struct arena a;
	bool ok = true;

	arena_init(&a);
	for (size_t i = 0; i < COUNT(cases); i++) {
		for (state = 0; state < 4; state++) {
			for (place = PLACE_END; place < PLACE_ADDRESS; place++, tried++)
				ok &= call_at(&a, &cases[i], state, place, 0);
			for (address = 0; address < COUNT(bad_addresses); address++, tried++)
				ok &= call_at(&a, &cases[i], state, PLACE_ADDRESS, address);
		}
	}
	arena_release(&a);
	check(ok, "fuzz: %u calls with arguments in odd places: done or EFAULT", tried);
}

/* An argument with some of its words replaced. Rings that would eat the machine are made small. */
static void argument_spoil(const struct ioctl_case *c, void *arg)
{
	struct falcoc_setup *setup = arg;
	unsigned int n = 1 + pick(3), at;
	uint64_t value;

	memcpy(arg, c->valid, c->size);
	while (n--) {
		value = odd_number();
		at = pick(c->size < 128 || !pick(4) ? c->size / 4 : 32) * 4;
		memcpy((uint8_t *)arg + at, &value, at + 8 <= c->size && pick(2) ? 8 : 4);
	}
	if (pick(8))	/* mostly get past the first check */
		memcpy(arg, c->valid, 4);
	for (int cls = 0; c->cmd == FALCOC_IOC_SETUP && cls < FALCOC_CLASS_COUNT; cls++)
		if (setup->ring_bytes[cls] > 1 << 20)
			setup->ring_bytes[cls] |= 1;
}

/* One call of a command, or of what is none, with an argument at the end of memory. */
static bool call_spoiled(int fd, const struct arena *a)
{
	static const uint8_t canary[8] = "canary!";
	const struct ioctl_case *c = &cases[pick(COUNT(cases))];
	static uint8_t arg[ARG_MAX_BYTES];
	unsigned long cmd = c->cmd;
	uint8_t *place;
	int err;

	if (c->size)
		argument_spoil(c, arg);
	if (!pick(16))
		cmd ^= 1ul << pick(32);
	place = arena_place(a, PLACE_END, 0, arg, c->size);
	memcpy(place - sizeof(canary), canary, sizeof(canary));
	err = ioctl(fd, cmd, c->size ? place : (void *)odd_number()) ? errno : 0;
	return (!err || errno_known(err)) && !memcmp(place - sizeof(canary), canary, sizeof(canary));
}

static void fuzz_fields(unsigned int rounds)
{
	unsigned int i, bad = 0;
	struct arena a;
	int fd = -1;

	arena_init(&a);
	for (i = 0; i < rounds; i++) {
		if (fd < 0 || !pick(20)) {
			if (fd >= 0)
				close(fd);
			fd = open_to(pick(4));
		}
		if (fd < 0 || !call_spoiled(fd, &a))
			bad++;
		getppid();
	}
	close(fd);
	arena_release(&a);
	check(!bad, "fuzz: %u calls with spoiled fields", rounds);
}

static const int generic_ioctls[] = { 0x5401, 0x541b, 0x5421, 0x5450, 0x5451, 0x5452, 0x5460, 0x1, 0x2 };

static void fuzz_commands(unsigned int rounds)
{
	static uint8_t arg[ARG_MAX_BYTES];
	unsigned int i, bad = 0, cmd;
	int fd = open_to(3);

	for (i = 0; i < rounds; i++) {
		memset(arg, 0, sizeof(arg));
		cmd = pick(3) ? pick(4) << 30 | pick(1 << 14) << 16 | 'F' << 8 | pick(256) : pick(1u << 31);
		if (i < COUNT(generic_ioctls))
			cmd = generic_ioctls[i];
		if (ioctl(fd, cmd, arg) && !errno_known(errno) && errno != EOPNOTSUPP && errno != EPERM)
			bad++;
	}
	close(fd);
	check(!bad, "fuzz: %u commands that are none", rounds);
}

/* The mapping, used in all ways; what is refused does not matter. */
static void mapping_abuse(void *p, size_t len, int fd)
{
	static uint8_t byte[PAGE];
	struct iovec local = { byte, sizeof(byte) }, remote = { p, len };
	void *moved;

	mprotect(p, len, odd_number() & 7);
	mprotect(p, PAGE, pick(8));
	madvise(p, len, pick(26));
	msync(p, len, MS_SYNC);
	mlock(p, len);
	process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
	process_vm_writev(getpid(), &local, 1, &remote, 1, 0);
	if (write(fd, p, 8) > 0 || read(fd, byte, 8) > 0)
		printf("# the device was read or written\n");
	syscall(SYS_remap_file_pages, p, PAGE, 0, pick(4), 0);
	moved = mremap(p, len, len + PAGE * pick(4), pick(2) ? MREMAP_MAYMOVE : 0);
	if (moved != MAP_FAILED)
		p = moved;
	moved = mremap(p, len, PAGE, MREMAP_MAYMOVE);	/* the rest is unmapped */
	if (moved != MAP_FAILED)
		p = moved;
	munmap((uint8_t *)p + PAGE * pick(2), len);
	munmap(p, len);
}

static void fuzz_mmap(unsigned int rounds)
{
	static const size_t lengths[] = { 1, PAGE, 2 * PAGE, RING_BYTES, 2 * RING_BYTES, 2 * RING_BYTES + PAGE };
	static const int flags[] = { MAP_SHARED, MAP_PRIVATE, MAP_SHARED_VALIDATE, MAP_SHARED | MAP_POPULATE,
				     MAP_SHARED | MAP_LOCKED, MAP_SHARED | MAP_NORESERVE };
	unsigned int i, mapped = 0, bad = 0;
	int fd = open_to(3), region;
	uint64_t offset;
	size_t len;
	void *p;

	for (i = 0; i < rounds; i++) {
		region = pick(FALCOC_REGION_COUNT);
		len = pick(2) ? lengths[pick(COUNT(lengths))] :
				region == FALCOC_REGION_DATA ? 2 * RING_BYTES : PAGE;
		offset = FALCOC_MMAP_OFFSET(pick(3), pick(FALCOC_CLASS_COUNT), region);
		if (!pick(4))
			offset = odd_number();
		else if (!pick(8))
			offset += PAGE * pick(4);
		p = mmap(NULL, len, pick(3) ? PROT_READ : pick(8), flags[pick(COUNT(flags))], fd,
			 offset & ~(PAGE - 1));
		if (p == MAP_FAILED) {
			if (!errno_known(errno) && errno != EPERM && errno != EOVERFLOW && errno != EAGAIN &&
			    errno != EOPNOTSUPP)
				bad++;
			continue;
		}
		mapped++;
		mapping_abuse(p, (len + PAGE - 1) & ~(PAGE - 1), fd);
	}
	close(fd);
	check(mapped && !bad, "fuzz: %u mappings, %u of them made and misused", rounds, mapped);
}

static void touch(void *p)
{
	signal(SIGSEGV, SIG_DFL);
	_exit(*(volatile uint8_t *)p & 1);
}

/* A mapping outlives the descriptor, and is no child's. */
static void fuzz_mapping_life(void)
{
	static struct consumer c;
	struct falcoc_stats s = { .size = sizeof(s), .cpu = 0xffffffff };
	int status = 0, dup_fd;
	pid_t pid;

	if (!check(consumer_open(&c, RING_BYTES) && !MASK(&c, 0, FALCOC_E_KILL) &&
		   !ioctl(c.fd, FALCOC_IOC_START), "fuzz: a consumer"))
		return;
	pid = fork();
	if (!pid)
		touch((void *)c.rings[0][0].data);
	waitpid(pid, &status, 0);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV, "fuzz: a child has no mapping of the ring");
	dup_fd = dup(c.fd);
	close(c.fd);
	c.fd = dup_fd;
	syscall(SYS_kill, getpid(), 0);
	check(!ioctl(c.fd, FALCOC_IOC_STATS, &s) && s.produced, "fuzz: a dup of the descriptor is as good");
	close(c.fd);
	syscall(SYS_kill, getpid(), 0);
	consumer_read(&c, NULL, NULL);
	check(c.ev_read[FALCOC_E_KILL] >= 2, "fuzz: it records as long as a mapping is left");
	c.fd = -1;
	consumer_close(&c);
}

/* Calls that a device without read and write refuses; none may do anything. */
static void fuzz_other_calls(void)
{
	static uint8_t page[PAGE];
	struct iovec iov = { page, sizeof(page) };
	int fd = open_to(3), pipes[2], null = open("/dev/zero", O_RDWR);
	off_t off = 0;
	bool ok;

	ok = read(fd, page, PAGE) < 0 && write(fd, page, PAGE) < 0 && pread(fd, page, PAGE, 0) < 0 &&
	     pwrite(fd, page, PAGE, 1ll << 40) < 0 && readv(fd, &iov, 1) < 0 && writev(fd, &iov, 1) < 0 &&
	     lseek(fd, 0, SEEK_END) < 0 && ftruncate(fd, 0) < 0 && fsync(fd) < 0 &&
	     sendfile(fd, null, &off, 1) < 0 && sendfile(null, fd, &off, 1) < 0;
	check(ok, "fuzz: read, write, seek and the like are refused");
	if (!pipe(pipes)) {
		ok = splice(fd, NULL, pipes[1], NULL, 1, 0) < 0;
		if (write(pipes[1], "x", 1) == 1)
			ok &= splice(pipes[0], NULL, fd, NULL, 1, 0) < 0;
		close(pipes[0]);
		close(pipes[1]);
	}
	fallocate(fd, 0, 0, PAGE);
	posix_fadvise(fd, 0, PAGE, POSIX_FADV_WILLNEED);
	fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK | O_APPEND | O_DIRECT);
	fcntl(fd, F_SETOWN, getpid());
	fcntl(fd, F_SETSIG, SIGUSR2);
	syscall(SYS_flock, fd, 6);
	check(ok, "fuzz: so is splice");
	close(fd);
	close(null);
}

static bool send_fd(int sock, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = "", byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	return sendmsg(sock, &msg, 0) == 1;
}

static int receive_fd(int sock)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	int fd = -1;

	if (recvmsg(sock, &msg, 0) == 1 && CMSG_FIRSTHDR(&msg))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(int));
	return fd;
}

/* A consumer started by one process is read by another, and lives on in a message. */
static void fuzz_passing(void)
{
	static struct consumer c;
	int pair[2], status = 1, fd;
	pid_t pid;

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	fd = open_to(2);
	check(fd >= 0 && send_fd(pair[0], fd), "fuzz: the descriptor in a message");
	close(fd);
	pid = fork();
	if (!pid) {
		c.fd = receive_fd(pair[1]);
		c.ring_bytes = RING_BYTES;
		_exit(!(c.fd >= 0 && consumer_map(&c) && !MASK(&c, 0, FALCOC_E_KILL) &&
			!ioctl(c.fd, FALCOC_IOC_START) && !syscall(SYS_kill, getpid(), 0) &&
			wait_record(&c, FALCOC_E_KILL, getpid())));
	}
	waitpid(pid, &status, 0);
	check(status == 0, "fuzz: another process receives it and is served");
	fd = open_to(3);
	send_fd(pair[0], fd);
	close(fd);
	close(pair[0]);
	close(pair[1]);	/* the message and what is in it are thrown away */
	fd = open_to(3);
	check(fd >= 0, "fuzz: one in a message that nobody reads goes away");
	close(fd);
}

static atomic_int shared_fd;
static atomic_bool crowd_ends;

/* One of several that do whatever they like to one descriptor. */
static void *crowd_member(void *arg)
{
	uint64_t state = (uintptr_t)arg * 0x9e3779b97f4a7c15ull + 1;
	static struct falcoc_stats stats[8];
	struct falcoc_stats *s = &stats[(uintptr_t)arg];
	struct falcoc_mask mask = valid_mask;
	struct falcoc_hello hello = valid_hello;
	struct falcoc_info info = valid_info;
	struct pollfd pfd = { .events = POLLIN | POLLPRI };
	void *p;

	while (!atomic_load(&crowd_ends)) {
		int fd = atomic_load(&shared_fd);

		state = state * 6364136223846793005ull + 1442695040888963407ull;
		switch (state >> 33 & 15) {
		case 0: case 1:
			ioctl(fd, FALCOC_IOC_START);
			break;
		case 2: case 3:
			ioctl(fd, FALCOC_IOC_STOP);
			break;
		case 4: case 5:
			for (int i = 0; i < FALCOC_MASK_WORDS; i++)
				mask.exit[i] = mask.enter[i] = 0;
			mask.exit[0] = state;
			mask.enter[0] = state >> 7;
			mask.flags = state >> 60 & 3;
			ioctl(fd, FALCOC_IOC_MASK, &mask);
			break;
		case 6:
			memset(s, 0, sizeof(*s));
			s->size = sizeof(*s);
			s->cpu = 0xffffffff;
			ioctl(fd, FALCOC_IOC_STATS, s);
			break;
		case 7: case 8: case 9:
			p = ring_map(fd, 2ul * RING_BYTES, PROT_READ, 0, state >> 40 & 1, FALCOC_REGION_DATA);
			if (p)
				munmap(p, 2ul * RING_BYTES);
			break;
		case 10:
			ioctl(fd, FALCOC_IOC_HELLO, &hello);
			break;
		case 11:
			ioctl(fd, FALCOC_IOC_INFO, &info);
			break;
		case 12:
			pfd.fd = fd;
			poll(&pfd, 1, 1);
			break;
		default:
			ioctl(fd, FALCOC_IOC_SETUP, &valid_setup);
		}
	}
	return NULL;
}

/* Threads call on one descriptor while it is closed and another takes its number. */
static void fuzz_crowd(unsigned int rounds)
{
	pthread_t member[4];
	int fd = open_to(0), fresh;
	unsigned int i;

	atomic_store(&shared_fd, fd);
	atomic_store(&crowd_ends, false);
	for (i = 0; i < COUNT(member); i++)
		pthread_create(&member[i], NULL, crowd_member, (void *)(uintptr_t)i);
	for (i = 0; i < rounds; i++) {
		usleep(1000 * pick(20));
		fresh = open_to(pick(3));
		if (fresh >= 0) {
			dup3(fresh, fd, O_CLOEXEC);	/* closes what was there */
			close(fresh);
		}
	}
	atomic_store(&crowd_ends, true);
	for (i = 0; i < COUNT(member); i++)
		pthread_join(member[i], NULL);
	close(fd);
	fd = open_to(3);
	check(fd >= 0, "fuzz: threads call while the descriptor is closed, %u times", rounds);
	close(fd);
}

/* In a started consumer's rings: positions that change all the time, while records are made. */
static void *spoil_tails(void *arg)
{
	struct consumer *c = arg;
	uint64_t n = 1, head;

	while (!atomic_load(&crowd_ends)) {
		for (int cls = 0; cls < FALCOC_CLASS_COUNT; cls++) {
			for (int cpu = 0; cpu < CPUS_MAX; cpu++) {
				struct ring *r = &c->rings[cpu][cls];

				if (!r->data)
					continue;
				n = n * 6364136223846793005ull + 1442695040888963407ull;
				head = __atomic_load_n(&r->producer->head, __ATOMIC_ACQUIRE);
				r->consumer->tail = n >> 62 == 3 ? n :
						    n >> 62 == 2 ? head - (n >> 40 & 0x3fff8) : head;
			}
		}
	}
	return NULL;
}

static void nothing(void *arg)
{
	(void)arg;
}

static void fuzz_tails(unsigned int rounds)
{
	static struct falcoc_stats s;
	static struct consumer c;
	uint64_t produced = 0, why = 0, dropped = 0;
	pthread_t t;

	if (!check(consumer_open(&c, RING_BYTES), "fuzz: a consumer of small rings"))
		return;
	MASK(&c, FALCOC_MASK_F_LIFECYCLE, FALCOC_E_OPENAT, FALCOC_E_KILL, FALCOC_E_MKDIR);
	ioctl(c.fd, FALCOC_IOC_START);
	atomic_store(&crowd_ends, false);
	pthread_create(&t, NULL, spoil_tails, &c);
	for (unsigned int i = 0; i < rounds; i++) {
		close(open("/dev/null", O_RDONLY | O_CLOEXEC));
		syscall(SYS_kill, getpid(), 0);
		if (i % 64 == 0)
			in_child(nothing, NULL);
	}
	atomic_store(&crowd_ends, true);
	pthread_join(t, NULL);
	ioctl(c.fd, FALCOC_IOC_STOP);
	for (int cls = 0; cls < FALCOC_CLASS_COUNT; cls++) {
		memset(&s, 0, sizeof(s));
		s = (struct falcoc_stats){ .size = sizeof(s), .cpu = 0xffffffff, .cls = cls };
		ioctl(c.fd, FALCOC_IOC_STATS, &s);
		produced += s.produced;
		dropped += s.dropped;
		why += s.dropped_full + s.dropped_nested + s.dropped_noring;
	}
	check(produced >= 2 * rounds && dropped <= produced && why == dropped,
	      "fuzz: tails that jump: produced %llu, dropped %llu, all with a reason",
	      (unsigned long long)produced, (unsigned long long)dropped);
	consumer_close(&c);
}

/* The device in epolls that hold each other, closed in this order and that. */
static void fuzz_epoll(void)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLET | EPOLLPRI };
	int fd, in, out;

	for (int i = 0; i < 8; i++) {
		fd = open_to(3);
		in = epoll_create1(EPOLL_CLOEXEC);
		out = epoll_create1(EPOLL_CLOEXEC);
		epoll_ctl(in, EPOLL_CTL_ADD, fd, &e);
		epoll_ctl(out, EPOLL_CTL_ADD, in, &e);
		epoll_ctl(out, EPOLL_CTL_ADD, fd, &e);
		epoll_wait(out, &e, 1, 0);
		close(i & 1 ? fd : in);
		epoll_wait(out, &e, 1, 0);
		close(i & 2 ? out : i & 1 ? in : fd);
		close(i & 2 ? (i & 1 ? in : fd) : out);
	}
	fd = open_to(3);
	check(fd >= 0, "fuzz: the device in epolls of epolls");
	close(fd);
}

/* Eight at once, which is as many as there can be: nothing of before is left over. */
static void fuzz_all_free(const char *after)
{
	int fd[8], i;
	bool ok = true;

	for (i = 0; i < 8; i++)
		ok &= (fd[i] = open_to(2)) >= 0;
	for (i = 0; i < 8; i++)
		close(fd[i]);
	check(ok, "fuzz: %s, there is room for eight consumers", after);
}

void test_fuzz(uint64_t seed, unsigned int rounds)
{
	seed_next = seed * 0x9e3779b97f4a7c15ull + 1;
	valid_init();
	fuzz_pointers();
	fuzz_fields(10 * rounds);
	fuzz_commands(rounds);
	fuzz_mmap(rounds);
	fuzz_mapping_life();
	fuzz_other_calls();
	fuzz_passing();
	fuzz_epoll();
	fuzz_crowd(rounds / 10);
	fuzz_tails(10 * rounds);
	fuzz_all_free("after all that");
}

int command_fuzz(char **args)
{
	uint64_t seed = args[0] ? strtoull(args[0], NULL, 0) : 1;

	test_fuzz(seed, args[0] && args[1] ? strtoul(args[1], NULL, 0) : 2000);
	return failed != 0;
}

/* A child that does nothing but one call, from open on, again and again. */
static void die_in(const struct ioctl_case *c)
{
	struct falcoc_setup big = setup_make(4 << 20);
	static uint8_t arg[ARG_MAX_BYTES];
	void *p;
	int fd, state = c->cmd == FALCOC_IOC_HELLO ? 0 : c->cmd == FALCOC_IOC_SETUP ? 1 :
			c->cmd == FALCOC_IOC_STOP ? 3 : 2;

	for (;;) {
		fd = open_to(state);
		if (fd < 0)
			_exit(1);
		if (c->valid)
			memcpy(arg, c->valid, c->size);
		if (c->cmd == FALCOC_IOC_SETUP)
			memcpy(arg, &big, sizeof(big));
		for (int i = 0; i < 10; i++)
			ioctl(fd, c->cmd, arg);
		p = ring_map(fd, 2ul * RING_BYTES, PROT_READ, 0, 0, FALCOC_REGION_DATA);
		close(fd);
		if (p)
			munmap(p, 2ul * RING_BYTES);
	}
}

int command_kill(char **args)
{
	unsigned int rounds = args[0] ? strtoul(args[0], NULL, 0) : 20, i;
	int status;
	pid_t pid;

	seed_next = 1;
	valid_init();
	for (size_t c = 0; c < COUNT(cases); c++) {
		for (i = 0; i < rounds; i++) {
			pid = fork();
			if (!pid)
				die_in(&cases[c]);
			usleep(pick(30000));
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			if (!WIFSIGNALED(status))
				break;
		}
		check(i == rounds, "%u consumers die in ioctl 0x%lx", i, cases[c].cmd & 0xff);
		fuzz_all_free("after their deaths");
	}
	return failed != 0;
}

int command_churn(char **args)
{
	sigset_t set;
	struct timespec none = {};
	unsigned int n = 0;
	uint64_t begin;
	int fd;

	(void)args;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	seed_next = getpid();
	valid_init();
	for (int i = 0; i < 3; i++)
		valid_mask.exit[0] |= 1ull << pick(FALCOC_E_COUNT < 64 ? FALCOC_E_COUNT : 64);
	while (sigtimedwait(&set, NULL, &none) < 0) {
		begin = now_ns();
		fd = open_to(3);
		if (fd < 0)
			continue;
		ioctl(fd, FALCOC_IOC_MASK, &valid_mask);
		usleep(pick(20000));
		close(fd);
		n++;
		/* now the module may go: as long as it was kept, however slow the machine */
		usleep(pick(2 * (now_ns() - begin) / 1000));
	}
	return check(n, "%u consumers came and went", n) ? 0 : 1;
}
