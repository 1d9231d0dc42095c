#include "coordinator/state/state.h"

#include "coordinator/state/state_fold.h"
#include "schemas/codec.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t thing_bytes[STATE_KINDS] = {
    [STATE_GENERAL] = sizeof(struct state_general),
    [STATE_PLACE] = sizeof(struct state_place),
    [STATE_NODE] = sizeof(struct state_node),
    [STATE_KEY] = sizeof(struct state_key),
    [STATE_ZONE] = sizeof(struct state_zone),
    [STATE_TRANSFER] = sizeof(struct state_transfer),
    [STATE_REQUEST] = sizeof(struct state_request),
    [STATE_ORDER] = sizeof(struct state_order),
    [STATE_PLAN] = sizeof(struct state_plan),
    [STATE_INCIDENT] = sizeof(struct state_incident),
    [STATE_ROAD] = sizeof(struct state_road),
    [STATE_HAZARD] = sizeof(struct state_hazard),
    [STATE_ALERT] = sizeof(struct state_alert),
    [STATE_NOTE] = sizeof(struct state_note),
    [STATE_NAME] = sizeof(struct state_name),
    [STATE_DIRECTIVE] = sizeof(struct state_directive),
    [STATE_WRITE] = sizeof(struct state_write),
    [STATE_WAYBILL] = sizeof(struct state_waybill),
    [STATE_OWNER] = sizeof(struct state_owner),
};

struct state *state_new(void) {
    struct state *state = calloc(1, sizeof *state);
    if (state == NULL)
        return NULL;
    hv_arena_init(&state->scratch, 0);
    for (int kind = 0; kind < STATE_KINDS; kind++)
        state_table_init(&state->tables[kind], (enum state_kind)kind, thing_bytes[kind]);
    struct state_general *general = state_table_add(&state->tables[STATE_GENERAL], "general", 0);
    if (general == NULL) {
        state_free(state);
        return NULL;
    }
    general->clock = (struct hv_clock){.rate_permille = 1000};
    general->incident = STATE_NONE;
    general->plan_in_force = STATE_NONE;
    return state;
}

void state_free(struct state *state) {
    if (state == NULL)
        return;
    for (int kind = 0; kind < STATE_KINDS; kind++) {
        struct state_table *table = &state->tables[kind];
        for (uint32_t i = 0; i < table->count; i++)
            fold_free_thing(state_table_at(table, i));
        state_table_deinit(table);
    }
    hv_arena_deinit(&state->scratch);
    free(state->buffer);
    free(state);
}

/* ---- reading ---- */

const struct state_general *state_general(const struct state *state) {
    return state_table_at(&state->tables[STATE_GENERAL], 0);
}

uint64_t state_position(const struct state *state) {
    return state_general(state)->position;
}

uint32_t state_count(const struct state *state, enum state_kind kind) {
    return state->tables[kind].count;
}

const struct state_entity *state_at(const struct state *state, enum state_kind kind,
                                    uint32_t index) {
    return state_table_at(&state->tables[kind], index);
}

const struct state_entity *state_find(const struct state *state, enum state_kind kind,
                                      const char *id) {
    return state_table_find(&state->tables[kind], id);
}

uint32_t state_newest(const struct state *state, enum state_kind kind) {
    return state->tables[kind].newest;
}

const struct state_place *state_place(const struct state *state, uint32_t index) {
    return state_table_at(&state->tables[STATE_PLACE], index);
}

const struct state_place *state_find_place(const struct state *state, const char *id) {
    return state_table_find(&state->tables[STATE_PLACE], id);
}

const struct state_node *state_node(const struct state *state, uint32_t index) {
    return state_table_at(&state->tables[STATE_NODE], index);
}

const struct state_node *state_find_node(const struct state *state, const char *id) {
    return state_table_find(&state->tables[STATE_NODE], id);
}

const struct state_zone *state_find_zone(const struct state *state, const char *id) {
    return state_table_find(&state->tables[STATE_ZONE], id);
}

const struct state_order *state_order(const struct state *state, uint32_t index) {
    return state_table_at(&state->tables[STATE_ORDER], index);
}

const struct state_plan *state_plan(const struct state *state, uint32_t index) {
    return state_table_at(&state->tables[STATE_PLAN], index);
}

const struct state_transfer *state_transfer(const struct state *state, uint32_t index) {
    return state_table_at(&state->tables[STATE_TRANSFER], index);
}

const struct state_request *state_request(const struct state *state, uint32_t index) {
    return state_table_at(&state->tables[STATE_REQUEST], index);
}

void state_write_id(const char *account, const char *key, char ret_id[STATE_ID_BYTES]) {
    uint8_t hash[16];
    crypto_generichash_state hashing;
    crypto_generichash_init(&hashing, NULL, 0, sizeof hash);
    crypto_generichash_update(&hashing, (const uint8_t *)account, strlen(account) + 1);
    crypto_generichash_update(&hashing, (const uint8_t *)key, strlen(key));
    crypto_generichash_final(&hashing, hash, sizeof hash);
    sodium_bin2hex(ret_id, 2 * sizeof hash + 1, hash, sizeof hash);
}

const struct state_write *state_find_write(const struct state *state, const char *account,
                                           const char *key) {
    char id[STATE_ID_BYTES];
    state_write_id(account, key, id);
    return state_table_find(&state->tables[STATE_WRITE], id);
}

/* Ids of things may be longer than the ids of a table. */
void state_owner_id(const char *thing, char ret_id[STATE_ID_BYTES]) {
    state_write_id("", thing, ret_id);
}

const struct state_owner *state_find_owner(const struct state *state, const char *thing) {
    char id[STATE_ID_BYTES];
    state_owner_id(thing, id);
    return state_table_find(&state->tables[STATE_OWNER], id);
}

