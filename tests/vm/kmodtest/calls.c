// SPDX-License-Identifier: Apache-2.0
/*
 * calls.c - 32-bit and x32 calls, entries of calls, exclusion
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "consumer.h"

#ifdef __x86_64__
static long int80(long nr, long a, long b, long c, long d)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)ret;
}

static void test_ia32(struct consumer *c)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
			 -1, 0);
	struct sockaddr_in sin = {
		.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const struct falcoc_rec *rec;
	uint32_t args[3];
	int fd;

	MASK(c, 0, FALCOC_E_OPEN, FALCOC_E_CONNECT, FALCOC_E_SETRESUID, FALCOC_E_SOCKET, FALCOC_E_PREAD,
	     FALCOC_E_SEND, FALCOC_E_RECV, FALCOC_E_UMOUNT, FALCOC_E_SEMGET, FALCOC_E_SEMCTL);
	strcpy(low, "/dev/zero");
	fd = int80(5, (long)low, O_RDONLY, 0, 0);
	if (fd < 0) {
		printf("SKIP 32-bit calls: not on this kernel (%d)\n", fd);
		return;
	}
	rec = wait_record(c, FALCOC_E_OPEN, getpid());
	check(rec && rec->flags == FALCOC_R_IA32 && rec->syscall == 5 && rec->res == fd &&
	      is(rec, FALCOC_A_PATH0, "/dev/zero") && is(rec, FALCOC_A_FD_PATH, "/dev/zero"),
	      "32-bit open");
	int80(180, fd, (long)low + 64, 4, 0x1234);
	rec = wait_record(c, FALCOC_E_PREAD, getpid());
	check(rec && rec->res == 4 && (uint32_t)rec->arg[3] == 0x1234, "32-bit pread");
	close(fd);
	args[0] = AF_INET;
	args[1] = SOCK_DGRAM;
	args[2] = 0;
	memcpy(low, args, sizeof(args));
	fd = int80(102, 1, (long)low, 0, 0);
	rec = wait_record(c, FALCOC_E_SOCKET, getpid());
	check(rec && rec->res == fd && rec->arg[0] == AF_INET && rec->arg[1] == SOCK_DGRAM &&
	      rec->flags & FALCOC_R_IA32, "socket by socketcall");
	memcpy(low + 64, &sin, sizeof(sin));
	args[0] = fd;
	args[1] = (uint32_t)(uintptr_t)(low + 64);
	args[2] = sizeof(sin);
	memcpy(low + 4096 - sizeof(args), args, sizeof(args));	/* nothing behind it */
	int80(102, 3, (long)low + 4096 - sizeof(args), 0, 0);
	rec = wait_record(c, FALCOC_E_CONNECT, getpid());
	check(rec && rec->res == 0 && attr(rec, FALCOC_A_SOCKADDR) &&
	      !memcmp(attr(rec, FALCOC_A_SOCKADDR), &sin, sizeof(sin)) &&
	      ((const struct falcoc_sock *)attr(rec, FALCOC_A_SOCK))->rport == 9, "connect by socketcall");
	args[1] = (uint32_t)(uintptr_t)(low + 32);
	args[2] = 4;
	memcpy(low, args, sizeof(args));
	memset(low + sizeof(args), 0, 4);
	int80(102, 9, (long)low, 0, 0);
	rec = wait_record(c, FALCOC_E_SEND, getpid());
	check(rec && (int)rec->arg[0] == fd && rec->arg[2] == 4 && attr(rec, FALCOC_A_SOCK), "send by socketcall");
	args[0] = -1;
	memcpy(low, args, sizeof(args));
	int80(102, 10, (long)low, 0, 0);
	rec = wait_record(c, FALCOC_E_RECV, getpid());
	check(rec && rec->res == -EBADF && (int)rec->arg[0] == -1, "recv by socketcall");
	close(fd);
	strcpy(low, "/no/mount");
	int80(22, (long)low, 0, 0, 0);
	rec = wait_record(c, FALCOC_E_UMOUNT, getpid());
	check(rec && is(rec, FALCOC_A_PATH0, "/no/mount"), "umount");
	fd = int80(117, 2, 0, 1, 0600);		/* ipc: semget */
	rec = wait_record(c, FALCOC_E_SEMGET, getpid());
	check(rec && rec->res == fd && rec->arg[1] == 1 && rec->arg[2] == 0600, "semget by ipc");
	int80(117, 3, fd, 0, 0);		/* ipc: semctl IPC_RMID */
	rec = wait_record(c, FALCOC_E_SEMCTL, getpid());
	check(rec && (int)rec->arg[0] == fd && rec->arg[2] == 0, "semctl by ipc");
	int80(164, 0xffff, 0xffff, 0xffff, 0);
	rec = wait_record(c, FALCOC_E_SETRESUID, getpid());
	check(rec && rec->arg[0] == 0xffffffff && rec->arg[2] == 0xffffffff, "16-bit setresuid");
	munmap(low, 4096);
}

