/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UTIL_LOADER_H
#define UTIL_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/array.h"

/** One function of a library, and where its address goes: UTIL_SYMBOL(). */
struct util_symbol {
	const char *name;
	size_t at;	      /* in the program's struct of functions */
	void (*linked)(void); /* the function itself, in a static program only */
};

/** UTIL_SYMBOL() - the row of @function, which goes to @member of struct @table */
#define UTIL_SYMBOL(function, table, member)                      \
	{                                                         \
		.name = #function, .at = offsetof(table, member), \
		.linked = UTIL_LINKED(function),                  \
	}

/** A library that is loaded when something needs it: UTIL_LIBRARY(). */
struct util_library {
	const char *soname;
	const struct util_symbol *symbols;
	size_t len;
};

/**
 * UTIL_LIBRARY() - a constant struct util_library, which packaging tools see
 * @symbols:     an array of what is used of it
 * @feature:     what it is for, in a word
 * @description: the same in a sentence
 * @priority:    "required", "recommended" or "suggested"
 * @soname:      all four are string literals without quotation marks inside
 *
 * The second constant is an ELF note in the section .note.dlopen, as the ELF
 * dlopen metadata specification of uapi-group.org wants it: owner "FDO", type
 * 407c0c0a, and a JSON array of one object.
 */
#define UTIL_LIBRARY(variable, symbols, feature, description, priority,       \
		     soname)                                                  \
	static const struct util_library variable = { soname, symbols,        \
						      ARRAY_SIZE(symbols) };  \
	UTIL_DLOPEN_NOTE(variable##_note, "[{\"feature\":\"" feature          \
					  "\",\"description\":\"" description \
					  "\",\"priority\":\"" priority       \
					  "\",\"soname\":[\"" soname "\"]}]")

/*
 * A static program (KCAN_STATIC) cannot load anything: what it may need was linked,
 * and there is nothing that packaging tools would have to see.
 */
#ifdef KCAN_STATIC
#define UTIL_LINKED(function) ((void (*)(void))(function))
#define UTIL_DLOPEN_NOTE(variable, json) _Static_assert(sizeof(json), "")
#else
#define UTIL_LINKED(function) NULL
#define UTIL_DLOPEN_NOTE(variable, json)                              \
	_Alignas(4) static const struct {                             \
		uint32_t owner_len, json_len, type;                   \
		char owner[4];                                        \
		_Alignas(4) char text[sizeof(json)];                  \
	} variable __attribute__((used, section(".note.dlopen"))) = { \
		4, sizeof(json), 0x407c0c0a, "FDO", json              \
	}
#endif

/**
 * util_library_load() - load a library, for good, and look up its functions;
 * in a static program those that were linked
 * @table: a struct of pointers to functions; those of the library are set, to
 *         NULL where it lacks them
 * @why:   set after a failure: to the loader's words, or which function is
 *         missing; valid until the next call
 */
bool util_library_load(const struct util_library *library, void *table,
		       const char **why);

#endif
