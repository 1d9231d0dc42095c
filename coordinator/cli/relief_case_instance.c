/* The pre-positioning problems of a relief case. */
#include "coordinator/cli/relief_case.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define UNMET_FACTOR 1.1

static double way(const struct relief_case *relief, uint32_t depot, uint32_t place,
                  enum relief_measure measure) {
    size_t at = (size_t)depot * relief->places.count + place;
    double hours = relief->hours[at];
    if (isnan(hours) || hours > relief->most_hours || isnan(relief->km[at]))
        return NAN;
    return measure == RELIEF_HOURS ? relief->fixed_hours + relief->time_factor * hours
                                   : relief->distance_factor * relief->km[at];
}

static char *copy(const char *before, const char *text) {
    char *made = malloc(strlen(before) + strlen(text) + 1);
    if (made != NULL) {
        strcpy(made, before); // NOLINT(clang-analyzer-security.insecureAPI.strcpy)
        strcat(made, text);   // NOLINT(clang-analyzer-security.insecureAPI.strcpy)
    }
    return made;
}

static bool put_sites(const struct relief_case *relief, struct preposition_document *document) {
    struct preposition_instance *instance = &document->instance;
    bool named = true;
    for (uint32_t i = 0; i < relief->depots.count; i++) {
        document->sites[i].size_first = instance->size_count;
        document->site_ids[i] = copy("depot ", relief->depots.texts[i]);
        named = named && document->site_ids[i] != NULL;
        if (!relief->selected[i] || relief->counted_at[i] != i)
            continue;
        document->sites[i].size_count = 1;
        document->size_ids[instance->size_count] = copy("", "depot");
        named = named && document->size_ids[instance->size_count++] != NULL;
    }
    for (uint32_t p = 0; p < relief->places.count; p++) {
        document->site_ids[relief->depots.count + p] = copy("", relief->places.texts[p]);
        named = named && document->site_ids[relief->depots.count + p] != NULL;
    }
    return named;
}

/* Returns the longest way; -1 without memory. */
static double put_arcs(const struct relief_case *relief, enum relief_measure measure,
                       struct preposition_document *document) {
    struct preposition_instance *instance = &document->instance;
    double longest = 0;
    for (uint32_t i = 0; i < relief->depots.count; i++)
        for (uint32_t p = 0; relief->counted_at[i] == i && p < relief->places.count; p++) {
            double length = way(relief, i, p, measure);
            if (isnan(length))
                continue;
            char id[32];
            snprintf(id, sizeof id, "%u-%u", i, p);
            document->arc_ids[instance->arc_count] = copy("", id);
            if (document->arc_ids[instance->arc_count] == NULL)
                return -1;
            document->arcs[instance->arc_count++] =
                (struct preposition_arc){i, relief->depots.count + p, length};
            longest = fmax(longest, length);
        }
    return longest;
}

/* `people`: room for a figure a place. */
static bool put_scenarios(const struct relief_case *relief, uint32_t item, uint32_t type,
                          double most, uint32_t *scenario_of, double *people,
                          struct preposition_document *document) {
    struct preposition_instance *instance = &document->instance;
    for (uint32_t d = 0; d < relief->disaster_ids.count; d++) {
        if (type != UINT32_MAX && relief->disasters[d].type != type)
            continue;
        struct preposition_scenario *scenario = &document->scenarios[instance->scenario_count];
        document->scenario_ids[instance->scenario_count] = copy("", relief->disaster_ids.texts[d]);
        if (document->scenario_ids[instance->scenario_count] == NULL)
            return false;
        scenario_of[instance->scenario_count++] = d;
        scenario->demand_first = instance->demand_count;
        for (uint32_t p = 0; p < relief->places.count; p++)
            people[p] = 0;
        for (size_t i = 0; i < relief->affected_count; i++)
            if (relief->affected[i].disaster == d)
                people[relief->affected[i].place] += relief->affected[i].people;
        double persons = relief_case_persons(relief, item, d);
        for (uint32_t p = 0; p < relief->places.count; p++)
            if (people[p] > 0)
                document->demands[instance->demand_count++] = (struct preposition_demand){
                    relief->depots.count + p, 0, fmin(people[p] / persons, most)};
        scenario->demand_count = instance->demand_count - scenario->demand_first;
    }
    for (uint32_t s = 0; s < instance->scenario_count; s++)
        document->scenarios[s].probability = 1.0 / instance->scenario_count;
    return true;
}

static double total_stock(const struct relief_case *relief, uint32_t item) {
    double total = 0;
    for (uint32_t i = 0; i < relief->depots.count; i++)
        total += relief->stock[(size_t)i * relief->items.count + item];
    return total;
}

