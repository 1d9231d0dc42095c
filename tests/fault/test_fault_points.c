/* kill -9 of the real programs at named points, between any two of their effects: before and after
 * each write, sync and commit of their stores, each answer and each frame. Which pairs of effects
 * there are is counted in test_killed_between_effects; here the daemons themselves die. */
#include "coordinator/milestones.h"
#include "tests/support/fault_point.h"
#include "tests/support/site.h"

#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { SETTLE_MS = 30000, ENTRIES = 12, QUESTIONS = 40 };

static struct city city;
static struct site site;
static unsigned rounds, notes_sent, notes_told;

static void begin(void) {
    city_found(&city);
    site_found(&site, &city, "S1");
}

static void end(void) {
    if (site.node.pid > 0)
        cr_expect_eq(process_stop(&site.node), 0);
    if (city.coordinator.pid > 0)
        city_close(&city);
}

TestSuite(fault_points, .init = begin, .fini = end, .timeout = 240);

static bool link_is_up(void *context) {
    (void)context;
    return site_link_is(&site, "up");
}

static void check_all(unsigned unanswered_max) {
    site_await_delivered(&site, SETTLE_MS);
    site_check_entries(&site, &city, unanswered_max);
}

/* ---- the node ---- */

static void start_node_with(const struct fault_point *fault) {
    fault_point_begin(fault, city.top);
    site_start(&site);
    fault_point_end();
}

static void enter(unsigned entries) {
    struct staff staff;
    staff_enter(&staff, &site, entries);
    staff_end(&staff);
}

/* Staff enter one after the other until nobody answers; gives how the node ended. */
static int enter_until_it_ends(void) {
    struct staff staff;
    staff_enter(&staff, &site, 0); /* before: a frame that comes by itself may be the one */
    fault_point_arm(city.top);
    for (unsigned i = 0; i < ENTRIES && staff_enter_next(&staff);)
        i++;
    int status = process_wait(&site.node); /* frames go on by themselves */
    staff_end(&staff);
    rounds++;
    return status;
}

static void kill_node_at(const char *point, const char *when, unsigned nth) {
    const struct fault_point fault = {point, when, nth};
    start_node_with(&fault);
    int status = enter_until_it_ends();
    cr_assert_eq(status, -SIGKILL, "%s %s %u: the node ended with %d, see %s", when, point, nth,
                 status, site.log);
    cr_assert(fault_point_met(city.top));
}

Test(fault_points, a_node_killed_at_any_of_them_keeps_what_staff_were_told_once) {
    static const char *const POINTS[] = {"write outbox/data.mdb", "sync outbox/data.mdb",
                                         "commit outbox/data.mdb", "answer", "frame"};
    cr_assert_eq(process_stop(&site.node), 0);
    for (size_t i = 0; i < sizeof POINTS / sizeof *POINTS; i++)
        for (unsigned nth = 1; nth <= 3; nth++) {
            kill_node_at(POINTS[i], "before", nth);
            kill_node_at(POINTS[i], "after", nth);
        }
    site_start(&site);
    check_all(rounds);
    cr_assert_eq(rounds, 30);
}

Test(fault_points, a_node_whose_disk_fails_promises_nothing_more_and_ends) {
    static const char *const POINTS[] = {"write outbox/data.mdb", "sync outbox/data.mdb",
                                         "commit outbox/data.mdb"};
    enter(5);
    cr_assert_eq(process_stop(&site.node), 0);
    for (size_t i = 0; i < sizeof POINTS / sizeof *POINTS; i++)
        for (unsigned nth = 1; nth <= 4; nth++) {
            const struct fault_point fault = {POINTS[i], "fail", nth};
            start_node_with(&fault);
            int status = enter_until_it_ends();
            cr_assert_eq(status, EX_IOERR, "%s %u: the node ended with %d, see %s", POINTS[i], nth,
                         status, site.log);
        }
    cr_assert_gt(site.accepted, 5, "entries before the fault were taken");
    site_start(&site);
    check_all(0); /* who was refused is nowhere */
    enter(5);
    check_all(0);
}

/* ---- the coordinator ---- */

static void start_coordinator_with(const struct fault_point *fault) {
    fault_point_begin(fault, city.top);
    city_start(&city);
    fault_point_end();
}

static void note(void) {
    char path[600];
    snprintf(path, sizeof path, "%s/control.sock", city.dir);
    notes_sent++;
    json_t *reply = socket_ask(path, json_pack("{s:s, s:s}", "verb", "note", "text", "point"));
    notes_told += json_is_true(json_object_get(reply, "ok"));
    json_decref(reply);
}

