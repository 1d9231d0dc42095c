#include "coordinator/optimizer/evacuation_session.h"

#include "coordinator/optimizer/evacuation_prices.h"
#include "coordinator/optimizer/evacuation_routes.h"
#include "coordinator/optimizer/evacuation_session_load.h"

#include <stdlib.h>
#include <string.h>

/* Balances add up flows of many arcs in 64 bits, but one arc's flow is in 32. */
#define PEOPLE_MAX (1 << 25)

/* A repair is given up for a solve from scratch where what is left of it would take more than the
 * last of those did, if the rest takes as much a person as what was sent; that is known after this
 * part of it. */
#define REPAIR_LOOK 4
#define REPAIR_SCANS 50000 /* so much it may take in any case */

/* What a repair will take is foreseen from what those before took for each person to be sent, where
 * both send more than one in so many of all: a small one takes many times as much for each. */
#define LARGE_REPAIR 32

struct evacuation_session {
    struct evacuation_instance instance;
    struct evacuation_link *links;
    struct evacuation_change **changes; /* by link: its own copy, or NULL */
    struct evacuation_zone *zones;
    struct evacuation_shelter *shelters;
    struct time_circulation *circulation; /* NULL before the first solve */
    int32_t *zone_terminals;              /* by zone: its terminal, or -1 */
    int32_t *shelter_terminals;
    struct evacuation_session_count count;
    int64_t cold_work;  /* of the last solve from scratch that came to its end; 0: none did */
    double repair_rate; /* scans of a repair for each person to be sent, on the mean; 0: unknown */
};

/* ---- making and freeing ---------------------------------------------------------------------- */

static int replace_changes(struct evacuation_session *session, size_t link,
                           const struct evacuation_link *from) {
    struct evacuation_change *changes = NULL;
    if (from->change_count > 0) {
        changes = calloc(from->change_count, sizeof *changes);
        if (changes == NULL)
            return HV_ERR_MEMORY;
        memcpy(changes, from->changes, from->change_count * sizeof *changes);
    }
    session->links[link] = *from;
    session->links[link].changes = changes;
    free(session->changes[link]);
    session->changes[link] = changes;
    return HV_OK;
}

static int copy_instance(struct evacuation_session *session,
                         const struct evacuation_instance *instance) {
    session->instance = *instance;
    session->links = calloc(instance->link_count + 1, sizeof *session->links);
    session->changes = calloc(instance->link_count + 1, sizeof *session->changes);
    session->zones = calloc(instance->zone_count + 1, sizeof *session->zones);
    session->shelters = calloc(instance->shelter_count + 1, sizeof *session->shelters);
    session->zone_terminals = calloc(instance->zone_count + 1, sizeof *session->zone_terminals);
    session->shelter_terminals =
        calloc(instance->shelter_count + 1, sizeof *session->shelter_terminals);
    if (session->links == NULL || session->changes == NULL || session->zones == NULL ||
        session->shelters == NULL || session->zone_terminals == NULL ||
        session->shelter_terminals == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < instance->link_count; i++) {
        int error = replace_changes(session, i, &instance->links[i]);
        if (error != HV_OK)
            return error;
    }
    if (instance->zone_count > 0)
        memcpy(session->zones, instance->zones, instance->zone_count * sizeof *session->zones);
    if (instance->shelter_count > 0)
        memcpy(session->shelters, instance->shelters,
               instance->shelter_count * sizeof *session->shelters);
    session->instance.links = session->links;
    session->instance.zones = session->zones;
    session->instance.shelters = session->shelters;
    return HV_OK;
}

int evacuation_session_new(const struct evacuation_instance *instance,
                           struct evacuation_session **ret_session) {
    int error = evacuation_instance_check(instance);
    if (error != HV_OK)
        return error;
    if (evacuation_session_unserved_cost(instance) < 0 ||
        evacuation_instance_people(instance) > PEOPLE_MAX)
        return HV_ERR_LIMIT;
    struct evacuation_session *session = calloc(1, sizeof *session);
    if (session == NULL)
        return HV_ERR_MEMORY;
    error = copy_instance(session, instance);
    if (error != HV_OK) {
        evacuation_session_free(session);
        return error;
    }
    *ret_session = session;
    return HV_OK;
}

void evacuation_session_free(struct evacuation_session *session) {
    if (session == NULL)
        return;
    time_circulation_free(session->circulation);
    for (size_t i = 0; session->changes != NULL && i < session->instance.link_count; i++)
        free(session->changes[i]);
    free(session->links);
    free(session->changes);
    free(session->zones);
    free(session->shelters);
    free(session->zone_terminals);
    free(session->shelter_terminals);
    free(session);
}

const struct evacuation_instance *
evacuation_session_instance(const struct evacuation_session *session) {
    return &session->instance;
}

