#include "coordinator/planning/contraflow.h"
#include "coordinator/planning/picture_inside.h"
#include "coordinator/planning/places.h"
#include "coordinator/planning/supply.h"
#include "schemas/smaller.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MS_PER_S = 1000,
    MS_PER_MIN = 60000,
    ACTIVATION_MIN = 60, /* where the region does not say */
    HAUL_COST = 10,      /* a cubic metre for an hour: a hundredth of a person-day */
    PRIORITY = 1
};

/* ---- hazards ---- */

static int find_hit(struct painting *painting) {
    struct picture *picture = painting->picture;
    const struct hazards *hit = &painting->hit;
    int error = hazards_find(painting->state, painting->region, painting->rules->wall_ms,
                             &painting->arena, &painting->hit);
    if (error != HV_OK)
        return error;
    picture->closings = calloc(hit->closing_count + 1, sizeof *picture->closings);
    if (picture->closings == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < hit->closing_count; i++)
        picture->closings[i] = hit->closings[i];
    picture->closing_count = hit->closing_count;
    return HV_OK;
}

/* ---- roads ---- */

static int find_avoided(struct painting *painting) {
    const struct region *region = painting->region;
    painting->avoided =
        hv_arena_take(&painting->arena, region->link_count + 1u, sizeof *painting->avoided);
    if (painting->avoided == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < state_count(painting->state, STATE_DIRECTIVE); i++) {
        const struct state_directive *directive =
            (const struct state_directive *)state_at(painting->state, STATE_DIRECTIVE, i);
        const struct hv_record *record = NULL;
        if (directive->lifted)
            continue;
        if (state_body_decode(&directive->body, &painting->arena, &record) != HV_OK)
            return HV_ERR_MEMORY;
        uint32_t link = record->directive.kind == HV_DIRECTIVE_AVOID
                            ? region_find_link(region, record->directive.link)
                            : REGION_NONE;
        if (link != REGION_NONE)
            painting->avoided[link] = true;
    }
    return HV_OK;
}

/* One node more than the region has: where places stand that have no node, reached by nobody. */
uint32_t picture_node(const struct region *region, uint32_t node) {
    return node == REGION_NONE ? region->node_count : node;
}

static struct network_link paint_link(const struct painting *painting, uint32_t index) {
    const struct region_link *link = &painting->region->links[index];
    const struct state_road *road =
        (const struct state_road *)state_find(painting->state, STATE_ROAD, link->id);
    double share = road != NULL && road->has_capacity ? road->capacity_permille / 1000.0 : 1.0;
    double people = link->capacity_veh_per_h * share * painting->region->persons_per_vehicle;
    double travel_ms = ceil(link->travel_s * MS_PER_S);
    return (struct network_link){
        .from = link->from,
        .to = link->to,
        .travel_ms = hv_smaller((int64_t)fmin(travel_ms, 9e15), NETWORK_TRAVEL_MS_MAX),
        .capacity_per_hour = (int64_t)fmin(floor(people), 9e15),
        .closed = (road != NULL && road->closed) || painting->hit.links[index] ||
                  painting->avoided[index] || people < 1};
}

/* The lanes of a reversed link run with its opposite, unless one of them is closed. */
static int reverse_roads(struct painting *painting, struct network_link *links) {
    const struct region *region = painting->region;
    struct picture *picture = painting->picture;
    picture->reversed = calloc(region->link_count + 1u, sizeof *picture->reversed);
    if (picture->reversed == NULL)
        return HV_ERR_MEMORY;
    const bool is_ordered = contraflow_is_ordered(painting->state);
    if (!is_ordered && painting->rules->contraflow_gain_ms == 0)
        return HV_OK; /* nobody asks */
    int error = contraflow_opposites(region, &picture->opposite);
    if (error == HV_OK && is_ordered)
        error = contraflow_in_force(painting->state, region, picture->reversed);
    for (uint32_t i = 0; error == HV_OK && i < region->link_count; i++) {
        const uint32_t opposite = picture->opposite[i];
        if (!picture->reversed[i])
            continue;
        picture->reversed[i] = opposite != UINT32_MAX && !links[i].closed &&
                               !links[opposite].closed && !picture->reversed[opposite];
        links[i].closed = true; /* its traffic is stopped all the same */
        if (picture->reversed[i])
            links[opposite].capacity_per_hour += links[i].capacity_per_hour;
    }
    return error;
}

