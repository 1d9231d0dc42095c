#include "schemas/model.h"

#include <string.h>

/* ---- people ---- */

int64_t hv_people_total(const struct hv_people *people) {
    int64_t total = 0;
    for (int group = 0; group < HV_AGE_COUNT; group++)
        total += people->by_age[group];
    return total;
}

static int32_t sum_within_int32(int32_t a, int32_t b, int sign) {
    int64_t sum = a + (int64_t)b * sign;
    return sum > INT32_MAX ? INT32_MAX : sum < INT32_MIN ? INT32_MIN : (int32_t)sum;
}

void hv_people_add(struct hv_people *sum, const struct hv_people *people, int sign) {
    for (int group = 0; group < HV_AGE_COUNT; group++)
        sum->by_age[group] = sum_within_int32(sum->by_age[group], people->by_age[group], sign);
    for (int overlay = 0; overlay < HV_OVERLAY_COUNT; overlay++)
        sum->overlay[overlay] =
            sum_within_int32(sum->overlay[overlay], people->overlay[overlay], sign);
    sum->pets = sum_within_int32(sum->pets, people->pets, sign);
}

/* ---- orders ---- */

struct hv_hazard_step hv_hazard_always(const struct hv_hazard_state *hazard, int64_t from_wall_ms) {
    return (struct hv_hazard_step){.from_wall_ms = from_wall_ms,
                                   .zone_count = hazard->zone_count,
                                   .zones = hazard->zones,
                                   .link_count = hazard->link_count,
                                   .links = hazard->links,
                                   .shelter_count = hazard->shelter_count,
                                   .shelters = hazard->shelters,
                                   .depot_count = hazard->depot_count,
                                   .depots = hazard->depots};
}

uint32_t hv_order_answers_from(const struct hv_order *order) {
    return order->answers_from == 0 ? order->revision : order->answers_from;
}

bool hv_order_is_open(enum hv_order_state state) {
    return state != HV_ORDER_DECLINED && state != HV_ORDER_DONE && state != HV_ORDER_FAILED &&
           state != HV_ORDER_CANCELLED && state != HV_ORDER_SUPERSEDED;
}

/* ---- words ---- */

/* The words of the enumerators first, first + 1, … */
struct words {
    unsigned first;
    unsigned count;
    const char *const *words;
};

static const char *word_of(const struct words *table, unsigned value) {
    bool known = value >= table->first && value - table->first < table->count;
    return known ? table->words[value - table->first] : "unknown";
}

static unsigned value_of(const struct words *table, const char *word) {
    for (unsigned i = 0; i < table->count; i++)
        if (strcmp(table->words[i], word) == 0)
            return table->first + i;
    return 0;
}

#define WORDS_FROM(FIRST, NAME, ENUM, ...)                                                         \
    static const char *const NAME##_list[] = {__VA_ARGS__};                                        \
    static const struct words NAME##_words = {.first = (FIRST),                                    \
                                              .count = sizeof NAME##_list / sizeof *NAME##_list,   \
                                              .words = NAME##_list};                               \
    const char *hv_##NAME##_word(enum ENUM value) {                                                \
        return word_of(&NAME##_words, (unsigned)value);                                            \
    }

