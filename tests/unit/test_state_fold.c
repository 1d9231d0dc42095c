/* The fold against the plain rules, over random histories: nodes with gaps, snapshots, new
 * outboxes, reports on behalf; and checkpoints at any moment against a fold from the start. */
#include "coordinator/state/state.h"
#include "coordinator/state/state_checkpoint.h"
#include "tests/support/chance.h"
#include "tests/support/reference_state.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 4, STEPS = 250, ITEMS = 3 };

static const char *const ids[NODES] = {"A", "B", "C", "D"};
static const char *const items[ITEMS] = {"water", "rice", "blanket"};
static const char *const zones[] = {"Z1", "Z2", ""};

struct node {
    uint64_t epoch, made, snapshots; /* made: HISTORY */
    uint64_t clock;
};

struct world {
    struct chance chance;
    struct state *state;
    struct reference *reference;
    struct hv_arena arena; /* keeps every text and line for the reference */
    uint64_t position, mono_ms;
    struct node nodes[NODES];
    bool long_memory; /* on-behalf counts may be older than what the fold remembers */
};

static void put(struct world *world, struct hv_record record) {
    record.version = HV_RECORD_VERSION;
    if (record.name == NULL)
        record.name = "x";
    record.mono_ms = world->mono_ms;
    record.wall_ms = (int64_t)world->mono_ms;
    cr_assert_eq(state_apply(world->state, ++world->position, &record), 0);
    reference_take(world->reference, &record);
}

static struct hv_people people(struct world *world, uint32_t below) {
    return (struct hv_people){
        .by_age = {[HV_AGE_UNKNOWN] = (int32_t)chance_below(&world->chance, below),
                   [HV_AGE_ADULT] = (int32_t)chance_below(&world->chance, below),
                   [HV_AGE_CHILD] = (int32_t)chance_below(&world->chance, below)},
        .overlay = {[HV_OVERLAY_MEDICAL] = (int32_t)chance_below(&world->chance, 2)},
        .pets = (int32_t)chance_below(&world->chance, 3)};
}

static struct hv_stock_line *stock(struct world *world, size_t *ret_count) {
    struct hv_stock_line *lines = hv_arena_take(&world->arena, ITEMS, sizeof *lines);
    *ret_count = 0;
    for (int i = 0; i < ITEMS; i++) {
        if (chance_below(&world->chance, 2) == 0)
            continue;
        lines[(*ret_count)++] = (struct hv_stock_line){
            .item = items[i], .lot = "", .quantity = chance_below(&world->chance, 40)};
    }
    return lines;
}

static struct hv_movement movement(struct world *world) {
    static const char *const transfers[] = {"t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8"};
    struct hv_movement made = {.kind = (enum hv_movement_kind)(1 + chance_below(&world->chance, 4)),
                               .people = people(world, 6),
                               .zone = "",
                               .shelter = "",
                               .transfer = ""};
    if (made.kind == HV_MOVEMENT_CHECK_IN)
        made.zone = zones[chance_below(&world->chance, 3)];
    if (made.kind >= HV_MOVEMENT_TRANSFER_OUT)
        made.transfer = transfers[chance_below(&world->chance, 8)];
    if (made.kind == HV_MOVEMENT_TRANSFER_IN || chance_below(&world->chance, 2) == 0)
        made.shelter = ids[chance_below(&world->chance, NODES)];
    return made;
}