static int paint_roads(struct painting *painting) {
    const struct region *region = painting->region;
    struct network_link *links = calloc(region->link_count + 1u, sizeof *links);
    if (links == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < region->link_count; i++)
        links[i] = paint_link(painting, i);
    int error = reverse_roads(painting, links);
    if (error == HV_OK)
        error = network_new(region->node_count + 1, links, region->link_count,
                            &painting->picture->network);
    free(links);
    for (uint32_t i = 0; error == HV_OK && i < region->node_count; i++)
        if (!region->nodes[i].passable)
            error = network_set_centroid(painting->picture->network, i, true);
    return error;
}

/* ---- people ---- */

static void paint_zone(const struct painting *painting, uint32_t index,
                       struct instance_zone *ret_zone) {
    const struct region_zone *zone = &painting->region->zones[index];
    const struct painting_zone *leaving = &painting->leaving[index];
    *ret_zone = (struct instance_zone){.node = picture_node(painting->region, zone->node)};
    bool leaves = painting->hit.any && (painting->hit.zones[index] || !painting->hit.names_zones);
    if (!leaves || region_zone_people(zone, REGION_NIGHT) <= 0)
        return;
    const int64_t left = leaving->people;
    const int64_t medical = hv_smaller(leaving->medical, left);
    const int64_t wheelchair = hv_smaller(leaving->wheelchair, left - medical);
    ret_zone->people[INSTANCE_MEDICAL] = hv_smaller(medical, HV_PEOPLE_MAX);
    ret_zone->people[INSTANCE_WHEELCHAIR] = hv_smaller(wheelchair, HV_PEOPLE_MAX);
    ret_zone->people[INSTANCE_GENERAL] = hv_smaller(left - medical - wheelchair, HV_PEOPLE_MAX);
    if (zone->no_vehicle_share > 0)
        ret_zone->without_vehicle =
            hv_smaller((int64_t)ceil((double)left * zone->no_vehicle_share), left);
}

/* Who waits for a bus of those who are still there. */
static int paint_buses(struct painting *painting) {
    const struct region *region = painting->region;
    struct picture *picture = painting->picture;
    int error = buses_new(painting->state, region, painting->rules->wall_ms,
                          painting->rules->bus_horizon_ms, &picture->buses);
    for (uint32_t z = 0; error == HV_OK && picture->buses != NULL && z < region->zone_count; z++) {
        struct instance_zone *zone = &picture->zones[z];
        int64_t left = 0;
        for (int class = 0; class < INSTANCE_CLASSES; class ++)
            left += zone->people[class];
        zone->without_vehicle = buses_waiting(picture->buses, &region->zones[z], z, left);
    }
    return error;
}

static bool is_stale(const struct state *state, const struct state_place *place) {
    return place != NULL && place->node != STATE_NONE &&
           state_node(state, place->node)->presence == STATE_STALE;
}

int64_t picture_places_left(const struct painting *painting, uint32_t shelter) {
    const struct region_shelter *known = &painting->region->shelters[shelter];
    const struct state_place *place = state_find_place(painting->state, known->id);
    const struct places places = places_of(known, painting->profile, place);
    const int64_t there = place == NULL ? 0 : hv_people_total(&place->people.now);
    return hv_smaller(hv_larger(0, places.people - there), HV_PEOPLE_MAX);
}

bool picture_is_usable(const struct painting *painting, uint32_t shelter) {
    const struct state_place *place =
        state_find_place(painting->state, painting->region->shelters[shelter].id);
    return places_usable(place == NULL ? HV_SHELTER_UNKNOWN : place->status) &&
           !painting->hit.shelters[shelter];
}

static int64_t free_places(const struct painting *painting, uint32_t index) {
    const int64_t left = picture_places_left(painting, index) - painting->reserved[index];
    if (!painting->picture->stale[index])
        return left;
    switch (painting->rules->stale) {
    case PICTURE_STALE_EXCLUDE:
        return 0;
    case PICTURE_STALE_CAUTION:
        return left * painting->rules->stale_percent / 100;
    default:
        return left;
    }
}

