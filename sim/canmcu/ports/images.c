// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "images.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/grow.h"

struct images_entry {
	struct image *image;
	char *path;
};

static struct images_entry *find(const struct images *images,
				 const struct mcu_cfg *cfg)
{
	for (size_t i = 0; i < images->len; i++)
		if (images->list[i].image == cfg->flash_store.arg)
			return &images->list[i];
	return NULL;
}

static int add(struct images *images, struct mcu_cfg *cfg,
	       const struct flash *factory, char *sentence, size_t size)
{
	struct images_entry *entry =
		util_grow(images->list, images->len, sizeof(*entry));
	int err = -ENOMEM;

	snprintf(sentence, size, "out of memory: ask for fewer MCUs");
	if (!entry)
		return err;
	images->list = entry;
	entry += images->len;
	entry->path = strdup(cfg->flash_image);
	if (entry->path)
		err = image_open(&entry->image, entry->path, factory, sentence,
				 size);
	if (err) {
		free(entry->path);
		return err;
	}
	images->len++;
	cfg->flash_image = entry->path;
	cfg->flash_store = image_store(entry->image);
	return 0;
}

int images_open(struct images *images, struct mcu_cfg *cfg, char *sentence,
		size_t size)
{
	struct images_entry *same = find(images, cfg);
	struct flash factory;

	if (!cfg->type->flash_map) {
		snprintf(sentence, size,
			 "flash image '%s': there is nothing that writes the "
			 "flash of a %s; leave the image away",
			 cfg->flash_image, cfg->type->name);
		return -EINVAL;
	}
	mcu_factory_flash(&factory, cfg);
	if (!same || strcmp(same->path, cfg->flash_image) != 0)
		return add(images, cfg, &factory, sentence, size);
	cfg->flash_image = same->path;
	return image_fit(same->image, same->path, &factory, sentence, size);
}

static void release(struct images_entry *entry)
{
	image_close(entry->image);
	free(entry->path);
}

void images_close(struct images *images, const struct mcu_cfg *cfg)
{
	struct images_entry *entry = find(images, cfg);

	if (!entry)
		return;
	release(entry);
	*entry = images->list[--images->len];
}

void images_fini(struct images *images)
{
	while (images->len)
		release(&images->list[--images->len]);
	free(images->list);
	*images = (struct images){ 0 };
}
