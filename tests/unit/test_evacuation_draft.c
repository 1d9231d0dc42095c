/* Instances drafted from regions: capacities, travel steps, hazards, people; each option against a
 * count of its own, and that switching it on changes the plan as it should. */
#include "coordinator/optimizer/evacuation_flow.h"
#include "coordinator/planning/evacuation_draft.h"
#include "coordinator/region/builder.h"
#include "tests/support/chance.h"
#include "tests/support/evacuation_checker.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = SANITIZED ? 20 : 120, NODES_MAX = 12, MOST = 64 };

static const struct evacuation_draft_options plain = {.step_s = 60,
                                                      .horizon_steps = 240,
                                                      .time = REGION_NIGHT,
                                                      .stage = PROFILE_TEMPORARY,
                                                      .stay_exposure = -1};

/* ---- regions ---- */

static void add_node(struct region *region, const char *id, bool passable) {
    struct region_node node = {
        .id = id, .name = "", .kind = "", .x = 15 + region->node_count * 0.01, .y = 48};
    node.passable = passable;
    cr_assert_eq(builder_add_node(region, &node, 0), HV_OK);
}

static void add_road(struct region *region, const char *id, uint32_t from, uint32_t to,
                     double travel_s, double veh_per_h) {
    struct region_link link = {.id = id,
                               .name = "",
                               .kind = "primary",
                               .from = from,
                               .to = to,
                               .length_m = travel_s * 10,
                               .free_speed_km_h = 36,
                               .travel_s = travel_s,
                               .capacity_veh_per_h = veh_per_h,
                               .lanes = 1};
    cr_assert_eq(builder_add_link(region, &link, 0), HV_OK);
}

static struct region_zone zone_at(const char *id, uint32_t node, int64_t people) {
    struct region_zone zone = builder_blank_zone();
    zone.id = zone.name = id;
    zone.node = node;
    zone.people[REGION_NIGHT][REGION_AGE_UNKNOWN] = people;
    zone.people[REGION_DAY][REGION_AGE_UNKNOWN] = people / 2;
    return zone;
}

static struct region_shelter shelter_at(const char *id, uint32_t node, int64_t places) {
    struct region_shelter shelter = builder_blank_shelter();
    shelter.id = shelter.name = id;
    shelter.node = node;
    shelter.stated_total[REGION_NIGHT] = shelter.stated_total[REGION_DAY] = places;
    shelter.activation_min = 0;
    return shelter;
}

/* a —ab→ b —bc→ c, a zone at a, a shelter at c. */
static struct region *line(double travel_s, double veh_per_h, int64_t people, int64_t places) {
    struct region *region;
    cr_assert_eq(builder_new(&region), HV_OK);
    add_node(region, "a", true);
    add_node(region, "b", true);
    add_node(region, "c", true);
    add_road(region, "ab", 0, 1, travel_s, veh_per_h);
    add_road(region, "bc", 1, 2, travel_s, veh_per_h);
    struct region_zone zone = zone_at("Z", 0, people);
    cr_assert_eq(builder_add_zone(region, &zone, 0), HV_OK);
    struct region_shelter shelter = shelter_at("S", 2, places);
    cr_assert_eq(builder_add_shelter(region, &shelter, 0), HV_OK);
    return region;
}

static struct evacuation_draft *draft(const struct region *region,
                                      const struct evacuation_draft_options *options) {
    struct evacuation_draft *made;
    cr_assert_eq(evacuation_draft_new(region, options, &made), HV_OK);
    return made;
}

static struct evacuation_value optimum(const struct evacuation_draft *made) {
    const struct evacuation_options options = {0};
    struct evacuation_plan plan;
    cr_assert_eq(evacuation_flow_solve(&made->instance, &options, &plan), HV_OK);
    cr_assert_null(evacuation_checker_plan(&made->instance, &plan));
    cr_assert_null(evacuation_checker_bound(&made->instance, &plan));
    cr_assert(plan.optimal);
    struct evacuation_value value = plan.value;
    evacuation_plan_deinit(&plan);
    return value;
}

static const struct evacuation_note *note_of(const struct evacuation_draft *made,
                                             enum evacuation_note_code code) {
    for (size_t i = 0; i < made->note_count; i++)
        if (made->notes[i].code == code)
            return &made->notes[i];
    return NULL;
}

