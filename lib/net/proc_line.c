// SPDX-License-Identifier: Apache-2.0
/* proc_line.c - tables of sockets in /proc, line by line; see proc_line.h */
#include "net/proc_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "0100007F:0050": words of an address as the host stores them, and a port. */
static bool parse_side(const char *text, struct ip_addr *ret_ip, uint16_t *ret_port)
{
	size_t digits = strspn(text, "0123456789ABCDEFabcdef");
	uint32_t words[4];

	if ((digits != 8 && digits != 32) || text[digits] != ':')
		return false;
	for (size_t i = 0; i < digits / 8; i++) {
		char word[9] = "";

		memcpy(word, text + i * 8, 8);
		words[i] = (uint32_t)strtoul(word, NULL, 16);
	}
	*ret_ip = digits == 8 ? ip_addr_from_v4(words) : ip_addr_from_v6(words);
	*ret_port = (uint16_t)strtoul(text + digits + 1, NULL, 16);
	return true;
}

/* "0: LOCAL REMOTE ST TX:RX TR:WHEN RETR UID TIMEOUT INODE ..." */
bool proc_line_inet(const char *line, struct proc_line *ret_sock)
{
	char local[80], remote[80];
	struct proc_line sock = { 0 };
	unsigned long long ino;

	if (sscanf(line, " %*[^:]: %79s %79s %*s %*s %*s %*s %*s %*s %llu", local, remote, &ino) != 3 ||
	    !ino || !parse_side(local, &sock.local, &sock.local_port) ||
	    !parse_side(remote, &sock.remote, &sock.remote_port))
		return false;
	sock.ino = ino;
	sock.server = !sock.remote_port && ip_addr_is_any(&sock.remote);
	*ret_sock = sock;
	return true;
}

/* "ADDRESS: REFS PROTO FLAGS TYPE ST INODE PATH" */
bool proc_line_unix(const char *line, struct proc_line *ret_sock)
{
	unsigned long long ino;
	int path = 0;

	if (sscanf(line, "%*[^:]: %*s %*s %*s %*s %*s %llu %n", &ino, &path) != 1 || !ino)
		return false;
	*ret_sock = (struct proc_line){ .ino = ino, .path = path ? line + path : "" };
	return true;
}

/* "SK ETH PID GROUPS RMEM WMEM DUMP LOCKS DROPS INODE" */
bool proc_line_netlink(const char *line, struct proc_line *ret_sock)
{
	unsigned long long ino;

	if (sscanf(line, "%*s %*s %*s %*s %*s %*s %*s %*s %*s %llu", &ino) != 1 || !ino)
		return false;
	*ret_sock = (struct proc_line){ .ino = ino };
	return true;
}
