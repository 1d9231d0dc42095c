#include "tests/support/zone_plan_checker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char wrong[256];

#define REQUIRE(holds, ...)                                                                        \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            snprintf(wrong, sizeof wrong, __VA_ARGS__);                                            \
            return wrong;                                                                          \
        }                                                                                          \
    } while (0)

/* ---- what the problem says ------------------------------------------------------------------- */

static int travel_of(const struct zone_plan_problem *problem, int zone, int link) {
    if (problem->group_count > 0 && problem->rules != NULL) {
        const int32_t *travel = problem->groups[problem->rules[zone].group].travel_steps;
        if (travel != NULL)
            return travel[link];
    }
    return problem->instance->links[link].travel_steps;
}

/* Parties: how many, of how many people, and what one takes of a road. */
static const struct zone_plan_group *group_of(const struct zone_plan_problem *problem, int zone) {
    static const struct zone_plan_group none;
    if (problem->group_count == 0 || problem->rules == NULL)
        return &none;
    return &problem->groups[problem->rules[zone].group];
}

static int64_t size_of(const struct zone_plan_problem *problem, int zone) {
    int64_t people = group_of(problem, zone)->party_people;
    return people == 0 ? 1 : people;
}

static int64_t parties_of(const struct zone_plan_problem *problem, int zone, int64_t people) {
    const int64_t size = size_of(problem, zone);
    return people / size + (people % size != 0); /* the last may be torn */
}

static int64_t use_of(const struct zone_plan_problem *problem, int zone) {
    int64_t use = group_of(problem, zone)->road_use;
    return use == 0 ? size_of(problem, zone) : use;
}

static bool may_go(const struct zone_plan_problem *problem, int zone, int shelter) {
    if (problem->rules == NULL || problem->rules[zone].shelters == NULL)
        return true;
    bool listed = false;
    for (size_t i = 0; i < problem->rules[zone].shelter_count; i++)
        listed |= problem->rules[zone].shelters[i] == shelter;
    return listed;
}

/* Whether zones are people of one place, who differ only in when they are ready. */
static bool are_one(const struct zone_plan_problem *problem, int a, int b) {
    const struct evacuation_zone *zones = problem->instance->zones;
    if (a == b)
        return true;
    if (problem->places == NULL || problem->places[a] < 0 ||
        problem->places[a] != problem->places[b] || zones[a].node != zones[b].node ||
        zones[a].deadline_step != zones[b].deadline_step)
        return false;
    if (problem->rules == NULL)
        return true;
    const struct zone_plan_rule *one = &problem->rules[a], *other = &problem->rules[b];
    if (one->group != other->group || one->stage != other->stage ||
        (one->shelters == NULL) != (other->shelters == NULL))
        return false;
    if (one->shelters == NULL)
        return true;
    return one->shelter_count == other->shelter_count &&
           memcmp(one->shelters, other->shelters, one->shelter_count * sizeof *one->shelters) == 0;
}

static int first_of_place(const struct zone_plan_problem *problem, int zone) {
    int first = 0;
    while (!are_one(problem, first, zone))
        first++;
    return first;
}

static bool are_one_route(const struct zone_plan *plan, const struct zone_plan_stream *a,
                          const struct zone_plan_stream *b) {
    return a->shelter == b->shelter && a->link_count == b->link_count &&
           (a->link_count == 0 ||
            memcmp(plan->plan.links + a->link_first, plan->plan.links + b->link_first,
                   a->link_count * sizeof *plan->plan.links) == 0);
}

static int64_t lanes(const struct evacuation_link *link, int step) {
    int64_t capacity = link->capacity_per_step;
    for (size_t i = 0; i < link->change_count; i++)
        if (link->changes[i].step <= step)
            capacity = link->changes[i].capacity;
    return capacity;
}

/* The step from which a link has its opposite's lanes, and from which it has lost its own. */
static int gains_at(const struct zone_plan *plan, int link) {
    for (size_t i = 0; i < plan->reversal_count; i++)
        if (plan->reversals[i].link == link)
            return plan->reversals[i].from_step;
    return EVACUATION_NEVER;
}

