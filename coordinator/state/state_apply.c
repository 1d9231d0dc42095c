/* One record into the state: who may speak, what the world is like, and the rest by kind. */
#include "coordinator/state/state_fold.h"

#include <sodium.h>
#include <string.h>

/* ---- the log itself ---- */

static void apply_started(struct state *state, const struct hv_log_started *started) {
    struct state_general *general = fold_general(state);
    general->started = true;
    general->mode = started->mode;
    memcpy(general->deployment, started->deployment, HV_ID128_BYTES);
    memcpy(general->log, started->log, HV_ID128_BYTES);
    fold_text(state, &general->name, started->name);
}

static void apply_term(struct state *state, const struct hv_term_change *change) {
    static const uint8_t none[HV_ID128_BYTES];
    struct state_general *general = fold_general(state);
    if (change->term > general->term)
        general->term = change->term;
    if (memcmp(change->log, none, HV_ID128_BYTES) != 0)
        memcpy(general->log, change->log, HV_ID128_BYTES);
}

static void apply_clock(struct state *state, const struct hv_record *record) {
    struct state_general *general = fold_general(state);
    general->clock = record->clock;
    general->clock_mono_ms = record->mono_ms;
}

static void apply_region(struct state *state, const struct hv_region_version *region) {
    struct state_general *general = fold_general(state);
    memcpy(general->region_hash, region->hash, HV_HASH_BYTES);
    general->region_position = state->position;
    fold_text(state, &general->region_name, region->name);
    fold_text(state, &general->region_version, region->version);
}

static void apply_profile(struct state *state, const struct hv_profile_version *profile) {
    struct state_general *general = fold_general(state);
    general->profile_position = state->position;
    fold_text(state, &general->profile_name, profile->name);
    fold_text(state, &general->profile_version, profile->version);
}

/* ---- nodes ---- */

static struct state_key *need_key(struct state *state, const uint8_t key[HV_KEY_BYTES]) {
    char id[2 * HV_KEY_BYTES + 1];
    sodium_bin2hex(id, sizeof id, key, HV_KEY_BYTES);
    return fold_need(state, STATE_KEY, id);
}

static void apply_enrolment(struct state *state, const struct hv_enrolment *enrolment) {
    struct state_place *place =
        fold_place(state, *enrolment->place != '\0' ? enrolment->place : enrolment->node);
    struct state_node *node = fold_need(state, STATE_NODE, enrolment->node);
    struct state_key *key = need_key(state, enrolment->public_key);
    if (place == NULL || node == NULL || key == NULL)
        return;
    if (node->enrolment > 0 && node->place != place->entity.index) {
        struct state_place *left = fold_touch(state, STATE_PLACE, node->place);
        if (left->node == node->entity.index)
            left->node = STATE_NONE;
    }
    place->role = enrolment->role;
    place->node = node->entity.index;
    node->role = enrolment->role;
    node->place = place->entity.index;
    node->enrolment++;
    node->key = key->entity.index;
    node->revoked = false;
    key->node = node->entity.index;
}

static void apply_revocation(struct state *state, const struct hv_revocation *revocation) {
    static const uint8_t none[HV_KEY_BYTES];
    const struct state_node *found = state_find_node(state, revocation->node);
    if (found == NULL)
        return;
    struct state_node *node = fold_touch(state, STATE_NODE, found->entity.index);
    struct state_key *key = memcmp(revocation->public_key, none, HV_KEY_BYTES) == 0
                                ? fold_touch(state, STATE_KEY, node->key)
                                : need_key(state, revocation->public_key);
    if (key == NULL)
        return;
    key->node = node->entity.index;
    key->revoked = true;
    if (key->entity.index == node->key)
        node->revoked = true;
}

static void apply_epoch(struct state *state, const struct hv_epoch_started *started) {
    const struct state_node *found = state_find_node(state, started->node);
    if (found == NULL || started->epoch <= found->epoch)
        return;
    struct state_node *node = fold_touch(state, STATE_NODE, found->entity.index);
    const struct state_place *place = state_place(state, node->place);
    bool lagged = state_books_lag(state, place);
    node->epoch = started->epoch;
    node->generation++;
    memset(node->held, 0, sizeof node->held);
    memset(node->prints, 0, sizeof node->prints);
    node->as_of = 0;
    fold_drop_staging(node);
    fold_drop_refusals(node);
    if (lagged) /* what its books wait for never comes */
        fold_book_picture(state, fold_touch(state, STATE_PLACE, node->place));
}

static void apply_presence(struct state *state, const struct hv_presence *presence) {
    const struct state_node *found = state_find_node(state, presence->node);
    if (found == NULL)
        return;
    struct state_node *node = fold_touch(state, STATE_NODE, found->entity.index);
    node->presence = presence->stale ? STATE_STALE : STATE_PRESENT;
    node->presence_position = state->position;
    node->last_heard_mono_ms = presence->last_heard_mono_ms;
}

/* ---- the world ---- */

