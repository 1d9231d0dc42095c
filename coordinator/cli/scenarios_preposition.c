#include "coordinator/cli/scenarios_preposition.h"

#include "coordinator/region/need.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MS_PER_DAY 86400000.0
#define KM_PER_S_OTHERWISE (50 / 3600.0)

struct making {
    const struct region *region;
    const struct hazards_document *hazards;
    const struct catalogue *catalogue;
    const struct profile *profile;
    enum profile_stage stage; /* after the days that are planned for */
    struct preposition_document *document;
    bool *has_depot;  /* node */
    uint32_t *arc_of; /* link; UINT32_MAX where it carries nothing */
    double *needed;   /* node x item, of one scenario */
    double *left;     /* node: share of stock, of one scenario */
};

/* ---- sites, items, arcs ---------------------------------------------------------------------- */

static bool put_sites(const struct making *making) {
    struct preposition_document *document = making->document;
    struct preposition_instance *instance = &document->instance;
    for (uint32_t n = 0; n < making->region->node_count; n++) {
        document->site_ids[n] = strdup(making->region->nodes[n].id);
        if (document->site_ids[n] == NULL)
            return false;
        document->sites[n].size_first = instance->size_count;
        for (uint32_t z = 0; making->has_depot[n] && z < making->hazards->size_count; z++) {
            const struct supply_size *size = &making->hazards->sizes[z];
            document->sizes[instance->size_count] =
                (struct preposition_size){size->fixed_cost, size->capacity_m3};
            document->size_ids[instance->size_count] = strdup(size->id);
            if (document->size_ids[instance->size_count++] == NULL)
                return false;
            document->sites[n].size_count++;
        }
    }
    return true;
}

static bool put_items(const struct making *making) {
    for (uint32_t k = 0; k < making->hazards->item_count; k++) {
        const struct supply_item *item = &making->hazards->items[k];
        const struct region_item *of = &making->region->items[item->item];
        making->document->items[k] = (struct preposition_item){
            .volume_m3 = (double)of->volume_ml / 1e6,
            .price = item->price,
            .holding_cost = item->holding_cost,
            .shortage_cost = item->shortage_cost,
            .transport_cost = item->transport_cost,
        };
        making->document->item_ids[k] = strdup(of->id);
        if (making->document->item_ids[k] == NULL)
            return false;
    }
    return true;
}

static bool put_arcs(const struct making *making) {
    struct preposition_document *document = making->document;
    struct preposition_instance *instance = &document->instance;
    for (uint32_t l = 0; l < making->region->link_count; l++) {
        const struct region_link *link = &making->region->links[l];
        making->arc_of[l] = UINT32_MAX;
        if (link->capacity_veh_per_h <= 0 ||
            (!making->region->nodes[link->from].passable && !making->has_depot[link->from]))
            continue;
        double km =
            link->length_m >= 0 ? link->length_m / 1000 : link->travel_s * KM_PER_S_OTHERWISE;
        making->arc_of[l] = instance->arc_count;
        document->arcs[instance->arc_count] = (struct preposition_arc){link->from, link->to, km};
        document->arc_ids[instance->arc_count] = strdup(link->id);
        if (document->arc_ids[instance->arc_count++] == NULL)
            return false;
    }
    return true;
}

/* ---- scenarios ------------------------------------------------------------------------------- */

/* People of a zone that an item is for; what is not known of a zone is none. */
static double people_for(const struct region_zone *zone, uint32_t groups) {
    double people = 0;
    if (groups == 0) {
        int64_t all = region_zone_people(zone, REGION_NIGHT);
        return all > 0 ? (double)all : 0;
    }
    for (int age = 0; age < REGION_AGES; age++)
        if ((groups & 1u << age) != 0 && zone->people[REGION_NIGHT][age] > 0)
            people += (double)zone->people[REGION_NIGHT][age];
    if ((groups & REGION_GROUP_WHEELCHAIR) != 0 && zone->wheelchair > 0)
        people += (double)zone->wheelchair;
    if ((groups & REGION_GROUP_MEDICAL) != 0 && zone->medical > 0)
        people += (double)zone->medical;
    return people;
}

static void add_zone(const struct making *making, const struct catalogue_hit *hit) {
    const struct region_zone *zone = &making->region->zones[hit->index];
    uint32_t items = making->hazards->item_count;
    for (uint32_t k = 0; zone->node != REGION_NONE && k < items; k++) {
        const struct region_item *item = &making->region->items[making->hazards->items[k].item];
        const struct need need = need_of(item, making->profile, making->stage);
        double each = need.per_day * making->hazards->days + need.once;
        making->needed[(size_t)zone->node * items + k] +=
            hit->share * each * people_for(zone, need.groups);
    }
}

static void add_hit(const struct making *making, const struct catalogue_hit *hit) {
    struct preposition_document *document = making->document;
    if (hit->target == HAZARD_ZONE) {
        add_zone(making, hit);
    } else if (hit->target == HAZARD_LINK) {
        if (making->arc_of[hit->index] != UINT32_MAX)
            document->blocked[document->instance.blocked_count++] = making->arc_of[hit->index];
    } else if (hit->target == HAZARD_DEPOT) {
        uint32_t node = making->region->depots[hit->index].node;
        if (node != REGION_NONE)
            making->left[node] = fmin(making->left[node], 1 - hit->share);
    }
}

