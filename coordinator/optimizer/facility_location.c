#include "coordinator/optimizer/facility_location_state.h"

#include "coordinator/optimizer/array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROOT_STEPS 900u
#define AGAIN_STEPS 300u
#define NODE_STEPS 60u
#define HEURISTIC_EVERY 40u

double facility_location_cutoff(const struct facility_search *l) {
    return l->value - fmax(l->options->gap, 1e-9) * fabs(l->value);
}

static bool stops(struct facility_search *l) {
    if (l->stopped || l->error != HV_OK)
        return true;
    const struct preposition_progress progress = {
        .value = l->value, .bound = l->bound, .work = l->work, .nodes = l->nodes};
    if (l->options->work_max > 0 && l->work >= l->options->work_max)
        l->stopped = true;
    if (l->options->progress != NULL && l->options->progress(l->options->context, &progress) != 0)
        l->stopped = true;
    return l->stopped;
}

/* ---- bounds ---------------------------------------------------------------------------------- */

/* Raises a node's bound. */
static void bound_node(struct facility_search *l, struct facility_node *node, uint32_t steps,
                       double length, bool heuristic) {
    const struct facility_location *p = l->problem;
    double *price = calloc((size_t)p->customers + 1, sizeof *price), best = -INFINITY;
    bool *set = malloc(p->facilities + 1);
    uint32_t stall = 0, patience = steps > 150 ? 12 : 6;
    if (price == NULL || set == NULL) {
        l->error = HV_ERR_MEMORY;
        steps = 0;
    } else {
        memcpy(price, node->price, p->customers * sizeof *price);
        memset(l->direction, 0, p->customers * sizeof *l->direction);
        memset(set, 0, p->facilities);
    }
    for (uint32_t t = 0; t < steps && length > (steps > 150 ? 1e-4 : 1e-3); t++) {
        double drop, value = facility_location_relax(l, price, node->choice, &drop);
        if (t % 16 == 15 && stops(l))
            break;
        if (value > best + 1e-7 * fabs(best) || isinf(best)) {
            best = value;
            stall = 0;
            memcpy(node->price, price, p->customers * sizeof *price);
            memcpy(set, l->open, p->facilities);
        } else if (++stall >= patience) {
            length *= 0.6;
            stall = 0;
            memcpy(price, node->price, p->customers * sizeof *price);
            memset(l->direction, 0, p->customers * sizeof *l->direction);
            continue;
        }
        facility_location_fix(l, node, value, drop);
        if (heuristic && t % HEURISTIC_EVERY == HEURISTIC_EVERY - 1)
            facility_location_try_set(l, l->open);
        if (best >= facility_location_cutoff(l) ||
            !facility_location_step(l, price, length, value, best))
            break;
    }
    node->bound = fmax(node->bound, best);
    if (heuristic && !isinf(best))
        facility_location_try_set(l, set);
    free(price);
    free(set);
}

/* ---- branch and bound ------------------------------------------------------------------------ */

static void node_free(struct facility_node *node) {
    if (node == NULL)
        return;
    free(node->choice);
    free(node->price);
    free(node);
}

static struct facility_node *node_copy(struct facility_search *l,
                                       const struct facility_node *from) {
    size_t facilities = l->problem->facilities, customers = l->problem->customers;
    struct facility_node *node = calloc(1, sizeof *node);
    uint8_t *choice = calloc(2 * facilities + 1, 1);
    double *price = calloc(customers + 1, sizeof *price);
    if (node == NULL || choice == NULL || price == NULL) {
        free(node);
        free(choice);
        free(price);
        l->error = HV_ERR_MEMORY;
        return NULL;
    }
    node->bound = -INFINITY;
    node->choice = choice;
    node->price = price;
    if (from != NULL) {
        node->bound = from->bound;
        memcpy(choice, from->choice, 2 * facilities);
        memcpy(price, from->price, customers * sizeof *price);
    }
    return node;
}

