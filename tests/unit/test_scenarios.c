/* Catalogues of what may happen to a region: formulas by hand, probabilities, and `haven scenarios`
 * with all that it writes read again. */
#include "coordinator/cli/preposition_json.h"
#include "coordinator/cli/scenarios.h"
#include "coordinator/cli/scenarios_json.h"
#include "tests/support/command.h"
#include "tests/support/region_files.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <dirent.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define RUN(...) COMMAND_RUN(cli_scenarios, __VA_ARGS__)

/* ---- formulas -------------------------------------------------------------------------------- */

Test(scenarios, levels_lie_on_a_line_of_gumbel_paper) {
    struct gumbel gumbel;
    const double years[] = {2, 100}, levels[] = {3.366512920581664, 7.600149226776579};
    cr_assert_eq(gumbel_fit(years, levels, 2, &gumbel), HV_OK);
    cr_assert_float_eq(gumbel.mode_m, 3, 1e-9);
    cr_assert_float_eq(gumbel.scale_m, 1, 1e-9);
    cr_assert_float_eq(gumbel_level(&gumbel, 10), 3 + 2.2503673273, 1e-9);
    const double falling[] = {7, 3}, once[] = {1, 10};
    cr_assert_eq(gumbel_fit(years, falling, 2, &gumbel), HV_ERR_VALUE);
    cr_assert_eq(gumbel_fit(once, levels, 2, &gumbel), HV_ERR_VALUE);
    cr_assert_eq(gumbel_fit(years, levels, 1, &gumbel), HV_ERR_VALUE);
}

Test(scenarios, wind_is_hollands) {
    struct typhoon_eye eye = {.pressure_hpa = 950, .ambient_hpa = 1010, .rmax_km = 30};
    /* at the radius of the greatest wind: sqrt(b dp / (rho e)), b = 1.75 */
    cr_assert_float_eq(typhoon_wind(&eye, 30, 1), sqrt(1.75 * 6000 / (1.15 * exp(1))), 1e-9);
    cr_assert_float_eq(typhoon_wind(&eye, 30, 0.9), 0.9 * typhoon_wind(&eye, 30, 1), 1e-9);
    for (int km = 30; km < 500; km += 10)
        cr_assert(typhoon_wind(&eye, km + 10, 1) < typhoon_wind(&eye, km, 1));
    double without = typhoon_wind(&eye, 100, 1);
    eye.latitude = 25;
    cr_assert(typhoon_wind(&eye, 100, 1) < without);
    eye.pressure_hpa = 1020;
    cr_assert_float_eq(typhoon_wind(&eye, 100, 1), 0, 1e-9);
    cr_assert(isfinite(typhoon_wind(&eye, 0, 1)));
}

Test(scenarios, intensity_is_that_of_allen_wald_and_worden) {
    cr_assert_float_eq(earthquake_intensity(6.5, 10), 7.7268, 1e-3);
    cr_assert(earthquake_intensity(6.5, 100) < earthquake_intensity(6.5, 50));
    cr_assert(earthquake_intensity(9.9, 1) <= 10);
    cr_assert_float_eq(earthquake_intensity(3, 700), 1, 0);
    cr_assert_float_eq(hazard_distance_km(10, 40, 10, 41), 111.195, 0.001);
    cr_assert_float_eq(hazard_distance_km(179.5, 0, -179.5, 0), 111.195, 0.001);
}

