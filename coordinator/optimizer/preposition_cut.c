#include "coordinator/optimizer/preposition_cut.h"

#include <math.h>
#include <stdlib.h>

#define OPEN_TINY 1e-9
#define STOCK_TINY 1e-9 /* of the most that is of use */

int preposition_separator_init(struct preposition_separator *separator,
                               const struct preposition_problem *problem, bool holding_apart) {
    uint32_t demands = 0;
    for (uint32_t b = 0; b < problem->recourse_count; b++)
        if (problem->recourses[b].demand_count > demands)
            demands = problem->recourses[b].demand_count;
    *separator = (struct preposition_separator){
        .problem = problem,
        .holding_apart = holding_apart,
        .active = calloc((size_t)problem->facility_count + 1, sizeof *separator->active),
        .gain = calloc((size_t)demands + 1, sizeof *separator->gain),
        .limit = calloc((size_t)demands + 1, sizeof *separator->limit),
    };
    int error = preposition_transport_init(&separator->transport, problem->facility_count, demands);
    if (error == HV_OK &&
        (separator->active == NULL || separator->gain == NULL || separator->limit == NULL))
        error = HV_ERR_MEMORY;
    if (error != HV_OK)
        preposition_separator_deinit(separator);
    return error;
}

void preposition_separator_deinit(struct preposition_separator *separator) {
    preposition_transport_deinit(&separator->transport);
    free(separator->active);
    free(separator->gain);
    free(separator->limit);
    *separator = (struct preposition_separator){0};
}

/* One recourse with what its parts need again and again. */
struct part {
    struct preposition_separator *separator;
    const struct preposition_recourse *recourse;
    const struct preposition_item *item;
    const double *surviving; /* store */
    double served;
    bool possible; /* it has a solution: an optimality cut, otherwise one of feasibility */
};

static double stock_max(const struct part *part, uint32_t a) {
    const struct preposition_problem *problem = part->separator->problem;
    return problem->stock_max[(size_t)a * problem->instance->item_count + part->recourse->item];
}

static double stock_at(const struct part *part, const struct preposition_point *point, uint32_t a) {
    size_t items = part->separator->problem->instance->item_count;
    return point->stock[a * items + part->recourse->item];
}

/* What a unit from a store costs at demand j, less the holding cost that its use saves. */
static double net_cost(const struct part *part, uint32_t j, uint32_t store) {
    return preposition_carrying_cost(part->separator->problem, part->recourse, j, store) -
           part->item->holding_cost;
}

static void fill_transport(const struct part *part, const struct preposition_point *point) {
    struct preposition_separator *separator = part->separator;
    const struct preposition_problem *problem = separator->problem;
    const struct preposition_recourse *recourse = part->recourse;
    struct preposition_transport *t = &separator->transport;
    t->supplies = 0;
    for (uint32_t a = 0; a < problem->facility_count; a++)
        if (part->surviving[problem->facilities[a].store] > 0 && point->open[a] > OPEN_TINY &&
            stock_at(part, point, a) > STOCK_TINY * stock_max(part, a))
            separator->active[t->supplies++] = a;
    t->demands = recourse->demand_count;
    t->shortage = part->item->shortage_cost;
    for (uint32_t q = 0; q < t->supplies; q++) {
        uint32_t a = separator->active[q];
        t->supply[q] = part->surviving[problem->facilities[a].store] * stock_at(part, point, a);
    }
    for (uint32_t j = 0; j < t->demands; j++) {
        t->demand[j] = recourse->quantity[j];
        t->unmet_max[j] = recourse->quantity[j] * (1 - part->served);
        for (uint32_t q = 0; q < t->supplies; q++) {
            uint32_t a = separator->active[q], store = problem->facilities[a].store;
            size_t arc = (size_t)j * t->supplies + q;
            double cost = net_cost(part, j, store);
            double most = fmin(t->demand[j], part->surviving[store] * stock_max(part, a));
            t->cost[arc] = isinf(cost) ? 0 : cost;
            t->limit[arc] = isinf(cost) ? 0 : most * point->open[a];
        }
    }
}