static void heap_push(struct facility_search *l, struct facility_node *node) {
    if (array_reserve((void **)&l->heap, l->count + 1, &l->most, sizeof(struct facility_node *)) !=
        HV_OK) {
        l->error = HV_ERR_MEMORY;
        l->closed = fmin(l->closed, node->bound);
        node_free(node);
        return;
    }
    size_t at = l->count++;
    for (; at > 0 && l->heap[(at - 1) / 2]->bound > node->bound; at = (at - 1) / 2)
        l->heap[at] = l->heap[(at - 1) / 2];
    l->heap[at] = node;
}

static struct facility_node *heap_pop(struct facility_search *l) {
    struct facility_node *top = l->heap[0], *last = l->heap[--l->count];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < l->count; at = child) {
        if (child + 1 < l->count && l->heap[child + 1]->bound < l->heap[child]->bound)
            child++;
        if (l->heap[child]->bound >= last->bound)
            break;
        l->heap[at] = l->heap[child];
    }
    if (l->count > 0)
        l->heap[at] = last;
    return top;
}

/* How often a few steps open each facility. */
static void count_open(struct facility_search *l, const struct facility_node *node, double *price) {
    const struct facility_location *p = l->problem;
    const uint32_t steps = 12;
    double drop;
    memcpy(price, node->price, p->customers * sizeof *price);
    memset(l->direction, 0, p->customers * sizeof *l->direction);
    for (uint32_t i = 0; i < p->facilities; i++)
        l->often[i] = 0;
    for (uint32_t t = 0; t < steps; t++) {
        double value = facility_location_relax(l, price, node->choice, &drop);
        for (uint32_t i = 0; i < p->facilities; i++)
            l->often[i] += l->open[i] ? 1.0 / steps : 0;
        if (!facility_location_step(l, price, 0.05, value, node->bound))
            break;
    }
}

/* Of the facilities of a place from `first` on: whether those below `from` and those from it on are
 * both possible, the first or none. */
static bool parts(const struct facility_search *l, const struct facility_node *node, uint32_t first,
                  uint32_t from, uint32_t end) {
    bool below = node->choice[l->problem->facilities + first] != FACILITY_OPEN, above = false;
    for (uint32_t i = first; i < end; i++) {
        if (node->choice[i] == FACILITY_OPEN)
            return false;
        below = below || (i < from && node->choice[i] == FACILITY_FREE);
        above = above || (i >= from && node->choice[i] == FACILITY_FREE);
    }
    return below && above;
}

/* The facility to branch at, "it or a larger one of its place, or not": what a few steps have half
 * of the time. UINT32_MAX where all are decided. */
static uint32_t choose(struct facility_search *l, const struct facility_node *node) {
    const struct facility_location *p = l->problem;
    double *price = calloc((size_t)p->customers + 1, sizeof *price), most = -1;
    uint32_t chosen = UINT32_MAX;
    if (price == NULL) {
        l->error = HV_ERR_MEMORY;
        return UINT32_MAX;
    }
    count_open(l, node, price);
    for (uint32_t first = 0, end; first < p->facilities; first = end) {
        double often = 0;
        end = facility_location_place_end(p, first);
        for (uint32_t i = end; i-- > first;) {
            often += l->often[i];
            double score = fmin(often, 1 - often) + 1e-3 / (1 + fabs(l->reduced[i]));
            if (score > most && parts(l, node, first, i, end)) {
                most = score;
                chosen = i;
            }
        }
    }
    free(price);
    return chosen;
}

/* The facility or a larger one of its place must be open, or none of these may. */
static void decide(const struct facility_search *l, uint8_t *choice, uint32_t facility, bool open) {
    const struct facility_location *p = l->problem;
    uint32_t first = facility, last = UINT32_MAX, count = 0;
    while (first > 0 && p->place[first - 1] == p->place[facility])
        first--;
    for (uint32_t i = first; i < facility_location_place_end(p, first); i++) {
        if ((i < facility) == open)
            choice[i] = FACILITY_CLOSED;
        if (choice[i] == FACILITY_FREE) {
            last = i;
            count++;
        }
    }
    if (open)
        choice[p->facilities + first] = FACILITY_OPEN;
    if (choice[p->facilities + first] == FACILITY_OPEN && count == 1)
        choice[last] = FACILITY_OPEN;
}

