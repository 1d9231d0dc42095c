/* Commands wait in a line and are carried out one at a time, each on the state that the one before
 * has left. */
#include "coordinator/core_inside.h"

#include <stdlib.h>
#include <string.h>

/* ---- the line ---- */

struct gathering {
    uint8_t *bytes;
    size_t size, room;
};

static int gather(struct core *core, struct gathering *gathering, const struct hv_record *record) {
    size_t size = 0;
    int error = HV_ERR_LIMIT;
    for (size_t room = 4096; error == HV_ERR_LIMIT && room <= HV_RECORD_BYTES_MAX; room *= 4) {
        size_t need = gathering->size + sizeof(uint32_t) + room;
        if (need > gathering->room) {
            uint8_t *bytes = realloc(gathering->bytes, need * 2);
            if (bytes == NULL)
                return HV_ERR_MEMORY;
            gathering->bytes = bytes;
            gathering->room = need * 2;
        }
        hv_arena_reset(&core->scratch);
        error = hv_record_encode(record, &core->scratch,
                                 gathering->bytes + gathering->size + sizeof(uint32_t),
                                 gathering->room - gathering->size - sizeof(uint32_t), &size);
    }
    if (error != 0)
        return error;
    uint32_t prefix = (uint32_t)size;
    memcpy(gathering->bytes + gathering->size, &prefix, sizeof prefix);
    gathering->size += sizeof prefix + size;
    return 0;
}

/* A copy of the record as it will be encoded: version and clocks are the core's, and the plainest
 * value stands in for what is filled in later. */
static struct hv_record prepared(const struct hv_record *record, uint64_t *new_orders) {
    struct hv_record copy = *record;
    copy.version = HV_RECORD_VERSION;
    if (copy.name == NULL)
        copy.name = "";
    if (copy.kind == HV_RECORD_ORDER && copy.order.id == 0)
        copy.order.id = CORE_NEW(*new_orders);
    if (copy.kind == HV_RECORD_ORDER && copy.order.id >= CORE_NEW(0))
        ++*new_orders;
    if (copy.kind == HV_RECORD_ORDER && copy.order.revision == 0)
        copy.order.revision = 1;
    if (copy.kind == HV_RECORD_ORDER) /* whoever decides something wants an answer to it */
        copy.order.answers_from = 0;
    if (copy.kind == HV_RECORD_PLAN && copy.plan.id == 0)
        copy.plan.id = CORE_NEW(0);
    return copy;
}

static int line_up(struct core *core, const struct core_command *command) {
    struct gathering gathering = {0};
    uint64_t new_orders = 0;
    int error = command->record_count == 0 || command->record_count > HV_COMMAND_RECORDS_MAX
                    ? HV_ERR_LIMIT
                    : 0;
    for (size_t i = 0; error == 0 && i < command->record_count; i++) {
        struct hv_record copy = prepared(&command->records[i], &new_orders);
        error = gather(core, &gathering, &copy);
    }
    struct waiting_command *waiting = error != 0 ? NULL : malloc(sizeof *waiting + gathering.size);
    if (error == 0 && waiting == NULL)
        error = HV_ERR_MEMORY;
    if (error == 0) {
        *waiting = (struct waiting_command){.token = command->token,
                                            .count = (uint32_t)command->record_count,
                                            .size = gathering.size};
        memcpy(waiting->bytes, gathering.bytes, gathering.size);
        *core->last_waiting = waiting;
        core->last_waiting = &waiting->next;
    }
    free(gathering.bytes);
    return error;
}

static struct waiting_command *take_first(struct core *core) {
    struct waiting_command *first = core->first_waiting;
    core->first_waiting = first->next;
    if (core->first_waiting == NULL)
        core->last_waiting = &core->first_waiting;
    return first;
}

/* ---- carrying out ---- */

static int decode_next(struct batch *batch, const struct waiting_command *command, size_t *at,
                       struct hv_verdict *ret_verdict, struct hv_record **ret_record) {
    uint32_t size;
    memcpy(&size, command->bytes + *at, sizeof size);
    *at += sizeof size;
    int error =
        hv_record_decode(command->bytes + *at, size, &batch->arena, ret_verdict, ret_record);
    *at += size;
    return error;
}

static struct command_context context_of(const struct core *core, struct hv_arena *arena) {
    return (struct command_context){.arena = arena,
                                    .first = core_next_position(core),
                                    .next_order = core_next_order(core),
                                    .next_plan = core_next_plan(core)};
}

/* Takes back what a command has put into the batch so far. */
static void withdraw(struct batch *batch, size_t count, size_t size) {
    batch->count = count;
    batch->size = size;
}

static int carry_out(struct core *core, const struct waiting_command *command,
                     struct hv_verdict *ret_verdict) {
    struct batch *batch = core_batch_open(core, command->count);
    if (batch == NULL)
        return HV_ERR_BUSY;
    struct command_context context = context_of(core, &batch->arena);
    size_t count = batch->count, size = batch->size, at = 0;
    int error = 0;
    for (uint32_t i = 0; error == 0 && i < command->count; i++) {
        struct hv_record *record = NULL;
        error = decode_next(batch, command, &at, ret_verdict, &record);
        if (error != 0)
            break;
        record->wall_ms = core_now_wall(core);
        record->mono_ms = core_now_mono(core);
        error = core_rule(core, &context, record, ret_verdict);
        if (error == 0)
            (void)core_batch_add(core, batch, record, &error);
    }
    if (error != 0) {
        withdraw(batch, count, size);
        return error;
    }
    struct pending *last = &batch->list[batch->count - 1];
    last->answer = ANSWER_REPLY;
    last->token = command->token;
    last->records = command->count;
    core->command_in_flight = true;
    return 0;
}

void core_commands_go_on(struct core *core) {
    while (core->first_waiting != NULL && !core->command_in_flight && !core->out_of_memory &&
           core->tellings_pending == 0) {
        struct waiting_command *command = take_first(core);
        struct hv_verdict verdict = {0};
        int error = carry_out(core, command, &verdict);
        if (error != 0)
            core_reply(core, command->token, error, &verdict, 0, 0);
        free(command);
    }
}

void core_commands_fail(struct core *core, int error) {
    while (core->first_waiting != NULL) {
        struct waiting_command *command = take_first(core);
        core_reply(core, command->token, error, NULL, 0, 0);
        free(command);
    }
}

/* What the command says that the model forbids, in words. */
static struct hv_verdict why(const struct core_command *command) {
    struct hv_verdict verdict = {.reason = HV_REASON_RANGE,
                                 .detail = "a record of this command is not valid"};
    uint64_t new_orders = 0;
    for (size_t i = 0; i < command->record_count; i++) {
        struct hv_record record = prepared(&command->records[i], &new_orders);
        struct hv_verdict found = hv_record_check(&record);
        if (found.reason != HV_REASON_UNKNOWN)
            return found;
    }
    return verdict;
}

void core_command(struct core *core, const struct core_command *command) {
    int error = line_up(core, command);
    if (error == HV_ERR_MEMORY) {
        core->out_of_memory = true;
    } else if (error != 0) {
        struct hv_verdict verdict = why(command);
        core_reply(core, command->token, error, &verdict, 0, 0);
    } else {
        core_commands_go_on(core);
    }
}
