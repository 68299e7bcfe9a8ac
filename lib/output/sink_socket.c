// SPDX-License-Identifier: Apache-2.0
/*
 * sink_socket.c - datagrams to a local socket: syslog, the journal
 *
 * Connected when there is something to send, and again after a failure, as the daemon behind it may have
 * been started again. What is too long for syslog is cut; the journal is handed such a message
 * in a sealed file.
 */
#include "output/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#define SYSLOG_MAX	8192u	/* rsyslog's usual bound; a smaller one of the socket's halves it */
#define SYSLOG_MIN	512u
#define NAME_MAX_LEN	64u	/* of a field of the journal */

struct sink_socket {
	struct sink s;
	struct sockaddr_un addr;
	int fd;
	int facility;
	size_t max;		/* bytes of a datagram of syslog */
	struct buf out;
};

static void disconnect(struct sink *s)
{
	struct sink_socket *k = (struct sink_socket *)s;

	if (k->fd >= 0)
		close(k->fd);
	k->fd = -1;
}

static int connect_to(struct sink_socket *k)
{
	if (k->fd >= 0)
		return 0;
	k->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (k->fd < 0)
		return sink_fail(&k->s, -EAGAIN, "socket: %s", strerror(errno));
	if (connect(k->fd, (struct sockaddr *)&k->addr, sizeof(k->addr)) == 0)
		return 0;
	sink_fail(&k->s, 0, "%s: %s", k->addr.sun_path, strerror(errno));
	disconnect(&k->s);
	return -EAGAIN;
}

/* 0, -EMSGSIZE: it is too long, -ECANCELED, -EINPROGRESS, or -EAGAIN */
static int send_datagram(struct sink_socket *k, const struct msghdr *msg)
{
	int rc;

	while (sendmsg(k->fd, msg, MSG_NOSIGNAL) < 0) {
		if (errno == EINTR)
			continue;
		if (errno == EMSGSIZE || errno == ENOBUFS)
			return -EMSGSIZE;
		if (errno == EAGAIN) {
			rc = sink_wait_reader(&k->s, k->fd);
			if (rc == 0)
				continue;
			return rc;
		}
		sink_fail(&k->s, 0, "%s: %s", k->addr.sun_path, strerror(errno));
		disconnect(&k->s);
		return -EAGAIN;
	}
	return 0;
}

static void socket_release(struct sink *s)
{
	disconnect(s);
	buf_release(&((struct sink_socket *)s)->out);
}

static struct sink *socket_new(const struct sink_ops *ops, const char *path, enum message_form form,
			       const char *name)
{
	struct sink_socket *k = sink_alloc(sizeof(*k), ops, form, name);

	if (!k)
		return NULL;
	k->fd = -1;
	k->max = SYSLOG_MAX;
	k->addr.sun_family = AF_UNIX;
	/* one that is too long was refused by whoever read the option; cut, it is not there */
	snprintf(k->addr.sun_path, sizeof(k->addr.sun_path), "%s", path);
	buf_init(&k->out, 4 << 20);
	return &k->s;
}

/* ---- syslog ---- */

/* "<132>Nov 22 10:00:00 falcoc[123]: " as local daemons expect it. Months never follow the locale. */
static void add_syslog_head(const struct sink_socket *k, const struct message *m, struct buf *out)
{
	static const char *const months[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
	};
	time_t t = (time_t)(m->ts_ns / 1000000000ull);
	struct tm tm = { 0 };

	localtime_r(&t, &tm);
	/* Emergency is 0, Debug 7, here and there */
	buf_printf(out, "<%d>%s %2d %02d:%02d:%02d falcoc[%ld]: ", k->facility | (int)m->priority,
		   months[tm.tm_mon], tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (long)getpid());
}

static int syslog_send(struct sink *s, struct message *const *m, size_t n)
{
	struct sink_socket *k = (struct sink_socket *)s;
	struct slice line = m[0]->form[s->form];
	int rc = connect_to(k);

	(void)n;
	while (rc == 0) {
		struct iovec iov;
		struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

		buf_clear(&k->out);
		add_syslog_head(k, m[0], &k->out);
		buf_add(&k->out, line.ptr, line.len ? line.len - 1 : 0);	/* no newline */
		iov.iov_base = k->out.ptr;
		iov.iov_len = k->out.len < k->max ? k->out.len : k->max;
		rc = send_datagram(k, &msg);
		if (rc != -EMSGSIZE)
			break;
		if (k->max <= SYSLOG_MIN)
			return sink_fail(s, -EBADMSG, "%s: a message of %zu bytes is too long",
					 k->addr.sun_path, iov.iov_len);
		k->max /= 2;
		rc = 0;
	}
	return rc == 0 ? 1 : rc;
}

static const struct sink_ops syslog_ops = {
	.send = syslog_send, .reopen = disconnect, .release = socket_release,
};

struct sink *sink_syslog_new(const char *socket_path, int facility, enum message_form form)
{
	struct sink *s = socket_new(&syslog_ops, socket_path, form, "syslog");

	if (s)
		((struct sink_socket *)s)->facility = facility;
	return s;
}