/* ---- capacities ---- */

Test(evacuation_draft, hourly_capacity_is_kept_to_the_person) {
    struct chance chance = {5};
    for (int round = 0; round < ROUNDS; round++) {
        struct evacuation_draft_options options = plain;
        double veh_per_h = chance_below(&chance, 4000) + chance_below(&chance, 100) / 100.0;
        options.step_s = 1 + chance_below(&chance, 120);
        struct region *region = line(30, veh_per_h, 10, 10);
        struct evacuation_draft *made = draft(region, &options);
        double people_per_step = veh_per_h * region->persons_per_vehicle * options.step_s / 3600;
        int64_t passed = 0;
        for (int32_t t = 0; t <= options.horizon_steps; t++) {
            passed += evacuation_link_room(&made->instance.links[0], t);
            double due = people_per_step * (t + 1);
            cr_assert_leq((double)passed, due + 1e-6);
            cr_assert_gt((double)passed, due - 1 - 1e-6);
        }
        evacuation_draft_free(made);
        options.steady = true;
        made = draft(region, &options);
        if (people_per_step >= 1) {
            cr_assert_eq(made->instance.links[0].change_count, 0);
            cr_assert_eq(made->instance.links[0].capacity_per_step,
                         (int64_t)floor(people_per_step + 1e-7));
        }
        evacuation_draft_free(made);
        region_free(region);
    }
}

/* ---- travel ---- */

static struct region *random_region(struct chance *chance, char ids[MOST][8]) {
    struct region *region;
    const uint32_t nodes = 2 + chance_below(chance, NODES_MAX - 2);
    cr_assert_eq(builder_new(&region), HV_OK);
    for (uint32_t v = 0; v < nodes; v++) {
        snprintf(ids[v], sizeof ids[v], "n%u", v);
        add_node(region, ids[v], true);
    }
    for (uint32_t l = 0; l < 3 * nodes; l++) {
        snprintf(ids[l], sizeof ids[l], "l%u", l);
        add_road(region, ids[l], chance_below(chance, nodes), chance_below(chance, nodes),
                 chance_below(chance, 200) + chance_below(chance, 1000) / 1000.0, 600);
    }
    for (uint32_t s = 0; s < 2; s++) {
        snprintf(ids[s], sizeof ids[s], "s%u", s);
        struct region_shelter shelter = shelter_at(ids[s], chance_below(chance, nodes), 10);
        cr_assert_eq(builder_add_shelter(region, &shelter, 0), HV_OK);
    }
    return region;
}

/* Times of the nearest shelter by Bellman and Ford. */
static void find_times(const struct region *region, const struct evacuation_draft *made, bool steps,
                       double *time) {
    for (uint32_t v = 0; v < region->node_count; v++)
        time[v] = INFINITY;
    for (uint32_t s = 0; s < region->shelter_count; s++)
        time[region->shelters[s].node] = 0;
    for (uint32_t pass = 0; pass < region->node_count; pass++)
        for (uint32_t l = 0; l < region->link_count; l++) {
            const struct region_link *link = &region->links[l];
            double takes =
                steps ? made->instance.links[l].travel_steps : ceil(link->travel_s * 1000) / 1000;
            time[link->from] = fmin(time[link->from], time[link->to] + takes);
        }
}

Test(evacuation_draft, the_quickest_way_to_a_shelter_is_right_to_the_step) {
    struct chance chance = {6};
    for (int round = 0; round < ROUNDS; round++) {
        char ids[MOST][8];
        double seconds[NODES_MAX], steps[NODES_MAX];
        struct evacuation_draft_options options = plain;
        options.step_s = 1 + chance_below(&chance, 90);
        struct region *region = random_region(&chance, ids);
        struct evacuation_draft *made = draft(region, &options);
        find_times(region, made, false, seconds);
        find_times(region, made, true, steps);
        for (uint32_t v = 0; v < region->node_count; v++)
            if (isinf(seconds[v]))
                cr_assert(isinf(steps[v]));
            else
                cr_assert_eq(steps[v], ceil(seconds[v] / options.step_s - 1e-9));
        evacuation_draft_free(made);
        region_free(region);
    }
}

