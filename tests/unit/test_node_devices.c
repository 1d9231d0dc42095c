/* What a page sends twice is taken once, whatever happens to the node in between. */
#include "tests/support/chance.h"
#include "tests/support/node_bench.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static struct node_bench *bench;

static void set_up(void) {
    bench = malloc(sizeof *bench);
    bench_init(bench, 42);
}

static void tear_down(void) {
    bench_deinit(bench);
    free(bench);
}

TestSuite(node_devices, .init = set_up, .fini = tear_down);

static void new_device(uint64_t id) {
    bench_step(bench, (struct node_event){.kind = NODE_EVENT_DEVICE,
                                          .device = {.token = BENCH_TOKENS, .id = id}});
}

/* Checks one adult in; what the page hears is in last_reply, TIMEOUT where it hears nothing. */
static int enter(uint64_t device, uint64_t number) {
    struct hv_report report = {.source = HV_SOURCE_NODE, .subject = "", .kind = HV_REPORT_MOVEMENT};
    report.movement = (struct hv_movement){
        .kind = HV_MOVEMENT_CHECK_IN, .zone = "", .shelter = "", .transfer = ""};
    report.movement.people.by_age[HV_AGE_ADULT] = 1;
    struct node_event event = {.kind = NODE_EVENT_REPORT, .once = {device, number}};
    event.report.token = BENCH_TOKENS;
    event.report.report = &report;
    bench->last_reply = (struct node_reply){.error = HV_ERR_TIMEOUT};
    bench_step(bench, event);
    return bench->last_reply.error;
}

static int64_t people(void) {
    return hv_people_total(&node_core_present(bench->core)->people);
}

Test(node_devices, an_entry_sent_twice_is_taken_once) {
    new_device(7);
    cr_assert_eq(bench->last_reply.device, 7);
    cr_assert_eq(enter(7, 1), HV_OK);
    cr_assert_not(bench->last_reply.repeated);
    cr_assert_eq(enter(7, 1), HV_OK);
    cr_assert(bench->last_reply.repeated);
    cr_assert_eq(people(), 1);
}

Test(node_devices, a_repeat_that_shares_a_batch_with_the_first_is_answered_after_the_sync) {
    new_device(7);
    outbox_memory_set_capacity(bench->outbox, 1);
    cr_assert_eq(enter(7, 1), HV_ERR_FULL, "nothing was stored");
    outbox_memory_set_capacity(bench->outbox, 1u << 30);
    cr_assert_eq(enter(7, 1), HV_OK);
    cr_assert_not(bench->last_reply.repeated, "it had not been stored");
    cr_assert_eq(people(), 1);
}

Test(node_devices, entries_may_come_out_of_order) {
    new_device(7);
    cr_assert_eq(enter(7, 3), HV_OK);
    cr_assert_eq(enter(7, 1), HV_OK);
    cr_assert_not(bench->last_reply.repeated);
    cr_assert_eq(enter(7, 3), HV_OK);
    cr_assert(bench->last_reply.repeated);
    cr_assert_eq(enter(7, 2), HV_OK);
    cr_assert_eq(people(), 3);
}

Test(node_devices, what_is_too_old_to_tell_is_refused) {
    new_device(7);
    cr_assert_eq(enter(7, NODE_DEVICE_WINDOW + 1), HV_OK);
    cr_assert_eq(enter(7, 2), HV_OK, "the last one that can be told");
    cr_assert_eq(enter(7, 1), HV_ERR_STATE);
    cr_assert_eq(enter(7, UINT64_C(1) << 53), HV_OK, "a leap");
    cr_assert_eq(enter(7, NODE_DEVICE_WINDOW + 1), HV_ERR_STATE);
    cr_assert_eq(people(), 3);
}

Test(node_devices, an_unknown_device_is_refused) {
    cr_assert_eq(enter(9, 1), HV_ERR_NOT_FOUND);
    cr_assert_eq(people(), 0);
}

Test(node_devices, the_one_unused_longest_gives_way) {
    for (uint64_t id = 1; id <= NODE_DEVICES_MAX; id++) {
        bench->real_ms += 1000;
        new_device(id);
    }
    bench->real_ms += 1000;
    cr_assert_eq(enter(1, 1), HV_OK);
    new_device(5000);
    bench_kill(bench);
    bench_start(bench);
    cr_assert_eq(enter(2, 1), HV_ERR_NOT_FOUND, "forgotten, on disk too");
    cr_assert_eq(enter(1, 1), HV_OK);
    cr_assert(bench->last_reply.repeated);
    cr_assert_eq(enter(5000, 1), HV_OK);
    cr_assert_eq(people(), 2);
}

