/* Whatever the line, the disk, the program and the coordinator's backups do: every report that the
 * staff was told is stored arrives exactly once and in order, and nothing arrives that was not
 * entered. */
#include "tests/support/chance.h"
#include "tests/support/node_bench.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static void trouble(struct node_bench *bench, struct chance *chance) {
    struct bench_queue *queue =
        chance_below(chance, 2) == 0 ? &bench->to_coordinator : &bench->to_node;
    switch (chance_below(chance, 9)) {
    case 0: /* lost */
        if (queue->count > 0)
            bench_drop(queue, chance_below(chance, (uint32_t)queue->count));
        break;
    case 1: /* out of order */
        if (queue->count > 1) {
            struct bench_frame first = queue->frames[0];
            size_t other = 1 + chance_below(chance, (uint32_t)queue->count - 1);
            queue->frames[0] = queue->frames[other];
            queue->frames[other] = first;
        }
        break;
    case 2: /* the line breaks */
        if (bench->core != NULL && bench->connected) {
            bench_break(bench);
            bench_step(bench, (struct node_event){.kind = NODE_EVENT_LINK_DOWN});
        }
        break;
    case 3:
        bench->reachable = chance_below(chance, 3) > 0;
        break;
    case 4: /* killed between two effects */
        bench->crash_in = 1 + chance_below(chance, 12);
        break;
    case 5: /* power cut with a batch */
        outbox_memory_fail_at(bench->outbox, 1 + chance_below(chance, 4),
                              chance_below(chance, 2) == 0);
        break;
    case 6: /* the node's disk */
        outbox_memory_set_capacity(bench->outbox, chance_below(chance, 3) == 0 ? 1 : 1u << 30);
        break;
    case 7: /* the coordinator's */
        bench->fake.full = chance_below(chance, 3) == 0;
        break;
    case 8: /* a restore from a backup */
        if (chance_below(chance, 8) == 0 && bench->fake.count > 0) {
            bench_break(bench);
            fake_coordinator_restore(&bench->fake,
                                     bench->fake.count -
                                         chance_below(chance, (uint32_t)bench->fake.count));
            bench_step(bench, (struct node_event){.kind = NODE_EVENT_LINK_DOWN});
        }
        break;
    }
}

static void go_on(struct node_bench *bench, struct chance *chance, uint64_t *number) {
    if (bench->core == NULL) {
        if (chance_below(chance, 4) == 0)
            bench_reboot(bench);
        else
            bench_start(bench);
        return;
    }
    switch (chance_below(chance, 6)) {
    case 0:
        if (*number + 1 < BENCH_TOKENS)
            bench_note(bench, ++*number);
        break;
    case 1:
        bench_deliver_to_coordinator(bench);
        break;
    case 2:
        bench_deliver_to_node(bench);
        break;
    default:
        bench_run(bench, chance_below(chance, 4) == 0 ? chance_below(chance, 20000) : 50);
        break;
    }
}

static void heal(struct node_bench *bench) {
    outbox_memory_set_capacity(bench->outbox, 1u << 30);
    outbox_memory_fail_at(bench->outbox, 0, false);
    bench->crash_in = 0;
    bench->fake.full = false;
    bench->reachable = true;
    if (bench->core == NULL)
        bench_start(bench);
    bench_run(bench, 600000);
}

static void check(const struct node_bench *bench, uint64_t last, uint64_t seed) {
    uint64_t before = 0;
    bool *arrived = calloc(BENCH_TOKENS, sizeof *arrived);
    for (size_t i = 0; i < bench->fake.count; i++) {
        uint64_t number = bench->fake.reports[i].number;
        if (bench->fake.reports[i].lane != HV_LANE_HISTORY || number == 0)
            continue;
        cr_assert_leq(number, last);
        cr_assert_gt(number, before, "seed %llu: %llu after %llu", (unsigned long long)seed,
                     (unsigned long long)number, (unsigned long long)before);
        before = number;
        arrived[number] = true;
    }
    for (uint64_t number = 1; number <= last; number++)
        cr_assert(!bench->replied[number] || arrived[number],
                  "seed %llu: %llu was told stored and never arrived", (unsigned long long)seed,
                  (unsigned long long)number);
    free(arrived);
}

static void play(uint64_t seed) {
    struct node_bench *bench = malloc(sizeof *bench);
    struct chance chance = {seed};
    uint64_t number = 0;
    bench_init(bench, seed);
    bench->reachable = true;
    for (int i = 0; i < 400; i++) {
        if (chance_below(&chance, 5) == 0)
            trouble(bench, &chance);
        go_on(bench, &chance, &number);
    }
    heal(bench);
    struct node_status status = bench_status(bench);
    cr_assert_eq(status.lanes[NODE_HISTORY].waiting, 0, "seed %llu: %llu wait, link %d %s",
                 (unsigned long long)seed, (unsigned long long)status.lanes[NODE_HISTORY].waiting,
                 (int)status.link, status.trouble);
    check(bench, number, seed);
    bench_deinit(bench);
    free(bench);
}

Test(node_property, every_report_arrives_once_and_in_order) {
    for (uint64_t seed = 1; seed <= (SANITIZED ? 250 : 1500); seed++)
        play(seed);
}
