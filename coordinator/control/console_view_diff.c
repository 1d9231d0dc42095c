/* What changes from one plan to another: people by zone and shelter, goods by depot, shelter and
 * item, each pair or triple once however many ways or shipments it has. */
#include "coordinator/control/console_json.h"

#include <stdlib.h>
#include <string.h>

/* What goes from somewhere to somewhere in either plan. */
struct going {
    const char *from, *to, *item; /* item "": people */
    int64_t before, after;
};

static int compare(const void *left, const void *right) {
    const struct going *a = left, *b = right;
    int order = strcmp(a->from, b->from);
    if (order == 0)
        order = strcmp(a->to, b->to);
    return order == 0 ? strcmp(a->item, b->item) : order;
}

/* Sorts, adds up what is alike, and returns how many are left. */
static size_t add_up(struct going *all, size_t count) {
    size_t kept = 0;
    qsort(all, count, sizeof *all, compare);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && compare(&all[kept - 1], &all[i]) == 0) {
            all[kept - 1].before += all[i].before;
            all[kept - 1].after += all[i].after;
        } else {
            all[kept++] = all[i];
        }
    }
    return kept;
}

static json_t *diff_moves(const struct hv_plan *before, const struct hv_plan *after,
                          struct going *room) {
    size_t count = 0;
    for (size_t i = 0; i < before->move_count; i++)
        room[count++] = (struct going){.from = before->moves[i].zone,
                                       .to = before->moves[i].shelter,
                                       .item = "",
                                       .before = before->moves[i].people};
    for (size_t i = 0; i < after->move_count; i++)
        room[count++] = (struct going){.from = after->moves[i].zone,
                                       .to = after->moves[i].shelter,
                                       .item = "",
                                       .after = after->moves[i].people};
    count = add_up(room, count);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        if (room[i].before != room[i].after)
            json_array_append_new(list,
                                  json_pack("{s:s, s:s, s:I, s:I}", "zone", room[i].from, "shelter",
                                            room[i].to, "before", (json_int_t)room[i].before,
                                            "after", (json_int_t)room[i].after));
    return list;
}

static json_t *diff_shipments(const struct hv_plan *before, const struct hv_plan *after,
                              struct going *room) {
    size_t count = 0;
    for (size_t i = 0; i < before->shipment_count; i++)
        room[count++] = (struct going){.from = before->shipments[i].depot,
                                       .to = before->shipments[i].shelter,
                                       .item = before->shipments[i].item,
                                       .before = (int64_t)before->shipments[i].quantity};
    for (size_t i = 0; i < after->shipment_count; i++)
        room[count++] = (struct going){.from = after->shipments[i].depot,
                                       .to = after->shipments[i].shelter,
                                       .item = after->shipments[i].item,
                                       .after = (int64_t)after->shipments[i].quantity};
    count = add_up(room, count);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        if (room[i].before != room[i].after)
            json_array_append_new(
                list, json_pack("{s:s, s:s, s:s, s:I, s:I}", "depot", room[i].from, "shelter",
                                room[i].to, "item", room[i].item, "before",
                                (json_int_t)room[i].before, "after", (json_int_t)room[i].after));
    return list;
}

/* The plan that “against” names, or the one in force; NULL with *ret_refused false: there is none.
 */
static const struct state_plan *base_of(const struct state *state, uint64_t named,
                                        struct console_outcome *outcome, bool *ret_refused) {
    const uint32_t in_force = state_general(state)->plan_in_force;
    *ret_refused = false;
    if (named == 0)
        return in_force == STATE_NONE ? NULL : state_plan(state, in_force);
    const struct state_plan *base = state_find_plan(state, named);
    *ret_refused = base == NULL;
    if (base == NULL)
        console_refusef(outcome, HV_ERR_NOT_FOUND, "list them: haven plan list",
                        "there is no plan %llu to compare with", (unsigned long long)named);
    return base;
}

json_t *console_plan_difference(const struct state *state, const struct hv_plan *before,
                                const struct hv_plan *after, struct hv_arena *arena) {
    const struct hv_plan nothing = {0};
    const uint32_t in_force = state_general(state)->plan_in_force;
    json_t *against = before == NULL ? json_null() : json_integer((json_int_t)before->id);
    if (before == NULL)
        before = &nothing;
    const size_t people = before->move_count + after->move_count;
    const size_t goods = before->shipment_count + after->shipment_count;
    struct going *room = hv_arena_take(arena, (people > goods ? people : goods) + 1, sizeof *room);
    if (room == NULL) {
        json_decref(against);
        return NULL;
    }
    json_t *moves = diff_moves(before, after, room);
    json_t *shipments = diff_shipments(before, after, room);
    return json_pack(
        "{s:I, s:o, s:o, s:o, s:o}", "plan", (json_int_t)after->id, "against", against, "in_force",
        in_force == STATE_NONE ? json_null()
                               : json_integer((json_int_t)state_plan(state, in_force)->number),
        "moves", moves, "shipments", shipments);
}

void console_plan_diff(const struct console_scene *scene, const json_t *request,
                       struct hv_arena *arena, struct console_outcome *outcome) {
    const struct state *state = console_picture(scene);
    const struct state_plan *plan = console_named_plan(scene, request, outcome);
    bool refused;
    if (plan == NULL)
        return;
    const struct state_plan *base =
        base_of(state, console_number(request, "against", 0), outcome, &refused);
    if (refused)
        return;
    const struct hv_plan *before = NULL, *after = NULL;
    int error = state_plan_decode(plan, arena, &after);
    if (error == HV_OK && base != NULL)
        error = state_plan_decode(base, arena, &before);
    if (error == HV_ERR_NOT_FOUND) { /* one of them is no longer in memory: the log has both */
        outcome->kind = CONSOLE_WORK;
        outcome->work = CONSOLE_WORK_OLD_DIFF;
        outcome->to = plan->position;
        outcome->from = base == NULL ? 0 : base->position;
        return;
    }
    if (error == HV_OK)
        outcome->reply = console_plan_difference(state, before, after, arena);
    if (outcome->reply == NULL)
        console_refuse(outcome, error == HV_OK ? HV_ERR_MEMORY : error, NULL, NULL);
}