/* Everything is decided: what is open is what it costs. */
static void settle(struct facility_search *l, const struct facility_node *node) {
    for (uint32_t i = 0; i < l->problem->facilities; i++)
        l->open[i] = node->choice[i] == FACILITY_OPEN;
    facility_location_try_set(l, l->open);
}

static bool is_decided(const struct facility_search *l, const struct facility_node *node) {
    for (uint32_t i = 0; i < l->problem->facilities; i++)
        if (node->choice[i] == FACILITY_FREE)
            return false;
    return true;
}

static void split(struct facility_search *l, const struct facility_node *node) {
    uint32_t facility = choose(l, node);
    if (facility == UINT32_MAX) {
        settle(l, node);
        return;
    }
    for (int open = 0; open < 2; open++) {
        struct facility_node *child = node_copy(l, node);
        if (child == NULL) {
            l->closed = fmin(l->closed, node->bound);
            return;
        }
        decide(l, child->choice, facility, open == 1);
        bound_node(l, child, NODE_STEPS, 0.15, l->nodes % 10 == 0);
        if (child->bound >= facility_location_cutoff(l)) {
            l->closed = fmin(l->closed, child->bound);
            node_free(child);
        } else if (is_decided(l, child)) {
            settle(l, child);
            node_free(child);
        } else {
            heap_push(l, child);
        }
    }
}

static void branch(struct facility_search *l, struct facility_node *root) {
    heap_push(l, root);
    while (l->count > 0) {
        struct facility_node *node = heap_pop(l);
        l->bound = fmax(l->bound, fmin(fmin(node->bound, l->closed), l->value));
        if (node->bound >= facility_location_cutoff(l) || stops(l)) {
            l->closed = fmin(l->closed, node->bound);
        } else {
            l->nodes++;
            split(l, node);
        }
        node_free(node);
    }
    l->bound = fmax(l->bound, fmin(l->closed, l->value));
}

