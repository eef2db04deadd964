// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The queue of moves: klipper-mcu-protocol.md, section 10, step 6. */
#include <stdlib.h>

#include "../engine.h"

bool klipper_moves_full(const struct klipper *k)
{
	return k->config.moves_used >= k->config.move_count;
}

bool klipper_moves_keep(struct klipper_moves *queue,
			const struct klipper_move *move)
{
	struct klipper_move *copy = malloc(sizeof(*copy));

	if (!copy)
		return false;
	*copy = *move;
	copy->next = NULL;
	if (queue->last)
		queue->last->next = copy;
	else
		queue->first = copy;
	queue->last = copy;
	return true;
}

const char *klipper_moves_push(struct klipper *k, struct klipper_moves *queue,
			       const struct klipper_move *move)
{
	if (klipper_moves_full(k))
		return KLIPPER_MOVE_OVERFLOW;
	if (!klipper_moves_keep(queue, move))
		return KLIPPER_NO_MEMORY;
	k->config.moves_used++;
	return NULL;
}

bool klipper_moves_take(struct klipper_moves *queue, struct klipper_move *out)
{
	struct klipper_move *move = queue->first;

	if (!move)
		return false;
	queue->first = move->next;
	if (!queue->first)
		queue->last = NULL;
	*out = *move;
	out->next = NULL;
	free(move);
	return true;
}

bool klipper_moves_pop(struct klipper *k, struct klipper_moves *queue,
		       struct klipper_move *out)
{
	bool popped = klipper_moves_take(queue, out);

	if (popped)
		k->config.moves_used--;
	return popped;
}

void klipper_moves_drop(struct klipper *k, struct klipper_moves *queue)
{
	struct klipper_move move;

	while (klipper_moves_pop(k, queue, &move))
		continue;
}