static struct hv_report some_report(struct world *world) {
    struct hv_report report = {.subject = ""};
    switch (chance_below(&world->chance, 8)) {
    case 0:
        report.kind = HV_REPORT_COUNT;
        report.count.people = people(world, 50);
        break;
    case 1:
        report.kind = HV_REPORT_STATUS;
        report.status.status = (enum hv_shelter_status)(1 + chance_below(&world->chance, 9));
        report.status.reason = "";
        break;
    case 2:
        report.kind = HV_REPORT_STOCK_COUNT;
        report.stock_count.lines = stock(world, &report.stock_count.line_count);
        report.stock_count.complete = chance_below(&world->chance, 2) == 0;
        report.stock_count.reason = "";
        break;
    case 3:
        report.kind = HV_REPORT_STOCK_MOVEMENT;
        report.stock_movement.kind =
            chance_below(&world->chance, 2) ? HV_STOCK_RECEIVE : HV_STOCK_ISSUE;
        report.stock_movement.lines = stock(world, &report.stock_movement.line_count);
        report.stock_movement.waybill = report.stock_movement.counterpart =
            report.stock_movement.reason = "";
        break;
    default:
        report.kind = HV_REPORT_MOVEMENT;
        report.movement = movement(world);
    }
    return report;
}

static void from_node(struct world *world, unsigned index) {
    struct node *node = &world->nodes[index];
    node->clock += 1 + chance_below(&world->chance, 40);
    uint64_t late = chance_below(&world->chance, 30);
    struct hv_record record = {.kind = HV_RECORD_REPORT, .actor = HV_ACTOR_NODE};
    record.report = (struct hv_node_report){.node = ids[index],
                                            .epoch = node->epoch,
                                            .lane = HV_LANE_HISTORY,
                                            .sequence = ++node->made,
                                            .sent_node_ms = node->clock + late,
                                            .report = some_report(world)};
    record.report.report.source = HV_SOURCE_NODE;
    record.report.report.seen.node_ms = node->clock;
    put(world, record);
}

/* What a node that has been away says first: the present, with history still to follow. */
static void snapshot(struct world *world, unsigned index) {
    struct node *node = &world->nodes[index];
    uint64_t ahead = chance_below(&world->chance, 6);
    node->clock += 50;
    struct hv_record record = {.kind = HV_RECORD_REPORT, .actor = HV_ACTOR_NODE};
    struct hv_seen seen = {.wall_ms = 1, .node_ms = node->clock};
    record.report = (struct hv_node_report){.node = ids[index],
                                            .epoch = node->epoch,
                                            .lane = HV_LANE_PRESENT,
                                            .sequence = ++node->snapshots,
                                            .sent_node_ms = node->clock};
    struct hv_report *report = &record.report.report;
    report->source = HV_SOURCE_NODE;
    report->subject = "";
    report->seen = seen;
    report->kind = HV_REPORT_SNAPSHOT;
    report->snapshot = (struct hv_snapshot){.as_of = node->made + ahead,
                                            .parts = 1,
                                            .people = people(world, 50),
                                            .people_seen = seen,
                                            .status = HV_SHELTER_OPEN,
                                            .status_seen = seen,
                                            .stock_seen = seen};
    report->snapshot.stock = stock(world, &report->snapshot.stock_count);
    put(world, record);
}

static void on_behalf(struct world *world) {
    uint64_t age = chance_below(&world->chance, 60);
    struct hv_record record = {.kind = HV_RECORD_REPORT, .actor = HV_ACTOR_OPERATOR};
    record.report =
        (struct hv_node_report){.node = "", .sent_node_ms = age + 1, .report = some_report(world)};
    record.report.report.source = HV_SOURCE_OPERATOR;
    record.report.report.subject = ids[chance_below(&world->chance, NODES)];
    record.report.report.seen.node_ms = 1;
    put(world, record);
}

static void new_outbox(struct world *world, unsigned index) {
    struct node *node = &world->nodes[index];
    struct hv_record record = {.kind = HV_RECORD_EPOCH,
                               .actor = HV_ACTOR_NODE,
                               .epoch = {.node = ids[index], .epoch = ++node->epoch}};
    node->made = node->snapshots = 0;
    put(world, record);
}

static void step(struct world *world) {
    unsigned index = chance_below(&world->chance, NODES), what = chance_below(&world->chance, 40);
    world->mono_ms += 1 + chance_below(&world->chance, 10);
    if (what == 0)
        new_outbox(world, index);
    else if (what <= 2)
        snapshot(world, index);
    else if (what <= 6)
        on_behalf(world);
    else
        from_node(world, index);
}

