/* The real haven-node at the real haven-coordinator: what staff type at a shelter and a depot is
 * what the operator sees, and what the operator orders is what staff see and answer. */
#include "schemas/platform/clock.h"
#include "tests/support/city.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_WITHIN_MS = 30000 };

static struct city city;
static struct process shelter, depot;
static char program[1024];

#define NODE(NAME, ...) node_ask(NAME, (const char *const[]){__VA_ARGS__, NULL})

static char *node_dir(const char *node, char dir[600]) {
    snprintf(dir, 600, "%s/%s", city.top, node);
    return dir;
}

static int node_run(const char *node, const char *const words[], char **ret_output) {
    char dir[600];
    const char *argv[32] = {program, "--dir", node_dir(node, dir), "--json"};
    for (int i = 0; words[i] != NULL; i++)
        argv[4 + i] = words[i];
    return program_run(argv, city.log, ret_output);
}

/* Expects status 0; the reply, of one line. */
static json_t *node_ask(const char *node, const char *const words[]) {
    char *output = NULL;
    int status = node_run(node, words, &output);
    cr_assert_eq(status, 0, "haven-node %s at %s ended with %d: %s", words[0], node, status,
                 output);
    json_t *reply = json_loads(output, 0, NULL);
    cr_assert_not_null(reply, "haven-node %s printed %s", words[0], output);
    free(output);
    return reply;
}

static void enter(const char *node, const char *const words[]) {
    json_decref(node_ask(node, words));
}

#define ENTER(NAME, ...) enter(NAME, (const char *const[]){__VA_ARGS__, NULL})

static void begin_node(const char *node, const char *role, struct process *process) {
    char dir[600], *key;
    const char *const init[] = {program,  "init", node_dir(node, dir), "--id",          node,
                                "--role", role,   "--deployment",      city.invitation, NULL};
    const char *const run[] = {program, "run", dir, NULL};
    cr_assert_eq(program_run(init, city.log, &key), 0, "see %s", city.log);
    key[strcspn(key, "\n")] = '\0';
    json_decref(city_ask(&city, "enroll", node, "--role", role, "--key", key, NULL));
    free(key);
    daemon_start(process, run, city.log);
}

static void set_up(void) {
    build_path("bin/haven-node", program, sizeof program);
    city_found(&city);
    begin_node("S1", "shelter", &shelter);
    begin_node("D1", "depot", &depot);
}

static void tear_down(void) {
    cr_expect_eq(process_stop(&shelter), 0);
    cr_expect_eq(process_stop(&depot), 0);
    city_close(&city);
}

TestSuite(node_city, .init = set_up, .fini = tear_down, .timeout = 200);

/* ---- looking ---- */

static json_int_t number(const json_t *object, const char *name) {
    return json_integer_value(json_object_get(object, name));
}

static const char *text(const json_t *object, const char *name) {
    const char *value = json_string_value(json_object_get(object, name));
    return value == NULL ? "" : value;
}

/* The member of the list that has this text (or number) under the name; borrowed. */
static json_t *pick(const json_t *list, const char *name, const char *value) {
    size_t i;
    json_t *item;
    char digits[32];
    json_array_foreach((json_t *)list, i, item) {
        snprintf(digits, sizeof digits, "%lld", (long long)number(item, name));
        if (strcmp(text(item, name), value) == 0 || strcmp(digits, value) == 0)
            return item;
    }
    return NULL;
}

static void wait_until_all_arrived(const char *node) {
    uint64_t until = clock_real_ms() + ANSWER_WITHIN_MS;
    for (bool waits = true; waits;) {
        json_t *status = NODE(node, "status");
        const json_t *lanes = json_object_get(status, "lanes");
        waits = number(json_object_get(lanes, "history"), "waiting") > 0 ||
                number(json_object_get(lanes, "present"), "waiting") > 0 ||
                strcmp(text(json_object_get(status, "link"), "state"), "up") != 0;
        json_decref(status);
        cr_assert(clock_real_ms() < until, "%s still waits", node);
    }
}

static void is_recent(const json_t *object, const char *age) {
    const json_t *seconds = json_object_get(object, age);
    cr_expect(json_is_number(seconds) && json_number_value(seconds) >= 0 &&
                  json_number_value(seconds) < 60,
              "%s", age);
}

static void is_stock(const json_t *place, const char *item, json_int_t quantity) {
    const json_t *line = pick(json_object_get(place, "stock"), "item", item);
    cr_expect_eq(number(line, "quantity"), quantity, "%s", item);
}

/* ---- reports ---- */