struct evacuation_session_count evacuation_session_count(const struct evacuation_session *session) {
    return session->count;
}

/* ---- changes --------------------------------------------------------------------------------- */

/* Whether the instance would still be one with `changed` in place of one of its parts: looks at
 * that part alone, by way of an instance that has nothing else. */
static int check_part(const struct evacuation_session *session, struct evacuation_instance part) {
    part.horizon_steps = session->instance.horizon_steps;
    part.node_count = session->instance.node_count;
    return evacuation_instance_check(&part);
}

int evacuation_session_set_link(struct evacuation_session *session, size_t link,
                                const struct evacuation_link *changed) {
    if (link >= session->instance.link_count)
        return HV_ERR_VALUE;
    const struct evacuation_link *old = &session->links[link];
    if (changed->from != old->from || changed->to != old->to ||
        changed->travel_steps != old->travel_steps)
        return HV_ERR_VALUE;
    int error =
        check_part(session, (struct evacuation_instance){.links = changed, .link_count = 1});
    if (error == HV_OK)
        error = replace_changes(session, link, changed);
    if (error == HV_OK && session->circulation != NULL)
        evacuation_session_link_changed(session->circulation, link);
    return error;
}

int evacuation_session_set_zone(struct evacuation_session *session, size_t zone,
                                const struct evacuation_zone *changed) {
    if (zone >= session->instance.zone_count || changed->node != session->zones[zone].node ||
        changed->people < 0)
        return HV_ERR_VALUE;
    int64_t others = evacuation_instance_people(&session->instance) - session->zones[zone].people;
    if (changed->people > PEOPLE_MAX - others)
        return HV_ERR_OVERFLOW;
    session->zones[zone] = *changed;
    if (session->circulation != NULL)
        evacuation_session_zone_changed(session->circulation, zone, session->zone_terminals[zone]);
    return HV_OK;
}

int evacuation_session_set_shelter(struct evacuation_session *session, size_t shelter,
                                   const struct evacuation_shelter *changed) {
    if (shelter >= session->instance.shelter_count ||
        changed->node != session->shelters[shelter].node || changed->capacity < 0)
        return HV_ERR_VALUE;
    session->shelters[shelter] = *changed;
    if (session->circulation != NULL)
        evacuation_session_shelter_changed(session->circulation, shelter,
                                           session->shelter_terminals[shelter]);
    return HV_OK;
}

/* ---- from scratch ---------------------------------------------------------------------------- */

static void list_terminals(struct evacuation_session *session) {
    const struct time_network *network = session->circulation->network;
    for (size_t i = 0; i < session->instance.zone_count; i++)
        session->zone_terminals[i] = -1;
    for (size_t i = 0; i < session->instance.shelter_count; i++)
        session->shelter_terminals[i] = -1;
    for (size_t k = 0; k < network->terminal_count; k++) {
        const struct time_terminal *terminal = &network->terminals[k];
        const bool is_zone = terminal->start != network->from_shelters;
        (is_zone ? session->zone_terminals : session->shelter_terminals)[terminal->index] =
            (int32_t)k;
    }
}

static int solve_cold(struct evacuation_session *session, const struct evacuation_options *options,
                      struct evacuation_plan *plan) {
    time_circulation_free(session->circulation);
    session->circulation = NULL;
    int error = evacuation_flow_solve(&session->instance, options, plan);
    if (error != HV_OK)
        return error;
    session->count.cold++;
    if (plan->searched_steps < session->instance.horizon_steps)
        return HV_OK; /* no flow of the whole horizon to go on from; to hold it may take too much */
    error = evacuation_session_circulation(&session->instance, plan, &session->circulation);
    if (error == HV_OK)
        list_terminals(session);
    else
        evacuation_plan_deinit(plan);
    return error;
}

/* ---- from where it was ----------------------------------------------------------------------- */

struct watching {
    const struct evacuation_session *session;
    const struct evacuation_options *options;
    int64_t people;
    int64_t began_at;   /* work */
    int64_t unbalanced; /* people to be sent */
    bool gives_up;
};

/* Whether what is left of a repair would take more than a solve from scratch. */
static bool takes_too_much(const struct watching *watching, int64_t work) {
    const int64_t cold = watching->session->cold_work;
    const int64_t sent = watching->session->circulation->forest->served;
    if (cold == 0 || work < REPAIR_SCANS || work < cold / REPAIR_LOOK)
        return false;
    return (double)work * (double)(watching->unbalanced - sent) > (double)cold * (double)sent;
}

/* What is known on the way: a plan in which nobody moves, and that no plan does better than all. */
static int watch(void *context, int64_t work) {
    struct watching *watching = context;
    watching->gives_up = takes_too_much(watching, work - watching->began_at);
    if (watching->gives_up)
        return 1;
    if (watching->options->progress == NULL)
        return 0;
    const struct evacuation_progress progress = {
        .people = watching->people,
        .value = {.unserved = watching->people},
        .work = work - watching->began_at,
    };
    return watching->options->progress(watching->options->context, &progress);
}

