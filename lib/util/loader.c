// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "loader.h"

#include <dlfcn.h>
#include <string.h>

#ifdef KCAN_STATIC
bool util_library_load(const struct util_library *library, void *table,
		       const char **why)
{
	for (size_t i = 0; i < library->len; i++)
		memcpy((char *)table + library->symbols[i].at,
		       &library->symbols[i].linked, sizeof(void *));
	*why = NULL;
	return true;
}
#else
bool util_library_load(const struct util_library *library, void *table,
		       const char **why)
{
	/* never closed: each is needed once per process, or a few times */
	void *so = dlopen(library->soname, RTLD_NOW);
	bool found = so;

	for (size_t i = 0; i < library->len; i++) {
		void *at = found ? dlsym(so, library->symbols[i].name) : NULL;

		memcpy((char *)table + library->symbols[i].at, &at, sizeof(at));
		found = at;
	}
	*why = found ? NULL : dlerror();
	return found;
}
#endif
