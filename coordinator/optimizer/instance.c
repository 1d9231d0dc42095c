#include "coordinator/optimizer/instance.h"

#include "coordinator/optimizer/wide.h"
#include "schemas/limits.h"

enum { MS_PER_HOUR = 3600000 };

int instance_lane_cost(int64_t haul_cost_per_m3_hour, int64_t travel_ms, int64_t *ret_cost_per_m3) {
    wide product = wide_product(haul_cost_per_m3_hour, travel_ms);
    return wide_narrow((product + MS_PER_HOUR / 2) / MS_PER_HOUR, ret_cost_per_m3);
}

int64_t instance_arrival_ms(const struct instance_shelter *shelter, int64_t travel_ms) {
    return travel_ms > shelter->opens_ms ? travel_ms : shelter->opens_ms;
}

static int check_figure(int64_t figure, int64_t max) {
    if (figure < 0)
        return HV_ERR_VALUE;
    return figure > max ? HV_ERR_LIMIT : 0;
}

static int check_classes(const int64_t *figures) {
    int error = 0;
    for (uint32_t class = 0; class < INSTANCE_CLASSES && !error; class ++)
        error = check_figure(figures[class], HV_PEOPLE_MAX);
    return error;
}

static int check_limit(int64_t limit) {
    return limit == INSTANCE_NO_LIMIT ? 0 : check_figure(limit, INT64_MAX);
}

int instance_check_zone(const struct instance *instance, const struct instance_zone *zone) {
    if (zone->node >= network_node_count(instance->network))
        return HV_ERR_VALUE;
    int error = check_classes(zone->people);
    return error ? error : check_figure(zone->without_vehicle, HV_PEOPLE_MAX);
}

int instance_check_shelter(const struct instance *instance,
                           const struct instance_shelter *shelter) {
    if (shelter->node >= network_node_count(instance->network) || shelter->priority < 1)
        return HV_ERR_VALUE;
    int error = check_figure(shelter->capacity, HV_PEOPLE_MAX);
    if (!error)
        error = check_classes(shelter->places);
    if (!error)
        error = check_figure(shelter->opens_ms, NETWORK_TRAVEL_MS_MAX);
    return error ? error : check_limit(shelter->receive_ml);
}

int instance_check_depot(const struct instance *instance, const struct instance_depot *depot) {
    if (depot->node >= network_node_count(instance->network))
        return HV_ERR_VALUE;
    return check_limit(depot->dispatch_ml);
}

static int check_quantities(const int64_t *quantities, size_t count) {
    int error = 0;
    for (size_t i = 0; quantities && i < count && !error; i++)
        error = check_figure(quantities[i], HV_QUANTITY_MAX);
    return error;
}

static int check_rows(const struct instance *instance) {
    int error = 0;
    for (uint32_t i = 0; i < instance->zone_count && !error; i++)
        error = instance_check_zone(instance, &instance->zones[i]);
    for (uint32_t i = 0; i < instance->shelter_count && !error; i++)
        error = instance_check_shelter(instance, &instance->shelters[i]);
    for (uint32_t i = 0; i < instance->depot_count && !error; i++)
        error = instance_check_depot(instance, &instance->depots[i]);
    for (uint32_t i = 0; i < instance->item_count && !error; i++)
        if (instance->items[i].volume_ml < 1 || instance->items[i].shortage_cost < 0 ||
            instance->items[i].pack < 0 || instance->items[i].pack > HV_QUANTITY_MAX ||
            instance->items[i].weight_g < 0)
            error = HV_ERR_VALUE;
    return error;
}

int instance_check(const struct instance *instance) {
    if (instance->zone_count > HV_REGION_ROWS_MAX || instance->shelter_count > HV_REGION_ROWS_MAX ||
        instance->depot_count > HV_REGION_ROWS_MAX || instance->item_count > HV_REGION_ROWS_MAX)
        return HV_ERR_LIMIT;
    if (instance->haul_cost_per_m3_hour < 0)
        return HV_ERR_VALUE;
    int error = check_rows(instance);
    size_t stock = (size_t)instance->depot_count * instance->item_count;
    size_t need = (size_t)instance->shelter_count * instance->item_count;
    if (!error && ((stock > 0 && !instance->stock) || (need > 0 && !instance->need)))
        error = HV_ERR_VALUE;
    if (!error)
        error = check_quantities(instance->stock, stock);
    if (!error)
        error = check_quantities(instance->reserve, stock);
    if (!error)
        error = check_quantities(instance->need, need);
    size_t lanes = (size_t)instance->depot_count * instance->shelter_count;
    for (size_t i = 0; instance->lane_ml && i < lanes && !error; i++)
        error = check_limit(instance->lane_ml[i]);
    return error;
}
