/* Questions about the whole: the picture in one page, and what the core counted. */
#include "coordinator/control/console_json.h"

#include "coordinator/gate/gate.h"
#include "coordinator/planning/places.h"
#include "coordinator/planning/whereabouts.h"

#include <string.h>

struct totals {
    int64_t sheltered, capacity, on_the_way, evacuating, overdue, open_orders, overdue_orders,
        open_requests;
    uint32_t shelters, open_shelters, unknown_capacity, present, stale, never_heard;
};

static void add_shelter(const struct console_scene *scene, const char *id, uint32_t index,
                        const struct state_place *place, void *context) {
    (void)id;
    struct totals *totals = context;
    const struct region_shelter *shelter =
        index == REGION_NONE ? NULL : &scene->region->shelters[index];
    enum hv_shelter_status status = place == NULL ? HV_SHELTER_UNKNOWN : place->status;
    bool open =
        status == HV_SHELTER_OPEN || status == HV_SHELTER_NEARLY_FULL || status == HV_SHELTER_FULL;
    int64_t capacity = places_of(shelter, console_profile(scene), place).people;
    totals->shelters++;
    totals->open_shelters += open;
    totals->unknown_capacity += capacity < 0;
    if (open && capacity > 0)
        totals->capacity += capacity;
    if (place != NULL && place->people.changed.position > 0)
        totals->sheltered += hv_people_total(&place->people.now);
}

/* Whom accepted orders have on the way: only zones that are told of can have any. */
static void add_evacuating(const struct console_scene *scene, struct totals *totals) {
    const struct state *state = console_picture(scene);
    for (uint32_t i = 0; i < state_count(state, STATE_ZONE); i++) {
        const struct state_zone *zone = (const struct state_zone *)state_at(state, STATE_ZONE, i);
        const uint32_t known =
            scene->region == NULL ? REGION_NONE : region_find_zone(scene->region, zone->entity.id);
        struct whereabouts are;
        if (zone->way_count == 0)
            continue;
        console_whereabouts(scene, zone, known == REGION_NONE ? NULL : &scene->region->zones[known],
                            &are);
        totals->evacuating += are.on_way[STATE_ALL];
        totals->overdue += are.overdue;
    }
}

static struct totals add_up(const struct console_scene *scene) {
    const struct state *state = console_picture(scene);
    struct totals totals = {0};
    console_each_place(scene, HV_ROLE_SHELTER, add_shelter, &totals);
    for (uint32_t i = 0; i < state_count(state, STATE_PLACE); i++)
        totals.open_requests += state_place(state, i)->open_requests;
    for (uint32_t i = 0; i < state_count(state, STATE_TRANSFER); i++) {
        struct hv_people people = state_transfer_on_the_way(state_transfer(state, i));
        totals.on_the_way += hv_people_total(&people);
    }
    add_evacuating(scene, &totals);
    for (uint32_t i = 0; i < state_count(state, STATE_ORDER); i++) {
        const struct state_order *order = state_order(state, i);
        bool open = hv_order_is_open(state_order_state(order));
        totals.open_orders += open;
        totals.overdue_orders +=
            open && order->has_deadline && order->deadline_wall_ms < scene->wall_ms;
    }
    for (uint32_t i = 0; i < state_count(state, STATE_NODE); i++) {
        enum state_presence presence = state_node(state, i)->presence;
        totals.present += presence == STATE_PRESENT;
        totals.stale += presence == STATE_STALE;
        totals.never_heard += presence == STATE_NEVER_HEARD;
    }
    return totals;
}

/* Which region the log names, and why it is not in memory where it is not: nothing is planned then.
 */
static json_t *view_region(const struct console_scene *scene) {
    const struct state_general *general = state_general(console_picture(scene));
    const char *fault = scene->region_fault == NULL ? "" : scene->region_fault;
    if (general->region_position == 0)
        return json_null();
    json_t *object = json_pack("{s:s, s:s, s:b}", "name",
                               general->region_name == NULL ? "" : general->region_name, "version",
                               general->region_version == NULL ? "" : general->region_version,
                               "in_memory", scene->region != NULL);
    if (*fault != '\0') {
        json_object_set_new(object, "fault", json_string(fault));
        json_object_set_new(object, "remedy",
                            json_string("load the package again: haven region load DIR"));
    }
    return object;
}

