#include "nodes/present.h"

#include "schemas/codec.h"
#include "schemas/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void node_present_init(struct node_present *present) {
    *present = (struct node_present){.next_request = 1};
}

void node_present_deinit(struct node_present *present) {
    node_stock_deinit(&present->stock);
    node_picks_deinit(&present->picks);
    for (size_t i = 0; i < present->request_count; i++)
        free(present->requests[i].bytes);
    free(present->requests);
    *present = (struct node_present){.next_request = 1};
}

/* ---- people ---- */

static void remember_movement(struct node_present *present, uint64_t index,
                              const struct hv_movement *movement) {
    struct node_last_movement *last = &present->last;
    *last = (struct node_last_movement){0};
    if (movement->kind == HV_MOVEMENT_CORRECTION)
        return;
    last->kind = movement->kind;
    last->index = index;
    last->people = movement->people;
    last->households = movement->households;
    snprintf(last->zone, sizeof last->zone, "%s", movement->zone);
    snprintf(last->shelter, sizeof last->shelter, "%s", movement->shelter);
    snprintf(last->transfer, sizeof last->transfer, "%s", movement->transfer);
}

static void apply_movement(struct node_present *present, uint64_t index,
                           const struct hv_report *report) {
    const struct hv_movement *movement = &report->movement;
    int sign = hv_tally_sign(movement->kind);
    present->shortfall += hv_tally_move(&present->people, &movement->people, sign);
    present->people_seen = report->seen;
    remember_movement(present, index, movement);
}

static void apply_count(struct node_present *present, const struct hv_report *report) {
    const struct hv_count *count = &report->count;
    present->count_difference =
        (int32_t)(hv_people_total(&count->people) - hv_people_total(&present->people));
    present->people = count->people;
    present->has_households = count->has_households;
    present->households = count->households;
    present->people_seen = present->counted_seen = report->seen;
    present->shortfall = 0;
    present->last = (struct node_last_movement){0};
}

/* ---- status, capacity, lifelines ---- */

static void apply_status(struct node_present *present, const struct hv_report *report) {
    present->status = report->status.status;
    snprintf(present->reason, sizeof present->reason, "%s", report->status.reason);
    present->status_seen = report->seen;
}

static void apply_capacity(struct node_present *present, const struct hv_report *report) {
    size_t count = report->capacity.line_count;
    present->capacity_count = count < HV_CAPACITY_LINES_MAX ? count : HV_CAPACITY_LINES_MAX;
    if (present->capacity_count > 0)
        memcpy(present->capacity, report->capacity.lines,
               present->capacity_count * sizeof *present->capacity);
    present->capacity_seen = report->seen;
}

static bool is_never(const struct hv_seen *seen) {
    return seen->wall_ms == 0 && seen->node_ms == 0;
}

static void apply_lifelines(struct node_present *present, const struct hv_lifeline *lifelines,
                            size_t count, struct hv_seen seen) {
    for (size_t i = 0; i < count; i++) {
        struct hv_lifeline lifeline = lifelines[i];
        if (is_never(&lifeline.seen))
            lifeline.seen = seen;
        if (lifeline.kind > HV_LIFELINE_UNKNOWN && lifeline.kind < HV_LIFELINE_COUNT)
            present->lifelines[lifeline.kind] = lifeline;
    }
}

/* ---- requests ---- */

static size_t find_request(const struct node_present *present, uint64_t id) {
    size_t at = 0;
    while (at < present->request_count && present->requests[at].id < id)
        at++;
    return at;
}

const struct node_request *node_present_request(const struct node_present *present, uint64_t id) {
    size_t at = find_request(present, id);
    return at < present->request_count && present->requests[at].id == id ? &present->requests[at]
                                                                         : NULL;
}

