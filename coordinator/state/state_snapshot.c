/* Snapshots of the PRESENT lane: parts are staged and take effect together with the last.
 *
 * A snapshot reflects HISTORY up to its `as_of`; figures of HISTORY up to there are part of it and
 * change nothing afterwards. One that is older than the HISTORY already held changes nothing. */
#include "coordinator/state/state_fold.h"

#include <stdlib.h>
#include <string.h>

void fold_drop_staging(struct state_node *node) {
    if (node->staging != NULL)
        free(node->staging->stock);
    free(node->staging);
    node->staging = NULL;
}

static bool known(const struct hv_seen *seen) {
    return seen->wall_ms != 0 || seen->node_ms != 0;
}

/* The stamp of one group of figures: reflects HISTORY up to `as_of`, whenever it was seen. */
static struct state_stamp stamp_as_of(const struct state *state, const struct hv_record *record,
                                      const struct state_node *node, const struct hv_seen *seen) {
    struct state_stamp stamp = fold_stamp(state, record, node, seen);
    stamp.sequence = record->report.report.snapshot.as_of;
    return stamp;
}

static struct state_staging *begin(struct state *state, struct state_node *node,
                                   const struct hv_snapshot *snapshot) {
    fold_drop_staging(node);
    node->staging = calloc(1, sizeof *node->staging);
    if (node->staging == NULL) {
        state->out_of_memory = true;
        return NULL;
    }
    node->staging->as_of = snapshot->as_of;
    node->staging->parts = snapshot->parts;
    return node->staging;
}

/* The staging that this part continues; NULL where it continues none. */
static struct state_staging *staging_for(struct state *state, struct state_node *node,
                                         const struct hv_snapshot *snapshot) {
    struct state_staging *staging = node->staging;
    if (snapshot->part == 0)
        return begin(state, node, snapshot);
    if (staging == NULL || staging->as_of != snapshot->as_of || staging->parts != snapshot->parts ||
        staging->next != snapshot->part) {
        fold_drop_staging(node);
        return NULL;
    }
    return staging;
}

static void stage_figures(struct state *state, const struct state_node *node,
                          struct state_staging *staging, const struct hv_record *record) {
    const struct hv_snapshot *snapshot = &record->report.report.snapshot;
    if (known(&snapshot->people_seen)) {
        staging->people = snapshot->people;
        staging->people_stamp = stamp_as_of(state, record, node, &snapshot->people_seen);
    }
    if (known(&snapshot->counted_seen)) {
        staging->difference = snapshot->count_difference;
        staging->counted_stamp = stamp_as_of(state, record, node, &snapshot->counted_seen);
    }
    if (known(&snapshot->status_seen) && snapshot->status != HV_SHELTER_UNKNOWN) {
        staging->status = snapshot->status;
        staging->status_stamp = stamp_as_of(state, record, node, &snapshot->status_seen);
    }
    if (known(&snapshot->capacity_seen) && snapshot->capacity_count <= HV_CAPACITY_LINES_MAX) {
        for (size_t i = 0; i < snapshot->capacity_count; i++)
            staging->capacity[i] = snapshot->capacity[i];
        staging->capacity_count = (uint32_t)snapshot->capacity_count;
        staging->capacity_stamp = stamp_as_of(state, record, node, &snapshot->capacity_seen);
    }
    for (size_t i = 0; i < snapshot->lifeline_count; i++) {
        const struct hv_lifeline *lifeline = &snapshot->lifelines[i];
        staging->lifelines[lifeline->kind] = (struct state_lifeline){
            .seen = stamp_as_of(state, record, node, &lifeline->seen),
            .state = lifeline->state,
            .has_hours = lifeline->has_hours,
            .hours_left = lifeline->hours_left,
        };
    }
}

static bool stage_line(struct state *state, struct state_staging *staging,
                       const struct hv_stock_line *line) {
    if (staging->stock_count == staging->stock_room) {
        uint32_t room = staging->stock_room == 0 ? 32 : staging->stock_room * 2;
        struct state_stock_line *stock = realloc(staging->stock, room * sizeof *stock);
        if (stock == NULL)
            return false;
        staging->stock = stock;
        staging->stock_room = room;
    }
    staging->stock[staging->stock_count++] =
        (struct state_stock_line){.item = fold_name(state, line->item),
                                  .lot = fold_name(state, line->lot),
                                  .expiry_day = line->expiry_day,
                                  .pack = line->pack,
                                  .quantity = (int64_t)line->quantity,
                                  .damaged = (int64_t)line->damaged};
    return true;
}

static void stage_stock(struct state *state, const struct state_node *node,
                        struct state_staging *staging, const struct hv_record *record) {
    const struct hv_snapshot *snapshot = &record->report.report.snapshot;
    if (known(&snapshot->stock_seen))
        staging->stock_stamp = stamp_as_of(state, record, node, &snapshot->stock_seen);
    for (size_t i = 0; i < snapshot->stock_count; i++) {
        if (staging->stock_count < STATE_STOCK_LINES_MAX &&
            !stage_line(state, staging, &snapshot->stock[i]))
            state->out_of_memory = true;
    }
}

/* The figure as the last part brought it: what is shown came with that record. */
static struct state_stamp now_stamp(const struct state *state, struct state_stamp stamp) {
    stamp.position = state->position;
    return stamp;
}

static void take_effect(struct state *state, struct state_place *place, struct state_node *node) {
    const struct state_staging *staging = node->staging;
    struct state_stamp stamp;
    node->as_of = staging->as_of;
    if (staging->people_stamp.position != 0) {
        stamp = now_stamp(state, staging->people_stamp);
        fold_people_snapshot(place, staging, &stamp);
    }
    if (staging->status_stamp.position != 0) {
        stamp = now_stamp(state, staging->status_stamp);
        fold_status(state, place, &stamp, staging->status, "");
    }
    if (staging->capacity_stamp.position != 0) {
        stamp = now_stamp(state, staging->capacity_stamp);
        fold_capacity(state, place, &stamp, staging->capacity, staging->capacity_count);
    }
    for (int kind = 1; kind < HV_LIFELINE_COUNT; kind++) {
        struct state_lifeline lifeline = staging->lifelines[kind];
        if (lifeline.seen.position == 0)
            continue;
        lifeline.seen = now_stamp(state, lifeline.seen);
        fold_lifeline(place, (enum hv_lifeline_kind)kind, &lifeline);
    }
    if (staging->stock_stamp.position != 0) {
        stamp = now_stamp(state, staging->stock_stamp);
        fold_stock_snapshot(state, place, staging, &stamp);
    }
    if (!state_books_lag(state, place))
        fold_book_picture(state, place);
}

void fold_snapshot(struct state *state, struct state_place *place, struct state_node *node,
                   const struct hv_record *record) {
    const struct hv_snapshot *snapshot = &record->report.report.snapshot;
    struct state_staging *staging = staging_for(state, node, snapshot);
    if (staging == NULL)
        return;
    stage_figures(state, node, staging, record);
    stage_stock(state, node, staging, record);
    staging->next = snapshot->part + 1;
    if (staging->next < staging->parts)
        return;
    if (staging->as_of >= node->held[HV_LANE_HISTORY] && staging->as_of >= node->as_of)
        take_effect(state, place, node);
    fold_drop_staging(node);
}
