/* The log clock: monotonic, goes on from the last record after a restart, at the scenario's rate.
 */
#include "coordinator/core_inside.h"

#include <inttypes.h>

enum { MOVED_MS = 2000 }; /* at once; a clock that is slowly brought right is none of it */

static uint64_t rate_permille(const struct core *core) {
    const struct hv_clock *clock = &state_general(core->state)->clock;
    return clock->scenario ? clock->rate_permille : 1000;
}

uint64_t core_mono_ms(const struct core *core, uint64_t real_ms) {
    uint64_t passed = real_ms > core->base_real ? real_ms - core->base_real : 0;
    return core->base_mono + passed * rate_permille(core) / 1000;
}

int64_t core_wall_ms(const struct core *core, uint64_t real_ms, int64_t wall_ms) {
    const struct state_general *general = state_general(core->state);
    if (!general->clock.scenario)
        return wall_ms;
    uint64_t since = core_mono_ms(core, real_ms) - general->clock_mono_ms;
    return general->clock.start_wall_ms + (int64_t)(general->clock.elapsed_ms + since);
}

uint64_t core_now_mono(const struct core *core) {
    return core_mono_ms(core, core->real_ms);
}

int64_t core_now_wall(const struct core *core) {
    return core_wall_ms(core, core->real_ms, core->machine_wall_ms);
}

/* From this moment on the clock runs at the rate that the state has now. */
void core_clock_rebase(struct core *core, uint64_t mono_ms) {
    core->base_mono = mono_ms;
    core->base_real = core->real_ms;
}

void core_watch_wall(struct core *core) {
    const int64_t ahead_ms = core->machine_wall_ms - (int64_t)core->real_ms;
    const int64_t moved_ms = ahead_ms - core->wall_ahead_ms;
    core->wall_ahead_ms = ahead_ms;
    if (moved_ms > -MOVED_MS && moved_ms < MOVED_MS)
        return;
    core_event_line(core, true,
                    "event=clock-set by_s=%" PRId64 " text=\"the machine's clock was set: who and "
                    "what is due or overdue, and when hazards come, follows it; ages do not\"",
                    moved_ms / 1000);
}

struct hv_clock core_clock_now(const struct core *core) {
    const struct state_general *general = state_general(core->state);
    struct hv_clock clock = general->clock;
    if (!clock.scenario)
        return (struct hv_clock){.rate_permille = 1000};
    clock.elapsed_ms += core_now_mono(core) - general->clock_mono_ms;
    return clock;
}