/* Thirty links of 4 s one way: two minutes, whatever the step. */
Test(evacuation_draft, short_links_do_not_add_up_to_nothing_nor_to_hours) {
    struct region *region;
    char ids[MOST][8];
    cr_assert_eq(builder_new(&region), HV_OK);
    for (uint32_t v = 0; v <= 30; v++) {
        snprintf(ids[v], sizeof ids[v], "n%u", v);
        add_node(region, ids[v], true);
    }
    for (uint32_t l = 0; l < 30; l++) {
        snprintf(ids[l], sizeof ids[l], "l%u", l);
        add_road(region, ids[l], l, l + 1, 4, 600);
    }
    struct region_shelter shelter = shelter_at("S", 30, 10);
    cr_assert_eq(builder_add_shelter(region, &shelter, 0), HV_OK);
    struct evacuation_draft *made = draft(region, &plain);
    int32_t steps = 0;
    for (size_t l = 0; l < 30; l++)
        steps += made->instance.links[l].travel_steps;
    cr_assert_eq(steps, 2);
    evacuation_draft_free(made);
    region_free(region);
}

Test(evacuation_draft, nobody_drives_through_a_centroid_and_its_own_people_may_stay) {
    struct region *region;
    cr_assert_eq(builder_new(&region), HV_OK);
    add_node(region, "a", true);
    add_node(region, "hub", false);
    add_node(region, "c", true);
    add_road(region, "ah", 0, 1, 60, 3600);
    add_road(region, "hc", 1, 2, 60, 3600);
    struct region_zone zone = zone_at("A", 0, 50), own = zone_at("H", 1, 30);
    cr_assert_eq(builder_add_zone(region, &zone, 0), HV_OK);
    cr_assert_eq(builder_add_zone(region, &own, 0), HV_OK);
    struct region_shelter far = shelter_at("C", 2, 100), near = shelter_at("H", 1, 40);
    cr_assert_eq(builder_add_shelter(region, &far, 0), HV_OK);
    cr_assert_eq(builder_add_shelter(region, &near, 0), HV_OK);
    struct evacuation_draft *made = draft(region, &plain);
    /* A's people reach H alone: 40 places, and H's own go on to C. */
    cr_assert_eq(optimum(made).unserved, 10);
    cr_assert_str_eq(made->node_ids[3], "hub~in");
    evacuation_draft_free(made);
    region_free(region);
}

/* ---- hazards ---- */

static struct hazard timeline_of(struct hazard_entry *entries, uint32_t count) {
    return (struct hazard){entries, count};
}

/* a ⇄ b ⇄ hub: what ends at a centroid does not lead back from where it came. */
Test(evacuation_draft, opposites_are_told_where_they_lead_the_other_way) {
    static const uint32_t opposites[] = {1, 0, 3, 2};
    struct region *region;
    cr_assert_eq(builder_new(&region), HV_OK);
    add_node(region, "a", true);
    add_node(region, "b", true);
    add_node(region, "hub", false);
    add_road(region, "ab", 0, 1, 60, 3600);
    add_road(region, "ba", 1, 0, 60, 3600);
    add_road(region, "bh", 1, 2, 60, 3600);
    add_road(region, "hb", 2, 1, 60, 3600);
    struct region_shelter shelter = shelter_at("S", 1, 100);
    cr_assert_eq(builder_add_shelter(region, &shelter, 0), HV_OK);
    struct evacuation_draft_options options = plain;
    for (int with = 0; with < 2; with++) {
        options.opposites = with ? opposites : NULL;
        struct evacuation_draft *made = draft(region, &options);
        cr_assert_eq(made->link_opposites[0], with ? 1 : -1);
        cr_assert_eq(made->link_opposites[1], with ? 0 : -1);
        for (size_t l = 2; l < made->instance.link_count; l++)
            cr_assert_eq(made->link_opposites[l], -1);
        evacuation_draft_free(made);
    }
    region_free(region);
}

