/* What is wrong or waits for somebody's decision, computed from the picture: worst first. */
#include "coordinator/control/console_json.h"

#include "coordinator/planning/places.h"
#include "coordinator/planning/progress.h"
#include "coordinator/planning/whereabouts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double near_full = 0.9, hours_short = 24;

struct attention {
    const struct console_scene *scene;
    const uint32_t *item_of; /* of each name in the state: the region's item, or REGION_NONE */
    json_t *list;
};

static const char *const grades[] = {"alarm", "decision", "warning"};
enum { GRADES = sizeof grades / sizeof *grades };

static double seconds_since(const struct console_scene *scene, int64_t mono_ms) {
    double ms = (double)scene->mono_ms - (double)mono_ms;
    return ms > 0 ? ms / 1000 : 0;
}

static double age_of(const struct console_scene *scene, const struct state_stamp *stamp) {
    return stamp->position == 0 ? NAN : seconds_since(scene, stamp->observed_ms);
}

static json_t *add(struct attention *attention, const char *kind, const char *grade,
                   const char *subject, double age_s, json_t *figures) {
    char id[160];
    snprintf(id, sizeof id, "%s:%.100s", kind, subject);
    json_t *one = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "id", id, "kind", kind, "grade",
                            grade, "subject", subject, "age_s",
                            isfinite(age_s) ? json_real(age_s) : json_null(), "figures", figures);
    json_array_append_new(attention->list, one);
    return one;
}

/* ---- places ---- */

struct attended { /* a place, and what the region says of it */
    const struct state_place *place;
    const struct region_shelter *shelter; /* NULL: a depot, or not of the region */
    const struct region_depot *depot;
    bool is_depot;
    int64_t people; /* -1: never counted */
};

static struct attended look_up(const struct console_scene *scene, const struct state_place *place) {
    struct attended at = {.place = place, .people = -1};
    const struct region *region = scene->region;
    uint32_t shelter = region == NULL ? REGION_NONE : region_find_shelter(region, place->entity.id);
    uint32_t depot = region == NULL || shelter != REGION_NONE
                         ? REGION_NONE
                         : region_find_depot(region, place->entity.id);
    at.shelter = shelter == REGION_NONE ? NULL : &region->shelters[shelter];
    at.depot = depot == REGION_NONE ? NULL : &region->depots[depot];
    at.is_depot = at.depot != NULL || (at.shelter == NULL && place->role == HV_ROLE_DEPOT);
    if (place->people.changed.position > 0)
        at.people = hv_people_total(&place->people.now);
    return at;
}

static void name(json_t *one, const struct attended *at) {
    json_object_set_new(one, "name",
                        json_string(at->shelter != NULL ? at->shelter->name
                                    : at->depot != NULL ? at->depot->name
                                                        : ""));
    json_object_set_new(one, "name_zh",
                        json_string(at->shelter != NULL ? at->shelter->name_zh
                                    : at->depot != NULL ? at->depot->name_zh
                                                        : ""));
}

static void look_at_lifelines(struct attention *attention, const struct attended *at) {
    for (int kind = 1; kind < HV_LIFELINE_COUNT; kind++) {
        const struct state_lifeline *lifeline = &at->place->lifelines[kind];
        const char *word = hv_lifeline_word((enum hv_lifeline_kind)kind);
        bool runs_out = lifeline->has_hours && lifeline->hours_left < 6;
        if (lifeline->seen.position == 0 || (lifeline->state != HV_LIFELINE_DOWN && !runs_out))
            continue;
        json_t *figures = json_pack("{s:s, s:s}", "lifeline", word, "state",
                                    hv_lifeline_state_word(lifeline->state));
        if (lifeline->has_hours)
            json_object_set_new(figures, "hours_left", json_integer(lifeline->hours_left));
        json_t *one =
            add(attention, "lifeline",
                at->place->people.now.overlay[HV_OVERLAY_MEDICAL] > 0 ? "alarm" : "warning",
                at->place->entity.id, age_of(attention->scene, &lifeline->seen), figures);
        char id[160];
        snprintf(id, sizeof id, "lifeline:%.80s:%s", at->place->entity.id, word);
        json_object_set_new(one, "id", json_string(id));
        name(one, at);
    }
}

