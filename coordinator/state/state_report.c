/* A report becomes figures of a place, ledgers of zones and transfers, requests, answers, notes.
 *
 * Figures of a place show the present: HISTORY that a snapshot contains does not change them.
 * Ledgers, requests, answers and notes are in no snapshot and take every report once. */
#include "coordinator/state/state_fold.h"

#include "schemas/tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- replaced figures ---- */

void fold_status(struct state *state, struct state_place *place, const struct state_stamp *stamp,
                 enum hv_shelter_status status, const char *reason) {
    if (!fold_replaces(stamp, &place->status_seen))
        return;
    place->status_seen = *stamp;
    place->status = status;
    fold_text(state, &place->status_reason, reason);
}

void fold_capacity(struct state *state, struct state_place *place, const struct state_stamp *stamp,
                   const struct hv_capacity_line *lines, size_t count) {
    if (!fold_replaces(stamp, &place->capacity_seen))
        return;
    struct hv_capacity_line *copy = NULL;
    if (count > 0) {
        copy = malloc(count * sizeof *copy);
        if (copy == NULL) {
            state->out_of_memory = true;
            return;
        }
        memcpy(copy, lines, count * sizeof *copy);
    }
    free(place->capacity);
    place->capacity = copy;
    place->capacity_count = (uint32_t)count;
    place->capacity_seen = *stamp;
}

void fold_lifeline(struct state_place *place, enum hv_lifeline_kind kind,
                   const struct state_lifeline *lifeline) {
    if (fold_replaces(&lifeline->seen, &place->lifelines[kind].seen))
        place->lifelines[kind] = *lifeline;
    if (kind == HV_LIFELINE_POWER || kind == HV_LIFELINE_GENERATOR)
        fold_cold(place, kind, lifeline);
}

static void report_lifelines(const struct state *state, struct state_place *place,
                             const struct state_node *node, const struct hv_record *record) {
    const struct hv_lifeline_report *report = &record->report.report.lifelines;
    for (size_t i = 0; i < report->lifeline_count; i++) {
        const struct hv_lifeline *line = &report->lifelines[i];
        bool own = line->seen.wall_ms != 0 || line->seen.node_ms != 0;
        struct state_lifeline lifeline = {
            .seen =
                fold_stamp(state, record, node, own ? &line->seen : &record->report.report.seen),
            .state = line->state,
            .has_hours = line->has_hours,
            .hours_left = line->hours_left,
        };
        fold_lifeline(place, line->kind, &lifeline);
    }
}

/* ---- ledgers ---- */

/* People of zones are counted by incident; what comes late for one that is over is history. */
static bool of_this_incident(const struct state *state, const struct hv_record *record) {
    static const uint8_t peacetime[HV_ID128_BYTES];
    const uint8_t *incident = record->report.incident;
    return memcmp(incident, peacetime, HV_ID128_BYTES) == 0 ||
           memcmp(incident, state_incident_id(state), HV_ID128_BYTES) == 0;
}

static void add_to_zone(struct state *state, const struct state_place *place,
                        const struct hv_record *record) {
    const struct hv_movement *movement = &record->report.report.movement;
    bool arrives =
        movement->kind == HV_MOVEMENT_CHECK_IN || movement->kind == HV_MOVEMENT_CORRECTION;
    if (*movement->zone == '\0' || !arrives || !of_this_incident(state, record))
        return;
    struct state_zone *zone = fold_need(state, STATE_ZONE, movement->zone);
    if (zone == NULL)
        return;
    (void)hv_tally_move(&zone->checked_in, &movement->people, 1);
    fold_way_came(zone, place->entity.id, &movement->people);
    if (movement->kind == HV_MOVEMENT_CHECK_IN)
        zone->households += movement->households;
}

/* ---- transfers ---- */

void state_transfer_id(uint32_t from, const char *name, char ret_id[STATE_ID_BYTES]) {
    char id[HV_ID_BYTES_MAX + 32];
    snprintf(id, sizeof id, "%" PRId64 "/%s", from == STATE_NONE ? -1 : (int64_t)from, name);
    state_table_id(id, ret_id);
}

static uint32_t place_index(struct state *state, const char *id) {
    const struct state_place *place = *id == '\0' ? NULL : fold_place(state, id);
    return place == NULL ? STATE_NONE : place->entity.index;
}