static bool allocate(const struct relief_case *relief, struct preposition_document *document) {
    size_t depots = relief->depots.count, places = relief->places.count, sites = depots + places,
           disasters = relief->disaster_ids.count;
    *document = (struct preposition_document){
        .sites = calloc(sites + 1, sizeof *document->sites),
        .site_ids = calloc(sites + 1, sizeof(char *)),
        .sizes = calloc(depots + 1, sizeof *document->sizes),
        .size_ids = calloc(depots + 1, sizeof(char *)),
        .items = calloc(1, sizeof *document->items),
        .item_ids = calloc(1, sizeof(char *)),
        .arcs = calloc(depots * places + 1, sizeof *document->arcs),
        .arc_ids = calloc(depots * places + 1, sizeof(char *)),
        .scenarios = calloc(disasters + 1, sizeof *document->scenarios),
        .scenario_ids = calloc(disasters + 1, sizeof(char *)),
        .demands = calloc(relief->affected_count + 1, sizeof *document->demands),
        .survivals = calloc(1, sizeof *document->survivals),
        .blocked = calloc(1, sizeof *document->blocked),
    };
    document->instance = (struct preposition_instance){
        .sites = document->sites,
        .sizes = document->sizes,
        .items = document->items,
        .arcs = document->arcs,
        .scenarios = document->scenarios,
        .demands = document->demands,
        .survivals = document->survivals,
        .blocked = document->blocked,
        .site_count = (uint32_t)sites,
        .item_count = 1,
    };
    return document->sites && document->site_ids && document->sizes && document->size_ids &&
           document->items && document->item_ids && document->arcs && document->arc_ids &&
           document->scenarios && document->scenario_ids && document->demands &&
           document->survivals && document->blocked;
}

static bool fill(const struct relief_case *relief, uint32_t item, uint32_t type,
                 enum relief_measure measure, bool capped, uint32_t *scenario_of, double *people,
                 struct preposition_document *document) {
    document->name = copy("", relief->items.texts[item]);
    document->item_ids[0] = copy("", relief->items.texts[item]);
    if (document->name == NULL || document->item_ids[0] == NULL || !put_sites(relief, document))
        return false;
    double longest = put_arcs(relief, measure, document);
    double held = total_stock(relief, item), most = capped ? held : PREPOSITION_FIGURE_MAX;
    if (longest < 0 || !put_scenarios(relief, item, type, most, scenario_of, people, document))
        return false;
    document->items[0] = (struct preposition_item){
        .volume_m3 = relief->volume_m3[item] > 0 ? relief->volume_m3[item] : 1e-6,
        .shortage_cost = UNMET_FACTOR * fmax(longest, 1),
        .transport_cost = 1,
        .has_available = true,
        .available = fmin(held, PREPOSITION_FIGURE_MAX),
    };
    double room = document->items[0].available * document->items[0].volume_m3;
    for (uint32_t z = 0; z < document->instance.size_count; z++)
        document->sizes[z].capacity_m3 = fmin(room, PREPOSITION_FIGURE_MAX);
    return true;
}

int relief_case_instance(const struct relief_case *relief, uint32_t item, uint32_t type,
                         enum relief_measure measure, bool capped, uint32_t *scenario_of,
                         struct preposition_document *ret_document) {
    struct preposition_document document = {0};
    double *people = calloc((size_t)relief->places.count + 1, sizeof *people);
    int error = people != NULL && allocate(relief, &document) ? HV_OK : HV_ERR_MEMORY;
    if (error == HV_OK &&
        !fill(relief, item, type, measure, capped, scenario_of, people, &document))
        error = HV_ERR_MEMORY;
    if (error == HV_OK && document.instance.demand_count == 0)
        error = HV_ERR_NOT_FOUND;
    free(people);
    if (error == HV_OK)
        *ret_document = document;
    else
        preposition_document_deinit(&document);
    return error;
}

int relief_case_held(const struct relief_case *relief, uint32_t item,
                     const struct preposition_document *document,
                     struct preposition_decision *ret_decision) {
    const struct preposition_instance *instance = &document->instance;
    struct preposition_decision decision = {
        .open = malloc(((size_t)instance->site_count + 1) * sizeof *decision.open),
        .stock = calloc((size_t)instance->site_count + 1, sizeof *decision.stock),
    };
    if (decision.open == NULL || decision.stock == NULL) {
        preposition_decision_deinit(&decision);
        return HV_ERR_MEMORY;
    }
    for (uint32_t i = 0; i < instance->site_count; i++) {
        decision.open[i] = PREPOSITION_SITE_CLOSED;
        if (i >= relief->depots.count)
            continue;
        decision.stock[i] = relief->stock[(size_t)i * relief->items.count + item];
        if (instance->sites[i].size_count > 0)
            decision.open[i] = instance->sites[i].size_first;
    }
    *ret_decision = decision;
    return HV_OK;
}
