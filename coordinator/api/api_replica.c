#include "coordinator/api/api_replica.h"

#include "coordinator/founding.h"
#include "schemas/codec.h"

#include <time.h>

int api_replica_load(struct api_replica *replica, struct log *log, const char *checkpoint) {
    uint64_t from = 0, bad = 0;
    *replica = (struct api_replica){.log = log};
    hv_arena_init(&replica->arena, 0);
    return founding_fold(log, checkpoint, &replica->state, &from, &bad);
}

static int fold_one(void *context, const struct log_record *stored) {
    struct api_replica *replica = context;
    struct hv_verdict verdict;
    struct hv_record *record = NULL;
    hv_arena_reset(&replica->arena);
    int error = hv_record_decode(stored->bytes, stored->size, &replica->arena, &verdict, &record);
    if (error == HV_OK)
        error = state_apply(replica->state, stored->position, record);
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