static int loses_at(const struct zone_plan_problem *problem, const struct zone_plan *plan,
                    int link) {
    for (size_t i = 0; i < plan->reversal_count; i++)
        if (problem->opposites[plan->reversals[i].link] == link)
            return plan->reversals[i].from_step;
    return EVACUATION_NEVER;
}

/* ---- one order ------------------------------------------------------------------------------- */

static const char *check_route(const struct zone_plan_problem *problem,
                               const struct zone_plan *plan,
                               const struct zone_plan_stream *stream) {
    const struct evacuation_instance *instance = problem->instance;
    int at = instance->zones[stream->zone].node, travel = 0;
    REQUIRE(may_go(problem, stream->zone, stream->shelter), "zone %d may not go to shelter %d",
            stream->zone, stream->shelter);
    for (size_t i = 0; i < stream->link_count; i++) {
        int link = plan->plan.links[stream->link_first + i];
        REQUIRE(instance->links[link].from == at, "link %d does not leave node %d", link, at);
        REQUIRE(travel_of(problem, stream->zone, link) >= 0, "link %d is barred", link);
        travel += travel_of(problem, stream->zone, link);
        at = instance->links[link].to;
        REQUIRE(at != instance->zones[stream->zone].node, "node %d twice", at);
        for (size_t j = 0; j < i; j++)
            REQUIRE(instance->links[plan->plan.links[stream->link_first + j]].to != at,
                    "node %d twice", at);
    }
    REQUIRE(at == instance->shelters[stream->shelter].node, "ends at node %d", at);
    REQUIRE(travel == stream->travel_steps, "travel %d, not %d", travel, stream->travel_steps);
    const struct zone_plan_group *group = group_of(problem, stream->zone);
    REQUIRE(!group->has_travel_limit || travel <= group->travel_limit_steps,
            "zone %d is under way for %d steps", stream->zone, travel);
    return NULL;
}

/* Adds an order's people to `load`, by link and step. */
static const char *check_departures(const struct zone_plan_problem *problem,
                                    const struct zone_plan *plan,
                                    const struct zone_plan_stream *stream, int64_t *load) {
    const struct evacuation_instance *instance = problem->instance;
    const struct evacuation_zone *zone = &instance->zones[stream->zone];
    const struct evacuation_departure *departures = plan->plan.departures + stream->departure_first;
    const int horizon = instance->horizon_steps;
    int64_t people = 0, rate = 0;
    REQUIRE(stream->departure_count > 0, "an order for nobody");
    for (size_t d = 0; d < stream->departure_count; d++) {
        int now = departures[d].step;
        REQUIRE(departures[d].people > 0, "%d depart", (int)departures[d].people);
        REQUIRE(d == 0 || now > departures[d - 1].step, "departures in no order");
        REQUIRE(now >= 0 && now >= zone->earliest_step && now <= zone->deadline_step,
                "zone %d leaves at %d", stream->zone, now);
        int arrival = now + stream->travel_steps;
        REQUIRE(arrival <= horizon && arrival >= instance->shelters[stream->shelter].opens_at_step,
                "arrives at %d", arrival);
        people += departures[d].people;
        rate = departures[d].people > rate ? departures[d].people : rate;
        for (size_t i = 0; i < stream->link_count; i++) {
            int link = plan->plan.links[stream->link_first + i];
            int off = now + travel_of(problem, stream->zone, link);
            int closes = instance->links[link].closes_at_step;
            int lost = loses_at(problem, plan, link);
            REQUIRE(now < closes && off <= closes, "link %d closes at %d, used at %d", link, closes,
                    now);
            REQUIRE(now < lost && off <= lost, "link %d lost its lanes at %d, used at %d", link,
                    lost, now);
            load[(size_t)link * (size_t)(horizon + 1) + (size_t)now] +=
                parties_of(problem, stream->zone, departures[d].people) *
                use_of(problem, stream->zone);
            now = off;
        }
    }
    REQUIRE(people == stream->people && rate == stream->rate, "people or rate of an order");
    REQUIRE(departures[0].step == stream->first_step &&
                departures[stream->departure_count - 1].step == stream->last_step,
            "window of an order");
    bool steady = (size_t)(stream->last_step - stream->first_step) + 1 == stream->departure_count;
    for (size_t d = 0; d + 1 < stream->departure_count; d++)
        steady = steady && departures[d].people == rate;
    REQUIRE(steady == stream->steady, "an order is said to be %ssteady",
            stream->steady ? "" : "un");
    return NULL;
}