/* Demands that a unit of this facility's stock could gain from, by falling gain. */
static uint32_t sort_gains(const struct part *part, uint32_t a) {
    struct preposition_separator *separator = part->separator;
    const struct preposition_recourse *recourse = part->recourse;
    const struct preposition_transport *t = &separator->transport;
    uint32_t store = separator->problem->facilities[a].store, count = 0;
    double most = part->surviving[store] * stock_max(part, a);
    for (uint32_t j = 0; j < recourse->demand_count; j++) {
        double cost = net_cost(part, j, store), gain;
        if (isinf(cost))
            continue;
        gain = part->possible ? t->price[j] - cost : (t->reached[j] ? 1 : 0);
        if (gain <= 0)
            continue;
        uint32_t at = count++;
        for (; at > 0 && separator->gain[at - 1] < gain; at--) {
            separator->gain[at] = separator->gain[at - 1];
            separator->limit[at] = separator->limit[at - 1];
        }
        separator->gain[at] = gain;
        separator->limit[at] = fmin(recourse->quantity[j], most);
    }
    return count;
}

/* The price of the facility's stock at which its limits are best split: that of the demand at which
 * the surviving stock ends. */
static double stock_price(const struct part *part, uint32_t a, uint32_t count, double open,
                          double surviving_stock) {
    const struct preposition_separator *separator = part->separator;
    double left = surviving_stock, grain = 1e-12 * stock_max(part, a);
    for (uint32_t e = 0; e < count; e++) {
        double used = separator->limit[e] * open;
        if (used > left - grain)
            return separator->gain[e];
        left -= used;
    }
    return 0;
}

static void add_facility(const struct part *part, uint32_t a, const struct preposition_point *point,
                         const struct preposition_point *core, double weight,
                         struct preposition_cut *cut) {
    const struct preposition_separator *separator = part->separator;
    double share = part->surviving[separator->problem->facilities[a].store];
    double most = stock_max(part, a);
    if (share <= 0 || most <= 0)
        return;
    size_t at = (size_t)a * separator->problem->instance->item_count + part->recourse->item;
    if (part->possible && !separator->holding_apart)
        cut->stock[at] -= weight * share * part->item->holding_cost;
    uint32_t count = sort_gains(part, a);
    if (count == 0)
        return;
    double open = point->open[a], stock = stock_at(part, point, a);
    if (open <= OPEN_TINY) {
        bool known = core->open[a] > OPEN_TINY;
        open = known ? core->open[a] : 1;
        stock = known ? stock_at(part, core, a) : most / 2;
    }
    double price = stock_price(part, a, count, open, share * stock);
    cut->stock[at] += weight * share * price;
    for (uint32_t e = 0; e < count && separator->gain[e] > price; e++)
        cut->open[a] += weight * separator->limit[e] * (separator->gain[e] - price);
}

/* The part of the demands: what they pay, less what may be left unmet where service is asked for.
 */
static void add_demands(const struct part *part, double weight, struct preposition_cut *cut) {
    const struct preposition_recourse *recourse = part->recourse;
    const struct preposition_transport *t = &part->separator->transport;
    for (uint32_t j = 0; j < recourse->demand_count; j++) {
        double price = part->possible ? t->price[j] : (t->reached[j] ? 1 : 0);
        double shortage = part->possible ? t->shortage : 0;
        double above = fmax(0, price - shortage); /* paid only where all must be met */
        cut->constant += weight * recourse->quantity[j] * (price - above);
        if (above > 0 && cut->served != NULL)
            cut->served[recourse->scenario] += weight * recourse->quantity[j] * above;
    }
}

static double survivors(const struct part *part, const struct preposition_point *point) {
    const struct preposition_problem *problem = part->separator->problem;
    double sum = 0;
    for (uint32_t a = 0; a < problem->facility_count; a++)
        sum += part->surviving[problem->facilities[a].store] * stock_at(part, point, a);
    return sum;
}

bool preposition_separate(struct preposition_separator *separator, uint32_t b,
                          const struct preposition_point *point,
                          const struct preposition_point *core, double weight,
                          struct preposition_cut *cut, double *ret_value) {
    const struct preposition_problem *problem = separator->problem;
    const struct preposition_recourse *recourse = &problem->recourses[b];
    struct part part = {
        .separator = separator,
        .recourse = recourse,
        .item = &problem->instance->items[recourse->item],
        .surviving = &problem->surviving[(size_t)recourse->scenario * problem->store_count],
        .served = point->served == NULL ? 0 : point->served[recourse->scenario],
    };
    fill_transport(&part, point);
    part.possible = preposition_transport_solve(&separator->transport);
    if (!part.possible)
        weight = 1 / recourse->total;
    add_demands(&part, weight, cut);
    for (uint32_t a = 0; a < problem->facility_count; a++)
        add_facility(&part, a, point, core, weight, cut);
    *ret_value = part.possible ? separator->transport.value : INFINITY;
    if (part.possible && !separator->holding_apart)
        *ret_value += part.item->holding_cost * survivors(&part, point);
    return part.possible;
}
