/* Hazards with a timeline: what is added, kept and found again; and plans held against the timeline
 * itself, re-read here from the record and not from what the planner made of it. */
#include "coordinator/planning/hazards.h"
#include "coordinator/state/state_checkpoint.h"
#include "tests/support/chance.h"
#include "tests/support/planning_town.h"
#include "tests/support/sanitized.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE_MS = 60000 };

static struct town town;

static void begin(void) {
    town_init(&town, NULL);
    town_phase(&town, HV_PHASE_EVACUATION);
}

static void end(void) {
    town_deinit(&town);
}

TestSuite(timelines, .init = begin, .fini = end);

static int64_t in_minutes(int64_t minutes) {
    return town.bench->wall_ms + minutes * MINUTE_MS;
}

static const char *bc[] = {"bc"}, *cb[] = {"cb"}, *ab[] = {"ab"}, *z1[] = {"z1"}, *s1[] = {"s1"};

static struct hv_record hazard_of(const char *id, struct hv_hazard_step *step, bool adds) {
    return (struct hv_record){.kind = HV_RECORD_HAZARD,
                              .hazard = {.hazard = id,
                                         .kind = "flood",
                                         .zones = z1,
                                         .zone_count = adds ? 0 : 1,
                                         .steps = step,
                                         .step_count = step == NULL ? 0 : 1,
                                         .adds = adds}};
}

static struct hv_hazard_step closes(const char **links, int64_t from, int64_t until) {
    return (struct hv_hazard_step){.from_wall_ms = in_minutes(from),
                                   .has_until = until > 0,
                                   .until_wall_ms = until > 0 ? in_minutes(until) : 0,
                                   .links = links,
                                   .link_count = 1};
}

static void says(struct hv_hazard_step *step, bool adds) {
    town_decide(&town, hazard_of("river", step, adds));
}

static const struct hv_hazard_state *body_in(const struct state *state, const char *id) {
    const struct hv_record *record = NULL;
    const struct state_hazard *hazard =
        (const struct state_hazard *)state_find(state, STATE_HAZARD, id);
    cr_assert_not_null(hazard);
    cr_assert_eq(state_body_decode(&hazard->body, &town.arena, &record), 0);
    return &record->hazard;
}

static const struct hv_hazard_state *river(void) {
    return body_in(town_state(&town), "river");
}

/* ---- adding ---- */

Test(timelines, what_is_added_comes_on_top) {
    struct hv_hazard_step first = closes(bc, 60, 0), next = closes(cb, 90, 120);
    says(&first, false);
    says(&next, true);
    cr_assert_eq(river()->zone_count, 1, "what it hits until it is over stays");
    cr_assert_eq(river()->step_count, 2);
    cr_assert_str_eq(river()->steps[0].links[0], "bc");
    cr_assert_str_eq(river()->steps[1].links[0], "cb");
    cr_assert_eq(river()->steps[1].until_wall_ms, next.until_wall_ms);
    cr_assert_not(river()->adds, "the log holds the whole");
    struct hv_record more = hazard_of("river", NULL, true);
    more.hazard.zones = z1;
    more.hazard.zone_count = 1;
    more.hazard.shelters = s1;
    more.hazard.shelter_count = 1;
    town_decide(&town, more);
    cr_assert_eq(river()->zone_count, 1, "it was there");
    cr_assert_eq(river()->shelter_count, 1);
    cr_assert_eq(river()->step_count, 2);
}

Test(timelines, of_two_who_add_at_once_neither_loses_anything) {
    struct hv_hazard_step steps[] = {closes(bc, 60, 0), closes(cb, 90, 0), closes(ab, 120, 0)};
    struct hv_record records[3];
    says(&steps[0], false);
    town.bench->hold = true; /* the second is heard before the first is stored */
    for (int i = 1; i < 3; i++) {
        records[i] = hazard_of("river", &steps[i], true);
        records[i].actor = HV_ACTOR_OPERATOR;
        records[i].name = i == 1 ? "one" : "other";
        core_bench_step(town.bench, (struct core_event){.kind = CORE_COMMAND,
                                                        .command = {.token = (uint64_t)i,
                                                                    .records = &records[i],
                                                                    .record_count = 1}});
    }
    core_bench_idle(town.bench);
    cr_assert_eq(river()->step_count, 1, "nothing is stored yet");
    town.bench->hold = false;
    while (town.bench->waiting)
        core_bench_store(town.bench);
    core_bench_idle(town.bench);
    cr_assert_eq(river()->step_count, 3);
}

Test(timelines, what_is_said_twice_is_there_once) {
    struct hv_hazard_step step = closes(bc, 60, 0), later = closes(bc, 61, 0);
    says(&step, true);
    says(&step, true);
    cr_assert_eq(river()->step_count, 1);
    says(&later, true);
    cr_assert_eq(river()->step_count, 2);
}