void console_status(const struct console_scene *scene, const json_t *request,
                    struct hv_arena *arena, struct console_outcome *outcome) {
    (void)request, (void)arena;
    const struct state *state = console_picture(scene);
    const struct state_general *general = state_general(state);
    const struct core_counters *counters = console_counters(scene);
    struct totals totals = add_up(scene);
    json_t *reply =
        json_pack("{s:s, s:s, s:o, s:o, s:I, s:I, s:I, s:b}", "name",
                  general->name == NULL ? "" : general->name, "mode", hv_mode_word(general->mode),
                  "deployment", console_hex(general->deployment, HV_ID128_BYTES), "log",
                  console_hex(general->log, HV_ID128_BYTES), "term", (json_int_t)general->term,
                  "position", (json_int_t)general->position, "wall_ms", (json_int_t)scene->wall_ms,
                  "storing", counters->storing);
    json_object_set_new(reply, "region", view_region(scene));
    json_object_set_new(reply, "incident",
                        general->incident == STATE_NONE
                            ? json_null()
                            : console_incident(state_incident(state, general->incident)));
    json_object_set_new(reply, "clock",
                        json_pack("{s:b, s:I}", "scenario", general->clock.scenario,
                                  "rate_permille", (json_int_t)general->clock.rate_permille));
    json_object_set_new(reply, "nodes",
                        json_pack("{s:I, s:I, s:I}", "present", (json_int_t)totals.present, "stale",
                                  (json_int_t)totals.stale, "never_heard",
                                  (json_int_t)totals.never_heard));
    json_object_set_new(reply, "people",
                        json_pack("{s:I, s:I, s:I, s:I}", "sheltered", totals.sheltered,
                                  "on_the_way", totals.on_the_way, "evacuating", totals.evacuating,
                                  "overdue", totals.overdue));
    json_object_set_new(reply, "shelters",
                        json_pack("{s:I, s:I, s:I, s:I}", "all", (json_int_t)totals.shelters,
                                  "open", (json_int_t)totals.open_shelters, "capacity_open",
                                  totals.capacity, "capacity_unknown",
                                  (json_int_t)totals.unknown_capacity));
    json_object_set_new(
        reply, "orders",
        json_pack("{s:I, s:I}", "open", totals.open_orders, "overdue", totals.overdue_orders));
    json_object_set_new(reply, "requests", json_pack("{s:I}", "open", totals.open_requests));
    json_object_set_new(
        reply, "plan_in_force",
        general->plan_in_force == STATE_NONE
            ? json_null()
            : json_integer((json_int_t)state_plan(state, general->plan_in_force)->number));
    json_object_set_new(reply, "last_plan", json_integer((json_int_t)general->last_plan));
    outcome->reply = reply;
}

void console_statistics(const struct console_scene *scene, const json_t *request,
                        struct hv_arena *arena, struct console_outcome *outcome) {
    (void)request, (void)arena;
    const struct core_counters *counters = console_counters(scene);
    json_t *refused = json_object();
    for (int reason = 1; reason < HV_REASON_COUNT; reason++)
        if (counters->refused[reason] > 0)
            json_object_set_new(refused, hv_reason_word((enum hv_reason)reason),
                                json_integer((json_int_t)counters->refused[reason]));
    outcome->reply = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "frames",
        (json_int_t)counters->frames, "reports", (json_int_t)counters->reports, "duplicates",
        (json_int_t)counters->duplicates, "acks", (json_int_t)counters->acks, "hellos",
        (json_int_t)counters->hellos, "committed", (json_int_t)counters->committed, "batches",
        (json_int_t)counters->batches, "failed_batches", (json_int_t)counters->failed_batches,
        "in_flight", (json_int_t)counters->in_flight, "refused", refused);
    const struct gate_counters *gate = scene->gate;
    if (gate != NULL)
        json_object_set_new(
            outcome->reply, "gate",
            json_pack("{s:I, s:I, s:I, s:I, s:I}", "admitted", (json_int_t)gate->admitted,
                      "turned_away", (json_int_t)gate->turned_away, "frames",
                      (json_int_t)gate->frames, "bad_frames", (json_int_t)gate->bad_frames,
                      "undeliverable", (json_int_t)gate->undeliverable));
}