static void test_x32(struct consumer *c)
{
	const struct falcoc_rec *rec;
	int flags;

	MASK(c, 0, FALCOC_E_MKDIR);
	syscall(0x40000000 | SYS_mkdir, "/tmp/x32", 0700);
	rec = wait_record(c, FALCOC_E_MKDIR, getpid());
	/* a kernel that does not do such calls never looks at the path */
	flags = FALCOC_R_X32 | (rec && rec->res == -ENOSYS ? FALCOC_R_UNVERIFIED : 0);
	check(rec && rec->flags == flags && rec->syscall == SYS_mkdir &&
	      is(rec, FALCOC_A_PATH0, "/tmp/x32"), "x32 call seen (%lld)",
	      rec ? (long long)rec->res : 0);
	rmdir("/tmp/x32");
}

/* Pointers in memory are of 32 bits, whether or not the kernel does the call. */
static void test_x32_pointers(struct consumer *c)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
			 -1, 0);
	struct sockaddr_in sin = {
		.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	uint32_t base = (uintptr_t)low;
	const struct falcoc_attr *a;
	const struct falcoc_rec *rec;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	MASK(c, 0, FALCOC_E_EXECVE, FALCOC_E_SENDMSG);
	strcpy(low, "/tmp/no/such");
	strcpy(low + 64, "one");
	memcpy(low + 128, (uint32_t[]){ base, base + 64, 0 }, 12);
	syscall(0x40000000 | 520, low, low + 128, NULL);
	rec = wait_record(c, FALCOC_E_EXECVE, getpid());
	a = rec ? attr_find(rec, FALCOC_A_ARGV) : NULL;
	check(a && a->len == 17 && !memcmp(a + 1, "/tmp/no/such\0one", 17), "x32 execve's arguments");
	memcpy(low + 256, &sin, sizeof(sin));
	memcpy(low + 512, (uint32_t[]){ base + 256, sizeof(sin) }, 8);
	syscall(0x40000000 | 518, fd, low + 512, 0);
	rec = wait_record(c, FALCOC_E_SENDMSG, getpid());
	a = rec ? attr_find(rec, FALCOC_A_SOCKADDR) : NULL;
	check(a && a->len == sizeof(sin) && !memcmp(a + 1, &sin, sizeof(sin)), "x32 sendmsg's address");
	close(fd);
	munmap(low, 4096);
}
#endif

static void test_enter(struct consumer *c)
{
	struct falcoc_mask mask = { .size = sizeof(mask) };
	const struct falcoc_rec *rec;

	mask.enter[FALCOC_E_MKDIR / 64] |= 1ull << (FALCOC_E_MKDIR % 64);
	check(!ioctl(c->fd, FALCOC_IOC_MASK, &mask), "mask of enter events");
	syscall(SYS_mkdir, "/tmp/enter", 0700);
	rec = wait_record(c, FALCOC_E_MKDIR, getpid());
	check(rec && rec->flags == (FALCOC_R_ENTER | FALCOC_R_UNVERIFIED) && rec->res == 0 &&
	      is(rec, FALCOC_A_PATH0, "/tmp/enter"), "entry of mkdir");
	rmdir("/tmp/enter");
}

static void *exclude_thread(void *arg)
{
	struct falcoc_exclude exclude = { .size = sizeof(exclude), .pid = gettid() };
	struct consumer *c = arg;

	check(ioctl(c->fd, FALCOC_IOC_EXCLUDE, &exclude) && errno == ESRCH,
	      "EXCLUDE of a thread, which is no process: ESRCH");
	return NULL;
}

static void test_exclude(struct consumer *c)
{
	struct falcoc_exclude exclude = { .size = sizeof(exclude) };
	const struct falcoc_rec *rec;
	pthread_t t;
	uint64_t n;

	MASK(c, 0, FALCOC_E_KILL, FALCOC_E_MKDIR);
	check(!ioctl(c->fd, FALCOC_IOC_EXCLUDE, &exclude), "exclude ourselves");
	consumer_read(c, NULL, NULL);
	n = c->ev_read[FALCOC_E_MKDIR];
	syscall(SYS_mkdir, "/tmp/excl", 0700);
	rmdir("/tmp/excl");
	exclude.pid = 0xffffffff;
	check(!ioctl(c->fd, FALCOC_IOC_EXCLUDE, &exclude), "exclude nobody");
	syscall(SYS_kill, getpid(), 0);
	rec = wait_record(c, FALCOC_E_KILL, getpid());
	check(rec && c->ev_read[FALCOC_E_MKDIR] == n, "nothing of it came");
	pthread_create(&t, NULL, exclude_thread, c);
	pthread_join(t, NULL);
}

void test_calls(struct consumer *c)
{
#ifdef __x86_64__
	test_ia32(c);
	test_x32(c);
	test_x32_pointers(c);
#endif
	test_enter(c);
	test_exclude(c);
}
