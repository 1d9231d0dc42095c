#include "tests/support/allocation_checker.h"

#include <coin/Clp_C_Interface.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOLERANCE 1e-6

static void *take(size_t count, size_t bytes) {
    void *memory = calloc(count + 1, bytes);
    if (!memory)
        abort();
    return memory;
}

/* Checking a plan -------------------------------------------------------------------------------
 */

static char complaint[256];

static bool over(const char *what, uint32_t a, uint32_t b, double have, double limit) {
    if (have <= limit + TOLERANCE * fmax(1, limit))
        return false;
    snprintf(complaint, sizeof complaint, "%s %u %u: %.12g over %.12g", what, a, b, have, limit);
    return true;
}

static double stock_left(const struct allocation_instance *in, uint32_t d, uint32_t k) {
    size_t i = (size_t)d * in->item_count + k;
    return in->depots[d].closed ? 0 : fmax(0, in->stock[i] - (in->reserve ? in->reserve[i] : 0));
}

static bool can_reach(const struct allocation_instance *in, uint32_t s, uint32_t k) {
    bool light = in->items[k].volume_m3 == 0;
    if (!light && in->shelters[s].receive_m3 == 0)
        return false;
    for (uint32_t l = 0; l < in->lane_count; l++) {
        const struct allocation_lane *lane = &in->lanes[l];
        if (lane->shelter == s && !lane->closed && stock_left(in, lane->depot, k) > 0 &&
            (light || (lane->capacity_m3 != 0 && in->depots[lane->depot].dispatch_m3 != 0)))
            return true;
    }
    return false;
}

struct sums {
    double *out, *got, *unmet, *dispatch, *receive, *lane, value, worst;
};

static bool limits_are_kept(const struct allocation_instance *in, const struct sums *sums) {
    uint32_t K = in->item_count;
    for (uint32_t d = 0; d < in->depot_count; d++) {
        for (uint32_t k = 0; k < K; k++)
            if (over("stock", d, k, sums->out[d * K + k], stock_left(in, d, k)))
                return false;
        if (in->depots[d].dispatch_m3 >= 0 &&
            over("dispatch", d, 0, sums->dispatch[d], in->depots[d].dispatch_m3))
            return false;
    }
    for (uint32_t l = 0; l < in->lane_count; l++)
        if (in->lanes[l].capacity_m3 >= 0 &&
            over("lane", l, 0, sums->lane[l], in->lanes[l].capacity_m3))
            return false;
    for (uint32_t s = 0; s < in->shelter_count; s++)
        if (in->shelters[s].receive_m3 >= 0 &&
            over("receive", s, 0, sums->receive[s], in->shelters[s].receive_m3))
            return false;
    return true;
}

static bool needs_add_up(const struct allocation_instance *in, struct sums *sums) {
    for (uint32_t s = 0; s < in->shelter_count; s++)
        for (uint32_t k = 0; k < in->item_count; k++) {
            size_t i = (size_t)s * in->item_count + k;
            double need = in->need[i], missing = fmax(0, need - sums->got[i]);
            if (over("need", s, k, sums->got[i], need) ||
                over("unmet", s, k, fabs(missing - sums->unmet[i]), 0))
                return false;
            sums->value += missing * in->items[k].shortage_cost * in->shelters[s].priority;
            if (need > 0 && can_reach(in, s, k))
                sums->worst = fmin(sums->worst, sums->got[i] / need);
        }
    return true;
}

static bool add_up(const struct allocation_instance *in, const struct allocation_plan *plan,
                   struct sums *sums) {
    uint32_t K = in->item_count;
    for (size_t i = 0; i < plan->shipment_count; i++) {
        const struct allocation_shipment *x = &plan->shipments[i];
        const struct allocation_lane *lane = &in->lanes[x->lane];
        double m3 = x->quantity * in->items[x->item].volume_m3;
        if (!(x->quantity > 0) || lane->closed) {
            snprintf(complaint, sizeof complaint, "shipment %zu of %g", i, x->quantity);
            return false;
        }
        sums->out[lane->depot * K + x->item] += x->quantity;
        sums->got[lane->shelter * K + x->item] += x->quantity;
        sums->dispatch[lane->depot] += m3;
        sums->receive[lane->shelter] += m3;
        sums->lane[x->lane] += m3;
        sums->value += m3 * lane->cost_per_m3;
    }
    for (size_t i = 0; i < plan->unmet_count; i++)
        sums->unmet[plan->unmet[i].shelter * K + plan->unmet[i].item] += plan->unmet[i].quantity;
    return limits_are_kept(in, sums) && needs_add_up(in, sums);
}

