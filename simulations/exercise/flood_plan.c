#include "simulations/exercise/flood.h"
#include "simulations/exercise/said.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What the world's people are told: where each zone goes. */
static int tell_people(struct flood *flood, const json_t *plan) {
    const json_t *moves = json_object_get(plan, "moves");
    size_t count = json_array_size(moves), kept = 0;
    struct world_route *routes = calloc(count + 1, sizeof *routes);
    if (routes == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const json_t *move = json_array_get(moves, i);
        uint32_t zone = region_find_zone(flood->region, said_text(move, "zone"));
        uint32_t shelter = region_find_shelter(flood->region, said_text(move, "shelter"));
        if (zone != REGION_NONE && shelter != REGION_NONE)
            routes[kept++] = (struct world_route){zone, shelter, said_integer(move, "people"),
                                                  said_number(move, "travel_s") * 1000};
    }
    int error = world_set_routes(flood->world, routes, kept);
    free(routes);
    return error;
}

/* People whom no open road leads out. */
static int64_t cut_off(const json_t *plan) {
    const json_t *left;
    size_t index;
    int64_t people = 0;
    json_array_foreach(json_object_get(plan, "left"), index,
                       left) if (said_text(left, "zone")[0] != '\0' &&
                                 strcmp(said_text(left, "reason"), "no-route") == 0) people +=
        said_integer(left, "amount");
    return people;
}

static struct flood_plan figures_of(const json_t *plan) {
    const int64_t without_bus = said_integer(json_object_get(plan, "buses"), "unserved");
    struct flood_plan figures = {
        .id = said_number(plan, "id"),
        .late = said_integer(plan, "late_people"),
        .cut_off = cut_off(plan),
        .without_bus = without_bus,
        .without_place = said_integer(plan, "unserved_people") - said_integer(plan, "late_people") -
                         cut_off(plan) - without_bus,
        .unserved_gap = json_real_value(json_object_get(plan, "unserved_gap")),
        .time_gap = json_real_value(json_object_get(plan, "time_gap")),
        .goods_gap = json_real_value(json_object_get(plan, "goods_gap"))};
    const json_t *move;
    size_t index;
    json_array_foreach(json_object_get(plan, "moves"), index, move) figures.moved +=
        said_integer(move, "people");
    return figures;
}

static void show(struct flood *flood, const json_t *plan, const struct flood_plan *figures,
                 const char *why) {
    char clock[48];
    flood_clock_text(flood, flood_now_ms(flood), clock, sizeof clock);
    terminal_event(flood->terminal,
                   "%s  plan %" PRIu64 " (%s): %" PRId64 " people by %zu ways, %zu shipments; "
                   "no place for %" PRId64 ", cut off %" PRId64 ", late %" PRId64
                   ", no bus for %" PRId64 "; gaps %.2f/%.2f/%.2f %%",
                   clock, figures->id, why, figures->moved,
                   json_array_size(json_object_get(plan, "moves")),
                   json_array_size(json_object_get(plan, "shipments")), figures->without_place,
                   figures->cut_off, figures->late, figures->without_bus,
                   figures->unserved_gap * 100, figures->time_gap * 100, figures->goods_gap * 100);
}

/* Between looking and approving the coordinator may have made a newer plan by itself: the one that
 * was shown is the one that is approved, or, where it is no longer at hand, the newer is shown. */
static int approve(struct flood *flood, uint64_t id, json_t **ret_reply) {
    return stage_ask(&flood->stage,
                     json_pack("{s:s, s:I, s:s}", "verb", "plan-approve", "plan", (json_int_t)id,
                               "reason", "exercise"),
                     ret_reply);
}

static int show_last(struct flood *flood, const char *why, json_t **ret_plan,
                     struct flood_plan *ret_figures) {
    json_t *reply = NULL;
    int error = stage_ask(&flood->stage, json_pack("{s:s}", "verb", "plan"), &reply);
    if (error != 0)
        return error;
    json_t *plan = json_incref(json_object_get(reply, "plan"));
    json_decref(reply);
    if (!json_is_object(plan))
        return stage_fail(&flood->stage, HV_ERR_FORMAT, "the coordinator does not show its plan");
    *ret_figures = figures_of(plan);
    *ret_plan = plan;
    show(flood, plan, ret_figures, why);
    return 0;
}

static void remember(struct flood *flood, const struct flood_plan *figures) {
    if (flood->plan_count < FLOOD_PLANS_MAX)
        flood->plans[flood->plan_count++] = *figures;
}

int flood_plan(struct flood *flood, const char *why) {
    struct flood_plan figures = {0};
    json_t *plan = NULL, *reply = NULL;
    int error = stage_ask(&flood->stage, json_pack("{s:s}", "verb", "plan-make"), NULL);
    for (int tries = 0; error == 0 && tries < 5 && reply == NULL; tries++) {
        json_decref(plan);
        plan = NULL;
        error = show_last(flood, why, &plan, &figures);
        if (error == 0 && approve(flood, figures.id, &reply) == HV_ERR_CLOSED)
            error = HV_ERR_CLOSED;
    }
    if (error == 0 && reply == NULL)
        error = HV_ERR_STATE; /* trouble says why it was refused */
    figures.approved = error == 0;
    if (plan != NULL)
        remember(flood, &figures);
    if (error == 0)
        error = tell_people(flood, plan);
    json_decref(plan);
    json_decref(reply);
    return error;
}