Test(evacuation_draft, nobody_is_on_a_road_while_a_hazard_closes_it) {
    struct chance chance = {8};
    for (int round = 0; round < ROUNDS; round++) {
        struct region *region = line(60 + chance_below(&chance, 200), 3600, 500, 500);
        double from = chance_below(&chance, 4000), to = from + 1 + chance_below(&chance, 20000);
        struct hazard_entry closed = {
            from, to, REGION_CHEMICAL, HAZARD_LINK, 1, HAZARD_CLOSED, (char *)"", 0};
        struct hazard timeline = timeline_of(&closed, 1);
        struct evacuation_draft_options options = plain;
        options.timeline = &timeline;
        options.trust_unknown = true;
        struct evacuation_draft *made = draft(region, &options);
        const struct evacuation_link *link = &made->instance.links[1];
        for (int32_t t = 0; t <= options.horizon_steps; t++) {
            double enters = t * 60.0, leaves = (t + link->travel_steps) * 60.0;
            bool free = evacuation_link_room(link, t) > 0;
            if (enters < to && leaves > from && leaves > enters)
                cr_assert(!free, "%g to %g, entered at %g", from, to, enters);
            if (leaves <= from - 60 || enters >= to + 60)
                cr_assert(free, "%g to %g, entered at %g", from, to, enters);
        }
        cr_assert_eq(link->closes_at_step != EVACUATION_NEVER,
                     ceil(to / 60) > options.horizon_steps);
        evacuation_draft_free(made);
        region_free(region);
    }
}

Test(evacuation_draft, only_whom_the_hazard_names_leaves_and_by_when_it_comes) {
    struct region *region = line(60, 3600, 500, 500);
    struct region_zone other = zone_at("other", 1, 70);
    cr_assert_eq(builder_add_zone(region, &other, 0), HV_OK);
    struct hazard_entry entries[] = {
        {0, 90000, REGION_FLOOD, HAZARD_ZONE, 0, HAZARD_WARNED, (char *)"", 0},
        {3600 + 630, 90000, REGION_FLOOD, HAZARD_ZONE, 0, HAZARD_FLOODED, (char *)"", 0}};
    struct hazard timeline = timeline_of(entries, 2);
    struct evacuation_draft_options options = plain;
    options.timeline = &timeline;
    options.start_s = 3600;
    struct evacuation_draft *made = draft(region, &options);
    cr_assert_eq(made->instance.zone_count, 1);
    cr_assert_eq(made->instance.zones[0].deadline_step, 10);
    /* Nobody knows whether the shelter withstands a flood. */
    cr_assert_eq(made->instance.shelter_count, 0);
    cr_assert_not_null(note_of(made, NOTE_SHELTER_UNPROVEN));
    evacuation_draft_free(made);
    options.trust_unknown = true;
    made = draft(region, &options);
    cr_assert_eq(optimum(made).unserved, 500 - 11 * 150 < 0 ? 0 : 500 - 11 * 150);
    evacuation_draft_free(made);
    options.start_s = 7200; /* it is there already */
    made = draft(region, &options);
    cr_assert_eq(optimum(made).unserved, 500);
    cr_assert_eq(note_of(made, NOTE_ZONE_CANNOT_LEAVE)->amount, 500);
    evacuation_draft_free(made);
    options.only = (bool[]){false, true};
    made = draft(region, &options);
    cr_assert_eq(made->entries[0].zone, 1);
    evacuation_draft_free(made);
    region_free(region);
}