static struct state_transfer *need_transfer(struct state *state, uint32_t from, const char *name,
                                            const struct state_stamp *stamp) {
    char id[STATE_ID_BYTES];
    bool new;
    state_transfer_id(from, name, id);
    struct state_transfer *transfer = fold_need_new(state, STATE_TRANSFER, id, &new);
    if (transfer == NULL || !new)
        return transfer;
    transfer->from = from;
    transfer->to = STATE_NONE;
    transfer->named_by = stamp->node;
    fold_text(state, &transfer->name, name);
    return transfer;
}

/* Whether a second source tells what `node` has told already: the same people, whom nothing must
 * count twice. */
static bool told_by_another(const struct state_stamp *stamp, uint32_t node) {
    return stamp->node == STATE_NONE || stamp->node != node;
}

static bool leave(struct state *state, struct state_transfer *transfer,
                  const struct state_stamp *stamp, const struct hv_movement *movement) {
    if (transfer->out_seen.position != 0 && told_by_another(stamp, transfer->out_seen.node))
        return false;
    transfer->out_seen = *stamp;
    if (*movement->shelter != '\0')
        transfer->to = place_index(state, movement->shelter);
    (void)hv_tally_move(&transfer->out, &movement->people, 1);
    return true;
}

/* The arrivals at this place; NULL: too many other places have told of the same transfer. */
static struct state_arrival *need_arrival(struct state_transfer *transfer, uint32_t place,
                                          const struct state_stamp *stamp) {
    for (uint32_t i = 0; i < transfer->arrival_count; i++) {
        if (transfer->arrivals[i].place == place)
            return &transfer->arrivals[i];
    }
    if (transfer->arrival_count == HV_TRANSFER_ARRIVALS_MAX)
        return NULL;
    struct state_arrival *arrival = &transfer->arrivals[transfer->arrival_count++];
    *arrival = (struct state_arrival){.place = place, .node = stamp->node};
    return arrival;
}

static bool arrive(struct state_transfer *transfer, const struct state_place *place,
                   const struct state_stamp *stamp, const struct hv_movement *movement) {
    uint32_t before = transfer->arrival_count;
    struct state_arrival *arrival = need_arrival(transfer, place->entity.index, stamp);
    if (arrival == NULL)
        return true; /* people of the place, as it says, but no longer of the transfer */
    if (transfer->arrival_count == before && told_by_another(stamp, arrival->node))
        return false;
    transfer->in_seen = *stamp;
    if (transfer->to == STATE_NONE)
        transfer->to = place->entity.index;
    (void)hv_tally_move(&arrival->people, &movement->people, 1);
    (void)hv_tally_move(&transfer->in, &movement->people, 1);
    return true;
}

static bool has_arrived(const struct state_transfer *transfer) {
    struct hv_people left = state_transfer_on_the_way(transfer);
    return transfer->out_seen.position != 0 && transfer->in_seen.position != 0 &&
           hv_people_total(&left) == 0;
}

/* Adds to the ledger of the transfer. False where someone else has told this end of it already. */
static bool add_to_transfer(struct state *state, struct state_place *place,
                            const struct state_stamp *stamp, const struct hv_movement *movement) {
    bool out = movement->kind == HV_MOVEMENT_TRANSFER_OUT;
    if ((!out && movement->kind != HV_MOVEMENT_TRANSFER_IN) || *movement->transfer == '\0')
        return true;
    uint32_t from = out ? place->entity.index : place_index(state, movement->shelter);
    struct state_transfer *transfer = need_transfer(state, from, movement->transfer, stamp);
    if (transfer == NULL)
        return false;
    bool counts =
        out ? leave(state, transfer, stamp, movement) : arrive(transfer, place, stamp, movement);
    fold_finish(state, transfer, has_arrived(transfer));
    return counts;
}

/* ---- requests and notes ---- */

void state_request_id(uint32_t node, uint32_t place, uint64_t number, char ret_id[STATE_ID_BYTES]) {
    snprintf(ret_id, STATE_ID_BYTES, "%" PRId64 "/%" PRIu32 "/%" PRIu64,
             node == STATE_NONE ? -1 : (int64_t)node, place, number);
}

