/* kill -9 of nodes and coordinator at random moments while staff enter: whatever staff were told is
 * stored is in the coordinator's picture in the end, once. */
#include "tests/support/site.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SITES = 2, ROUNDS = SANITIZED ? 20 : 50, ENTRIES_MAX = 60, SETTLE_MS = 15000 };

static struct city city;
static struct site sites[SITES];

static void begin(void) {
    city_found(&city);
    for (int i = 0; i < SITES; i++) {
        char id[16];
        snprintf(id, sizeof id, "S%d", i + 1);
        site_found(&sites[i], &city, id);
    }
}

static void end(void) {
    for (int i = 0; i < SITES; i++)
        if (sites[i].node.pid > 0)
            cr_expect_eq(process_stop(&sites[i].node), 0, "%s ended badly", sites[i].id);
    if (city.coordinator.pid > 0)
        city_close(&city);
}

TestSuite(fault_node, .init = begin, .fini = end, .timeout = 60);

static json_int_t number(const json_t *object, const char *member) {
    return json_integer_value(json_object_get(object, member));
}

static json_t *with_number(const char *verb, const char *member, json_int_t value) {
    return json_pack("{s:s, s:I}", "verb", verb, member, value);
}

/* What is killed in a round: the node, the coordinator, or one after the other. */
static void kill_in_turn(struct staff *staff, int what, unsigned *seed) {
    if (what != 1)
        process_kill(&staff->site->node);
    else
        process_kill(&city.coordinator);
    if (what == 2)
        process_kill(&city.coordinator);
    else
        staff_read(staff, (unsigned)rand_r(seed) % ENTRIES_MAX);
}

static void rise_again(struct staff *staff, int what) {
    if (what == 1) {
        city_start(&city);
        staff_end(staff);
        return;
    }
    staff_end(staff);
    site_start(staff->site);
    if (what == 2)
        city_start(&city);
}

Test(fault_node, entries_told_stored_arrive_once_though_either_side_is_killed) {
    unsigned seed = 20261123;
    for (int round = 0; round < ROUNDS; round++) {
        struct staff staff;
        unsigned entries = 1 + (unsigned)rand_r(&seed) % ENTRIES_MAX;
        int what = rand_r(&seed) % 3;
        staff_enter(&staff, &sites[rand_r(&seed) % SITES], entries);
        staff_read(&staff, (unsigned)rand_r(&seed) % (entries + 1));
        kill_in_turn(&staff, what, &seed);
        rise_again(&staff, what);
    }
    for (int i = 0; i < SITES; i++) {
        site_await_delivered(&sites[i], SETTLE_MS);
        site_check_entries(&sites[i], &city, ROUNDS);
    }
}

/* ---- alone ---- */

static void enter_all(struct site *site, unsigned entries) {
    struct staff staff;
    staff_enter(&staff, site, entries);
    staff_end(&staff);
    cr_assert_eq(site->accepted, site->attempted, "%s refused an entry", site->id);
}

/* What the coordinator stored of a node after a position: the present first, then every fact of
 * history in order. */
static void check_present_came_first(const struct site *site, json_int_t position,
                                     json_int_t first_sequence) {
    char path[600];
    snprintf(path, sizeof path, "%s/control.sock", city.dir);
    json_t *log = socket_ask(path, with_number("log", "from", position + 1)), *record;
    size_t index, snapshots = 0;
    json_int_t next = first_sequence;
    cr_assert_not_null(log);
    json_array_foreach(json_object_get(log, "records"), index, record) {
        const char *node = json_string_value(json_object_get(record, "node")),
                   *lane = json_string_value(json_object_get(record, "lane"));
        if (node == NULL || lane == NULL || strcmp(node, site->id) != 0)
            continue;
        if (strcmp(lane, "present") == 0) {
            cr_assert_eq(next, first_sequence, "history came before the present");
            snapshots++;
        } else {
            cr_assert_eq(number(record, "sequence"), next++);
        }
    }
    cr_assert_eq(snapshots, 1, "%zu snapshots came", snapshots);
    cr_assert_eq(next - 1, (json_int_t)site->accepted);
    json_decref(log);
}

Test(fault_node, works_alone_and_catches_up_with_the_present_first) {
    struct site *site = &sites[0];
    enter_all(site, 5);
    site_await_delivered(site, SETTLE_MS);
    json_t *status = city_call(&city, "status");
    json_int_t position = number(status, "position");
    json_decref(status);
    process_kill(&city.coordinator);
    enter_all(site, 400);
    process_kill(&site->node);
    site_start(site);
    uint64_t waiting = site_waiting(site); /* what it heard acknowledged is saved a little later */
    cr_assert(waiting >= 400 && waiting <= 405, "%llu wait", (unsigned long long)waiting);
    city_start(&city);
    site_await_delivered(site, SETTLE_MS);
    cr_assert_eq(city_people(&city, site->id), 405);
    cr_assert_eq(city_node(&city, site->id, "history"), 405);
    check_present_came_first(site, position, 6);
}
