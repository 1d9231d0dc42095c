/* Room on the roads for people who are on the way. Zone z1 at a with 240 people, half an hour from
 * b; zone z2 at b with 120; from b to the shelter at c a road that takes 120 people an hour. z1 has
 * been ordered to leave and has accepted; then z2 has to leave, too. */
#include "coordinator/optimizer/timetable.h"
#include "tests/support/planning_town.h"

#include <criterion/criterion.h>
#include <string.h>

enum { MINUTE_MS = 60000, PER_HOUR = 120, QUARTER_MIN = 15, FORENOON_MIN = 360, TO_B_S = 30 * 60 };

static const char *const bottleneck[][2] = {
    {"link.csv", "link_id,from_node_id,to_node_id,directed,length,lanes,capacity,free_speed\n"
                 "ab,a,b,0,6,1,600,12\nbc,b,c,1,3,1,60,30\ncb,c,b,1,3,1,60,30\n"},
    {"zones.csv", "zone_id,name,node_id,night_adult\nz1,One,a,240\nz2,Two,b,120\n"},
    {"shelters.csv", "shelter_id,name,node_id,area_indoor_m2,toilets,accessible,withstands,"
                     "capacity_night_indoor\n"
                     "s1,School,c,1700,10,yes,flood; fire,500\n"},
    {NULL, NULL}};

static struct town town;
static int64_t left_from_ms; /* the first of z1, by the wall clock */

static void pass(int64_t minutes) {
    core_bench_tick(town.bench, (uint64_t)minutes * MINUTE_MS);
    core_bench_idle(town.bench);
    town.rules.wall_ms = town.bench->wall_ms;
    town.rules.mono_ms = core_mono_ms(town.bench->core, town.bench->real_ms);
}

static void hit(size_t zones) {
    static const char *both[] = {"z1", "z2"};
    town_decide(
        &town, (struct hv_record){
                   .kind = HV_RECORD_HAZARD,
                   .hazard = {.hazard = "f", .kind = "flood", .zones = both, .zone_count = zones}});
}

static void begin(void) {
    town_init(&town, bottleneck);
    town.rules.arrival_margin_ms = 30 * MINUTE_MS;
    town_phase(&town, HV_PHASE_EVACUATION);
    hit(1);
    town_tell(&town, "s1",
              (struct hv_report){.kind = HV_REPORT_STATUS, .status = {HV_SHELTER_OPEN, ""}});
    pass(0);
    town_approve(&town, town_propose(&town));
    const struct hv_order *order = town_order(&town, HV_ORDER_EVACUATE_ZONE, HV_ORDER_ISSUED, NULL);
    left_from_ms = order->start_wall_ms;
    town_answer(&town, order->id, HV_ORDER_ACCEPTED);
}

static void end(void) {
    town_deinit(&town);
}

TestSuite(planning_traffic, .init = begin, .fini = end);

/* How many of `people` are through from one second to another of those who leave between two. */
static double through(double people, double from_s, double to_s, double begins_s, double ends_s) {
    const double first = begins_s > from_s ? begins_s : from_s,
                 last = ends_s < to_s ? ends_s : to_s;
    return last > first && to_s > from_s ? people * (last - first) / (to_s - from_s) : 0;
}

/* Who enters the road from b to c within a quarter of an hour from `s` after now: those of z1 who
 * are on the way, one by one at the rate of the road, and those whom the plan moves. */
static double enter(const struct hv_plan *plan, int64_t on_way, double s) {
    const double left_s = (double)(left_from_ms - town.bench->wall_ms) / 1000 + TO_B_S,
                 last_s = left_s + (double)on_way * 3600 / PER_HOUR, ends_s = s + QUARTER_MIN * 60;
    double people = through((double)on_way, left_s, last_s, s, ends_s);
    for (size_t i = 0; i < plan->move_count; i++) {
        const struct hv_plan_move *move = &plan->moves[i];
        const double to_b_s = strcmp(move->zone, "z1") == 0 ? TO_B_S : 0;
        people +=
            through(move->people, move->departs_s + to_b_s, move->departed_s + to_b_s, s, ends_s);
    }
    return people;
}

static double busiest_quarter(const struct hv_plan *plan, int64_t on_way) {
    double most = 0;
    for (int minute = 0; minute < FORENOON_MIN; minute++) {
        const double people = enter(plan, on_way, minute * 60.0);
        most = people > most ? people : most;
    }
    return most;
}

Test(planning_traffic, no_road_has_more_people_than_it_takes) {
    pass(40);
    hit(2);
    const struct hv_plan *plan = town_plan(&town, town_propose(&town));
    cr_assert_eq(plan->unserved_people, 0);
    const double most = busiest_quarter(plan, 80);
    cr_assert_lt(most, PER_HOUR / 4 + 3, "%.1f in a quarter of an hour", most);
    cr_assert_gt(most, PER_HOUR / 4 - 3, "it is used");
}

Test(planning_traffic, who_is_past_a_road_or_has_come_takes_none_of_it) {
    pass(40);
    struct picture *picture = town_picture(&town);
    cr_assert_eq(picture->load_count, 1, "all of them are past the first road");
    cr_assert_eq(picture->loads[0].link, region_find_link(town.region, "bc"));
    cr_assert_eq(picture->loads[0].per_hour, PER_HOUR);
    cr_assert_eq(picture->loads[0].from_ms, 0);
    cr_assert_eq(picture->loads[0].to_ms, 30 * MINUTE_MS);
    picture_free(picture);
    town_tell(&town, "s1",
              (struct hv_report){.kind = HV_REPORT_MOVEMENT,
                                 .movement = {.kind = HV_MOVEMENT_CHECK_IN,
                                              .people = {.by_age = {[HV_AGE_ADULT] = 80}},
                                              .zone = "z1",
                                              .shelter = "",
                                              .transfer = ""}});
    picture = town_picture(&town);
    cr_assert_eq(picture->load_count, 0, "they are all there, sooner than thought");
    picture_free(picture);
}

Test(planning_traffic, nobody_has_room_before_anybody_has_left) {
    struct picture *picture = town_picture(&town);
    cr_assert_eq(picture->load_count, 0);
    picture_free(picture);
}

Test(planning_traffic, a_road_that_is_closed_is_taken_by_nobody) {
    pass(40);
    town_road(&town, "bc", true, "");
    struct picture *picture = town_picture(&town);
    cr_assert_eq(picture->load_count, 0);
    picture_free(picture);
}
