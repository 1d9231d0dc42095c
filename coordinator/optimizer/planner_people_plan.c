/* The plan for people out of the flow. */
#include "coordinator/optimizer/planner_state.h"
#include "coordinator/optimizer/array.h"
#include "coordinator/optimizer/wide.h"
#include "schemas/smaller.h"

#include <stdlib.h>

/* What is left while the plan is read out of the flow; a flow that was stopped may promise more. */
struct remainder {
    int64_t *capacity; /* shelter */
    int64_t *places;   /* shelter × class */
};

/* Reads one pair; `left` is what each class of the zone has left to place. */
static bool read_pair(const struct planner *planner, struct remainder *rest, uint32_t zone,
                      uint32_t shelter, int64_t *left, int64_t *ret_people) {
    bool any = false;
    for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++) {
        int64_t *places = &rest->places[shelter * INSTANCE_CLASSES + class];
        int64_t people = planner_pair_flow(planner, planner_row(zone, class), shelter);
        people = hv_smaller(hv_smaller(people, left[class]),
                            hv_smaller(*places, rest->capacity[shelter]));
        left[class] -= people;
        *places -= people;
        rest->capacity[shelter] -= people;
        ret_people[class] = people;
        any = any || people > 0;
    }
    return any;
}

static int add_assignment(struct planner *planner, struct plan *plan, size_t *room,
                          size_t *link_room, struct plan_assignment assignment) {
    int error = array_reserve((void **)&plan->assignments, plan->assignment_count + 1, room,
                              sizeof *plan->assignments);
    if (error)
        return error;
    assignment.travel_ms =
        planner->travel_ms[planner_pair(planner, assignment.zone, assignment.shelter)];
    assignment.arrival_ms = planner_arrival_ms(planner, assignment.zone, assignment.shelter);
    error = planner_add_route(planner, plan, link_room, assignment.zone, assignment.shelter,
                              &assignment.route);
    if (!error)
        plan->assignments[plan->assignment_count++] = assignment;
    return error;
}

static int read_zone(struct planner *planner, struct plan *plan, struct remainder *rest,
                     size_t *room, size_t *link_room, uint32_t zone) {
    int64_t left[INSTANCE_CLASSES];
    for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
        left[class] = planner->zones[zone].people[class];
    int error = 0;
    for (uint32_t s = 0; s < planner->instance.shelter_count && !error; s++) {
        struct plan_assignment assignment = {.zone = zone, .shelter = s};
        if (read_pair(planner, rest, zone, s, left, assignment.people))
            error = add_assignment(planner, plan, room, link_room, assignment);
    }
    for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
        if (left[class] > 0)
            plan->unserved[plan->unserved_count++] =
                (struct plan_unserved){.zone = zone, .class = class, .people = left[class]};
    return error;
}

int planner_read_people(struct planner *planner, struct plan *plan) {
    uint32_t shelters = planner->instance.shelter_count;
    struct remainder rest = {
        .capacity = planner_take(shelters, sizeof *rest.capacity),
        .places = planner_take((size_t)shelters * INSTANCE_CLASSES, sizeof *rest.places),
    };
    plan->unserved = planner_take((size_t)planner->instance.zone_count * INSTANCE_CLASSES,
                                  sizeof *plan->unserved);
    int error = rest.capacity && rest.places && plan->unserved ? 0 : HV_ERR_MEMORY;
    for (uint32_t s = 0; s < shelters && !error; s++) {
        rest.capacity[s] = planner_capacity_now(&planner->shelters[s]);
        for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
            rest.places[s * INSTANCE_CLASSES + class] =
                planner_places_now(&planner->shelters[s], class);
    }
    size_t room = 0, link_room = 0;
    for (uint32_t z = 0; z < planner->instance.zone_count && !error; z++)
        error = read_zone(planner, plan, &rest, &room, &link_room, z);
    free(rest.capacity);
    free(rest.places);
    return error;
}

/* Adds the plan up: objective, and how many of the plan in force it moves. */
int planner_add_up_people(const struct planner *planner, struct plan *plan) {
    wide arrival = 0, kept = 0, bound = 0;
    for (size_t i = 0; i < plan->assignment_count; i++) {
        const struct plan_assignment *a = &plan->assignments[i];
        for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++) {
            arrival += wide_product(a->people[class], a->arrival_ms);
            kept += hv_smaller(a->people[class],
                               planner_in_force(planner, planner_row(a->zone, class), a->shelter));
        }
    }
    for (uint32_t z = 0; planner->in_force && z < planner->instance.zone_count; z++)
        for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
            bound += planner_bound_people(planner, z, class);
    plan->objective.unserved = 0;
    for (size_t i = 0; i < plan->unserved_count; i++)
        plan->objective.unserved += plan->unserved[i].people;
    plan->changed_people = (int64_t)(bound - kept);
    arrival += wide_product(plan->changed_people, planner->change_price_ms);
    return wide_narrow(arrival, &plan->objective.arrival_ms);
}