static int64_t opens_ms(const struct region_shelter *shelter, const struct state_place *place) {
    enum hv_shelter_status status = place == NULL ? HV_SHELTER_UNKNOWN : place->status;
    if (status == HV_SHELTER_OPEN || status == HV_SHELTER_NEARLY_FULL)
        return 0;
    int64_t minutes = shelter->activation_min >= 0 ? shelter->activation_min : ACTIVATION_MIN;
    return minutes * MS_PER_MIN;
}

static void paint_shelter(const struct painting *painting, uint32_t index) {
    const struct region_shelter *shelter = &painting->region->shelters[index];
    const struct state_place *place = state_find_place(painting->state, shelter->id);
    painting->picture->stale[index] = is_stale(painting->state, place);
    int64_t left = free_places(painting, index);
    painting->picture->shelters[index] = (struct instance_shelter){
        .node = picture_node(painting->region, shelter->node),
        .capacity = left,
        .places = {[INSTANCE_GENERAL] = left,
                   [INSTANCE_WHEELCHAIR] = shelter->accessible == REGION_ANSWER_YES ? left : 0,
                   [INSTANCE_MEDICAL] = shelter->frail == REGION_ANSWER_YES ? left : 0},
        .opens_ms = opens_ms(shelter, place),
        .receive_ml = INSTANCE_NO_LIMIT,
        .priority = PRIORITY,
        .usable = picture_is_usable(painting, index),
        .withstands = (shelter->unfit & painting->hit.kinds) == 0};
}

/* ---- the whole ---- */

/* NULL: none is in force, or it was made in an incident that is over and sends nobody any more. */
static const struct state_plan *plan_of_this_incident(const struct state *state) {
    const struct state_general *general = state_general(state);
    if (general->plan_in_force == STATE_NONE || general->incident == STATE_NONE)
        return NULL;
    const struct state_plan *plan = state_plan(state, general->plan_in_force);
    const struct state_incident *incident = state_incident(state, general->incident);
    return plan->position > incident->opened_position ? plan : NULL;
}

/* Who is still expected at each shelter: those on the way there, and those who are still to leave
 * for it by the plan in force. Of what that plan sends from a zone many may have come since; each
 * of its moves keeps its share of who has not left. Whoever is overdue is most likely elsewhere:
 * nothing is sent ahead for them. */
static int find_expected(struct painting *painting) {
    const struct region *region = painting->region;
    const struct picture *picture = painting->picture;
    const struct state_plan *in_force = plan_of_this_incident(painting->state);
    const struct hv_plan *plan = NULL;
    int64_t *sent = hv_arena_take(&painting->arena, region->zone_count + 1u, sizeof *sent);
    painting->expected =
        hv_arena_take(&painting->arena, region->shelter_count + 1u, sizeof *painting->expected);
    if (sent == NULL || painting->expected == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < picture->way_count; i++)
        painting->expected[picture->ways[i].shelter] += picture->ways[i].people[STATE_ALL];
    if (in_force == NULL || state_plan_decode(in_force, &painting->arena, &plan) != HV_OK)
        return HV_OK;
    for (size_t i = 0; i < plan->move_count; i++) {
        const uint32_t zone = region_find_zone(region, plan->moves[i].zone);
        if (zone != REGION_NONE)
            sent[zone] += plan->moves[i].people;
    }
    for (size_t i = 0; i < plan->move_count; i++) {
        const struct hv_plan_move *move = &plan->moves[i];
        const uint32_t zone = region_find_zone(region, move->zone);
        const uint32_t shelter = region_find_shelter(region, move->shelter);
        if (zone != REGION_NONE && shelter != REGION_NONE && sent[zone] > 0)
            painting->expected[shelter] +=
                move->people * hv_smaller(painting->leaving[zone].awaited, sent[zone]) / sent[zone];
    }
    return HV_OK;
}