/* How many days what is usable of an item lasts for who is there; NAN: nobody can say. */
static double days_of(const struct attention *attention, const struct attended *at, uint32_t item) {
    struct supply supply;
    return console_supply(attention->scene, at->place, attention->item_of[item], &supply)
               ? supply.days_left
               : NAN;
}

static void look_at_stock(struct attention *attention, const struct attended *at) {
    const struct state *state = console_picture(attention->scene);
    uint32_t before = STATE_NONE;
    for (uint32_t i = 0; i < at->place->stock.count; i++) {
        uint32_t item = at->place->stock.lines[i].item;
        double days = item == before ? NAN : days_of(attention, at, item);
        before = item;
        if (!(days * 24 < hours_short))
            continue;
        json_t *figures =
            json_pack("{s:s, s:f}", "item", state_name(state, item), "hours_left", days * 24);
        json_t *one =
            add(attention, "stock-out", days <= 0 ? "alarm" : "warning", at->place->entity.id,
                age_of(attention->scene, &at->place->stock.changed), figures);
        char id[200];
        snprintf(id, sizeof id, "stock-out:%.80s:%.80s", at->place->entity.id,
                 state_name(state, item));
        json_object_set_new(one, "id", json_string(id));
        name(one, at);
    }
}

static void look_at_room(struct attention *attention, const struct attended *at) {
    int64_t capacity = places_of(at->shelter, console_profile(attention->scene), at->place).people;
    if (capacity < 0 || (double)at->people < near_full * (double)capacity)
        return;
    bool over = at->people > capacity;
    name(add(attention, over ? "over-capacity" : "near-full", over ? "alarm" : "warning",
             at->place->entity.id, age_of(attention->scene, &at->place->people.changed),
             json_pack("{s:I, s:I}", "people", (json_int_t)at->people, "capacity",
                       (json_int_t)capacity)),
         at);
}

static void look_at_place(struct attention *attention, const struct state_place *place) {
    const struct console_scene *scene = attention->scene;
    const struct state_node *node =
        place->node == STATE_NONE ? NULL : state_node(console_picture(scene), place->node);
    struct attended at = look_up(scene, place);
    const char *id = place->entity.id;
    if (node != NULL && node->presence == STATE_STALE)
        name(add(attention, "stale", "warning", id,
                 seconds_since(scene, (int64_t)node->last_heard_mono_ms),
                 json_pack("{s:s}", "node", node->entity.id)),
             &at);
    if (at.people > 0 && !at.is_depot)
        look_at_room(attention, &at);
    if (place->status == HV_SHELTER_DAMAGED && at.people != 0)
        name(add(attention, "damaged", "alarm", id, age_of(scene, &place->status_seen),
                 json_pack("{s:o}", "people",
                           at.people < 0 ? json_null() : json_integer(at.people))),
             &at);
    if (place->people.shortfall > 0)
        name(add(attention, "conservation", "warning", id, age_of(scene, &place->people.changed),
                 json_pack("{s:I}", "shortfall", (json_int_t)place->people.shortfall)),
             &at);
    look_at_lifelines(attention, &at);
    if (at.people > 0 && !at.is_depot)
        look_at_stock(attention, &at);
}

/* ---- orders, plans, requests ---- */

