// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Sections are those of klipper-mcu-protocol.md. */
#include "listen_state.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"

#define IDENTIFY_RESPONSE 0
#define REASON_MIN 2 /* of static_string_id: section 8.5 */
#define REASON_MAX 65535
/* Parameters of 8 bits are less, and so is how often a clock wrapped. */
#define CLOCK_MIN 65536
#define IS_SHUTDOWN 2 /* which parameter of config it is */

/* What the parameters of a message are; @id is not used. */
static const struct kcan_klp_format identify_format = {
	.count = 2, .types = { KCAN_KLP_U32, KCAN_KLP_BYTES }
};
static const struct kcan_klp_format number_formats[] = {
	{ .count = 1 }, /* is_shutdown */
	{ .count = 2 }, /* shutdown */
	{ .count = 4 }, /* config */
};
enum { ONE_NUMBER, TWO_NUMBERS, FOUR_NUMBERS };

void kcan_listen_state_fini(struct listen_state *s)
{
	free(s->dictionary);
	*s = (struct listen_state){ 0 };
}

void kcan_listen_state_forget(struct listen_state *s,
			      struct kcan_listen_node *node)
{
	kcan_listen_state_fini(s);
	node->shutdown = KCAN_LISTEN_UNTOLD;
}

static void tell(struct kcan_listen_node *node,
		 enum kcan_listen_shutdown shutdown)
{
	node->shutdown = shutdown;
	node->shutdown_us = node->last_us;
}

/* A message without its id. */
struct params {
	const uint8_t *data;
	size_t len;
	struct kcan_klp_value values[KCAN_KLP_PARAMS_MAX];
};

/* Return: whether that is what it consists of. */
static bool is(struct params *p, const struct kcan_klp_format *format)
{
	return kcan_klp_params_decode(p->values, format, p->data, p->len) ==
	       (int)p->len;
}

static void take_piece(struct listen_state *s, uint32_t offset,
		       const struct kcan_klp_value *data)
{
	if (!offset && data->len)
		s->len = 0;
	if (!s->dictionary && !offset)
		s->dictionary = calloc(1, KCAN_LISTEN_DICTIONARY_MAX);
	/* a repetition, or behind one that was not heard */
	if (!s->dictionary || offset != s->len ||
	    data->len > KCAN_LISTEN_DICTIONARY_MAX - s->len)
		return;
	memcpy(s->dictionary + s->len, data->data, data->len);
	s->len += data->len;
	s->whole = s->len && !data->len;
}

/*
 * Of the messages of Klipper's firmware only `shutdown` consists of two
 * numbers, the first of which is that high, and only `is_shutdown` of one that
 * stays the same: a clock does not. Those of others may look the same.
 */
static void guess(struct listen_state *s, struct kcan_listen_node *node,
		  const struct kcan_klp_block *block, struct params *p)
{
	const struct kcan_klp_value *v = p->values;

	if (is(p, &number_formats[TWO_NUMBERS])) {
		if (v[0].num >= CLOCK_MIN && v[1].num >= REASON_MIN &&
		    v[1].num <= REASON_MAX)
			tell(node, KCAN_LISTEN_LIKELY);
		return;
	}
	if (!is(p, &number_formats[ONE_NUMBER]) || v[0].num < REASON_MIN ||
	    v[0].num > REASON_MAX)
		return;
	if (s->number_len == block->len &&
	    !memcmp(s->number, block->content, block->len))
		tell(node, KCAN_LISTEN_LIKELY);
	memcpy(s->number, block->content, block->len);
	s->number_len = block->len;
}

static void read_known(const struct kcan_listen_ids *ids,
		       struct kcan_listen_node *node, int id, struct params *p)
{
	const struct kcan_klp_value *v = p->values;

	if ((id == ids->shutdown && is(p, &number_formats[TWO_NUMBERS])) ||
	    (id == ids->is_shutdown && is(p, &number_formats[ONE_NUMBER])))
		tell(node, KCAN_LISTEN_SHUTDOWN);
	else if (id == ids->config && is(p, &number_formats[FOUR_NUMBERS]))
		tell(node, v[IS_SHUTDOWN].num ? KCAN_LISTEN_SHUTDOWN :
						KCAN_LISTEN_RUNNING);
}

void kcan_listen_state_from(struct listen_state *s,
			    struct kcan_listen_node *node,
			    const struct kcan_klp_block *block)
{
	struct params p;
	int id;
	int n = kcan_klp_id_decode(&id, block->content, block->len,
				   KCAN_KLP_RESPONSE);

	if (n < 0)
		return;
	p.data = block->content + n;
	p.len = block->len - (size_t)n;
	if (id == IDENTIFY_RESPONSE) {
		if (is(&p, &identify_format))
			take_piece(s, p.values[0].num, &p.values[1]);
	} else if (s->ids.shutdown) {
		read_known(&s->ids, node, id, &p);
	} else {
		guess(s, node, block, &p);
	}
}

static bool ends_shutdown(const struct kcan_listen_ids *ids, int id)
{
	for (size_t i = 0; id && i < ARRAY_SIZE(ids->ends); i++)
		if (ids->ends[i] == id)
			return true;
	return false;
}

/*
 * Where the messages of a block begin is not known. What only looks like one of
 * these costs no more than that the node has to say it once more.
 */
void kcan_listen_state_to(const struct listen_state *s,
			  struct kcan_listen_node *node,
			  const struct kcan_klp_block *block)
{
	int id;

	for (size_t i = 0; i < block->len; i++)
		if (kcan_klp_id_decode(&id, block->content + i, block->len - i,
				       KCAN_KLP_COMMAND) > 0 &&
		    ends_shutdown(&s->ids, id))
			node->shutdown = KCAN_LISTEN_UNTOLD;
}
