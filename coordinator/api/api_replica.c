#include "coordinator/api/api_replica.h"

#include "coordinator/milestones.h"
#include "schemas/codec.h"

#include <math.h>
#include <string.h>
#include <time.h>

int api_replica_load(struct api_replica *replica, struct log *log, const char *dir) {
    uint64_t from = 0, bad = 0;
    *replica = (struct api_replica){.log = log};
    hv_arena_init(&replica->arena, 0);
    return milestones_open(dir, log, &replica->state, &from, &bad);
}

/* ---- how late reports are ---- */

static void note_report(struct api_replica *replica, const struct hv_node_report *envelope) {
    const struct hv_report *report = &envelope->report;
    replica->reports++;
    if (report->kind == HV_REPORT_MOVEMENT && report->movement.kind == HV_MOVEMENT_CHECK_IN)
        replica->arrived += (uint64_t)hv_people_total(&report->movement.people);
    if (*envelope->node == '\0')
        return;
    uint64_t sent = envelope->sent_node_ms, seen = report->seen.node_ms;
    double tenths = sent > seen ? (double)(sent - seen) / 100 : 0;
    double bucket = tenths <= 1 ? 0 : ceil(4 * log2(tenths));
    replica->delays[bucket < API_REPLICA_DELAYS ? (uint32_t)bucket : API_REPLICA_DELAYS - 1]++;
}

static double point(const struct api_replica *replica, uint64_t all, double share) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < API_REPLICA_DELAYS; i++) {
        sum += replica->delays[i];
        if ((double)sum >= share * (double)all)
            return exp2(i / 4.0) / 10;
    }
    return NAN;
}

void api_replica_delays(struct api_replica *replica, double *ret_median_s, double *ret_most_s) {
    uint64_t all = 0;
    for (uint32_t i = 0; i < API_REPLICA_DELAYS; i++)
        all += replica->delays[i];
    *ret_median_s = all == 0 ? NAN : point(replica, all, 0.5);
    *ret_most_s = all == 0 ? NAN : point(replica, all, 0.9);
    memset(replica->delays, 0, sizeof replica->delays);
}

/* ---- folding ---- */

static int fold_one(void *context, const struct log_record *stored) {
    struct api_replica *replica = context;
    struct hv_verdict verdict;
    struct hv_record *record = NULL;
    hv_arena_reset(&replica->arena);
    int error = hv_record_decode(stored->bytes, stored->size, &replica->arena, &verdict, &record);
    if (error == HV_OK)
        error = state_apply(replica->state, stored->position, record);
    if (error == HV_OK && record->kind == HV_RECORD_REPORT)
        note_report(replica, &record->report);
    replica->folded += error == HV_OK;
    return error;
}

static uint64_t now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int api_replica_follow(struct api_replica *replica, uint64_t last, uint64_t records) {
    uint64_t from = state_position(replica->state) + 1, began = now_us();
    if (last < from)
        return HV_OK;
    uint64_t to = last - from >= records ? from + records - 1 : last;
    int error = log_read(replica->log, from, to, fold_one, replica, NULL);
    replica->folded_us += now_us() - began;
    return error;
}

void api_replica_free(struct api_replica *replica) {
    state_free(replica->state);
    hv_arena_deinit(&replica->arena);
    replica->state = NULL;
}
