#include "simulations/exercise/flood.h"

#include "simulations/exercise/relay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE 1500u      /* an hour in 2.4 seconds */
#define RATE_MAX 10000u /* of a scenario clock */
#define SLOWEST_RATE 600u
#define LONG_TURN_MS (20 * FLOOD_MINUTE_MS) /* of the loop, in scenario time */
#define CALM_TURNS 100u
#define CUT_OFF "S10"
#define STEP_MS (4 * FLOOD_MINUTE_MS)
#define NEEDS_MS FLOOD_HOUR_MS
#define HAND_OUT_EVERY 6u /* times NEEDS_MS */
#define COUNT_MS (12 * FLOOD_HOUR_MS)
#define POLL_US 400000u
#define DRAW_US 250000u
#define SETTLE_MS 60000u

/* ---- the clock ---- */

uint64_t flood_now_ms(const struct flood *flood) {
    return flood->base_elapsed_ms + (stage_now_us() - flood->base_us) * flood->rate / 1000;
}

/* The clock goes on from now at that rate. */
static int run_clock(struct flood *flood, uint32_t rate) {
    uint64_t now_ms = flood->base_us == 0 ? 0 : flood_now_ms(flood);
    flood->base_elapsed_ms = now_ms;
    flood->base_us = stage_now_us();
    flood->rate = rate;
    return stage_set_clock(&flood->stage, flood->start_wall_ms, now_ms, flood->rate * 1000);
}

int flood_set_rate(struct flood *flood, uint32_t rate) {
    flood->wanted_rate = rate < RATE_MAX ? rate : RATE_MAX;
    flood->calm_turns = 0;
    return run_clock(flood, flood->wanted_rate);
}

int flood_skip(struct flood *flood, uint64_t ms) {
    flood->base_elapsed_ms += ms;
    return run_clock(flood, flood->rate);
}

/* On a busy machine a turn of the loop takes long, and a plan would be overtaken by hours while it
 * is made: the clock goes slower there, and faster again when turns are short. At night nobody
 * minds. */
static int keep_pace(struct flood *flood, uint64_t now_ms) {
    uint64_t passed_ms = now_ms - flood->turned_ms;
    flood->turned_ms = now_ms;
    if (flood->night != NIGHT_IS_FAR || flood->stage.headquarters == NULL)
        return 0;
    flood->calm_turns = passed_ms < LONG_TURN_MS ? flood->calm_turns + 1 : 0;
    if (passed_ms >= LONG_TURN_MS && flood->rate > SLOWEST_RATE)
        return run_clock(flood, flood->rate / 2 > SLOWEST_RATE ? flood->rate / 2 : SLOWEST_RATE);
    if (flood->calm_turns < CALM_TURNS || flood->rate >= flood->wanted_rate)
        return 0;
    flood->calm_turns = 0;
    return run_clock(flood,
                     flood->rate * 2 < flood->wanted_rate ? flood->rate * 2 : flood->wanted_rate);
}

/* ---- opening ---- */

/* The story is a flood's: its alerts, accidents and words fit no other hazard. */
static int check_flood(struct flood *flood, const char *path) {
    for (uint32_t i = 0; i < flood->hazard.count; i++)
        if (flood->hazard.entries[i].hazard != REGION_FLOOD)
            return stage_fail(&flood->stage, HV_ERR_VALUE, "%s, line %u: %s; a flood alone", path,
                              flood->hazard.entries[i].line,
                              region_hazard_name(flood->hazard.entries[i].hazard));
    return 0;
}