/* Reads routes off the flow, which stays. */
static int take_routes(struct time_network *network, bool stopped, struct evacuation_plan *plan) {
    const size_t size = (network->flow_count + 1) * sizeof *network->flows;
    int32_t *kept = malloc(size);
    if (kept == NULL)
        return HV_ERR_MEMORY;
    memcpy(kept, network->flows, size);
    int error = stopped ? evacuation_routes_take_sound(network, plan)
                        : evacuation_routes_take(network, NULL, plan);
    free(network->flows);
    network->flows = kept;
    return error;
}

static int take_plan(struct evacuation_session *session, bool stopped,
                     struct evacuation_plan *plan) {
    int error = take_routes(session->circulation->network, stopped, plan);
    if (error == HV_OK)
        error = evacuation_session_prices(session->circulation, &plan->prices);
    if (error == HV_OK) {
        plan->bound = evacuation_prices_bound(&session->instance, &plan->prices);
        plan->searched_steps = session->instance.horizon_steps;
        plan->optimal = evacuation_value_compare(plan->value, plan->bound) == 0;
    }
    return error;
}

static bool is_large(const struct evacuation_session *session, int64_t unbalanced) {
    return unbalanced > evacuation_instance_people(&session->instance) / LARGE_REPAIR;
}

/* Whether a repair would take more than a solve from scratch. Now and then it is tried all the
 * same. */
static bool foresees_too_much(struct evacuation_session *session, int64_t unbalanced) {
    const int64_t cold = session->cold_work > REPAIR_SCANS ? session->cold_work : REPAIR_SCANS;
    if (session->cold_work == 0 || !is_large(session, unbalanced) ||
        (double)unbalanced * session->repair_rate <= (double)cold)
        return false;
    session->repair_rate *= 0.95;
    return true;
}

static void rate_repair(struct evacuation_session *session, int64_t unbalanced, int64_t sent,
                        int64_t work) {
    if (!is_large(session, unbalanced))
        return;
    const double rate = (double)work / (double)(sent > 0 ? sent : 1);
    session->repair_rate =
        session->repair_rate == 0 ? rate : 0.75 * session->repair_rate + 0.25 * rate;
}

static void give_up(struct evacuation_session *session, bool *ret_lost) {
    *ret_lost = true;
    session->count.given_up++;
    session->count.lost--; /* it proves its flow, and would have ended */
}

/* `*ret_lost` where the labels no longer prove what they should, or a repair takes too much. */
static int solve_warm(struct evacuation_session *session, const struct evacuation_options *options,
                      bool *ret_lost, struct evacuation_plan *plan) {
    struct time_forest *forest = session->circulation->forest;
    struct watching watching = {
        .session = session,
        .options = options,
        .people = evacuation_instance_people(&session->instance),
        .began_at = forest->work,
        .unbalanced = time_circulation_unbalanced(session->circulation),
    };
    const int64_t augmentations = forest->augmentations;
    bool stopped;
    if (foresees_too_much(session, watching.unbalanced)) {
        give_up(session, ret_lost);
        return HV_OK;
    }
    int error =
        time_circulation_solve(session->circulation, watch, &watching, options->work_max, &stopped);
    *ret_lost = error == HV_ERR_LIMIT;
    if (error != HV_OK)
        return error;
    plan->work = forest->work - watching.began_at;
    rate_repair(session, watching.unbalanced, forest->served, plan->work);
    if (watching.gives_up) {
        give_up(session, ret_lost);
        return HV_OK;
    }
    plan->augmentations = forest->augmentations - augmentations;
    error = take_plan(session, stopped, plan);
    *ret_lost = error == HV_OK && !stopped && !plan->optimal;
    return error;
}

int evacuation_session_solve(struct evacuation_session *session,
                             const struct evacuation_options *options,
                             struct evacuation_plan *ret_plan) {
    struct evacuation_plan plan = {0};
    bool lost = false;
    int error = HV_OK;
    if (session->circulation != NULL) {
        error = solve_warm(session, options, &lost, &plan);
        if (error == HV_OK && !lost) {
            session->count.warm++;
            *ret_plan = plan;
            return HV_OK;
        }
        evacuation_plan_deinit(&plan);
        plan = (struct evacuation_plan){0};
        time_circulation_free(session->circulation);
        session->circulation = NULL;
        if (!lost)
            return error;
        session->count.lost++;
    }
    error = solve_cold(session, options, &plan);
    if (error != HV_OK)
        return error;
    if (plan.optimal)
        session->cold_work = plan.work;
    *ret_plan = plan;
    return HV_OK;
}
