// SPDX-License-Identifier: Apache-2.0
/*
 * ia32.c - attack32: a 32-bit program, without any library, that makes its calls by int 0x80
 *
 *	attack32 files		open, openat, unlink, rename of /tmp/by-ia32
 *	attack32 sockets	socketcall: socket, connect to 10.98.0.2:7001 by UDP, send, sendto
 *	attack32 direct		the same by calls of their own
 *	attack32 exec		executes itself as `exec-end`
 *
 * Ends with 0 if all went as it should.
 */
#define NR_EXIT		1
#define NR_OPEN		5
#define NR_CREAT	8
#define NR_UNLINK	10
#define NR_EXECVE	11
#define NR_RENAME	38
#define NR_SOCKETCALL	102
#define NR_SETUID32	213
#define NR_OPENAT	295
#define NR_SOCKET	359
#define NR_CONNECT	362
#define NR_SENDTO	369

#define AF_INET		2
#define SOCK_DGRAM	2

struct address {
	unsigned short family, port;
	unsigned char ip[4];
	char zero[8];
};

static struct address remote = { AF_INET, 0x591b /* 7001 */, { 10, 98, 0, 2 }, { 0 } };

static int call6(int nr, long a, long b, long c, long d, long e, long f)
{
	int ret;
	long args[2] = { nr, f };

	/* the sixth argument is in the register that points to the stack frame */
	__asm__ volatile("pushl %%ebp; movl 4(%%eax), %%ebp; movl (%%eax), %%eax; int $0x80; popl %%ebp"
			 : "=a"(ret)
			 : "a"(args), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : "memory", "cc");
	return ret;
}

static int call3(int nr, long a, long b, long c)
{
	return call6(nr, a, b, c, 0, 0, 0);
}

static int equal(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static int files(void)
{
	static const char path[] = "/tmp/by-ia32", other[] = "/tmp/by-ia32-2";

	return call3(NR_CREAT, (long)path, 0600, 0) < 0 || call3(NR_OPEN, (long)path, 0, 0) < 0 ||
	       call6(NR_OPENAT, -100, (long)path, 0, 0, 0, 0) < 0 ||
	       call3(NR_RENAME, (long)path, (long)other, 0) < 0 ||
	       call3(NR_UNLINK, (long)other, 0, 0) < 0;
}

static int socketcall(int what, long a, long b, long c, long d, long e, long f)
{
	long args[6] = { a, b, c, d, e, f };

	return call3(NR_SOCKETCALL, what, (long)args, 0);
}

static int sockets(void)
{
	int fd = socketcall(1, AF_INET, SOCK_DGRAM, 0, 0, 0, 0);
	int fd2 = socketcall(1, AF_INET, SOCK_DGRAM, 0, 0, 0, 0);

	return socketcall(3, fd, (long)&remote, sizeof(remote), 0, 0, 0) < 0 ||
	       socketcall(9, fd, (long)"x", 1, 0, 0, 0) != 1 ||
	       socketcall(11, fd2, (long)"x", 1, 0, (long)&remote, sizeof(remote)) != 1;
}

static int direct(void)
{
	int fd = call3(NR_SOCKET, AF_INET, SOCK_DGRAM, 0);
	int fd2 = call3(NR_SOCKET, AF_INET, SOCK_DGRAM, 0);

	return call3(NR_CONNECT, fd, (long)&remote, sizeof(remote)) < 0 ||
	       call6(NR_SENDTO, fd2, (long)"x", 1, 0, (long)&remote, sizeof(remote)) != 1;
}

static int exec(char *self)
{
	char *args[] = { self, "exec-end", 0 };

	return call3(NR_EXECVE, (long)self, (long)args, 0);
}

static int ids(void)
{
	return call3(NR_SETUID32, 77, 0, 0);
}

__attribute__((used)) static void run(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int rc = 2;

	if (equal(what, "files"))
		rc = files();
	else if (equal(what, "sockets"))
		rc = sockets();
	else if (equal(what, "direct"))
		rc = direct();
	else if (equal(what, "exec"))
		rc = exec(argv[0]);
	else if (equal(what, "ids"))
		rc = ids();
	else if (equal(what, "exec-end"))
		rc = 0;
	call3(NR_EXIT, rc ? 1 : 0, 0, 0);
}

__asm__(".globl _start\n"
	"_start: movl (%esp), %eax; leal 4(%esp), %edx; andl $-16, %esp\n"
	"	subl $8, %esp; pushl %edx; pushl %eax; call run\n");
