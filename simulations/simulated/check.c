#include "simulations/simulated/parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool check_is_calm(struct sim *sim) {
    const struct sim_coordinator *coordinator = &sim->coordinator;
    if (coordinator->core == NULL || core_busy(coordinator->core) ||
        coordinator->under_way_count > 0)
        return false;
    const struct state *state = core_state(coordinator->core);
    for (uint32_t i = 0; i < state_count(state, STATE_ORDER); i++)
        if (state_order_untold(state_order(state, i)))
            return false;
    for (size_t i = 0; i < sim->node_count; i++) {
        const struct sim_node *node = &sim->nodes[i];
        if (node->core == NULL || journal_is_waiting(node->journal))
            return false;
        struct node_status status = node_core_status(node->core, sim->now_ms, sim_wall_ms(sim));
        if (status.link != NODE_LINK_UP || status.lanes[NODE_HISTORY].waiting > 0 ||
            status.lanes[NODE_PRESENT].waiting > 0)
            return false;
    }
    return true;
}

/* ---- the log against the outboxes ---- */

struct logged {
    uint64_t epoch, sequence;
    enum hv_lane lane;
    uint64_t fingerprint; /* of incident and report; 0: refused for ever */
};

struct gathered {
    struct sim *sim;
    struct logged *list[SIM_NODES_MAX]; /* owned */
    size_t count[SIM_NODES_MAX], room[SIM_NODES_MAX];
    struct hv_arena arena;
    uint8_t *scratch;
};

static uint64_t fingerprint(uint64_t sum, const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < size; i++)
        sum = (sum ^ bytes[i]) * UINT64_C(0x100000001b3);
    return sum;
}

static int fingerprint_report(struct gathered *gathered, const uint8_t incident[HV_ID128_BYTES],
                              const struct hv_report *report, uint64_t *ret_sum) {
    size_t size = 0;
    int error =
        hv_report_encode(report, &gathered->arena, gathered->scratch, HV_FRAME_BYTES_MAX, &size);
    if (error != 0)
        return error;
    uint64_t sum = fingerprint(UINT64_C(0xcbf29ce484222325), incident, HV_ID128_BYTES);
    *ret_sum = fingerprint(sum, gathered->scratch, size) | 1;
    return 0;
}

static int keep(struct gathered *gathered, const char *id, struct logged logged) {
    size_t node = sim_find_node(gathered->sim, id);
    if (node == gathered->sim->node_count) {
        sim_break(gathered->sim, "the log holds a report of %s, which was never enrolled", id);
        return 0;
    }
    if (gathered->count[node] == gathered->room[node]) {
        size_t room = gathered->room[node] == 0 ? 128 : gathered->room[node] * 2;
        struct logged *list = realloc(gathered->list[node], room * sizeof *list);
        if (list == NULL)
            return HV_ERR_MEMORY;
        gathered->list[node] = list;
        gathered->room[node] = room;
    }
    gathered->list[node][gathered->count[node]++] = logged;
    return 0;
}

static int visit_record(void *context, const struct log_record *stored) {
    struct gathered *gathered = context;
    struct hv_verdict verdict;
    struct hv_record *record = NULL;
    sim_trace(gathered->sim, stored->position, stored->bytes, stored->size);
    hv_arena_reset(&gathered->arena);
    int error = hv_record_decode(stored->bytes, stored->size, &gathered->arena, &verdict, &record);
    if (error != 0)
        return error;
    if (record->kind == HV_RECORD_REFUSED)
        return keep(gathered, record->refused.node,
                    (struct logged){record->refused.epoch, record->refused.sequence,
                                    record->refused.lane, 0});
    if (record->kind != HV_RECORD_REPORT || record->report.lane == HV_LANE_UNKNOWN)
        return 0;
    const struct hv_node_report *report = &record->report;
    struct logged logged = {report->epoch, report->sequence, report->lane, 0};
    error = fingerprint_report(gathered, report->incident, &report->report, &logged.fingerprint);
    return error != 0 ? error : keep(gathered, report->node, logged);
}

