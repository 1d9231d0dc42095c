/* Minimum-cost flow problems in the DIMACS format of the first implementation challenge (1991):
 *
 *     c a comment
 *     p min NODES ARCS
 *     n NODE SUPPLY            only where not zero
 *     a FROM TO LOWER UPPER COST
 *
 * Nodes count from 1 in the file and from 0 here. */
#ifndef DIMACS_H
#define DIMACS_H

#include "schemas/error.h"
#include "schemas/fault.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct dimacs_arc {
    uint32_t from, to;
    int64_t lower, upper, cost;
};

struct dimacs_problem {
    uint32_t node_count, arc_count;
    int64_t *supplies; /* by node */
    struct dimacs_arc *arcs;
};

/* Reads a problem from `bytes` bytes of text, which need no NUL at the end. What is wrong is added
 * to `faults` under the name `file`, all of it and not only the first; then HV_ERR_FORMAT, and
 * nothing to free. Wrong are a line of another shape, a figure that does not fit 64 bits, a node
 * that does not exist or comes twice, an upper bound below the lower one, and more or fewer arcs
 * than announced. HV_ERR_MEMORY. */
HV_MUST_USE int dimacs_read(const char *text, size_t bytes, const char *file,
                            struct hv_fault_list *faults, struct dimacs_problem *ret_problem);

void dimacs_deinit(struct dimacs_problem *problem);

/* Writes a solution: `s COST`, then `f FROM TO FLOW` for each arc whose flow is not zero, in the
 * order of the arcs. HV_ERR_IO. */
HV_MUST_USE int dimacs_write(FILE *stream, const struct dimacs_problem *problem, int64_t cost,
                             const int64_t *flows);

#endif
