/* Room on the roads for buses: what a timetable leaves them, and what a plan of a town makes of it.
 */
#include "coordinator/planning/people.h"
#include "coordinator/planning/people_room.h"
#include "tests/support/planning_town.h"

#include <criterion/criterion.h>
#include <string.h>

enum { PEOPLE = 600, PER_HOUR = 1200, MINUTE_MS = 60000, HOUR_MS = 60 * MINUTE_MS };

/* ---- one road ---- */

/* A zone of 600 people, one shelter a minute away by a road for 1,200 an hour. */
struct road {
    struct network *network;
    struct instance_zone zone;
    struct instance_shelter shelter;
    struct instance instance;
    struct session_task task;
    struct planner *planner;
    struct timetable *timetable;
    struct plan *plan;
};

static void begin_road(struct road *road) {
    static const struct network_link link = {
        .from = 0, .to = 1, .travel_ms = MINUTE_MS, .capacity_per_hour = PER_HOUR};
    static const struct planner_limits no_limits = {0};
    static struct session_order none;
    *road = (struct road){.zone = {.people = {PEOPLE}},
                          .shelter = {.node = 1,
                                      .capacity = PEOPLE,
                                      .places = {PEOPLE, PEOPLE, PEOPLE},
                                      .receive_ml = INSTANCE_NO_LIMIT,
                                      .priority = 1,
                                      .usable = true,
                                      .withstands = true},
                          .task = {.in_force = &none},
                          .timetable = timetable_new()};
    cr_assert_eq(network_new(2, &link, 1, &road->network), 0);
    road->instance = (struct instance){.network = road->network,
                                       .zones = &road->zone,
                                       .zone_count = 1,
                                       .shelters = &road->shelter,
                                       .shelter_count = 1,
                                       .haul_cost_per_m3_hour = 1};
    cr_assert_eq(planner_new(&road->instance, &road->planner), 0);
    cr_assert_eq(people_solve(road->planner, road->timetable, &road->task, &no_limits, NULL, NULL,
                              &road->plan),
                 0);
    cr_assert_eq(road->plan->timetable->clearance_ms, HOUR_MS / 2, "as many as it takes");
}

static void end_road(struct road *road) {
    plan_free(road->plan);
    planner_free(road->planner);
    timetable_free(road->timetable);
    network_free(road->network);
}

/* With so many of the people in no car. */
static void make_room(struct road *road, struct timetable_load load, int64_t by_bus) {
    static const struct timetable_limits no_limits = {0};
    int64_t of_streams[8] = {0};
    cr_assert_lt(road->plan->timetable->stream_count, 8);
    for (size_t i = 0; i < road->plan->timetable->stream_count; i++)
        of_streams[i] = by_bus * road->plan->timetable->streams[i].people[0] / PEOPLE;
    cr_assert_eq(people_room_make(road->planner, road->timetable, &no_limits, &load, 1, of_streams,
                                  road->plan),
                 0);
}

Test(people_room, is_left_to_whoever_goes_first) {
    struct road road;
    begin_road(&road);
    make_room(&road, (struct timetable_load){.per_hour = PER_HOUR / 2, .to_ms = HOUR_MS / 2}, 0);
    const struct plan_timetable *times = road.plan->timetable;
    int64_t early = 0, all = 0;
    for (size_t d = 0; d < times->departure_count; d++) {
        all += times->departures[d].people;
        if (times->departures[d].step * times->step_ms < HOUR_MS / 2)
            early += times->departures[d].people;
    }
    cr_assert_eq(all, PEOPLE);
    cr_assert_eq(early, PEOPLE / 2, "half of the road");
    cr_assert_eq(times->clearance_ms, HOUR_MS * 3 / 4);
    cr_assert_eq(times->bound_unserved, 0);
    cr_assert_leq(times->bound_arrival_ms, times->arrival_ms);
    end_road(&road);
}

Test(people_room, is_there_where_nobody_drives) {
    struct road road;
    begin_road(&road);
    const int64_t arrival_ms = road.plan->timetable->arrival_ms;
    make_room(&road, (struct timetable_load){.per_hour = 300, .to_ms = HOUR_MS / 2}, PEOPLE / 2);
    cr_assert_eq(road.plan->timetable->arrival_ms, arrival_ms, "of 1,200 cars 600 are none");
    make_room(&road, (struct timetable_load){.per_hour = 900, .to_ms = HOUR_MS / 2}, PEOPLE / 2);
    cr_assert_gt(road.plan->timetable->arrival_ms, arrival_ms, "300 more than that");
    end_road(&road);
}

Test(people_room, does_not_cost_anybody_a_place_in_time) {
    struct road road;
    begin_road(&road);
    const int64_t arrival_ms = road.plan->timetable->arrival_ms;
    make_room(&road, (struct timetable_load){.per_hour = PER_HOUR, .to_ms = 100 * (int64_t)HOUR_MS},
              0);
    cr_assert_eq(road.plan->timetable->late_count, 0);
    cr_assert_eq(road.plan->timetable->arrival_ms, arrival_ms);
    end_road(&road);
}

