#include "nodes/clock.h"

#include <stdio.h>
#include <string.h>

static const struct hv_clock real_time = {.rate_permille = 1000};

static uint32_t rate(const struct node_clock *clock) {
    return clock->scenario.scenario ? clock->scenario.rate_permille : 1000;
}

/* Node milliseconds since the moment that the clock is told of. */
static uint64_t passed(const struct node_clock *clock, uint64_t real_ms) {
    return real_ms <= clock->real_ms ? 0 : (real_ms - clock->real_ms) * rate(clock) / 1000;
}

void node_clock_start(struct node_clock *clock, const char *boot, uint64_t real_ms) {
    *clock = (struct node_clock){
        .real_ms = real_ms, .node_ms = NODE_CLOCK_START_MS, .scenario = real_time};
    snprintf(clock->boot, sizeof clock->boot, "%s", boot);
}

void node_clock_resume(struct node_clock *clock, const struct node_clock *mark, const char *boot,
                       uint64_t real_ms) {
    if (strcmp(mark->boot, boot) == 0 && real_ms >= mark->real_ms) {
        *clock = *mark;
        return;
    }
    struct node_clock resumed = *mark;
    snprintf(resumed.boot, sizeof resumed.boot, "%s", boot);
    resumed.real_ms = real_ms;
    resumed.node_ms = mark->node_ms + 1;
    resumed.gap_node_ms = resumed.node_ms;
    *clock = resumed;
}

uint64_t node_clock_node_ms(const struct node_clock *clock, uint64_t real_ms) {
    return clock->node_ms + passed(clock, real_ms);
}

int64_t node_clock_wall_ms(const struct node_clock *clock, uint64_t real_ms, int64_t wall_ms) {
    if (!clock->scenario.scenario)
        return wall_ms;
    return clock->scenario.start_wall_ms + (int64_t)clock->scenario.elapsed_ms +
           (int64_t)passed(clock, real_ms);
}

void node_clock_set(struct node_clock *clock, const struct hv_clock *scenario, uint64_t real_ms) {
    clock->node_ms = node_clock_node_ms(clock, real_ms);
    clock->real_ms = real_ms > clock->real_ms ? real_ms : clock->real_ms;
    clock->scenario = scenario->scenario ? *scenario : real_time;
}

struct node_clock node_clock_mark(const struct node_clock *clock, uint64_t real_ms) {
    struct node_clock mark = *clock;
    mark.node_ms = node_clock_node_ms(clock, real_ms);
    if (clock->scenario.scenario)
        mark.scenario.elapsed_ms += passed(clock, real_ms);
    mark.real_ms = real_ms > clock->real_ms ? real_ms : clock->real_ms;
    return mark;
}