static bool says_what_it_is(const struct allocation_plan *plan, const struct sums *sums) {
    double scale = fmax(1, fabs(sums->value));
    if (fabs(plan->objective - sums->value) <= TOLERANCE * scale &&
        fabs(plan->min_fill_rate - sums->worst) <= TOLERANCE &&
        plan->lower_bound <= sums->value + 1e-9 * scale)
        return true;
    snprintf(complaint, sizeof complaint,
             "says objective %.12g, bound %.12g, fill %.9g; added up %.12g and %.9g",
             plan->objective, plan->lower_bound, plan->min_fill_rate, sums->value, sums->worst);
    return false;
}

const char *allocation_check(const struct allocation_instance *in,
                             const struct allocation_plan *plan) {
    size_t K = in->item_count;
    struct sums sums = {
        .out = take(in->depot_count * K, sizeof(double)),
        .got = take(in->shelter_count * K, sizeof(double)),
        .unmet = take(in->shelter_count * K, sizeof(double)),
        .dispatch = take(in->depot_count, sizeof(double)),
        .receive = take(in->shelter_count, sizeof(double)),
        .lane = take(in->lane_count, sizeof(double)),
        .worst = 1,
    };
    bool good = add_up(in, plan, &sums) && says_what_it_is(plan, &sums);
    free(sums.out);
    free(sums.got);
    free(sums.unmet);
    free(sums.dispatch);
    free(sums.receive);
    free(sums.lane);
    return good ? NULL : complaint;
}

/* Linear programmes -----------------------------------------------------------------------------
 */

/* Columns: sent (lane × item), unmet (shelter × item), t. Rows: stock, need, dispatch, receive,
 * lane, and fill (unmet + need · t ≤ need). */
struct programme {
    const struct allocation_instance *in;
    Clp_Simplex *clp;
    int sent, unmet, t, columns;
    int stock, need, dispatch, receive, lane, fill, rows;
};

static void number(struct programme *p) {
    const struct allocation_instance *in = p->in;
    int K = (int)in->item_count;
    p->sent = 0;
    p->unmet = (int)in->lane_count * K;
    p->t = p->unmet + (int)in->shelter_count * K;
    p->columns = p->t + 1;
    p->stock = 0;
    p->need = (int)in->depot_count * K;
    p->dispatch = p->need + (int)in->shelter_count * K;
    p->receive = p->dispatch + (int)in->depot_count;
    p->lane = p->receive + (int)in->shelter_count;
    p->fill = p->lane + (int)in->lane_count;
    p->rows = p->fill + (int)in->shelter_count * K;
}

static double limit_or_infinity(double limit) {
    return limit >= 0 ? limit : DBL_MAX;
}

static void set_rows(const struct programme *p, double *lower, double *upper) {
    const struct allocation_instance *in = p->in;
    int K = (int)in->item_count;
    for (int r = 0; r < p->rows; r++)
        lower[r] = -DBL_MAX;
    for (uint32_t d = 0; d < in->depot_count; d++) {
        for (int k = 0; k < K; k++)
            upper[p->stock + (int)d * K + k] = stock_left(in, d, (uint32_t)k);
        upper[p->dispatch + (int)d] = limit_or_infinity(in->depots[d].dispatch_m3);
    }
    for (int i = 0; i < (int)in->shelter_count * K; i++) {
        lower[p->need + i] = upper[p->need + i] = in->need[i];
        upper[p->fill + i] = DBL_MAX;
    }
    for (uint32_t s = 0; s < in->shelter_count; s++)
        upper[p->receive + (int)s] = limit_or_infinity(in->shelters[s].receive_m3);
    for (uint32_t l = 0; l < in->lane_count; l++)
        upper[p->lane + (int)l] = limit_or_infinity(in->lanes[l].capacity_m3);
}

static void add_sent_columns(struct programme *p) {
    const struct allocation_instance *in = p->in;
    for (uint32_t l = 0; l < in->lane_count; l++)
        for (uint32_t k = 0; k < in->item_count; k++) {
            const struct allocation_lane *lane = &in->lanes[l];
            double v = in->items[k].volume_m3, low = 0;
            double high = lane->closed ? 0 : DBL_MAX, cost = v * lane->cost_per_m3;
            int rows[] = {p->stock + (int)(lane->depot * in->item_count + k),
                          p->need + (int)(lane->shelter * in->item_count + k),
                          p->dispatch + (int)lane->depot, p->receive + (int)lane->shelter,
                          p->lane + (int)l};
            double values[] = {1, 1, v, v, v};
            CoinBigIndex starts[] = {0, 5};
            Clp_addColumns(p->clp, 1, &low, &high, &cost, starts, rows, values);
        }
}

