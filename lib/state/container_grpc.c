// SPDX-License-Identifier: Apache-2.0
/*
 * container_grpc.c - messages of containerd and of Kubernetes' interface of container runtimes
 * (CRI)
 *
 * Of protocol buffers only what these few messages need: fields are walked, those that are not
 * known are passed over, every length is checked against what is left.
 */
#include <stdio.h>
#include <string.h>

#include "state/container_engine.h"

enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

static bool take_varint(struct slice *s, uint64_t *ret_v)
{
	uint64_t v = 0;

	for (unsigned int shift = 0; shift < 64 && s->len; shift += 7) {
		unsigned char byte = (unsigned char)s->ptr[0];

		s->ptr++;
		s->len--;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*ret_v = v;
			return true;
		}
	}
	return false;
}

/*
 * The next field; bytes lie in @ret_bytes, which is empty for numbers. False: the end, or nonsense.
 */
static bool take_field(struct slice *s, uint32_t *ret_number, struct slice *ret_bytes)
{
	uint64_t key, n;

	if (!s->len || !take_varint(s, &key))
		return false;
	*ret_number = (uint32_t)(key >> 3);
	*ret_bytes = (struct slice){ s->ptr, 0 };
	switch (key & 7) {
	case WIRE_VARINT:
		return take_varint(s, &n);
	case WIRE_BYTES:
		if (!take_varint(s, &n))
			return false;
		ret_bytes->ptr = s->ptr;
		ret_bytes->len = n > s->len ? s->len + 1 : (size_t)n;
		break;
	case WIRE_64:
		n = 8;
		break;
	case WIRE_32:
		n = 4;
		break;
	default:
		return false;
	}
	if (n > s->len)
		return false;
	s->ptr += n;
	s->len -= n;
	return true;
}

/* The first field of that number. Empty: there is none. */
static struct slice field_of(struct slice s, uint32_t number)
{
	struct slice bytes;
	uint32_t n;

	while (take_field(&s, &n, &bytes))
		if (n == number)
			return bytes;
	return (struct slice){ NULL, 0 };
}

/* A text without a NUL in it. */
static json_t *text_of(struct slice s)
{
	return s.len && !memchr(s.ptr, '\0', s.len) ? json_stringn(s.ptr, s.len) : NULL;
}

/* A map of strings: each entry a field of @number. As JSON, for it goes where JSON goes. */
static json_t *map_of(struct slice s, uint32_t number)
{
	json_t *map = json_object();
	struct slice entry, key;
	uint32_t n;

	while (map && json_object_size(map) <= CONTAINER_LABELS_MAX && take_field(&s, &n, &entry)) {
		json_t *name, *value;

		if (n != number)
			continue;
		key = field_of(entry, 1);
		name = text_of(key);
		value = text_of(field_of(entry, 2));
		if (name)
			json_object_set_new(map, json_string_value(name), value ? value : json_string(""));
		else
			json_decref(value);
		json_decref(name);
	}
	return map;
}

static void set_text(struct container_facts *f, struct slice *to, struct slice s)
{
	json_t *text = text_of(s);

	facts_set(f, to, json_string_value(text));
	json_decref(text);
}

bool facts_containerd(struct container_facts *f, struct slice message, const char *id)
{
	struct slice c = field_of(message, 1);
	json_t *image, *labels;

	if (!slice_eq_str(field_of(c, 1), id))
		return false;
	f->found = true;
	image = text_of(field_of(c, 3));
	facts_set_image(f, json_string_value(image));
	json_decref(image);
	labels = map_of(c, 2);
	facts_set_labels(f, labels, NULL);
	facts_set(f, &f->c.name, json_text(labels, "nerdctl/name"));
	json_decref(labels);
	return true;
}

bool facts_containerd_image(struct container_facts *f, struct slice message)
{
	struct slice image = field_of(message, 1);

	if (!slice_eq(field_of(image, 1), f->c.image))
		return false;
	set_text(f, &f->c.image_digest, field_of(field_of(image, 3), 2));
	return true;
}

bool facts_cri_sandbox(struct container_facts *f, struct slice message, const char *id)
{
	struct slice status = field_of(message, 1);
	struct slice meta = field_of(status, 2);
	json_t *labels, *notes;

	if (!slice_eq_str(field_of(status, 1), id))
		return false;
	set_text(f, &f->c.pod_name, field_of(meta, 1));
	set_text(f, &f->c.pod_uid, field_of(meta, 2));
	set_text(f, &f->c.pod_ns, field_of(meta, 3));
	set_text(f, &f->c.pod_ip, field_of(field_of(status, 5), 1));
	labels = map_of(status, 7);
	facts_set_pod_labels(f, labels, NULL);
	json_decref(labels);
	notes = map_of(status, 8);
	facts_applied(f, json_text(notes, "kubectl.kubernetes.io/last-applied-configuration"));
	json_decref(notes);
	return true;
}