Test(evacuation_draft, shelters_that_do_not_withstand_the_hazard_are_left_out) {
    struct region *region = line(60, 3600, 300, 500);
    struct region_shelter weak = shelter_at("weak", 1, 500), lost = shelter_at("lost", 1, 60),
                          unknown = shelter_at("unknown", 1, -1), far = shelter_at("far", 1, 9);
    weak.unfit = REGION_FLOOD;
    lost.withstands = REGION_FLOOD;
    unknown.withstands = REGION_FLOOD;
    far.node = REGION_NONE;
    cr_assert_eq(builder_add_shelter(region, &weak, 0), HV_OK);
    cr_assert_eq(builder_add_shelter(region, &lost, 0), HV_OK);
    cr_assert_eq(builder_add_shelter(region, &unknown, 0), HV_OK);
    cr_assert_eq(builder_add_shelter(region, &far, 0), HV_OK);
    region->shelters[0].withstands = REGION_FLOOD;
    struct evacuation_draft_options options = plain;
    struct evacuation_draft *made = draft(region, &options);
    cr_assert_eq(made->instance.shelter_count, 3);
    struct evacuation_value calm = optimum(made);
    evacuation_draft_free(made);
    options.hazards = REGION_FLOOD;
    struct hazard_entry entry = {0,          9e4, REGION_FLOOD, HAZARD_SHELTER, 2, HAZARD_FLOODED,
                                 (char *)"", 0};
    struct hazard timeline = timeline_of(&entry, 1);
    options.timeline = &timeline;
    made = draft(region, &options);
    cr_assert_eq(made->instance.shelter_count, 1);
    cr_assert_str_eq(made->shelter_ids[0], "S");
    cr_assert_eq(note_of(made, NOTE_SHELTER_UNFIT)->amount, 500);
    cr_assert_eq(note_of(made, NOTE_SHELTER_LOST)->amount, 60);
    cr_assert_not_null(note_of(made, NOTE_SHELTER_UNKNOWN));
    cr_assert_not_null(note_of(made, NOTE_SHELTER_WITHOUT_NODE));
    cr_assert_gt(optimum(made).total_arrival_steps, calm.total_arrival_steps);
    evacuation_draft_free(made);
    region_free(region);
}

/* Exposure second by second: on the road whole, at home by its share, while the cloud is there. */
static double exposure(double leave_s, double travel_s, const struct hazard_entry *cloud,
                       double indoors, bool moves) {
    double sum = 0;
    for (long second = 0; leave_s + (double)second < cloud->to_s; second++) {
        double at = leave_s + (double)second;
        bool there = at >= cloud->from_s;
        bool away = moves && at >= leave_s + travel_s;
        sum += !there || away ? 0 : moves ? 1 : indoors;
    }
    return sum;
}

Test(evacuation_draft, who_is_safer_at_home_stays) {
    struct chance chance = {9};
    size_t stay = 0, leave = 0;
    for (int round = 0; round < ROUNDS / 2; round++) {
        struct region *region = line(30 + chance_below(&chance, 1500), 3600, 100, 500);
        struct hazard_entry cloud = {0,          0, REGION_CHEMICAL, HAZARD_ZONE, 0, HAZARD_FLOODED,
                                     (char *)"", 0};
        cloud.from_s = chance_below(&chance, 4000);
        cloud.to_s = cloud.from_s + 60 + chance_below(&chance, 7000);
        struct hazard timeline = timeline_of(&cloud, 1);
        struct evacuation_draft_options options = plain;
        options.timeline = &timeline;
        options.trust_unknown = true;
        options.stay_exposure = chance_below(&chance, 11) / 10.0;
        struct evacuation_draft *made = draft(region, &options);
        double travel_s = 2 * ceil(region->links[0].travel_s * 1000) / 1000;
        int32_t last = made->instance.zone_count == 0 ? -1 : made->instance.zones[0].deadline_step;
        cr_assert_eq(made->instance.zone_count == 0, note_of(made, NOTE_ZONE_STAYS) != NULL);
        for (int32_t t = 0; t <= last && t <= options.horizon_steps; t++)
            cr_assert_leq(exposure(t * 60, travel_s, &cloud, 0, true),
                          exposure(t * 60, travel_s, &cloud, options.stay_exposure, false) + 1);
        if (last < options.horizon_steps)
            cr_assert_geq(
                exposure((last + 1) * 60, travel_s, &cloud, 0, true) + 1,
                exposure((last + 1) * 60, travel_s, &cloud, options.stay_exposure, false));
        stay += last < 0;
        leave += last >= 0;
        evacuation_draft_free(made);
        region_free(region);
    }
    cr_assert_gt(stay, 0);
    cr_assert_gt(leave, 0);
}

/* Nobody is sent into water, so leaving in time is never worse than walls that water comes
 * through: a flood is planned as if nobody had asked, and that is told. A cloud is weighed. */
