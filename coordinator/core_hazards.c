/* Hazards with a timeline. What is added to one comes on top of what is in force when the command
 * is carried out, so that of two who add at once neither loses anything. And a hazard turns: a step
 * begins or ends. What it says is recorded anew then, by the system, so that whoever looks at
 * changes sees it, a plan is made that knows it, and a look back finds it where it happened. */
#include "coordinator/core_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- adding ---- */

struct ids {
    const char **list;
    size_t count;
};

static int compare_ids(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int too_many(struct hv_verdict *ret_verdict, const char *what, unsigned most) {
    ret_verdict->reason = HV_REASON_RANGE;
    snprintf(ret_verdict->detail, sizeof ret_verdict->detail,
             "%s: more than %u with what was said before; say anew what still holds", what, most);
    return HV_ERR_LIMIT;
}

/* What `was` names, and behind it what `more` names beside. */
static int add_ids(struct ids was, const char ***more, size_t *count, const char *what,
                   struct hv_arena *arena, struct hv_verdict *ret_verdict) {
    const char **sorted = hv_arena_take(arena, was.count + 1, sizeof *sorted);
    const char **all = hv_arena_take(arena, was.count + *count + 1, sizeof *all);
    size_t used = was.count;
    if (sorted == NULL || all == NULL)
        return HV_ERR_MEMORY;
    if (was.count > 0) {
        memcpy(all, was.list, was.count * sizeof *all);
        memcpy(sorted, was.list, was.count * sizeof *sorted);
        qsort(sorted, was.count, sizeof *sorted, compare_ids);
    }
    for (size_t i = 0; i < *count; i++)
        if (was.count == 0 ||
            bsearch(&(*more)[i], sorted, was.count, sizeof *sorted, compare_ids) == NULL)
            all[used++] = (*more)[i];
    if (used > HV_HAZARD_IDS_MAX)
        return too_many(ret_verdict, what, HV_HAZARD_IDS_MAX);
    *more = all;
    *count = used;
    return HV_OK;
}

static bool same_ids(const char *const *a, size_t a_count, const char *const *b, size_t b_count) {
    if (a_count != b_count)
        return false;
    for (size_t i = 0; i < a_count; i++)
        if (strcmp(a[i], b[i]) != 0)
            return false;
    return true;
}

static bool same_step(const struct hv_hazard_step *a, const struct hv_hazard_step *b) {
    return a->from_wall_ms == b->from_wall_ms && a->has_until == b->has_until &&
           a->until_wall_ms == b->until_wall_ms && a->has_capacity == b->has_capacity &&
           a->capacity_permille == b->capacity_permille &&
           same_ids(a->zones, a->zone_count, b->zones, b->zone_count) &&
           same_ids(a->links, a->link_count, b->links, b->link_count) &&
           same_ids(a->shelters, a->shelter_count, b->shelters, b->shelter_count) &&
           same_ids(a->depots, a->depot_count, b->depots, b->depot_count);
}

/* A step that is said again, by a hand that is not sure whether it was heard, is there once. */
static bool has_step(const struct hv_hazard_state *hazard, const struct hv_hazard_step *step) {
    for (size_t i = 0; i < hazard->step_count; i++)
        if (same_step(&hazard->steps[i], step))
            return true;
    return false;
}

static int add_steps(const struct hv_hazard_state *was, struct hv_hazard_state *hazard,
                     struct hv_arena *arena, struct hv_verdict *ret_verdict) {
    struct hv_hazard_step *all =
        hv_arena_take(arena, was->step_count + hazard->step_count + 1, sizeof *all);
    size_t count = was->step_count;
    if (all == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        all[i] = was->steps[i];
    for (size_t i = 0; i < hazard->step_count; i++)
        if (!has_step(was, &hazard->steps[i]))
            all[count++] = hazard->steps[i];
    if (count > HV_HAZARD_STEPS_MAX)
        return too_many(ret_verdict, "steps", HV_HAZARD_STEPS_MAX);
    hazard->steps = all;
    hazard->step_count = count;
    return HV_OK;
}

int core_hazard_add(const struct core *core, struct hv_hazard_state *hazard, struct hv_arena *arena,
                    struct hv_verdict *ret_verdict) {
    const struct state_entity *known = state_find(core->state, STATE_HAZARD, hazard->hazard);
    const struct hv_record *record = NULL;
    hazard->adds = false;
    if (known == NULL || ((const struct state_hazard *)known)->over)
        return HV_OK;
    if (state_body_decode(&((const struct state_hazard *)known)->body, arena, &record) != HV_OK)
        return HV_ERR_MEMORY;
    const struct hv_hazard_state *was = &record->hazard;
    int error = add_ids((struct ids){was->zones, was->zone_count}, &hazard->zones,
                        &hazard->zone_count, "zones", arena, ret_verdict);
    if (error == HV_OK)
        error = add_ids((struct ids){was->links, was->link_count}, &hazard->links,
                        &hazard->link_count, "links", arena, ret_verdict);
    if (error == HV_OK)
        error = add_ids((struct ids){was->shelters, was->shelter_count}, &hazard->shelters,
                        &hazard->shelter_count, "shelters", arena, ret_verdict);
    if (error == HV_OK)
        error = add_ids((struct ids){was->depots, was->depot_count}, &hazard->depots,
                        &hazard->depot_count, "depots", arena, ret_verdict);
    return error == HV_OK ? add_steps(was, hazard, arena, ret_verdict) : error;
}

/* ---- turning ---- */

static bool turn(struct core *core, const struct state_hazard *hazard) {
    const struct hv_record *body = NULL;
    int error;
    struct batch *batch = core_batch_open(core, 1);
    if (batch == NULL || state_body_decode(&hazard->body, &batch->arena, &body) != HV_OK)
        return false;
    struct hv_record *record =
        core_batch_record(core, batch, HV_ACTOR_SYSTEM, "", HV_RECORD_HAZARD);
    if (record == NULL)
        return false;
    record->cause = hazard->entity.changed;
    record->hazard = body->hazard;
    if (core_batch_add(core, batch, record, &error) == NULL)
        return false;
    return true;
}

static bool is_due(const struct core *core, const struct state_hazard *hazard) {
    return !hazard->over && hazard->turns_wall_ms <= core_now_wall(core);
}

/* Not while something about hazards waits to be stored: a turn is not taken twice, and nothing that
 * an operator says meanwhile is overtaken by what stood before. O(hazards), where one turns
 * O(records that wait). */
void core_turn_hazards(struct core *core) {
    bool looked = false;
    for (uint32_t i = 0; i < state_count(core->state, STATE_HAZARD); i++) {
        const struct state_hazard *hazard =
            (const struct state_hazard *)state_at(core->state, STATE_HAZARD, i);
        if (!is_due(core, hazard))
            continue;
        if (!looked && core_batch_holds(core, HV_RECORD_HAZARD))
            return;
        looked = true;
        if (!turn(core, hazard))
            return;
    }
}