static void look_at_orders(struct attention *attention) {
    const struct state *state = console_picture(attention->scene);
    for (uint32_t i = 0; i < state_count(state, STATE_ORDER); i++) {
        const struct state_order *order = state_order(state, i);
        enum hv_order_state stands = state_order_state(order);
        bool open = hv_order_is_open(stands);
        bool overdue =
            open && order->has_deadline && order->deadline_wall_ms < attention->scene->wall_ms;
        bool silent =
            open && order->escalation_level > 0 &&
            (stands == HV_ORDER_ISSUED || stands == HV_ORDER_STORED || stands == HV_ORDER_SEEN);
        bool refused = order->issued == HV_ORDER_ISSUED &&
                       (stands == HV_ORDER_DECLINED || stands == HV_ORDER_FAILED);
        if (!overdue && !refused && !silent)
            continue;
        const struct state_order_step *step =
            order->step_count == 0 ? NULL : &order->steps[order->step_count - 1];
        double age = overdue ? (double)(attention->scene->wall_ms - order->deadline_wall_ms) / 1000
                     : step == NULL ? NAN
                                    : seconds_since(attention->scene, (int64_t)step->mono_ms);
        json_t *figures = json_pack(
            "{s:s, s:s, s:s}", "order_kind", hv_order_word(order->order_kind), "addressee",
            order->addressee == NULL ? "" : order->addressee, "state", hv_order_state_word(stands));
        if (open && order->escalation_level > 0)
            json_object_update_new(
                figures, json_pack("{s:I, s:s}", "level", (json_int_t)order->escalation_level, "to",
                                   order->escalated_to == NULL ? "" : order->escalated_to));
        if (refused && step != NULL && step->reason != NULL)
            json_object_set_new(figures, "reason", json_string(step->reason));
        json_t *one = add(attention,
                          overdue                       ? "order-overdue"
                          : silent                      ? "order-unanswered"
                          : stands == HV_ORDER_DECLINED ? "order-declined"
                                                        : "order-failed",
                          refused                       ? "decision"
                          : order->escalation_level > 1 ? "alarm"
                                                        : "warning",
                          order->entity.id, age, figures);
        char id[8 +
                STATE_ID_BYTES]; /* the same whatever is wrong with it, so that its owner stays */
        snprintf(id, sizeof id, "order:%s", order->entity.id);
        json_object_set_new(one, "id", json_string(id));
    }
}

/* Waybills whose goods are not there when the plan said that they would be. */
static void look_at_deliveries(struct attention *attention, struct hv_arena *arena) {
    const struct console_scene *scene = attention->scene;
    const struct state *state = console_picture(scene);
    for (uint32_t i = 0; i < state_count(state, STATE_WAYBILL); i++) {
        const struct state_waybill *waybill = state_waybill(state, i);
        const struct state_order *expect = state_find_order(state, waybill->expect_order);
        const struct hv_order *body = NULL;
        enum state_waybill_stage stage = state_waybill_stage(waybill);
        if (stage >= STATE_WAYBILL_RECEIVED || waybill->closed || expect == NULL ||
            !hv_order_is_open(state_order_state(expect)) ||
            state_order_decode(expect, arena, &body) != HV_OK || body->trips == 0 ||
            !body->has_end || body->end_wall_ms >= scene->wall_ms)
            continue;
        const struct state_place *to = state_place(state, waybill->to);
        add(attention, "delivery-late", "warning", waybill->entity.id,
            (double)(scene->wall_ms - body->end_wall_ms) / 1000,
            json_pack("{s:s, s:s, s:s, s:s, s:I}", "stage", state_waybill_stage_word(stage), "from",
                      body->counterpart, "to", to == NULL ? "" : to->entity.id, "vehicle",
                      waybill->vehicle != NULL ? waybill->vehicle : body->vehicle, "order",
                      (json_int_t)waybill->expect_order));
    }
}

/* Goods of the plan in force that no vehicle of their depot brings there in time: somebody has to
 * find one, or another depot. */
static void look_at_undelivered(struct attention *attention, struct hv_arena *arena) {
    const struct state *state = console_picture(attention->scene);
    uint32_t in_force = state_general(state)->plan_in_force;
    const struct state_plan *plan = in_force == STATE_NONE ? NULL : state_plan(state, in_force);
    const struct hv_plan *body = NULL;
    if (plan == NULL || state_plan_decode(plan, arena, &body) != HV_OK ||
        body->undelivered_count == 0)
        return;
    const struct hv_plan_undelivered *first = &body->undelivered[0];
    add(attention, "no-vehicle", "decision", plan->entity.id,
        seconds_since(attention->scene, (int64_t)plan->mono_ms),
        json_pack("{s:I, s:s, s:s, s:s, s:s}", "lines", (json_int_t)body->undelivered_count, "from",
                  first->depot, "to", first->shelter, "item", first->item, "reason",
                  hv_plan_reason_word(first->reason)));
}

