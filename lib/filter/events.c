// SPDX-License-Identifier: Apache-2.0
/*
 * events.c - for which types of events a condition can be true
 *
 * Each node tells two sets: the events for which it may be true, and those for
 * which it may be false. Both err on the side of too many, so `not` may swap them.
 *
 * Enter events are recorded only for rules that ask for them, by evt.dir = > or the like: a
 * filter that does not means exit events, though as far as logic goes it could match both.
 */
#include "filter/compile.h"

#include <errno.h>
#include <string.h>

#define FIELD_DIR "evt.dir"
#define FIELD_TYPE "evt.type"
#define FIELD_SYSCALL_TYPE "syscall.type"

static unsigned int count_events(const struct eventset *s)
{
	unsigned int n = 0;

	for (int i = 0; i < FALCOC_MASK_WORDS; i++)
		n += (unsigned int)__builtin_popcountll(s->exit[i] | s->enter[i]);
	return n;
}

/* Of all events no more than half: more is as good as no bound. */
static bool is_bound(const struct filter_set *fs, const struct eventset *s)
{
	return count_events(s) * 2 <= fs->nuniverse;
}

int events_init(struct filter_set *fs)
{
	struct node_events *any = arena_alloc(fs->arena, sizeof(*any));
	struct node_events *fd = arena_alloc(fs->arena, sizeof(*fd));

	if (!any || !fd)
		return -ENOMEM;
	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++) {
		const struct event_def *def = event_def(e);

		if (def->traits & FALCOC_T_META)
			continue;
		for (int enter = 0; enter < 2; enter++) {
			eventset_add(&fs->universe, e, enter);
			if (event_is_heavy(e))
				eventset_add(&fs->heavy, e, enter);
			if (def->cls == FALCOC_CLASS_DNS)
				eventset_add(&fs->extra, e, enter);
			if (def->traits & FALCOC_T_FD)
				eventset_add(&fd->can_true, e, enter);
		}
	}
	fs->nuniverse = count_events(&fs->universe);
	any->can_true = any->can_false = any->type_true = any->type_false = fs->universe;
	fd->can_false = fd->type_true = fd->type_false = fs->universe;
	fs->any_event = any;
	fs->fd_event = fd;
	return 0;
}

/* Equal ones are one: they are large, and most nodes have those of others. NULL: no memory. */
static const struct node_events *intern(struct compiler *c, const struct node_events *ev)
{
	const struct slice key = { (const char *)ev, sizeof(*ev) };
	struct node_events *copy = strmap_get(c->fs->events, key);

	if (copy)
		return copy;
	copy = compile_alloc(c, sizeof(*copy));
	if (!copy)
		return NULL;
	memcpy(copy, ev, sizeof(*copy));
	if (strmap_put(c->fs->events, (struct slice){ (const char *)copy, sizeof(*copy) }, copy)) {
		c->no_memory = true;
		return NULL;
	}
	return copy;
}

static void combine(const struct node *node, const struct node_events *kid, struct node_events *all)
{
	if (node->kind == NODE_AND) {
		eventset_and(&all->can_true, &kid->can_true);
		eventset_or(&all->can_false, &kid->can_false);
		eventset_and(&all->type_true, &kid->type_true);
		eventset_or(&all->type_false, &kid->type_false);
	} else {
		eventset_or(&all->can_true, &kid->can_true);
		eventset_and(&all->can_false, &kid->can_false);
		eventset_or(&all->type_true, &kid->type_true);
		eventset_and(&all->type_false, &kid->type_false);
	}
	eventset_or(&all->named_true, &kid->named_true);
	eventset_or(&all->named_false, &kid->named_false);
	eventset_or(&all->data, &kid->data);
	all->enter_true |= kid->enter_true;
	all->enter_false |= kid->enter_false;
}

const struct node_events *events_combine(struct compiler *c, const struct node *node)
{
	const struct node_events *first = node->kids[0]->events;
	struct node_events all;
	bool same = true;

	for (size_t i = 1; i < node->nkids; i++)
		same &= node->kids[i]->events == first;
	if (same && (node->kind != NODE_NOT || first == c->fs->any_event))
		return first;
	memcpy(&all, first, sizeof(all));	/* with its padding: it is compared by bytes */
	if (node->kind == NODE_NOT) {
		all.can_true = first->can_false;
		all.can_false = first->can_true;
		all.type_true = first->type_false;
		all.type_false = first->type_true;
		all.named_true = first->named_false;
		all.named_false = first->named_true;
		all.enter_true = first->enter_false;
		all.enter_false = first->enter_true;
		return intern(c, &all);
	}
	for (size_t i = 1; i < node->nkids; i++)
		combine(node, node->kids[i]->events, &all);
	/* a buffer is looked at where no other part has decided already */
	eventset_and(&all.data, node->kind == NODE_AND ? &all.can_true : &all.can_false);
	return intern(c, &all);
}

static bool has_enter(const struct eventset *s)
{
	for (int i = 0; i < FALCOC_MASK_WORDS; i++)
		if (s->enter[i])
			return true;
	return false;
}

static const char *event_candidate(void *unused, size_t i)
{
	(void)unused;
	return i < FALCOC_E_COUNT ? event_def(i)->name : NULL;
}

static bool is_dir(const struct input *src)
{
	return strcmp(src->ref.def->name, FIELD_DIR) == 0;
}

static bool names_events(const struct input *src)
{
	return src->kind == INPUT_FIELD && (src->flags & FIELD_F_NAMES_EVENTS);
}

