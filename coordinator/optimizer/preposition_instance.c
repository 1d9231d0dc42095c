#include "coordinator/optimizer/preposition_instance.h"

#include <math.h>
#include <stdlib.h>

static bool is_figure(double figure) {
    return figure >= 0 && figure <= PREPOSITION_FIGURE_MAX; /* false for NAN */
}

static bool is_share(double share) {
    return share >= 0 && share <= 1;
}

static bool is_part(uint32_t first, uint32_t count, uint32_t of) {
    return first <= of && count <= of - first;
}

static int check_counts(const struct preposition_instance *instance) {
    if (instance->site_count > PREPOSITION_SITES_MAX ||
        instance->size_count > PREPOSITION_SIZES_MAX ||
        instance->item_count > PREPOSITION_ITEMS_MAX ||
        instance->arc_count > PREPOSITION_ARCS_MAX ||
        instance->scenario_count > PREPOSITION_SCENARIOS_MAX ||
        instance->demand_count > PREPOSITION_DEMANDS_MAX)
        return HV_ERR_LIMIT;
    return HV_OK;
}

static int check_sites(const struct preposition_instance *instance) {
    for (uint32_t i = 0; i < instance->site_count; i++)
        if (!is_part(instance->sites[i].size_first, instance->sites[i].size_count,
                     instance->size_count))
            return HV_ERR_VALUE;
    for (uint32_t i = 0; i < instance->size_count; i++)
        if (!is_figure(instance->sizes[i].fixed_cost) || !is_figure(instance->sizes[i].capacity_m3))
            return HV_ERR_VALUE;
    return HV_OK;
}

static int check_items(const struct preposition_instance *instance) {
    for (uint32_t i = 0; i < instance->item_count; i++) {
        const struct preposition_item *item = &instance->items[i];
        if (!is_figure(item->volume_m3) || !is_figure(item->price) ||
            !is_figure(item->holding_cost) || !is_figure(item->shortage_cost) ||
            !is_figure(item->transport_cost) ||
            (item->has_available && !is_figure(item->available)))
            return HV_ERR_VALUE;
    }
    return HV_OK;
}

static int check_arcs(const struct preposition_instance *instance) {
    for (uint32_t i = 0; i < instance->arc_count; i++)
        if (instance->arcs[i].from >= instance->site_count ||
            instance->arcs[i].to >= instance->site_count || !is_figure(instance->arcs[i].km))
            return HV_ERR_VALUE;
    return HV_OK;
}

/* `seen[site * items + item]` holds the last scenario, from 1, that named the pair. */
static int check_demands(const struct preposition_instance *instance, uint32_t s, uint32_t *seen) {
    const struct preposition_scenario *scenario = &instance->scenarios[s];
    for (uint32_t i = 0; i < scenario->demand_count; i++) {
        const struct preposition_demand *demand = &instance->demands[scenario->demand_first + i];
        if (demand->site >= instance->site_count || demand->item >= instance->item_count ||
            !is_figure(demand->quantity))
            return HV_ERR_VALUE;
        uint32_t *last = &seen[(size_t)demand->site * instance->item_count + demand->item];
        if (*last == s + 1)
            return HV_ERR_VALUE;
        *last = s + 1;
    }
    return HV_OK;
}

static int check_damage(const struct preposition_instance *instance, uint32_t s) {
    const struct preposition_scenario *scenario = &instance->scenarios[s];
    for (uint32_t i = 0; i < scenario->survival_count; i++) {
        const struct preposition_survival *survival =
            &instance->survivals[scenario->survival_first + i];
        if (survival->site >= instance->site_count || !is_share(survival->share))
            return HV_ERR_VALUE;
    }
    for (uint32_t i = 0; i < scenario->blocked_count; i++)
        if (instance->blocked[scenario->blocked_first + i] >= instance->arc_count)
            return HV_ERR_VALUE;
    return HV_OK;
}

static int check_scenarios(const struct preposition_instance *instance, uint32_t *seen) {
    double sum = 0;
    for (uint32_t s = 0; s < instance->scenario_count; s++) {
        const struct preposition_scenario *scenario = &instance->scenarios[s];
        if (!is_share(scenario->probability) ||
            !is_part(scenario->demand_first, scenario->demand_count, instance->demand_count) ||
            !is_part(scenario->survival_first, scenario->survival_count,
                     instance->survival_count) ||
            !is_part(scenario->blocked_first, scenario->blocked_count, instance->blocked_count))
            return HV_ERR_VALUE;
        sum += scenario->probability;
        int error = check_demands(instance, s, seen);
        if (error == HV_OK)
            error = check_damage(instance, s);
        if (error != HV_OK)
            return error;
    }
    return fabs(sum - 1) <= PREPOSITION_PROBABILITY_SLACK ? HV_OK : HV_ERR_VALUE;
}

static int check_wishes(const struct preposition_instance *instance) {
    if (instance->measure == PREPOSITION_CVAR &&
        (!(instance->alpha >= 0 && instance->alpha < 1) || !is_figure(instance->lambda)))
        return HV_ERR_VALUE;
    if (instance->has_service && !is_share(instance->service_probability))
        return HV_ERR_VALUE;
    return instance->has_budget && !is_figure(instance->budget) ? HV_ERR_VALUE : HV_OK;
}

int preposition_instance_check(const struct preposition_instance *instance) {
    int error = check_counts(instance);
    if (error == HV_OK)
        error = check_sites(instance);
    if (error == HV_OK)
        error = check_items(instance);
    if (error == HV_OK)
        error = check_arcs(instance);
    if (error == HV_OK)
        error = check_wishes(instance);
    if (error != HV_OK)
        return error;
    uint32_t *seen = calloc((size_t)instance->site_count * instance->item_count + 1, sizeof *seen);
    if (seen == NULL)
        return HV_ERR_MEMORY;
    error = check_scenarios(instance, seen);
    free(seen);
    return error;
}

double preposition_surviving(const struct preposition_instance *instance, uint32_t scenario,
                             uint32_t site) {
    const struct preposition_scenario *s = &instance->scenarios[scenario];
    for (uint32_t i = 0; i < s->survival_count; i++)
        if (instance->survivals[s->survival_first + i].site == site)
            return instance->survivals[s->survival_first + i].share;
    return 1;
}
