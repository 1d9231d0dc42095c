/* Decisions about plans and orders. */
#include "coordinator/control/console_json.h"

#include "coordinator/planning/orders.h"
#include "schemas/platform/json_members.h"

#include <stdio.h>
#include <string.h>

/* ---- directives ---- */

/* What every plan from now on has to heed; with “lifted” no longer. */
void console_directive_set(const struct console_scene *scene, const json_t *request,
                           struct hv_arena *arena, struct console_outcome *outcome) {
    const char *id = console_text_or_empty(request, "id");
    bool lifted = json_is_true(json_object_get(request, "lifted"));
    enum hv_directive_kind kind = hv_directive_of(console_text_or_empty(request, "kind"));
    const struct state_directive *known =
        (const struct state_directive *)state_find(console_picture(scene), STATE_DIRECTIVE, id);
    const struct hv_record *before = NULL;
    if (hv_id_check(id) != HV_OK) {
        console_refuse(outcome, HV_ERR_VALUE, "“id” is not an id",
                       "name the directive, such as pin-Z10");
        return;
    }
    if (lifted && (known == NULL || known->lifted)) {
        console_refusef(outcome, HV_ERR_NOT_FOUND, "list them: haven plan directives",
                        "there is no directive “%.80s” in force", id);
        return;
    }
    if (!lifted && kind == HV_DIRECTIVE_UNKNOWN) {
        console_refuse(outcome, HV_ERR_VALUE, "“kind” is missing or unknown",
                       "pin, exclude, reserve, avoid, priority or limit");
        return;
    }
    struct hv_record *record = console_decide(outcome, arena, HV_RECORD_DIRECTIVE);
    if (record == NULL)
        return;
    record->directive =
        (struct hv_plan_directive){.id = id,
                                   .kind = kind,
                                   .zone = console_text_or_empty(request, "zone"),
                                   .shelter = console_text_or_empty(request, "shelter"),
                                   .depot = console_text_or_empty(request, "depot"),
                                   .item = console_text_or_empty(request, "item"),
                                   .quantity = console_number(request, "quantity", 0),
                                   .lifted = lifted,
                                   .reason = console_text_or_empty(request, "reason"),
                                   .link = console_text_or_empty(request, "link")};
    if (lifted && state_body_decode(&known->body, arena, &before) == HV_OK) {
        record->directive = before->directive;
        record->directive.lifted = true;
    }
}

/* ---- plans ---- */

/* Approval and every order that follows from it go into one batch: all are durable, or none is. */
void console_plan_approve(const struct console_scene *scene, const json_t *request,
                          struct hv_arena *arena, struct console_outcome *outcome) {
    const struct state *state = console_picture(scene);
    const uint64_t number = console_number(request, "plan", 0);
    const struct state_plan *plan = state_find_plan(state, number);
    if (number == 0) { /* the last one may be newer than what the approver has seen */
        console_refuse(outcome, HV_ERR_VALUE, "an approval names the plan that was looked at",
                       "list them: haven plan list; then: haven plan approve N");
        return;
    }
    if (plan == NULL) {
        console_refusef(outcome, HV_ERR_NOT_FOUND, "list them: haven plan list",
                        "there is no plan %llu", (unsigned long long)number);
        return;
    }
    if (scene->settings != NULL && scene->settings->approval == APPROVAL_TWO &&
        plan->author != NULL && strcmp(plan->author, outcome->role) == 0) {
        console_refusef(outcome, HV_ERR_PERMISSION, "another approver has to look at it",
                        "“%.60s” asked for plan %llu and may not approve it", plan->author,
                        (unsigned long long)number);
        return;
    }
    const struct state_plan *newest = state_newest_approved(state);
    if (plan->approved == 0 && newest != NULL && newest->number > plan->number) {
        console_refusef(outcome, HV_ERR_STATE, "look at the newest: haven plan list; or make one",
                        "plan %llu was overtaken: plan %llu, which is newer, has been approved",
                        (unsigned long long)number, (unsigned long long)newest->number);
        return;
    }
    struct orders_scene orders_scene = {
        .state = state, .region = scene->region, .wall_ms = scene->wall_ms};
    int error = orders_approve(&orders_scene, plan, console_text_or_empty(request, "reason"), arena,
                               &outcome->records, &outcome->record_count);
    const uint64_t last = state_general(state)->last_plan;
    switch (error) {
    case HV_OK:
        outcome->kind = CONSOLE_COMMAND;
        if (last > number) /* the approver may not have seen it */
            outcome->reply = json_pack("{s:I}", "newer", (json_int_t)last);
        break;
    case HV_ERR_NOT_FOUND:
        console_refuse(outcome, error, "that plan is no longer at hand",
                       "make a new one: haven plan make");
        break;
    case HV_ERR_STATE:
        console_refuse(outcome, error, "that plan has been approved or withdrawn already",
                       "see haven plan list");
        break;
    case HV_ERR_LIMIT:
        console_refuse(outcome, error, "the plan has more orders than one decision can hold",
                       "divide the region: one coordinator for each part");
        break;
    default:
        console_refuse(outcome, error, NULL, NULL);
    }
}