/* What people of a place are told: an order holds all streams of one route, and is right. `people`
 * is by step. */
static const char *check_order(const struct zone_plan_problem *problem,
                               const struct zone_plan *plan, const struct zone_plan_stream *order,
                               int64_t *people) {
    const int horizon = problem->instance->horizon_steps;
    int64_t all = 0, rate = 0;
    int first = -1, last = -1, streams = 0;
    memset(people, 0, (size_t)(horizon + 1) * sizeof *people);
    REQUIRE(order->zone == first_of_place(problem, order->zone) || problem->places != NULL,
            "an order for zone %d", order->zone);
    for (size_t r = 0; r < plan->plan.route_count; r++) {
        const struct zone_plan_stream *stream = &plan->streams[r];
        if (!are_one(problem, stream->zone, order->zone) || !are_one_route(plan, stream, order))
            continue;
        streams++;
        for (size_t d = 0; d < stream->departure_count; d++)
            people[plan->plan.departures[stream->departure_first + d].step] +=
                plan->plan.departures[stream->departure_first + d].people;
    }
    for (int t = 0; t <= horizon; t++) {
        all += people[t];
        rate = people[t] > rate ? people[t] : rate;
        first = people[t] > 0 && first < 0 ? t : first;
        last = people[t] > 0 ? t : last;
    }
    REQUIRE(streams > 0 && all == order->people && rate == order->rate &&
                first == order->first_step && last == order->last_step,
            "an order of zone %d says something else than its streams", order->zone);
    bool steady = true;
    for (int t = first; t < last; t++)
        steady = steady && people[t] == rate;
    REQUIRE(steady == order->steady, "an order is said to be %ssteady", order->steady ? "" : "un");
    REQUIRE(steady || problem->departures != ZONE_PLAN_STEADY, "zone %d changes its rate",
            order->zone);
    return NULL;
}

/* Every stream has one order. */
static const char *check_orders(const struct zone_plan_problem *problem,
                                const struct zone_plan *plan) {
    int64_t *people = calloc((size_t)problem->instance->horizon_steps + 1, sizeof *people);
    const char *fault = people == NULL ? "no memory" : NULL;
    for (size_t i = 0; i < plan->order_count && fault == NULL; i++)
        fault = check_order(problem, plan, &plan->orders[i], people);
    free(people);
    if (fault != NULL)
        return fault;
    for (size_t r = 0; r < plan->plan.route_count; r++) {
        int orders = 0;
        for (size_t i = 0; i < plan->order_count; i++)
            orders += are_one(problem, plan->orders[i].zone, plan->streams[r].zone) &&
                      are_one_route(plan, &plan->orders[i], &plan->streams[r]);
        REQUIRE(orders == 1, "%d orders for a stream of zone %d", orders, plan->streams[r].zone);
    }
    return NULL;
}

/* What a link takes over at a step: nothing once anybody could still be on it when the lanes close.
 */