Test(evacuation_draft, walls_are_weighed_only_where_they_help) {
    const enum region_hazard kinds[] = {REGION_FLOOD, REGION_CHEMICAL};
    for (int k = 0; k < 2; k++) {
        struct region *region = line(1000, 3600, 100, 500);
        struct hazard_entry comes = {1200,           9e4,        kinds[k], HAZARD_ZONE, 0,
                                     HAZARD_FLOODED, (char *)"", 0};
        struct hazard timeline = timeline_of(&comes, 1);
        struct evacuation_draft_options options = plain;
        options.timeline = &timeline;
        options.trust_unknown = true;
        struct evacuation_draft *without = draft(region, &options);
        options.stay_exposure = 0;
        struct evacuation_draft *with = draft(region, &options);
        const struct evacuation_note *note = note_of(with, NOTE_STAY_WEIGHS_NOTHING);
        const bool alike =
            with->instance.zone_count == 1 &&
            with->instance.zones[0].deadline_step == without->instance.zones[0].deadline_step;
        cr_assert_eq(alike, kinds[k] == REGION_FLOOD);
        cr_assert_eq(note != NULL, kinds[k] == REGION_FLOOD);
        cr_assert(note == NULL || note->amount == 1);
        cr_assert_null(note_of(without, NOTE_STAY_WEIGHS_NOTHING));
        const struct evacuation_value moved = optimum(without), weighed = optimum(with);
        cr_assert(moved.unserved == 0 && moved.total_arrival_steps > 0);
        cr_assert_eq(weighed.total_arrival_steps, alike ? moved.total_arrival_steps : 0);
        evacuation_draft_free(without);
        evacuation_draft_free(with);
        region_free(region);
    }
}

/* ---- people ---- */

Test(evacuation_draft, mobilisation_holds_back_whom_it_says) {
    struct region *region = line(60, 36000, 1001, 2000);
    struct evacuation_draft_options options = plain;
    struct evacuation_draft *made = draft(region, &options);
    struct evacuation_value at_once = optimum(made);
    evacuation_draft_free(made);
    options.mobilisation = (struct evacuation_curve){4, {0, 600, 1770, 3600}, {0.1, 0.5, 0.9, 1}};
    made = draft(region, &options);
    const int32_t ready[] = {0, 10, 30, 60};
    const int64_t parts[] = {100, 401, 400, 100}; /* 100.1, 500.5 and 900.9, rounded */
    cr_assert_eq(made->instance.zone_count, 4);
    for (size_t z = 0; z < 4; z++) {
        cr_assert_eq(made->instance.zones[z].earliest_step, ready[z]);
        cr_assert_eq(made->instance.zones[z].people, parts[z]);
    }
    cr_assert_str_eq(made->zone_ids[1], "Z@10");
    cr_assert_str_eq(made->place_ids[1], "Z");
    cr_assert_gt(optimum(made).total_arrival_steps, at_once.total_arrival_steps);
    cr_assert_eq(optimum(made).unserved, 0);
    evacuation_draft_free(made);
    region_free(region);
}

Test(evacuation_draft, households_are_ready_whole) {
    struct region *region = line(60, 36000, 1001, 2000);
    struct evacuation_draft_options options = plain;
    region->zones[0].households = 334;
    options.by_class = options.households = true;
    options.mobilisation = (struct evacuation_curve){3, {0, 600, 1770}, {0.1, 0.5, 1}};
    struct evacuation_draft *made = draft(region, &options);
    int64_t people = 0;
    cr_assert_eq(made->travellers.classes[DRAFT_CAR].party_people, 3);
    for (size_t z = 0; z + 1 < made->instance.zone_count; z++) {
        cr_assert_eq(made->entries[z].class, DRAFT_CAR);
        cr_assert_str_eq(made->place_ids[z], "Z.car");
        cr_assert_eq(made->instance.zones[z].people % 3, 0, "%d", (int)z);
    }
    for (size_t z = 0; z < made->instance.zone_count; z++)
        people += made->instance.zones[z].people;
    cr_assert_eq(made->instance.zone_count, 3);
    cr_assert_eq(people, 1001);
    evacuation_draft_free(made);
    region_free(region);
}

