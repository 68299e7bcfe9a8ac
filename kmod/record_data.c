// SPDX-License-Identifier: GPL-2.0-only
/*
 * record_data.c - the bytes that a call moved, and the vectors that tell where they lie
 *
 * Bytes are recorded only for consumers that asked for them, and only so many as the
 * call really moved. They are read from the caller's memory after the call.
 */
#include <linux/uio.h>

#include "record.h"

#define DATA_CHUNK 4096		/* of the scratch */
#define IOV_CHUNK 16		/* elements read at once */

/* An attribute DATA in the making. */
struct data {
	struct record *record;
	u8 *payload;
	u32 want, used;
};

/* False: nobody wants it, or there is none of it. */
static bool data_open(struct data *data, struct record *record, s64 moved)
{
	u32 room;

	if (!record->snap || moved <= 0)
		return false;
	*data = (struct data){ .record = record, .want = min_t(u64, record->snap, moved) };
	data->payload = attr_open(record, FALCOC_A_DATA, data->want, &room);
	if (!data->payload)
		return false;
	if (room < data->want) {
		record->full = true;
		return false;
	}
	return true;
}

/* False: enough, or it could not be read. */
static bool data_add(struct data *data, u64 ptr, u64 len)
{
	u32 n, left = min_t(u64, len, data->want - data->used);

	while (left) {
		n = min_t(u32, left, DATA_CHUNK);
		/* not right into the ring: see struct workplace */
		if (!user_read(data->record, data->record->scratch, ptr, n))
			return false;
		memcpy(data->payload + data->used, data->record->scratch, n);
		data->used += n;
		ptr += n;
		left -= n;
	}
	return data->used < data->want;
}

static void data_close(struct data *data, s64 moved)
{
	if (data->used)
		attr_close(data->record, data->used,
			   data->used < moved ? FALCOC_ATTR_TRUNCATED : 0);
}

void attr_data(struct record *record, u64 ptr, s64 moved)
{
	struct data data;

	if (!data_open(&data, record, moved))
		return;
	data_add(&data, ptr, moved);
	data_close(&data, moved);
}

void attr_value(struct record *record, enum falcoc_attr_id id, u32 max, u64 ptr, s64 len)
{
	u32 n = min_t(s64, len, max);

	if (ptr && len > 0 && user_read(record, record->scratch, ptr, n))
		attr_bytes(record, id, record->scratch, n, n < len ? FALCOC_ATTR_TRUNCATED : 0);
}

/* Elements of a vector, in one form. */
struct iov_chunk {
	struct {
		u64 base, len;
	} of[IOV_CHUNK];
	unsigned int count;
};

/* False: there is no more, or it could not be read. */
static bool iov_read(struct record *record, const struct call *call, const struct user_iov *iov,
		     u64 from, struct iov_chunk *ret_chunk)
{
	u32 narrow[IOV_CHUNK][2];
	unsigned int i, n;

	if (from >= min_t(u64, iov->count, UIO_MAXIOV))
		return false;
	n = min_t(u64, iov->count - from, IOV_CHUNK);
	ret_chunk->count = n;
	if (!call_has_ptr32(call))
		return user_read(record, ret_chunk->of, iov->ptr + from * sizeof(ret_chunk->of[0]),
				 n * sizeof(ret_chunk->of[0]));
	if (!user_read(record, narrow, iov->ptr + from * sizeof(narrow[0]), n * sizeof(narrow[0])))
		return false;
	for (i = 0; i < n; i++) {
		ret_chunk->of[i].base = narrow[i][0];
		ret_chunk->of[i].len = narrow[i][1];
	}
	return true;
}

u64 iov_bytes(struct record *record, const struct call *call, const struct user_iov *iov)
{
	struct iov_chunk chunk;
	u64 from, sum = 0;
	unsigned int i;

	for (from = 0; iov_read(record, call, iov, from, &chunk); from += IOV_CHUNK)
		for (i = 0; i < chunk.count; i++)
			sum += chunk.of[i].len;
	return sum;
}

static void data_add_iov(struct data *data, const struct call *call, const struct user_iov *iov,
			 u64 moved)
{
	struct iov_chunk chunk;
	unsigned int i;
	u64 from, n;

	for (from = 0; moved && iov_read(data->record, call, iov, from, &chunk);
	     from += IOV_CHUNK) {
		for (i = 0; i < chunk.count; i++) {
			n = min(chunk.of[i].len, moved);
			if (!data_add(data, chunk.of[i].base, n) && n)
				return;
			moved -= n;
		}
	}
}

void attr_iov_data(struct record *record, const struct call *call, const struct user_iov *iov,
		   unsigned int count, s64 moved)
{
	struct data data;
	unsigned int i;
	u64 left = moved;

	if (!data_open(&data, record, moved))
		return;
	for (i = 0; i < count && data.used < data.want; i++) {
		data_add_iov(&data, call, &iov[i], min(left, iov[i].moved));
		left -= min(left, iov[i].moved);
	}
	data_close(&data, moved);
}

/* fd, buffer, size: read, write, pread, pwrite. */
void record_read(struct record *record, const struct call *call)
{
	attr_fd(record, call->arg[0], NULL);
	if (!call_is_enter(call))
		attr_data(record, call->arg[1], call->res);
}

/* The kernel takes 32 bits of their number, whatever is passed. */
static void record_iov(struct record *record, const struct call *call, u64 ptr, u32 count)
{
	struct user_iov iov = { .ptr = ptr, .count = count, .moved = ~0ULL };

	attr_u64(record, FALCOC_A_OUT, iov_bytes(record, call, &iov));
	if (!call_is_enter(call))
		attr_iov_data(record, call, &iov, 1, call->res);
}

/* fd, vector, count: readv and its kin. */
void record_readv(struct record *record, const struct call *call)
{
	attr_fd(record, call->arg[0], NULL);
	record_iov(record, call, call->arg[1], call->arg[2]);
}

/* What is copied lies on our own side: pid, our vector, count, its vector, count. */
void record_process_vm(struct record *record, const struct call *call)
{
	record_iov(record, call, call->arg[1], call->arg[2]);
}

void record_init_module(struct record *record, const struct call *call)
{
	attr_text(record, FALCOC_A_TEXT0, call->arg[2]);
	attr_data(record, call->arg[0], call->arg[1]);
}
