#include "coordinator/ledger_check.h"

#include "schemas/codec.h"

struct checking {
    struct ledger_verify *verify;
    struct state *state;
    struct hv_arena arena;
    uint64_t every, to;
};

static int check_one(void *context, const struct log_record *stored) {
    struct checking *checking = context;
    struct hv_verdict verdict;
    struct hv_record *record = NULL;
    hv_arena_reset(&checking->arena);
    int error = hv_record_decode(stored->bytes, stored->size, &checking->arena, &verdict, &record);
    if (error != HV_OK)
        return error == HV_ERR_MEMORY ? error : HV_ERR_CORRUPT;
    error = state_apply(checking->state, stored->position, record);
    if (error == HV_OK)
        error = ledger_verify_record(checking->verify, record);
    bool due = stored->position % checking->every == 0 || stored->position == checking->to;
    return error == HV_OK && due ? ledger_verify_compare(checking->verify, checking->state) : error;
}

int ledger_check(struct log *log, uint64_t to, struct ledger_checked *ret_checked,
                 uint64_t *ret_bad) {
    struct checking checking = {.verify = ledger_verify_new(), .state = state_new(), .to = to};
    uint64_t last = log_last(log);
    if (to == 0 || to > last)
        checking.to = last;
    checking.every = checking.to / LEDGER_CHECK_TIMES + 1;
    hv_arena_init(&checking.arena, 0);
    int error = checking.verify == NULL || checking.state == NULL
                    ? HV_ERR_MEMORY
                    : log_read(log, 1, checking.to, check_one, &checking, ret_bad);
    hv_arena_deinit(&checking.arena);
    state_free(checking.state);
    if (error != HV_OK) {
        ledger_verify_free(checking.verify);
        return error;
    }
    *ret_checked = (struct ledger_checked){.verify = checking.verify, .position = checking.to};
    return HV_OK;
}