const struct state_waybill *state_waybill(const struct state *state, uint32_t index) {
    return state_table_at(&state->tables[STATE_WAYBILL], index);
}

const struct state_waybill *state_find_waybill(const struct state *state, const char *id) {
    return state_table_find(&state->tables[STATE_WAYBILL], id);
}

const struct state_incident *state_incident(const struct state *state, uint32_t index) {
    return state_table_at(&state->tables[STATE_INCIDENT], index);
}

static const void *find_number(const struct state *state, enum state_kind kind, uint64_t number) {
    char id[24];
    snprintf(id, sizeof id, "%" PRIu64, number);
    return state_table_find(&state->tables[kind], id);
}

const struct state_order *state_find_order(const struct state *state, uint64_t number) {
    return find_number(state, STATE_ORDER, number);
}

uint64_t state_order_issued_at(const struct state *state, uint64_t position) {
    for (uint32_t i = state_newest(state, STATE_ORDER); i != STATE_NONE;) {
        const struct state_order *order = state_order(state, i);
        if (order->entity.changed < position)
            break;
        if (order->issued_position == position)
            return order->number;
        i = order->entity.older;
    }
    return 0;
}

const struct state_plan *state_find_plan(const struct state *state, uint64_t number) {
    return find_number(state, STATE_PLAN, number);
}

const struct state_plan *state_newest_approved(const struct state *state) {
    for (uint32_t i = state_count(state, STATE_PLAN); i > 0; i--)
        if (state_plan(state, i - 1)->approved != 0)
            return state_plan(state, i - 1);
    return NULL;
}

const struct state_incident *state_find_incident(const struct state *state,
                                                 const uint8_t incident[HV_ID128_BYTES]) {
    char id[2 * HV_ID128_BYTES + 1];
    sodium_bin2hex(id, sizeof id, incident, HV_ID128_BYTES);
    return state_table_find(&state->tables[STATE_INCIDENT], id);
}

const struct state_key *state_find_key(const struct state *state, const uint8_t key[HV_KEY_BYTES]) {
    char id[2 * HV_KEY_BYTES + 1];
    sodium_bin2hex(id, sizeof id, key, HV_KEY_BYTES);
    return state_table_find(&state->tables[STATE_KEY], id);
}

const char *state_name(const struct state *state, uint32_t index) {
    const struct state_name *name = state_table_at(&state->tables[STATE_NAME], index);
    return name == NULL ? "" : name->entity.id;
}

const uint8_t *state_incident_id(const struct state *state) {
    static const uint8_t peacetime[HV_ID128_BYTES];
    const struct state_incident *incident = state_incident(state, state_general(state)->incident);
    return incident == NULL ? peacetime : incident->incident;
}

enum hv_order_state state_order_state(const struct state_order *order) {
    if (order->issued != HV_ORDER_ISSUED)
        return order->issued;
    return order->answered == HV_ORDER_STATE_UNKNOWN ? HV_ORDER_ISSUED : order->answered;
}

const char *state_order_place(const struct state *state, enum hv_post post, const char *addressee) {
    const struct state_node *node = post == HV_POST_NODE ? state_find_node(state, addressee) : NULL;
    return node == NULL ? addressee : state_place(state, node->place)->entity.id;
}

bool state_order_untold(const struct state_order *order) {
    return order->post == HV_POST_NODE && order->told < order->revision;
}

struct hv_people state_transfer_on_the_way(const struct state_transfer *transfer) {
    struct hv_people left = transfer->out;
    hv_people_add(&left, &transfer->in, -1);
    for (int age = 0; age < HV_AGE_COUNT; age++)
        left.by_age[age] = left.by_age[age] < 0 ? 0 : left.by_age[age];
    for (int overlay = 0; overlay < HV_OVERLAY_COUNT; overlay++)
        left.overlay[overlay] = left.overlay[overlay] < 0 ? 0 : left.overlay[overlay];
    left.pets = left.pets < 0 ? 0 : left.pets;
    return left;
}

/* ---- what is kept encoded ---- */

int state_body_decode(const struct state_body *body, struct hv_arena *arena,
                      const struct hv_record **ret_record) {
    struct hv_verdict verdict;
    struct hv_record *record = NULL;
    if (body->bytes == NULL)
        return HV_ERR_NOT_FOUND;
    int error = hv_record_decode(body->bytes, body->size, arena, &verdict, &record);
    if (error == 0)
        *ret_record = record;
    return error;
}

int state_order_decode(const struct state_order *order, struct hv_arena *arena,
                       const struct hv_order **ret_order) {
    const struct hv_record *record;
    int error = state_body_decode(&order->body, arena, &record);
    if (error == 0)
        *ret_order = &record->order;
    return error;
}

int state_plan_decode(const struct state_plan *plan, struct hv_arena *arena,
                      const struct hv_plan **ret_plan) {
    const struct hv_record *record;
    int error = state_body_decode(&plan->body, arena, &record);
    if (error == 0)
        *ret_plan = &record->plan;
    return error;
}

bool state_plan_does_something(const struct state_plan *plan, struct hv_arena *arena) {
    const struct hv_plan *body;
    return plan->move_count + plan->shipment_count > 0 ||
           (state_plan_decode(plan, arena, &body) == HV_OK &&
            body->order_change_count + body->transfer_count > 0);
}

int state_request_decode(const struct state_request *request, struct hv_arena *arena,
                         const struct hv_request **ret_request) {
    struct hv_verdict verdict;
    struct hv_report *report = NULL;
    int error = hv_report_decode(request->body.bytes, request->body.size, arena, &verdict, &report);
    if (error == 0)
        *ret_request = &report->request;
    return error;
}