/* Of a comparison of which no more is known than for which events its fields have values. */
static const struct node_events *events_of_inputs(struct compiler *c, const struct node *node)
{
	const struct filter_set *fs = c->fs;
	const struct input *left = node->left, *right = node->right;
	struct node_events ev;

	if (!right && !left->data && !names_events(left)) {
		if (left->with == &fs->universe)
			return fs->any_event;
		if (left->with == &fs->fd_event->can_true)
			return fs->fd_event;
	}
	memcpy(&ev, fs->any_event, sizeof(ev));
	ev.can_true = *left->with;
	if (left->data)
		ev.data = *left->data;
	if (names_events(left))
		ev.named_true = *left->with;
	if (right) {
		eventset_and(&ev.can_true, right->with);
		if (right->data)
			eventset_or(&ev.data, right->data);
	}
	return intern(c, &ev);
}

static bool is_type(const struct input *src)
{
	return strcmp(src->ref.def->name, FIELD_TYPE) == 0;
}

struct slice events_native_name(const struct input *src, struct slice name)
{
	const char *native = NULL;

	if (src->kind == INPUT_FIELD &&
	    (is_type(src) || strcmp(src->ref.def->name, FIELD_SYSCALL_TYPE) == 0))
		native = event_name_native(name);
	return native ? slice_of(native) : name;
}

/*
 * Adds the events for which @src equals @lit; told where there are none: as an error for
 * evt.type, whose values are all known, else as a warning.
 */
static bool add_events(struct compiler *c, const struct input *src,
		       const struct ast_operand *lit, struct eventset *events)
{
	const struct field_def *def = src->ref.def;
	bool (*of)(const struct field_ref *ref, struct slice literal, struct eventset *ret_events) =
		def->events_of ? def->events_of : def->events_may;
	struct eventset found = { 0 };
	const char *near;
	struct diag *d;

	if (of(&src->ref, events_native_name(src, lit->text), &found)) {
		if (!is_dir(src))
			for (int i = 0; i < FALCOC_MASK_WORDS; i++)
				found.exit[i] = found.enter[i] = found.exit[i] | found.enter[i];
		eventset_and(&found, &c->fs->universe);
		eventset_or(events, &found);
		if (!eventset_empty(&found))
			return true;
	}
	if (event_name_known(lit->text)) {
		compile_warning(c, lit->loc, "'%.*s' is an event of other architectures, or of Falco "
				"itself: this is never true", SLICE_ARG(lit->text));
		return true;
	}
	near = suggest(lit->text, event_candidate, NULL);
	/* as Falco, which checks this one field so */
	if (is_type(src))
		d = compile_error(c, lit->loc, "unknown event type '%.*s'", SLICE_ARG(lit->text));
	else
		d = compile_warning(c, lit->loc, "no event has '%.*s' for '%s': this is never true",
				    SLICE_ARG(lit->text), src->name);
	if (near)
		diag_hint(d, "did you mean '%s'?", near);
	return !is_type(src);
}

const struct node_events *events_of_compare(struct compiler *c, const struct node *node,
					    const struct ast *ast)
{
	const struct input *src = node->left;
	const struct ast_operand *right = &ast->cmp.right;
	bool equal = node->op == FILTER_OP_EQ || node->op == FILTER_OP_IN ||
		     node->op == FILTER_OP_INTERSECTS;
	struct eventset events = { 0 }, others = c->fs->universe, differ;
	const struct eventset *all = &c->fs->universe;
	struct node_events ev;
	bool good = true;

	if (src->kind != INPUT_FIELD || node->kind != NODE_COMPARE ||
	    (!src->ref.def->events_of && !src->ref.def->events_may) ||
	    (!equal && node->op != FILTER_OP_NE) ||
	    (node->mod != FILTER_MOD_NONE && node->mod != FILTER_MOD_ANYOF) ||
	    (node->mod == FILTER_MOD_ANYOF && !equal))
		return events_of_inputs(c, node);
	if (right->kind == AST_LITERAL)
		good &= add_events(c, src, right, &events);
	for (size_t i = 0; right->kind == AST_LIST && i < right->nitems; i++)
		good &= add_events(c, src, &right->items[i], &events);
	if (!good)
		return NULL;
	eventset_minus(&others, &events);
	memset(&ev, 0, sizeof(ev));
	/* Where the field may differ from the constants: elsewhere only, if the type alone decides. */
	differ = src->ref.def->events_of ? others : *all;
	ev.can_true = equal ? events : differ;
	ev.can_false = equal ? differ : src->ref.def->events_of ? events : *all;
	ev.type_true = ev.can_true;
	ev.type_false = ev.can_false;
	if (names_events(src) && is_bound(c->fs, &events))
		*(equal ? &ev.named_true : &ev.named_false) = events;
	ev.enter_true = is_dir(src) && has_enter(&ev.can_true);
	ev.enter_false = is_dir(src) && has_enter(&ev.can_false);
	return intern(c, &ev);
}

void events_of_filter(const struct filter_set *fs, struct filter *f)
{
	const struct node_events *ev = f->root->events;

	struct eventset unnamed = fs->heavy, extra = fs->extra;

	f->events = ev->can_true;
	f->named = ev->named_true;
	eventset_minus(&extra, &f->named);
	eventset_minus(&f->events, &extra);
	eventset_minus(&unnamed, &f->named);
	eventset_and(&unnamed, &f->events);
	eventset_minus(&f->events, &unnamed);
	eventset_and(&f->named, &f->events);
	f->heavy = !eventset_empty(&unnamed);
	f->data = ev->data;
	eventset_and(&f->data, &f->events);
	if (!ev->enter_true)
		memset(f->events.enter, 0, sizeof(f->events.enter));
	f->bounded = is_bound(fs, &ev->type_true);
}