/* Linear both ways between the values; rows may go south, as published maps do. */
Test(scenarios, intensity_of_a_field_is_between_its_values) {
    const double mmi[] = {5, 6, 7, 4, 4, 8};
    const struct earthquake_field field = {
        .x = 10, .y = 50, .step_x = 2, .step_y = -1, .columns = 3, .rows = 2, .mmi = mmi};
    cr_assert_float_eq(catalogue_field_intensity(&field, 10, 50), 5, 1e-12);
    cr_assert_float_eq(catalogue_field_intensity(&field, 14, 49), 8, 1e-12);
    cr_assert_float_eq(catalogue_field_intensity(&field, 11, 50), 5.5, 1e-12);
    cr_assert_float_eq(catalogue_field_intensity(&field, 13, 49.75), 6.5 + 0.25 * (6 - 6.5), 1e-12);
    const double outside[][2] = {{9.9, 50}, {14.1, 50}, {12, 50.1}, {12, 48.9}};
    for (int i = 0; i < 4; i++)
        cr_assert_float_eq(catalogue_field_intensity(&field, outside[i][0], outside[i][1]), 0, 0);
}

Test(scenarios, probability_over_years) {
    cr_assert_float_eq(catalogue_probability(0.01, 1), 0.01, 1e-12);
    cr_assert_float_eq(catalogue_probability(0.01, 30), 1 - pow(0.99, 30), 1e-12);
    cr_assert_float_eq(catalogue_probability(1, 2), 1, 0);
}

/* ---- the catalogue --------------------------------------------------------------------------- */

static const char *region_dir(void) {
    return region_files_top("simulations/regions/siouxfalls");
}

static struct region *load_region(void) {
    struct hv_fault_list faults;
    struct region *region;
    hv_fault_list_init(&faults);
    cr_assert_eq(region_load(region_dir(), &faults, &region), HV_OK);
    hv_fault_list_deinit(&faults);
    return region;
}

static void make(const struct region *region, uint64_t seed, struct hazards_document *document,
                 struct catalogue *catalogue) {
    struct hv_fault_list faults;
    char path[1024];
    snprintf(path, sizeof path, "%s/hazards.json", region_dir());
    hv_fault_list_init(&faults);
    cr_assert_eq(hazards_json_read(path, region, &faults, document), HV_OK);
    hv_fault_list_deinit(&faults);
    cr_assert_eq(catalogue_make(region, &document->definitions, seed, catalogue), HV_OK);
}

Test(scenarios, probabilities_add_up_to_one) {
    struct region *region = load_region();
    struct hazards_document document;
    struct catalogue catalogue;
    make(region, 1, &document, &catalogue);
    double sum = 0;
    for (uint32_t s = 0; s < catalogue.scenario_count; s++)
        sum += catalogue.scenarios[s].probability;
    cr_assert_float_eq(sum, 1, 1e-12);
    cr_assert_eq(catalogue.scenario_count, 1 + 4 + 8 + 2);
    cr_assert_str_eq(catalogue.scenarios[0].id, "nothing");
    cr_assert_eq(catalogue.scenarios[0].count, 0);
    cr_assert_float_eq(catalogue.scenarios[1].probability, 1 / 10.0 - 1 / 50.0, 1e-12);
    cr_assert_float_eq(catalogue.scenarios[4].probability, 1 / 500.0, 1e-12);
    for (uint32_t s = 2; s <= 4; s++)
        cr_assert(catalogue.scenarios[s].size > catalogue.scenarios[s - 1].size);
    catalogue_deinit(&catalogue);
    hazards_document_deinit(&document);
    region_free(region);
}