/* ---- goods at risk ---- */

static const char *risk_of(const char *warning) {
    if (strcmp(warning, "below-minimum-stock") == 0)
        return "below-minimum";
    if (strncmp(warning, "cold-chain", strlen("cold-chain")) == 0)
        return "cold-chain";
    /* within nine months is soon enough for who rotates stock, not for who runs the event */
    return strcmp(warning, "expires-within-9-months") == 0 ? NULL : "expiring";
}

/* Lots of one item at one place are one thing: all of them, by the first to expire. */
static bool adds_to(const struct attention *attention, const char *id, const json_t *warning) {
    json_t *last = json_array_get(attention->list, json_array_size(attention->list) - 1);
    const char *known = json_string_value(json_object_get(last, "id"));
    json_t *figures = json_object_get(last, "figures");
    if (known == NULL || strcmp(known, id) != 0)
        return false;
    json_object_set_new(figures, "quantity",
                        json_integer(json_integer_value(json_object_get(figures, "quantity")) +
                                     json_integer_value(json_object_get(warning, "quantity"))));
    return true;
}

static void look_at_goods(struct attention *attention) {
    static const char *const members[] = {"item", "quantity", "minimum", "days_left", "minutes"};
    const struct state *state = console_picture(attention->scene);
    json_t *list = console_goods_at_risk(attention->scene), *warning;
    size_t index;
    json_array_foreach(list, index, warning) {
        const char *kind = risk_of(json_string_value(json_object_get(warning, "warning"))),
                   *item = console_text_or_empty(warning, "item"),
                   *place = console_text(warning, "place");
        char id[200];
        if (kind == NULL)
            continue;
        snprintf(id, sizeof id, "%s:%.80s%s%.80s", kind, place == NULL ? "" : place,
                 place == NULL ? "" : ":", item);
        if (adds_to(attention, id, warning))
            continue;
        json_t *figures = json_object();
        for (size_t i = 0; i < sizeof members / sizeof *members; i++)
            json_object_set(figures, members[i], json_object_get(warning, members[i]));
        json_t *one = add(attention, kind, "warning", place == NULL ? item : place, NAN, figures);
        json_object_set_new(one, "id", json_string(id));
        if (place != NULL) {
            struct attended at = look_up(attention->scene, state_find_place(state, place));
            name(one, &at);
        }
    }
    json_decref(list);
}

/* Zones that have not moved as the plan in force says: a warden has to be asked, or the zone swept.
 */
static void look_at_progress(struct attention *attention, struct hv_arena *arena) {
    const struct console_scene *scene = attention->scene;
    struct progress progress;
    if (progress_of(console_picture(scene), scene->region, scene->wall_ms, scene->mono_ms,
                    console_margin_ms(scene), arena, &progress) != HV_OK)
        return;
    for (size_t i = 0; i < progress.count; i++) {
        const struct progress_zone *zone = &progress.zones[i];
        const struct region_zone *known =
            &scene->region->zones[region_find_zone(scene->region, zone->zone)];
        if (zone->standing != PROGRESS_BEHIND)
            continue;
        json_t *one =
            add(attention, "zone-behind", "warning", zone->zone, (double)zone->behind_ms / 1000,
                json_pack("{s:I, s:I, s:I, s:f}", "people", (json_int_t)zone->behind_people,
                          "planned", (json_int_t)zone->should_be_there, "gone",
                          (json_int_t)zone->gone, "behind_s", (double)zone->behind_ms / 1000));
        json_object_set_new(one, "name", json_string(known->name));
        json_object_set_new(one, "name_zh", json_string(known->name_zh));
    }
}

/* How many may be in trouble on the road is worth asking for. */
enum { OVERDUE_PEOPLE = 10 };

/* People who should have come long ago by an order that was accepted, and have not checked in: the
 * shelter or the warden has to be asked, or the zone swept. */