Test(evacuation_draft, background_traffic_takes_its_share) {
    struct region *region = line(60, 2400, 3000, 4000);
    struct evacuation_draft_options options = plain;
    struct evacuation_draft *made = draft(region, &options);
    struct evacuation_value alone = optimum(made);
    cr_assert_eq(evacuation_link_room(&made->instance.links[0], 0), 100);
    evacuation_draft_free(made);
    options.background = (struct evacuation_curve){2, {0, 1200}, {0.25, 0}};
    made = draft(region, &options);
    cr_assert_eq(evacuation_link_room(&made->instance.links[0], 19), 75);
    cr_assert_eq(evacuation_link_room(&made->instance.links[0], 20), 100);
    /* 500 of 3,000 leave five steps later, 25 of each of twenty steps, and push the rest. */
    cr_assert_gt(optimum(made).total_arrival_steps, alone.total_arrival_steps);
    evacuation_draft_free(made);
    region_free(region);
}

Test(evacuation_draft, day_and_night_differ) {
    struct region *region = line(60, 2400, 3000, 4000);
    struct evacuation_draft_options options = plain;
    options.time = REGION_DAY;
    struct evacuation_draft *made = draft(region, &options);
    cr_assert_eq(evacuation_instance_people(&made->instance), 1500);
    const struct evacuation_value day = optimum(made);
    evacuation_draft_free(made);
    options.time = REGION_NIGHT;
    made = draft(region, &options);
    cr_assert_eq(evacuation_instance_people(&made->instance), 3000);
    const struct evacuation_value night = optimum(made);
    cr_assert(day.unserved == 0 && night.unserved == 0);
    cr_assert_gt(night.total_arrival_steps, 2 * day.total_arrival_steps); /* they queue longer */
    evacuation_draft_free(made);
    region_free(region);
}

Test(evacuation_draft, who_goes_elsewhere_needs_no_place_but_the_road) {
    struct region *region = line(60, 2400, 3000, 2000);
    struct evacuation_draft_options options = plain;
    struct evacuation_draft *made = draft(region, &options);
    cr_assert_eq(optimum(made).unserved, 1000);
    evacuation_draft_free(made);
    options.elsewhere = 0.4;
    made = draft(region, &options);
    cr_assert_eq(note_of(made, NOTE_ELSEWHERE_LEFT_OUT)->amount, 1200);
    struct evacuation_value without = optimum(made);
    cr_assert_eq(without.unserved, 0);
    evacuation_draft_free(made);
    options.exits = (uint32_t[]){1};
    options.exit_count = 1;
    made = draft(region, &options);
    cr_assert_null(note_of(made, NOTE_ELSEWHERE_LEFT_OUT));
    cr_assert_eq(evacuation_instance_people(&made->instance), 3000);
    cr_assert_eq(made->instance.shelters[1].capacity, 1200);
    struct evacuation_value with = optimum(made);
    cr_assert_eq(with.unserved, 0);
    cr_assert_gt(with.total_arrival_steps, without.total_arrival_steps);
    evacuation_draft_free(made);
    region_free(region);
}

Test(evacuation_draft, classes_add_up_to_everybody) {
    struct chance chance = {12};
    for (int round = 0; round < ROUNDS; round++) {
        struct region *region = line(60, 2400, 1 + chance_below(&chance, 5000), 4000);
        struct region_zone *zone = &region->zones[0];
        const int64_t all = zone->people[REGION_NIGHT][REGION_AGE_UNKNOWN];
        zone->wheelchair = chance_below(&chance, (uint32_t)all + 1);
        zone->medical = chance_below(&chance, (uint32_t)all + 1);
        zone->no_vehicle_share = chance_below(&chance, 101) / 100.0;
        zone->households = 1 + all / 3;
        struct evacuation_draft_options options = plain;
        options.by_class = options.households = true;
        options.pets = chance_below(&chance, 101) / 100.0;
        options.elsewhere = chance_below(&chance, 101) / 100.0;
        options.exits = (uint32_t[]){1};
        options.exit_count = 1;
        options.walk_limit_s = chance_below(&chance, 2) * 36000;
        if (chance_below(&chance, 2) == 0)
            options.mobilisation = (struct evacuation_curve){2, {0, 600}, {0.35, 1}};
        struct evacuation_draft *made = draft(region, &options);
        int64_t sum = made->bus[0][0] + made->bus[1][0] + made->bus[2][0];
        cr_assert(options.walk_limit_s == 0 || made->bus[0][0] == 0);
        for (size_t z = 0; z < made->instance.zone_count; z++)
            sum += made->instance.zones[z].people;
        cr_assert_eq(sum, all);
        evacuation_draft_free(made);
        region_free(region);
    }
}

