// The peers of the evacuation benchmark: LEMON's network simplex or cost scaling, or Clp's dual or primal simplex on the
// linear programme, on the time-expanded network with all its arcs written out. Reads a plain text from standard input: nodes links zones shelters horizon; a line
// a link (from to travel capacity first last: entry steps to write out), a zone (node people first last), a shelter (node
// capacity first last). Prints unserved, total arrival steps, and CPU seconds of building and of solving;
// the last line on standard error is its peak memory in KiB.
//   evacuation_peer simplex|scaling|clp-dual|clp-primal < FILE
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <vector>

#include <coin/Clp_C_Interface.h>
#include <lemon/cost_scaling.h>
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

using Graph = lemon::SmartDigraph;

struct Link {
    int from, to, travel, capacity, first, last;
};
struct Terminal {
    int node, people, first, last;
};

static double seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

// What is unserved, and the sum of arrival steps.
struct Value {
    long long unserved, total;
};

// The arcs of the time-expanded network as LEMON takes them.
struct LemonProblem {
    Graph graph;
    std::vector<int> capacity, cost;

    void reserve(int nodes, int arcs) {
        graph.reserveNode(nodes);
        graph.reserveArc(arcs);
        capacity.reserve(arcs), cost.reserve(arcs);
        for (int v = 0; v < nodes; v++)
            graph.addNode();
    }

    void add(int from, int to, int room, int price) {
        graph.addArc(graph.nodeFromId(from), graph.nodeFromId(to));
        capacity.push_back(room), cost.push_back(price);
    }

    template <class Solver> Value solve(const std::vector<int> &supply, int unserved_cost) {
        Graph::ArcMap<int> upper(graph), flow(graph);
        Graph::ArcMap<long long> price(graph);
        Graph::NodeMap<int> balance(graph, 0);
        for (int a = 0; a < static_cast<int>(capacity.size()); a++) {
            upper[graph.arcFromId(a)] = capacity[a];
            price[graph.arcFromId(a)] = cost[a];
        }
        const int sink = graph.maxNodeId(), zone = sink + 1 - static_cast<int>(supply.size());
        for (int v = zone; v <= sink; v++)
            balance[graph.nodeFromId(v)] = supply[v - zone];
        Solver solver(graph);
        solver.upperMap(upper).costMap(price).supplyMap(balance).run();
        solver.flowMap(flow);
        Value value = {0, 0};
        for (Graph::ArcIt a(graph); a != lemon::INVALID; ++a)
            if (price[a] == unserved_cost && graph.id(graph.target(a)) == sink)
                value.unserved += flow[a];
            else
                value.total += price[a] * flow[a];
        return value;
    }
};

// The same as columns of a linear programme, a row for each node.
struct ClpProblem {
    std::vector<int> starts, rows;
    std::vector<double> values, upper, cost;
    int nodes = 0;

    void reserve(int count, int arcs) {
        nodes = count;
        starts.reserve(arcs + 1), rows.reserve(2 * arcs), values.reserve(2 * arcs);
        upper.reserve(arcs), cost.reserve(arcs);
        starts.push_back(0);
    }

    void add(int from, int to, int room, int price) {
        rows.insert(rows.end(), {from, to});
        values.insert(values.end(), {1, -1});
        starts.push_back(static_cast<int>(rows.size()));
        upper.push_back(room), cost.push_back(price);
    }

    Value solve(const std::vector<int> &supply, int unserved_cost, bool dual) {
        const int arcs = static_cast<int>(cost.size());
        std::vector<double> balance(nodes, 0), lower(arcs, 0);
        const int zone = nodes - static_cast<int>(supply.size());
        for (int v = zone; v < nodes; v++)
            balance[v] = supply[v - zone];
        Clp_Simplex *clp = Clp_newModel();
        Clp_setLogLevel(clp, 0);
        Clp_loadProblem(clp, arcs, nodes, starts.data(), rows.data(), values.data(), lower.data(), upper.data(),
                        cost.data(), balance.data(), balance.data());
        dual ? Clp_initialDualSolve(clp) : Clp_initialPrimalSolve(clp);
        Value value = {Clp_status(clp) == 0 ? 0 : -1, 0};
        const double *flow = Clp_primalColumnSolution(clp);
        double unserved = 0, total = 0;
        for (int a = 0; a < arcs; a++)
            (cost[a] == unserved_cost && rows[2 * a + 1] == nodes - 1 ? unserved : total) +=
                flow[a] * (cost[a] == unserved_cost && rows[2 * a + 1] == nodes - 1 ? 1 : cost[a]);
        value.unserved += std::llround(unserved);
        value.total = std::llround(total);
        Clp_deleteModel(clp);
        return value;
    }
};

