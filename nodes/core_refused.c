/* Reports that the coordinator will never take: marked once, whenever it says so.
 *
 * The word may come late (after an acknowledgement of later reports, or repeated after a Welcome)
 * because the first one was lost with the connection; and it may be taken back by a log that was
 * restored from before it. */
#include "nodes/core_internal.h"

static bool is_known(const struct core_refusals *refusals, int lane, uint64_t index) {
    for (size_t i = 0; i < NODE_REFUSALS_KNOWN; i++) {
        if (refusals->items[i].index == index && refusals->items[i].lane == lane)
            return true;
    }
    return false;
}

static void remember(struct node_core *core, int lane, uint64_t index) {
    struct core_refusals *refusals = &core->refusals;
    refusals->items[refusals->next].index = index;
    refusals->items[refusals->next].lane = lane;
    refusals->next = (refusals->next + 1) % NODE_REFUSALS_KNOWN;
    core->refused++;
}

void node_core_restore_refused(struct node_core *core, enum hv_lane lane, uint64_t index) {
    remember(core, core_lane_number(lane), index);
}

void core_mark_refused(struct turn *turn, int lane, uint64_t index,
                       const struct hv_refusal *refusal) {
    struct node_core *core = turn->core;
    const struct core_lane *at = &core->lanes[lane];
    if (index < at->first || is_known(&core->refusals, lane, index))
        return; /* pruned, or heard before */
    struct node_write *write = turn_write(turn, NODE_WRITE_REFUSED);
    write->refused = (struct node_refused){.lane = (enum hv_lane)(lane + 1),
                                           .index = index,
                                           .reason = refusal->reason,
                                           .detail = refusal->detail};
    remember(core, lane, index);
}

void core_unmark_refused(struct turn *turn, int lane, uint64_t held) {
    struct core_refusals *refusals = &turn->core->refusals;
    for (size_t i = 0; i < NODE_REFUSALS_KNOWN; i++) {
        if (refusals->items[i].index <= held || refusals->items[i].lane != lane)
            continue;
        struct node_write *write = turn_write(turn, NODE_WRITE_REFUSED);
        write->refused = (struct node_refused){
            .lane = (enum hv_lane)(lane + 1), .index = refusals->items[i].index, .detail = ""};
        refusals->items[i].index = 0;
        turn->core->refused--;
    }
}
