// SPDX-License-Identifier: Apache-2.0
/*
 * net.c - connections made in unusual ways
 *
 * LOCAL and REMOTE are addresses of this machine that are not loopback's (the test gives
 * them to lo), so that rules about outbound connections look at them.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../kmodtest/ring.h"
#include "attack.h"

#define REMOTE "10.98.0.2"
#define REMOTE2 "10.98.0.3"
#define PORT 7001
#define PORT2 7002
#define PORT_EARLY 7003	/* its listener is there while others run */

static struct sockaddr_in addr4(const char *ip, int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };

	must(inet_pton(AF_INET, ip, &a.sin_addr) == 1, ip);
	return a;
}

static int new_socket(int family, int type, int proto)
{
	int fd = socket(family, type, proto);

	must(fd >= 0, "socket");
	return fd;
}

/* Listens on all addresses, for IPv4 and IPv6. */
static int listener(int port)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int fd = new_socket(AF_INET6, SOCK_STREAM, 0), one = 1, zero = 0, queue = 16;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN, &queue, sizeof(queue));
	must(bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0, "bind");
	must(listen(fd, 8) == 0, "listen");
	return fd;
}

static void tell_port(int fd)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);

	must(getsockname(fd, (struct sockaddr *)&a, &len) == 0, "getsockname");
	/* the same place for both families */
	fact("port", "%d", ntohs(((struct sockaddr_in *)&a)->sin_port));
}

static int connected(const char *ip, int port)
{
	struct sockaddr_in a = addr4(ip, port);
	int fd = new_socket(AF_INET, SOCK_STREAM, 0);

	must(connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0, "connect");
	tell_port(fd);
	return fd;
}

static int run_plain(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	listener(PORT);
	connected(REMOTE, PORT);
	return 0;
}

static int run_nonblock(int argc, char **argv)
{
	struct sockaddr_in a = addr4(REMOTE, PORT);
	int fd = new_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	(void)argc;
	(void)argv;
	listener(PORT);
	must(connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0 && errno == EINPROGRESS, "EINPROGRESS");
	tell_port(fd);
	return 0;
}

static int run_refused(int argc, char **argv)
{
	struct sockaddr_in a = addr4(REMOTE, PORT2);
	int fd = new_socket(AF_INET, SOCK_STREAM, 0);

	(void)argc;
	(void)argv;
	must(connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0 && errno == ECONNREFUSED, "refusal");
	return 0;
}

static int run_mapped(int argc, char **argv)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
	int fd = new_socket(AF_INET6, SOCK_STREAM, 0);

	(void)argc;
	(void)argv;
	listener(PORT);
	inet_pton(AF_INET6, "::ffff:" REMOTE, &a.sin6_addr);
	must(connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0, "connect");
	tell_port(fd);
	return 0;
}

static int run_mapped_udp(int argc, char **argv)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
	int fd = new_socket(AF_INET6, SOCK_DGRAM, 0);

	(void)argc;
	(void)argv;
	inet_pton(AF_INET6, "::ffff:" REMOTE, &a.sin6_addr);
	must(sendto(fd, "x", 1, 0, (struct sockaddr *)&a, sizeof(a)) == 1, "sendto");
	tell_port(fd);
	return 0;
}

static int run_udp_connect(int argc, char **argv)
{
	struct sockaddr_in a = addr4(REMOTE, PORT);
	int fd = new_socket(AF_INET, SOCK_DGRAM, 0);

	(void)argc;
	(void)argv;
	must(connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0, "connect");
	tell_port(fd);
	must(send(fd, "x", 1, 0) == 1, "send");
	return 0;
}

static int run_udp_sendto(int argc, char **argv)
{
	struct sockaddr_in a = addr4(REMOTE, PORT);
	int fd = new_socket(AF_INET, SOCK_DGRAM, 0);

	(void)argc;
	(void)argv;
	must(sendto(fd, "x", 1, 0, (struct sockaddr *)&a, sizeof(a)) == 1, "sendto");
	tell_port(fd);
	return 0;
}

/* Connected to one address, sends to another. */
static int run_udp_other(int argc, char **argv)
{
	struct sockaddr_in a = addr4(REMOTE, PORT), b = addr4(REMOTE2, PORT2);
	int fd = new_socket(AF_INET, SOCK_DGRAM, 0);

	(void)argc;
	(void)argv;
	must(connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0, "connect");
	must(sendto(fd, "x", 1, 0, (struct sockaddr *)&b, sizeof(b)) == 1, "sendto");
	tell_port(fd);
	return 0;
}

