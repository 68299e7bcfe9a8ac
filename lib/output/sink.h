/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sink.h - where alerts go: a file, a socket, a program, a server
 *
 * A sink belongs to one outlet (outlet.h), on whose thread all of its functions but sink_free()
 * run. It may wait there as long as it likes, but only by sink_wait(), which ends at once when the
 * outlet is to stop, so that no peer holds up the end of the program. (A disk that hangs can: then
 * the thread is left behind.)
 *
 * To add one: an ops table, a function that makes it, and its keys (engine/config_keys.c).
 */
#ifndef OUTPUT_SINK_H
#define OUTPUT_SINK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/message.h"
#include "util/buf.h"

struct sink;

struct sink_ops {
	size_t batch;		/* messages at a time, at most; 0: 1 */
	unsigned int forms;	/* MESSAGE_FORM(): those it wants in any case; 0: what s->form is */
	/*
	 * Hands on the first of these. How many; or, with a sentence in s->why,
	 *
	 *	-ECANCELED	it was to stop
	 *	-EPIPE		nobody is there any more and nobody will be: the sink is done with
	 *	-EINPROGRESS	it takes long (sink_wait_reader()): all are tried again at once
	 *	-EBADMSG	the first one can never be handed on: it is lost
	 *	-EAGAIN, ...	not now: all are tried again after a while
	 */
	int (*send)(struct sink *s, struct message *const *m, size_t n);
	/* All below may be NULL. */
	void (*reopen)(struct sink *s);		/* files may have been rotated */
	void (*idle)(struct sink *s);		/* nothing waits to be sent */
	void (*tick)(struct sink *s);		/* at the start, and each minute in which nothing comes */
	void (*close)(struct sink *s);		/* the end, after the last message */
	void (*release)(struct sink *s);	/* frees what it has but itself */
};

/* What all sinks begin with. */
struct sink {
	const struct sink_ops *ops;
	char *name;		/* for messages: "standard output", "file /var/log/x" */
	enum message_form form;	/* what it hands on */
	size_t batch;
	char why[256];		/* the last failure, without the name */
	bool quiet_failure;	/* it need not be told of yet */
	char *says;		/* something to be told, such as an answer; malloc()ed */
	int stop_fd;		/* readable once it is to stop */
	uint32_t slow_ms;	/* for a reader of ours to be told of as slow; 0: for ever */
};

/* @bytes: of the structure that begins with the sink. NULL: no memory. */
void *sink_alloc(size_t bytes, const struct sink_ops *ops, enum message_form form,
		 const char *name);
void sink_free(struct sink *s);		/* takes NULL */

/* Puts the sentence into s->why and returns @err. */
int sink_fail(struct sink *s, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/*
 * Waits until poll() gives one of @events of @fd (or an error of it), but no longer than @ms (negative:
 * for ever); without @fd (-1) only that long. 0; -EAGAIN: it was too long; -ECANCELED: to stop.
 */
int sink_wait(const struct sink *s, int fd, short events, int ms);

/*
 * The same for a reader of ours that need not hurry, but is told of when it takes s->slow_ms. 0,
 * -EINPROGRESS, -ECANCELED.
 */
int sink_wait_reader(struct sink *s, int fd);

/* All below: NULL where there is no memory. Strings are copied. */

/* Lines to @fd, which stays the caller's. @name is for messages. */
struct sink *sink_fd_new(int fd, enum message_form form, const char *name);

/*
 * Lines to the end of a file, which is made where it is not there (0600), and opened again where its
 * name has come to stand for another one, as when it is rotated. @keep_open: else it is closed
 * whenever nothing waits.
 */
struct sink *sink_file_new(const char *path, enum message_form form, bool keep_open);

#define SINK_SYSLOG_SOCKET	"/dev/log"
#define SINK_JOURNAL_SOCKET	"/run/systemd/journal/socket"

/* @facility: as in syslog.h, 1 << 3 for LOG_USER. */
struct sink *sink_syslog_new(const char *socket_path, int facility, enum message_form form);
/* The number of the facility's name ("user", "local0"); -1: none. */
int sink_syslog_facility(const char *name);

/*
 * The journal of systemd by its own protocol: MESSAGE, PRIORITY, FALCOC_RULE, FALCOC_SOURCE,
 * FALCOC_HOSTNAME, FALCOC_TAG (of each tag one), and each output field as FALCOC_PROC_NAME. (Not by
 * libsystemd: it takes a journal that is not there for success, and waits for one that hangs.)
 */
struct sink *sink_journal_new(const char *socket_path, enum message_form form);

struct sink_program_options {
	const char *program;	/* a command of sh */
	bool keep_alive;	/* one for all alerts; else each is given one */
	uint32_t timeout_ms;	/* so long it may take for an alert before it is killed */
	uint32_t end_ms;	/* so long one that was kept alive is waited for at its end; 0: 10 s */
};

/*
 * A program that reads alerts as lines from its standard input. Its group of processes is its own. One
 * that is kept alive gets an end of file when files are opened anew, and may go on beside the next one
 * for as long as it likes, until four of them do: then the first of these is killed.
 */
struct sink *sink_program_new(const struct sink_program_options *opt, enum message_form form);

struct sink_http_options {
	const char *url, *user_agent;
	bool insecure;		/* whoever the server is */
	const char *ca_cert, *ca_bundle, *ca_path;	/* NULL: those of the system */
	const char *client_cert, *client_key;		/* NULL: none */
	bool echo;		/* tell what the server answers */
	bool compress;		/* gzip */
	bool keep_alive;	/* one connection for many alerts */
	uint32_t quiet_timeouts;	/* so many in a row are not told of */
	uint32_t timeout_ms;
	uint32_t batch;		/* more than 1: alerts are sent together, JSON as one array */
	uint32_t retries;	/* an alert that the server fails on is tried so often again */
};

/* POSTs alerts. NULL with errno: ELIBACC (libcurl or, to compress, zlib cannot be loaded) or ENOMEM. */
struct sink *sink_http_new(const struct sink_http_options *opt, enum message_form form);

#endif
