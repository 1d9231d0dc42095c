/* `haven solve bus` and its reader: a plan in a file, faults told where, exit status; and the bus
 * problem that `haven evacuation instance` makes of a region. */
#include "coordinator/cli/bus_json.h"
#include "coordinator/cli/evacuation.h"
#include "coordinator/cli/solve_bus.h"

#include "tests/support/bus_checker.h"
#include "tests/support/region_files.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

static const char instance_text[] =
    "{\"format\":\"haven.bus.instance/1\",\"name\":\"河岸\",\"horizon_s\":7200,\"stop_s\":30,"
    "\"classes\":[{\"id\":\"seated\",\"party_people\":2},{\"id\":\"轮椅\",\"wheelchair\":true}],"
    "\"links\":[{\"from\":\"a\",\"to\":\"b\",\"travel_s\":300},"
    "{\"from\":\"b\",\"to\":\"a\",\"travel_s\":200},{\"from\":\"b\",\"to\":\"c\",\"travel_s\":400},"
    "{\"from\":\"c\",\"to\":\"b\",\"travel_s\":400}],"
    "\"fleets\":[{\"id\":\"yard\",\"node\":\"a\",\"buses\":2,\"seats\":40,"
    "\"wheelchair_places\":1,\"ready_s\":60}],"
    "\"pickups\":[{\"id\":\"square\",\"node\":\"b\",\"people\":99,\"class\":\"seated\"},"
    "{\"id\":\"home\",\"node\":\"b\",\"people\":2,\"class\":\"轮椅\",\"deadline_s\":3600}],"
    "\"shelters\":[{\"id\":\"hall\",\"node\":\"c\",\"places\":200,\"opens_s\":900},"
    "{\"id\":\"hut\",\"node\":\"a\",\"places\":10,\"takes\":[\"seated\"]}]}";

static int run(int (*command)(int argc, char **argv), const char *const *arguments) {
    char *argv[32] = {"command"};
    int argc = 1;
    for (; arguments[argc - 1] != NULL; argc++)
        argv[argc] = (char *)arguments[argc - 1];
    return command(argc, argv);
}

#define RUN(...) run(cli_solve_bus, (const char *const[]){__VA_ARGS__, NULL})
#define MAKE(...) run(cli_evacuation_instance, (const char *const[]){__VA_ARGS__, NULL})

static int parse(const char *text, struct bus_document *document, size_t *ret_faults) {
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    int error = bus_json_parse("b", text, strlen(text), &faults, document);
    *ret_faults = faults.errors;
    hv_fault_list_deinit(&faults);
    return error;
}

static void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