static int load_region(struct flood *flood) {
    char path[4096];
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    const int region_error = region_load(flood->options.region, &faults, &flood->region);
    int error = region_error;
    if (flood->options.hazard != NULL)
        snprintf(path, sizeof path, "%s", flood->options.hazard);
    else
        snprintf(path, sizeof path, "%s/hazard.csv", flood->options.region);
    if (error == 0)
        error = hazard_load(path, flood->region, &faults, &flood->hazard);
    char first[1024] = "";
    if (error != 0 && faults.count > 0)
        hv_fault_print(&faults.faults[0], first, sizeof first);
    hv_fault_list_deinit(&faults);
    if (error != 0)
        return stage_fail(&flood->stage, error, "the %s cannot be used: %s",
                          region_error != 0 ? "region" : "hazard",
                          first[0] == '\0' ? hv_error_text(error) : first);
    if (flood->region->item_count > FLOOD_ITEMS_MAX)
        return stage_fail(&flood->stage, HV_ERR_LIMIT, "the region has more than %u items",
                          FLOOD_ITEMS_MAX);
    return check_flood(flood, path);
}

static struct hv_people people_of(const struct region_zone *zone) {
    static const enum hv_age_group ages[REGION_AGES] = {HV_AGE_INFANT, HV_AGE_CHILD, HV_AGE_ADULT,
                                                        HV_AGE_ELDERLY, HV_AGE_UNKNOWN};
    struct hv_people people = {{0}, {0}, 0};
    for (unsigned i = 0; i < REGION_AGES; i++)
        if (zone->people[REGION_NIGHT][i] > 0)
            people.by_age[ages[i]] = (int32_t)zone->people[REGION_NIGHT][i];
    people.overlay[HV_OVERLAY_WHEELCHAIR] = zone->wheelchair > 0 ? (int32_t)zone->wheelchair : 0;
    people.overlay[HV_OVERLAY_MEDICAL] = zone->medical > 0 ? (int32_t)zone->medical : 0;
    people.overlay[HV_OVERLAY_PREGNANT] = people.by_age[HV_AGE_ADULT] / 90;
    people.overlay[HV_OVERLAY_OTHER_LANGUAGE] = (int32_t)(hv_people_total(&people) / 14);
    people.pets = (int32_t)(hv_people_total(&people) / 9);
    return people;
}

static int make_world(struct flood *flood) {
    struct world_options options = {.seed = dice_next(&flood->dice),
                                    .early_permille = 40,
                                    .elsewhere_permille = 300,
                                    .stray_permille = 30,
                                    .hospital_permille = 15};
    struct hv_people *zones = calloc(flood->region->zone_count + 1, sizeof *zones);
    if (zones == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < flood->region->zone_count; i++)
        zones[i] = people_of(&flood->region->zones[i]);
    flood->world =
        world_new(&options, zones, flood->region->zone_count, flood->region->shelter_count);
    free(zones);
    return flood->world == NULL ? HV_ERR_MEMORY : 0;
}

static struct goods_need need_of(const struct region_item *item) {
    return (struct goods_need){
        .daily_milli =
            item->need_per_person_day > 0 ? (uint64_t)(item->need_per_person_day * 1000) : 0,
        .once_milli =
            item->need_per_person_once > 0 ? (uint64_t)(item->need_per_person_once * 1000) : 0};
}

static int open_shelter_desk(struct flood *flood, uint32_t number) {
    struct flood_shelter *shelter = &flood->shelters[number];
    const char *id = flood->region->shelters[number].id;
    uint16_t port = 0;
    shelter->needs = calloc(flood->region->item_count + 1, sizeof *shelter->needs);
    if (shelter->needs == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < flood->region->item_count; i++)
        shelter->needs[i] = need_of(&flood->region->items[i]);
    if (strcmp(id, CUT_OFF) == 0 &&
        relay_start(&flood->relay, "relay", flood->stage.port, &port) != 0)
        return stage_fail(&flood->stage, HV_ERR_IO, "the relay of %s cannot be started", id);
    return stage_add_desk(&flood->stage, id, HV_ROLE_SHELTER, port, &shelter->desk);
}