Test(timelines, what_is_over_begins_anew_and_takes_nothing) {
    struct hv_hazard_step step = closes(bc, 60, 0);
    says(&step, false);
    struct hv_record over = hazard_of("river", NULL, true);
    over.hazard.over = true;
    cr_assert_eq(core_bench_decide(town.bench, over), HV_ERR_VALUE);
    over.hazard.adds = false;
    town_decide(&town, over);
    says(&step, true);
    cr_assert_eq(river()->zone_count, 0, "what it hit when it was over is over");
    cr_assert_eq(river()->step_count, 1);
}

Test(timelines, what_does_not_fit_is_refused_and_what_was_said_stands) {
    struct hv_hazard_step step = closes(bc, 60, 0);
    says(&step, false);
    struct hv_hazard_step *many = calloc(HV_HAZARD_STEPS_MAX, sizeof *many);
    cr_assert_not_null(many);
    for (uint32_t i = 0; i < HV_HAZARD_STEPS_MAX; i++)
        many[i] = closes(bc, 100 + i, 0);
    struct hv_record record = hazard_of("river", many, true);
    record.hazard.step_count = HV_HAZARD_STEPS_MAX;
    cr_assert_eq(core_bench_decide(town.bench, record), HV_ERR_LIMIT);
    cr_assert_not_null(strstr(town.bench->reply_verdict.detail, "steps"));
    cr_assert_eq(river()->step_count, 1);
    record.hazard.step_count--;
    town_decide(&town, record);
    cr_assert_eq(river()->step_count, HV_HAZARD_STEPS_MAX);
    free(many);
}

/* ---- kept ---- */

static void same_timeline(const struct hv_hazard_state *a, const struct hv_hazard_state *b) {
    cr_assert_eq(a->step_count, b->step_count);
    for (size_t i = 0; i < a->step_count; i++) {
        cr_assert_eq(a->steps[i].from_wall_ms, b->steps[i].from_wall_ms);
        cr_assert_eq(a->steps[i].until_wall_ms, b->steps[i].until_wall_ms);
        cr_assert_eq(a->steps[i].capacity_permille, b->steps[i].capacity_permille);
        cr_assert_str_eq(a->steps[i].links[0], b->steps[i].links[0]);
    }
}

Test(timelines, a_checkpoint_holds_the_steps_and_when_the_next_one_begins) {
    char *dir = scratch_make();
    const char *path = scratch_path(dir, "checkpoint");
    struct hv_hazard_step first = closes(bc, 60, 0), next = closes(cb, 30, 120);
    next.has_capacity = true;
    next.capacity_permille = 250;
    says(&first, false);
    says(&next, true);
    struct checkpoint *checkpoint;
    struct state *loaded;
    bool done = false;
    cr_assert_eq(
        checkpoint_begin((struct state *)(uintptr_t)town_state(&town), path, NULL, &checkpoint), 0);
    while (!done)
        cr_assert_eq(checkpoint_step(checkpoint, 100, &done), 0);
    cr_assert_eq(checkpoint_finish(checkpoint), 0);
    cr_assert_eq(checkpoint_load(path, NULL, &loaded), 0);
    same_timeline(river(), body_in(loaded, "river"));
    const struct state_hazard *kept =
        (const struct state_hazard *)state_find(loaded, STATE_HAZARD, "river");
    cr_assert_eq(kept->turns_wall_ms, in_minutes(30));
    struct hazards here, there; /* and what it hits is what it hit */
    cr_assert_eq(hazards_find(town_state(&town), town.region, in_minutes(0), &town.arena, &here),
                 0);
    cr_assert_eq(hazards_find(loaded, town.region, in_minutes(0), &town.arena, &there), 0);
    cr_assert_eq(here.closing_count, 2);
    cr_assert_eq(there.closing_count, 2);
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(here.closings[i].link, there.closings[i].link);
        cr_assert_eq(here.closings[i].from_ms, there.closings[i].from_ms);
        cr_assert_eq(here.closings[i].to_ms, there.closings[i].to_ms);
        cr_assert_eq(here.closings[i].permille, there.closings[i].permille);
    }
    state_free(loaded);
    scratch_remove(dir);
}

Test(timelines, a_step_that_began_while_the_coordinator_was_down_is_recorded_after_it) {
    struct hv_hazard_step step = closes(bc, 1, 0);
    says(&step, false);
    const struct hv_hazard_state *before = river();
    const uint64_t told = state_find(town_state(&town), STATE_HAZARD, "river")->changed;
    core_bench_restart(town.bench);
    same_timeline(before, river());
    cr_assert_eq(state_find(town_state(&town), STATE_HAZARD, "river")->changed, told);
    core_bench_tick(town.bench, 2 * MINUTE_MS);
    core_bench_idle(town.bench);
    cr_assert_gt(state_find(town_state(&town), STATE_HAZARD, "river")->changed, told);
    same_timeline(before, river());
}