/* Staff enter and the operator notes until the coordinator is no more; gives how it ended. */
static int work_until_it_ends(void) {
    struct staff staff;
    await(link_is_up, NULL, SETTLE_MS, "the node is connected");
    fault_point_arm(city.top);
    staff_enter(&staff, &site, 0);
    for (unsigned i = 0; i < QUESTIONS && !fault_point_met(city.top); i++) {
        cr_assert(staff_enter_next(&staff), "the node works on");
        note();
    }
    staff_end(&staff);
    rounds++;
    return process_wait(&city.coordinator);
}

static void kill_coordinator_at(const char *point, const char *when, unsigned nth) {
    const struct fault_point fault = {point, when, nth};
    start_coordinator_with(&fault);
    int status = work_until_it_ends();
    cr_assert_eq(status, -SIGKILL, "%s %s %u: the coordinator ended with %d, see %s", when, point,
                 nth, status, city.log);
}

/* The checkpoint is written at a clean stop. */
static void kill_stopping_coordinator_at(const char *point, const char *when) {
    const struct fault_point fault = {point, when, 1};
    start_coordinator_with(&fault);
    fault_point_arm(city.top);
    note();
    cr_assert_eq(process_stop(&city.coordinator), -SIGKILL, "%s %s", when, point);
    rounds++;
}

static unsigned count_notes(void) {
    char path[600];
    unsigned notes = 0;
    snprintf(path, sizeof path, "%s/control.sock", city.dir);
    for (json_int_t from = 1, more = 1; more > 0; from += more) {
        json_t *log = socket_ask(path, json_pack("{s:s, s:I}", "verb", "log", "from", from)),
               *records = json_object_get(log, "records"), *record;
        size_t index;
        cr_assert(json_is_array(records));
        json_array_foreach(records, index, record) {
            const char *kind = json_string_value(json_object_get(record, "record"));
            notes += kind != NULL && strcmp(kind, "note") == 0;
        }
        more = (json_int_t)json_array_size(records);
        json_decref(log);
    }
    return notes;
}

static void check_decisions(void) {
    unsigned notes = count_notes();
    cr_assert_geq(notes, notes_told, "%u decisions were told stored, %u are", notes_told, notes);
    cr_assert_leq(notes, notes_sent, "a decision counts twice");
    json_decref(city_ask(&city, "verify", NULL));
}

/* Whatever became of the milestones: what was is shown as from the log alone. */
static void check_look_back(void) {
    char path[600];
    snprintf(path, sizeof path, "%s/control.sock", city.dir);
    json_t *with = socket_ask(path, json_pack("{s:s, s:i}", "verb", "status", "at", 30));
    cr_assert_eq(process_stop(&city.coordinator), 0);
    cr_assert_gt(milestones_drop(city.dir), 0);
    city_start(&city);
    json_t *without = socket_ask(path, json_pack("{s:s, s:i}", "verb", "status", "at", 30));
    cr_assert(json_equal(with, without));
    cr_assert_eq(json_integer_value(json_object_get(with, "position")), 30);
    json_decref(with);
    json_decref(without);
}

Test(fault_points, a_coordinator_killed_at_any_of_them_keeps_what_it_acknowledged_once) {
    static const char *const POINTS[] = {"write log/data.mdb", "sync log/data.mdb",
                                         "commit log/data.mdb", "answer", "frame"};
    static const char *const LAST[] = {"sync checkpoint.tmp", "rename checkpoint",
                                       "unlink milestones", "link milestones"};
    cr_assert_eq(process_stop(&city.coordinator), 0);
    for (size_t i = 0; i < sizeof POINTS / sizeof *POINTS; i++)
        for (unsigned nth = 1; nth <= 2; nth++) {
            kill_coordinator_at(POINTS[i], "before", nth);
            kill_coordinator_at(POINTS[i], "after", nth);
        }
    for (size_t i = 0; i < sizeof LAST / sizeof *LAST; i++) {
        kill_stopping_coordinator_at(LAST[i], "before");
        kill_stopping_coordinator_at(LAST[i], "after");
    }
    city_start(&city);
    check_all(0);
    check_decisions();
    check_look_back();
    cr_assert_eq(rounds, 28);
}

Test(fault_points, a_coordinator_whose_disk_fails_acknowledges_nothing_more_and_ends) {
    static const char *const POINTS[] = {"write log/data.mdb", "sync log/data.mdb",
                                         "commit log/data.mdb"};
    cr_assert_eq(process_stop(&city.coordinator), 0);
    for (size_t i = 0; i < sizeof POINTS / sizeof *POINTS; i++) {
        const struct fault_point fault = {POINTS[i], "fail", 2}; /* the first may be room ahead */
        start_coordinator_with(&fault);
        int status = work_until_it_ends();
        cr_assert_eq(status, EX_IOERR, "%s: the coordinator ended with %d, see %s", POINTS[i],
                     status, city.log);
    }
    city_start(&city);
    check_all(0);
    check_decisions();
}