/* Of a request that was withdrawn only what it was is kept, not what it asked for. */
static void keep_request(struct state *state, struct state_request *request,
                         const struct hv_report *report) {
    struct hv_report kept = *report;
    if (kept.request.withdrawn) {
        kept.request.line_count = 0;
        kept.request.text = "";
    }
    fold_keep_report(state, &request->body, &kept);
}

static void report_request(struct state *state, struct state_place *place,
                           const struct state_stamp *stamp, const struct hv_report *report) {
    char id[STATE_ID_BYTES];
    state_request_id(stamp->node, place->entity.index, report->request.id, id);
    bool new;
    struct state_request *request = fold_need_new(state, STATE_REQUEST, id, &new);
    if (request == NULL)
        return;
    bool was_open = !new &&state_request_is_open(request);
    request->place = place->entity.index;
    request->node = stamp->node;
    request->number = report->request.id;
    request->request_kind = report->request.kind;
    request->urgency = report->request.urgency;
    request->withdrawn = report->request.withdrawn;
    request->seen = *stamp;
    if (new)
        request->previous_of_place = request->next_of_place = STATE_NONE;
    bool open = state_request_is_open(request);
    place->open_requests -= was_open;
    place->open_requests += open;
    keep_request(state, request, report);
    fold_request_lines(state, request, &report->request);
    fold_request_list(state, request, open);
    fold_finish(state, request, !open);
}

void fold_note(struct state *state, const struct hv_record *record, uint32_t place) {
    struct state_general *general = fold_general(state);
    char id[STATE_ID_BYTES];
    snprintf(id, sizeof id, "%" PRIu64, general->note_count++ % STATE_NOTES_KEPT);
    struct state_note *note = fold_need(state, STATE_NOTE, id);
    if (note == NULL)
        return;
    note->position = state->position;
    note->place = place;
    fold_keep_record(state, &note->body, record);
}

/* ---- reports ---- */

static void report_movement(struct state *state, struct state_place *place,
                            const struct state_stamp *stamp, const struct hv_record *record,
                            bool present) {
    const struct hv_movement *movement = &record->report.report.movement;
    if (!add_to_transfer(state, place, stamp, movement))
        return;
    add_to_zone(state, place, record);
    if (present)
        fold_people_move(state, place, stamp, movement);
}

/* Figures of the place; not called for what a snapshot contains already. */
static void report_figures(struct state *state, struct state_place *place,
                           const struct state_stamp *stamp, const struct state_node *node,
                           const struct hv_record *record) {
    const struct hv_report *report = &record->report.report;
    switch (report->kind) {
    case HV_REPORT_COUNT:
        fold_people_count(state, place, stamp, &report->count);
        break;
    case HV_REPORT_STATUS:
        fold_status(state, place, stamp, report->status.status, report->status.reason);
        break;
    case HV_REPORT_CAPACITY:
        fold_capacity(state, place, stamp, report->capacity.lines, report->capacity.line_count);
        break;
    case HV_REPORT_LIFELINES:
        report_lifelines(state, place, node, record);
        break;
    case HV_REPORT_STOCK_COUNT:
        fold_stock_count(state, place, stamp, &report->stock_count);
        break;
    case HV_REPORT_STOCK_MOVEMENT:
        fold_stock_move(state, place, stamp, &report->stock_movement);
        break;
    default:
        break;
    }
}

static void apply_report(struct state *state, struct state_node *node,
                         const struct hv_record *record) {
    const struct hv_report *report = &record->report.report;
    struct state_place *place = *report->subject == '\0' && node != NULL
                                    ? fold_touch(state, STATE_PLACE, node->place)
                                    : fold_place(state, report->subject);
    if (place == NULL)
        return;
    struct state_stamp stamp = fold_stamp(state, record, node, &report->seen);
    bool present = node == NULL || record->report.sequence > node->as_of;
    switch (report->kind) {
    case HV_REPORT_MOVEMENT:
        report_movement(state, place, &stamp, record, present);
        break;
    case HV_REPORT_REQUEST:
        report_request(state, place, &stamp, report);
        break;
    case HV_REPORT_ANSWER:
        fold_answer(state, record, &report->answer);
        break;
    case HV_REPORT_NOTE:
        fold_note(state, record, place->entity.index);
        break;
    case HV_REPORT_SNAPSHOT:
        if (node != NULL)
            fold_snapshot(state, place, node, record);
        break;
    default:
        if (present)
            report_figures(state, place, &stamp, node, record);
    }
    if (report->kind == HV_REPORT_STOCK_COUNT)
        fold_book_count(state, place, &report->stock_count, node != NULL);
    else if (report->kind == HV_REPORT_STOCK_MOVEMENT)
        fold_book_movement(state, place, &stamp, record);
}