static void forget_zones(struct state *state) {
    for (uint32_t i = 0; i < state_count(state, STATE_ZONE); i++) {
        struct state_zone *zone = fold_touch(state, STATE_ZONE, i);
        zone->checked_in = (struct hv_people){0};
        zone->households = 0;
        zone->sweep = (struct state_sweep){0};
        fold_way_forget(zone);
    }
}

/* Who has not arrived when an incident is over does not arrive any more. */
static void finish_transfers(struct state *state) {
    for (uint32_t i = 0; i < state_count(state, STATE_TRANSFER); i++) {
        if (state_transfer(state, i)->entity.finished == 0)
            fold_finish(state, fold_touch(state, STATE_TRANSFER, i), true);
    }
}

static void apply_incident(struct state *state, const struct hv_record *record) {
    const struct hv_incident_change *change = &record->incident;
    struct state_general *general = fold_general(state);
    char id[2 * HV_ID128_BYTES + 1];
    sodium_bin2hex(id, sizeof id, change->incident, HV_ID128_BYTES);
    struct state_incident *incident = fold_need(state, STATE_INCIDENT, id);
    if (incident == NULL || change->phase <= HV_PHASE_UNKNOWN || change->phase >= HV_PHASE_COUNT)
        return;
    if (incident->opened_position == 0) {
        memcpy(incident->incident, change->incident, HV_ID128_BYTES);
        incident->opened_position = state->position;
        incident->opened_wall_ms = record->wall_ms;
        fold_forget_handed_out(state);
    }
    incident->phase = change->phase;
    incident->phase_position[change->phase] = state->position;
    if (*change->name != '\0')
        fold_text(state, &incident->name, change->name);
    if (*change->hazard != '\0')
        fold_text(state, &incident->hazard, change->hazard);
    if (change->phase != HV_PHASE_CLOSED) {
        general->incident = incident->entity.index;
    } else if (general->incident == incident->entity.index) {
        general->incident = STATE_NONE;
        forget_zones(state);
        finish_transfers(state);
    }
}

static void apply_road(struct state *state, const struct hv_road_state *from) {
    struct state_road *road = fold_need(state, STATE_ROAD, from->link);
    if (road == NULL)
        return;
    road->closed = from->closed;
    road->has_capacity = from->has_capacity;
    road->capacity_permille = from->capacity_permille;
    fold_text(state, &road->reason, from->reason);
}

/* A finding from before the one that is known changes nothing. */
static void apply_sweep(struct state *state, const struct hv_record *record) {
    const struct hv_zone_sweep *from = &record->sweep;
    struct state_zone *zone = fold_need(state, STATE_ZONE, from->zone);
    int64_t seen_ms = (int64_t)record->mono_ms - (int64_t)from->age_ms;
    if (zone == NULL || (zone->sweep.position != 0 && seen_ms < zone->sweep.seen_ms))
        return;
    zone->sweep = (struct state_sweep){.position = state->position,
                                       .seen_ms = seen_ms,
                                       .left = (int64_t)from->left,
                                       .checked_in = hv_people_total(&zone->checked_in),
                                       .wall_ms = record->wall_ms - (int64_t)from->age_ms};
    fold_way_swept(zone);
}

static int64_t sooner(int64_t time_ms, int64_t after_ms, int64_t otherwise_ms) {
    return time_ms > after_ms && time_ms < otherwise_ms ? time_ms : otherwise_ms;
}

static void apply_hazard(struct state *state, const struct hv_record *record) {
    struct state_hazard *hazard = fold_need(state, STATE_HAZARD, record->hazard.hazard);
    if (hazard == NULL)
        return;
    hazard->over = record->hazard.over;
    hazard->turns_wall_ms = INT64_MAX;
    for (size_t i = 0; !hazard->over && i < record->hazard.step_count; i++) {
        const struct hv_hazard_step *step = &record->hazard.steps[i];
        hazard->turns_wall_ms = sooner(step->from_wall_ms, record->wall_ms, hazard->turns_wall_ms);
        if (step->has_until)
            hazard->turns_wall_ms =
                sooner(step->until_wall_ms, record->wall_ms, hazard->turns_wall_ms);
    }
    fold_keep_record(state, &hazard->body, record);
}

static void apply_alert(struct state *state, const struct hv_record *record) {
    struct state_alert *alert = fold_need(state, STATE_ALERT, record->alert.id);
    if (alert == NULL)
        return;
    alert->cancelled = record->alert.cancelled;
    fold_keep_record(state, &alert->body, record);
}

static void apply_directive(struct state *state, const struct hv_record *record) {
    struct state_directive *directive = fold_need(state, STATE_DIRECTIVE, record->directive.id);
    if (directive == NULL)
        return;
    directive->lifted = record->directive.lifted;
    fold_keep_record(state, &directive->body, record);
}

static void apply_note(struct state *state, const struct hv_record *record) {
    const struct state_place *place = state_find_place(state, record->note.subject);
    fold_note(state, record, place == NULL ? STATE_NONE : place->entity.index);
}

