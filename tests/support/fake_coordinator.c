#include "tests/support/fake_coordinator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fake_coordinator_init(struct fake_coordinator *fake, const uint8_t *deployment) {
    *fake = (struct fake_coordinator){
        .mode = HV_MODE_EXERCISE, .term = 1, .clock = {.rate_permille = 1000}};
    memcpy(fake->deployment, deployment, HV_ID128_BYTES);
    fake->log[0] = 1;
}

void fake_coordinator_deinit(struct fake_coordinator *fake) {
    free(fake->reports);
    fake->reports = NULL;
}

static struct hv_envelope header(const struct fake_coordinator *fake,
                                 const struct hv_envelope *envelope, enum hv_body_kind kind) {
    struct hv_envelope reply = {.protocol = HV_PROTOCOL, .mode = fake->mode, .kind = kind};
    memcpy(reply.deployment, fake->deployment, HV_ID128_BYTES);
    memcpy(reply.incident, fake->incident, HV_ID128_BYTES);
    if (envelope != NULL && kind != HV_BODY_WELCOME) {
        reply.epoch = envelope->epoch;
        reply.lane = envelope->lane;
        reply.sequence = envelope->sequence;
    }
    return reply;
}

static struct hv_envelope refusal(const struct fake_coordinator *fake,
                                  const struct hv_envelope *envelope, enum hv_reason reason,
                                  bool skip) {
    struct hv_envelope reply = header(fake, envelope, HV_BODY_REFUSAL);
    reply.refusal = (struct hv_refusal){.reason = reason,
                                        .detail = "",
                                        .held = fake->held[envelope->lane],
                                        .held_epoch = fake->epoch,
                                        .skip = skip};
    return reply;
}

static struct hv_envelope welcome(struct fake_coordinator *fake, const struct hv_envelope *envelope,
                                  struct hv_arena *arena) {
    struct hv_envelope reply = header(fake, envelope, HV_BODY_WELCOME);
    struct hv_lane_head *held = hv_arena_take(arena, 2, sizeof *held);
    uint64_t known = fake->epoch; /* before this Hello */
    if (envelope->epoch > fake->epoch) {
        fake->epoch = envelope->epoch;
        memset(fake->held, 0, sizeof fake->held);
    }
    bool present = envelope->epoch == fake->epoch;
    for (int lane = 0; lane < 2; lane++)
        held[lane] = (struct hv_lane_head){.lane = (enum hv_lane)(lane + 1),
                                           .sequence = present ? fake->held[lane + 1] : 0};
    fake->greeted = present;
    reply.welcome = (struct hv_welcome){.term = fake->term,
                                        .held_count = 2,
                                        .held = held,
                                        .clock = fake->clock,
                                        .endpoint_count = fake->endpoint_count,
                                        .endpoints = fake->endpoints,
                                        .held_epoch = known};
    memcpy(reply.welcome.log, fake->log, HV_ID128_BYTES);
    return reply;
}

static uint64_t number_of(const struct hv_report *report) {
    unsigned long long number = 0;
    if (report->kind == HV_REPORT_NOTE && sscanf(report->note.text, "n-%llu", &number) == 1)
        return number;
    return 0;
}

static void keep(struct fake_coordinator *fake, const struct hv_envelope *envelope) {
    if (fake->count == fake->capacity) {
        fake->capacity = fake->capacity == 0 ? 64 : fake->capacity * 2;
        fake->reports = realloc(fake->reports, fake->capacity * sizeof *fake->reports);
        if (fake->reports == NULL)
            abort();
    }
    fake->reports[fake->count++] = (struct fake_report){.lane = envelope->lane,
                                                        .epoch = envelope->epoch,
                                                        .sequence = envelope->sequence,
                                                        .kind = envelope->report.kind,
                                                        .number = number_of(&envelope->report)};
    fake->held[envelope->lane] = envelope->sequence;
}

static bool was_something_else(const struct fake_coordinator *fake,
                               const struct hv_envelope *envelope) {
    for (size_t i = 0; i < fake->count; i++) {
        const struct fake_report *report = &fake->reports[i];
        if (report->lane == envelope->lane && report->epoch == envelope->epoch &&
            report->sequence == envelope->sequence)
            return report->kind != envelope->report.kind ||
                   report->number != number_of(&envelope->report);
    }
    return false;
}

static struct hv_envelope take_report(struct fake_coordinator *fake,
                                      const struct hv_envelope *envelope) {
    uint64_t held = fake->held[envelope->lane];
    if (envelope->epoch < fake->epoch)
        return refusal(fake, envelope, HV_REASON_EPOCH, false);
    if (!fake->greeted)
        return refusal(fake, envelope, HV_REASON_HELLO_FIRST, false);
    if (envelope->sequence > held + 1) {
        fake->gaps++;
        return refusal(fake, envelope, HV_REASON_GAP, false);
    }
    if (envelope->sequence <= held && was_something_else(fake, envelope)) {
        fake->greeted = false;
        return refusal(fake, envelope, HV_REASON_EPOCH, false);
    }
    if (envelope->sequence == held + 1 && fake->full)
        return refusal(fake, envelope, HV_REASON_NOT_STORED, false);
    fake->again += envelope->sequence <= held;
    bool refused = fake->refuse_number != 0 && number_of(&envelope->report) == fake->refuse_number;
    if (envelope->sequence == held + 1)
        keep(fake, envelope);
    if (refused)
        return refusal(fake, envelope, HV_REASON_REFERENCE, true);
    struct hv_envelope reply = header(fake, envelope, HV_BODY_ACK);
    reply.sequence = fake->held[envelope->lane];
    reply.ack = (struct hv_ack){.position = fake->count};
    return reply;
}

size_t fake_coordinator_take(struct fake_coordinator *fake, const struct hv_envelope *envelope,
                             struct hv_arena *arena, struct hv_envelope replies[FAKE_REPLIES]) {
    switch (envelope->kind) {
    case HV_BODY_HELLO:
        replies[0] = welcome(fake, envelope, arena);
        return 1;
    case HV_BODY_REPORT:
        replies[0] = take_report(fake, envelope);
        return 1;
    case HV_BODY_BEAT:
        replies[0] = header(fake, NULL, HV_BODY_BEAT);
        return 1;
    default:
        return 0;
    }
}

void fake_coordinator_restore(struct fake_coordinator *fake, size_t count) {
    fake->count = count < fake->count ? count : fake->count;
    memset(fake->held, 0, sizeof fake->held);
    fake->epoch = 0;
    for (size_t i = 0; i < fake->count; i++)
        if (fake->reports[i].epoch > fake->epoch)
            fake->epoch = fake->reports[i].epoch;
    for (size_t i = 0; i < fake->count; i++)
        if (fake->reports[i].epoch == fake->epoch)
            fake->held[fake->reports[i].lane] = fake->reports[i].sequence;
    fake->term++;
    fake->log[0]++;
    fake->greeted = false;
}

struct hv_envelope fake_coordinator_order(const struct fake_coordinator *fake,
                                          struct hv_order *order) {
    struct hv_envelope envelope = header(fake, NULL, HV_BODY_ORDERS);
    envelope.orders = (struct hv_order_set){.order_count = 1, .orders = order};
    return envelope;
}
