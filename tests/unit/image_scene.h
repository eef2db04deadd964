/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_IMAGE_SCENE_H
#define UNIT_IMAGE_SCENE_H

/*
 * Files that somebody wants to flash, one for each reason why that may go wrong.
 * Sections are those of flashing.md.
 */
#include "image_scene_chip.h"
#include "image_scene_kind.h"
#include "image_scene_link.h"

#endif