Test(node_city, what_a_shelter_reports_is_what_the_operator_sees) {
    ENTER("S1", "report", "status", "open", "--reason", "学校体育館");
    ENTER("S1", "report", "capacity", "480:indoor:night", "120:outdoor");
    ENTER("S1", "report", "lifeline", "power", "down", "generator", "limited", "--hours", "6");
    ENTER("S1", "check-in", "--adults", "9", "--children", "4", "--wheelchair", "1", "--from", "Z4",
          "--households", "3");
    ENTER("S1", "count", "--adults", "8", "--children", "4", "--households", "4");
    ENTER("S1", "check-out", "--adults", "1", "--to", "hospital");
    ENTER("S1", "transfer-out", "--children", "2", "--to", "S2", "--id", "T1");
    ENTER("S1", "transfer-in", "--elderly", "5", "--from", "S3", "--id", "T2");
    ENTER("S1", "check-in", "--infants", "1", "--pets", "2");
    ENTER("S1", "undo");
    ENTER("S1", "note", "the road to the north is under water");
    ENTER("S1", "request", "medical", "--urgency", "life-saving", "--amount", "2");
    ENTER("S1", "request", "goods", "blanket=80");
    wait_until_all_arrived("S1");
    json_t *reply = city_ask(&city, "shelters", NULL);
    const json_t *place = pick(json_object_get(reply, "shelters"), "id", "S1");
    cr_assert_not_null(place);
    cr_expect_str_eq(text(place, "status"), "open");
    is_recent(place, "status_age_s");
    const json_t *people = json_object_get(place, "people");
    cr_expect_eq(number(people, "total"), 14);
    cr_expect_eq(number(people, "adult"), 7);
    cr_expect_eq(number(people, "child"), 2);
    cr_expect_eq(number(people, "elderly"), 5);
    cr_expect_eq(number(people, "infant"), 0);
    cr_expect_eq(number(people, "difference"), -1);
    is_recent(people, "age_s");
    is_recent(people, "counted_age_s");
    cr_expect_eq(json_array_size(json_object_get(json_object_get(place, "capacity"), "lines")), 2);
    const json_t *power = pick(json_object_get(place, "lifelines"), "kind", "power");
    cr_expect_str_eq(text(power, "state"), "down");
    cr_expect_eq(number(place, "open_requests"), 2);
    json_decref(reply);
    reply = city_ask(&city, "zones", NULL);
    cr_expect_eq(number(pick(json_object_get(reply, "zones"), "id", "Z4"), "checked_in"), 13);
    json_decref(reply);
    reply = city_ask(&city, "transfers", NULL);
    const json_t *transfer = pick(json_object_get(reply, "transfers"), "id", "T1");
    cr_expect_eq(number(json_object_get(transfer, "on_the_way"), "child"), 2);
    json_decref(reply);
}

Test(node_city, what_a_depot_reports_is_what_the_operator_sees) {
    ENTER("D1", "stock", "count", "water=900", "rice=70", "--complete");
    ENTER("D1", "stock", "receive", "water=600@L1:2027-03-01", "--waybill", "W3");
    ENTER("D1", "stock", "issue", "rice=20");
    ENTER("D1", "stock", "ship", "water=300@L1:2027-03-01", "--to", "S1", "--waybill", "W4");
    ENTER("D1", "stock", "loss", "rice=5", "--reason", "wet");
    ENTER("D1", "stock", "expire", "rice=1");
    ENTER("D1", "stock", "adjust", "rice=+6", "--reason", "found");
    ENTER("D1", "stock", "adjust", "rice=-10", "--reason", "miscounted");
    wait_until_all_arrived("D1");
    json_t *reply = city_ask(&city, "depots", NULL);
    const json_t *place = pick(json_object_get(reply, "depots"), "id", "D1");
    is_recent(place, "stock_age_s");
    is_recent(place, "counted_age_s");
    is_stock(place, "rice", 40);
    const json_t *lot = pick(json_object_get(place, "stock"), "lot", "L1");
    cr_expect_eq(number(lot, "quantity"), 300);
    cr_expect_str_eq(text(lot, "expiry"), "2027-03-01");
    json_decref(reply);
    const char *const people[] = {"check-in", "--adults", "3", NULL};
    cr_expect_neq(node_run("D1", people, NULL), 0, "a depot counts no people");
}

Test(node_city, a_request_is_withdrawn_as_what_it_was) {
    ENTER("S1", "request", "medical", "--urgency", "urgent", "--text", "two nurses");
    ENTER("S1", "request", "withdraw", "1");
    const char *const again[] = {"request", "withdraw", "1", NULL};
    const char *const unknown[] = {"request", "withdraw", "9", NULL};
    cr_expect_eq(node_run("S1", again, NULL), 66, "no longer open");
    cr_expect_eq(node_run("S1", unknown, NULL), 66);
    wait_until_all_arrived("S1");
    json_t *reply = city_ask(&city, "requests", "--all", NULL);
    const json_t *request = json_array_get(json_object_get(reply, "requests"), 0);
    cr_expect_str_eq(text(request, "kind"), "medical");
    cr_expect_str_eq(text(request, "urgency"), "urgent");
    cr_expect(json_is_true(json_object_get(request, "withdrawn")));
    json_decref(reply);
}