/* Water stands as deep as the level is above where a thing stands, and the share follows. */
Test(scenarios, a_flood_hits_what_stands_lower) {
    struct region *region = load_region();
    struct hazards_document document;
    struct catalogue catalogue;
    make(region, 1, &document, &catalogue);
    const struct hazard_definition *river = &document.hazards[0];
    for (uint32_t s = 1; s <= 4; s++) {
        const struct catalogue_scenario *scenario = &catalogue.scenarios[s];
        uint32_t right = 0;
        for (uint32_t e = 0; e < river->exposure_count; e++) {
            const struct flood_exposure *exposed = &river->exposure[e];
            double depth = scenario->size - exposed->level_m;
            double from = exposed->target == HAZARD_LINK ? 0.3 : 0;
            if (exposed->target == HAZARD_DEPOT) /* D4 withstands floods */
                continue;
            const struct catalogue_hit *found = NULL;
            for (uint32_t i = 0; i < scenario->count; i++) {
                const struct catalogue_hit *hit = &catalogue.hits[scenario->first + i];
                if (hit->target == exposed->target && hit->index == exposed->index)
                    found = hit;
            }
            bool withstands = exposed->target == HAZARD_SHELTER &&
                              (region->shelters[exposed->index].withstands & REGION_FLOOD) != 0;
            cr_assert_eq(found != NULL, depth >= from && depth > 0 && !withstands,
                         "%s, exposure %u", scenario->id, e);
            if (found == NULL)
                continue;
            right++;
            cr_assert_float_eq(found->intensity, depth, 1e-12);
            cr_assert_float_eq(found->share, exposed->target == HAZARD_ZONE ? fmin(1, depth) : 1,
                               1e-12);
            cr_assert_float_eq(found->from_h, 6, 0);
            cr_assert_float_eq(found->to_h, 78, 0);
        }
        cr_assert_eq(scenario->count, right);
    }
    catalogue_deinit(&catalogue);
    hazards_document_deinit(&document);
    region_free(region);
}

Test(scenarios, the_same_seed_gives_the_same_catalogue) {
    struct region *region = load_region();
    struct hazards_document document[3];
    struct catalogue catalogue[3];
    for (int i = 0; i < 3; i++)
        make(region, i < 2 ? 1 : 2, &document[i], &catalogue[i]);
    cr_assert_eq(catalogue[0].hit_count, catalogue[1].hit_count);
    for (uint32_t i = 0; i < catalogue[0].hit_count; i++)
        cr_assert(catalogue[0].hits[i].intensity == catalogue[1].hits[i].intensity);
    bool differ = false;
    for (uint32_t s = 0; s < catalogue[0].scenario_count; s++)
        differ = differ || catalogue[0].scenarios[s].size != catalogue[2].scenarios[s].size;
    cr_assert(differ);
    for (int i = 0; i < 3; i++) {
        catalogue_deinit(&catalogue[i]);
        hazards_document_deinit(&document[i]);
    }
    region_free(region);
}

/* ---- faults ---------------------------------------------------------------------------------- */

#define FLOOD(gauge, bands, exposure)                                                              \
    "{\"format\":\"haven.hazards/"                                                                 \
    "1\",\"hazards\":[{\"id\":\"r\",\"kind\":\"flood\",\"gauge\":[" gauge "],\"bands\":[" bands    \
    "],\"exposure\":[" exposure "]}]}"
#define GAUGE "{\"return_years\":2,\"level_m\":3},{\"return_years\":100,\"level_m\":6}"
#define EXPOSURE "{\"target\":\"zone\",\"id\":\"Z17\",\"level_m\":4}"

static void refuse(const struct region *region, const char *text, const char *right) {
    struct hv_fault_list faults;
    struct hazards_document document;
    hv_fault_list_init(&faults);
    int error = hazards_json_parse("h.json", text, strlen(text), region, &faults, &document);
    cr_assert_neq(error, HV_OK, "%s", right);
    cr_assert_geq(faults.count, 1, "%s", right);
    char line[512];
    hv_fault_print(&faults.faults[0], line, sizeof line);
    cr_assert_not_null(strstr(line, right), "“%s” instead of “%s”", line, right);
    hv_fault_list_deinit(&faults);
}