static struct world *world_new(uint64_t seed) {
    struct world *world = calloc(1, sizeof *world);
    world->chance.state = seed;
    world->state = state_new();
    world->reference = reference_new();
    world->mono_ms = 1000;
    hv_arena_init(&world->arena, 0);
    for (unsigned i = 0; i < NODES; i++) {
        struct hv_record record = {
            .kind = HV_RECORD_ENROLMENT,
            .actor = HV_ACTOR_OPERATOR,
            .enrolment = {.node = ids[i], .role = HV_ROLE_SHELTER, .place = ""}};
        record.enrolment.public_key[0] = (uint8_t)(i + 1);
        put(world, record);
        new_outbox(world, i);
    }
    return world;
}

static void world_free(struct world *world) {
    state_free(world->state);
    reference_free(world->reference);
    hv_arena_deinit(&world->arena);
    free(world);
}

/* ---- comparing ---- */

static int64_t stock_of(const struct state *state, const struct state_place *place,
                        const char *item) {
    for (uint32_t i = 0; i < place->stock.count; i++) {
        if (strcmp(state_name(state, place->stock.lines[i].item), item) == 0)
            return place->stock.lines[i].quantity;
    }
    return 0;
}

static void compare_place(const struct world *world, const char *id, uint64_t seed) {
    const struct state_place *place = state_find_place(world->state, id);
    struct hv_people expected;
    enum hv_shelter_status status;
    if (reference_people(world->reference, id, &expected))
        cr_assert_eq(memcmp(&expected, &place->people.now, sizeof expected), 0,
                     "people at %s, seed %lu, position %lu: %ld, not %ld", id, (unsigned long)seed,
                     (unsigned long)world->position, (long)hv_people_total(&place->people.now),
                     (long)hv_people_total(&expected));
    if (reference_status(world->reference, id, &status))
        cr_assert_eq(status, place->status, "status of %s, seed %lu", id, (unsigned long)seed);
    for (int i = 0; i < ITEMS; i++) {
        int64_t stock_expected = reference_stock(world->reference, id, items[i]);
        cr_assert_eq(stock_of(world->state, place, items[i]), stock_expected,
                     "%s at %s, seed %lu, position %lu: %ld, not %ld", items[i], id,
                     (unsigned long)seed, (unsigned long)world->position,
                     (long)stock_of(world->state, place, items[i]), (long)stock_expected);
    }
}

static void compare_ledgers(const struct world *world, uint64_t seed) {
    for (uint32_t i = 0; i < state_count(world->state, STATE_TRANSFER); i++) {
        const struct state_transfer *transfer = state_transfer(world->state, i);
        struct hv_people way = state_transfer_on_the_way(transfer);
        struct hv_people left = transfer->out;
        hv_people_add(&left, &transfer->in, -1);
        int64_t total = hv_people_total(&left);
        cr_assert_eq(total < 0 ? 0 : total,
                     reference_on_the_way(world->reference,
                                          state_place(world->state, transfer->from)->entity.id,
                                          transfer->name),
                     "seed %lu", (unsigned long)seed);
        cr_assert_geq(hv_people_total(&way), 0);
    }
    for (int i = 0; i < 2; i++) {
        const struct state_zone *zone = state_find_zone(world->state, zones[i]);
        if (zone != NULL)
            cr_assert_eq(hv_people_total(&zone->checked_in),
                         reference_zone_total(world->reference, zones[i]));
    }
}

Test(state, agrees_with_the_plain_rules_on_any_history, .timeout = 120) {
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct world *world = world_new(seed);
        for (int i = 0; i < STEPS; i++) {
            step(world);
            if (i % 10 != 0)
                continue;
            for (unsigned node = 0; node < NODES; node++)
                compare_place(world, ids[node], seed);
            compare_ledgers(world, seed);
        }
        world_free(world);
    }
}

