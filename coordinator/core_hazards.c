/* A hazard with a timeline turns: a step begins or ends. What it says is recorded anew then, by the
 * system, so that whoever looks at changes sees it, a plan is made that knows it, and a look back
 * finds it where it happened. */
#include "coordinator/core_inside.h"

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