Test(scenarios, names_what_is_wrong) {
    struct region *region = load_region();
    refuse(region, "{\"format\":\"haven.hazards/1\"}", "hazards");
    refuse(region, "[]", "h.json");
    refuse(region, FLOOD("{\"return_years\":2,\"level_m\":3}", "10", EXPOSURE),
           "hazards[0].gauge: 1 of them; an array of 2 to 1000 objects");
    refuse(region,
           FLOOD("{\"return_years\":2,\"level_m\":6},{\"return_years\":9,\"level_m\":3}", "10",
                 EXPOSURE),
           "hazards[0].gauge: no such line can be drawn");
    refuse(region, FLOOD(GAUGE, "100,10", EXPOSURE), "hazards[0].bands: 10 at place 2");
    refuse(region, FLOOD(GAUGE, "1", EXPOSURE), "hazards[0].bands: 1 at place 1");
    refuse(region, FLOOD(GAUGE, "10", "{\"target\":\"zone\",\"id\":\"Z99\",\"level_m\":4}"),
           "hazards[0].exposure[0].id: no zone “Z99”");
    refuse(region, FLOOD(GAUGE, "10", "{\"target\":\"house\",\"id\":\"Z17\",\"level_m\":4}"),
           "hazards[0].exposure[0].target: “house”; zone, link, shelter or depot");
    refuse(region,
           "{\"format\":\"haven.hazards/1\",\"hazards\":[{\"id\":\"r\",\"kind\":\"fire\"}]}",
           "hazards[0].kind: “fire”; flood, typhoon or earthquake");
    refuse(region,
           "{\"format\":\"haven.hazards/1\",\"hazards\":[{\"id\":\"q\",\"kind\":\"earthquake\","
           "\"sources\":[{\"id\":\"s\",\"x\":0,\"y\":0,\"depth_km\":-3,\"magnitudes\":[{\"mw\":6,"
           "\"annual_probability\":0.1}]}]}]}",
           "hazards[0].sources[0].depth_km");
    refuse(region,
           "{\"format\":\"haven.hazards/1\",\"hazards\":[{\"id\":\"t\",\"kind\":\"typhoon\","
           "\"tracks\":[{\"id\":\"s\",\"annual_probability\":0.1,\"points\":[{\"hour\":1,\"x\":0,"
           "\"y\":0,\"pressure_hpa\":950,\"rmax_km\":30},{\"hour\":1,\"x\":0,\"y\":0,"
           "\"pressure_hpa\":950,\"rmax_km\":30}]}]}]}",
           "hazards[0].tracks[0].points[1].hour: 1; later than the point before");
    region_free(region);
}

#define QUAKE(sources)                                                                             \
    "{\"format\":\"haven.hazards/1\",\"hazards\":[{\"id\":\"q\",\"kind\":\"earthquake\"," sources  \
    "}]}"
#define FIELD(more)                                                                                \
    "\"fields\":[{\"id\":\"f\",\"annual_probability\":0.01,\"x\":-97,\"y\":43,\"step_y\":1," more  \
    "}]"