Test(state, a_checkpoint_at_any_moment_and_the_tail_are_the_whole, .timeout = 120) {
    char *dir = scratch_make();
    const char *path = scratch_path(dir, "checkpoint");
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct world *world = world_new(seed);
        struct checkpoint *checkpoint;
        bool done = false;
        uint64_t start = 20 + seed * 3;
        while (world->position < start)
            step(world);
        cr_assert_eq(checkpoint_begin(world->state, path, NULL, &checkpoint), 0);
        uint8_t before[HV_HASH_BYTES], loaded_hash[HV_HASH_BYTES];
        cr_assert_eq(state_digest(world->state, before), 0);
        while (!done) { /* the state goes on while it is written */
            step(world);
            cr_assert_eq(checkpoint_step(checkpoint, 2, &done), 0);
        }
        cr_assert_eq(checkpoint_finish(checkpoint), 0);
        struct state *loaded;
        cr_assert_eq(checkpoint_load(path, NULL, &loaded), 0);
        cr_assert_eq(state_position(loaded), start, "seed %lu", (unsigned long)seed);
        cr_assert_eq(state_digest(loaded, loaded_hash), 0);
        cr_assert_eq(memcmp(before, loaded_hash, sizeof before), 0, "seed %lu",
                     (unsigned long)seed);

        struct world *again = world_new(seed); /* the same history from the start */
        struct state *whole = again->state;
        while (again->position < start)
            step(again);
        again->state = loaded;
        while (again->position < world->position)
            step(again);
        cr_assert_eq(state_digest(again->state, loaded_hash), 0);
        cr_assert_eq(state_digest(world->state, before), 0);
        cr_assert_eq(memcmp(before, loaded_hash, sizeof before), 0, "tail, seed %lu",
                     (unsigned long)seed);
        state_free(whole);
        world_free(again);
        world_free(world);
    }
    scratch_remove(dir);
}

Test(state, a_damaged_checkpoint_is_refused) {
    char *dir = scratch_make();
    const char *path = scratch_path(dir, "checkpoint");
    struct world *world = world_new(1);
    struct state *loaded;
    for (int i = 0; i < 50; i++)
        step(world);
    cr_assert_eq(checkpoint_load(path, NULL, &loaded), HV_ERR_NOT_FOUND);
    cr_assert_eq(checkpoint_write(world->state, path, NULL), 0);
    FILE *file = fopen(path, "r+b");
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    for (long at = 0; at < size; at += 37) {
        fseek(file, at, SEEK_SET);
        int byte = fgetc(file);
        fseek(file, at, SEEK_SET);
        fputc(byte ^ 4, file);
        fflush(file);
        cr_assert_lt(checkpoint_load(path, NULL, &loaded), 0, "byte %ld", at);
        fseek(file, at, SEEK_SET);
        fputc(byte, file);
        fflush(file);
    }
    fclose(file);
    cr_assert_eq(checkpoint_load(path, NULL, &loaded), 0);
    state_free(loaded);
    world_free(world);
    scratch_remove(dir);
}

Test(state, tells_what_changed_since_a_position) {
    struct world *world = world_new(3);
    for (int i = 0; i < 100; i++)
        step(world);
    uint64_t since = world->position;
    for (int i = 0; i < 5; i++)
        from_node(world, 2);
    uint32_t newest = state_newest(world->state, STATE_PLACE);
    const struct state_entity *entity = state_at(world->state, STATE_PLACE, newest);
    cr_assert_str_eq(entity->id, "C");
    cr_assert_gt(entity->changed, since);
    uint32_t seen = 0;
    for (uint32_t i = newest; i != STATE_NONE; i = entity->older) {
        entity = state_at(world->state, STATE_PLACE, i);
        seen++;
    }
    cr_assert_eq(seen, state_count(world->state, STATE_PLACE));
    world_free(world);
}