static const struct logged *find_logged(const struct gathered *gathered, size_t node,
                                        uint64_t epoch, enum hv_lane lane, uint64_t sequence) {
    const struct logged *found = NULL;
    for (size_t i = 0; i < gathered->count[node]; i++) {
        const struct logged *logged = &gathered->list[node][i];
        if (logged->epoch != epoch || logged->lane != lane || logged->sequence != sequence)
            continue;
        if (found != NULL)
            sim_break(gathered->sim, "%s, %s %" PRIu64 " stands in the log twice",
                      gathered->sim->nodes[node].id, hv_lane_word(lane), sequence);
        found = logged;
    }
    return found;
}

/* Refused for ever is what must be and nothing else, and the node knows of it, however many frames
 * were lost. */
static int compare_refusal(struct sim *sim, const struct sim_node *node,
                           const struct node_report *report, bool refused, struct hv_arena *arena) {
    const struct hv_movement *movement = &report->report->movement;
    bool astray =
        report->report->kind == HV_REPORT_MOVEMENT && strcmp(movement->shelter, SIM_NOWHERE) == 0;
    struct node_refused marked;
    int error = journal_read_refused(node->outbox, report->lane, report->index, arena, &marked);
    if (error != 0)
        return error;
    if (refused && !astray)
        sim_break(sim, "%s: report %" PRIu64 " (%s) was refused for ever", node->id, report->index,
                  hv_report_word(report->report->kind));
    else if (refused != (marked.reason != HV_REASON_UNKNOWN))
        sim_break(sim, "%s: report %" PRIu64 " is %s in the log and %s at the node", node->id,
                  report->index, refused ? "refused" : "taken",
                  refused ? "acknowledged" : "refused");
    return 0;
}

/* Every report that the node keeps stands in the log, once, as the node wrote it. */
static int compare_outbox(struct gathered *gathered, size_t number) {
    struct sim *sim = gathered->sim;
    const struct sim_node *node = &sim->nodes[number];
    const struct node_heads *heads = node_core_heads(node->core);
    uint64_t first = 0, last = 0;
    int error = outbox_bounds(node->outbox, OUTBOX_HISTORY, &first, &last);
    if (error == HV_ERR_NOT_FOUND)
        return 0;
    for (uint64_t index = first; error == 0 && index <= last && !sim_broken(sim); index++) {
        struct node_report report;
        uint64_t epoch, sequence, written = 0;
        hv_arena_reset(&gathered->arena);
        if (!node_heads_identify(heads, HV_LANE_HISTORY, index, &epoch, &sequence))
            continue;
        error =
            journal_read_report(node->outbox, HV_LANE_HISTORY, index, &gathered->arena, &report);
        if (error == 0)
            error = fingerprint_report(gathered, report.incident, report.report, &written);
        if (error != 0)
            break;
        const struct logged *logged =
            find_logged(gathered, number, epoch, HV_LANE_HISTORY, sequence);
        if (logged == NULL)
            sim_break(sim, "%s: report %" PRIu64 " of the outbox is not in the log", node->id,
                      sequence);
        else if (logged->fingerprint != 0 && logged->fingerprint != written)
            sim_break(sim, "%s: report %" PRIu64 " is another one in the log", node->id, sequence);
        else
            error = compare_refusal(sim, node, &report, logged->fingerprint == 0, &gathered->arena);
    }
    if (error != 0 && error != HV_ERR_MEMORY) {
        sim_break(sim, "%s: its outbox cannot be read (%s)", node->id, hv_error_name(error));
        return 0;
    }
    return error;
}

/* What staff were told is stored is there; an epoch that was rebased kept its sequences. */
static void compare_told(struct sim *sim, const struct sim_node *node) {
    const struct node_heads *heads = node_core_heads(node->core);
    uint64_t first = 0, last = 0;
    if (outbox_bounds(node->outbox, OUTBOX_HISTORY, &first, &last) != 0)
        last = 0;
    for (uint64_t i = 0; i < node->told; i++) {
        const struct sim_told *told = &node->told_list[i];
        uint64_t base = heads->epochs[0].base[NODE_HISTORY];
        for (size_t epoch = 0; epoch < heads->epoch_count; epoch++)
            if (heads->epochs[epoch].epoch == told->epoch)
                base = heads->epochs[epoch].base[NODE_HISTORY];
        if (base + told->sequence > last)
            sim_break(sim,
                      "%s told its staff that report %" PRIu64
                      " is stored; the last one is %" PRIu64,
                      node->id, told->sequence, last - base);
    }
}