/* What would count twice, stand nowhere, or be passed over without a word. */
Test(scenarios, names_what_would_mislead) {
    struct region *region = load_region();
    refuse(region, "{\"format\":\"haven.hazards/1\",\"hazards\":[]}", "hazards: none; 1 to 100");
    refuse(region, FLOOD(GAUGE, "10", EXPOSURE "," EXPOSURE),
           "hazards[0].exposure[1].id: it is also hazards[0].exposure[0]; each thing once");
    refuse(region, FLOOD(GAUGE ",{\"return_years\":2,\"level_m\":4}", "10", EXPOSURE),
           "hazards[0].gauge[2].return_years: 2 is also that of hazards[0].gauge[0]");
    refuse(region,
           "{\"format\":\"haven.hazards/1\",\"hazards\":[{\"id\":\"a\\nb\",\"kind\":\"flood\"}]}",
           "hazards[0].id: it has some; a text of 1 to 64 bytes without control characters");
    refuse(region,
           "{\"format\":\"haven.hazards/1\",\"hazards\":[{\"id\":\"t\",\"kind\":\"typhoon\","
           "\"fragility\":[0,1],\"tracks\":[]}]}",
           "hazards[0].fragility: not so; an object of zone, link, shelter, depot");
    refuse(region,
           QUAKE("\"sources\":[{\"id\":\"s\",\"x\":43.5,\"y\":-96.7,\"depth_km\":10,"
                 "\"magnitudes\":[{\"mw\":6,\"annual_probability\":0.1}]}]"),
           "hazards[0].sources[0].y: -96.7; a number from -90 to 90");
    refuse(
        region,
        "{\"format\":\"haven.hazards/1\",\"ambient_hpa\":1000,\"hazards\":[{\"id\":\"t\",\"kind\":"
        "\"typhoon\",\"tracks\":[{\"id\":\"s\",\"annual_probability\":0.1,\"points\":[{\"hour\":1,"
        "\"x\":0,\"y\":0,\"pressure_hpa\":1005,\"rmax_km\":30},{\"hour\":2,\"x\":0,\"y\":0,"
        "\"pressure_hpa\":950,\"rmax_km\":30}]}]}]}",
        "points[0].pressure_hpa: 1005; a number from 850 to 1000");
    refuse(region, QUAKE(FIELD("\"step_x\":0,\"columns\":2,\"mmi\":[5,5,6,6]")),
           "hazards[0].fields[0].step_x: 0; a step");
    refuse(region, QUAKE(FIELD("\"step_x\":1,\"columns\":3,\"mmi\":[5,5,6,6]")),
           "hazards[0].fields[0].mmi: 4 numbers; two rows or more");
    refuse(region, QUAKE(FIELD("\"step_x\":1,\"columns\":2,\"mmi\":[5,5,13,6]")),
           "hazards[0].fields[0].mmi: 13 at place 3; numbers from 0 to 12");
    refuse(region, QUAKE(FIELD("\"step_x\":1,\"columns\":2.5,\"mmi\":[5,5,6,6]")),
           "hazards[0].fields[0].columns: 2.5; a whole number");
    refuse(region, QUAKE("\"lasts_h\":3"), "hazards[0].sources: missing");
    region_free(region);
}

/* A mistyped name would be taken for one that is absent. */
Test(scenarios, refuses_fields_that_it_does_not_know) {
    struct region *region = load_region();
    refuse(region, "{\"format\":\"haven.hazards/1\",\"period_year\":2,\"hazards\":[]}",
           "period_year: no such field; period_years");
    refuse(region, FLOOD(GAUGE, "10", EXPOSURE ",{\"level\":3}"), "hazards[0].exposure[1].level");
    refuse(region, FLOOD(GAUGE ",{\"return_year\":200}", "10", EXPOSURE),
           "hazards[0].gauge[2].return_year");
    refuse(region,
           "{\"format\":\"haven.hazards/1\",\"hazards\":[{\"id\":\"t\",\"kind\":\"typhoon\","
           "\"warning_hours\":9}]}",
           "hazards[0].warning_hours");
    refuse(region,
           "{\"format\":\"haven.hazards/1\",\"hazards\":[{\"id\":\"t\",\"kind\":\"typhoon\","
           "\"fragility\":{\"zones\":[1,2]}}]}",
           "hazards[0].fragility.zones");
    refuse(region,
           "{\"format\":\"haven.hazards/1\",\"hazards\":[{\"id\":\"q\",\"kind\":\"earthquake\","
           "\"sources\":[{\"id\":\"s\",\"depth\":3}]}]}",
           "hazards[0].sources[0].depth");
    refuse(region,
           "{\"format\":\"haven.hazards/1\",\"hazards\":[{\"id\":\"t\",\"kind\":\"typhoon\","
           "\"tracks\":[{\"id\":\"s\",\"member\":2}]}]}",
           "hazards[0].tracks[0].member");
    region_free(region);
}

/* ---- the command ----------------------------------------------------------------------------- */

static json_t *load(const char *path) {
    json_t *root = json_load_file(path, 0, NULL);
    cr_assert_not_null(root, "%s", path);
    return root;
}

