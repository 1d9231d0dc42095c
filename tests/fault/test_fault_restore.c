/* A coordinator is lost after its last backup: nodes refill what the restored log lacks, the totals
 * are as before, and the old coordinator, started again, is refused. */
#include "coordinator/founding.h"
#include "coordinator/layout.h"
#include "coordinator/log/log_lmdb.h"
#include "schemas/platform/deployment.h"
#include "tests/support/site.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { SITES = 2, SETTLE_MS = 20000, BEFORE = 400, AFTER = 60 };

static struct city city;
static struct site sites[SITES];
static char second_endpoint[64], backup[600], restored[512];

static void begin(void) {
    snprintf(second_endpoint, sizeof second_endpoint, "tcp://127.0.0.1:%d", free_port());
    city_found_with(&city, second_endpoint);
    snprintf(backup, sizeof backup, "%s/backup", city.top);
    snprintf(restored, sizeof restored, "%s/restored", city.top);
    for (int i = 0; i < SITES; i++) {
        char id[16];
        snprintf(id, sizeof id, "S%d", i + 1);
        site_found(&sites[i], &city, id);
    }
}

static void end(void) {
    for (int i = 0; i < SITES; i++)
        if (sites[i].node.pid > 0)
            cr_expect_eq(process_stop(&sites[i].node), 0);
    if (city.coordinator.pid > 0)
        city_close(&city);
}

TestSuite(fault_restore, .init = begin, .fini = end, .timeout = 60);

static json_int_t number(const json_t *object, const char *member) {
    return json_integer_value(json_object_get(object, member));
}

static json_int_t status_of(const char *member) {
    json_t *status = city_call(&city, "status");
    cr_assert_not_null(status, "the coordinator does not answer");
    json_int_t figure = number(status, member);
    json_decref(status);
    return figure;
}

static void enter_everywhere(unsigned entries) {
    for (int i = 0; i < SITES; i++) {
        struct staff staff;
        staff_enter(&staff, &sites[i], entries);
        staff_end(&staff);
        cr_assert_eq(sites[i].accepted, sites[i].attempted);
    }
}

static bool has_everybody(void *context) {
    const struct site *site = context;
    return (uint64_t)city_people(&city, site->id) == site->accepted;
}

/* A node learns from the next Welcome that a restored log lacks something: the picture is asked. */
static void check_totals(void) {
    for (int i = 0; i < SITES; i++) {
        await(has_everybody, &sites[i], SETTLE_MS, "the picture has everybody");
        site_await_delivered(&sites[i], SETTLE_MS);
        cr_assert_eq((uint64_t)city_people(&city, sites[i].id), sites[i].accepted, "%s",
                     sites[i].id);
        cr_assert_eq((uint64_t)city_node(&city, sites[i].id, "history"), sites[i].accepted);
    }
}

/* A backup is taken while entries flow; more is acknowledged after it. Gives the term. */
static json_int_t back_up_under_load(void) {
    struct staff staff[SITES];
    for (int i = 0; i < SITES; i++)
        staff_enter(&staff[i], &sites[i], BEFORE);
    staff_read(&staff[0], BEFORE / 4);
    json_decref(city_ask(&city, "backup", backup, NULL));
    for (int i = 0; i < SITES; i++)
        staff_end(&staff[i]);
    enter_everywhere(AFTER);
    check_totals();
    json_t *verified = city_ask(&city, "verify", backup, NULL);
    cr_assert_lt(number(verified, "verified"), status_of("position"), "the backup lacks something");
    json_decref(verified);
    return status_of("term");
}

/* `haven restore` into another folder, which is the city from then on. */
static void restore(void) {
    char program[1024], key[600];
    snprintf(key, sizeof key, "%s/" LAYOUT_KEY, city.dir);
    build_path("bin/haven", program, sizeof program);
    const char *const argv[] = {program, "restore", backup, restored, "--key", key, NULL};
    cr_assert_eq(program_run(argv, city.log, NULL), 0, "haven restore failed, see %s", city.log);
    memcpy(city.dir, restored, sizeof city.dir);
}

Test(fault_restore, nodes_refill_what_the_restored_log_lacks) {
    json_int_t term = back_up_under_load();
    process_kill(&city.coordinator);
    restore();
    city_start(&city);
    cr_assert_gt(status_of("term"), term);
    check_totals();
    enter_everywhere(AFTER);
    check_totals();
    json_t *verified = city_ask(&city, "verify", NULL);
    json_decref(verified);
}

/* A term of the year 2100 in the backup is to this machine what today's is to one of 1970. */
Test(fault_restore, a_machine_whose_clock_is_behind_restores_nothing) {
    static const uint64_t later = 4102444800;
    char program[1024], key[600], log_dir[700];
    (void)back_up_under_load();
    snprintf(log_dir, sizeof log_dir, "%s/" LAYOUT_LOG, backup);
    struct log *log = NULL;
    cr_assert_eq(log_lmdb_open(log_dir, NULL, &log), 0);
    static const uint8_t id[HV_ID128_BYTES] = {9};
    cr_assert_eq(founding_raise_term(log, later, id, "restored", "operator", 1), 0);
    log_close(log);
    snprintf(key, sizeof key, "%s/" LAYOUT_KEY, city.dir);
    build_path("bin/haven", program, sizeof program);
    const char *const argv[] = {program, "restore", backup, restored, "--key", key, NULL};
    cr_assert_eq(program_run(argv, city.log, NULL), EX_CONFIG);
    cr_assert_neq(access(restored, F_OK), 0, "half a folder was left behind");
}

/* ---- two coordinators ---- */

static void listen_at_second_endpoint(void) {
    char path[600];
    struct settings settings;
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    snprintf(path, sizeof path, "%s/" LAYOUT_SETTINGS, city.dir);
    cr_assert_eq(settings_load(path, &faults, &settings), 0);
    snprintf(settings.bind[0], DEPLOYMENT_ENDPOINT_BYTES, "%s", second_endpoint);
    cr_assert_eq(settings_save(path, &settings), 0);
    hv_fault_list_deinit(&faults);
}

Test(fault_restore, the_old_coordinator_is_refused_and_nodes_move_to_the_next_endpoint) {
    struct city old;
    (void)back_up_under_load();
    process_kill(&city.coordinator);
    old = city;
    restore();
    listen_at_second_endpoint();
    city_start(&city);
    check_totals(); /* a takeover: nobody listens at the first endpoint */
    json_int_t held = city_node(&city, "S1", "history");
    process_kill(&city.coordinator);
    city_start(&old); /* the lost machine is switched on again */
    for (int i = 0; i < SITES; i++)
        site_await_link(&sites[i], "refused", SETTLE_MS);
    enter_everywhere(AFTER);
    cr_assert_eq(city_node(&old, "S1", "history"), held, "nothing goes to the old one");
    city_start(&city);
    check_totals();
    cr_assert_eq(city_node(&old, "S1", "history"), held, "nothing goes to the old one");
    process_kill(&old.coordinator);
}