/* With the plan go the orders that it made, as far as nobody has finished with them. */
void console_plan_withdraw(const struct console_scene *scene, const json_t *request,
                           struct hv_arena *arena, struct console_outcome *outcome) {
    const struct state *state = console_picture(scene);
    const struct state_plan *plan = state_find_plan(state, console_number(request, "plan", 0));
    struct orders_scene orders_scene = {.state = state, .wall_ms = scene->wall_ms};
    int error = plan == NULL
                    ? HV_ERR_STATE
                    : orders_withdraw(&orders_scene, plan, console_text_or_empty(request, "reason"),
                                      arena, &outcome->records, &outcome->record_count);
    if (error == HV_OK)
        outcome->kind = CONSOLE_COMMAND;
    else if (error == HV_ERR_STATE)
        console_refuse(outcome, error, "there is no such approved plan", "see haven plan list");
    else
        console_refuse(outcome, error, NULL, NULL);
}

/* ---- orders ---- */

static bool read_people(const json_t *request, struct hv_arena *arena, struct hv_order *order) {
    const json_t *list = json_object_get(request, "people");
    size_t count = json_array_size(list);
    if (count == 0)
        return list == NULL || json_is_array(list);
    order->people =
        count <= HV_ORDER_LINES_MAX ? hv_arena_take(arena, count, sizeof *order->people) : NULL;
    if (order->people == NULL)
        return false;
    order->people_count = count;
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_array_get(list, i);
        order->people[i] =
            (struct hv_order_people){.zone = console_text_or_empty(one, "zone"),
                                     .people = console_small(one, "people", 0),
                                     .wheelchair = console_small(one, "wheelchair", 0),
                                     .medical = console_small(one, "medical", 0),
                                     .without_vehicle = console_small(one, "without_vehicle", 0)};
    }
    return true;
}

static bool read_links(const json_t *request, struct hv_arena *arena, struct hv_order *order) {
    const json_t *list = json_object_get(request, "links");
    size_t count = json_array_size(list);
    if (count == 0)
        return list == NULL || json_is_array(list);
    order->links =
        count <= HV_ORDER_LINKS_MAX ? hv_arena_take(arena, count, sizeof *order->links) : NULL;
    if (order->links == NULL)
        return false;
    order->link_count = count;
    for (size_t i = 0; i < count; i++)
        if ((order->links[i] = json_string_value(json_array_get(list, i))) == NULL)
            return false;
    return true;
}

static bool read_lines(const json_t *request, struct hv_arena *arena, struct hv_order *order) {
    const json_t *list = json_object_get(request, "lines");
    size_t count = json_array_size(list);
    if (count == 0)
        return list == NULL || json_is_array(list);
    order->lines =
        count <= HV_ORDER_LINES_MAX ? hv_arena_take(arena, count, sizeof *order->lines) : NULL;
    if (order->lines == NULL)
        return false;
    order->line_count = count;
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_array_get(list, i);
        order->lines[i] =
            (struct hv_stock_line){.item = console_text_or_empty(one, "item"),
                                   .lot = console_text_or_empty(one, "lot"),
                                   .quantity = console_number(one, "quantity", UINT64_MAX)};
    }
    return true;
}

