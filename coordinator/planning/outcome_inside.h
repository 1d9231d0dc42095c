/* What the files of outcome share: outcome_people.c tells of people, outcome_buses.c of who goes by
 * bus, outcome_goods.c of goods. */
#ifndef COORDINATOR_PLANNING_OUTCOME_INSIDE_H
#define COORDINATOR_PLANNING_OUTCOME_INSIDE_H

#include "coordinator/planning/outcome.h"

enum { OUTCOME_MS_PER_S = 1000, OUTCOME_PARAMETER_BYTES = 512 };

struct outcome_telling {
    const struct plan *plan;
    const struct picture *picture;
    const struct region *region;
    const struct state *state;
    const struct hv_plan *in_force; /* NULL: none */
    struct hv_arena *arena;
    struct hv_plan *out;
};

uint32_t outcome_seconds(int64_t ms); /* upwards */
enum hv_plan_reason outcome_reason(enum plan_reason_code code);

/* Moves, and what changes against the plan in force and why. HV_ERR_MEMORY. */
int outcome_moves(const struct outcome_telling *telling) HV_MUST_USE;
int outcome_ways(const struct outcome_telling *telling) HV_MUST_USE;
int outcome_changes(const struct outcome_telling *telling) HV_MUST_USE;
int outcome_reversals(const struct outcome_telling *telling) HV_MUST_USE;

/* Shipments; kits that are opened for them; what choices cost and which orders go; how goods get
 * there. HV_ERR_MEMORY. */
int outcome_kits(const struct outcome_telling *telling) HV_MUST_USE;
int outcome_shipments(const struct outcome_telling *telling) HV_MUST_USE;
int outcome_goods(const struct outcome_telling *telling) HV_MUST_USE;
int outcome_deliveries(const struct outcome_telling *telling) HV_MUST_USE;

/* Runs of buses and their figures. HV_ERR_MEMORY. */
int outcome_buses(const struct outcome_telling *telling) HV_MUST_USE;

const char *outcome_class_word(enum instance_class class); /* static */

/* What is left over, and why, behind what is there; there is room for all. HV_ERR_MEMORY. */
int outcome_left_people(const struct outcome_telling *telling) HV_MUST_USE;
size_t outcome_count_left_buses(const struct outcome_telling *telling);
int outcome_left_buses(const struct outcome_telling *telling) HV_MUST_USE;
int outcome_left_goods(const struct outcome_telling *telling) HV_MUST_USE;

/* What goes from shelter to shelter; once what is left over is told. HV_ERR_MEMORY. */
int outcome_transfers(const struct outcome_telling *telling) HV_MUST_USE;

#endif