static void add_other_columns(struct programme *p) {
    const struct allocation_instance *in = p->in;
    int needs = (int)(in->shelter_count * in->item_count);
    int *rows = take((size_t)needs, sizeof *rows);
    for (int i = 0; i < needs; i++) {
        double low = 0, high = DBL_MAX, ones[] = {1, 1};
        double cost = in->items[(uint32_t)i % in->item_count].shortage_cost *
                      in->shelters[(uint32_t)i / in->item_count].priority;
        int both[] = {p->need + i, p->fill + i};
        CoinBigIndex starts[] = {0, 2};
        rows[i] = p->fill + i;
        Clp_addColumns(p->clp, 1, &low, &high, &cost, starts, both, ones);
    }
    double low = 0, high = 1, cost = 0;
    CoinBigIndex starts[] = {0, needs};
    Clp_addColumns(p->clp, 1, &low, &high, &cost, starts, rows, in->need);
    free(rows);
}

static struct programme make(const struct allocation_instance *in) {
    struct programme p = {.in = in, .clp = Clp_newModel()};
    number(&p);
    double *lower = take((size_t)p.rows, sizeof *lower);
    double *upper = take((size_t)p.rows, sizeof *upper);
    set_rows(&p, lower, upper);
    Clp_setLogLevel(p.clp, 0);
    Clp_resize(p.clp, p.rows, 0);
    for (int r = 0; r < p.rows; r++) {
        Clp_rowLower(p.clp)[r] = lower[r];
        Clp_rowUpper(p.clp)[r] = upper[r];
    }
    add_sent_columns(&p);
    add_other_columns(&p);
    Clp_setPrimalTolerance(p.clp, 1e-9);
    Clp_setDualTolerance(p.clp, 1e-9);
    free(lower);
    free(upper);
    return p;
}

static double solve(struct programme *p, const double *cost) {
    memcpy(Clp_objective(p->clp), cost, (size_t)p->columns * sizeof *cost);
    Clp_initialDualSolve(p->clp);
    if (Clp_status(p->clp) != 0)
        Clp_initialPrimalSolve(p->clp);
    if (Clp_status(p->clp) != 0)
        abort();
    return Clp_objectiveValue(p->clp);
}

enum pair { FREE, FIXED, OUTSIDE };

/* Takes the pairs out of the level that cannot have more than t. */
static void fix_tight(struct programme *p, const double *zero, double t, enum pair *pairs,
                      double *fill) {
    const struct allocation_instance *in = p->in;
    uint32_t needs = in->shelter_count * in->item_count;
    double *cost = take((size_t)p->columns, sizeof *cost);
    bool *tight = take(needs, sizeof *tight);
    Clp_columnLower(p->clp)[p->t] = fmax(0, t - 1e-10);
    for (uint32_t i = 0; i < needs; i++) {
        if (pairs[i] != FREE)
            continue;
        memcpy(cost, zero, (size_t)p->columns * sizeof *cost);
        cost[p->unmet + (int)i] = 1 / in->need[i];
        tight[i] = 1 - solve(p, cost) <= t + 1e-7;
    }
    Clp_columnLower(p->clp)[p->t] = 0;
    for (uint32_t i = 0; i < needs; i++)
        if (tight[i]) {
            pairs[i] = FIXED;
            fill[i] = t;
            Clp_columnUpper(p->clp)[p->unmet + (int)i] = in->need[i] * (1 - t) + 1e-10;
            Clp_rowUpper(p->clp)[p->fill + (int)i] = DBL_MAX;
        }
    free(tight);
    free(cost);
}

static void find_levels(struct programme *p, double *fill) {
    const struct allocation_instance *in = p->in;
    uint32_t needs = in->shelter_count * in->item_count;
    enum pair *pairs = take(needs, sizeof *pairs);
    double *zero = take((size_t)p->columns, sizeof *zero);
    double *raise = take((size_t)p->columns, sizeof *raise);
    raise[p->t] = -1;
    uint32_t left = 0;
    for (uint32_t i = 0; i < needs; i++) {
        bool takes_part = in->need[i] > 0 && can_reach(in, i / in->item_count, i % in->item_count);
        pairs[i] = takes_part ? FREE : OUTSIDE;
        left += takes_part;
        if (takes_part)
            Clp_rowUpper(p->clp)[p->fill + (int)i] = in->need[i];
    }
    while (left > 0) {
        double t = -solve(p, raise);
        fix_tight(p, zero, t, pairs, fill);
        uint32_t now = 0;
        for (uint32_t i = 0; i < needs; i++)
            now += pairs[i] == FREE;
        if (now == left)
            abort(); /* a level that holds nobody */
        left = now;
    }
    free(pairs);
    free(zero);
    free(raise);
}