/* ---- orders ---- */

/* Waits until the node has it. */
static void wait_for_order(const char *node, const char *order) {
    uint64_t until = clock_real_ms() + ANSWER_WITHIN_MS;
    for (bool there = false; !there;) {
        json_t *reply = NODE(node, "orders", "--peek", "--all");
        there = pick(json_object_get(reply, "orders"), "id", order) != NULL;
        json_decref(reply);
        cr_assert(clock_real_ms() < until, "%s never got order %s", node, order);
    }
}

static void is_state(const char *order, const char *state) {
    json_t *reply = city_ask(&city, "orders", "--all", NULL);
    const json_t *found = pick(json_object_get(reply, "orders"), "id", order);
    cr_expect_str_eq(text(found, "state"), state, "order %s", order);
    json_decref(reply);
}

Test(node_city, orders_reach_their_node_and_its_answers_come_back) {
    json_decref(city_ask(&city, "orders", "issue", "open", "S1", "--text", "gymnasium only", NULL));
    json_decref(city_ask(&city, "orders", "issue", "ship", "D1", "--counterpart", "S1", "--lines",
                         "water=60", NULL));
    wait_for_order("S1", "1");
    wait_for_order("D1", "2");
    json_t *shown = NODE("S1", "orders");
    const json_t *order = pick(json_object_get(shown, "orders"), "id", "1");
    cr_expect_str_eq(text(order, "kind"), "open");
    cr_expect_str_eq(text(order, "text"), "gymnasium only");
    json_decref(shown);
    wait_until_all_arrived("S1");
    is_state("1", "seen");
    ENTER("S1", "accept", "1");
    ENTER("D1", "decline", "2", "--reason", "no lorry");
    wait_until_all_arrived("S1");
    wait_until_all_arrived("D1");
    is_state("1", "accepted");
    is_state("2", "declined");
    ENTER("S1", "start", "1");
    ENTER("S1", "progress", "1", "--done", "1");
    ENTER("S1", "done", "1");
    wait_until_all_arrived("S1");
    is_state("1", "done");
    const char *const unknown[] = {"accept", "77", NULL};
    cr_expect_eq(node_run("S1", unknown, NULL), 66);
}

/* ---- goods on a waybill ---- */

/* Waits until the node knows what has left on the waybill of this order, so many lots of it. */
static void wait_for_sent(const char *node, const char *order, size_t lots) {
    uint64_t until = clock_real_ms() + ANSWER_WITHIN_MS;
    for (bool told = false; !told;) {
        json_t *reply = NODE(node, "orders", "--peek", "--all");
        const json_t *found = pick(json_object_get(reply, "orders"), "id", order);
        told = json_array_size(json_object_get(found, "sent")) == lots;
        json_decref(reply);
        cr_assert(clock_real_ms() < until, "%s never heard what left for order %s", node, order);
    }
}

static void is_lot(const char *node, const char *lot, json_int_t quantity, const char *expiry) {
    json_t *reply = NODE(node, "stock");
    const json_t *line = pick(json_object_get(reply, "lines"), "lot", lot);
    cr_expect_eq(number(line, "quantity"), quantity, "%s: %lld", lot,
                 (long long)number(line, "quantity"));
    if (quantity > 0)
        cr_expect_str_eq(text(line, "expiry"), expiry);
    json_decref(reply);
}

static void announce(const char *waybill, const char *lines) {
    json_decref(city_ask(&city, "orders", "issue", "ship", "D1", "--counterpart", "S1", "--lines",
                         lines, "--waybill", waybill, NULL));
    json_decref(city_ask(&city, "orders", "issue", "expect-delivery", "S1", "--counterpart", "D1",
                         "--lines", lines, "--waybill", waybill, NULL));
    wait_for_order("D1", "1");
    wait_for_order("S1", "2");
}