static int64_t lanes_of_opposite(const struct zone_plan_problem *problem, int link, int step) {
    const struct evacuation_link *opposite = &problem->instance->links[problem->opposites[link]];
    int off = step + (problem->group_count == 0 ? problem->instance->links[link].travel_steps : 0);
    for (size_t g = 0; g < problem->group_count; g++) {
        const int32_t *travel = problem->groups[g].travel_steps;
        int takes = travel == NULL ? problem->instance->links[link].travel_steps : travel[link];
        off = step + takes > off ? step + takes : off;
    }
    return step < opposite->closes_at_step && off <= opposite->closes_at_step
               ? lanes(opposite, step)
               : 0;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static const char *check_roads(const struct zone_plan_problem *problem,
                               const struct zone_plan *plan, const int64_t *load) {
    const struct evacuation_instance *instance = problem->instance;
    for (size_t i = 0; i < plan->reversal_count; i++) {
        int link = plan->reversals[i].link;
        REQUIRE(problem->opposites != NULL && problem->opposites[link] >= 0,
                "link %d cannot be reversed", link);
        for (size_t j = 0; j < plan->reversal_count; j++) {
            int other = plan->reversals[j].link;
            REQUIRE(i == j || (other != link && other != problem->opposites[link] &&
                               problem->opposites[other] != problem->opposites[link]),
                    "lanes of link %d are given twice", link);
        }
    }
    REQUIRE(plan->reversal_count <= problem->reversals_max, "too many reversals");
    for (size_t l = 0; l < instance->link_count; l++)
        for (int t = 0; t <= instance->horizon_steps; t++) {
            int64_t room = lanes(&instance->links[l], t);
            if (t >= gains_at(plan, (int)l))
                room += lanes_of_opposite(problem, (int)l, t);
            REQUIRE(load[l * (size_t)(instance->horizon_steps + 1) + (size_t)t] <= room,
                    "link %zu is overfull at %d", l, t);
        }
    return NULL;
}

static const char *check_forks(const struct zone_plan_problem *problem,
                               const struct zone_plan *plan) {
    const struct evacuation_link *links = problem->instance->links;
    for (size_t i = 0; problem->convergent && i < plan->plan.link_count; i++)
        for (size_t j = 0; j < i; j++) {
            int a = plan->plan.links[i], b = plan->plan.links[j];
            REQUIRE(a == b || links[a].from != links[b].from, "a fork at node %d", links[a].from);
        }
    return NULL;
}

/* Whether the departures of a place, over all its routes, go on without a pause. */
static const char *check_pauses(const struct zone_plan_problem *problem,
                                const struct zone_plan *plan, int zone) {
    const int horizon = problem->instance->horizon_steps;
    int first = -1, last = -1, count = 0;
    for (int t = 0; t <= horizon; t++) {
        bool leaves = false;
        for (size_t r = 0; r < plan->plan.route_count; r++) {
            const struct zone_plan_stream *stream = &plan->streams[r];
            for (size_t d = 0; are_one(problem, stream->zone, zone) && d < stream->departure_count;
                 d++)
                leaves |= plan->plan.departures[stream->departure_first + d].step == t;
        }
        if (!leaves)
            continue;
        first = first < 0 ? t : first;
        last = t;
        count++;
    }
    REQUIRE(problem->departures == ZONE_PLAN_FREE || count == last - first + (first >= 0),
            "zone %d pauses", zone);
    return NULL;
}

static const char *check_stages(const struct zone_plan_problem *problem,
                                const struct zone_plan *plan) {
    for (size_t z = 0; problem->rules != NULL && z < problem->instance->zone_count; z++)
        REQUIRE(problem->rules[z].stage < 0 || plan->stages[z] == problem->rules[z].stage,
                "zone %zu is in another stage", z);
    for (size_t a = 0; a < plan->plan.route_count; a++)
        for (size_t b = 0; b < plan->plan.route_count; b++) {
            int early = plan->stages[plan->streams[a].zone];
            int late = plan->stages[plan->streams[b].zone];
            REQUIRE(early < 0 || late <= early ||
                        plan->streams[b].first_step > plan->streams[a].last_step,
                    "stage %d leaves before stage %d has", late, early);
        }
    return NULL;
}

/* People whom the plan in force sends from a place to a shelter. */
static int64_t in_force(const struct zone_plan_problem *problem, int zone, int shelter) {
    int64_t people = 0;
    for (size_t i = 0; i < problem->in_force_count; i++)
        if (are_one(problem, problem->in_force[i].zone, zone) &&
            problem->in_force[i].shelter == shelter)
            people += problem->in_force[i].people;
    return people;
}

static int64_t changed_of(const struct zone_plan_problem *problem, const struct zone_plan *plan) {
    const int zones = (int)problem->instance->zone_count;
    int64_t changed = 0;
    for (int z = 0; z < zones; z++) {
        int64_t told = 0, kept = 0, people = 0;
        if (first_of_place(problem, z) != z)
            continue;
        for (int s = 0; s < (int)problem->instance->shelter_count; s++) {
            int64_t before = in_force(problem, z, s), there = 0;
            for (size_t r = 0; r < plan->plan.route_count; r++)
                if (are_one(problem, plan->streams[r].zone, z) && plan->streams[r].shelter == s)
                    there += plan->streams[r].people;
            told += before;
            kept += there < before ? there : before;
        }
        for (int other = 0; other < zones; other++)
            people += are_one(problem, other, z) ? problem->instance->zones[other].people : 0;
        changed += (told < people ? told : people) - kept;
    }
    return changed;
}

/* Places that whole parties of a group, or of all, take at a shelter. */
static int64_t places_taken(const struct zone_plan_problem *problem, const struct zone_plan *plan,
                            int shelter, const struct zone_plan_group *group) {
    int64_t taken = 0;
    for (size_t r = 0; r < plan->plan.route_count; r++) {
        const struct zone_plan_stream *stream = &plan->streams[r];
        if (stream->shelter != shelter ||
            (group != NULL && group_of(problem, stream->zone) != group))
            continue;
        for (size_t d = 0; d < stream->departure_count; d++)
            taken += size_of(problem, stream->zone) *
                     parties_of(problem, stream->zone,
                                plan->plan.departures[stream->departure_first + d].people);
    }
    return taken;
}

/* Everybody departs in whole parties but the zone's last, and only where all of it leaves. */
static const char *check_parties(const struct zone_plan_problem *problem,
                                 const struct zone_plan *plan, int zone) {
    int torn = 0;
    for (size_t r = 0; r < plan->plan.route_count; r++) {
        const struct zone_plan_stream *stream = &plan->streams[r];
        for (size_t d = 0; stream->zone == zone && d < stream->departure_count; d++)
            torn += plan->plan.departures[stream->departure_first + d].people %
                        size_of(problem, zone) !=
                    0;
    }
    REQUIRE(torn == 0 || (torn == 1 && plan->plan.unserved_by_zone[zone] == 0),
            "%d parties of zone %d are torn", torn, zone);
    return NULL;
}

static const char *check_sums(const struct zone_plan_problem *problem,
                              const struct zone_plan *plan) {
    const struct evacuation_instance *instance = problem->instance;
    int64_t unserved = 0, total = 0, last = 0;
    for (size_t z = 0; z < instance->zone_count; z++) {
        int64_t people = plan->plan.unserved_by_zone[z];
        int routes = 0;
        for (size_t r = 0; r < plan->plan.route_count; r++)
            people += plan->streams[r].zone == (int)z ? plan->streams[r].people : 0;
        for (size_t i = 0; i < plan->order_count; i++)
            routes += are_one(problem, plan->orders[i].zone, (int)z);
        REQUIRE(people == instance->zones[z].people && plan->plan.unserved_by_zone[z] >= 0,
                "people of zone %zu", z);
        REQUIRE(routes <= problem->routes_max, "%d routes of zone %zu", routes, z);
        REQUIRE((plan->reasons[z] == ZONE_PLAN_SERVED) == (plan->plan.unserved_by_zone[z] == 0),
                "reason of zone %zu", z);
        unserved += plan->plan.unserved_by_zone[z];
    }
    for (size_t s = 0; s < instance->shelter_count; s++) {
        REQUIRE(places_taken(problem, plan, (int)s, NULL) <= instance->shelters[s].capacity,
                "shelter %zu is overfull", s);
        for (size_t g = 0; g < problem->group_count; g++)
            REQUIRE(problem->groups[g].places == NULL ||
                        places_taken(problem, plan, (int)s, &problem->groups[g]) <=
                            problem->groups[g].places[s],
                    "shelter %zu is overfull with group %zu", s, g);
    }
    for (size_t z = 0; z < instance->zone_count; z++) {
        const char *fault = check_parties(problem, plan, (int)z);
        if (fault != NULL)
            return fault;
    }
    for (size_t r = 0; r < plan->plan.route_count; r++)
        for (size_t d = 0; d < plan->streams[r].departure_count; d++) {
            const struct evacuation_departure *departure =
                &plan->plan.departures[plan->streams[r].departure_first + d];
            int64_t arrival = departure->step + plan->streams[r].travel_steps;
            total += departure->people * arrival;
            last = arrival > last ? arrival : last;
        }
    REQUIRE(unserved == plan->plan.value.unserved &&
                total == plan->plan.value.total_arrival_steps &&
                last == plan->plan.last_arrival_step,
            "figures of the plan");
    REQUIRE(changed_of(problem, plan) == plan->changed, "people who go elsewhere");
    return NULL;
}

static bool is_above(struct evacuation_value a, struct evacuation_value b) {
    return a.unserved > b.unserved ||
           (a.unserved == b.unserved && a.total_arrival_steps > b.total_arrival_steps);
}

static const char *check_all(const struct zone_plan_problem *problem, const struct zone_plan *plan,
                             int64_t *load) {
    const char *fault = NULL;
    for (size_t r = 0; r < plan->plan.route_count && fault == NULL; r++) {
        fault = check_route(problem, plan, &plan->streams[r]);
        if (fault == NULL)
            fault = check_departures(problem, plan, &plan->streams[r], load);
        for (size_t q = 0; q < r; q++) {
            const struct zone_plan_stream *a = &plan->streams[q], *b = &plan->streams[r];
            REQUIRE(a->zone != b->zone || !are_one_route(plan, a, b),
                    "zone %d has the same route twice", a->zone);
        }
    }
    for (size_t z = 0; z < problem->instance->zone_count && fault == NULL; z++)
        fault = check_pauses(problem, plan, (int)z);
    fault = fault != NULL ? fault : check_orders(problem, plan);
    fault = fault != NULL ? fault : check_roads(problem, plan, load);
    fault = fault != NULL ? fault : check_forks(problem, plan);
    fault = fault != NULL ? fault : check_stages(problem, plan);
    fault = fault != NULL ? fault : check_sums(problem, plan);
    if (fault != NULL)
        return fault;
    REQUIRE(!is_above(plan->flow_bound, plan->plan.value) &&
                !is_above(plan->class_bound, plan->plan.value) &&
                !is_above(plan->plan.bound, plan->plan.value),
            "a bound above the plan");
    return NULL;
}

const char *zone_plan_checker_plan(const struct zone_plan_problem *problem,
                                   const struct zone_plan *plan) {
    const struct evacuation_instance *instance = problem->instance;
    int64_t *load =
        calloc((instance->link_count + 1) * (size_t)(instance->horizon_steps + 1), sizeof *load);
    if (load == NULL)
        return "no memory";
    const char *fault = check_all(problem, plan, load);
    free(load);
    return fault;
}

/* ---- everything, tried ----------------------------------------------------------------------- */

#define WAYS_MAX 64  /* of a zone */
#define LENGTH_MAX 8 /* links of a way */
#define GROUPS_MAX 4

struct brute_way {
    int zone, shelter, count, travel;
    int links[LENGTH_MAX], offsets[LENGTH_MAX + 1];
};

struct brute {
    const struct zone_plan_problem *problem;
    struct brute_way ways[6][WAYS_MAX];
    int way_count[6];
    const struct brute_way *chosen[6 * 3];
    int zone_of[6 * 3];
    int chosen_count;
    int64_t room[64 * 32]; /* by link and step */
    int64_t places[6];
    int64_t group_places[GROUPS_MAX][6];
    int64_t left[6];
    bool odd_gone[6]; /* the party of a zone that is smaller than the others has left */
    int64_t tries, tries_max;
    struct evacuation_value best, now;
};

static size_t group_index(const struct zone_plan_problem *problem, int zone) {
    return problem->group_count == 0 || problem->rules == NULL ? 0
                                                               : (size_t)problem->rules[zone].group;
}

static void list_ways(struct brute *brute, int zone, int node, struct brute_way *way, bool *seen) {
    const struct zone_plan_problem *problem = brute->problem;
    const struct evacuation_instance *instance = problem->instance;
    for (size_t s = 0; s < instance->shelter_count; s++)
        if (instance->shelters[s].node == node && may_go(problem, zone, (int)s) &&
            instance->shelters[s].capacity > 0 && way->travel <= instance->horizon_steps &&
            (!group_of(problem, zone)->has_travel_limit ||
             way->travel <= group_of(problem, zone)->travel_limit_steps)) {
            if (brute->way_count[zone] == WAYS_MAX) {
                brute->tries = INT64_MAX / 2;
                return;
            }
            way->shelter = (int)s;
            brute->ways[zone][brute->way_count[zone]++] = *way;
        }
    if (way->count == LENGTH_MAX)
        return;
    for (size_t l = 0; l < instance->link_count; l++) {
        const struct evacuation_link *link = &instance->links[l];
        int travel = travel_of(problem, zone, (int)l);
        if (link->from != node || travel < 0 || seen[link->to])
            continue;
        seen[link->to] = true;
        way->links[way->count] = (int)l;
        way->offsets[way->count++] = way->travel;
        way->travel += travel;
        way->offsets[way->count] = way->travel;
        list_ways(brute, zone, link->to, way, seen);
        way->travel -= travel;
        way->count--;
        seen[link->to] = false;
    }
}

static int64_t room_on(const struct brute *brute, const struct brute_way *way, int step) {
    const struct evacuation_instance *instance = brute->problem->instance;
    int64_t room = EVACUATION_PEOPLE_MAX;
    for (int i = 0; i < way->count; i++) {
        int now = step + way->offsets[i], off = step + way->offsets[i + 1];
        int closes = instance->links[way->links[i]].closes_at_step;
        int64_t here = brute->room[way->links[i] * 32 + now];
        if (now >= closes || off > closes)
            here = 0;
        room = here < room ? here : room;
    }
    const int zone = way->zone;
    return room / use_of(brute->problem, zone) * size_of(brute->problem, zone);
}

static void move(struct brute *brute, int k, int step, int64_t people) {
    const struct brute_way *way = brute->chosen[k];
    const int zone = brute->zone_of[k];
    const int64_t sign = people < 0 ? -1 : 1;
    const int64_t parties = sign * parties_of(brute->problem, zone, sign * people);
    for (int i = 0; i < way->count; i++)
        brute->room[way->links[i] * 32 + step + way->offsets[i]] -=
            parties * use_of(brute->problem, zone);
    brute->places[way->shelter] -= parties * size_of(brute->problem, zone);
    brute->group_places[group_index(brute->problem, zone)][way->shelter] -=
        parties * size_of(brute->problem, zone);
    brute->left[brute->zone_of[k]] -= people;
    brute->now.unserved -= people;
    brute->now.total_arrival_steps += people * (step + way->travel);
}

/* All departures of chosen way k from a step on, then of the ways after it. */
static void try_departures(struct brute *brute, int k, int step) {
    const struct evacuation_instance *instance = brute->problem->instance;
    if (++brute->tries > brute->tries_max)
        return;
    if (is_above(brute->best, brute->now))
        brute->best = brute->now;
    /* the best that is left to hope for: everybody else arrives at once */
    int64_t left = 0;
    for (int i = k; i < brute->chosen_count; i++)
        if (i == k || brute->zone_of[i] != brute->zone_of[i - 1])
            left += brute->left[brute->zone_of[i]];
    struct evacuation_value hope = {brute->now.unserved - left, brute->now.total_arrival_steps};
    if (k == brute->chosen_count || !is_above(brute->best, hope))
        return;
    const struct brute_way *way = brute->chosen[k];
    const struct evacuation_zone *zone = &instance->zones[brute->zone_of[k]];
    if (step + way->travel > instance->horizon_steps || step > zone->deadline_step) {
        try_departures(brute, k + 1, 0);
        return;
    }
    int64_t most = 0;
    if (step >= zone->earliest_step &&
        step + way->travel >= instance->shelters[way->shelter].opens_at_step) {
        most = room_on(brute, way, step);
        most = brute->left[brute->zone_of[k]] < most ? brute->left[brute->zone_of[k]] : most;
        int64_t places = brute->places[way->shelter];
        int64_t own =
            brute->group_places[group_index(brute->problem, brute->zone_of[k])][way->shelter];
        places = own < places ? own : places;
        places -= places % size_of(brute->problem, brute->zone_of[k]);
        most = places < most ? places : most;
    }
    const int64_t size = size_of(brute->problem, brute->zone_of[k]);
    bool *odd_gone = &brute->odd_gone[brute->zone_of[k]];
    for (int64_t people = most; people >= 0; people--) {
        const bool odd = people % size != 0; /* whole parties, and at most once the smaller one */
        if (odd && (*odd_gone || people % size != zone->people % size))
            continue;
        *odd_gone = *odd_gone || odd;
        move(brute, k, step, people);
        try_departures(brute, k, step + 1);
        move(brute, k, step, -people);
        *odd_gone = *odd_gone && !odd;
    }
}

static bool forks(const struct brute *brute, const struct brute_way *way) {
    const struct evacuation_link *links = brute->problem->instance->links;
    for (int k = 0; k < brute->chosen_count; k++)
        for (int i = 0; i < brute->chosen[k]->count; i++)
            for (int j = 0; j < way->count; j++)
                if (links[brute->chosen[k]->links[i]].from == links[way->links[j]].from &&
                    brute->chosen[k]->links[i] != way->links[j])
                    return true;
    return false;
}

/* Whether a place may use a way beside those chosen for it: they are at most routes_max. */
static bool may_use(const struct brute *brute, const struct brute_way *way) {
    int routes = 1;
    for (int k = 0; k < brute->chosen_count; k++) {
        const struct brute_way *other = brute->chosen[k];
        if (!are_one(brute->problem, other->zone, way->zone))
            continue;
        bool first = true;
        for (int j = 0; j <= k; j++) {
            const struct brute_way *with = j < k ? brute->chosen[j] : way;
            bool same =
                are_one(brute->problem, with->zone, other->zone) &&
                with->shelter == other->shelter && with->count == other->count &&
                memcmp(with->links, other->links, (size_t)with->count * sizeof *with->links) == 0;
            if (same && j == k)
                return true; /* it is among them */
            first = first && !same;
        }
        routes += first;
    }
    return routes <= brute->problem->routes_max;
}

/* All sets of at most routes_max ways for a place, for this zone from way `from` on, then for the
 * next zones. */
static void try_ways(struct brute *brute, int zone, int from) {
    if (brute->tries > brute->tries_max)
        return;
    if (zone == (int)brute->problem->instance->zone_count) {
        try_departures(brute, 0, 0);
        return;
    }
    try_ways(brute, zone + 1, 0);
    for (int w = from; w < brute->way_count[zone]; w++) {
        const struct brute_way *way = &brute->ways[zone][w];
        if (!may_use(brute, way) || (brute->problem->convergent && forks(brute, way)))
            continue;
        brute->chosen[brute->chosen_count] = way;
        brute->zone_of[brute->chosen_count++] = zone;
        try_ways(brute, zone, w + 1);
        brute->chosen_count--;
    }
}

struct evacuation_value zone_plan_checker_optimum(const struct zone_plan_problem *problem,
                                                  int64_t tries_max, bool *ret_exact) {
    static struct brute brute; /* large */
    const struct evacuation_instance *instance = problem->instance;
    memset(&brute, 0, sizeof brute);
    brute.problem = problem;
    brute.tries_max = tries_max;
    for (size_t l = 0; l < instance->link_count; l++)
        for (int t = 0; t <= instance->horizon_steps && t < 32; t++)
            brute.room[l * 32 + (size_t)t] = lanes(&instance->links[l], t);
    for (size_t s = 0; s < instance->shelter_count; s++)
        brute.places[s] = instance->shelters[s].capacity;
    for (size_t s = 0; s < instance->shelter_count; s++)
        for (size_t g = 0; g == 0 || g < problem->group_count; g++)
            brute.group_places[g][s] = problem->group_count > 0 && problem->groups[g].places != NULL
                                           ? problem->groups[g].places[s]
                                           : INT64_MAX / 2;
    for (size_t z = 0; z < instance->zone_count; z++) {
        struct brute_way way = {.zone = (int)z};
        bool seen[64] = {false};
        seen[instance->zones[z].node] = true;
        brute.left[z] = instance->zones[z].people;
        brute.now.unserved += brute.left[z];
        if (brute.left[z] > 0)
            list_ways(&brute, (int)z, instance->zones[z].node, &way, seen);
    }
    brute.best = brute.now;
    try_ways(&brute, 0, 0);
    *ret_exact = brute.tries <= tries_max;
    return brute.best;
}