/* ---- the picture against the nodes' own folds ---- */

static void compare_figure(struct sim *sim, const char *id, const char *what, int64_t picture,
                           int64_t node) {
    if (picture != node)
        sim_break(sim, "%s: %s is %" PRId64 " in the picture and %" PRId64 " at the node", id, what,
                  picture, node);
}

static void compare_people(struct sim *sim, const struct state_place *place,
                           const struct node_present *present) {
    const char *id = place->entity.id;
    for (size_t i = 0; i < HV_AGE_COUNT; i++)
        compare_figure(sim, id, hv_age_group_word((enum hv_age_group)i),
                       place->people.now.by_age[i], present->people.by_age[i]);
    for (size_t i = 0; i < HV_OVERLAY_COUNT; i++)
        compare_figure(sim, id, hv_overlay_word((enum hv_overlay)i), place->people.now.overlay[i],
                       present->people.overlay[i]);
    compare_figure(sim, id, "pets", place->people.now.pets, present->people.pets);
}

static void compare_capacity(struct sim *sim, const struct state_place *place,
                             const struct node_present *present) {
    compare_figure(sim, place->entity.id, "capacity lines", place->capacity_count,
                   (int64_t)present->capacity_count);
    for (size_t i = 0; i < present->capacity_count && i < place->capacity_count; i++)
        compare_figure(sim, place->entity.id, "capacity", place->capacity[i].people,
                       present->capacity[i].people);
}

static void compare_lifelines(struct sim *sim, const struct state_place *place,
                              const struct node_present *present) {
    for (size_t kind = 1; kind < HV_LIFELINE_COUNT; kind++) {
        compare_figure(sim, place->entity.id, hv_lifeline_word((enum hv_lifeline_kind)kind),
                       place->lifelines[kind].state, present->lifelines[kind].state);
        compare_figure(sim, place->entity.id, "hours left", place->lifelines[kind].hours_left,
                       present->lifelines[kind].hours_left);
    }
}

static const struct state_stock_line *in_picture(const struct state *state,
                                                 const struct state_place *place,
                                                 const struct hv_stock_line *line) {
    for (uint32_t i = 0; i < place->stock.count; i++) {
        const struct state_stock_line *known = &place->stock.lines[i];
        if (strcmp(state_name(state, known->item), line->item) == 0 &&
            strcmp(state_name(state, known->lot), line->lot) == 0 &&
            known->expiry_day == line->expiry_day)
            return known;
    }
    return NULL;
}

static void compare_stock(struct sim *sim, const struct state *state,
                          const struct state_place *place, const struct node_present *present) {
    int64_t pictured = 0, at_node = 0;
    for (size_t i = 0; i < present->stock.count; i++) {
        const struct hv_stock_line *line = &present->stock.lines[i];
        const struct state_stock_line *known = in_picture(state, place, line);
        compare_figure(sim, place->entity.id, line->item, known == NULL ? 0 : known->quantity,
                       (int64_t)line->quantity);
        compare_figure(sim, place->entity.id, "damaged", known == NULL ? 0 : known->damaged,
                       (int64_t)line->damaged);
        at_node += (int64_t)line->quantity;
    }
    for (uint32_t i = 0; i < place->stock.count; i++)
        pictured += place->stock.lines[i].quantity;
    compare_figure(sim, place->entity.id, "stock in all", pictured, at_node);
}

static void compare_place(struct sim *sim, size_t number) {
    const struct sim_node *node = &sim->nodes[number];
    const struct state *state = core_state(sim->coordinator.core);
    const struct state_place *place = state_find_place(state, node->id);
    const struct node_present *present = node_core_present(node->core);
    if (place == NULL) {
        sim_break(sim, "%s is not in the picture", node->id);
        return;
    }
    compare_people(sim, place, present);
    compare_figure(sim, node->id, "status", place->status, present->status);
    compare_capacity(sim, place, present);
    compare_lifelines(sim, place, present);
    compare_stock(sim, state, place, present);
    if (!node->outbox_lost)
        compare_figure(sim, node->id, "open requests", place->open_requests,
                       (int64_t)present->request_count);
}

