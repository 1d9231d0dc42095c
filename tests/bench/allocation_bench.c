/* One allocation instance: Clp's dual simplex on the whole linear programme against the flow, cold;
 * then one change after the other, warm, each equal to a cold solve. CPU time.
 *
 *   allocation_bench INSTANCE.json [CHANGES]     exits 1 where an objective differs */
#include "coordinator/cli/allocation_json.h"
#include "coordinator/optimizer/allocation.h"
#include "coordinator/optimizer/allocation_session.h"
#include "tests/support/chance.h"

#include <coin/Clp_C_Interface.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <sys/resource.h>

static double cpu_ms(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return 1e3 * (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-3 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void require(bool holds, const char *what) {
    if (holds)
        return;
    fprintf(stderr, "allocation_bench: %s\n", what);
    exit(1);
}

/* Clp ------------------------------------------------------------------------------------------ */

struct columns {
    int *rows, count;
    double *values, *cost, *lower, *upper;
    CoinBigIndex *starts;
};

static void add(struct columns *c, double cost, int count, const int *rows, const double *values) {
    CoinBigIndex at = c->starts[c->count];
    for (int i = 0; i < count; i++, at++) {
        c->rows[at] = rows[i];
        c->values[at] = values[i];
    }
    c->cost[c->count] = cost;
    c->upper[c->count] = DBL_MAX;
    c->starts[++c->count] = at;
}

/* Rows: stock, need, dispatch; columns: sent where there is stock and need, unmet. Limits of lanes
 * and of receiving are not in the instances of this bench. */
static double clp_dual(const struct allocation_instance *in, double *ret_ms) {
    size_t K = in->item_count, most = in->lane_count * K + in->shelter_count * K;
    int rows = (int)(in->depot_count * K + in->shelter_count * K + in->depot_count);
    int need = (int)(in->depot_count * K), dispatch = need + (int)(in->shelter_count * K);
    struct columns c = {malloc(3 * most * sizeof(int)),        0,
                        malloc(3 * most * sizeof(double)),     malloc(most * sizeof(double)),
                        calloc(most, sizeof(double)),          malloc(most * sizeof(double)),
                        calloc(most + 1, sizeof(CoinBigIndex))};
    double *low = malloc((size_t)rows * sizeof *low), *high = malloc((size_t)rows * sizeof *high);
    for (int r = 0; r < rows; r++)
        low[r] = -DBL_MAX;
    for (uint32_t d = 0; d < in->depot_count; d++) {
        high[dispatch + (int)d] =
            in->depots[d].dispatch_m3 >= 0 ? in->depots[d].dispatch_m3 : DBL_MAX;
        for (size_t k = 0; k < K; k++)
            high[d * K + k] = allocation_free_stock(in, d, (uint32_t)k);
    }
    for (size_t i = 0; i < in->shelter_count * K; i++) {
        low[need + (int)i] = high[need + (int)i] = in->need[i];
        if (in->need[i] > 0)
            add(&c, in->items[i % K].shortage_cost * in->shelters[i / K].priority, 1,
                (int[]){need + (int)i}, (double[]){1});
    }
    for (uint32_t l = 0; l < in->lane_count; l++)
        for (size_t k = 0; k < K; k++) {
            const struct allocation_lane *lane = &in->lanes[l];
            double v = in->items[k].volume_m3;
            if (high[lane->depot * K + k] <= 0 || in->need[lane->shelter * K + k] <= 0)
                continue;
            add(&c, v * lane->cost_per_m3, 3,
                (int[]){(int)(lane->depot * K + k), need + (int)(lane->shelter * K + k),
                        dispatch + (int)lane->depot},
                (double[]){1, 1, v});
        }
    Clp_Simplex *clp = Clp_newModel();
    Clp_setLogLevel(clp, 0);
    Clp_loadProblem(clp, c.count, rows, c.starts, c.rows, c.values, c.lower, c.upper, c.cost, low,
                    high);
    double before = cpu_ms();
    Clp_initialDualSolve(clp);
    *ret_ms = cpu_ms() - before;
    require(Clp_status(clp) == 0, "Clp found no optimum");
    printf("  Clp dual simplex, %d rows, %d columns: %.0f ms\n", rows, c.count, *ret_ms);
    double value = Clp_objectiveValue(clp);
    Clp_deleteModel(clp);
    free(c.rows);
    free(c.values);
    free(c.cost);
    free(c.lower);
    free(c.upper);
    free(c.starts);
    free(low);
    free(high);
    return value;
}

/* Warm ----------------------------------------------------------------------------------------- */

enum kind { NEED, ROAD, STOCK, DEPOT, KINDS };
static const char *const names[] = {"a need", "a road closed", "a stock", "a depot closed"};

static int change(struct allocation_session *session, enum kind kind, struct chance *chance) {
    const struct allocation_instance *in = allocation_session_instance(session);
    uint32_t s = chance_below(chance, in->shelter_count), d = chance_below(chance, in->depot_count);
    uint32_t k = chance_below(chance, in->item_count), l = chance_below(chance, in->lane_count);
    double factor = 0.5 + chance_below(chance, 1000) / 1000.0;
    switch (kind) {
    case NEED:
        return allocation_session_set_need(session, s, k,
                                           allocation_need(in, s, k) * factor + 10 * (factor > 1));
    case ROAD:
        return allocation_session_set_lane_open(session, l, in->lanes[l].closed);
    case STOCK:
        return allocation_session_set_stock(session, d, k,
                                            in->stock[(size_t)d * in->item_count + k] * factor);
    default:
        return allocation_session_set_depot_open(session, d, in->depots[d].closed);
    }
}

static double objective(struct allocation_session *session, double *ret_read_ms) {
    struct allocation_plan plan;
    double before = cpu_ms();
    require(allocation_session_read(session, &plan) == HV_OK, "no plan");
    *ret_read_ms = cpu_ms() - before;
    require(plan.objective - plan.lower_bound <= 1e-9 * plan.objective, "the bound is not met");
    double value = plan.objective;
    allocation_plan_deinit(&plan);
    return value;
}

static void measure_changes(const struct allocation_instance *instance, int changes) {
    struct allocation_session *session;
    struct chance chance = {7};
    double read_ms = 0;
    require(allocation_session_new(instance, &session) == HV_OK &&
                allocation_session_solve(session, NULL) == HV_OK,
            "not solved");
    for (enum kind kind = NEED; kind < KINDS; kind++) {
        double sum = 0, most = 0;
        for (int i = 0; i < changes; i++) {
            double before = cpu_ms();
            require(change(session, kind, &chance) == HV_OK, "change refused");
            require(allocation_session_solve(session, NULL) == HV_OK, "not solved again");
            double ms = cpu_ms() - before;
            sum += ms;
            most = ms > most ? ms : most;
            double warm = objective(session, &read_ms);
            struct allocation_plan cold;
            require(i % 10 != 0 || allocation_solve(allocation_session_instance(session), NULL,
                                                    &cold) == HV_OK,
                    "not solved cold");
            if (i % 10 != 0)
                continue;
            require(fabs(warm - cold.objective) <= 1e-9 * warm, "warm and cold differ");
            allocation_plan_deinit(&cold);
        }
        printf("  after %-15s mean %6.2f ms, most %6.2f ms of %d\n", names[kind], sum / changes,
               most, changes);
    }
    printf("  reading a plan with its proof %.1f ms\n", read_ms);
    allocation_session_free(session);
}

int main(int argc, char **argv) {
    struct hv_fault_list faults;
    struct allocation_document document;
    hv_fault_list_init(&faults);
    require(argc >= 2 && allocation_json_read(argv[1], &faults, &document) == HV_OK,
            "usage: allocation_bench INSTANCE.json [CHANGES]");
    double ours_ms = DBL_MAX, clp_ms;
    struct allocation_plan plan = {0};
    for (int round = 0; round < 3; round++) {
        allocation_plan_deinit(&plan);
        double before = cpu_ms();
        require(allocation_solve(&document.instance, NULL, &plan) == HV_OK, "not solved");
        double ms = cpu_ms() - before;
        ours_ms = ms < ours_ms ? ms : ours_ms;
    }
    printf("%s: optimum %.2f, bound %.2f; cold, with building, reading and proof %.0f ms (%llu "
           "pivots)\n",
           document.name, plan.objective, plan.lower_bound, ours_ms,
           (unsigned long long)plan.pivots);
    double clp = clp_dual(&document.instance, &clp_ms);
    require(fabs(clp - plan.objective) <= 1e-6 * clp, "Clp finds another optimum");
    printf("  Clp : Haven %.1f\n", clp_ms / ours_ms);
    allocation_plan_deinit(&plan);
    measure_changes(&document.instance, argc > 2 ? atoi(argv[2]) : 40);
    allocation_document_deinit(&document);
    hv_fault_list_deinit(&faults);
    return 0;
}