Test(node_devices, the_last_movement_can_be_undone_by_the_device_that_entered_it) {
    new_device(7);
    new_device(8);
    cr_assert_eq(node_core_undoable(bench->core, 7), 0, "nothing was entered");
    cr_assert_eq(enter(7, 1), HV_OK);
    cr_assert_eq(node_core_undoable(bench->core, 7), 1);
    cr_assert_eq(node_core_undoable(bench->core, 8), 0);
    cr_assert_eq(enter(8, 1), HV_OK);
    cr_assert_eq(node_core_undoable(bench->core, 7), 0, "somebody else entered another since");
    struct node_event undo = {
        .kind = NODE_EVENT_UNDO, .once = {8, 2}, .undo_of = 1, .token = BENCH_TOKENS};
    bench_step(bench, undo);
    cr_assert_eq(people(), 1);
    cr_assert_eq(node_core_undoable(bench->core, 8), 0, "once");
}

Test(node_devices, an_undo_sent_twice_takes_one_movement_back) {
    new_device(7);
    enter(7, 1);
    enter(7, 2);
    struct node_event undo = {.kind = NODE_EVENT_UNDO, .once = {7, 3}, .token = BENCH_TOKENS};
    bench_step(bench, undo);
    cr_assert_eq(bench->last_reply.error, HV_OK);
    enter(7, 4);
    bench_step(bench, undo);
    cr_assert(bench->last_reply.repeated);
    cr_assert_eq(people(), 2);
}

/* ---- whatever happens ---- */

/* A page with a queue: sends until it hears, and again. */
struct page {
    uint64_t device, next, waits; /* numbers next - waits .. next - 1 are queued */
};

static void send_some(struct page *page, struct chance *chance) {
    for (uint64_t i = 0; i < page->waits;) {
        uint64_t number = page->next - page->waits;
        bool hears = chance_below(chance, 3) > 0; /* else the answer is lost on the way */
        if (bench->core == NULL || enter(page->device, number) != HV_OK || !hears)
            return;
        page->waits--;
    }
}

static void play(uint64_t seed) {
    struct chance chance = {seed};
    struct page pages[3] = {{11, 1, 0}, {12, 1, 0}, {13, 1, 0}};
    uint64_t made = 0;
    for (int i = 0; i < 3; i++)
        new_device(pages[i].device);
    for (int i = 0; i < 200; i++) {
        struct page *page = &pages[chance_below(&chance, 3)];
        if (bench->core == NULL)
            chance_below(&chance, 2) == 0 ? bench_reboot(bench) : bench_start(bench);
        switch (chance_below(&chance, 8)) {
        case 0:
            bench->crash_in = 1 + chance_below(&chance, 6);
            break;
        case 1:
            outbox_memory_fail_at(bench->outbox, 1 + chance_below(&chance, 3),
                                  chance_below(&chance, 2) == 0);
            break;
        case 2:
            outbox_memory_set_capacity(bench->outbox, chance_below(&chance, 2) == 0 ? 1 : 1u << 30);
            break;
        case 3:
        case 4:
            if (page->waits < NODE_DEVICE_WINDOW) {
                page->next++, page->waits++, made++;
            }
            break;
        default:
            send_some(page, &chance);
            break;
        }
    }
    bench->crash_in = 0;
    outbox_memory_fail_at(bench->outbox, 0, false);
    outbox_memory_set_capacity(bench->outbox, 1u << 30);
    if (bench->core == NULL)
        bench_start(bench);
    for (int i = 0; i < 3; i++)
        while (pages[i].waits > 0)
            send_some(&pages[i], &chance);
    cr_assert_eq(people(), (int64_t)made, "seed %llu: %lld people, %llu entered",
                 (unsigned long long)seed, (long long)people(), (unsigned long long)made);
}

Test(node_devices, every_entry_has_its_effect_once_through_crashes_and_lost_answers) {
    for (uint64_t seed = 1; seed <= 400; seed++) {
        tear_down();
        set_up();
        play(seed);
    }
}