/* Whether a figure, where it is said, is one that a record takes: told as it was said, before it is
 * made as narrow as the record's. `where` is the row, or "". */
static bool check_figure(const json_t *object, const char *member, uint64_t most, const char *where,
                         struct console_outcome *outcome) {
    const uint64_t figure = console_number(object, member, 0);
    if (figure <= most)
        return true;
    console_refusef(outcome, HV_ERR_VALUE, "look at the figure again",
                    "%s“%s” is %llu, more than %llu", where, member, (unsigned long long)figure,
                    (unsigned long long)most);
    return false;
}

static bool check_row_figures(const json_t *row, const char *list, size_t index,
                              struct console_outcome *outcome) {
    static const struct {
        const char *member;
        uint64_t most;
    } figures[] = {{"people", HV_PEOPLE_MAX},
                   {"wheelchair", HV_PEOPLE_MAX},
                   {"medical", HV_PEOPLE_MAX},
                   {"without_vehicle", HV_PEOPLE_MAX},
                   {"quantity", HV_QUANTITY_MAX}};
    char where[64];
    snprintf(where, sizeof where, "%s[%zu]: ", list, index);
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        if (!check_figure(row, figures[i].member, figures[i].most, where, outcome))
            return false;
    return true;
}

/* Whether the lists of people and lines hold objects with members that are looked at, and no figure
 * is beyond what an order takes. */
static bool check_rows(const json_t *request, struct console_outcome *outcome) {
    static const char *const lists[][2] = {
        {"people", "zone,people#,wheelchair#,medical#,without_vehicle#"},
        {"lines", "item,lot,quantity#"}};
    if (!check_figure(request, "people_per_hour", HV_PEOPLE_MAX, "", outcome) ||
        !check_figure(request, "travel_s", UINT32_MAX - 1, "", outcome))
        return false;
    struct json_members_fault fault;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        size_t index;
        json_t *row;
        json_array_foreach(json_object_get(request, lists[i][0]), index, row) {
            if (!json_members_check(row, lists[i][1], &fault)) {
                console_refusef(outcome, HV_ERR_VALUE, fault.right, "%s[%zu]: %s", lists[i][0],
                                index, fault.wrong);
                return false;
            }
            if (!check_row_figures(row, lists[i][0], index, outcome))
                return false;
        }
    }
    return true;
}

static void read_time(const json_t *request, const char *member, bool *ret_has,
                      int64_t *ret_wall_ms) {
    const json_t *value = json_object_get(request, member);
    *ret_has = json_is_integer(value);
    *ret_wall_ms = *ret_has ? json_integer_value(value) : 0;
}

