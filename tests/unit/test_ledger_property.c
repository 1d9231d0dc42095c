/* Nothing gets lost: random histories of goods, folded, repeated, reordered between nodes, cut by
 * crashes and told ahead by snapshots. What the ledger says is compared with a reference that keeps
 * a plain table of what lies at each place and of what went on each waybill. */
#include "coordinator/ledger/verify.h"
#include "coordinator/state/state_checkpoint.h"
#include "schemas/codec.h"
#include "tests/support/sanitized.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PLACES = 6, /* the last has no node: all of it is told on behalf */
    NODES = 5,
    ITEMS = 4,
    LOTS = 3, /* of each item; the first is kept without lot and expiry */
    WAYBILLS = 40,
    QUEUE = 4000, /* reports of a node in one history */
    LINES = 4,
    MOVEMENTS = SANITIZED ? 20000 : 120000,
    HISTORIES = 12
};

static const char *const places[PLACES] = {"D1", "D2", "S1", "S2", "S3", "X9"};
static const char *const items[ITEMS] = {"water", "blanket", "kit", "药品"};

/* ---- dice ---- */

static uint64_t seed;

static uint64_t next(void) {
    uint64_t z = seed += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static unsigned below(unsigned most) {
    return (unsigned)(next() % most);
}

/* ---- the reference ---- */

struct shelf {
    int64_t quantity, damaged;
};

struct report {
    struct hv_report report;
    struct hv_stock_line lines[LINES], into[LINES];
    char waybill[16];
    bool refused; /* by the coordinator, for ever */
};

struct node {
    struct shelf shelves[ITEMS][LOTS]; /* as its own staff see them */
    struct report *queue;
    unsigned made, sent;
    uint64_t epoch, base, present;
};

static struct node nodes[NODES];
static struct state *state;
static struct ledger_verify *verify;
static uint64_t position, mono_ms, moved, last_order;
static uint32_t revision;
static int64_t shipped[WAYBILLS][ITEMS], received[WAYBILLS][ITEMS];

static void set_line(struct hv_stock_line *line, unsigned item, unsigned lot, uint64_t quantity) {
    static const char *const lots[LOTS] = {"", "L-1", "L-2"};
    *line = (struct hv_stock_line){.item = items[item],
                                   .lot = lots[lot],
                                   .expiry_day = lot == 0 ? 0 : 20000 + 30 * lot,
                                   .quantity = quantity};
}

static unsigned item_of(const struct hv_stock_line *line) {
    unsigned item = 0;
    while (strcmp(items[item], line->item) != 0)
        item++;
    return item;
}

static unsigned lot_of(const struct hv_stock_line *line) {
    return line->lot[0] == '\0' ? 0 : (unsigned)(line->lot[2] - '0');
}

static void add(struct shelf *shelf, const struct hv_stock_line *line, int sign) {
    shelf->quantity += sign * (int64_t)line->quantity;
    shelf->damaged += sign * (int64_t)line->damaged;
    if (shelf->quantity < 0)
        shelf->quantity = 0;
    if (shelf->damaged < 0)
        shelf->damaged = 0;
    if (shelf->damaged > shelf->quantity)
        shelf->damaged = shelf->quantity;
}

static int sign_of(enum hv_stock_movement_kind kind) {
    return kind == HV_STOCK_RECEIVE || kind == HV_STOCK_ADJUST_UP                        ? 1
           : kind == HV_STOCK_PICK || kind == HV_STOCK_PUT_BACK || kind == HV_STOCK_LOAD ? 0
                                                                                         : -1;
}

static void apply(struct shelf shelves[ITEMS][LOTS], const struct hv_report *report) {
    if (report->kind == HV_REPORT_STOCK_COUNT) {
        if (report->stock_count.complete)
            memset(shelves, 0, sizeof(struct shelf) * ITEMS * LOTS);
        for (size_t i = 0; i < report->stock_count.line_count; i++) {
            const struct hv_stock_line *line = &report->stock_count.lines[i];
            shelves[item_of(line)][lot_of(line)] =
                (struct shelf){(int64_t)line->quantity, (int64_t)line->damaged};
        }
        return;
    }
    const struct hv_stock_movement *movement = &report->stock_movement;
    for (size_t i = 0; i < movement->line_count; i++)
        add(&shelves[item_of(&movement->lines[i])][lot_of(&movement->lines[i])],
            &movement->lines[i], sign_of(movement->kind));
    for (size_t i = 0; i < movement->into_count; i++)
        add(&shelves[item_of(&movement->into[i])][lot_of(&movement->into[i])], &movement->into[i],
            1);
}

static void tally_waybill(const struct hv_report *report) {
    const struct hv_stock_movement *movement = &report->stock_movement;
    if (report->kind != HV_REPORT_STOCK_MOVEMENT || movement->waybill[0] == '\0')
        return;
    unsigned waybill = (unsigned)atoi(movement->waybill + 2);
    for (size_t i = 0; i < movement->line_count; i++) {
        if (movement->kind == HV_STOCK_SHIP)
            shipped[waybill][item_of(&movement->lines[i])] += (int64_t)movement->lines[i].quantity;
        if (movement->kind == HV_STOCK_RECEIVE)
            received[waybill][item_of(&movement->lines[i])] += (int64_t)movement->lines[i].quantity;
    }
}

/* ---- making reports ---- */

static void make_count(struct report *made) {
    struct hv_stock_count *count = &made->report.stock_count;
    bool used[ITEMS][LOTS] = {{false}};
    made->report.kind = HV_REPORT_STOCK_COUNT;
    *count = (struct hv_stock_count){
        .lines = made->lines, .complete = below(3) == 0, .reason = below(2) == 0 ? "" : "盘点"};
    for (unsigned i = below(LINES + 1); i > 0; i--) {
        unsigned item = below(ITEMS), lot = below(LOTS);
        if (used[item][lot])
            continue;
        used[item][lot] = true;
        struct hv_stock_line *line = &made->lines[count->line_count++];
        set_line(line, item, lot, below(400));
        line->damaged = line->quantity == 0 ? 0 : below((unsigned)line->quantity) / 8;
    }
}

static void make_movement(struct report *made) {
    struct hv_stock_movement *movement = &made->report.stock_movement;
    made->report.kind = HV_REPORT_STOCK_MOVEMENT;
    *movement = (struct hv_stock_movement){
        .kind = (enum hv_stock_movement_kind)(1 + below(HV_STOCK_MOVEMENT_COUNT - 1)),
        .line_count = 1 + below(LINES),
        .lines = made->lines,
        .waybill = "",
        .counterpart = below(2) == 0 ? "" : places[below(PLACES)],
        .reason = below(2) == 0 ? "" : "受潮",
        .vehicle = ""};
    bool aside = sign_of(movement->kind) == 0;
    bool travels = movement->kind == HV_STOCK_SHIP || movement->kind == HV_STOCK_RECEIVE;
    if (aside || (travels && below(5) > 0)) {
        snprintf(made->waybill, sizeof made->waybill, "W-%u", below(WAYBILLS));
        movement->waybill = made->waybill;
    }
    movement->final = travels && movement->waybill[0] != '\0' && below(6) == 0;
    movement->request_node = "";
    if (movement->kind == HV_STOCK_RECEIVE && movement->waybill[0] == '\0' && below(2) == 0)
        movement->request = 1 + below(4); /* of which some were made, and are open */
    for (size_t i = 0; i < movement->line_count; i++) {
        set_line(&made->lines[i], below(ITEMS), below(LOTS), 1 + below(120));
        if (below(4) == 0)
            made->lines[i].damaged = below((unsigned)made->lines[i].quantity + 1);
    }
    if (movement->kind == HV_STOCK_UNPACK) {
        movement->into = made->into;
        movement->into_count = 1 + below(2);
        for (size_t i = 0; i < movement->into_count; i++)
            set_line(&made->into[i], below(ITEMS), below(LOTS), 1 + below(50));
    }
}

static void make_report(struct node *node) {
    if (node->made == QUEUE)
        return;
    struct report *made = &node->queue[node->made++];
    *made = (struct report){.report = {.source = HV_SOURCE_NODE, .subject = ""}};
    if (below(8) == 0)
        make_count(made);
    else
        make_movement(made);
    made->report.seen.node_ms = node->made;
    made->refused = below(200) == 0;
    apply(node->shelves, &made->report);
}

/* ---- the log ---- */

struct stored {
    uint8_t *bytes;
    size_t size;
};

/* What was written after the checkpoint that is kept. */
static struct {
    char *folder;
    bool written; /* there is a checkpoint */
    struct stored *records;
    size_t count, room;
    uint64_t before; /* position that the first follows */
    unsigned crashes;
} disk;

static void store(const struct hv_record *record) {
    static uint8_t buffer[HV_RECORD_BYTES_MAX];
    struct hv_arena arena;
    size_t size = 0;
    hv_arena_init(&arena, 0);
    cr_assert_eq(hv_record_encode(record, &arena, buffer, sizeof buffer, &size), 0);
    hv_arena_deinit(&arena);
    if (disk.count == disk.room) {
        disk.room = 2 * disk.room + 256;
        disk.records = realloc(disk.records, disk.room * sizeof *disk.records);
        cr_assert_not_null(disk.records);
    }
    struct stored *stored = &disk.records[disk.count++];
    *stored = (struct stored){malloc(size), size};
    cr_assert_not_null(stored->bytes);
    memcpy(stored->bytes, buffer, size);
}

static void forget_records(void) {
    for (size_t i = 0; i < disk.count; i++)
        free(disk.records[i].bytes);
    disk.count = 0;
    disk.before = position;
}

/* Applies what was written after the checkpoint, as a start does. */
static void fold_again(struct state *onto) {
    for (size_t i = 0; i < disk.count; i++) {
        struct hv_verdict verdict;
        struct hv_record *record = NULL;
        struct hv_arena arena;
        hv_arena_init(&arena, 0);
        cr_assert_eq(hv_record_decode(disk.records[i].bytes, disk.records[i].size, &arena, &verdict,
                                      &record),
                     0);
        cr_assert_eq(state_apply(onto, disk.before + 1 + i, record), 0);
        hv_arena_deinit(&arena);
    }
}

/* ---- telling the coordinator ---- */

static void put(struct hv_record record) {
    record.version = HV_RECORD_VERSION;
    record.name = "x";
    record.mono_ms = ++mono_ms;
    record.wall_ms = 1700000000000 + (int64_t)mono_ms;
    store(&record);
    cr_assert_eq(state_apply(state, ++position, &record), 0);
    cr_assert_eq(ledger_verify_record(verify, &record), 0);
}

static void send(unsigned number, unsigned which) {
    struct node *node = &nodes[number];
    struct report *made = &node->queue[which];
    struct hv_record record = {.kind = HV_RECORD_REPORT, .actor = HV_ACTOR_NODE};
    if (made->refused) {
        record.kind = HV_RECORD_REFUSED;
        record.refused = (struct hv_refused_report){.node = places[number],
                                                    .epoch = node->epoch,
                                                    .lane = HV_LANE_HISTORY,
                                                    .sequence = which + 1 - node->base,
                                                    .reason = HV_REASON_RANGE,
                                                    .detail = ""};
    } else {
        record.report = (struct hv_node_report){.node = places[number],
                                                .epoch = node->epoch,
                                                .lane = HV_LANE_HISTORY,
                                                .sequence = which + 1 - node->base,
                                                .sent_node_ms = node->made,
                                                .report = made->report};
    }
    put(record);
    if (which != node->sent)
        return; /* a repetition */
    node->sent++;
    if (made->refused)
        return;
    moved +=
        made->report.kind == HV_REPORT_STOCK_MOVEMENT ? made->report.stock_movement.line_count : 0;
    tally_waybill(&made->report);
}

static void send_next(unsigned number) {
    if (nodes[number].sent < nodes[number].made)
        send(number, nodes[number].sent);
}

/* A message that comes again, of those of this epoch that were acknowledged. */
static void repeat(unsigned number) {
    struct node *node = &nodes[number];
    if (node->sent > node->base)
        send(number, (unsigned)node->base + below(node->sent - (unsigned)node->base));
}

static void snapshot(unsigned number) {
    struct node *node = &nodes[number];
    static struct hv_stock_line lines[ITEMS * LOTS];
    struct hv_record record = {.kind = HV_RECORD_REPORT, .actor = HV_ACTOR_NODE};
    struct hv_report report = {.source = HV_SOURCE_NODE, .subject = "", .kind = HV_REPORT_SNAPSHOT};
    report.seen.node_ms = node->made;
    report.snapshot = (struct hv_snapshot){.as_of = node->made - node->base,
                                           .parts = 1,
                                           .stock = lines,
                                           .stock_seen = {1, node->made}};
    for (unsigned item = 0; item < ITEMS; item++)
        for (unsigned lot = 0; lot < LOTS; lot++)
            if (node->shelves[item][lot].quantity > 0) {
                struct hv_stock_line *line = &lines[report.snapshot.stock_count++];
                set_line(line, item, lot, (uint64_t)node->shelves[item][lot].quantity);
                line->damaged = (uint64_t)node->shelves[item][lot].damaged;
            }
    record.report = (struct hv_node_report){.node = places[number],
                                            .epoch = node->epoch,
                                            .lane = HV_LANE_PRESENT,
                                            .sequence = ++node->present,
                                            .sent_node_ms = node->made,
                                            .report = report};
    put(record);
}

/* The node's outbox goes on in a new epoch with what was not acknowledged; a snapshot goes first.
 */
static void new_epoch(unsigned number) {
    struct node *node = &nodes[number];
    node->epoch++;
    node->base = node->sent;
    node->present = 0;
    put((struct hv_record){.kind = HV_RECORD_EPOCH,
                           .actor = HV_ACTOR_NODE,
                           .epoch = {.node = places[number], .epoch = node->epoch}});
    snapshot(number);
}

static void on_behalf(void) {
    static struct report made;
    made = (struct report){.report = {.source = HV_SOURCE_OPERATOR, .subject = "X9"}};
    if (below(6) == 0)
        make_count(&made);
    else
        make_movement(&made);
    struct hv_record record = {.kind = HV_RECORD_REPORT, .actor = HV_ACTOR_OPERATOR};
    record.report = (struct hv_node_report){
        .node = "", .sent_node_ms = below(50), .report = made.report}; /* up to 50 ms late */
    put(record);
    moved +=
        made.report.kind == HV_REPORT_STOCK_MOVEMENT ? made.report.stock_movement.line_count : 0;
    tally_waybill(&made.report);
}

/* ---- what is decided ---- */

static void order(void) {
    char waybill[16];
    struct hv_stock_line lines[2];
    set_line(&lines[0], below(ITEMS), 0, 1 + below(200));
    set_line(&lines[1], below(ITEMS), 0, 1 + below(200));
    snprintf(waybill, sizeof waybill, "W-%u", below(WAYBILLS));
    struct hv_record record = {.kind = HV_RECORD_ORDER, .actor = HV_ACTOR_OPERATOR};
    bool again = last_order > 0 && below(3) == 0;
    revision = again ? revision + 1 : 1;
    record.order =
        (struct hv_order){.id = again ? last_order : ++last_order,
                          .revision = revision,
                          .kind = below(2) == 0 ? HV_ORDER_SHIP : HV_ORDER_RETURN_GOODS,
                          .post = HV_POST_NODE,
                          .addressee = places[below(NODES)],
                          .state = again && below(2) == 0 ? HV_ORDER_CANCELLED : HV_ORDER_ISSUED,
                          .shelter = "",
                          .counterpart = places[below(PLACES)],
                          .waybill = waybill,
                          .lines = lines,
                          .line_count = 2,
                          .vehicle = "",
                          .text = ""};
    put(record);
    if (below(2) == 0)
        put((struct hv_record){
            .kind = HV_RECORD_ANSWER,
            .actor = HV_ACTOR_OPERATOR,
            .answer = {
                .order = last_order, .revision = revision, .state = HV_ORDER_DONE, .reason = ""}});
}

static void request(void) {
    struct hv_stock_line lines[2];
    set_line(&lines[0], below(ITEMS), 0, 1 + below(300));
    set_line(&lines[1], below(ITEMS), 0, 1 + below(300));
    struct hv_record record = {.kind = HV_RECORD_REPORT, .actor = HV_ACTOR_OPERATOR};
    record.report =
        (struct hv_node_report){.node = "",
                                .report = {.source = HV_SOURCE_OPERATOR,
                                           .subject = places[below(PLACES)],
                                           .kind = HV_REPORT_REQUEST,
                                           .request = {.id = 1 + below(30),
                                                       .kind = HV_REQUEST_GOODS,
                                                       .urgency = (enum hv_urgency)(1 + below(3)),
                                                       .lines = lines,
                                                       .line_count = 2,
                                                       .text = "",
                                                       .withdrawn = below(4) == 0}}};
    put(record);
    if (below(3) == 0)
        put((struct hv_record){.kind = HV_RECORD_DECISION,
                               .actor = HV_ACTOR_OPERATOR,
                               .decision = {.place = places[below(PLACES)],
                                            .node = "",
                                            .request = 1 + below(30),
                                            .verdict = (enum hv_request_verdict)(1 + below(3)),
                                            .reason = "x"}});
}

static void end_waybill(void) {
    char waybill[16];
    snprintf(waybill, sizeof waybill, "W-%u", below(WAYBILLS));
    put((struct hv_record){.kind = HV_RECORD_WAYBILL_END,
                           .actor = HV_ACTOR_OPERATOR,
                           .waybill_end = {.waybill = waybill, .reason = "翻车"}});
}

/* The coordinator dies and comes back from a checkpoint: one that it has just written, or an older
 * one and the records behind it. What it has is the same to the byte. */
static void crash(void) {
    uint8_t before[HV_HASH_BYTES], after[HV_HASH_BYTES];
    const char *path = scratch_path(disk.folder, "checkpoint");
    struct state *loaded = NULL;
    cr_assert_eq(state_digest(state, before), 0);
    if (!disk.written || disk.crashes++ % 2 == 0) {
        cr_assert_eq(checkpoint_write(state, path, NULL), 0);
        disk.written = true;
        forget_records();
    }
    cr_assert_eq(checkpoint_load(path, NULL, &loaded), 0);
    fold_again(loaded);
    cr_assert_eq(state_digest(loaded, after), 0);
    cr_assert_eq(memcmp(before, after, sizeof before), 0);
    state_free(state);
    state = loaded;
}

/* ---- against the reference ---- */

static void check_books(void) {
    uint64_t before = ledger_verify_totals(verify)->findings;
    cr_assert_eq(ledger_verify_compare(verify, state), 0);
    cr_assert_eq(ledger_verify_totals(verify)->findings, before, "position %" PRIu64 ": %s",
                 position, ledger_verify_finding(verify, before));
}

static struct state_lot lot_named(unsigned item, unsigned lot) {
    struct hv_stock_line line;
    set_line(&line, item, lot, 0);
    const struct state_entity *name = state_find(state, STATE_NAME, line.item);
    const struct state_entity *lot_name = state_find(state, STATE_NAME, line.lot);
    return (struct state_lot){name == NULL ? STATE_NONE : name->index,
                              lot == 0 || lot_name == NULL ? STATE_NONE : lot_name->index,
                              line.expiry_day};
}

/* When everything has arrived and a last count was made, books and staff agree on every shelf. */
static void check_places(void) {
    for (unsigned n = 0; n < NODES; n++)
        for (unsigned item = 0; item < ITEMS; item++)
            for (unsigned l = 0; l < LOTS; l++) {
                const struct state_place *place = state_find_place(state, places[n]);
                struct state_lot lot = lot_named(item, l);
                cr_assert_eq(state_book_there(&place->book, &lot),
                             nodes[n].shelves[item][l].quantity, "%s %s/%u", places[n], items[item],
                             l);
                cr_assert_eq(state_book_amount(&place->book, &lot, STATE_DAMAGED),
                             nodes[n].shelves[item][l].damaged);
            }
}

static void check_waybills(void) {
    for (unsigned w = 0; w < WAYBILLS; w++) {
        char id[16];
        snprintf(id, sizeof id, "W-%u", w);
        const struct state_waybill *waybill = state_find_waybill(state, id);
        int64_t balance[ITEMS] = {0};
        for (uint32_t b = 0; waybill != NULL && b < waybill->book.count; b++) {
            const struct state_balance *one = &waybill->book.balances[b];
            int sign = one->account == STATE_OVER ? -1
                       : one->account == STATE_IN_TRANSIT || one->account == STATE_MISSING_ON_WAY
                           ? 1
                           : 0;
            for (unsigned item = 0; item < ITEMS; item++)
                if (strcmp(state_name(state, one->lot.item), items[item]) == 0)
                    balance[item] += sign * one->amount;
        }
        for (unsigned item = 0; item < ITEMS; item++)
            cr_assert_eq(balance[item], shipped[w][item] - received[w][item], "%s %s", id,
                         items[item]);
    }
}

/* ---- one history ---- */

static void begin(uint64_t with_seed) {
    seed = with_seed;
    state = state_new();
    verify = ledger_verify_new();
    position = mono_ms = last_order = 0;
    revision = 0;
    disk.folder = scratch_make();
    disk.written = false;
    disk.crashes = 0;
    forget_records();
    memset(shipped, 0, sizeof shipped);
    memset(received, 0, sizeof received);
    for (unsigned n = 0; n < NODES; n++) {
        nodes[n] = (struct node){.queue = calloc(QUEUE, sizeof(struct report)), .epoch = 1};
        cr_assert_not_null(nodes[n].queue);
        struct hv_record record = {.kind = HV_RECORD_ENROLMENT, .actor = HV_ACTOR_OPERATOR};
        record.enrolment = (struct hv_enrolment){
            .node = places[n], .role = n < 2 ? HV_ROLE_DEPOT : HV_ROLE_SHELTER, .place = ""};
        record.enrolment.public_key[0] = (uint8_t)(n + 1);
        put(record);
        put((struct hv_record){.kind = HV_RECORD_EPOCH,
                               .actor = HV_ACTOR_NODE,
                               .epoch = {.node = places[n], .epoch = 1}});
    }
}

static void end(void) {
    for (unsigned n = 0; n < NODES; n++)
        free(nodes[n].queue);
    forget_records();
    free(disk.records);
    disk.records = NULL;
    disk.room = 0;
    scratch_remove(disk.folder);
    ledger_verify_free(verify);
    state_free(state);
}

static void step(void) {
    unsigned what = below(100), number = below(NODES);
    make_report(&nodes[number]);
    if (what < 3)
        on_behalf();
    else if (what < 5)
        order();
    else if (what < 8)
        request();
    else if (what < 9)
        end_waybill();
    else if (what < 12)
        snapshot(number);
    else if (what < 13)
        new_epoch(number);
    else if (what < 25)
        repeat(number);
    else if (what < 60) /* a burst of one node: the others wait */
        for (unsigned i = 0; i < 6; i++)
            send_next(number);
    else
        send_next(below(NODES));
}

static void last_count(unsigned number) {
    struct node *node = &nodes[number];
    node->made = node->made == QUEUE ? QUEUE - 1 : node->made;
    struct report *made = &node->queue[node->made++];
    *made = (struct report){.report = {.source = HV_SOURCE_NODE, .subject = ""}};
    make_count(made);
    made->report.stock_count.complete = true;
    apply(node->shelves, &made->report);
    while (node->sent < node->made)
        send_next(number);
}

Test(ledger_property, nothing_gets_lost_in_random_histories, .timeout = 300) {
    moved = 0;
    for (unsigned h = 0; h < HISTORIES; h++) {
        begin(1000 + h);
        for (unsigned i = 0; moved < (uint64_t)(h + 1) * MOVEMENTS / HISTORIES; i++) {
            step();
            if (i % 97 == 0)
                check_books();
            if (i % 1500 == 700)
                crash();
        }
        for (unsigned n = 0; n < NODES; n++) {
            while (nodes[n].sent < nodes[n].made && nodes[n].made < QUEUE)
                send_next(n);
            last_count(n);
        }
        check_books();
        check_places();
        check_waybills();
        end();
    }
    cr_assert_geq(moved, (uint64_t)MOVEMENTS);
}

/* Crash or no crash, the same records give the same books. */
Test(ledger_property, a_history_is_folded_to_the_bit_whatever_crashes) {
    uint8_t digests[2][HV_HASH_BYTES];
    for (int crashes = 0; crashes < 2; crashes++) {
        begin(77);
        for (unsigned i = 0; i < 3000; i++) {
            step();
            if (crashes && i % 250 == 100)
                crash();
        }
        cr_assert_eq(state_digest(state, digests[crashes]), 0);
        end();
    }
    cr_assert_eq(memcmp(digests[0], digests[1], HV_HASH_BYTES), 0);
}
