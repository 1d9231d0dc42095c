/* Where a field stands in a JSON file that people may have written, for faults of its value: the
 * parser tells the line of what is no JSON only. */
#ifndef HV_PLATFORM_JSON_LINE_H
#define HV_PLATFORM_JSON_LINE_H

#include <stdint.h>

/* The line, from 1, of the first member of this name; 0 where there is none or no such file. */
uint32_t json_line_of(const char *path, const char *field);

#endif