static int make_room(struct picture *picture, const struct region *region) {
    size_t items = region->item_count;
    picture->zones = calloc(region->zone_count + 1u, sizeof *picture->zones);
    picture->shelters = calloc(region->shelter_count + 1u, sizeof *picture->shelters);
    picture->depots = calloc(region->depot_count + 1u, sizeof *picture->depots);
    picture->items = calloc(items + 1, sizeof *picture->items);
    picture->stock = calloc(region->depot_count * items + 1, sizeof *picture->stock);
    picture->need = calloc(region->shelter_count * items + 1, sizeof *picture->need);
    if (picture->rules.transfer_above_days > 0)
        picture->surplus = calloc(region->shelter_count * items + 1, sizeof *picture->surplus);
    picture->stale = calloc(region->shelter_count + 1u, sizeof *picture->stale);
    bool whole = picture->zones != NULL && picture->shelters != NULL && picture->depots != NULL &&
                 picture->items != NULL && picture->stock != NULL && picture->need != NULL &&
                 picture->stale != NULL &&
                 (picture->surplus != NULL || picture->rules.transfer_above_days == 0);
    return whole ? HV_OK : HV_ERR_MEMORY;
}

static int paint(struct painting *painting) {
    const struct region *region = painting->region;
    struct picture *picture = painting->picture;
    int error = make_room(picture, region);
    if (error == HV_OK)
        error = find_hit(painting);
    if (error == HV_OK)
        error = picture_find_ways(painting);
    if (error == HV_OK)
        error = find_expected(painting);
    if (error == HV_OK)
        error = find_avoided(painting);
    if (error == HV_OK)
        error = paint_roads(painting);
    if (error != HV_OK)
        return error;
    for (uint32_t i = 0; i < region->zone_count; i++)
        paint_zone(painting, i, &picture->zones[i]);
    for (uint32_t i = 0; i < region->shelter_count; i++)
        paint_shelter(painting, i);
    error = picture_find_traffic(painting);
    if (error == HV_OK)
        error = picture_paint_goods(painting);
    if (error == HV_OK && painting->rules->delivery_horizon_ms > 0)
        error = fleet_new(painting->state, region, picture->promise_orders, picture->promise_count,
                          painting->rules->wall_ms, painting->rules->mono_ms,
                          painting->rules->delivery_horizon_ms, &picture->fleet);
    if (picture->fleet != NULL) {
        picture->fleet->closings = picture->closings;
        picture->fleet->closing_count = picture->closing_count;
    }
    if (error == HV_OK && painting->rules->bus_horizon_ms > 0)
        error = paint_buses(painting);
    return error;
}

struct picture_rules picture_rules_at(int64_t wall_ms, uint64_t mono_ms) {
    return (struct picture_rules){
        .today_day = supply_day(wall_ms), .mono_ms = mono_ms, .wall_ms = wall_ms};
}

int picture_new(const struct state *state, const struct region *region,
                const struct profile *profile, const struct picture_rules *rules,
                struct picture **ret_picture) {
    struct picture *picture = calloc(1, sizeof *picture);
    if (picture == NULL)
        return HV_ERR_MEMORY;
    picture->rules = *rules;
    struct painting painting = {
        .state = state, .region = region, .profile = profile, .rules = rules, .picture = picture};
    hv_arena_init(&painting.arena, 0);
    int error = paint(&painting);
    hv_arena_deinit(&painting.arena);
    picture->basis = state_position(state);
    picture->instance = (struct instance){.network = picture->network,
                                          .zones = picture->zones,
                                          .zone_count = region->zone_count,
                                          .shelters = picture->shelters,
                                          .shelter_count = region->shelter_count,
                                          .depots = picture->depots,
                                          .depot_count = region->depot_count,
                                          .items = picture->items,
                                          .item_count = region->item_count,
                                          .stock = picture->stock,
                                          .need = picture->need,
                                          .haul_cost_per_m3_hour = HAUL_COST};
    if (error == HV_OK)
        error = instance_check(&picture->instance);
    if (error != HV_OK) {
        picture_free(picture);
        return error;
    }
    *ret_picture = picture;
    return HV_OK;
}

void picture_free(struct picture *picture) {
    if (picture == NULL)
        return;
    network_free(picture->network);
    free(picture->zones);
    free(picture->shelters);
    free(picture->depots);
    free(picture->items);
    free(picture->stock);
    free(picture->need);
    free(picture->surplus);
    free(picture->stale);
    free(picture->ways);
    free(picture->promises);
    free(picture->promise_lines);
    free(picture->promise_orders);
    fleet_free(picture->fleet);
    buses_free(picture->buses);
    free(picture->closings);
    free(picture->loads);
    free(picture->opposite);
    free(picture->reversed);
    free(picture);
}
