#include "simulations/simulated/parts.h"

#include <inttypes.h>
#include <string.h>

size_t sim_find_node(const struct sim *sim, const char *id) {
    for (size_t i = 0; i < sim->node_count; i++)
        if (strcmp(sim->nodes[i].id, id) == 0)
            return i;
    return sim->node_count;
}

/* Sequence n + 1 after n within an epoch; a higher epoch begins anew; nothing else may be stored.
 */
static void hold(struct sim *sim, const char *id, uint64_t epoch, enum hv_lane lane,
                 uint64_t sequence) {
    size_t number = sim_find_node(sim, id);
    if (number == sim->node_count) {
        sim_break(sim, "the log holds a report of %s, which was never enrolled", id);
        return;
    }
    struct sim_held *held = &sim->ledger.nodes[number];
    if (epoch > held->epoch)
        *held = (struct sim_held){.epoch = epoch};
    if (epoch != held->epoch || sequence != held->held[lane] + 1)
        sim_break(sim,
                  "%s, epoch %" PRIu64 ", %s: sequence %" PRIu64 " stored after epoch %" PRIu64
                  ", sequence %" PRIu64,
                  id, epoch, hv_lane_word(lane), sequence, held->epoch, held->held[lane]);
    held->held[lane] = sequence;
}

static int take_record(struct sim *sim, const uint8_t *bytes, size_t size) {
    struct hv_verdict verdict;
    struct hv_record *record = NULL;
    int error = hv_record_decode(bytes, size, &sim->ledger.arena, &verdict, &record);
    if (error == HV_ERR_MEMORY)
        return error;
    if (error != 0)
        sim_break(sim, "a stored record cannot be decoded: %s", verdict.detail);
    else if (record->kind == HV_RECORD_REPORT && record->report.lane != HV_LANE_UNKNOWN)
        hold(sim, record->report.node, record->report.epoch, record->report.lane,
             record->report.sequence);
    else if (record->kind == HV_RECORD_REFUSED)
        hold(sim, record->refused.node, record->refused.epoch, record->refused.lane,
             record->refused.sequence);
    hv_arena_reset(&sim->ledger.arena);
    return 0;
}

int ledger_append(struct sim *sim, const struct log_entry *entries, size_t count) {
    int error = 0;
    for (size_t i = 0; error == 0 && i < count; i++)
        error = take_record(sim, entries[i].bytes, entries[i].size);
    return error;
}

static int visit(void *context, const struct log_record *record) {
    return take_record(context, record->bytes, record->size);
}

int ledger_reread(struct sim *sim, struct log *log) {
    uint64_t bad = 0;
    memset(sim->ledger.nodes, 0, sizeof sim->ledger.nodes);
    return log_read(log, 1, log_last(log), visit, sim, &bad);
}

void ledger_check_ack(struct sim *sim, size_t node, uint64_t epoch, enum hv_lane lane,
                      uint64_t sequence) {
    const struct sim_held *held = &sim->ledger.nodes[node];
    if (lane >= HV_LANE_COUNT || epoch > held->epoch ||
        (epoch == held->epoch && sequence > held->held[lane]))
        sim_break(sim,
                  "%s, epoch %" PRIu64 ", %s: sequence %" PRIu64
                  " is acknowledged, but the durable log ends at %" PRIu64,
                  sim->nodes[node].id, epoch, hv_lane_word(lane), sequence,
                  lane < HV_LANE_COUNT ? held->held[lane] : 0);
}