static void look_at_overdue(struct attention *attention) {
    const struct console_scene *scene = attention->scene;
    const struct state *state = console_picture(scene);
    for (uint32_t i = 0; i < state_count(state, STATE_ZONE); i++) {
        const struct state_zone *zone = (const struct state_zone *)state_at(state, STATE_ZONE, i);
        const uint32_t index =
            scene->region == NULL ? REGION_NONE : region_find_zone(scene->region, zone->entity.id);
        const struct region_zone *known =
            index == REGION_NONE ? NULL : &scene->region->zones[index];
        struct whereabouts are;
        if (zone->way_count == 0)
            continue;
        console_whereabouts(scene, zone, known, &are);
        if (are.overdue < OVERDUE_PEOPLE)
            continue;
        const struct whereabouts_way *worst = &are.ways[0];
        for (uint32_t w = 1; w < are.way_count; w++)
            if (are.ways[w].overdue > worst->overdue)
                worst = &are.ways[w];
        json_t *one = add(attention, "people-overdue", "alarm", zone->entity.id,
                          seconds_since(scene, are.told_ms),
                          json_pack("{s:I, s:s, s:I}", "people", (json_int_t)are.overdue, "shelter",
                                    worst->shelter, "there", (json_int_t)worst->overdue));
        json_object_set_new(one, "name", json_string(known == NULL ? "" : known->name));
        json_object_set_new(one, "name_zh", json_string(known == NULL ? "" : known->name_zh));
    }
}

/* The last plan, where it is newer than the one in force and says something. */
static void look_at_plans(struct attention *attention, struct hv_arena *arena) {
    const struct state *state = console_picture(attention->scene);
    uint32_t count = state_count(state, STATE_PLAN), in_force = state_general(state)->plan_in_force;
    const struct state_plan *last = count == 0 ? NULL : state_plan(state, count - 1);
    if (last == NULL || last->approved != 0 || last->withdrawn != 0 ||
        !state_plan_does_something(last, arena) ||
        (in_force != STATE_NONE && state_plan(state, in_force)->position > last->position))
        return;
    add(attention, "plan-waits", "decision", last->entity.id,
        seconds_since(attention->scene, (int64_t)last->mono_ms),
        json_pack("{s:I, s:I, s:I}", "moves", (json_int_t)last->move_count, "shipments",
                  (json_int_t)last->shipment_count, "unserved_people",
                  (json_int_t)last->unserved_people));
}

static void look_at_requests(struct attention *attention) {
    const struct state *state = console_picture(attention->scene);
    for (uint32_t i = 0; i < state_count(state, STATE_REQUEST); i++) {
        const struct state_request *request = state_request(state, i);
        const struct state_place *place = state_place(state, request->place);
        if (!state_request_is_open(request) || state_request_is_received(request) ||
            request->urgency != HV_URGENCY_LIFE_SAVING || place == NULL)
            continue;
        add(attention, "request", "alarm", request->entity.id,
            age_of(attention->scene, &request->seen),
            json_pack("{s:s, s:s}", "place", place->entity.id, "request_kind",
                      hv_request_word(request->request_kind)));
    }
}

/* ---- in order ---- */

static int rank(const json_t *one) {
    const char *grade = json_string_value(json_object_get(one, "grade"));
    for (int i = 0; i < GRADES; i++)
        if (strcmp(grade, grades[i]) == 0)
            return i;
    return GRADES;
}

static int compare(const void *a, const void *b) {
    const json_t *one = *(json_t *const *)a, *other = *(json_t *const *)b;
    int order = rank(one) - rank(other);
    return order != 0 ? order
                      : strcmp(json_string_value(json_object_get(one, "id")),
                               json_string_value(json_object_get(other, "id")));
}

static json_t *sorted(json_t *list) {
    size_t count = json_array_size(list);
    json_t **all = calloc(count + 1, sizeof(json_t *)), *made = json_array();
    for (size_t i = 0; all != NULL && i < count; i++)
        all[i] = json_array_get(list, i);
    if (all != NULL)
        qsort(all, count, sizeof(json_t *), compare);
    for (size_t i = 0; all != NULL && i < count; i++)
        json_array_append(made, all[i]);
    free(all);
    json_decref(list);
    return made;
}

