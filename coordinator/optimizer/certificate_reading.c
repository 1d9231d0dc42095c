/* The instance as the certificate reads it: what may be used, and how long the ways take. */
#include "coordinator/optimizer/certificate_inside.h"

#include <stdlib.h>

void certificate_fault(struct certificate_check *check, bool fault,
                       enum certificate_verdict verdict) {
    if (fault && check->verdict == CERTIFICATE_VALID)
        check->verdict = verdict;
}

void *certificate_zeroed(size_t count, size_t bytes) {
    return calloc(count ? count : 1, bytes);
}

/* The instance, read anew -----------------------------------------------------------------------
 */

size_t certificate_pair(const struct certificate_check *check, uint32_t row, uint32_t shelter) {
    return (size_t)row * check->instance->shelter_count + shelter;
}

int64_t certificate_zone_travel(const struct certificate_check *check, uint32_t zone,
                                uint32_t shelter) {
    return check->travel_ms[certificate_pair(check, zone, shelter)];
}

int64_t certificate_depot_travel(const struct certificate_check *check, uint32_t depot,
                                 uint32_t shelter) {
    return check->travel_ms[certificate_pair(check, check->instance->zone_count + depot, shelter)];
}

int64_t certificate_zone_arrival(const struct certificate_check *check, uint32_t zone,
                                 uint32_t shelter) {
    int64_t travel = certificate_zone_travel(check, zone, shelter);
    int64_t opens = check->instance->shelters[shelter].opens_ms;
    return travel < opens ? opens : travel;
}

static bool marked(const bool *matrix, size_t pair) {
    return matrix && matrix[pair];
}

bool certificate_zone_pinned(const struct certificate_check *check, uint32_t zone) {
    for (uint32_t s = 0; s < check->instance->shelter_count; s++)
        if (marked(check->decisions->pinned, certificate_pair(check, zone, s)))
            return true;
    return false;
}

bool certificate_shelter_takes(const struct certificate_check *check, uint32_t shelter) {
    return check->instance->shelters[shelter].usable &&
           check->instance->shelters[shelter].withstands;
}

bool certificate_zone_may_use(const struct certificate_check *check, uint32_t zone,
                              uint32_t shelter, bool zone_pinned) {
    size_t pair = certificate_pair(check, zone, shelter);
    return certificate_shelter_takes(check, shelter) &&
           check->travel_ms[pair] != NETWORK_UNREACHABLE &&
           !marked(check->decisions->zone_excluded, pair) &&
           (!zone_pinned || marked(check->decisions->pinned, pair));
}

bool certificate_depot_may_serve(const struct certificate_check *check, uint32_t depot,
                                 uint32_t shelter) {
    return check->instance->depots[depot].usable &&
           certificate_depot_travel(check, depot, shelter) != NETWORK_UNREACHABLE &&
           !marked(check->decisions->depot_excluded, certificate_pair(check, depot, shelter));
}

int64_t certificate_in_force(const struct certificate_check *check, uint32_t zone, uint32_t shelter,
                             uint32_t class) {
    const int64_t *matrix = check->decisions->in_force;
    return matrix ? matrix[certificate_pair(check, zone, shelter) * INSTANCE_CLASSES + class] : 0;
}

int64_t certificate_free_stock(const struct certificate_check *check, uint32_t depot,
                               uint32_t item) {
    const struct instance *in = check->instance;
    size_t i = (size_t)depot * in->item_count + item;
    int64_t left = in->stock[i] - (in->reserve ? in->reserve[i] : 0);
    return in->depots[depot].usable && left > 0 ? left : 0;
}

/* Travel times: Bellman and Ford's algorithm with a queue ---------------------------------------
 */

/* Links by the node that they leave, as chains. */
struct chains {
    uint32_t *first, *next;
};

static int chain_links(const struct network *network, struct chains *chains) {
    uint32_t nodes = network_node_count(network), links = network_link_count(network);
    chains->first = certificate_zeroed(nodes, sizeof *chains->first);
    chains->next = certificate_zeroed(links, sizeof *chains->next);
    if (!chains->first || !chains->next)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < nodes; i++)
        chains->first[i] = NETWORK_NONE;
    for (uint32_t i = 0; i < links; i++) {
        uint32_t from = network_link_at(network, i)->from;
        chains->next[i] = chains->first[from];
        chains->first[from] = i;
    }
    return 0;
}

struct wave {
    int64_t *time;
    uint32_t *queue; /* a ring with room for every node */
    bool *waiting;
};

static void spread(const struct network *network, const struct chains *chains, struct wave *wave,
                   uint32_t start) {
    uint32_t nodes = network_node_count(network), head = 0, count = 1;
    for (uint32_t i = 0; i < nodes; i++)
        wave->time[i] = NETWORK_UNREACHABLE;
    wave->time[start] = 0;
    wave->queue[0] = start;
    while (count > 0) {
        uint32_t at = wave->queue[head];
        head = (head + 1) % nodes; // NOLINT(clang-analyzer-core.DivideZero): start is one
        count--;
        wave->waiting[at] = false;
        if (network_is_centroid(network, at) && at != start)
            continue;
        for (uint32_t l = chains->first[at]; l != NETWORK_NONE; l = chains->next[l]) {
            const struct network_link *link = network_link_at(network, l);
            int64_t time = wave->time[at] + link->travel_ms;
            if (link->closed || time >= wave->time[link->to])
                continue;
            wave->time[link->to] = time;
            if (!wave->waiting[link->to]) {
                wave->waiting[link->to] = true;
                wave->queue[(head + count++) % nodes] = link->to;
            }
        }
    }
}

int certificate_find_travel(struct certificate_check *check) {
    const struct instance *in = check->instance;
    uint32_t nodes = network_node_count(in->network), origins = in->zone_count + in->depot_count;
    struct chains chains = {0};
    struct wave wave = {
        .time = certificate_zeroed(nodes, sizeof *wave.time),
        .queue = certificate_zeroed(nodes, sizeof *wave.queue),
        .waiting = certificate_zeroed(nodes, sizeof *wave.waiting),
    };
    check->travel_ms =
        certificate_zeroed((size_t)origins * in->shelter_count, sizeof *check->travel_ms);
    int error = chain_links(in->network, &chains);
    if (!wave.time || !wave.queue || !wave.waiting || !check->travel_ms)
        error = HV_ERR_MEMORY;
    for (uint32_t o = 0; o < origins && !error; o++) {
        spread(in->network, &chains, &wave,
               o < in->zone_count ? in->zones[o].node : in->depots[o - in->zone_count].node);
        for (uint32_t s = 0; s < in->shelter_count; s++)
            check->travel_ms[certificate_pair(check, o, s)] = wave.time[in->shelters[s].node];
    }
    free(wave.time);
    free(wave.queue);
    free(wave.waiting);
    free(chains.first);
    free(chains.next);
    return error;
}