/* What was decided under a client's key; a command of several records has it on each. */
static void apply_write(struct state *state, const struct hv_record *record) {
    char id[STATE_ID_BYTES];
    bool new;
    state_write_id(record->name, record->origin.key, id);
    struct state_write *write = fold_need_new(state, STATE_WRITE, id, &new);
    if (write == NULL)
        return;
    if (new) {
        write->first = state->position;
        write->fingerprint = record->origin.fingerprint;
        fold_finish(state, write, true);
    }
    write->last = state->position;
    if (record->kind == HV_RECORD_PLAN)
        write->plan = record->plan.id;
    if (record->kind == HV_RECORD_ORDER && write->order == 0)
        write->order = record->order.id;
}

static void apply_owner(struct state *state, const struct hv_record *record) {
    char id[STATE_ID_BYTES];
    bool new;
    state_owner_id(record->owner.thing, id);
    struct state_owner *owner = fold_need_new(state, STATE_OWNER, id, &new);
    if (owner == NULL)
        return;
    if (new)
        fold_finish(state, owner, true);
    fold_text(state, &owner->owner, record->owner.owner);
    fold_text(state, &owner->note, record->owner.note);
    owner->mono_ms = record->mono_ms;
}

static void apply_handover(struct state *state, const struct hv_record *record) {
    struct state_general *general = fold_general(state);
    general->handover_position = state->position;
    general->handover_wall_ms = record->wall_ms;
}

static void apply_waybill_end(struct state *state, const struct hv_waybill_end *end) {
    struct state_waybill *waybill = fold_waybill(state, end->waybill, STATE_NONE);
    if (waybill != NULL)
        fold_waybill_close(state, waybill, end->reason);
}

/* ---- by kind ---- */

static void apply_body(struct state *state, const struct hv_record *record) {
    switch (record->kind) {
    case HV_RECORD_NONE:
        break;
    case HV_RECORD_LOG_STARTED:
        apply_started(state, &record->started);
        break;
    case HV_RECORD_REPORT:
        fold_report(state, record);
        break;
    case HV_RECORD_ENROLMENT:
        apply_enrolment(state, &record->enrolment);
        break;
    case HV_RECORD_REVOCATION:
        apply_revocation(state, &record->revocation);
        break;
    case HV_RECORD_REGION:
        apply_region(state, &record->region);
        break;
    case HV_RECORD_INCIDENT:
        apply_incident(state, record);
        break;
    case HV_RECORD_CLOCK:
        apply_clock(state, record);
        break;
    case HV_RECORD_ROAD:
        apply_road(state, &record->road);
        break;
    case HV_RECORD_HAZARD:
        apply_hazard(state, record);
        break;
    case HV_RECORD_NOTE:
        apply_note(state, record);
        break;
    case HV_RECORD_PRESENCE:
        apply_presence(state, &record->presence);
        break;
    case HV_RECORD_PLAN:
        fold_plan(state, record);
        break;
    case HV_RECORD_APPROVAL:
        fold_approval(state, &record->approval);
        break;
    case HV_RECORD_ORDER:
        fold_order(state, record);
        break;
    case HV_RECORD_ANSWER:
        fold_answer(state, record, &record->answer);
        break;
    case HV_RECORD_PROFILE:
        apply_profile(state, &record->profile);
        break;
    case HV_RECORD_TERM:
        apply_term(state, &record->term);
        break;
    case HV_RECORD_ALERT:
        apply_alert(state, record);
        break;
    case HV_RECORD_REFUSED:
        fold_refused(state, &record->refused);
        break;
    case HV_RECORD_EPOCH:
        apply_epoch(state, &record->epoch);
        break;
    case HV_RECORD_DIRECTIVE:
        apply_directive(state, record);
        break;
    case HV_RECORD_ACCOUNT: /* the file of accounts is elsewhere: this only says that it changed */
        break;
    case HV_RECORD_DECISION:
        fold_decision(state, &record->decision);
        break;
    case HV_RECORD_ESCALATION:
        fold_escalation(state, record);
        break;
    case HV_RECORD_OWNER:
        apply_owner(state, record);
        break;
    case HV_RECORD_HANDOVER:
        apply_handover(state, record);
        break;
    case HV_RECORD_SWEEP:
        apply_sweep(state, record);
        break;
    case HV_RECORD_WAYBILL_END:
        apply_waybill_end(state, &record->waybill_end);
        break;
    }
}

int state_apply(struct state *state, uint64_t position, const struct hv_record *record) {
    struct state_general *general = fold_general(state);
    if (position != general->position + 1)
        return HV_ERR_STATE;
    state->position = position;
    general = fold_touch(state, STATE_GENERAL, 0);
    general->position = position;
    general->mono_ms = record->mono_ms;
    general->wall_ms = record->wall_ms;
    if ((unsigned)record->kind < sizeof general->record_count / sizeof *general->record_count)
        general->record_count[record->kind]++;
    apply_body(state, record);
    if (record->origin.key != NULL && *record->origin.key != '\0')
        apply_write(state, record);
    return state->out_of_memory ? HV_ERR_MEMORY : 0;
}