static int run_sendmsg(int argc, char **argv)
{
	struct sockaddr_in a = addr4(REMOTE, PORT);
	struct iovec iov = { "x", 1 };
	struct msghdr msg = { .msg_name = &a, .msg_namelen = sizeof(a), .msg_iov = &iov,
			      .msg_iovlen = 1 };
	int fd = new_socket(AF_INET, SOCK_DGRAM, 0);

	(void)argc;
	(void)argv;
	must(sendmsg(fd, &msg, 0) == 1, "sendmsg");
	tell_port(fd);
	return 0;
}

/* The second message of two goes where the rules look. */
static int run_sendmmsg(int argc, char **argv)
{
	struct sockaddr_in a = addr4("127.0.0.1", PORT), b = addr4(REMOTE, PORT);
	struct iovec iov = { "x", 1 };
	struct mmsghdr msgs[2] = {
		{ .msg_hdr = { .msg_name = &a, .msg_namelen = sizeof(a), .msg_iov = &iov,
			       .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_name = &b, .msg_namelen = sizeof(b), .msg_iov = &iov,
			       .msg_iovlen = 1 } },
	};
	int fd = new_socket(AF_INET, SOCK_DGRAM, 0);

	(void)argc;
	(void)argv;
	must(sendmmsg(fd, msgs, 2, 0) == 2, "sendmmsg");
	tell_port(fd);
	return 0;
}

static int run_fastopen(int argc, char **argv)
{
	struct sockaddr_in a = addr4(REMOTE, PORT);
	int fd = new_socket(AF_INET, SOCK_STREAM, 0);

	(void)argc;
	(void)argv;
	listener(PORT);
	must(sendto(fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&a, sizeof(a)) == 1, "fast open");
	tell_port(fd);
	return 0;
}

static int run_fastopen_msg(int argc, char **argv)
{
	struct sockaddr_in a = addr4(REMOTE, PORT);
	struct iovec iov = { "x", 1 };
	struct msghdr msg = { .msg_name = &a, .msg_namelen = sizeof(a), .msg_iov = &iov,
			      .msg_iovlen = 1 };
	int fd = new_socket(AF_INET, SOCK_STREAM, 0);

	(void)argc;
	(void)argv;
	listener(PORT);
	must(sendmsg(fd, &msg, MSG_FASTOPEN) == 1, "fast open");
	tell_port(fd);
	return 0;
}

/* The SYN leaves with the first write (if the server's cookie is known), or with connect. */
static int run_fastopen_connect(int argc, char **argv)
{
	struct sockaddr_in a = addr4(REMOTE, PORT);
	int fd = new_socket(AF_INET, SOCK_STREAM, 0), one = 1, second;

	(void)argc;
	(void)argv;
	listener(PORT);
	/* a first connection gets the cookie */
	must(sendto(fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&a, sizeof(a)) == 1, "fast open");
	second = new_socket(AF_INET, SOCK_STREAM, 0);
	must(!setsockopt(second, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &one, sizeof(one)), "option");
	must(connect(second, (struct sockaddr *)&a, sizeof(a)) == 0, "connect");
	must(write(second, "x", 1) == 1, "write");
	tell_port(second);
	return 0;
}

/* AF_UNSPEC takes the connection off; then another one is made with the same socket. */
static int run_unspec(int argc, char **argv)
{
	struct sockaddr_in a = addr4("127.0.0.1", PORT), b = addr4(REMOTE, PORT2);
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int fd = new_socket(AF_INET, SOCK_DGRAM, 0);

	(void)argc;
	(void)argv;
	must(connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0, "connect");
	must(connect(fd, &none, sizeof(none)) == 0, "disconnect");
	must(connect(fd, (struct sockaddr *)&b, sizeof(b)) == 0, "connect again");
	tell_port(fd);
	must(connect(fd, &none, sizeof(none)) == 0, "disconnect again");
	return 0;
}

/* sendto's address may say AF_UNSPEC and mean IPv4. */
static int run_unspec_send(int argc, char **argv)
{
	struct sockaddr_in a = addr4(REMOTE, PORT);
	int fd = new_socket(AF_INET, SOCK_DGRAM, 0);

	(void)argc;
	(void)argv;
	a.sin_family = AF_UNSPEC;
	must(sendto(fd, "x", 1, 0, (struct sockaddr *)&a, sizeof(a)) == 1, "sendto");
	tell_port(fd);
	return 0;
}