Test(evacuation_draft, classes_know_what_a_shelter_takes) {
    struct region *region = line(60, 2400, 1000, 4000);
    struct region_shelter fit = shelter_at("fit", 2, 100);
    fit.accessible = fit.pets = fit.frail = REGION_ANSWER_YES;
    cr_assert_eq(builder_add_shelter(region, &fit, 0), HV_OK);
    region->zones[0].households = 400;
    struct evacuation_draft_options options = plain;
    options.by_class = options.households = true;
    options.exits = (uint32_t[]){1};
    options.exit_count = 1;
    struct evacuation_draft *made = draft(region, &options);
    cr_assert_eq(made->travellers.takes[0], 1u << DRAFT_CAR | 1u << DRAFT_FOOT);
    cr_assert_eq(made->travellers.takes[1], 1u << DRAFT_CAR | 1u << DRAFT_FOOT | 1u << DRAFT_PETS |
                                                1u << DRAFT_WHEELCHAIR | 1u << DRAFT_MEDICAL);
    cr_assert_eq(made->travellers.takes[2], 1u << DRAFT_ELSEWHERE);
    /* 2.5 a household, rounded; one car, which holds 2.5 of what a road counts. */
    cr_assert_eq(made->travellers.classes[DRAFT_CAR].party_people, 3);
    cr_assert_eq(made->travellers.classes[DRAFT_CAR].road_use_permille, 2500);
    evacuation_draft_free(made);
    region_free(region);
}

Test(evacuation_draft, one_way_streets_are_walked_both_ways_and_motorways_not_at_all) {
    struct region *region = line(60, 2400, 1000, 4000); /* 600 m each */
    region->zones[0].no_vehicle_share = 1;
    struct region_shelter behind = shelter_at("behind", 0, 500);
    region->zones[0].node = 1;
    cr_assert_eq(builder_add_shelter(region, &behind, 0), HV_OK);
    add_node(region, "d", true);
    add_road(region, "cd", 2, 3, 10, 2400);
    region->links[2].kind = "motorway";
    struct evacuation_draft_options options = plain;
    options.by_class = true;
    options.walk_limit_s = 600 / 1.07 + 1;
    struct evacuation_draft *made = draft(region, &options);
    cr_assert_eq(made->travellers.footway_count, 4);
    cr_assert_eq(made->bus[0][0], 0);
    cr_assert_eq(made->entries[0].class, DRAFT_FOOT);
    cr_assert_eq(made->travellers.classes[DRAFT_FOOT].travel_limit_steps, 10);
    evacuation_draft_free(made);
    options.walk_limit_s -= 2;
    made = draft(region, &options);
    cr_assert_eq(made->bus[0][0], 1000);
    evacuation_draft_free(made);
    region_free(region);
}

Test(evacuation_draft, a_region_without_roads_or_with_nobody_in_it_is_no_crash) {
    struct region *region;
    struct evacuation_draft *made;
    cr_assert_eq(builder_new(&region), HV_OK);
    cr_assert_eq(evacuation_draft_new(region, &plain, &made), HV_ERR_VALUE);
    add_node(region, "a", true);
    made = draft(region, &plain);
    cr_assert_eq(optimum(made).unserved, 0);
    evacuation_draft_free(made);
    struct region_zone unknown = builder_blank_zone(), away = zone_at("away", REGION_NONE, 5);
    unknown.id = unknown.name = "unknown";
    unknown.node = 0;
    cr_assert_eq(builder_add_zone(region, &unknown, 0), HV_OK);
    cr_assert_eq(builder_add_zone(region, &away, 0), HV_OK);
    made = draft(region, &plain);
    cr_assert_not_null(note_of(made, NOTE_ZONE_PEOPLE_UNKNOWN));
    cr_assert_eq(note_of(made, NOTE_ZONE_WITHOUT_NODE)->amount, 5);
    evacuation_draft_free(made);
    struct evacuation_draft_options options = plain;
    options.step_s = 0;
    cr_assert_eq(evacuation_draft_new(region, &options, &made), HV_ERR_VALUE);
    region_free(region);
}