/* Reads what an order says; what the request is silent about keeps the value it has in *order. */
static bool read_order(const json_t *request, struct hv_arena *arena, struct hv_order *order) {
    const struct {
        const char *member, **text;
    } texts[] = {{"shelter", &order->shelter}, {"counterpart", &order->counterpart},
                 {"waybill", &order->waybill}, {"vehicle", &order->vehicle},
                 {"text", &order->text},       {"addressee", &order->addressee}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (console_text(request, texts[i].member) != NULL)
            *texts[i].text = console_text(request, texts[i].member);
    if (json_object_get(request, "deadline_wall_ms") != NULL)
        read_time(request, "deadline_wall_ms", &order->has_deadline, &order->deadline_wall_ms);
    if (json_object_get(request, "start_wall_ms") != NULL)
        read_time(request, "start_wall_ms", &order->has_start, &order->start_wall_ms);
    if (json_object_get(request, "end_wall_ms") != NULL)
        read_time(request, "end_wall_ms", &order->has_end, &order->end_wall_ms);
    order->people_per_hour = console_small(request, "people_per_hour", order->people_per_hour);
    order->travel_s = console_small(request, "travel_s", order->travel_s);
    return read_people(request, arena, order) && read_links(request, arena, order) &&
           read_lines(request, arena, order);
}

static void settle(struct console_outcome *outcome, const struct hv_order *order) {
    struct hv_order whole = *order;
    if (whole.id == 0)
        whole.id = 1; /* the core gives the number */
    struct hv_verdict verdict = hv_order_check(&whole);
    if (verdict.reason != HV_REASON_UNKNOWN)
        console_refuse(outcome, HV_ERR_VALUE, verdict.detail,
                       "see docs/CONTROL.md for what an order says");
}

void console_order_issue(const struct console_scene *scene, const json_t *request,
                         struct hv_arena *arena, struct console_outcome *outcome) {
    struct hv_record *record =
        check_rows(request, outcome) ? console_decide(outcome, arena, HV_RECORD_ORDER) : NULL;
    if (record == NULL)
        return;
    record->order = orders_blank();
    record->order.kind = hv_order_of(console_text_or_empty(request, "kind"));
    record->order.post = hv_post_of(console_text_or_empty(request, "post"));
    record->order.issued_wall_ms = scene->wall_ms;
    if (record->order.post == HV_POST_UNKNOWN)
        record->order.post = HV_POST_NODE;
    if (!read_order(request, arena, &record->order))
        console_refuse(outcome, HV_ERR_VALUE, "people, links or lines are not lists, or too long",
                       "see docs/CONTROL.md for what an order says");
    else if (record->order.post == HV_POST_NODE &&
             state_find_node(console_picture(scene), record->order.addressee) == NULL)
        console_refusef(outcome, HV_ERR_NOT_FOUND,
                        "list nodes: haven nodes; a post without a node needs --post",
                        "no node “%.80s” is enrolled", record->order.addressee);
    else
        settle(outcome, &record->order);
}

/* The order that a request names, decoded into the arena, ready to be revised. NULL: refused. */
static struct hv_order *named_order(const struct console_scene *scene, const json_t *request,
                                    struct hv_arena *arena, struct console_outcome *outcome) {
    uint64_t number = console_number(request, "order", 0);
    const struct state_order *order = state_find_order(console_picture(scene), number);
    const struct hv_order *body = NULL;
    if (order == NULL)
        console_refusef(outcome, HV_ERR_NOT_FOUND, "list them: haven orders list --all",
                        "there is no order %llu", (unsigned long long)number);
    else if (order->issued != HV_ORDER_ISSUED)
        console_refusef(outcome, HV_ERR_STATE, "issue a new one", "order %llu is %s already",
                        (unsigned long long)number, hv_order_state_word(order->issued));
    else if (state_order_decode(order, arena, &body) != HV_OK)
        console_refuse(outcome, HV_ERR_MEMORY, NULL, NULL);
    return body == NULL ? NULL : hv_order_copy(body, arena);
}

static void revise(const struct console_scene *scene, struct hv_order *order,
                   struct hv_arena *arena, struct console_outcome *outcome) {
    const struct state_order *before = state_find_order(console_picture(scene), order->id);
    struct hv_record *record = console_decide(outcome, arena, HV_RECORD_ORDER);
    if (record == NULL)
        return;
    if (orders_revise(console_picture(scene), arena, order) != HV_OK) {
        console_refuse(outcome, HV_ERR_MEMORY, NULL, NULL);
        return;
    }
    record->cause = before->issued_position;
    record->order = *order;
    settle(outcome, order);
}

void console_order_cancel(const struct console_scene *scene, const json_t *request,
                          struct hv_arena *arena, struct console_outcome *outcome) {
    struct hv_order *order = named_order(scene, request, arena, outcome);
    if (order == NULL)
        return;
    order->state = HV_ORDER_CANCELLED;
    if (console_text(request, "reason") != NULL)
        order->text = console_text(request, "reason");
    revise(scene, order, arena, outcome);
}

void console_order_revise(const struct console_scene *scene, const json_t *request,
                          struct hv_arena *arena, struct console_outcome *outcome) {
    struct hv_order *order =
        check_rows(request, outcome) ? named_order(scene, request, arena, outcome) : NULL;
    if (order == NULL)
        return;
    if (!read_order(request, arena, order))
        console_refuse(outcome, HV_ERR_VALUE, "people, links or lines are not lists, or too long",
                       "see docs/CONTROL.md for what an order says");
    else
        revise(scene, order, arena, outcome);
}

/* More may leave than were ordered: guests, neighbours, a register that is too low. Seldom twice as
 * many, and of a few people some tens more at most; what is beyond both is a figure mistyped by a
 * digit, and would count everybody of the order as out while most are still in their zone. Who did
 * count so many says it in the order, so that places are kept for them, too. */
enum { MORE_TIMES = 2, MORE_PEOPLE = 50 };

/* Whether so many may be done of the order. */
static bool check_done(const struct state_order *order, const json_t *request,
                       struct hv_arena *arena, struct console_outcome *outcome) {
    const struct hv_order *body = NULL;
    const uint64_t done = console_number(request, "done", 0);
    uint64_t ordered = 0;
    char remedy[160];
    if (!check_figure(request, "done", HV_QUANTITY_MAX, "", outcome))
        return false;
    if (done == 0)
        return true;
    if (state_order_decode(order, arena, &body) != HV_OK) {
        console_refuse(outcome, HV_ERR_MEMORY, NULL, NULL);
        return false;
    }
    for (size_t i = 0; i < body->people_count; i++)
        ordered += body->people[i].people;
    if (body->people_count == 0 || done <= ordered * MORE_TIMES || done <= ordered + MORE_PEOPLE)
        return true;
    snprintf(remedy, sizeof remedy,
             "look at the figure again; if so many are out, say so in the order first: haven "
             "orders revise %llu --people ZONE=N",
             (unsigned long long)order->number);
    console_refusef(outcome, HV_ERR_VALUE, remedy,
                    "“done” is %llu, and order %llu is of %llu people", (unsigned long long)done,
                    (unsigned long long)order->number, (unsigned long long)ordered);
    return false;
}

static void refuse_for_node(const struct state_node *node, uint64_t order,
                            struct console_outcome *outcome) {
    char remedy[120];
    if (node == NULL || !node->revoked) {
        console_refuse(outcome, HV_ERR_STATE, "that order went to a node, which answers itself",
                       "on the node: haven-node accept ORDER");
        return;
    }
    snprintf(remedy, sizeof remedy,
             "haven orders revise %llu; then its place is told, and answers, by print or voice",
             (unsigned long long)order);
    console_refuse(outcome, HV_ERR_STATE, "that order went to a node that was revoked", remedy);
}

void console_order_answer(const struct console_scene *scene, const json_t *request,
                          struct hv_arena *arena, struct console_outcome *outcome) {
    uint64_t number = console_number(request, "order", 0);
    const struct state_order *order = state_find_order(console_picture(scene), number);
    enum hv_order_state state = hv_order_state_of(console_text_or_empty(request, "state"));
    if (order == NULL) {
        console_refusef(outcome, HV_ERR_NOT_FOUND, "list them: haven orders list --all",
                        "there is no order %llu", (unsigned long long)number);
        return;
    }
    if (order->post == HV_POST_NODE) {
        refuse_for_node(state_find_node(console_picture(scene), order->addressee), number, outcome);
        return;
    }
    if (!check_figure(request, "revision", order->revision, "", outcome) ||
        !check_done(order, request, arena, outcome))
        return;
    struct hv_record *record = console_decide(outcome, arena, HV_RECORD_ANSWER);
    if (record == NULL)
        return;
    const json_t *done = json_object_get(request, "done");
    record->cause = order->issued_position;
    record->answer =
        (struct hv_order_answer){.order = number,
                                 .revision = console_small(request, "revision", order->revision),
                                 .state = state,
                                 .reason = console_text_or_empty(request, "reason"),
                                 .has_done = json_is_integer(done),
                                 .done = console_number(request, "done", 0)};
    if (state == HV_ORDER_STATE_UNKNOWN)
        console_refuse(outcome, HV_ERR_VALUE, "“state” is missing or unknown",
                       "seen, accepted, declined, under-way, partly-done, done or failed");
}