/* What others leave of a road is looked up by the number of its link, of many. */
Test(people_room, is_made_beside_a_flow_of_other_roads_too) {
    static const struct timetable_limits no_limits = {0};
    struct road road;
    begin_road(&road);
    cr_assert_eq(timetable_solve(road.timetable, &road.instance, PEOPLE / 2, &no_limits), 0);
    cr_assert_not(timetable_is_of(road.timetable, road.plan->timetable));
    make_room(&road, (struct timetable_load){.per_hour = PER_HOUR / 2, .to_ms = HOUR_MS / 2}, 0);
    cr_assert(timetable_is_of(road.timetable, road.plan->timetable));
    cr_assert_eq(road.plan->timetable->clearance_ms, HOUR_MS * 3 / 4);
    end_road(&road);
}

/* ---- a town ---- */

/* z1 at a, 60 people, none with a vehicle, goes to s1 at c; z2 at c, 240 people with cars, goes to
 * s2 at b by the road on which the buses come back, which takes 120 people an hour. */
static struct town town;

static const struct hv_plan *plan_with(int buses) {
    char vehicles[160];
    snprintf(vehicles, sizeof vehicles,
             "vehicle_id,kind,node_id,count,seats\nbus,bus,a,%d,10\nfar,bus,c,1,1\n", buses);
    const char *const tables[][2] = {
        {"link.csv", "link_id,from_node_id,to_node_id,directed,length,lanes,capacity,free_speed\n"
                     "ab,a,b,0,6,2,800,60\nbc,b,c,1,3,1,600,30\ncb,c,b,1,3,1,60,30\n"},
        {"zones.csv", "zone_id,name,node_id,night_adult,no_vehicle_share\nz1,One,a,60,1\n"
                      "z2,Two,c,240,0\n"},
        {"shelters.csv", "shelter_id,name,node_id,capacity_night_indoor\ns1,S,c,400\n"
                         "s2,T,b,400\n"},
        {"vehicles.csv", vehicles},
        {NULL, NULL}};
    static const char *zones[] = {"z1", "z2"};
    town_init(&town, tables);
    town.rules.bus_horizon_ms = 12 * (int64_t)HOUR_MS;
    town_phase(&town, HV_PHASE_EVACUATION);
    town_decide(&town,
                (struct hv_record){
                    .kind = HV_RECORD_HAZARD,
                    .hazard = {.hazard = "f", .kind = "flood", .zones = zones, .zone_count = 2}});
    for (int z = 0; z < 2; z++)
        town_decide(&town, (struct hv_record){.kind = HV_RECORD_DIRECTIVE,
                                              .directive = {.id = zones[z],
                                                            .kind = HV_DIRECTIVE_PIN,
                                                            .zone = zones[z],
                                                            .shelter = z == 0 ? "s1" : "s2",
                                                            .depot = "",
                                                            .item = "",
                                                            .reason = "so"}});
    cr_assert_eq(core_bench_enrol(town.bench, "s2", HV_ROLE_SHELTER), 0);
    for (int s = 0; s < 2; s++)
        town_tell(&town, s == 0 ? "s1" : "s2",
                  (struct hv_report){.kind = HV_REPORT_STATUS, .status = {HV_SHELTER_OPEN, ""}});
    town.rules.wall_ms = town.bench->wall_ms;
    town.rules.mono_ms = state_general(town_state(&town))->mono_ms;
    return town_plan(&town, town_propose(&town));
}

/* When the last of z2 have left. */
static uint32_t gone_s(const struct hv_plan *plan) {
    uint32_t last = 0;
    for (size_t i = 0; i < plan->move_count; i++)
        if (strcmp(plan->moves[i].zone, "z2") == 0 && plan->moves[i].departed_s > last)
            last = plan->moves[i].departed_s;
    return last;
}

/* Runs after the first of a bus: before each it has come back. */
static uint32_t ways_back(const struct hv_plan *plan, uint32_t until_s) {
    uint32_t count = 0;
    for (size_t i = 1; i < plan->bus_run_count; i++)
        count += strcmp(plan->bus_runs[i].vehicle, plan->bus_runs[i - 1].vehicle) == 0 &&
                 plan->bus_runs[i].number == plan->bus_runs[i - 1].number &&
                 plan->bus_runs[i].starts_s < (int64_t)until_s;
    return count;
}

Test(people_room, on_the_road_back_cars_leave_the_buses_of_others_theirs) {
    enum { ROOM = 4, CARS_S = 2 * 3600 }; /* two cars of two people a bus */
    const struct hv_plan *plan = plan_with(2);
    const uint32_t back = ways_back(plan, CARS_S);
    cr_assert_eq(plan->unserved_people, 0);
    cr_assert_geq(back, 3, "%u", back);
    cr_assert_geq(gone_s(plan), CARS_S + (back - 1) * ROOM * 30, "%u s, %u on the way back",
                  gone_s(plan), back);
    cr_assert_leq(gone_s(plan), CARS_S + (back + 2) * ROOM * 30 + 60);
    town_deinit(&town);
}

Test(people_room, without_buses_on_it_cars_have_the_road_to_themselves) {
    const struct hv_plan *plan =
        plan_with(60); /* each makes one run at most, and does not return */
    cr_assert_eq(plan->unserved_people, 0);
    cr_assert_leq(gone_s(plan), 2 * 3600 + 60);
    town_deinit(&town);
}