/* ---- plans against the timeline ---- */

enum { NODES = 6, HAZARDS = 2, STEPS = 4, TEXT = 4096, HORIZON_MIN = 240 };

struct drawn {
    struct chance chance;
    char nodes[TEXT], links[TEXT], zones[TEXT], shelters[TEXT];
    struct hv_hazard_step steps[HAZARDS][STEPS];
    size_t step_count[HAZARDS];
    struct town town;
    struct session *session;
    struct plan *plan;
    struct picture *picture;
};

static uint32_t below(struct drawn *drawn, uint32_t most) {
    return chance_below(&drawn->chance, most);
}

static void add(char *text, const char *line) {
    cr_assert_lt(strlen(text) + strlen(line), (size_t)TEXT);
    strcat(text, line);
}

/* A ring of six nodes and some chords, all both ways; people at three, shelters at two. */
static void draw_region(struct drawn *drawn) {
    char line[200];
    strcpy(drawn->nodes, "node_id,x_coord,y_coord,node_type\n");
    strcpy(drawn->links,
           "link_id,from_node_id,to_node_id,directed,length,lanes,capacity,free_speed\n");
    strcpy(drawn->zones, "zone_id,name,name_zh,node_id,night_adult,wheelchair\n");
    strcpy(drawn->shelters, "shelter_id,name,node_id,area_indoor_m2,toilets,accessible,withstands,"
                            "capacity_night_indoor,activation_min\n");
    for (int n = 0; n < NODES; n++) {
        snprintf(line, sizeof line, "n%d,10.%d,50,\n", n, n);
        add(drawn->nodes, line);
    }
    for (int n = 0; n < NODES + 3; n++) {
        const int from = n % NODES, to = n < NODES ? (n + 1) % NODES : (n + 2) % NODES;
        snprintf(line, sizeof line, "l%d,n%d,n%d,1,%u,1,%u,60\nm%d,n%d,n%d,1,%u,1,%u,60\n", n, from,
                 to, 1 + below(drawn, 20), 60 + below(drawn, 900), n, to, from,
                 1 + below(drawn, 20), 60 + below(drawn, 900));
        add(drawn->links, line);
    }
    for (int z = 0; z < 3; z++) {
        snprintf(line, sizeof line, "z%d,Zone,一区,n%d,%u,%u\n", z, z, 20 + below(drawn, 200),
                 below(drawn, 4));
        add(drawn->zones, line);
    }
    for (int s = 0; s < 2; s++) {
        snprintf(line, sizeof line, "s%d,School,n%d,7000,99,yes,flood,%u,%u\n", s, s + 3,
                 100 + below(drawn, 500), below(drawn, 40));
        add(drawn->shelters, line);
    }
}

static const char *const LINKS[] = {"l0", "l1", "l2", "l3", "l4", "l5", "l6", "l7", "l8",
                                    "m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8"};
enum { LINK_COUNT = sizeof LINKS / sizeof *LINKS };

static void draw_hazard(struct drawn *drawn, int number) {
    static const char *shelters[] = {"s0"};
    static const char *all[] = {"z0", "z1", "z2"};
    char id[16];
    drawn->step_count[number] = 1 + below(drawn, STEPS);
    for (size_t i = 0; i < drawn->step_count[number]; i++) {
        struct hv_hazard_step *step = &drawn->steps[number][i];
        const uint32_t links = 1 + below(drawn, 4);
        const int64_t from = (int64_t)below(drawn, 120) - 20;
        *step = (struct hv_hazard_step){
            .from_wall_ms = drawn->town.bench->wall_ms + from * MINUTE_MS,
            .links = (const char **)(uintptr_t)&LINKS[below(drawn, LINK_COUNT - 4)],
            .link_count = links,
            .has_until = below(drawn, 2) == 0,
            .has_capacity = below(drawn, 4) == 0};
        if (step->has_until)
            step->until_wall_ms = step->from_wall_ms + (1 + below(drawn, 90)) * MINUTE_MS;
        if (step->has_capacity)
            step->capacity_permille = below(drawn, 3) * 300;
        if (below(drawn, 6) == 0) {
            step->shelters = shelters;
            step->shelter_count = 1;
        }
    }
    snprintf(id, sizeof id, "h%d", number);
    town_decide(&drawn->town,
                (struct hv_record){.kind = HV_RECORD_HAZARD,
                                   .hazard = {.hazard = id,
                                              .kind = "flood",
                                              .zones = all,
                                              .zone_count = 3,
                                              .steps = drawn->steps[number],
                                              .step_count = drawn->step_count[number]}});
}