/* Passes a descriptor over a socket to a child, which uses it. */
static void send_fd(int over, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec iov = { "x", 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	must(sendmsg(over, &msg, 0) == 1, "sendmsg");
}

static int receive_fd(int over)
{
	char control[CMSG_SPACE(sizeof(int))] = {}, byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	int fd;

	must(recvmsg(over, &msg, 0) == 1 && CMSG_FIRSTHDR(&msg), "recvmsg");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

static int use_received(void *arg)
{
	int fd = receive_fd(*(int *)arg);

	prctl(PR_SET_NAME, "receiver");
	must(send(fd, "x", 1, 0) == 1, "send");
	return 0;
}

static int run_scm(int argc, char **argv)
{
	int pair[2], fd;

	(void)argc;
	(void)argv;
	listener(PORT);
	fd = connected(REMOTE, PORT);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "socketpair");
	send_fd(pair[0], fd);
	close(fd);
	return in_child(use_received, &pair[1]);
}

static int run_pidfd_getfd(int argc, char **argv)
{
	int pidfd, fd, mine, ready[2];
	pid_t child;
	char byte;

	(void)argc;
	(void)argv;
	listener(PORT);
	must(pipe(ready) == 0, "pipe");
	child = fork();
	if (child == 0) {
		fd = connected(REMOTE, PORT);
		dup2(fd, 100);
		must(write(ready[1], "x", 1) == 1, "write");
		pause();
	}
	must(read(ready[0], &byte, 1) == 1, "read");
	pidfd = syscall(SYS_pidfd_open, child, 0);
	mine = pidfd < 0 ? -1 : syscall(SYS_pidfd_getfd, pidfd, 100, 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	if (mine < 0)
		return cannot("pidfd_getfd");
	prctl(PR_SET_NAME, "thief");
	must(send(mine, "x", 1, 0) == 1, "send");
	return 0;
}

/* A socket that is there when this program starts: argv[1]. Waits for a line on stdin first. */
static int run_inherited(int argc, char **argv)
{
	int fd = argc > 1 ? atoi(argv[1]) : -1;

	tell_port(fd);
	must(send(fd, "x", 1, 0) == 1, "send");
	return 0;
}

/* Connects, waits until there is a file argv[1], and uses the connection. */
static int run_early(int argc, char **argv)
{
	int fd;

	must(argc == 2, "a file");
	listener(PORT_EARLY);
	fd = connected(REMOTE, PORT_EARLY);
	for (int i = 0; i < 3000 && access(argv[1], F_OK); i++)
		poll(NULL, 0, 10);
	must(send(fd, "x", 1, 0) == 1, "send");
	fact("sent", "1");
	return 0;
}

static int run_inherit(int argc, char **argv)
{
	char number[16];
	int fd;

	(void)argc;
	(void)argv;
	fd = listener(PORT);
	fd = connected(REMOTE, PORT);
	snprintf(number, sizeof(number), "%d", fd);
	execl("/proc/self/exe", "heir", "net-inherited", number, NULL);
	return 1;
}

static struct sockaddr_un unix_addr(const char *name, size_t len, socklen_t *ret_len)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	memcpy(a.sun_path, name, len);
	*ret_len = offsetof(struct sockaddr_un, sun_path) + len;
	return a;
}

static int unix_connect(const char *name, size_t len)
{
	socklen_t addr_len;
	struct sockaddr_un a = unix_addr(name, len, &addr_len);
	int server = new_socket(AF_UNIX, SOCK_STREAM, 0), fd = new_socket(AF_UNIX, SOCK_STREAM, 0);

	must(bind(server, (struct sockaddr *)&a, addr_len) == 0, "bind");
	must(listen(server, 1) == 0, "listen");
	must(connect(fd, (struct sockaddr *)&a, addr_len) == 0, "connect");
	return 0;
}

static int run_abstract(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	/* bytes after a NUL count too */
	return unix_connect("\0attack\0more", 12);
}

static int run_unix(int argc, char **argv)
{
	must(argc == 2, "a path");
	unlink(argv[1]);
	return unix_connect(argv[1], strlen(argv[1]));
}

static int run_raw(int argc, char **argv)
{
	struct sockaddr_in a = addr4(REMOTE, 0);
	int fd = new_socket(AF_INET, SOCK_RAW, 253);

	(void)argc;
	(void)argv;
	must(sendto(fd, "x", 1, 0, (struct sockaddr *)&a, sizeof(a)) == 1, "sendto");
	return 0;
}

static int run_icmp(int argc, char **argv)
{
	static const unsigned char echo[8] = { 8, 0, 0xf7, 0xff };
	struct sockaddr_in a = addr4(REMOTE, 0);
	int fd = new_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);

	(void)argc;
	(void)argv;
	must(sendto(fd, echo, sizeof(echo), 0, (struct sockaddr *)&a, sizeof(a)) == 8, "sendto");
	return 0;
}

