#include "tests/support/travellers_checker.h"

#include <stdio.h>
#include <stdlib.h>

static char wrong[256];

#define REQUIRE(holds, ...)                                                                        \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            snprintf(wrong, sizeof wrong, __VA_ARGS__);                                            \
            return wrong;                                                                          \
        }                                                                                          \
    } while (0)

struct sums {
    const struct evacuation_instance *instance;
    const struct travellers *travellers;
    const struct zone_plan *plan;
    int64_t *load;   /* link, then footway, by step: in thousandths */
    int64_t *places; /* shelter by class */
    int64_t *people; /* zone */
    int *torn;       /* zone: parties that are not whole */
};

static const struct evacuation_link *link_of(const struct sums *sums, int link) {
    const int roads = (int)sums->instance->link_count;
    return link < roads ? &sums->instance->links[link] : &sums->travellers->footways[link - roads];
}

static const char *check_departure(struct sums *sums, const struct zone_plan_stream *stream,
                                   const struct evacuation_departure *departure) {
    const int class = sums->travellers->zone_class[stream->zone];
    const struct traveller_class *of = &sums->travellers->classes[class];
    int64_t parties = departure->people / of->party_people;
    if (departure->people % of->party_people != 0) {
        parties++;
        sums->torn[stream->zone]++;
    }
    int now = departure->step;
    for (size_t i = 0; i < stream->link_count; i++) {
        const int link = sums->plan->plan.links[stream->link_first + i];
        const int roads = (int)sums->instance->link_count;
        REQUIRE((link >= roads) == of->on_foot, "class %d on link %d", class, link);
        sums->load[(size_t)link * (size_t)(sums->instance->horizon_steps + 1) + (size_t)now] +=
            parties * of->road_use_permille;
        now += link_of(sums, link)->travel_steps;
        REQUIRE(now <= link_of(sums, link)->closes_at_step, "link %d is closed at %d", link, now);
    }
    REQUIRE(now <= sums->instance->horizon_steps, "arrives at %d", now);
    REQUIRE(now - departure->step <= of->travel_limit_steps, "class %d is %d steps under way",
            class, now - departure->step);
    sums->places[(size_t)stream->shelter * TRAVELLER_CLASSES_MAX + (size_t) class] +=
        parties * of->party_people;
    sums->people[stream->zone] += departure->people;
    return NULL;
}

static const char *check_stream(struct sums *sums, const struct zone_plan_stream *stream) {
    const int class = sums->travellers->zone_class[stream->zone];
    int at = sums->instance->zones[stream->zone].node;
    REQUIRE((sums->travellers->takes[stream->shelter] >> class & 1) == 1,
            "shelter %d does not take class %d", stream->shelter, class);
    for (size_t i = 0; i < stream->link_count; i++) {
        const struct evacuation_link *link =
            link_of(sums, sums->plan->plan.links[stream->link_first + i]);
        REQUIRE(link->from == at, "a gap at node %d", at);
        at = link->to;
    }
    REQUIRE(at == sums->instance->shelters[stream->shelter].node, "ends at node %d", at);
    for (size_t d = 0; d < stream->departure_count; d++) {
        const char *fault = check_departure(
            sums, stream, &sums->plan->plan.departures[stream->departure_first + d]);
        if (fault != NULL)
            return fault;
    }
    return NULL;
}

static int64_t capacity_at(const struct evacuation_link *link, int step) {
    int64_t capacity = link->capacity_per_step;
    for (size_t c = 0; c < link->change_count; c++)
        if (link->changes[c].step <= step)
            capacity = link->changes[c].capacity;
    return capacity;
}

static const char *check_sums(const struct sums *sums) {
    const struct evacuation_instance *instance = sums->instance;
    const struct travellers *travellers = sums->travellers;
    const int steps = instance->horizon_steps + 1;
    int64_t unserved = 0;
    for (int l = 0; l < (int)(instance->link_count + travellers->footway_count); l++)
        for (int t = 0; t < steps; t++)
            REQUIRE(sums->load[l * steps + t] <= 1000 * capacity_at(link_of(sums, l), t),
                    "link %d is overfull at %d", l, t);
    for (size_t s = 0; s < instance->shelter_count; s++) {
        int64_t all = 0;
        for (size_t c = 0; c < travellers->class_count; c++) {
            const int64_t here = sums->places[s * TRAVELLER_CLASSES_MAX + c];
            all += here;
            REQUIRE(here <= travellers->class_places[c * instance->shelter_count + s],
                    "shelter %zu is overfull with class %zu", s, c);
        }
        REQUIRE(all <= instance->shelters[s].capacity, "shelter %zu is overfull", s);
    }
    for (size_t z = 0; z < instance->zone_count; z++) {
        const int64_t left = instance->zones[z].people - sums->people[z];
        REQUIRE(left == sums->plan->plan.unserved_by_zone[z] && left >= 0, "people of zone %zu", z);
        REQUIRE(sums->torn[z] == 0 || (sums->torn[z] == 1 && left == 0),
                "a party of zone %zu is torn", z);
        unserved += left;
    }
    REQUIRE(unserved == sums->plan->plan.value.unserved, "%d unserved", (int)unserved);
    return NULL;
}

const char *travellers_checker_plan(const struct evacuation_instance *instance,
                                    const struct travellers *travellers,
                                    const struct zone_plan *plan) {
    const size_t links = instance->link_count + travellers->footway_count;
    struct sums sums = {
        .instance = instance,
        .travellers = travellers,
        .plan = plan,
        .load = calloc((links + 1) * (size_t)(instance->horizon_steps + 1), sizeof *sums.load),
        .places =
            calloc((instance->shelter_count + 1) * TRAVELLER_CLASSES_MAX, sizeof *sums.places),
        .people = calloc(instance->zone_count + 1, sizeof *sums.people),
        .torn = calloc(instance->zone_count + 1, sizeof *sums.torn),
    };
    const char *fault = NULL;
    for (size_t r = 0; fault == NULL && r < plan->plan.route_count; r++)
        fault = check_stream(&sums, &plan->streams[r]);
    if (fault == NULL)
        fault = check_sums(&sums);
    free(sums.load);
    free(sums.places);
    free(sums.people);
    free(sums.torn);
    return fault;
}
