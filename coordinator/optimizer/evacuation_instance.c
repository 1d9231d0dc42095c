#include "coordinator/optimizer/evacuation_instance.h"

static bool is_node(const struct evacuation_instance *instance, int32_t node) {
    return node >= 0 && (size_t)node < instance->node_count;
}

static bool link_is_sound(const struct evacuation_instance *instance,
                          const struct evacuation_link *link) {
    if (!is_node(instance, link->from) || !is_node(instance, link->to) || link->travel_steps < 0 ||
        link->capacity_per_step < 0)
        return false;
    for (size_t i = 0; i < link->change_count; i++) {
        if (link->changes[i].capacity < 0)
            return false;
        if (i > 0 && link->changes[i].step <= link->changes[i - 1].step)
            return false;
    }
    return true;
}

static int check_counts(const struct evacuation_instance *instance) {
    if (instance->horizon_steps < 0)
        return HV_ERR_VALUE;
    if (instance->horizon_steps > EVACUATION_STEPS_MAX)
        return HV_ERR_LIMIT;
    const size_t most = EVACUATION_NODE_STEPS_MAX / 8;
    if (instance->node_count > most || instance->link_count > most || instance->zone_count > most ||
        instance->shelter_count > most)
        return HV_ERR_LIMIT;
    return HV_OK;
}

static int check_zones(const struct evacuation_instance *instance) {
    int64_t people = 0;
    for (size_t i = 0; i < instance->zone_count; i++) {
        const struct evacuation_zone *zone = &instance->zones[i];
        if (!is_node(instance, zone->node) || zone->people < 0)
            return HV_ERR_VALUE;
        if (zone->people > EVACUATION_PEOPLE_MAX - people)
            return HV_ERR_OVERFLOW;
        people += zone->people;
    }
    return HV_OK;
}

int evacuation_instance_check(const struct evacuation_instance *instance) {
    int error = check_counts(instance);
    if (error != HV_OK)
        return error;
    for (size_t i = 0; i < instance->link_count; i++)
        if (!link_is_sound(instance, &instance->links[i]))
            return HV_ERR_VALUE;
    for (size_t i = 0; i < instance->shelter_count; i++)
        if (!is_node(instance, instance->shelters[i].node) || instance->shelters[i].capacity < 0)
            return HV_ERR_VALUE;
    return check_zones(instance);
}

bool evacuation_instance_is_steady(const struct evacuation_instance *instance) {
    for (size_t i = 0; i < instance->link_count; i++)
        if (instance->links[i].change_count > 0 ||
            instance->links[i].closes_at_step <= instance->horizon_steps)
            return false;
    for (size_t i = 0; i < instance->zone_count; i++)
        if (instance->zones[i].earliest_step > 0 ||
            instance->zones[i].deadline_step < instance->horizon_steps)
            return false;
    for (size_t i = 0; i < instance->shelter_count; i++)
        if (instance->shelters[i].opens_at_step > 0)
            return false;
    return true;
}

int64_t evacuation_link_room(const struct evacuation_link *link, int32_t step) {
    if (link->closes_at_step != EVACUATION_NEVER &&
        (step >= link->closes_at_step || (int64_t)step + link->travel_steps > link->closes_at_step))
        return 0;
    size_t low = 0, high = link->change_count; /* changes before low have happened */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (link->changes[middle].step <= step)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? link->capacity_per_step : link->changes[low - 1].capacity;
}

int64_t evacuation_instance_people(const struct evacuation_instance *instance) {
    int64_t people = 0;
    for (size_t i = 0; i < instance->zone_count; i++)
        people += instance->zones[i].people;
    return people;
}

int64_t evacuation_unserved_cost(const struct evacuation_instance *instance) {
    return evacuation_instance_people(instance) * instance->horizon_steps + 1;
}