/* Closing one, or one for another, while that helps. */
static void exchange(struct facility_search *l, const struct facility_node *root) {
    uint32_t facilities = l->problem->facilities;
    bool *set = malloc(facilities + 1);
    bool better = set != NULL;
    while (better && !stops(l)) {
        better = false;
        for (uint32_t i = 0; i < facilities && !better; i++)
            for (uint32_t other = i; l->best[i] && other <= facilities && !better; other++) {
                uint32_t in = other == i ? UINT32_MAX : other - 1 < i ? other - 1 : other;
                if (other > i &&
                    (in >= facilities || l->best[in] || root->choice[in] == FACILITY_CLOSED))
                    continue;
                memcpy(set, l->best, facilities);
                set[i] = false;
                if (in != UINT32_MAX)
                    set[in] = true;
                double before = l->value;
                facility_location_try_set(l, set);
                better = l->value < before;
                if (stops(l))
                    break;
            }
    }
    free(set);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool location_init(struct facility_search *l) {
    size_t facilities = l->problem->facilities, customers = l->problem->customers;
    l->best = calloc(facilities + 1, sizeof *l->best);
    l->open = calloc(facilities + 1, sizeof *l->open);
    l->reduced = calloc(facilities + 1, sizeof(double));
    l->often = calloc(facilities + 1, sizeof(double));
    l->order = calloc(facilities + 1, sizeof *l->order);
    l->slope = calloc(customers + 1, sizeof(double));
    l->direction = calloc(customers + 1, sizeof(double));
    l->price = calloc(customers + 1, sizeof(double));
    l->gains = calloc(customers + 1, sizeof *l->gains);
    l->sets = calloc(FACILITY_SETS_ROOM, sizeof *l->sets);
    l->alike = true;
    for (uint32_t i = 1; i < facilities; i++)
        l->alike = l->alike && l->problem->capacity[i] == l->problem->capacity[0];
    for (uint32_t i = 1; i < facilities; i++)
        l->sized = l->sized || l->problem->place[i] == l->problem->place[i - 1] ||
                   l->problem->capacity[i] != l->problem->capacity[0];
    for (uint32_t j = 0; j < customers; j++)
        l->demand += l->problem->demand[j];
    facility_location_choose_units(l);
    return l->best && l->open && l->reduced && l->often && l->order && l->slope && l->direction &&
           l->price && l->gains && l->sets;
}

static void location_deinit(struct facility_search *l) {
    while (l->count > 0)
        node_free(heap_pop(l));
    free(l->heap);
    free(l->best);
    free(l->open);
    free(l->reduced);
    free(l->often);
    free(l->order);
    free(l->slope);
    free(l->direction);
    free(l->price);
    free(l->gains);
    free(l->sets);
}

/* The second cheapest way of each customer, fixed cost shared out, is a good first price. */
static void first_prices(const struct facility_search *l, double *price) {
    const struct facility_location *p = l->problem;
    for (uint32_t j = 0; j < p->customers; j++) {
        double best = INFINITY, second = INFINITY;
        for (uint32_t i = 0; i < p->facilities; i++) {
            double cost = p->cost[(size_t)i * p->customers + j] +
                          (p->capacity[i] > 0 ? p->fixed[i] / p->capacity[i] : INFINITY);
            second = fmin(second, fmax(best, cost));
            best = fmin(best, cost);
        }
        price[j] = fmin(second, p->shortage[j]);
    }
}

/* The largest facility of every place. */
static void open_largest(struct facility_search *l) {
    const struct facility_location *p = l->problem;
    for (uint32_t first = 0, end; first < p->facilities; first = end) {
        uint32_t largest = first;
        end = facility_location_place_end(p, first);
        for (uint32_t i = first; i < end; i++) {
            l->open[i] = false;
            largest = p->capacity[i] > p->capacity[largest] ? i : largest;
        }
        l->open[largest] = true;
    }
}

static void search(struct facility_search *l) {
    struct facility_node *root = node_copy(l, NULL);
    if (root == NULL)
        return;
    first_prices(l, root->price);
    facility_location_try_set(l, l->best); /* nothing open: shortage alone */
    open_largest(l);
    facility_location_try_set(l, l->open);
    bound_node(l, root, ROOT_STEPS, 1, true);
    l->bound = fmin(root->bound, l->value);
    if (root->bound < facility_location_cutoff(l)) {
        exchange(l, root);
        bound_node(l, root, AGAIN_STEPS, 0.1, false);
        l->bound = fmin(root->bound, l->value);
    }
    branch(l, root);
}

void facility_location_result_deinit(struct facility_location_result *result) {
    free(result->open);
    free(result->sent);
    *result = (struct facility_location_result){0};
}

int facility_location_solve(const struct facility_location *problem,
                            const struct preposition_options *options,
                            struct facility_location_result *ret_result) {
    struct facility_search l = {.problem = problem,
                                .options = options,
                                .value = INFINITY,
                                .bound = -INFINITY,
                                .closed = INFINITY};
    double *sent = calloc((size_t)problem->facilities * problem->kinds + 1, sizeof *sent);
    if (!location_init(&l) || sent == NULL)
        l.error = HV_ERR_MEMORY;
    else
        search(&l);
    if (l.error == HV_OK)
        l.value = facility_location_cost_of_set(&l, l.best, sent);
    if (l.error == HV_OK) {
        *ret_result = (struct facility_location_result){
            .status = l.stopped && l.bound < facility_location_cutoff(&l) ? PREPOSITION_STOPPED
                                                                          : PREPOSITION_OPTIMAL,
            .value = l.value,
            .bound = fmin(l.bound, l.value),
            .open = l.best,
            .sent = sent,
            .work = l.work,
            .nodes = l.nodes,
        };
        l.best = NULL;
        sent = NULL;
    }
    free(sent);
    int error = l.error;
    location_deinit(&l);
    return error;
}
