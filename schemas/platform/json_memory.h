/* Whether memory was wanting while JSON was made. jansson says so by giving nothing, and whoever
 * builds a list of thousands from as many small objects would have to ask at each of them; without
 * asking, a list comes out short, or empty, and looks whole. So allocations are watched instead,
 * and whoever answers asks once at the end. */
#ifndef HV_PLATFORM_JSON_MEMORY_H
#define HV_PLATFORM_JSON_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* From now on in the whole process: before there is any JSON, and before there are threads. `take`
 * and `give` are as malloc and free. */
void json_memory_watch(void *(*take)(size_t size), void (*give)(void *bytes));

/* Of the calling thread: begins to look, and whether something could not be had since. */
void json_memory_forget(void);
bool json_memory_wanting(void);

#endif
