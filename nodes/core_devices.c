/* Devices that staff enter from: an entry sent again has its effect once.
 *
 * The table lives in the outbox, written in one batch with the report that an entry became, so
 * that after a crash both are there or neither is. A device that is not in the table was never
 * here or gave way to others: what it sends is refused, never taken twice. */
#include "nodes/core_internal.h"

static struct node_device *find(const struct node_core *core, uint64_t id) {
    for (size_t i = 0; i < core->device_count; i++)
        if (core->devices[i].id == id)
            return &core->devices[i];
    return NULL;
}

static struct node_device *unused_longest(const struct node_core *core) {
    struct node_device *oldest = &core->devices[0];
    for (size_t i = 1; i < core->device_count; i++)
        if (core->devices[i].used_node_ms < oldest->used_node_ms)
            oldest = &core->devices[i];
    return oldest;
}

static void write_device(struct turn *turn, enum node_write_kind kind,
                         const struct node_device *device) {
    turn_write(turn, kind)->device = *device;
}

static struct node_device *place_for(struct turn *turn) {
    struct node_core *core = turn->core;
    if (core->device_count < NODE_DEVICES_MAX)
        return &core->devices[core->device_count++];
    struct node_device *gives_way = unused_longest(core);
    write_device(turn, NODE_WRITE_FORGET_DEVICE, gives_way);
    return gives_way;
}

void core_device_new(struct turn *turn, uint64_t id) {
    struct node_device *device = find(turn->core, id);
    if (device == NULL)
        device = place_for(turn);
    *device = (struct node_device){.id = id, .used_node_ms = core_node_ms(turn)};
    write_device(turn, NODE_WRITE_DEVICE, device);
}

enum core_device_verdict core_device_judge(const struct turn *turn) {
    const struct node_once *once = &turn->once;
    if (once->device == 0)
        return DEVICE_ENTRY_NEW;
    const struct node_device *device = find(turn->core, once->device);
    if (device == NULL)
        return DEVICE_UNKNOWN;
    if (node_core_has_taken(turn->core, *once))
        return DEVICE_ENTRY_TAKEN;
    bool is_old = once->number + NODE_DEVICE_WINDOW <= device->highest;
    return is_old ? DEVICE_ENTRY_OLD : DEVICE_ENTRY_NEW;
}

void core_device_took(struct turn *turn) {
    const struct node_once *once = &turn->once;
    struct node_device *device = once->device == 0 ? NULL : find(turn->core, once->device);
    if (device == NULL)
        return;
    if (once->number > device->highest) {
        uint64_t step = once->number - device->highest;
        device->taken = (step < NODE_DEVICE_WINDOW ? device->taken << step : 0) | 1;
        device->highest = once->number;
    } else {
        device->taken |= UINT64_C(1) << (device->highest - once->number);
    }
    device->used_node_ms = core_node_ms(turn);
    write_device(turn, NODE_WRITE_DEVICE, device);
}

void node_core_restore_device(struct node_core *core, const struct node_device *device) {
    if (core->device_count < NODE_DEVICES_MAX)
        core->devices[core->device_count++] = *device;
}

bool node_core_has_taken(const struct node_core *core, struct node_once once) {
    const struct node_device *device = find(core, once.device);
    if (once.device == 0 || device == NULL || once.number > device->highest)
        return false;
    uint64_t behind = device->highest - once.number;
    return behind < NODE_DEVICE_WINDOW && (device->taken >> behind & 1) != 0;
}

const struct node_device *node_core_device(const struct node_core *core, uint64_t id) {
    return find(core, id);
}

uint64_t node_core_undoable(const struct node_core *core, uint64_t device) {
    bool is_last = device != 0 && core->last_movement.device == device &&
                   core->present.last.kind != HV_MOVEMENT_UNKNOWN;
    return is_last ? core->last_movement.number : 0;
}