static void check_timelines(const char *folder, const struct region *region, size_t right) {
    DIR *dir = opendir(folder);
    cr_assert_not_null(dir);
    size_t count = 0;
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (strstr(entry->d_name, ".csv") == NULL)
            continue;
        struct hv_fault_list faults;
        struct hazard hazard;
        char path[1024];
        snprintf(path, sizeof path, "%s/%.200s", folder, entry->d_name);
        hv_fault_list_init(&faults);
        cr_assert_eq(hazard_load(path, region, &faults, &hazard), HV_OK, "%s", path);
        cr_assert_eq(faults.count, 0, "%s", path);
        hv_fault_list_deinit(&faults);
        hazard_free(&hazard);
        count++;
    }
    closedir(dir);
    cr_assert_eq(count, right);
}

/* So many litres of water a head for everybody who has to leave. */
static void check_instance(const char *path, const json_t *said, double a_head) {
    struct hv_fault_list faults;
    struct preposition_document document;
    hv_fault_list_init(&faults);
    cr_assert_eq(preposition_json_read(path, &faults, &document), HV_OK);
    const struct preposition_instance *in = &document.instance;
    cr_assert_eq(in->scenario_count, json_array_size(said));
    cr_assert_eq(in->item_count, 3);
    for (uint32_t s = 0; s < in->scenario_count; s++) {
        const json_t *row = json_array_get(said, s);
        double water = 0, people = json_number_value(json_object_get(row, "people"));
        for (uint32_t d = 0; d < in->scenarios[s].demand_count; d++) {
            const struct preposition_demand *demand =
                &in->demands[in->scenarios[s].demand_first + d];
            if (strcmp(document.item_ids[demand->item], "water") == 0)
                water += demand->quantity;
        }
        cr_assert_float_eq(water, a_head * people, 1e-6 * fmax(1, people));
        cr_assert_eq(in->scenarios[s].blocked_count,
                     (uint32_t)json_integer_value(json_object_get(row, "links")));
    }
    preposition_document_deinit(&document);
    hv_fault_list_deinit(&faults);
}

Test(scenarios_command, writes_what_its_readers_take) {
    char *dir = scratch_make();
    char hazards[1024];
    snprintf(hazards, sizeof hazards, "%s/hazards.json", region_dir());
    const char *said = scratch_path(dir, "said.json"), *catalogue = scratch_path(dir, "cat.json"),
               *instance = scratch_path(dir, "pre.json"), *timelines = scratch_path(dir, "risks");
    cr_assert_not_null(freopen(said, "we", stdout));
    cr_assert_eq(RUN(hazards, region_dir(), "-o", catalogue, "--preposition", instance,
                     "--timelines", timelines, "--json"),
                 EX_OK);
    fflush(stdout);
    json_t *table = load(said), *root = load(catalogue);
    const json_t *rows = json_object_get(table, "scenarios");
    cr_assert_eq(json_array_size(json_object_get(root, "scenarios")), json_array_size(rows));
    struct region *region = load_region();
    check_timelines(timelines, region, json_array_size(rows) - 1);
    check_instance(instance, rows, 3 * 3.0);
    json_decref(table);
    json_decref(root);
    region_free(region);
    scratch_remove(dir);
}

/* Sioux Falls again, where the water says what it meets and not how much a person needs. */
static void leave_water_to_the_profile(const char *dir) {
    char line[2048];
    snprintf(line, sizeof line,
             "cp -r '%s' '%s/region' && sed -i -e '1s/$/,meets/' -e '2,$s/$/,/' "
             "-e 's/^\\(water,.*\\),3,,,$/\\1,,,,water 1/' '%s/region/items.csv'",
             region_dir(), dir, dir);
    cr_assert_eq(system(line), 0); // NOLINT(cert-env33-c)
}