/* Who sees to each, and since when. */
static void add_owners(const struct console_scene *scene, json_t *list) {
    size_t index;
    json_t *one;
    json_array_foreach(list, index, one) {
        const struct state_owner *owner =
            state_find_owner(console_picture(scene), json_string_value(json_object_get(one, "id")));
        if (owner == NULL || owner->owner == NULL) {
            json_object_set_new(one, "owner", json_null());
            continue;
        }
        json_object_set_new(one, "owner",
                            json_pack("{s:s, s:s, s:f}", "name", owner->owner, "note",
                                      owner->note == NULL ? "" : owner->note, "age_s",
                                      seconds_since(scene, (int64_t)owner->mono_ms)));
    }
}

/* ---- the whole ---- */

/* NULL without memory. */
static const uint32_t *number_names(const struct console_scene *scene, struct hv_arena *arena) {
    uint32_t count = state_count(console_picture(scene), STATE_NAME);
    uint32_t *item_of = hv_arena_take(arena, count + 1, sizeof *item_of);
    if (item_of != NULL)
        console_number_names(scene, item_of);
    return item_of;
}

static bool one_of(const char *words, const char *word) {
    size_t length = strlen(word);
    while (words != NULL && *words != '\0') {
        size_t size = strcspn(words, ",");
        if (size == length && memcmp(words, word, size) == 0)
            return true;
        words += size + (words[size] == ',');
    }
    return false;
}

static bool is_wanted(const json_t *one, const json_t *request) {
    const char *kind = console_text(request, "kind"), *grade = console_text(request, "grade"),
               *owner = console_text(request, "owner"),
               *has = json_string_value(json_object_get(json_object_get(one, "owner"), "name"));
    return (owner == NULL || strcmp(owner, has == NULL ? "" : has) == 0) &&
           (kind == NULL || one_of(kind, json_string_value(json_object_get(one, "kind")))) &&
           (grade == NULL || one_of(grade, json_string_value(json_object_get(one, "grade"))));
}

/* “kind”, “grade”: words between commas; “owner”: a name, "" for what nobody sees to. The counts by
 * grade are of all. */
void console_attention(const struct console_scene *scene, const json_t *request,
                       struct hv_arena *arena, struct console_outcome *outcome) {
    const struct state *state = console_picture(scene);
    struct attention attention = {
        .scene = scene, .item_of = number_names(scene, arena), .list = json_array()};
    json_t *wanted = json_array(), *by_grade = json_object(), *one;
    json_int_t counts[GRADES + 1] = {0};
    size_t index;
    if (attention.item_of == NULL) {
        json_decref(attention.list);
        json_decref(wanted);
        json_decref(by_grade);
        return; /* no reply: said to be without memory */
    }
    if (!scene->looks_back && !console_counters(scene)->storing)
        add(&attention, "storing", "alarm", "log", NAN, json_object());
    for (uint32_t i = 0; i < state_count(state, STATE_PLACE); i++)
        look_at_place(&attention, state_place(state, i));
    look_at_orders(&attention);
    look_at_deliveries(&attention, arena);
    look_at_undelivered(&attention, arena);
    look_at_goods(&attention);
    look_at_progress(&attention, arena);
    look_at_overdue(&attention);
    look_at_plans(&attention, arena);
    look_at_requests(&attention);
    add_owners(scene, attention.list);
    json_t *all = sorted(attention.list);
    json_array_foreach(all, index, one) {
        counts[rank(one)]++;
        if (is_wanted(one, request))
            json_array_append(wanted, one);
    }
    json_decref(all);
    for (int i = 0; i < GRADES; i++)
        json_object_set_new(by_grade, grades[i], json_integer(counts[i]));
    console_answer_list(request, "attention", wanted, outcome);
    if (outcome->reply != NULL)
        json_object_set_new(outcome->reply, "by_grade", by_grade);
    else
        json_decref(by_grade);
}