// The network that was read, and where its time-expanded nodes begin.
struct Network {
    int nodes, links, zones, shelters, horizon;
    std::vector<Link> link;
    std::vector<Terminal> terminal;
    std::vector<int> base;
    long long count = 0, arcs = 0;
};

static bool read(Network &n) {
    if (std::scanf("%d%d%d%d%d", &n.nodes, &n.links, &n.zones, &n.shelters, &n.horizon) != 5)
        return false;
    n.link.resize(n.links);
    n.terminal.resize(n.zones + n.shelters);
    n.base.resize(n.nodes);
    std::vector<int> first(n.nodes, n.horizon + 1), last(n.nodes, -1);
    auto cover = [&](int v, int t) {
        first[v] = t < first[v] ? t : first[v];
        last[v] = t > last[v] ? t : last[v];
    };
    for (auto &k : n.link) {
        if (std::scanf("%d%d%d%d%d%d", &k.from, &k.to, &k.travel, &k.capacity, &k.first, &k.last) != 6)
            return false;
        if (k.first > k.last)
            continue;
        cover(k.from, k.first), cover(k.from, k.last);
        cover(k.to, k.first + k.travel), cover(k.to, k.last + k.travel);
        n.arcs += k.last - k.first + 1;
    }
    for (auto &z : n.terminal) {
        if (std::scanf("%d%d%d%d", &z.node, &z.people, &z.first, &z.last) != 4)
            return false;
        n.arcs += 1 + (z.last < z.first ? 0 : z.last - z.first + 1);
        if (z.first <= z.last)
            cover(z.node, z.first), cover(z.node, z.last);
    }
    for (int v = 0; v < n.nodes; v++) {
        n.base[v] = static_cast<int>(n.count - first[v]);
        n.count += last[v] < first[v] ? 0 : last[v] - first[v] + 1;
    }
    return true;
}

// Writes all arcs out; returns the supplies of zones, shelters and sink, which are the last nodes.
template <class Problem> std::vector<int> expand(const Network &n, int unserved_cost, Problem &problem) {
    const int zone = static_cast<int>(n.count), shelter = zone + n.zones, sink = shelter + n.shelters;
    std::vector<int> supply(n.zones + n.shelters + 1, 0);
    problem.reserve(sink + 1, static_cast<int>(n.arcs));
    for (auto &k : n.link)
        for (int t = k.first; t <= k.last; t++)
            problem.add(n.base[k.from] + t, n.base[k.to] + t + k.travel, k.capacity, 0);
    for (int i = 0; i < n.zones; i++) {
        const Terminal &z = n.terminal[i];
        supply[i] = z.people;
        supply.back() -= z.people;
        for (int t = z.first; t <= z.last; t++)
            problem.add(zone + i, n.base[z.node] + t, z.people, 0);
        problem.add(zone + i, sink, z.people, unserved_cost);
    }
    for (int i = 0; i < n.shelters; i++) {
        const Terminal &s = n.terminal[n.zones + i];
        for (int t = s.first; t <= s.last; t++)
            problem.add(n.base[s.node] + t, shelter + i, s.people, t);
        problem.add(shelter + i, sink, s.people, 0);
    }
    return supply;
}

int main(int argc, char **argv) {
    Network network;
    if (argc != 2 || !read(network))
        return 64;
    const int unserved_cost = 20 * (network.horizon + 1); // enough here, and kind to the peer
    const bool scaling = std::strcmp(argv[1], "scaling") == 0, dual = std::strcmp(argv[1], "clp-dual") == 0;
    const double started = seconds();
    double built;
    Value value;
    if (dual || std::strcmp(argv[1], "clp-primal") == 0) {
        ClpProblem problem;
        const std::vector<int> supply = expand(network, unserved_cost, problem);
        built = seconds();
        value = problem.solve(supply, unserved_cost, dual);
    } else {
        LemonProblem problem;
        const std::vector<int> supply = expand(network, unserved_cost, problem);
        built = seconds();
        using Simplex = lemon::NetworkSimplex<Graph, int, long long>;
        using Scaling = lemon::CostScaling<Graph, int, long long>;
        value = scaling ? problem.solve<Scaling>(supply, unserved_cost) : problem.solve<Simplex>(supply, unserved_cost);
    }
    std::printf("%lld %lld %.3f %.3f\n", value.unserved, value.total, built - started, seconds() - built);
    std::fflush(stdout);
    char line[256];
    FILE *status = std::fopen("/proc/self/status", "r");
    while (status != nullptr && std::fgets(line, sizeof line, status) != nullptr)
        if (std::strncmp(line, "VmHWM:", 6) == 0)
            std::fputs(line + 6, stderr);
    return 0;
}