int sink_syslog_facility(const char *name)
{
	static const struct {
		const char *name;
		int facility;
	} table[] = {
		{ "kern", LOG_KERN }, { "user", LOG_USER }, { "daemon", LOG_DAEMON },
		{ "auth", LOG_AUTH }, { "authpriv", LOG_AUTHPRIV }, { "local0", LOG_LOCAL0 },
		{ "local1", LOG_LOCAL1 }, { "local2", LOG_LOCAL2 }, { "local3", LOG_LOCAL3 },
		{ "local4", LOG_LOCAL4 }, { "local5", LOG_LOCAL5 }, { "local6", LOG_LOCAL6 },
		{ "local7", LOG_LOCAL7 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].name, name) == 0)
			return table[i].facility;
	return -1;
}

/* ---- the journal ---- */

/* KEY, newline, the length in 64 bits little-endian, the value, newline: any bytes may be in it. */
static void add_entry(struct buf *out, const char *key, struct slice value)
{
	uint64_t len = value.len;

	buf_add_str(out, key);
	buf_add_char(out, '\n');
	for (int i = 0; i < 8; i++)
		buf_add_char(out, (char)(len >> 8 * i & 0xff));
	buf_add_slice(out, value);
	buf_add_char(out, '\n');
}

static void add_text(struct buf *out, const char *key, const json_t *value)
{
	if (json_is_string(value))
		add_entry(out, key, (struct slice){ json_string_value(value),
						    json_string_length(value) });
}

/* proc.aname[2] is FALCOC_PROC_ANAME_2: the journal takes A to Z, digits and _, up to 64 bytes. */
static void add_field(struct buf *out, const char *name, const json_t *value)
{
	char key[NAME_MAX_LEN + 1] = "FALCOC_";
	size_t len = strlen(key);
	char *text;

	for (; *name && len < NAME_MAX_LEN; name++) {
		char c = *name;

		if (c >= 'a' && c <= 'z')
			key[len++] = (char)(c - 'a' + 'A');
		else if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
			key[len++] = c;
		else if (c != ']' && key[len - 1] != '_')
			key[len++] = '_';
	}
	key[len] = '\0';
	if (json_is_null(value))
		return;
	if (json_is_string(value)) {
		add_text(out, key, value);
		return;
	}
	text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	if (text)
		add_entry(out, key, slice_of(text));
	free(text);
}

static void add_journal(const struct message *m, enum message_form form, struct buf *out)
{
	json_t *alert = json_loadb(m->form[MESSAGE_FULL].ptr, m->form[MESSAGE_FULL].len,
				    JSON_ALLOW_NUL, NULL);
	json_t *tags = json_object_get(alert, "tags"), *value;
	struct slice line = m->form[form];
	const char *name;
	char level[2] = { (char)('0' + m->priority), '\0' };
	size_t i;

	add_entry(out, "MESSAGE", (struct slice){ line.ptr, line.len ? line.len - 1 : 0 });
	add_entry(out, "PRIORITY", slice_of(level));
	add_entry(out, "SYSLOG_IDENTIFIER", SLICE_LIT("falcoc"));
	add_entry(out, "FALCOC_RULE", slice_of(m->rule));
	add_text(out, "FALCOC_PRIORITY", json_object_get(alert, "priority"));
	add_text(out, "FALCOC_SOURCE", json_object_get(alert, "source"));
	add_text(out, "FALCOC_HOSTNAME", json_object_get(alert, "hostname"));
	add_text(out, "FALCOC_TIME", json_object_get(alert, "time"));
	json_array_foreach(tags, i, value)
		add_text(out, "FALCOC_TAG", value);
	json_object_foreach(json_object_get(alert, "output_fields"), name, value)
		add_field(out, name, value);
	json_decref(alert);
}

/* A file that nobody can change any more, in place of bytes. */
static int send_file(struct sink_socket *k, const struct buf *out)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr head;
	} control = { 0 };
	struct msghdr msg = { .msg_control = &control, .msg_controllen = sizeof(control) };
	int fd = memfd_create("falcoc", MFD_CLOEXEC | MFD_ALLOW_SEALING), rc = -EMSGSIZE;
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	if (fd < 0)
		return sink_fail(&k->s, -EAGAIN, "memfd_create: %s", strerror(errno));
	if (write(fd, out->ptr, out->len) == (ssize_t)out->len &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0) {
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
		rc = send_datagram(k, &msg);
	}
	close(fd);
	return rc;
}

static int journal_send(struct sink *s, struct message *const *m, size_t n)
{
	struct sink_socket *k = (struct sink_socket *)s;
	struct iovec iov;
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	int rc = connect_to(k);

	(void)n;
	if (rc < 0)
		return rc;
	buf_clear(&k->out);
	add_journal(m[0], s->form, &k->out);
	iov.iov_base = k->out.ptr;
	iov.iov_len = k->out.len;
	rc = k->out.truncated ? -EMSGSIZE : send_datagram(k, &msg);
	if (rc == -EMSGSIZE && !k->out.truncated)
		rc = send_file(k, &k->out);
	if (rc == -EMSGSIZE)
		return sink_fail(s, -EBADMSG, "a message is too long");
	return rc == 0 ? 1 : rc;
}

static const struct sink_ops journal_ops = {
	.send = journal_send, .reopen = disconnect, .release = socket_release,
	.forms = MESSAGE_FORM(MESSAGE_FULL),
};

struct sink *sink_journal_new(const char *socket_path, enum message_form form)
{
	return socket_new(&journal_ops, socket_path, form, "journal");
}