static const char *read_text(const char *path) {
    static char text[1 << 16];
    FILE *file = fopen(path, "re");
    cr_assert_not_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

Test(bus_command, reads_an_instance) {
    struct bus_document document;
    size_t faults;
    cr_assert_eq(parse(instance_text, &document, &faults), HV_OK);
    const struct bus_instance *instance = &document.instance;
    cr_assert(instance->stop_s == 30 && instance->board_s == 4 && instance->stops_max == 4);
    cr_assert(instance->classes[0].party_people == 2 && instance->classes[1].wheelchair);
    cr_assert(instance->out[0] == 300 && instance->between[0] == 0);
    cr_assert(instance->in[0] == 400 && instance->in[1] == 200 && instance->back[0] == 400 &&
              instance->back[2] == 300);
    cr_assert(instance->shelters[0].takes == 3 && instance->shelters[1].takes == 1);
    cr_assert(instance->pickups[1].deadline_s == 3600 &&
              instance->pickups[0].deadline_s == BUS_NEVER);
    struct bus_plan plan;
    const struct bus_options options = {.work_max = 20000, .seed = 1};
    cr_assert_eq(bus_plan_solve(instance, &options, &plan), HV_OK);
    const char *fault = bus_checker_plan(instance, &plan);
    cr_assert_null(fault, "%s", fault);
    cr_assert_eq(plan.value.unserved, 0);
    bus_plan_deinit(&plan);
    bus_document_deinit(&document);
}

Test(bus_command, tells_what_is_wrong_with_an_instance) {
    static const struct {
        const char *old, *new;
        int error;
    } cases[] = {
        {"instance/1", "instance/2", HV_ERR_FORMAT},
        {"\"name\":\"河岸\"", "\"name\":7", HV_ERR_VALUE},
        {"\"horizon_s\":7200", "\"horizon_s\":-1", HV_ERR_VALUE},
        {"\"horizon_s\":7200,", "", HV_ERR_VALUE},
        {"\"party_people\":2", "\"party_people\":0", HV_ERR_VALUE},
        {"\"wheelchair\":true", "\"wheelchair\":1", HV_ERR_VALUE},
        {"\"id\":\"轮椅\"", "\"id\":\"seated\"", HV_ERR_VALUE},
        {"\"travel_s\":300", "\"travel_s\":0.5", HV_ERR_VALUE},
        {"\"buses\":2", "\"buses\":20000", HV_ERR_VALUE},
        {"\"seats\":40,", "", HV_ERR_VALUE},
        {"\"people\":99", "\"people\":99000000", HV_ERR_VALUE},
        {"\"class\":\"seated\"", "\"class\":\"car\"", HV_ERR_VALUE},
        {"\"id\":\"home\"", "\"id\":\"square\"", HV_ERR_VALUE},
        {"\"takes\":[\"seated\"]", "\"takes\":[null]", HV_ERR_VALUE},
        {"\"pickups\":[", "\"pickups\":3,\"x\":[", HV_ERR_VALUE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[4096];
        const char *at = strstr(instance_text, cases[i].old);
        struct bus_document document;
        size_t faults = 0;
        cr_assert_not_null(at, "case %zu", i);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - instance_text), instance_text,
                 cases[i].new, at + strlen(cases[i].old));
        cr_assert_eq(parse(text, &document, &faults), cases[i].error, "case %zu", i);
        cr_assert_geq(faults, 1, "case %zu", i);
    }
}

Test(bus_command, writes_a_plan_and_the_same_bytes_twice) {
    char *dir = scratch_make();
    const char *instance = scratch_path(dir, "i.json"), *plan = scratch_path(dir, "p.json");
    write_text(instance, instance_text);
    cr_redirect_stdout();
    cr_assert_eq(RUN(instance, "-o", plan, "--work", "1"), EX_OK);
    char *first = strdup(read_text(plan));
    cr_assert_not_null(strstr(first, "\"format\":\"haven.bus.plan/1\""));
    cr_assert_not_null(strstr(first, "\"fleet\":\"yard\",\"bus\":2,"), "%s", first);
    cr_assert_not_null(strstr(first, "\"unserved\":0,"), "%s", first);
    cr_assert_eq(RUN(instance, "-o", plan, "--work", "1", "--json", "--quiet"), EX_OK);
    cr_assert_str_eq(first, read_text(plan));
    free(first);
    scratch_remove(dir);
}

/* A rename would put a file where the link was, or /dev/null. */
Test(bus_command, writes_into_what_a_link_names) {
    char *dir = scratch_make();
    const char *instance = scratch_path(dir, "i.json"), *link = scratch_path(dir, "link");
    struct stat info;
    write_text(instance, instance_text);
    write_text(scratch_path(dir, "plan"), "");
    cr_assert_eq(symlink("plan", link), 0);
    cr_redirect_stdout();
    cr_assert_eq(RUN(instance, "-o", link, "--work", "1"), EX_OK);
    cr_assert(lstat(link, &info) == 0 && S_ISLNK(info.st_mode));
    cr_assert_not_null(strstr(read_text(scratch_path(dir, "plan")), "haven.bus.plan/1"));
    scratch_remove(dir);
}