static bool put_scenario(const struct making *making, uint32_t s) {
    struct preposition_document *document = making->document;
    struct preposition_instance *instance = &document->instance;
    const struct catalogue_scenario *from = &making->catalogue->scenarios[s];
    struct preposition_scenario *scenario = &document->scenarios[s];
    uint32_t nodes = making->region->node_count, items = making->hazards->item_count;
    document->scenario_ids[s] = strdup(from->id);
    if (document->scenario_ids[s] == NULL)
        return false;
    for (size_t i = 0; i < (size_t)nodes * items; i++)
        making->needed[i] = 0;
    for (uint32_t n = 0; n < nodes; n++)
        making->left[n] = 1;
    scenario->probability = from->probability;
    scenario->blocked_first = instance->blocked_count;
    for (uint32_t i = 0; i < from->count; i++)
        add_hit(making, &making->catalogue->hits[from->first + i]);
    scenario->blocked_count = instance->blocked_count - scenario->blocked_first;
    scenario->demand_first = instance->demand_count;
    scenario->survival_first = instance->survival_count;
    for (uint32_t n = 0; n < nodes; n++) {
        for (uint32_t k = 0; k < items; k++)
            if (making->needed[(size_t)n * items + k] > 0)
                document->demands[instance->demand_count++] =
                    (struct preposition_demand){n, k, making->needed[(size_t)n * items + k]};
        if (making->left[n] < 1)
            document->survivals[instance->survival_count++] =
                (struct preposition_survival){n, making->left[n]};
    }
    scenario->demand_count = instance->demand_count - scenario->demand_first;
    scenario->survival_count = instance->survival_count - scenario->survival_first;
    return true;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static int check_counts(const struct making *making) {
    const struct region *region = making->region;
    size_t zones = 0;
    bool any = false;
    for (uint32_t i = 0; i < making->catalogue->hit_count; i++)
        zones += making->catalogue->hits[i].target == HAZARD_ZONE;
    for (uint32_t i = 0; i < region->depot_count; i++)
        any = any || region->depots[i].node != REGION_NONE;
    if (making->hazards->item_count == 0)
        return HV_ERR_STATE;
    if (!any)
        return HV_ERR_NOT_FOUND;
    return region->node_count > PREPOSITION_SITES_MAX ||
                   region->link_count > PREPOSITION_ARCS_MAX ||
                   zones * making->hazards->item_count > PREPOSITION_DEMANDS_MAX ||
                   (size_t)region->depot_count * making->hazards->size_count > PREPOSITION_SIZES_MAX
               ? HV_ERR_LIMIT
               : HV_OK;
}

static bool allocate(struct making *making) {
    const struct region *region = making->region;
    struct preposition_document *document = making->document;
    size_t nodes = region->node_count, links = region->link_count,
           hits = making->catalogue->hit_count, items = making->hazards->item_count,
           scenarios = making->catalogue->scenario_count,
           sizes = (size_t)region->depot_count * making->hazards->size_count;
    making->has_depot = calloc(nodes + 1, sizeof(bool));
    making->arc_of = calloc(links + 1, sizeof(uint32_t));
    making->needed = calloc(nodes * items + 1, sizeof(double));
    making->left = calloc(nodes + 1, sizeof(double));
    *document = (struct preposition_document){
        .name = strdup(making->hazards->name),
        .sites = calloc(nodes + 1, sizeof *document->sites),
        .site_ids = calloc(nodes + 1, sizeof(char *)),
        .sizes = calloc(sizes + 1, sizeof *document->sizes),
        .size_ids = calloc(sizes + 1, sizeof(char *)),
        .items = calloc(items + 1, sizeof *document->items),
        .item_ids = calloc(items + 1, sizeof(char *)),
        .arcs = calloc(links + 1, sizeof *document->arcs),
        .arc_ids = calloc(links + 1, sizeof(char *)),
        .scenarios = calloc(scenarios + 1, sizeof *document->scenarios),
        .scenario_ids = calloc(scenarios + 1, sizeof(char *)),
        .demands = calloc(hits * items + 1, sizeof *document->demands),
        .survivals = calloc(hits + 1, sizeof *document->survivals),
        .blocked = calloc(hits + 1, sizeof *document->blocked),
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
        .site_count = (uint32_t)nodes,
        .item_count = (uint32_t)items,
        .scenario_count = (uint32_t)scenarios,
    };
    return making->has_depot && making->arc_of && making->needed && making->left &&
           document->name && document->sites && document->site_ids && document->sizes &&
           document->size_ids && document->items && document->item_ids && document->arcs &&
           document->arc_ids && document->scenarios && document->scenario_ids &&
           document->demands && document->survivals && document->blocked;
}

static bool fill(const struct making *making) {
    for (uint32_t i = 0; i < making->region->depot_count; i++)
        if (making->region->depots[i].node != REGION_NONE)
            making->has_depot[making->region->depots[i].node] = true;
    bool sound = put_sites(making) && put_items(making) && put_arcs(making);
    for (uint32_t s = 0; sound && s < making->catalogue->scenario_count; s++)
        sound = put_scenario(making, s);
    return sound;
}

int scenarios_preposition_make(const struct region *region, const struct hazards_document *hazards,
                               const struct catalogue *catalogue, const struct profile *profile,
                               struct preposition_document *ret_document) {
    struct preposition_document document = {0};
    struct making making = {.region = region,
                            .hazards = hazards,
                            .catalogue = catalogue,
                            .profile = profile,
                            .stage = profile_stage_after((int64_t)(hazards->days * MS_PER_DAY)),
                            .document = &document};
    int error = check_counts(&making);
    if (error == HV_OK && (!allocate(&making) || !fill(&making)))
        error = HV_ERR_MEMORY;
    free(making.has_depot);
    free(making.arc_of);
    free(making.needed);
    free(making.left);
    if (error == HV_OK)
        *ret_document = document;
    else
        preposition_document_deinit(&document);
    return error;
}
