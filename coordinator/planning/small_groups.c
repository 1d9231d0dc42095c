#include "coordinator/planning/small_groups.h"

#include <stdlib.h>

/* What a shelter can still take: of each class, and in all at the end of its row. */
enum { IN_ALL = INSTANCE_CLASSES, ROOMS };

struct joining {
    const struct instance *instance;
    const int64_t *in_force;
    struct plan *plan;
    int64_t *room; /* shelter × ROOMS */
};

static int64_t people_of(const struct plan_assignment *group) {
    int64_t people = 0;
    for (int class = 0; class < INSTANCE_CLASSES; class ++)
        people += group->people[class];
    return people;
}

static void take_room(struct joining *joining, uint32_t shelter,
                      const struct plan_assignment *group) {
    int64_t *room = &joining->room[(size_t)shelter * ROOMS];
    for (int class = 0; class < INSTANCE_CLASSES; class ++)
        room[class] -= group->people[class];
    room[IN_ALL] -= people_of(group);
}

static int count_room(struct joining *joining) {
    const struct instance *instance = joining->instance;
    joining->room = calloc((size_t)instance->shelter_count * ROOMS + 1, sizeof *joining->room);
    if (joining->room == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t s = 0; s < instance->shelter_count; s++) {
        int64_t *room = &joining->room[(size_t)s * ROOMS];
        for (int class = 0; class < INSTANCE_CLASSES; class ++)
            room[class] = instance->shelters[s].places[class];
        room[IN_ALL] = instance->shelters[s].capacity;
    }
    for (size_t i = 0; i < joining->plan->assignment_count; i++)
        take_room(joining, joining->plan->assignments[i].shelter, &joining->plan->assignments[i]);
    return HV_OK;
}

static bool is_small(const struct joining *joining, const struct plan_assignment *group) {
    const size_t pair = (size_t)group->zone * joining->instance->shelter_count + group->shelter;
    for (int class = 0; class < INSTANCE_CLASSES; class ++)
        if (joining->in_force[pair * INSTANCE_CLASSES + (size_t) class] > 0)
            return false;
    return people_of(group) < SMALL_GROUP;
}

static bool has_room(const struct joining *joining, uint32_t shelter,
                     const struct plan_assignment *group) {
    const int64_t *room = &joining->room[(size_t)shelter * ROOMS];
    for (int class = 0; class < INSTANCE_CLASSES; class ++)
        if (group->people[class] > 0 && group->people[class] > room[class])
            return false;
    return people_of(group) <= room[IN_ALL];
}

/* The largest other group of the zone in [first, end) that can take it; the first of equals. NULL:
 * none. Emptied groups are no place to go. */
static struct plan_assignment *best_host(const struct joining *joining,
                                         const struct plan_assignment *group, size_t first,
                                         size_t end) {
    struct plan_assignment *best = NULL;
    int64_t most = 0;
    for (size_t i = first; i < end; i++) {
        struct plan_assignment *host = &joining->plan->assignments[i];
        if (host != group && people_of(host) > most && has_room(joining, host->shelter, group)) {
            best = host;
            most = people_of(host);
        }
    }
    return best;
}

static void join(struct joining *joining, struct plan_assignment *group,
                 struct plan_assignment *host) {
    take_room(joining, host->shelter, group);
    joining->plan->objective.arrival_ms +=
        people_of(group) * (host->arrival_ms - group->arrival_ms);
    for (int class = 0; class < INSTANCE_CLASSES; class ++) {
        host->people[class] += group->people[class];
        joining->room[(size_t)group->shelter * ROOMS + (size_t) class] += group->people[class];
        joining->room[(size_t)group->shelter * ROOMS + IN_ALL] += group->people[class];
        group->people[class] = 0;
    }
}

static void join_zone(struct joining *joining, size_t first, size_t end) {
    for (size_t i = first; i < end; i++) {
        struct plan_assignment *group = &joining->plan->assignments[i];
        struct plan_assignment *host =
            is_small(joining, group) ? best_host(joining, group, first, end) : NULL;
        if (host != NULL)
            join(joining, group, host);
    }
}

static void drop_emptied(struct plan *plan) {
    size_t kept = 0;
    for (size_t i = 0; i < plan->assignment_count; i++)
        if (people_of(&plan->assignments[i]) > 0)
            plan->assignments[kept++] = plan->assignments[i];
    plan->assignment_count = kept;
}

int small_groups_join(const struct instance *instance, const int64_t *in_force, struct plan *plan) {
    struct joining joining = {.instance = instance, .in_force = in_force, .plan = plan};
    int error = count_room(&joining);
    if (error != HV_OK)
        return error;
    for (size_t first = 0, end; first < plan->assignment_count; first = end) {
        end = first;
        while (end < plan->assignment_count &&
               plan->assignments[end].zone == plan->assignments[first].zone)
            end++;
        join_zone(&joining, first, end);
    }
    drop_emptied(plan);
    free(joining.room);
    return HV_OK;
}