Test(bus_command, tells_wrong_usage_wrong_files_and_wrong_places_apart) {
    char *dir = scratch_make(), nowhere[4096];
    const char *instance = scratch_path(dir, "i.json"), *broken = scratch_path(dir, "b.json");
    snprintf(nowhere, sizeof nowhere, "%s/no/such/place.json", dir);
    write_text(instance, instance_text);
    write_text(broken, "{\"format\":");
    cr_redirect_stdout();
    cr_redirect_stderr();
    cr_assert_eq(RUN("--help"), EX_OK);
    cr_assert_eq(RUN(instance, "--work", "0"), EX_USAGE);
    cr_assert_eq(RUN(instance, "--gap", "2"), EX_USAGE);
    cr_assert_eq(RUN(instance, "--time-limit", "nan"), EX_USAGE);
    cr_assert_eq(RUN(instance, instance), EX_USAGE);
    cr_assert_eq(RUN(instance, "--bus"), EX_USAGE);
    cr_assert_eq(RUN(broken), EX_DATAERR);
    cr_assert_eq(RUN(nowhere), EX_NOINPUT);
    cr_assert_eq(RUN(instance, "--work", "1", "-o", nowhere), EX_CANTCREAT);
    cr_assert_eq(RUN(instance, "--time-limit", "0.05", "--gap", "0"), EX_OK);
    scratch_remove(dir);
}

Test(bus_command, plans_those_of_a_region_who_have_no_vehicle) {
    char *dir = scratch_make(), region[1024], hazard[1100];
    const char *instance = scratch_path(dir, "i.json"), *who = scratch_path(dir, "w.json");
    const char *buses = scratch_path(dir, "b.json"), *plan = scratch_path(dir, "p.json");
    const char *top = getenv("HAVEN_TOP");
    snprintf(region, sizeof region, "%s/simulations/regions/siouxfalls", top != NULL ? top : ".");
    snprintf(hazard, sizeof hazard, "%s/hazard.csv", region);
    cr_redirect_stdout();
    cr_redirect_stderr();
    cr_assert_eq(MAKE(region, "-o", instance, "--travellers", who, "--hazard", hazard, "--buses",
                      buses, "--fleet", "12=20x45+2,3=4x20"),
                 EX_OK);
    cr_assert_eq(RUN(buses, "-o", plan, "--work", "1", "--quiet"), EX_OK);
    const char *text = read_text(plan);
    cr_assert_not_null(strstr(text, "\"pickup\":\"Z10.seated\""), "%.300s", text);
    cr_assert_eq(MAKE(region, "-o", instance, "--buses", buses), EX_USAGE);
    cr_assert_eq(MAKE(region, "-o", instance, "--travellers", who, "--buses", buses), EX_USAGE);
    cr_assert_eq(
        MAKE(region, "-o", instance, "--travellers", who, "--buses", buses, "--fleet", "12=8"),
        EX_USAGE);
    cr_assert_eq(MAKE(region, "-o", instance, "--travellers", who, "--buses", buses, "--fleet",
                      "nowhere=8x45"),
                 EX_NOINPUT);
    scratch_remove(dir);
}

Test(bus_command, fetches_people_of_a_region_at_its_pick_up_points) {
    char *dir = scratch_make();
    struct region_files files;
    region_files_init(&files);
    region_files_small(&files);
    region_files_write(&files, "zones.csv",
                       "zone_id,name,node_id,day_adult,night_adult,no_vehicle_share,pickup_nodes\n"
                       "z1,One,a,100,100,0.5,a:2;b\n");
    const char *instance = scratch_path(dir, "i.json"), *who = scratch_path(dir, "w.json");
    const char *buses = scratch_path(dir, "b.json"), *plan = scratch_path(dir, "p.json");
    cr_redirect_stdout();
    cr_redirect_stderr();
    cr_assert_eq(
        MAKE(files.dir, "-o", instance, "--travellers", who, "--buses", buses, "--fleet", "a=2x40"),
        EX_OK);
    const char *text = read_text(buses);
    cr_assert_not_null(strstr(text, "{\"id\":\"z1.seated.1\",\"zone\":\"z1\",\"node\":\"a\","
                                    "\"people\":33,"),
                       "%s", text);
    cr_assert_not_null(strstr(text, "{\"id\":\"z1.seated.2\",\"zone\":\"z1\",\"node\":\"b\","
                                    "\"people\":17,"),
                       "%s", text);
    cr_assert_eq(RUN(buses, "-o", plan, "--work", "1", "--quiet"), EX_OK);
    cr_assert_not_null(strstr(read_text(plan), "\"unserved\":0,"));
    region_files_deinit(&files);
    scratch_remove(dir);
}
