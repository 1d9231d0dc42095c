/* A list of the HTTP interface is whole, or it is an error: never shorter or empty because there
 * was no memory for the rest of it. */
#include "coordinator/api/api_inside.h"

#include "schemas/platform/json_memory.h"
#include "tests/support/planning_town.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const struct core_counters counters;
static const struct deployment deployment;
static struct town town;
static struct api *api;

/* ---- memory that ends ---- */

static uint64_t allowed; /* allocations until it fails */
static bool for_good;    /* from then on, else once */

static void *take(size_t size) {
    if (allowed == 0 && for_good)
        return NULL;
    return allowed-- == 0 ? NULL : malloc(size);
}

/* ---- a picture with two hazards, two notes and an incident ---- */

static void hazard_on(const char *id, const char *depot, const char *zone) {
    const char *depots[] = {depot}, *zones[] = {zone};
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_HAZARD,
                                          .hazard = {.hazard = id,
                                                     .kind = "flood",
                                                     .depots = depots,
                                                     .depot_count = 1,
                                                     .zones = zones,
                                                     .zone_count = 1}});
}

static void begin(void) {
    allowed = UINT64_MAX;
    json_memory_watch(take, free);
    town_init(&town, NULL);
    hazard_on("flood-a", "d1", "z1");
    hazard_on("flood-b", "d1", "z1");
    town_phase(&town, HV_PHASE_WATCH);
    town_phase(&town, HV_PHASE_EVACUATION);
    town_approve(&town, town_propose(&town));
    for (int i = 0; i < 2; i++)
        town_decide(
            &town, (struct hv_record){.kind = HV_RECORD_NOTE, .note = {.text = "the pump stands"}});
    api = calloc(1, sizeof *api);
    cr_assert_not_null(api);
    api->scene.state = town_state(&town);
    api->scene.region = town.region;
    api->scene.arena = &api->arena;
    api->scene.console = (struct console_scene){.past = api->scene.state,
                                                .region = town.region,
                                                .profiles = town.profiles,
                                                .counters = &counters,
                                                .deployment = &deployment,
                                                .wall_ms = town.bench->wall_ms};
    hv_arena_init(&api->arena, 0);
    cr_assert_eq(api_scene_refresh(&api->scene), HV_OK);
}

static void end(void) {
    api_scene_free(&api->scene);
    hv_arena_deinit(&api->arena);
    free(api);
    town_deinit(&town);
}

TestSuite(api_memory, .init = begin, .fini = end);

/* ---- asking ---- */

static struct api_call ask(const char *uri, api_handler *handler, uint64_t most, bool ever) {
    struct api_call call = {.file = -1, .scene = &api->scene};
    cr_assert_eq(api_target_read(uri, &call.target), HV_OK);
    allowed = most;
    for_good = ever;
    json_memory_forget();
    hv_arena_reset(&api->arena);
    handler(api, &call);
    allowed = UINT64_MAX;
    cr_assert_eq(call.stage, API_READY);
    return call;
}

/* With memory for so many allocations, for each number up to what it takes. */
static void is_whole_or_an_error(const char *uri, api_handler *handler, const char *has) {
    struct api_call whole = ask(uri, handler, UINT64_MAX, false);
    cr_assert_eq(whole.status, 200, "%s: %u", uri, whole.status);
    api_text_add(&whole.out, "", 1);
    cr_assert_not_null(strstr(whole.out.bytes, has), "%s: %s", uri, whole.out.bytes);
    uint32_t refused = 0;
    for (int ever = 0; ever < 2; ever++)
        for (uint64_t most = 0, answered = 0; answered == 0; most++) {
            struct api_call call = ask(uri, handler, most, ever != 0);
            if (call.status == 200) {
                cr_assert(call.out.size + 1 == whole.out.size &&
                              memcmp(call.out.bytes, whole.out.bytes, call.out.size) == 0,
                          "%s with %lu: %.*s", uri, (unsigned long)most, (int)call.out.size,
                          call.out.bytes);
                answered = 1;
            } else {
                cr_assert_eq(call.status, 500);
                cr_assert_str_eq(call.type, "application/problem+json");
                refused++;
            }
            api_text_free(&call.out);
        }
    cr_assert_gt(refused, 20, "%s: %u", uri, refused);
    api_text_free(&whole.out);
}

Test(api_memory, of_a_box_of_the_map_is_whole_or_an_error) {
    is_whole_or_an_error("/api/v1/hazards?bbox=9,49,11,51", api_get_hazards, "flood-b");
}

Test(api_memory, of_a_collection_of_geojson_is_whole_or_an_error) {
    is_whole_or_an_error("/api/v1/hazards?bbox=9,49,11,51&format=geojson", api_get_hazards,
                         "flood-b");
}

Test(api_memory, of_what_a_filter_leaves_is_whole_or_an_error) {
    is_whole_or_an_error("/api/v1/notes?q=pump", api_get_notes, "pump");
    is_whole_or_an_error("/api/v1/plans?standing=in-force", api_get_plans, "in-force");
}

Test(api_memory, of_a_list_that_is_turned_is_whole_or_an_error) {
    is_whole_or_an_error("/api/v1/incidents", api_get_incidents, "evacuation");
}

Test(api_memory, of_a_table_with_details_is_whole_or_an_error) {
    is_whole_or_an_error("/api/v1/shelters?view=detail", api_get_shelters, "s1");
    is_whole_or_an_error("/api/v1/orders", api_get_orders, "evacuate-zone");
}

Test(api_memory, of_one_thing_is_whole_or_an_error) {
    is_whole_or_an_error("/api/v1/status", api_get_status, "shelters");
}