/* ---- orders ---- */

static unsigned times_stored(const struct state_order *order) {
    unsigned times = 0;
    for (uint32_t i = 0; i < order->step_count; i++)
        times += order->steps[i].state == HV_ORDER_STORED &&
                 order->steps[i].revision == order->revision &&
                 order->steps[i].actor == HV_ACTOR_NODE;
    return times;
}

static const struct node_order *at_node(const struct sim_node *node, uint64_t number) {
    size_t count = 0;
    const struct node_order *orders = node_core_orders(node->core, &count);
    for (size_t i = 0; i < count; i++)
        if (orders[i].id == number)
            return &orders[i];
    return NULL;
}

static void compare_order(struct sim *sim, const struct state_order *order) {
    size_t number = sim_find_node(sim, order->addressee);
    if (number == sim->node_count || sim->nodes[number].outbox_lost)
        return;
    const struct sim_node *node = &sim->nodes[number];
    const struct node_order *known = at_node(node, order->number);
    unsigned stored = times_stored(order);
    if (known == NULL)
        sim_break(sim, "order %" PRIu64 " never reached %s", order->number, node->id);
    else if (known->revision != order->revision)
        sim_break(sim, "order %" PRIu64 " has revision %u and %s holds %u", order->number,
                  order->revision, node->id, known->revision);
    else if (known->issued == HV_ORDER_ISSUED && stored != 1)
        sim_break(sim, "%s stored order %" PRIu64 " %u times", node->id, order->number, stored);
}

static void compare_orders(struct sim *sim) {
    const struct state *state = core_state(sim->coordinator.core);
    for (uint64_t i = 0; i < sim->desk.issued; i++)
        if (state_find_order(state, sim->desk.orders[i]) == NULL)
            sim_break(sim, "order %" PRIu64 " was committed and is gone", sim->desk.orders[i]);
    for (uint32_t i = 0; i < state_count(state, STATE_ORDER); i++)
        compare_order(sim, state_order(state, i));
    sim->result->orders = state_count(state, STATE_ORDER);
}

/* ---- memory against the fold of the log ---- */

static int compare_fold(struct sim *sim) {
    struct state *folded = NULL;
    uint64_t from = 0, bad = 0;
    uint8_t live[HV_HASH_BYTES] = {0}, again[HV_HASH_BYTES] = {0};
    int error = founding_fold(sim->coordinator.log, NULL, &folded, &from, &bad);
    if (error == 0)
        error = state_digest(core_state(sim->coordinator.core), live);
    if (error == 0)
        error = state_digest(folded, again);
    if (error == 0 && memcmp(live, again, sizeof live) != 0)
        sim_break(sim, "the state in memory is not the fold of the log");
    state_free(folded);
    return error;
}

static int compare_log(struct sim *sim) {
    struct gathered gathered = {.sim = sim};
    uint64_t bad = 0;
    hv_arena_init(&gathered.arena, 0);
    gathered.scratch = malloc(HV_FRAME_BYTES_MAX);
    int error = gathered.scratch == NULL ? HV_ERR_MEMORY : 0;
    if (error == 0)
        error = log_verify(sim->coordinator.log, visit_record, &gathered, &bad);
    if (error != 0 && error != HV_ERR_MEMORY) {
        sim_break(sim, "the log does not verify at %" PRIu64 " (%s)", bad, hv_error_name(error));
        error = 0;
    }
    for (size_t i = 0; error == 0 && i < sim->node_count; i++)
        error = compare_outbox(&gathered, i);
    for (size_t i = 0; i < SIM_NODES_MAX; i++)
        free(gathered.list[i]);
    free(gathered.scratch);
    hv_arena_deinit(&gathered.arena);
    return error;
}

int check_all(struct sim *sim) {
    sim->result->records = log_last(sim->coordinator.log);
    int error = compare_log(sim);
    for (size_t i = 0; error == 0 && i < sim->node_count; i++) {
        compare_told(sim, &sim->nodes[i]);
        compare_place(sim, i);
    }
    if (error == 0) {
        compare_orders(sim);
        error = compare_fold(sim);
    }
    return error;
}
