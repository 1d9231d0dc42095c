#include "coordinator/optimizer/preposition_blame.h"

#include <math.h>
#include <stdlib.h>

struct blaming {
    const struct preposition_instance *instance;
    const struct preposition_decision *decision;
    struct preposition_scenario *scenarios; /* the instance's, without some of the damage */
    struct preposition_blame *blames;
    double *load_m3; /* arc */
};

/* The instance without damage to stock, to roads, or to both. */
static int plan_without(const struct blaming *blaming, bool stock_whole, bool roads_whole,
                        struct preposition_plan *ret_plan) {
    struct preposition_instance whole = *blaming->instance;
    struct preposition_decision decision = *blaming->decision;
    for (uint32_t s = 0; s < whole.scenario_count; s++) {
        blaming->scenarios[s] = whole.scenarios[s];
        if (stock_whole)
            blaming->scenarios[s].survival_count = 0;
        if (roads_whole)
            blaming->scenarios[s].blocked_count = 0;
    }
    whole.scenarios = blaming->scenarios;
    whole.has_service = false;
    decision.least = NULL;
    return preposition_plan_make(&whole, &decision, ret_plan);
}

static void find_worst_road(const struct blaming *blaming, uint32_t s,
                            const struct preposition_plan *plan) {
    const struct preposition_instance *instance = blaming->instance;
    const struct preposition_scenario *scenario = &instance->scenarios[s];
    const struct preposition_outcome *outcome = &plan->outcomes[s];
    struct preposition_blame *blame = &blaming->blames[s];
    const struct preposition_line *flows = &plan->lines[outcome->flow_first];
    for (size_t i = 0; i < outcome->flow_count; i++)
        blaming->load_m3[flows[i].place] +=
            flows[i].quantity * instance->items[flows[i].item].volume_m3;
    for (uint32_t i = 0; i < scenario->blocked_count; i++) {
        uint32_t arc = instance->blocked[scenario->blocked_first + i];
        if (blaming->load_m3[arc] <= blame->worst_road_m3)
            continue;
        blame->worst_road = arc;
        blame->worst_road_m3 = blaming->load_m3[arc];
    }
    for (size_t i = 0; i < outcome->flow_count; i++)
        blaming->load_m3[flows[i].place] = 0;
}

static void take_as_is(const struct blaming *blaming, const struct preposition_plan *plan) {
    const struct preposition_instance *instance = blaming->instance;
    for (uint32_t s = 0; s < instance->scenario_count; s++) {
        const struct preposition_scenario *scenario = &instance->scenarios[s];
        const struct preposition_outcome *outcome = &plan->outcomes[s];
        struct preposition_blame *blame = &blaming->blames[s];
        *blame = (struct preposition_blame){
            .as_is = {outcome->cost, outcome->unmet},
            .worst_road = UINT32_MAX,
            .share =
                plan->expected > 0 ? scenario->probability * outcome->cost / plan->expected : 0,
        };
        for (uint32_t i = 0; i < scenario->survival_count; i++) {
            const struct preposition_survival *survival =
                &instance->survivals[scenario->survival_first + i];
            for (uint32_t k = 0; k < instance->item_count; k++)
                blame->lost +=
                    (1 - survival->share) *
                    blaming->decision->stock[(size_t)survival->site * instance->item_count + k];
        }
    }
}

static int find_without(const struct blaming *blaming) {
    const struct { bool stock, roads; } whole[] = {{true, false}, {false, true}, {true, true}};
    for (size_t w = 0; w < 3; w++) {
        struct preposition_plan plan;
        int error = plan_without(blaming, whole[w].stock, whole[w].roads, &plan);
        if (error != HV_OK)
            return error;
        for (uint32_t s = 0; s < blaming->instance->scenario_count; s++) {
            struct preposition_blame *blame = &blaming->blames[s];
            struct preposition_if *here = w == 0   ? &blame->stock_whole
                                          : w == 1 ? &blame->roads_whole
                                                   : &blame->both_whole;
            *here = (struct preposition_if){plan.outcomes[s].cost, plan.outcomes[s].unmet};
            if (w == 1)
                find_worst_road(blaming, s, &plan);
        }
        preposition_plan_deinit(&plan);
    }
    return HV_OK;
}

int preposition_blame_find(const struct preposition_instance *instance,
                           const struct preposition_decision *decision,
                           const struct preposition_plan *plan,
                           struct preposition_blame *ret_blames) {
    struct blaming blaming = {
        .instance = instance,
        .decision = decision,
        .scenarios = calloc((size_t)instance->scenario_count + 1, sizeof *blaming.scenarios),
        .blames = ret_blames,
        .load_m3 = calloc((size_t)instance->arc_count + 1, sizeof *blaming.load_m3),
    };
    int error = blaming.scenarios == NULL || blaming.load_m3 == NULL ? HV_ERR_MEMORY : HV_OK;
    if (error == HV_OK) {
        take_as_is(&blaming, plan);
        error = find_without(&blaming);
    }
    free(blaming.scenarios);
    free(blaming.load_m3);
    return error;
}
