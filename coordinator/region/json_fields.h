/* Fields that a format does not know. A name that is mistyped would be taken for one that is absent
 * ("buget": no budget), so it is refused with its place and the known name that comes nearest. What
 * people write for people is passed over anywhere: name, label, description, notes, comment,
 * source, expected, seed, generator, coordinates, and every name that begins with x_. */
#ifndef COORDINATOR_REGION_JSON_FIELDS_H
#define COORDINATOR_REGION_JSON_FIELDS_H

#include "schemas/fault.h"

#include <jansson.h>

/* Adds an error for every member of `object` that is not among `known` (names, NULL at the end).
 * `place` is where the object stands in the file `path`, "" for the root. What is no object has no
 * members. O(members · known). */
void json_fields_check(struct hv_fault_list *faults, const char *path, const char *place,
                       const json_t *object, const char *const *known);

/* The same for the rows of an array, each name once: with the first row that has it and how many
 * others do. At most 16 names are told apart. */
void json_fields_check_rows(struct hv_fault_list *faults, const char *path, const char *array,
                            const json_t *rows, const char *const *known);

#endif
