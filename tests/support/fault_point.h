/* A fault at a named point of a program under test, by way of tests/tools/fault_point_so.c: see
 * there for the names. */
#ifndef TESTS_SUPPORT_FAULT_POINT_H
#define TESTS_SUPPORT_FAULT_POINT_H

#include <stdbool.h>

struct fault_point {
    const char *point; /* such as "sync outbox/data.mdb" */
    const char *what;  /* "before", "after": kill -9 then; "fail": EIO, once */
    unsigned nth;      /* at which of these, from 1 */
};

/* Programs started between these two have the fault in them; `folder` is for files of its own. */
void fault_point_begin(const struct fault_point *fault, const char *folder);
void fault_point_end(void);

/* From now on points are counted. */
void fault_point_arm(const char *folder);

/* Whether it has happened. */
bool fault_point_met(const char *folder);

#endif