static void draw(struct drawn *drawn, uint64_t seed) {
    *drawn = (struct drawn){.chance.state = seed};
    draw_region(drawn);
    const char *const tables[][2] = {
        {"node.csv", drawn->nodes},
        {"link.csv", drawn->links},
        {"zones.csv", drawn->zones},
        {"shelters.csv", drawn->shelters},
        {"depots.csv", "depot_id,name,node_id\nd1,Depot,n0\n"},
        {"stock.csv", "place_id,item_id,lot,expiry,quantity\nd1,water,A,2027-05-31,600\n"},
        {"vehicles.csv", "vehicle_id,kind,depot_id,node_id,count,seats,payload_kg,payload_l\n"
                         "bus,bus,,n0,3,48,,\n"},
        {NULL, NULL}};
    town_init(&drawn->town, tables);
    town_phase(&drawn->town, HV_PHASE_EVACUATION);
    for (int i = 0; i < HAZARDS; i++)
        draw_hazard(drawn, i);
    drawn->town.rules.wall_ms = drawn->town.bench->wall_ms;
    drawn->picture = town_picture(&drawn->town);
    drawn->session = session_new();
    const struct session_task task = {.picture = drawn->picture};
    cr_assert_eq(session_solve(drawn->session, &task, NULL, NULL, &drawn->plan), 0);
    cr_assert_not_null(drawn->plan->timetable);
}

static void drop(struct drawn *drawn) {
    plan_free(drawn->plan);
    picture_free(drawn->picture);
    session_free(drawn->session);
    town_deinit(&drawn->town);
}

static bool names(const char *const *ids, size_t count, const char *id) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(ids[i], id) == 0)
            return true;
    return false;
}

/* Whether the hazards as told close the link at some moment of [from, to), in ms from now. */
static bool is_closed(const struct drawn *drawn, const char *link, int64_t from, int64_t to) {
    for (int h = 0; h < HAZARDS; h++)
        for (size_t i = 0; i < drawn->step_count[h]; i++) {
            const struct hv_hazard_step *step = &drawn->steps[h][i];
            const int64_t now = drawn->town.bench->wall_ms;
            const bool shuts = !step->has_capacity || step->capacity_permille == 0;
            if (shuts && names(step->links, step->link_count, link) &&
                to > step->from_wall_ms - now &&
                (!step->has_until || from < step->until_wall_ms - now))
                return true;
        }
    return false;
}

static bool is_lost(const struct drawn *drawn, const char *shelter) {
    for (int h = 0; h < HAZARDS; h++)
        for (size_t i = 0; i < drawn->step_count[h]; i++) {
            const struct hv_hazard_step *step = &drawn->steps[h][i];
            const bool past = step->has_until && step->until_wall_ms <= drawn->town.bench->wall_ms;
            if (!past && names(step->shelters, step->shelter_count, shelter))
                return true;
        }
    return false;
}

/* Follows everybody who leaves in one step along the road, link by link: from the moment when the
 * first may enter until the last is off it the link is open. Returns how many went. */
static int64_t follow(const struct drawn *drawn, const struct plan_stream *stream) {
    const struct region *region = drawn->town.region;
    const struct plan_timetable *times = drawn->plan->timetable;
    int64_t people = 0;
    cr_assert_not(is_lost(drawn, region->shelters[stream->shelter].id));
    for (size_t d = 0; d < stream->departure_count; d++) {
        int64_t at_ms = times->departures[stream->departure_first + d].step * times->step_ms;
        people += times->departures[stream->departure_first + d].people;
        for (uint32_t i = 0; i < stream->route.count; i++) {
            const struct region_link *link = &region->links[times->links[stream->route.first + i]];
            const int64_t travel_ms = (int64_t)(link->travel_s * 1000);
            cr_assert_not(is_closed(drawn, link->id, at_ms, at_ms + times->step_ms + travel_ms),
                          "%s at %lld ms", link->id, (long long)at_ms);
            at_ms += travel_ms; /* at least: steps are no shorter than the road */
        }
    }
    return people;
}

Test(timelines, nobody_is_on_a_road_in_a_step_that_closes_it_or_sent_into_a_shelter_that_is_hit) {
    const uint64_t rounds = SANITIZED ? 10 : 60;
    int64_t went = 0, stayed = 0;
    for (uint64_t seed = 1; seed <= rounds; seed++) {
        struct drawn drawn;
        draw(&drawn, seed);
        for (size_t i = 0; i < drawn.plan->timetable->stream_count; i++)
            went += follow(&drawn, &drawn.plan->timetable->streams[i]);
        stayed += drawn.plan->timetable->unserved;
        drop(&drawn);
    }
    cr_assert_gt(went, 100 * (int64_t)rounds, "the timelines leave something to drive on");
    cr_assert_gt(stayed, 0, "and cut somebody off");
}
