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

/* Besides the road from b to c there is one that takes twice as long. */
static void add_detour(void) {
    region_files_write(&town.files, "link.csv",
                       "link_id,from_node_id,to_node_id,directed,length,lanes,capacity,free_speed\n"
                       "ab,a,b,0,6,1,600,12\nbc,b,c,1,3,1,60,30\ncb,c,b,1,3,1,60,30\n"
                       "round,b,c,1,6,1,600,30\n");
    town_load(&town);
}

Test(planning_traffic, who_has_still_to_come_to_a_closed_road_takes_the_way_round_it) {
    pass(40); /* 20 of 80 are past b */
    add_detour();
    town_road(&town, "bc", true, "");
    struct picture *picture = town_picture(&town);
    cr_assert_eq(picture->load_count, 1);
    cr_assert_eq(picture->loads[0].link, region_find_link(town.region, "round"));
    cr_assert_eq(picture->loads[0].per_hour, PER_HOUR);
    cr_assert_eq(picture->loads[0].from_ms, 0);
    cr_assert_eq(picture->loads[0].to_ms, 30 * MINUTE_MS);
    picture_free(picture);
}

Test(planning_traffic, who_is_past_a_road_that_closed_goes_on) {
    pass(40);
    add_detour();
    town_road(&town, "ab", true, "");
    struct picture *picture = town_picture(&town);
    cr_assert_eq(picture->load_count, 1, "none of them has still to come to it");
    cr_assert_eq(picture->loads[0].link, region_find_link(town.region, "bc"));
    cr_assert_eq(picture->loads[0].to_ms, 30 * MINUTE_MS);
    picture_free(picture);
}

/* An order by hand that sends a few of z1 off within three minutes, accepted at once. */
static void send_few(int64_t people, int64_t window_min) {
    static const char *road[] = {"ab", "bc"};
    struct hv_order_people line = {.zone = "z1", .people = (uint32_t)people};
    const uint64_t id = state_general(town_state(&town))->last_order + 1;
    town_decide(&town, (struct hv_record){
                           .kind = HV_RECORD_ORDER,
                           .order = {.id = id,
                                     .state = HV_ORDER_ISSUED,
                                     .revision = 1,
                                     .kind = HV_ORDER_EVACUATE_ZONE,
                                     .post = HV_POST_ZONE_WARDEN,
                                     .addressee = "z1",
                                     .shelter = "s1",
                                     .has_start = true,
                                     .has_end = true,
                                     .start_wall_ms = town.bench->wall_ms,
                                     .end_wall_ms = town.bench->wall_ms + window_min * MINUTE_MS,
                                     .travel_s = TO_B_S + 6 * 60,
                                     .people = &line,
                                     .people_count = 1,
                                     .links = road,
                                     .link_count = 2}});
    town_answer(&town, id, HV_ORDER_ACCEPTED);
}

Test(planning_traffic, whose_order_is_not_kept_apart_any_more_takes_the_quickest_road) {
    enum { ORDERS = STATE_LEGS_MAX + 3, EACH = 6, WINDOW_MIN = 3 };
    for (int i = 0; i < ORDERS; i++)
        send_few(EACH, WINDOW_MIN);
    pass(WINDOW_MIN);
    const struct state_way *way = &state_find_zone(town_state(&town), "z1")->ways[0];
    cr_assert_eq(way->leg_count, STATE_LEGS_MAX);
    cr_assert_eq(way->legs[0].order, 0, "some are joined");
    struct picture *picture = town_picture(&town);
    const double gone = (double)state_way_left(way, STATE_ALL, town.bench->wall_ms);
    double enter = 0;
    for (size_t i = 0; i < picture->load_count; i++) {
        const struct timetable_load *load = &picture->loads[i];
        cr_assert_eq(load->link, region_find_link(town.region, "bc"), "nobody has still to leave");
        cr_assert_geq(load->from_ms, (TO_B_S / 60 - WINDOW_MIN) * MINUTE_MS);
        cr_assert_leq(load->to_ms, TO_B_S / 60 * MINUTE_MS);
        enter += (double)load->per_hour * (double)(load->to_ms - load->from_ms) / (60 * MINUTE_MS);
    }
    cr_assert_gt(gone, (STATE_LEGS_MAX - 1) * EACH + 4, "some by the order that was joined");
    cr_assert_float_eq(enter, gone, 2, "%.1f of %.0f", enter, gone);
    picture_free(picture);
}

/* An order without a window whose warden says at once that all are out. */
Test(planning_traffic, who_left_all_at_once_comes_as_fast_as_the_first_road_lets_them) {
    enum { ALL = 100, FIRST_PER_HOUR = 1200 }; /* 600 vehicles of two */
    send_few(ALL, 0);
    pass(1);
    struct picture *picture = town_picture(&town);
    double enter = 0;
    for (size_t i = 0; i < picture->load_count; i++)
        if (picture->loads[i].per_hour == FIRST_PER_HOUR)
            enter += FIRST_PER_HOUR *
                     (double)(picture->loads[i].to_ms - picture->loads[i].from_ms) /
                     (60 * MINUTE_MS);
    cr_assert_float_eq(enter, ALL, 2);
    picture_free(picture);
}
