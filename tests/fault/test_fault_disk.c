/* A disk that is full, and has room again: nothing is acknowledged that is not stored, reads go on,
 * it is said, and nothing is lost. */
#include "coordinator/layout.h"
#include "tests/support/site.h"

#include <criterion/criterion.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { SETTLE_MS = 20000, WAITING = 30 };

static struct city city;
static struct site site;
static char flag[600];

/* Programs started between these two have the folder on a disk that can be full. */
static void on_small_disk(const char *folder) {
    char shim[1024];
    build_path("tests/tools/full_disk.so", shim, sizeof shim);
    setenv("FULL_DISK_ROOT", folder, 1);
    setenv("FULL_DISK_FLAG", flag, 1);
    setenv("LD_PRELOAD", shim, 1);
}

static void on_large_disk(void) {
    unsetenv("LD_PRELOAD");
}

static void fill_disk(void) {
    int fd = open(flag, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    cr_assert_geq(fd, 0);
    close(fd);
}

static void make_room(void) {
    cr_assert_eq(unlink(flag), 0);
}

static void begin(void) {
    city_found(&city);
    snprintf(flag, sizeof flag, "%s/full", city.top);
    site_found(&site, &city, "S1");
}

static void end(void) {
    if (site.node.pid > 0)
        cr_expect_eq(process_stop(&site.node), 0);
    if (city.coordinator.pid > 0)
        city_close(&city);
}

TestSuite(fault_disk, .init = begin, .fini = end, .timeout = 60);

static void enter(unsigned entries) {
    struct staff staff;
    staff_enter(&staff, &site, entries);
    staff_end(&staff);
}

static bool is_storing(void) {
    json_t *status = city_ask(&city, "status", NULL);
    bool storing = json_is_true(json_object_get(status, "storing"));
    json_decref(status);
    return storing;
}

static bool storing_ends(void *context) {
    (void)context;
    return !is_storing();
}

static bool storing_begins(void *context) {
    (void)context;
    return is_storing();
}

static bool link_is_up(void *context) {
    (void)context;
    return site_link_is(&site, "up");
}

static bool has_milestones(void) {
    char path[600];
    struct dirent **names;
    snprintf(path, sizeof path, "%s/" LAYOUT_MILESTONES, city.dir);
    int count = scandir(path, &names, NULL, NULL);
    for (int i = 0; i < count; i++)
        free(names[i]);
    if (count >= 0)
        free(names);
    return count > 2; /* . and .. */
}

Test(fault_disk, of_the_coordinator_is_full_and_has_room_again) {
    cr_assert_eq(process_stop(&city.coordinator), 0);
    cr_assert(has_milestones());
    on_small_disk(city.dir);
    city_start(&city);
    on_large_disk();
    enter(10);
    site_await_delivered(&site, SETTLE_MS);
    fill_disk();
    enter(WAITING);
    await(storing_ends, NULL, SETTLE_MS, "the coordinator says that it does not store");
    cr_assert_not(has_milestones(), "what makes a look back quick makes room for reports");
    cr_assert_eq(city_people(&city, "S1"), 10, "what is not stored is not shown");
    cr_assert_eq(site.accepted, 10 + WAITING, "the node works on");
    uint64_t waiting = site_waiting(&site);
    cr_assert_geq(waiting, WAITING, "only %llu wait: something was acknowledged",
                  (unsigned long long)waiting);
    cr_assert_neq(city_try(&city, "note", "not on a full disk", NULL), 0,
                  "a decision is refused where it cannot be stored");
    make_room();
    site_await_delivered(&site, SETTLE_MS);
    await(storing_begins, NULL, SETTLE_MS, "the coordinator stores again");
    cr_assert_eq((uint64_t)city_people(&city, "S1"), site.accepted);
    cr_assert_eq(city_try(&city, "note", "there is room again", NULL), 0);
    json_decref(city_ask(&city, "verify", NULL));
}

static json_int_t plan_in_list(void) {
    json_t *reply = city_ask(&city, "plan", "list", NULL), *plans = json_object_get(reply, "plans");
    json_int_t last = 0;
    size_t index;
    const json_t *plan;
    cr_assert(json_is_array(plans));
    json_array_foreach(plans, index, plan) {
        json_int_t number = json_integer_value(json_object_get(plan, "id"));
        last = number > last ? number : last;
    }
    json_decref(reply);
    return last;
}

/* Fills the disk when there is something new to plan for and the coordinator has not stored a plan
 * of it by itself. Gives the last plan. */
static json_int_t change_and_fill_disk(void) {
    static const char *const ZONES[] = {"Z10", "Z11", "Z14", "Z10,Z11", "Z10,Z14", "Z11,Z14"};
    for (size_t i = 0; i < sizeof ZONES / sizeof *ZONES; i++) {
        json_int_t before = plan_in_list();
        json_decref(city_ask(&city, "hazard", "river", "flood", "--zones", ZONES[i], NULL));
        fill_disk();
        if (plan_in_list() == before)
            return before;
        make_room();
    }
    cr_assert_fail("each time a plan was made before the disk was full");
    return 0;
}

Test(fault_disk, a_plan_that_cannot_be_stored_is_refused_and_made_again_when_there_is_room) {
    const char *top = getenv("HAVEN_TOP");
    char region[600];
    snprintf(region, sizeof region, "%s/simulations/regions/siouxfalls", top == NULL ? "." : top);
    cr_assert_eq(process_stop(&city.coordinator), 0);
    on_small_disk(city.dir);
    city_start(&city);
    on_large_disk();
    json_decref(city_ask(&city, "region", "load", region, NULL));
    json_decref(city_ask(&city, "incident", "open", "flood", "--hazard", "flood", NULL));
    json_decref(city_ask(&city, "plan", "make", NULL));
    json_int_t before = change_and_fill_disk();
    char plan[24];
    cr_assert_gt(before, 0);
    cr_assert_eq(city_try(&city, "plan", "make", NULL), EX_IOERR, "it was told that it is full");
    snprintf(plan, sizeof plan, "%lld", (long long)before);
    cr_assert_eq(city_try(&city, "plan", "approve", plan, NULL), EX_IOERR);
    await(storing_ends, NULL, SETTLE_MS, "the coordinator says that it does not store");
    json_int_t shown = plan_in_list();
    cr_assert_leq(shown, before + 1, "the plan that the hazard led to, at most");
    make_room();
    json_decref(city_ask(&city, "plan", "make", NULL));
    cr_assert_gt(plan_in_list(), before, "with room, it is stored");
    snprintf(plan, sizeof plan, "%lld", (long long)plan_in_list());
    json_decref(city_ask(&city, "plan", "approve", plan, NULL));
    json_decref(city_ask(&city, "verify", NULL));
}

Test(fault_disk, of_a_node_is_full_the_entry_is_refused_and_what_waits_is_sent) {
    await(link_is_up, NULL, SETTLE_MS, "the node is connected");
    cr_assert_eq(process_stop(&site.node), 0);
    on_small_disk(site.dir);
    site_start(&site);
    on_large_disk();
    enter(10);
    fill_disk();
    json_t *reply = socket_ask(
        site.socket, json_pack("{s:s, s:{s:i}}", "verb", "check-in", "people", "adult", 7));
    cr_assert_not_null(reply);
    cr_assert(json_is_false(json_object_get(reply, "ok")), "it was told stored on a full disk");
    cr_assert_str_eq(json_string_value(json_object_get(reply, "error")), "full");
    cr_assert_gt(strlen(json_string_value(json_object_get(reply, "remedy"))), 0);
    json_decref(reply);
    site_await_delivered(&site, SETTLE_MS);
    cr_assert_eq(city_people(&city, "S1"), 10, "what was refused is nowhere");
    make_room();
    enter(5);
    cr_assert_eq(site.accepted, 15, "with room, entries are taken again");
    site_await_delivered(&site, SETTLE_MS);
    cr_assert_eq(city_people(&city, "S1"), 15);
}