static int open_desks(struct flood *flood) {
    const struct region *region = flood->region;
    int error = 0;
    flood->shelters = calloc(region->shelter_count + 1, sizeof *flood->shelters);
    flood->depots = calloc(region->depot_count + 1, sizeof *flood->depots);
    flood->wardens = calloc(region->zone_count + 1, sizeof *flood->wardens);
    if (flood->shelters == NULL || flood->depots == NULL || flood->wardens == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; error == 0 && i < region->shelter_count; i++)
        error = open_shelter_desk(flood, i);
    for (uint32_t i = 0; error == 0 && i < region->depot_count; i++)
        error = stage_add_desk(&flood->stage, region->depots[i].id, HV_ROLE_DEPOT, 0,
                               &flood->depots[i].desk);
    for (uint32_t i = 0; error == 0 && i < region->shelter_count; i++)
        if (strcmp(region->shelters[i].id, FLOOD_PAGE_SHELTER) == 0)
            error = desk_open_page(&flood->stage, flood->shelters[i].desk, FLOOD_PAGE_PIN,
                                   flood->options.region, &flood->page_port);
    for (size_t i = 0; error == 0 && i < flood->stage.desk_count; i++)
        error = desk_start(&flood->stage, &flood->stage.desks[i]);
    return error;
}

static int found_region(struct flood *flood) {
    char *path = realpath(flood->options.region, NULL);
    if (path == NULL)
        return stage_fail(&flood->stage, HV_ERR_NOT_FOUND, "%s is not there",
                          flood->options.region);
    int error = stage_ask(&flood->stage,
                          json_pack("{s:s, s:s}", "verb", "region-load", "path", path), NULL);
    free(path);
    return error;
}

static int first_reports(struct flood *flood) {
    int error = flood_stock(flood);
    for (uint32_t i = 0; error == 0 && i < flood->region->shelter_count; i++)
        error = desk_enter(&flood->stage, flood->shelters[i].desk,
                           json_pack("{s:s, s:s}", "verb", "status-report", "status", "standby"),
                           true, NULL);
    return error;
}

int flood_open(struct flood *flood, const struct flood_options *options,
               struct terminal *terminal) {
    *flood = (struct flood){.options = *options,
                            .terminal = terminal,
                            .start_wall_ms = INT64_C(1773255600000), /* 2026-03-11 19:00 UTC */
                            .phase = "",
                            .started_us = stage_now_us()};
    flood->relay.notify_fd = -1;
    dice_init(&flood->dice, options->seed);
    int error = stage_open(&flood->stage, options->dir, "Sioux Falls flood exercise", terminal);
    if (error == 0)
        error = load_region(flood);
    if (error == 0)
        error = make_world(flood);
    if (error == 0)
        error = found_region(flood);
    if (error == 0)
        error = open_desks(flood);
    if (error == 0)
        error = flood_set_rate(flood, RATE * options->speed);
    if (error == 0)
        error = stage_ask(&flood->stage,
                          json_pack("{s:s, s:s, s:s}", "verb", "incident-open", "name",
                                    "River flood (exercise)", "hazard", "flood"),
                          NULL);
    flood->phase = hv_phase_word(HV_PHASE_WATCH);
    return error == 0 ? first_reports(flood) : error;
}

/* ---- the loop ---- */

static int world_goes_on(struct flood *flood, uint64_t now_ms) {
    int error = 0;
    if (now_ms - flood->stepped_ms < STEP_MS)
        return 0;
    flood->stepped_ms = now_ms;
    error = flood_people(flood, now_ms);
    if (error == 0)
        error = flood_deliveries(flood, now_ms);
    if (error == 0 && now_ms - flood->needs_ms >= NEEDS_MS) {
        bool out =
            flood->needs_ms / (HAND_OUT_EVERY * NEEDS_MS) != now_ms / (HAND_OUT_EVERY * NEEDS_MS);
        error = flood_needs(flood, now_ms, out);
    }
    if (error == 0 && now_ms - flood->counted_ms >= COUNT_MS && !flood->going_home) {
        flood->counted_ms = now_ms;
        error = flood_count(flood);
    }
    return error;
}

static int staff_go_on(struct flood *flood, uint64_t now_ms) {
    uint64_t now_us = stage_now_us();
    if (now_us - flood->polled_us < POLL_US / flood->options.speed)
        return 0;
    flood->polled_us = now_us;
    int error = flood_orders(flood, now_ms);
    return error == 0 && flood->stage.headquarters != NULL ? flood_wardens(flood, now_ms) : error;
}