static int run_packet(int argc, char **argv)
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP),
				 .sll_ifindex = (int)if_nametoindex("lo"), .sll_halen = 6 };
	unsigned char frame[64] = { 0x45 };
	int fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));

	(void)argc;
	(void)argv;
	if (fd < 0)
		return cannot("no packet sockets");
	must(sendto(fd, frame, sizeof(frame), 0, (struct sockaddr *)&a, sizeof(a)) > 0, "sendto");
	return 0;
}

static int run_vsock(int argc, char **argv)
{
	struct sockaddr_vm a = { .svm_family = AF_VSOCK, .svm_port = PORT,
				 .svm_cid = VMADDR_CID_LOCAL };
	int fd = socket(AF_VSOCK, SOCK_STREAM, 0);

	(void)argc;
	(void)argv;
	if (fd < 0)
		return cannot("no vsock");
	must(connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0, "nobody answers");
	return 0;
}

static int run_accept4(int argc, char **argv)
{
	int server = listener(PORT), fd;

	(void)argc;
	(void)argv;
	connected(REMOTE, PORT);
	fd = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	must(fd >= 0, "accept4");
	return 0;
}

/* A socket that only a ring's own table has: no call is made with it, and no descriptor is its. */
static int run_uring(int argc, char **argv)
{
	struct sockaddr_in a = addr4(REMOTE, PORT), b = addr4(REMOTE2, PORT2);
	struct iovec iov = { "x", 1 };
	struct msghdr msg = { .msg_name = &b, .msg_namelen = sizeof(b), .msg_iov = &iov, .msg_iovlen = 1 };
	struct io_uring_sqe *sqe;
	struct uring ring;
	int none = -1;

	(void)argc;
	(void)argv;
	if (!uring_open(&ring, 0) || !uring_has(&ring, IORING_OP_SOCKET) ||
	    syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_FILES, &none, 1))
		return cannot("no io_uring that makes sockets");
	sqe = uring_sqe(&ring, IORING_OP_SOCKET);
	sqe->fd = AF_INET;
	sqe->off = SOCK_DGRAM;
	sqe->file_index = 1;
	must(uring_do(&ring) == 0, "socket");
	sqe = uring_sqe(&ring, IORING_OP_CONNECT);
	sqe->flags = IOSQE_FIXED_FILE;
	sqe->addr = (uintptr_t)&a;
	sqe->off = sizeof(a);
	must(uring_do(&ring) == 0, "connect");
	sqe = uring_sqe(&ring, IORING_OP_SENDMSG);
	sqe->flags = IOSQE_FIXED_FILE;
	sqe->addr = (uintptr_t)&msg;
	sqe->len = 1;
	must(uring_do(&ring) == 1, "sendmsg");
	return 0;
}

const struct attack attacks_net[] = {
	{ "net-plain", run_plain },
	{ "net-nonblock", run_nonblock },
	{ "net-refused", run_refused },
	{ "net-mapped", run_mapped },
	{ "net-mapped-udp", run_mapped_udp },
	{ "net-udp-connect", run_udp_connect },
	{ "net-udp-sendto", run_udp_sendto },
	{ "net-udp-other", run_udp_other },
	{ "net-sendmsg", run_sendmsg },
	{ "net-sendmmsg", run_sendmmsg },
	{ "net-fastopen", run_fastopen },
	{ "net-fastopen-msg", run_fastopen_msg },
	{ "net-fastopen-connect", run_fastopen_connect },
	{ "net-unspec", run_unspec },
	{ "net-unspec-send", run_unspec_send },
	{ "net-scm", run_scm },
	{ "net-pidfd-getfd", run_pidfd_getfd },
	{ "net-inherited", run_inherited },
	{ "net-inherit", run_inherit },
	{ "net-early", run_early },
	{ "net-abstract", run_abstract },
	{ "net-unix", run_unix },
	{ "net-raw", run_raw },
	{ "net-icmp", run_icmp },
	{ "net-packet", run_packet },
	{ "net-vsock", run_vsock },
	{ "net-uring", run_uring },
	{ "net-accept4", run_accept4 },
	{ NULL, NULL },
};