Test(scenarios_command, counts_needs_by_the_profile_at_the_stage_in_which_the_days_end) {
    char *dir = scratch_make();
    leave_water_to_the_profile(dir);
    char hazards[1024];
    snprintf(hazards, sizeof hazards, "%s/region/hazards.json", dir);
    const char *region = scratch_path(dir, "region"), *said = scratch_path(dir, "said.json"),
               *made = scratch_path(dir, "pre.json");
    cr_assert_not_null(freopen(said, "we", stdout));
    cr_assert_eq(RUN(hazards, region, "--preposition", made, "--json"), EX_OK);
    fflush(stdout);
    json_t *table = load(said);
    const json_t *rows = json_object_get(table, "scenarios");
    check_instance(made, rows, 3 * 15.0);
    cr_assert_eq(RUN(hazards, region, "--preposition", made, "--profile", "gb51143-2015"), EX_OK);
    check_instance(made, rows, 3 * 10.0);
    cr_redirect_stderr();
    cr_assert_eq(RUN(hazards, region, "--preposition", made, "--profile", "none.yaml"), EX_NOINPUT);
    json_decref(table);
    scratch_remove(dir);
}

/* What a map of intensity hits, as a table; a file for each scenario whatever its name. */
Test(scenarios_command, takes_a_field_of_intensity) {
    char *dir = scratch_make();
    const char *hazards = scratch_path(dir, "h.json"), *catalogue = scratch_path(dir, "cat.json"),
               *table = scratch_path(dir, "t.csv"), *risks = scratch_path(dir, "risks");
    command_write(hazards, "{\"format\":\"haven.hazards/1\",\"hazards\":[{\"id\":\"断层/"
                           "南\",\"kind\":\"earthquake\"," FIELD(
                               "\"step_x\":1,\"columns\":2,\"mmi\":[9,9,9,9]") "}]}");
    cr_redirect_stdout();
    cr_assert_eq(RUN(hazards, region_dir(), "-o", catalogue, "--csv", table, "--timelines", risks),
                 EX_OK);
    struct region *region = load_region();
    json_t *root = load(catalogue);
    const json_t *quake = json_array_get(json_object_get(root, "scenarios"), 1);
    cr_assert_str_eq(json_string_value(json_object_get(quake, "id")), "断层/南.f");
    cr_assert_float_eq(json_number_value(json_object_get(quake, "mmi")), 9, 1e-9);
    cr_assert_eq(json_array_size(json_object_get(quake, "zones")), region->zone_count);
    cr_assert_eq(json_array_size(json_object_get(quake, "links")), region->link_count);
    size_t hits = 0, lines = 0;
    static const char *const parts[] = {"zones", "links", "shelters", "depots"};
    for (int i = 0; i < 4; i++)
        hits += json_array_size(json_object_get(quake, parts[i]));
    char line[512];
    FILE *file = fopen(table, "re");
    cr_assert_not_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        cr_assert(lines == 0 || strstr(line, ",MMI,") != NULL, "%s", line);
        lines++;
    }
    fclose(file);
    cr_assert_eq(lines, hits + 1);
    cr_assert_eq(access(scratch_path(dir, "risks/断层%2F南.f.csv"), R_OK), 0);
    check_timelines(risks, region, 1);
    json_decref(root);
    region_free(region);
    scratch_remove(dir);
}

/* The region with zone Z17's people by night left out. */
static void forget_people(const char *dir) {
    char command[4096];
    snprintf(
        command, sizeof command,
        "cp -r '%s' '%s/region' && python3 -c 'import csv,sys; "
        "rows=list(csv.DictReader(open(sys.argv[1]))); f=open(sys.argv[1],\"w\",newline=\"\"); "
        "w=csv.DictWriter(f,rows[0]); w.writeheader(); "
        "[r.update({k:\"\" for k in r if k.startswith(\"night\")}) for r in rows "
        "if r[\"zone_id\"]==\"Z17\"]; w.writerows(rows)' '%s/region/zones.csv'",
        region_dir(), dir, dir);
    cr_assert_eq(system(command), 0); // NOLINT(cert-env33-c)
}