uint32_t state_print_of(const struct hv_report *report) {
    uint64_t z = report->seen.node_ms * 0x9e3779b97f4a7c15u +
                 (uint64_t)report->seen.wall_ms * 8191u + (uint64_t)report->kind;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    return (uint32_t)(z >> 32) | 1u;
}

/* The node if this sequence is the one it must send next; touched. */
static struct state_node *advance(struct state *state, const char *id, uint64_t epoch,
                                  enum hv_lane lane, uint64_t sequence, uint32_t print) {
    const struct state_node *node = state_find_node(state, id);
    if (node == NULL || node->epoch != epoch || lane <= HV_LANE_UNKNOWN || lane >= HV_LANE_COUNT ||
        sequence != node->held[lane] + 1)
        return NULL;
    struct state_node *touched = fold_touch(state, STATE_NODE, node->entity.index);
    touched->held[lane] = sequence;
    touched->prints[lane][sequence % STATE_PRINTS] = print;
    return touched;
}

/* The last report that a snapshot had told ahead of is there: books and picture speak of the same
 * moment again. */
static void caught_up(struct state *state, const struct state_node *node, enum hv_lane lane) {
    if (lane == HV_LANE_HISTORY && node->as_of != 0 && node->as_of == node->held[HV_LANE_HISTORY])
        fold_book_picture(state, fold_touch(state, STATE_PLACE, node->place));
}

void fold_report(struct state *state, const struct hv_record *record) {
    const struct hv_node_report *report = &record->report;
    if (*report->node == '\0') {
        apply_report(state, NULL, record);
        return;
    }
    struct state_node *node = advance(state, report->node, report->epoch, report->lane,
                                      report->sequence, state_print_of(&report->report));
    if (node == NULL)
        return;
    uint64_t before = state->named;
    node->reports++;
    apply_report(state, node, record);
    node->introduced += state->named - before;
    caught_up(state, node, report->lane);
}

/* ---- refused for ever ---- */

void fold_drop_refusals(struct state_node *node) {
    for (uint32_t i = 0; node->refusals != NULL && i < node->refusal_count; i++)
        free(node->refusals[i].detail);
    free(node->refusals);
    node->refusals = NULL;
    node->refusal_count = 0;
}

static void forget_oldest_refusal(struct state_node *node) {
    free(node->refusals[0].detail);
    node->refusal_count--;
    memmove(node->refusals, node->refusals + 1, node->refusal_count * sizeof *node->refusals);
}

static void keep_refusal(struct state *state, struct state_node *node,
                         const struct hv_refused_report *refused) {
    if (node->refusals == NULL)
        node->refusals = calloc(STATE_REFUSALS_KEPT, sizeof *node->refusals);
    if (node->refusals == NULL) {
        state->out_of_memory = true;
        return;
    }
    if (node->refusal_count == STATE_REFUSALS_KEPT)
        forget_oldest_refusal(node);
    struct state_refusal *refusal = &node->refusals[node->refusal_count++];
    *refusal = (struct state_refusal){
        .sequence = refused->sequence, .lane = refused->lane, .reason = refused->reason};
    fold_text(state, &refusal->detail, refused->detail);
}

const struct state_refusal *state_find_refusal(const struct state_node *node, enum hv_lane lane,
                                               uint64_t sequence) {
    for (uint32_t i = 0; i < node->refusal_count; i++) {
        const struct state_refusal *refusal = &node->refusals[i];
        if (refusal->lane == lane && refusal->sequence == sequence)
            return refusal;
    }
    return NULL;
}

void fold_refused(struct state *state, const struct hv_refused_report *refused) {
    struct state_node *node =
        advance(state, refused->node, refused->epoch, refused->lane, refused->sequence, 0);
    if (node == NULL)
        return;
    node->refused++;
    keep_refusal(state, node, refused);
    caught_up(state, node, refused->lane);
    if (refused->reason > HV_REASON_UNKNOWN && refused->reason < HV_REASON_COUNT)
        fold_general(state)->refused_by_reason[refused->reason]++;
}
