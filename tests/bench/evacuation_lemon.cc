// The peer of the evacuation benchmark: LEMON's network simplex or cost scaling on the time-expanded network, all
// its arcs written out. Reads a plain text from standard input: nodes links zones shelters horizon; a line
// a link (from to travel capacity first last: entry steps to write out), a zone (node people first last), a shelter (node
// capacity first last). Prints unserved, total arrival steps, and CPU seconds of building and of solving;
// the last line on standard error is its peak memory in KiB.
//   evacuation_lemon simplex|scaling < FILE
#include <cstdio>
#include <cstring>
#include <ctime>
#include <vector>

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

int main(int argc, char **argv) {
    int nodes, links, zones, shelters, horizon;
    if (argc != 2 || std::scanf("%d%d%d%d%d", &nodes, &links, &zones, &shelters, &horizon) != 5)
        return 64;
    std::vector<Link> link(links);
    std::vector<Terminal> terminal(zones + shelters);
    std::vector<int> first(nodes, horizon + 1), last(nodes, -1), base(nodes);
    auto cover = [&](int v, int t) {
        first[v] = t < first[v] ? t : first[v];
        last[v] = t > last[v] ? t : last[v];
    };
    for (auto &k : link) {
        if (std::scanf("%d%d%d%d%d%d", &k.from, &k.to, &k.travel, &k.capacity, &k.first, &k.last) != 6)
            return 65;
        if (k.first > k.last)
            continue;
        cover(k.from, k.first), cover(k.from, k.last);
        cover(k.to, k.first + k.travel), cover(k.to, k.last + k.travel);
    }
    for (auto &z : terminal) {
        if (std::scanf("%d%d%d%d", &z.node, &z.people, &z.first, &z.last) != 4)
            return 65;
        if (z.first <= z.last)
            cover(z.node, z.first), cover(z.node, z.last);
    }
    const double started = seconds();
    long long count = 0, people = 0;
    for (int v = 0; v < nodes; v++) {
        base[v] = static_cast<int>(count - first[v]);
        count += last[v] < first[v] ? 0 : last[v] - first[v] + 1;
    }
    Graph graph;
    long long arcs = 0;
    for (auto &k : link)
        arcs += k.last < k.first ? 0 : k.last - k.first + 1;
    for (auto &z : terminal)
        arcs += 1 + (z.last < z.first ? 0 : z.last - z.first + 1);
    graph.reserveNode(static_cast<int>(count) + zones + shelters + 1);
    graph.reserveArc(static_cast<int>(arcs));
    const int zone = static_cast<int>(count), shelter = zone + zones, sink = shelter + shelters;
    for (int v = 0; v <= sink; v++)
        graph.addNode();
    std::vector<int> capacity, cost;
    capacity.reserve(arcs), cost.reserve(arcs);
    auto add = [&](int from, int to, int room, int price) {
        graph.addArc(graph.nodeFromId(from), graph.nodeFromId(to));
        capacity.push_back(room), cost.push_back(price);
    };
    const int unserved_cost = 20 * (horizon + 1); // enough here, and kind to the peer
    for (auto &k : link)
        for (int t = k.first; t <= k.last; t++)
            add(base[k.from] + t, base[k.to] + t + k.travel, k.capacity, 0);
    for (int i = 0; i < zones; i++) {
        const Terminal &z = terminal[i];
        people += z.people;
        for (int t = z.first; t <= z.last; t++)
            add(zone + i, base[z.node] + t, z.people, 0);
        add(zone + i, sink, z.people, unserved_cost);
    }
    for (int i = 0; i < shelters; i++) {
        const Terminal &s = terminal[zones + i];
        for (int t = s.first; t <= s.last; t++)
            add(base[s.node] + t, shelter + i, s.people, t);
        add(shelter + i, sink, s.people, 0);
    }
    Graph::ArcMap<int> upper(graph);
    Graph::ArcMap<long long> price(graph);
    for (int a = 0; a < static_cast<int>(capacity.size()); a++) {
        upper[graph.arcFromId(a)] = capacity[a];
        price[graph.arcFromId(a)] = cost[a];
    }
    Graph::NodeMap<int> supply(graph, 0);
    for (int i = 0; i < zones; i++)
        supply[graph.nodeFromId(zone + i)] = terminal[i].people;
    supply[graph.nodeFromId(sink)] = -static_cast<int>(people);
    const double built = seconds();
    Graph::ArcMap<int> flow(graph);
    if (std::strcmp(argv[1], "simplex") == 0) {
        lemon::NetworkSimplex<Graph, int, long long> solver(graph);
        solver.upperMap(upper).costMap(price).supplyMap(supply).run();
        solver.flowMap(flow);
    } else {
        lemon::CostScaling<Graph, int, long long> solver(graph);
        solver.upperMap(upper).costMap(price).supplyMap(supply).run();
        solver.flowMap(flow);
    }
    const double solved = seconds();
    long long unserved = 0, total = 0;
    for (Graph::ArcIt a(graph); a != lemon::INVALID; ++a)
        if (price[a] == unserved_cost && graph.id(graph.target(a)) == sink)
            unserved += flow[a];
        else
            total += price[a] * flow[a];
    std::printf("%lld %lld %.3f %.3f\n", unserved, total, built - started, solved - built);
    std::fflush(stdout);
    char line[256];
    FILE *status = std::fopen("/proc/self/status", "r");
    while (status != nullptr && std::fgets(line, sizeof line, status) != nullptr)
        if (std::strncmp(line, "VmHWM:", 6) == 0)
            std::fputs(line + 6, stderr);
    return 0;
}