Test(node_city, what_is_received_by_waybill_has_the_lots_that_left) {
    ENTER("D1", "stock", "count", "--complete", "water=300@A:2027-03-01", "water=500@B:2027-09-01",
          "rice=40");
    announce("W9", "water=600,rice=10");
    ENTER("S1", "accept", "2");
    ENTER("D1", "stock", "pick", "W9");
    ENTER("D1", "stock", "load", "W9", "--vehicle", "V1");
    ENTER("D1", "stock", "dispatch", "W9", "--final");
    wait_for_sent("S1", "2", 3);
    wait_until_all_arrived("S1");
    is_state("2", "accepted"); /* what it was told since changes nothing of that */
    ENTER("S1", "stock", "receive", "--waybill", "W9", "--short", "water=20@B", "--damaged",
          "water=6@A", "--reason", "two boxes burst");
    is_lot("S1", "A", 300, "2027-03-01");
    is_lot("S1", "B", 280, "2027-09-01");
    const char *const again[] = {"stock", "receive", "--waybill", "W9", NULL};
    cr_expect_eq(node_run("S1", again, NULL), 66, "all that came was entered");
    ENTER("S1", "stock", "issue", "water=290"); /* first expired, first out: 294 of A are usable */
    is_lot("S1", "A", 10, "2027-03-01");
    is_lot("S1", "B", 280, "2027-09-01");
    ENTER("S1", "done", "2"); /* of the order as it stands now */
    wait_until_all_arrived("S1");
    is_state("2", "done");
    json_t *reply = city_ask(&city, "ledger", "waybill", "W9", NULL);
    const json_t *waybill = json_array_get(json_object_get(reply, "waybills"), 0);
    const json_t *line = pick(json_object_get(waybill, "lines"), "lot", "B");
    cr_expect_eq(number(line, "shipped"), 300);
    cr_expect_eq(number(line, "received"), 280);
    json_decref(reply);
    json_decref(city_ask(&city, "ledger", "verify", NULL));
}

Test(node_city, of_two_trips_each_is_received_once) {
    ENTER("D1", "stock", "count", "--complete", "water=300@A:2027-03-01", "water=500@B:2027-09-01");
    announce("W9", "water=600");
    ENTER("D1", "stock", "dispatch", "W9", "water=200");
    wait_for_sent("S1", "2", 1);
    ENTER("S1", "stock", "receive", "--waybill", "W9");
    is_lot("S1", "A", 200, "2027-03-01");
    const char *const again[] = {"stock", "receive", "--waybill", "W9", NULL};
    cr_expect_eq(node_run("S1", again, NULL), 66, "the second trip has not left");
    ENTER("D1", "stock", "dispatch", "W9", "water=400", "--final");
    wait_for_sent("S1", "2", 2);
    ENTER("S1", "stock", "receive", "--waybill", "W9", "--short", "water=310");
    is_lot("S1", "A", 290, "2027-03-01");
    is_lot("S1", "B", 0, "");
    json_decref(city_ask(&city, "ledger", "verify", NULL));
}

Test(node_city, a_delivery_of_which_nothing_came_is_closed_with_why) {
    ENTER("D1", "stock", "count", "--complete", "water=300@A:2027-03-01");
    announce("W9", "water=100");
    ENTER("D1", "stock", "dispatch", "W9", "water=100", "--final");
    wait_for_sent("S1", "2", 1);
    const char *const silent[] = {"stock", "receive", "--waybill", "W9", "--nothing", NULL};
    cr_expect_neq(node_run("S1", silent, NULL), 0, "it wants a reason");
    ENTER("S1", "stock", "receive", "--waybill", "W9", "--nothing", "--reason",
          "swept away 被冲走");
    wait_until_all_arrived("S1");
    json_t *reply = city_ask(&city, "ledger", "waybill", "W9", NULL);
    const json_t *waybill = json_array_get(json_object_get(reply, "waybills"), 0);
    cr_expect_str_eq(text(waybill, "stage"), "closed");
    cr_expect_str_eq(text(waybill, "closed_reason"), "swept away 被冲走");
    const json_t *line = pick(json_object_get(waybill, "lines"), "lot", "A");
    cr_expect_eq(number(line, "shipped"), 100);
    cr_expect_eq(number(line, "received"), 0);
    json_decref(reply);
    json_decref(city_ask(&city, "ledger", "verify", NULL));
}

Test(node_city, what_is_entered_while_the_coordinator_is_away_arrives_later) {
    wait_until_all_arrived("S1");
    process_kill(&city.coordinator);
    ENTER("S1", "check-in", "--adults", "5");
    cr_assert_eq(process_stop(&shelter), 0);
    char dir[600];
    const char *const run[] = {program, "run", node_dir("S1", dir), NULL};
    daemon_start(&shelter, run, city.log);
    city_start(&city);
    wait_until_all_arrived("S1");
    json_t *reply = city_ask(&city, "shelters", "S1", NULL);
    const json_t *place = pick(json_object_get(reply, "shelters"), "id", "S1");
    cr_expect_eq(number(json_object_get(place, "people"), "total"), 5);
    json_decref(reply);
}