double allocation_reference(const struct allocation_instance *in, double *ret_fill) {
    struct programme p = make(in);
    double *cost = take((size_t)p.columns, sizeof *cost);
    double *fill = take((size_t)in->shelter_count * in->item_count, sizeof *fill);
    memcpy(cost, Clp_objective(p.clp), (size_t)p.columns * sizeof *cost);
    if (in->maxmin)
        find_levels(&p, fill);
    double value = solve(&p, cost);
    if (ret_fill)
        memcpy(ret_fill, fill, (size_t)in->shelter_count * in->item_count * sizeof *fill);
    Clp_deleteModel(p.clp);
    free(cost);
    free(fill);
    return value;
}

/* Random instances ------------------------------------------------------------------------------
 */

static double figure(struct chance *chance, const struct allocation_mix *mix, uint32_t below) {
    double whole = chance_below(chance, below);
    return mix->fractions ? whole + chance_below(chance, 1000) / 1000.0 : whole;
}

static double maybe_limit(struct chance *chance, bool wanted, double most) {
    if (!wanted || chance_below(chance, 3) == 0)
        return ALLOCATION_NO_LIMIT;
    return chance_below(chance, 9) == 0 ? 0 : most * chance_below(chance, 1000) / 1000.0;
}

struct allocation_instance *allocation_random(struct chance *chance,
                                              const struct allocation_mix *mix) {
    struct allocation_instance *in = take(1, sizeof *in);
    uint32_t D = in->depot_count = 1 + chance_below(chance, mix->depots);
    uint32_t S = in->shelter_count = 1 + chance_below(chance, mix->shelters);
    uint32_t K = in->item_count = 1 + chance_below(chance, mix->items);
    struct allocation_item *items = take(K, sizeof *items);
    struct allocation_depot *depots = take(D, sizeof *depots);
    struct allocation_shelter *shelters = take(S, sizeof *shelters);
    struct allocation_lane *lanes = take((size_t)D * S, sizeof *lanes);
    double *stock = take((size_t)D * K, sizeof *stock);
    double *reserve = take((size_t)D * K, sizeof *reserve);
    double *need = take((size_t)S * K, sizeof *need);
    for (uint32_t k = 0; k < K; k++)
        items[k] = (struct allocation_item){
            mix->volumeless && chance_below(chance, 4) == 0 ? 0 : (1 + figure(chance, mix, 9)) / 8,
            1, figure(chance, mix, 30)};
    for (uint32_t d = 0; d < D; d++)
        depots[d].dispatch_m3 = maybe_limit(chance, mix->dispatch_limits, 30.0 * K);
    for (uint32_t s = 0; s < S; s++)
        shelters[s] = (struct allocation_shelter){
            1 + chance_below(chance, 3), maybe_limit(chance, mix->receive_limits, 20.0 * K)};
    for (uint32_t i = 0; i < D * K; i++) {
        stock[i] = chance_below(chance, 4) == 0 ? 0 : figure(chance, mix, 60);
        reserve[i] = chance_below(chance, 4) == 0 ? figure(chance, mix, 20) : 0;
    }
    for (uint32_t i = 0; i < S * K; i++)
        need[i] = chance_below(chance, 4) == 0 ? 0 : figure(chance, mix, 40);
    for (uint32_t d = 0; d < D; d++)
        for (uint32_t s = 0; s < S; s++)
            if (chance_below(chance, 4) > 0)
                lanes[in->lane_count++] =
                    (struct allocation_lane){d, s, figure(chance, mix, 40),
                                             maybe_limit(chance, mix->lane_limits, 15), false};
    in->items = items;
    in->depots = depots;
    in->shelters = shelters;
    in->lanes = lanes;
    in->stock = stock;
    in->reserve = reserve;
    in->need = need;
    return in;
}

void allocation_random_free(struct allocation_instance *in) {
    free((void *)in->items);
    free((void *)in->depots);
    free((void *)in->shelters);
    free((void *)in->lanes);
    free((void *)in->stock);
    free((void *)in->reserve);
    free((void *)in->need);
    free(in);
}