static int screen_goes_on(struct flood *flood, uint64_t now_ms) {
    uint64_t now_us = stage_now_us();
    if (now_us - flood->drawn_us < DRAW_US)
        return 0;
    flood->drawn_us = now_us;
    int error = flood->stage.headquarters != NULL ? flood_look(flood, now_ms) : 0;
    flood_draw(flood, flood_now_ms(flood)); /* a plan that was waited for took its time */
    return error;
}

static int ended(struct flood *flood, const struct child *child) {
    char how[64];
    return stage_fail(&flood->stage, HV_ERR_CLOSED, "the program of %s ended, %s; see %s",
                      child->name, child_end_text(child, how, sizeof how), child->log);
}

/* A program that ended without being told to ends the exercise. */
static int programs_run(struct flood *flood) {
    struct stage *stage = &flood->stage;
    if (stage->headquarters != NULL && !child_is_running(&stage->coordinator))
        return ended(flood, &stage->coordinator);
    for (size_t i = 0; i < stage->desk_count; i++)
        if (stage->desks[i].wanted && !child_is_running(&stage->desks[i].process))
            return ended(flood, &stage->desks[i].process);
    return 0;
}

static int turn(struct flood *flood) {
    uint64_t now_ms = flood_now_ms(flood);
    int error = keep_pace(flood, now_ms);
    if (error == 0)
        error = flood_story(flood, now_ms);
    if (error == 0)
        error = world_goes_on(flood, now_ms);
    if (error == 0)
        error = staff_go_on(flood, now_ms);
    if (error == 0)
        error = stage_sample(&flood->stage);
    if (error == 0)
        error = screen_goes_on(flood, now_ms);
    return error == 0 ? programs_run(flood) : error;
}

/* After the last phase: answers and acknowledgements that are still on their way. */
static int finish(struct flood *flood) {
    uint64_t until_us = stage_now_us() + 2500000u / flood->options.speed;
    int error = 0;
    while (error == 0 && stage_now_us() < until_us && !children_asked_to_stop()) {
        error = turn(flood);
        children_sleep_ms(5);
    }
    if (error == 0) /* what is kept running to look at goes on in real time */
        error = flood_set_rate(flood, 1);
    if (error == 0)
        error = flood_count(flood);
    if (error == 0)
        error = stage_settle(&flood->stage, SETTLE_MS);
    if (error == 0)
        error = flood_look(flood, flood_now_ms(flood));
    for (uint32_t i = 0; error == 0 && i < flood->region->shelter_count; i++) {
        struct hv_people there = world_in_shelter(flood->world, i);
        error = audit_real_people(flood->stage.audit, flood->shelters[i].desk->id,
                                  hv_people_total(&there));
    }
    if (error == 0)
        error = stage_audit(&flood->stage);
    return error == 0 ? audit_finish(flood->stage.audit, true, false) : error;
}

int flood_run(struct flood *flood) {
    int error = 0;
    while (error == 0 && !flood->over) {
        if (children_asked_to_stop())
            return stage_fail(&flood->stage, HV_ERR_STOPPED, "stopped by a signal");
        error = turn(flood);
        children_sleep_ms(5);
    }
    if (error == 0)
        error = finish(flood);
    if (error == 0 && world_check(flood->world) != 0)
        error = stage_fail(&flood->stage, HV_ERR_CORRUPT, "the world itself does not add up");
    return error;
}

bool flood_close(struct flood *flood) {
    child_freeze(&flood->relay, false);
    bool clean = stage_close(&flood->stage);
    child_kill(&flood->relay);
    for (uint32_t i = 0; flood->shelters != NULL && i < flood->region->shelter_count; i++)
        free(flood->shelters[i].needs);
    free(flood->shelters);
    free(flood->depots);
    free(flood->wardens);
    goods_road_deinit(&flood->road);
    world_free(flood->world);
    hazard_free(&flood->hazard);
    region_free(flood->region);
    json_decref(flood->picture);
    json_decref(flood->status);
    return clean;
}