/* The report as bytes of its own. */
static int encode_alone(const struct hv_report *report, uint8_t **ret_bytes, size_t *ret_size) {
    struct hv_arena arena;
    hv_arena_init(&arena, 0);
    uint8_t *buffer = hv_arena_take(&arena, 1, HV_FRAME_BYTES_MAX);
    size_t size = 0;
    int error = buffer == NULL
                    ? HV_ERR_MEMORY
                    : hv_report_encode(report, &arena, buffer, HV_FRAME_BYTES_MAX, &size);
    uint8_t *bytes = error == HV_OK ? malloc(size) : NULL;
    if (error == HV_OK && bytes == NULL)
        error = HV_ERR_MEMORY;
    if (error == HV_OK) {
        *ret_bytes = memcpy(bytes, buffer, size);
        *ret_size = size;
    }
    hv_arena_deinit(&arena);
    return error;
}

static int make_room(struct node_present *present) {
    if (present->request_count == NODE_REQUESTS_MAX)
        return HV_ERR_LIMIT;
    struct node_request *requests =
        realloc(present->requests, (present->request_count + 1) * sizeof *requests);
    if (requests == NULL)
        return HV_ERR_MEMORY;
    present->requests = requests;
    return HV_OK;
}

static int keep_request(struct node_present *present, const struct hv_report *report) {
    size_t at = find_request(present, report->request.id);
    bool found = at < present->request_count && present->requests[at].id == report->request.id;
    int error = found ? HV_OK : make_room(present);
    struct node_request request = {.id = report->request.id};
    if (error == HV_OK)
        error = encode_alone(report, &request.bytes, &request.size);
    if (error != HV_OK)
        return error;
    if (found) {
        free(present->requests[at].bytes);
    } else {
        memmove(&present->requests[at + 1], &present->requests[at],
                (present->request_count - at) * sizeof request);
        present->request_count++;
    }
    present->requests[at] = request;
    return HV_OK;
}

static void drop_request(struct node_present *present, uint64_t id) {
    size_t at = find_request(present, id);
    if (at == present->request_count || present->requests[at].id != id)
        return;
    free(present->requests[at].bytes);
    present->request_count--;
    memmove(&present->requests[at], &present->requests[at + 1],
            (present->request_count - at) * sizeof *present->requests);
}

static int apply_request(struct node_present *present, const struct hv_report *report) {
    if (report->request.withdrawn) {
        drop_request(present, report->request.id);
    } else {
        int error = keep_request(present, report);
        if (error != HV_OK)
            return error;
    }
    if (report->request.id >= present->next_request)
        present->next_request = report->request.id + 1;
    return HV_OK;
}

/* ---- the fold ---- */

static int apply_body(struct node_present *present, uint64_t index,
                      const struct hv_report *report) {
    int error = HV_OK;
    switch (report->kind) {
    case HV_REPORT_MOVEMENT:
        apply_movement(present, index, report);
        break;
    case HV_REPORT_COUNT:
        apply_count(present, report);
        break;
    case HV_REPORT_STATUS:
        apply_status(present, report);
        break;
    case HV_REPORT_CAPACITY:
        apply_capacity(present, report);
        break;
    case HV_REPORT_LIFELINES:
        apply_lifelines(present, report->lifelines.lifelines, report->lifelines.lifeline_count,
                        report->seen);
        break;
    case HV_REPORT_STOCK_COUNT:
        error = node_stock_count(&present->stock, &report->stock_count);
        break;
    case HV_REPORT_STOCK_MOVEMENT:
        error = node_stock_move(&present->stock, &report->stock_movement);
        break;
    case HV_REPORT_REQUEST:
        error = apply_request(present, report);
        break;
    case HV_REPORT_ANSWER:
    case HV_REPORT_NOTE:
    case HV_REPORT_SNAPSHOT:
    case HV_REPORT_NONE:
        break;
    }
    bool counted = report->kind == HV_REPORT_STOCK_COUNT;
    bool moved =
        report->kind == HV_REPORT_STOCK_MOVEMENT && hv_stock_sign(report->stock_movement.kind) != 0;
    if (error == HV_OK && (counted || report->kind == HV_REPORT_STOCK_MOVEMENT))
        error = node_picks_apply(&present->picks, &present->stock, report);
    if (error == HV_OK && (counted || moved))
        present->stock_seen = report->seen;
    return error;
}

int node_present_apply(struct node_present *present, uint64_t index,
                       const struct hv_report *report) {
    int error = apply_body(present, index, report);
    if (error == HV_OK)
        present->as_of = index;
    return error;
}