/* Words of an enum whose 0 is UNKNOWN, given from 1 on; COUNT says how many there must be. */
#define WORDS(NAME, ENUM, COUNT, ...)                                                              \
    WORDS_FROM(1, NAME, ENUM, __VA_ARGS__)                                                         \
    _Static_assert(sizeof NAME##_list / sizeof *NAME##_list + 1 == (COUNT), "a word for each");

#define WORDS_BOTH_WAYS(NAME, ENUM, COUNT, ...)                                                    \
    WORDS(NAME, ENUM, COUNT, __VA_ARGS__)                                                          \
    enum ENUM hv_##NAME##_of(const char *word) {                                                   \
        return (enum ENUM)value_of(&NAME##_words, word);                                           \
    }

WORDS_BOTH_WAYS(mode, hv_mode, HV_MODE_COUNT, "live", "exercise")
WORDS(lane, hv_lane, HV_LANE_COUNT, "history", "present")
WORDS_BOTH_WAYS(role, hv_role, HV_ROLE_COUNT, "shelter", "depot")
WORDS(reason, hv_reason, HV_REASON_COUNT, "malformed", "oversize", "protocol", "type", "text",
      "range", "deployment", "incident", "mode", "epoch", "gap", "revoked", "role", "not-stored",
      "busy", "hello-first", "reference")
WORDS(age_group, hv_age_group, HV_AGE_COUNT, "infant", "child", "adult", "elderly")
WORDS_FROM(HV_OVERLAY_WHEELCHAIR, overlay, hv_overlay, "wheelchair", "medical", "pregnant",
           "other-language")
WORDS_BOTH_WAYS(movement, hv_movement_kind, HV_MOVEMENT_COUNT, "check-in", "check-out",
                "transfer-out", "transfer-in", "correction")
WORDS_BOTH_WAYS(destination, hv_destination, HV_DESTINATION_COUNT, "home", "shelter", "hospital")
WORDS_BOTH_WAYS(shelter_status, hv_shelter_status, HV_SHELTER_STATUS_COUNT, "planned", "standby",
                "opening", "open", "nearly-full", "full", "closing", "closed", "damaged")
WORDS_BOTH_WAYS(capacity_basis, hv_capacity_basis, HV_BASIS_COUNT, "area", "beds")
WORDS_BOTH_WAYS(day_part, hv_day_part, HV_PART_COUNT, "day", "night")
WORDS_BOTH_WAYS(place, hv_place, HV_PLACE_COUNT, "indoor", "outdoor")
WORDS_BOTH_WAYS(lifeline, hv_lifeline_kind, HV_LIFELINE_COUNT, "power", "generator", "water",
                "sewage", "communication", "heating", "road")
WORDS_BOTH_WAYS(lifeline_state, hv_lifeline_state, HV_LIFELINE_STATE_COUNT, "up", "limited", "down")
WORDS_BOTH_WAYS(stock_movement, hv_stock_movement_kind, HV_STOCK_MOVEMENT_COUNT, "receive", "issue",
                "ship", "loss", "expire", "adjust-up", "adjust-down", "pick", "put-back", "load",
                "write-off", "unpack")
WORDS_BOTH_WAYS(request, hv_request_kind, HV_REQUEST_KIND_COUNT, "goods", "transport", "medical",
                "staff", "repair")
WORDS_BOTH_WAYS(urgency, hv_urgency, HV_URGENCY_COUNT, "routine", "urgent", "life-saving")
WORDS_BOTH_WAYS(order, hv_order_kind, HV_ORDER_KIND_COUNT, "stand-by", "open", "close",
                "receive-people", "send-people-on", "warn-zone", "evacuate-zone", "bus-run",
                "close-road", "reverse-road", "ship", "expect-delivery", "return-goods",
                "stand-down")
WORDS_BOTH_WAYS(order_state, hv_order_state, HV_ORDER_STATE_COUNT, "issued", "stored", "seen",
                "accepted", "declined", "under-way", "partly-done", "done", "failed", "cancelled",
                "superseded")
WORDS_BOTH_WAYS(post, hv_post, HV_POST_COUNT, "node", "zone-warden", "bus-yard", "road-post",
                "place")
WORDS_BOTH_WAYS(verdict, hv_request_verdict, HV_VERDICT_COUNT, "approved", "declined", "closed")
WORDS_BOTH_WAYS(directive, hv_directive_kind, HV_DIRECTIVE_KIND_COUNT, "pin", "exclude", "reserve",
                "avoid", "priority", "limit")
WORDS(escalation, hv_escalation_reason, HV_ESCALATION_REASON_COUNT, "unanswered", "overdue")
WORDS(account_act, hv_account_act, HV_ACCOUNT_ACT_COUNT, "set", "removed")
WORDS(source, hv_source, HV_SOURCE_COUNT, "node", "operator", "import")
WORDS(actor, hv_actor, HV_ACTOR_COUNT, "node", "operator", "system", "import")
WORDS_BOTH_WAYS(phase, hv_incident_phase, HV_PHASE_COUNT, "watch", "activation", "evacuation",
                "stand-down", "demobilisation", "closed")
WORDS(plan_reason, hv_plan_reason, HV_PLAN_REASON_COUNT, "no-route", "no-places", "hazard",
      "no-stock", "pinned", "excluded", "kept", "changed", "stale", "work-limit", "not-needed",
      "reserve", "limit", "not-worth-carrying", "whole-packs", "roads-full", "too-far",
      "not-usable", "no-vehicle", "no-cold-vehicle", "vehicles-too-small", "out-of-range",
      "vehicles-busy", "road-closes", "no-bus", "no-wheelchair-bus", "buses-busy", "no-bus-route",
      "buses-not-planned")
WORDS(plan_bound, hv_plan_bound, HV_PLAN_BOUND_COUNT, "assignment", "flow")
WORDS_FROM(HV_REPORT_MOVEMENT, report, hv_report_kind, "movement", "count", "status", "capacity",
           "lifelines", "stock-count", "stock-movement", "request", "answer", "note", "snapshot")

/* The numbers of the oneof have gaps. */
static const char *const record_words[] = {
    [HV_RECORD_LOG_STARTED] = "log-started",
    [HV_RECORD_REPORT] = "report",
    [HV_RECORD_ENROLMENT] = "enrolment",
    [HV_RECORD_REVOCATION] = "revocation",
    [HV_RECORD_REGION] = "region",
    [HV_RECORD_INCIDENT] = "incident",
    [HV_RECORD_CLOCK] = "clock",
    [HV_RECORD_ROAD] = "road",
    [HV_RECORD_HAZARD] = "hazard",
    [HV_RECORD_NOTE] = "note",
    [HV_RECORD_PRESENCE] = "presence",
    [HV_RECORD_PLAN] = "plan",
    [HV_RECORD_APPROVAL] = "approval",
    [HV_RECORD_ORDER] = "order",
    [HV_RECORD_ANSWER] = "answer",
    [HV_RECORD_PROFILE] = "profile",
    [HV_RECORD_TERM] = "term",
    [HV_RECORD_ALERT] = "alert",
    [HV_RECORD_REFUSED] = "refused",
    [HV_RECORD_EPOCH] = "epoch",
    [HV_RECORD_DECISION] = "decision",
    [HV_RECORD_WAYBILL_END] = "waybill-end",
    [HV_RECORD_DIRECTIVE] = "directive",
    [HV_RECORD_ACCOUNT] = "account",
    [HV_RECORD_ESCALATION] = "escalation",
    [HV_RECORD_OWNER] = "owner",
    [HV_RECORD_HANDOVER] = "handover",
    [HV_RECORD_SWEEP] = "sweep",
};

const char *hv_record_word(enum hv_record_kind kind) {
    size_t at = (size_t)kind;
    bool known = at < sizeof record_words / sizeof *record_words && record_words[at] != NULL;
    return known ? record_words[at] : "unknown";
}