Test(scenarios_command, warns_of_zones_whose_people_nobody_knows) {
    char *dir = scratch_make(), line[256] = "";
    const char *said = scratch_path(dir, "said.txt");
    forget_people(dir);
    cr_redirect_stdout();
    cr_assert_not_null(freopen(said, "we", stderr));
    cr_assert_eq(RUN(scratch_path(dir, "region/hazards.json"), scratch_path(dir, "region")), EX_OK);
    fflush(stderr);
    FILE *file = fopen(said, "re");
    cr_assert_not_null(file);
    cr_assert_not_null(fgets(line, sizeof line, file));
    fclose(file);
    cr_assert_eq(strncmp(line, "warning: Z17: nobody knows", 26), 0, "%s", line);
    scratch_remove(dir);
}

/* Ids of scenarios are made of others, and would meet or grow too long. */
Test(scenarios_command, refuses_scenarios_without_an_id_of_their_own) {
    char *dir = scratch_make();
    const char *hazards = scratch_path(dir, "h.json");
    cr_redirect_stderr();
    cr_redirect_stdout();
    command_write(
        hazards,
        QUAKE(
            "\"sources\":[{\"id\":\"s\",\"x\":-97,\"y\":43,\"depth_km\":9,\"magnitudes\":["
            "{\"mw\":6.5,\"annual_probability\":0.1},{\"mw\":6.5,\"annual_probability\":0.2}]}]"));
    cr_assert_eq(RUN(hazards, region_dir()), EX_DATAERR);
    command_write(hazards,
                  QUAKE("\"sources\":[{\"id\":\"a-source-that-is-called-by-a-name-of-so-many-"
                        "letters-as-an-id-has\",\"x\":-97,\"y\":43,\"depth_km\":9,\"magnitudes\":["
                        "{\"mw\":6.5,\"annual_probability\":0.1}]}]"));
    cr_assert_eq(RUN(hazards, region_dir()), EX_DATAERR);
    scratch_remove(dir);
}

Test(scenarios_command, refuses_what_cannot_be) {
    char *dir = scratch_make();
    char hazards[1024], often[1024];
    snprintf(often, sizeof often, "%s/often.json", dir);
    snprintf(hazards, sizeof hazards, "%s/hazards.json", region_dir());
    command_write(often, "{\"format\":\"haven.hazards/1\",\"period_years\":50,\"hazards\":["
                         "{\"id\":\"q\",\"kind\":\"earthquake\",\"sources\":[{\"id\":\"s\","
                         "\"x\":-96.7,\"y\":43.5,\"depth_km\":10,\"magnitudes\":["
                         "{\"mw\":5,\"annual_probability\":0.1},"
                         "{\"mw\":6,\"annual_probability\":0.1}]}]}]}");
    cr_redirect_stderr();
    cr_redirect_stdout();
    cr_assert_eq(RUN("--help"), EX_OK);
    cr_assert_eq(RUN(hazards, region_dir()), EX_OK);
    cr_assert_eq(RUN(hazards), EX_USAGE);
    cr_assert_eq(RUN(hazards, region_dir(), "--seed", "1.5"), EX_USAGE);
    cr_assert_eq(RUN(often, region_dir()), EX_DATAERR);
    cr_assert_eq(RUN(scratch_path(dir, "no.json"), region_dir()), EX_NOINPUT);
    cr_assert_eq(RUN(hazards, scratch_path(dir, "no")), EX_NOINPUT);
    cr_assert_eq(RUN(hazards, region_dir(), "-o", scratch_path(dir, "no/x.json")), EX_CANTCREAT);
    cr_assert_eq(RUN(hazards, region_dir(), "--timelines", scratch_path(dir, "no/x")),
                 EX_CANTCREAT);
    command_write(often, "{\"format\":\"haven.hazards/1\",\"hazards\":[]}");
    cr_assert_eq(RUN(often, region_dir(), "--preposition", scratch_path(dir, "p.json")),
                 EX_DATAERR);
    scratch_remove(dir);
}
