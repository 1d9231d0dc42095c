// Minimum-cost flow against LEMON's network simplex, in one run, on DIMACS files and on networks of
// its own making. LEMON (Debian's liblemon-dev) is built for this benchmark only. Usage:
// mincostflow_bench [FILE.min ...]
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

extern "C" {
#include "coordinator/optimizer/mincostflow.h"
}

using Graph = lemon::SmartDigraph;
using Simplex = lemon::NetworkSimplex<Graph, long long, long long>;

struct Arc {
    uint32_t from, to;
    long long lower, upper, cost;
};

struct Problem {
    std::string name;
    std::vector<long long> supply;
    std::vector<Arc> arcs;
};

static double seconds() {
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

static void must(int error) {
    if (error) {
        fprintf(stderr, "error %d\n", error);
        exit(1);
    }
}

static Problem read_dimacs(const char *path) {
    Problem p;
    std::string line;
    p.name = std::string(path).substr(std::string(path).rfind('/') + 1);
    for (std::ifstream in(path); std::getline(in, line);) {
        std::istringstream s(line);
        std::string kind, word;
        uint32_t a, b;
        long long supply;
        Arc arc;
        if (!(s >> kind))
            continue;
        if (kind == "p" && s >> word >> a >> b)
            p.supply.assign(a, 0);
        else if (kind == "n" && s >> a >> supply)
            p.supply[a - 1] = supply;
        else if (kind == "a" && s >> arc.from >> arc.to >> arc.lower >> arc.upper >> arc.cost) {
            arc.from--, arc.to--;
            p.arcs.push_back(arc);
        }
    }
    return p;
}

// A street-like grid: both ways between neighbours, supplies scattered.
static Problem grid(uint32_t side, uint32_t seed) {
    Problem p{"grid " + std::to_string(side) + "x" + std::to_string(side), {}, {}};
    srand(seed);
    p.supply.assign(side * side, 0);
    for (uint32_t i = 0; i < side * side; i++)
        for (uint32_t to : {i + 1, i + side})
            if (to < side * side && (to == i + side || to % side != 0)) {
                p.arcs.push_back({i, to, 0, 200 + rand() % 2000, 1 + rand() % 1000});
                p.arcs.push_back({to, i, 0, 200 + rand() % 2000, 1 + rand() % 1000});
            }
    for (uint32_t i = 0; i < side; i++) {
        long long amount = rand() % 50;
        p.supply[uint32_t(rand()) % p.supply.size()] += amount;
        p.supply[uint32_t(rand()) % p.supply.size()] -= amount;
    }
    return p;
}

static mincostflow *build(const Problem &p) {
    mincostflow *flow;
    uint32_t number;
    must(mincostflow_new(&flow));
    must(mincostflow_reserve(flow, uint32_t(p.supply.size()), uint32_t(p.arcs.size())));
    for (long long s : p.supply)
        must(mincostflow_add_node(flow, s, &number));
    for (const Arc &a : p.arcs)
        must(mincostflow_add_arc(flow, a.from, a.to, a.lower, a.upper, a.cost, &number));
    return flow;
}

static double lemon_seconds(const Problem &p, int rounds, long long &ret_cost) {
    Graph g;
    g.reserveNode(int(p.supply.size()));
    g.reserveArc(int(p.arcs.size()));
    std::vector<Graph::Node> nodes;
    for (size_t i = 0; i < p.supply.size(); i++)
        nodes.push_back(g.addNode());
    Graph::NodeMap<long long> supply(g);
    for (size_t i = 0; i < nodes.size(); i++)
        supply[nodes[i]] = p.supply[i];
    std::vector<Graph::Arc> arcs;
    for (const Arc &a : p.arcs)
        arcs.push_back(g.addArc(nodes[a.from], nodes[a.to]));
    Graph::ArcMap<long long> lower(g), upper(g), cost(g);
    for (size_t i = 0; i < arcs.size(); i++) {
        lower[arcs[i]] = p.arcs[i].lower;
        upper[arcs[i]] = p.arcs[i].upper;
        cost[arcs[i]] = p.arcs[i].cost;
    }
    double best = 1e30;
    for (int r = 0; r < rounds; r++) {
        Simplex simplex(g);
        simplex.lowerMap(lower).upperMap(upper).costMap(cost).supplyMap(supply);
        double start = seconds();
        if (simplex.run() != Simplex::OPTIMAL)
            exit(1);
        best = std::min(best, seconds() - start);
        ret_cost = simplex.totalCost();
    }
    return best;
}

static double cold_seconds(mincostflow *flow, int rounds, int64_t &ret_cost) {
    double best = 1e30;
    for (int r = 0; r < rounds; r++) {
        mincostflow_status status;
        mincostflow_forget_basis(flow);
        double start = seconds();
        must(mincostflow_solve(flow, nullptr, &status));
        best = std::min(best, seconds() - start);
        if (status != MINCOSTFLOW_OPTIMAL)
            exit(1);
    }
    must(mincostflow_cost(flow, &ret_cost));
    return best;
}

// What a reading of the clock itself takes: a part of every short stretch that is timed.
static double clock_seconds() {
    double least = 1e30;
    for (int i = 0; i < 1000; i++) {
        double start = seconds();
        least = std::min(least, seconds() - start);
    }
    return least;
}

enum Change { COST, CAPACITY, SUPPLY };

// One change of an arc at random, the solve after it timed with the change, then the change taken
// back untimed: each starts from the same problem. Half of the arcs are among those that carry
// flow, where a change matters.
static double warm_seconds(const Problem &p, mincostflow *flow, Change change, double &ret_worst,
                           double &ret_pivots) {
    const int rounds = 300;
    const double clock = clock_seconds();
    double sum = 0;
    uint64_t pivots = 0;
    mincostflow_status status;
    srand(7);
    ret_worst = 0;
    for (int r = 0; r < rounds; r++) {
        uint32_t arc = uint32_t(rand()) % uint32_t(p.arcs.size());
        while (r % 2 && mincostflow_arc_flow(flow, arc) == 0)
            arc = uint32_t(rand()) % uint32_t(p.arcs.size());
        const Arc &a = p.arcs[arc];
        long long carried = mincostflow_arc_flow(flow, arc);
        const uint64_t before = mincostflow_pivots(flow);
        double start = seconds();
        if (change == COST)
            must(mincostflow_set_cost(flow, arc, a.cost + (r % 4 < 2 ? a.cost / 2 : -a.cost / 2)));
        else if (change == CAPACITY)
            must(mincostflow_set_bounds(flow, arc, a.lower,
                                        carried > a.lower ? carried - 1 : a.upper / 2));
        else {
            must(mincostflow_set_supply(flow, a.from, p.supply[a.from] + 1));
            must(mincostflow_set_supply(flow, a.to, p.supply[a.to] - 1));
        }
        must(mincostflow_solve(flow, nullptr, &status));
        double took = std::max(0.0, seconds() - start - clock);
        sum += took;
        pivots += mincostflow_pivots(flow) - before;
        ret_worst = std::max(ret_worst, took);
        must(mincostflow_set_cost(flow, arc, a.cost));
        must(mincostflow_set_bounds(flow, arc, a.lower, a.upper));
        must(mincostflow_set_supply(flow, a.from, p.supply[a.from]));
        must(mincostflow_set_supply(flow, a.to, p.supply[a.to]));
        must(mincostflow_solve(flow, nullptr, &status));
        if (status != MINCOSTFLOW_OPTIMAL)
            exit(1);
    }
    ret_pivots = double(pivots) / rounds;
    return sum / rounds;
}

static void measure(const Problem &p) {
    int rounds = p.arcs.size() < 20000 ? 30 : 7;
    long long lemon_cost;
    int64_t cost, after;
    mincostflow *flow = build(p);
    double lemon = lemon_seconds(p, rounds, lemon_cost);
    double cold = cold_seconds(flow, rounds, cost);
    if (cost != lemon_cost) {
        fprintf(stderr, "%s: cost %lld, LEMON %lld\n", p.name.c_str(), (long long)cost, lemon_cost);
        exit(1);
    }
    printf("%-18s %7zu nodes %8zu arcs  cold %9.3f ms  LEMON %9.3f ms  ratio %.2f\n",
           p.name.c_str(), p.supply.size(), p.arcs.size(), 1e3 * cold, 1e3 * lemon, lemon / cold);
    const char *names[] = {"cost", "capacity", "supply"};
    for (Change change : {COST, CAPACITY, SUPPLY}) {
        double worst, pivots, warm = warm_seconds(p, flow, change, worst, pivots);
        printf(
            "  one %-8s changed: %9.4f ms on average, %9.4f at worst, %7.1f pivots: %.0f x faster "
            "than cold\n",
            names[change], 1e3 * warm, 1e3 * worst, pivots, cold / warm);
    }
    must(mincostflow_cost(flow, &after));
    if (after != cost) {
        fprintf(stderr, "%s: cost %lld after changes taken back, %lld before\n", p.name.c_str(),
                (long long)after, (long long)cost);
        exit(1);
    }
    mincostflow_free(flow);
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        measure(read_dimacs(argv[i]));
    for (uint32_t side : {60u, 160u})
        measure(grid(side, side));
    return 0;
}
