/* Leximin fill rates: the least as high as can be, then the next least, and so on.
 *
 * Without limits of lanes all that is asked of depots is one maximum flow, requests → needs →
 * stocks → depots, and what a shelter can receive is a sum of its own needs. At fill rate t each
 * need that is not yet fixed asks for t times itself. Where the flow cannot carry that, a minimum
 * cut names needs whose depots cannot give it, and the rate that they can give them is the next t:
 * Newton's method, which ends after finitely many cuts at the level, with those who are at their
 * best there (Megiddo 1974; Radzik 1998 for the method). They are fixed, and the next level starts
 * from the last cut that was wider: it bounds that level from above. What a shelter can receive
 * bounds it too. Rates are fractions of whole quanta, and exact; what a need gets at one is rounded
 * down to a quantum. */
#include "coordinator/optimizer/allocation_session_state.h"
#include "coordinator/optimizer/array.h"
#include "coordinator/optimizer/wide.h"
#include "schemas/smaller.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define NOBODY UINT32_MAX
#define PATH_MAX_STEPS 10000u /* what one need can be passed on along: the depth of a recursion */

/* A fill rate: part / whole. */
struct rate {
    int64_t part, whole; /* ≥ 0, > 0 */
};

static const struct rate all_of_it = {1, 1}, no_bound = {2, 1};

static bool is_less(struct rate a, struct rate b) {
    return wide_product(a.part, b.whole) < wide_product(b.part, a.whole);
}

static struct rate lesser(struct rate a, struct rate b) {
    return is_less(b, a) ? b : a;
}

/* A need that takes part: what its depots could send it were it alone is not nothing. */
struct claim {
    uint32_t cell;       /* shelter × item */
    uint32_t first, end; /* its lanes, in `lanes` */
    int64_t need, asked, sent;
    bool fixed;
};

struct claim_lane {
    uint32_t stock, claim;
    int64_t sent;
};

struct source {
    uint32_t above;      /* depot; NOBODY: no limit above */
    uint32_t first, end; /* its lanes, in `lanes_of_stock` */
    int64_t bound, sent;
};

/* Needs whose depots cannot give them more than `bound` together. */
struct cut {
    uint32_t *claims;
    uint32_t count;
    int64_t bound;
};

struct fair {
    const struct allocation_session *session;
    struct claim *claims;
    struct claim_lane *lanes;
    struct source *stocks, *depots;
    uint32_t *lanes_of_stock, *stocks_of_depot; /* the latter: depot × item, those with stock */
    uint32_t claim_count, lane_count;
    int64_t *receive;        /* shelter: what is left for those that are not fixed */
    int64_t *waiting;        /* shelter: Σ of needs with a volume that are not fixed */
    uint32_t *queue, *level; /* of a search: claims, then stocks, then depots */
    bool too_deep;           /* a way was longer than PATH_MAX_STEPS */
    uint32_t *next;          /* where the search of a node goes on */
    struct cut *cuts;        /* each within the one before */
    uint32_t cut_count;
    size_t cut_room;
};

/* Numbers of nodes in a search. */
static uint32_t stock_number(const struct fair *fair, uint32_t stock) {
    return fair->claim_count + stock;
}

static uint32_t stock_count(const struct fair *fair) {
    return fair->session->instance.depot_count * item_count(fair->session);
}

static uint32_t depot_number(const struct fair *fair, uint32_t depot) {
    return fair->claim_count + stock_count(fair) + depot;
}

static uint32_t number_count(const struct fair *fair) {
    return depot_number(fair, fair->session->instance.depot_count);
}

static bool has_room(const struct source *source) {
    return source->bound == MINCOSTFLOW_NO_BOUND || source->sent < source->bound;
}

/* Building ---------------------------------------------------------------------------------------
 */

static void add_claims(struct fair *fair, const bool *reachable) {
    const struct allocation_session *session = fair->session;
    for (uint32_t s = 0; s < session->instance.shelter_count; s++)
        for (uint32_t k = 0; k < item_count(session); k++) {
            uint32_t cell = need_cell(session, s, k);
            if (!reachable[cell])
                continue;
            struct claim *claim = &fair->claims[fair->claim_count];
            *claim = (struct claim){
                .cell = cell, .first = fair->lane_count, .need = session->need_quanta[cell]};
            for (uint32_t i = session->first_of_shelter[s]; i < session->first_of_shelter[s + 1];
                 i++) {
                uint32_t lane = session->lanes_by_shelter[i];
                uint32_t stock = stock_cell(session, session->lanes[lane].depot, k);
                if (!session->lanes[lane].closed && fair->stocks[stock].bound > 0)
                    fair->lanes[fair->lane_count++] =
                        (struct claim_lane){stock, fair->claim_count, 0};
            }
            claim->end = fair->lane_count;
            if (has_volume(session, k))
                fair->waiting[s] += claim->need;
            fair->claim_count++;
        }
}

static void add_sources(struct fair *fair) {
    const struct allocation_session *session = fair->session;
    for (uint32_t d = 0; d < session->instance.depot_count; d++) {
        fair->depots[d].bound = allocation_limit_quanta(session, session->depots[d].dispatch_m3);
        for (uint32_t k = 0; k < item_count(session); k++)
            fair->stocks[stock_cell(session, d, k)] =
                (struct source){.above = has_volume(session, k) ? d : NOBODY,
                                .bound = allocation_stock_quanta(session, d, k)};
    }
    for (uint32_t s = 0; s < session->instance.shelter_count; s++)
        fair->receive[s] = allocation_limit_quanta(session, session->shelters[s].receive_m3);
}

static void chain_lanes(struct fair *fair) {
    struct source *stocks = fair->stocks;
    for (uint32_t i = 0; i < fair->lane_count; i++)
        stocks[fair->lanes[i].stock].end++;
    for (uint32_t j = 0, at = 0; j < stock_count(fair); j++) {
        uint32_t count = stocks[j].end;
        stocks[j].first = stocks[j].end = at;
        at += count;
    }
    for (uint32_t i = 0; i < fair->lane_count; i++)
        fair->lanes_of_stock[stocks[fair->lanes[i].stock].end++] = i;
}

static int make(struct fair *fair) {
    const struct allocation_instance *instance = &fair->session->instance;
    size_t needs = cells(instance->shelter_count, instance->item_count);
    size_t lanes = cells(instance->lane_count, instance->item_count);
    size_t nodes =
        needs + cells(instance->depot_count, instance->item_count) + instance->depot_count + 1;
    bool *reachable = calloc(needs + 1, sizeof *reachable);
    fair->claims = calloc(needs + 1, sizeof *fair->claims);
    fair->lanes = calloc(lanes + 1, sizeof *fair->lanes);
    fair->stocks = calloc(nodes, sizeof *fair->stocks);
    fair->depots = calloc(instance->depot_count + (size_t)1, sizeof *fair->depots);
    fair->lanes_of_stock = calloc(lanes + 1, sizeof *fair->lanes_of_stock);
    fair->receive = calloc(instance->shelter_count + (size_t)1, sizeof *fair->receive);
    fair->waiting = calloc(instance->shelter_count + (size_t)1, sizeof *fair->waiting);
    fair->queue = calloc(nodes, sizeof *fair->queue);
    fair->level = calloc(nodes, sizeof *fair->level);
    fair->next = calloc(nodes, sizeof *fair->next);
    bool good = reachable && fair->claims && fair->lanes && fair->stocks && fair->depots &&
                fair->lanes_of_stock && fair->receive && fair->waiting && fair->queue &&
                fair->level && fair->next;
    if (good) {
        allocation_reachable(instance, reachable);
        add_sources(fair);
        add_claims(fair, reachable);
        chain_lanes(fair);
    }
    free(reachable);
    return good ? 0 : HV_ERR_MEMORY;
}

static void unmake(struct fair *fair) {
    for (uint32_t i = 0; i < fair->cut_count; i++)
        free(fair->cuts[i].claims);
    free(fair->cuts);
    free(fair->claims);
    free(fair->lanes);
    free(fair->stocks);
    free(fair->depots);
    free(fair->lanes_of_stock);
    free(fair->receive);
    free(fair->waiting);
    free(fair->queue);
    free(fair->level);
    free(fair->next);
}

/* The flow ---------------------------------------------------------------------------------------
 */

static void send(struct fair *fair, struct claim_lane *lane, int64_t more) {
    struct source *stock = &fair->stocks[lane->stock];
    lane->sent += more;
    stock->sent += more;
    if (stock->above != NOBODY)
        fair->depots[stock->above].sent += more;
    fair->claims[lane->claim].sent += more;
}

/* Takes back what a claim gets beyond what it asks. */
static void take_back(struct fair *fair, struct claim *claim) {
    for (uint32_t i = claim->first; i < claim->end && claim->sent > claim->asked; i++) {
        int64_t less = claim->sent - claim->asked;
        send(fair, &fair->lanes[i], less < fair->lanes[i].sent ? -less : -fair->lanes[i].sent);
    }
}

static void ask(struct fair *fair, struct rate rate) {
    assert(rate.whole > 0);
    for (uint32_t c = 0; c < fair->claim_count; c++) {
        struct claim *claim = &fair->claims[c];
        if (claim->fixed)
            continue;
        int64_t asked = (int64_t)(wide_product(claim->need, rate.part) / rate.whole);
        claim->asked = asked < claim->need ? asked : claim->need;
        if (claim->sent > claim->asked)
            take_back(fair, claim);
    }
}

static void visit(struct fair *fair, uint32_t node, uint32_t level, uint32_t *count) {
    if (fair->level[node] != NOBODY)
        return;
    fair->level[node] = level;
    fair->queue[(*count)++] = node;
}

/* Room is found after so many steps; the first is the nearest. */
static bool note_room(struct fair *fair, uint32_t steps, bool found) {
    if (!found && steps > PATH_MAX_STEPS)
        fair->too_deep = true;
    return true;
}

/* Looks from the claims that lack something at all that could be passed on to, in order of
 * distance. Returns whether a depot, or a stock without one above it, has room. */
static bool search(struct fair *fair, uint32_t *ret_count) {
    uint32_t count = 0;
    bool found = false;
    memset(fair->level, 0xff, number_count(fair) * sizeof *fair->level);
    for (uint32_t c = 0; c < fair->claim_count; c++)
        if (fair->claims[c].sent < fair->claims[c].asked)
            visit(fair, c, 0, &count);
    for (uint32_t at = 0; at < count; at++) {
        uint32_t node = fair->queue[at], level = fair->level[node] + 1;
        if (node < fair->claim_count) {
            for (uint32_t i = fair->claims[node].first; i < fair->claims[node].end; i++)
                visit(fair, stock_number(fair, fair->lanes[i].stock), level, &count);
        } else if (node < depot_number(fair, 0)) {
            const struct source *stock = &fair->stocks[node - fair->claim_count];
            for (uint32_t i = stock->first; i < stock->end; i++)
                if (fair->lanes[fair->lanes_of_stock[i]].sent > 0)
                    visit(fair, fair->lanes[fair->lanes_of_stock[i]].claim, level, &count);
            if (has_room(stock) && stock->above == NOBODY)
                found = note_room(fair, level, found);
            else if (has_room(stock))
                visit(fair, depot_number(fair, stock->above), level, &count);
        } else {
            uint32_t depot = node - depot_number(fair, 0), items = item_count(fair->session);
            if (has_room(&fair->depots[depot]))
                found = note_room(fair, level, found);
            for (uint32_t j = depot * items; j < (depot + 1) * items; j++)
                if (fair->stocks[j].sent > 0 && fair->stocks[j].above != NOBODY)
                    visit(fair, stock_number(fair, j), level, &count);
        }
    }
    *ret_count = count;
    return found;
}

static int64_t room_of(const struct source *source) {
    return source->bound == MINCOSTFLOW_NO_BOUND ? INT64_MAX : source->bound - source->sent;
}

static int64_t pass_on(struct fair *fair, uint32_t node, int64_t amount);

static int64_t pass_to(struct fair *fair, uint32_t from, uint32_t to, int64_t amount) {
    return amount > 0 && fair->level[to] == fair->level[from] + 1 &&
                   fair->level[to] <= PATH_MAX_STEPS
               ? pass_on(fair, to, amount)
               : 0;
}

/* Each of the next three finds a source for `amount` more at its node and returns how much it found
 * (Dinic 1970). What lies on the way is booked by who passes on: a claim its lane, a stock its own
 * flow. */
static int64_t pass_from_claim(struct fair *fair, uint32_t node, int64_t amount) {
    const struct claim *claim = &fair->claims[node];
    int64_t left = amount;
    for (; fair->next[node] < claim->end - claim->first && left > 0; fair->next[node]++) {
        struct claim_lane *lane = &fair->lanes[claim->first + fair->next[node]];
        int64_t found = pass_to(fair, node, stock_number(fair, lane->stock), left);
        lane->sent += found;
        left -= found;
        if (left == 0)
            break;
    }
    return amount - left;
}

static int64_t pass_from_stock(struct fair *fair, uint32_t node, int64_t amount) {
    struct source *stock = &fair->stocks[node - fair->claim_count];
    int64_t left = amount, own = hv_smaller(left, room_of(stock));
    if (own > 0 && stock->above != NOBODY)
        own = pass_to(fair, node, depot_number(fair, stock->above), own);
    if (own > 0) {
        stock->sent += own;
        left -= own;
    }
    for (; fair->next[node] < stock->end - stock->first && left > 0; fair->next[node]++) {
        struct claim_lane *lane =
            &fair->lanes[fair->lanes_of_stock[stock->first + fair->next[node]]];
        int64_t found = pass_to(fair, node, lane->claim, hv_smaller(left, lane->sent));
        lane->sent -= found;
        left -= found;
        if (left == 0)
            break;
    }
    return amount - left;
}

static int64_t pass_from_depot(struct fair *fair, uint32_t node, int64_t amount) {
    uint32_t depot = node - depot_number(fair, 0), items = item_count(fair->session);
    struct source *source = &fair->depots[depot];
    int64_t left = amount, own = hv_smaller(left, room_of(source));
    source->sent += own;
    left -= own;
    for (; fair->next[node] < items && left > 0; fair->next[node]++) {
        uint32_t j = depot * items + fair->next[node];
        struct source *stock = &fair->stocks[j];
        if (stock->above == NOBODY)
            continue;
        int64_t found = pass_to(fair, node, stock_number(fair, j), hv_smaller(left, stock->sent));
        stock->sent -= found;
        left -= found;
        if (left == 0)
            break;
    }
    return amount - left;
}

static int64_t pass_on(struct fair *fair, uint32_t node, int64_t amount) {
    if (node < fair->claim_count)
        return pass_from_claim(fair, node, amount);
    if (node < depot_number(fair, 0))
        return pass_from_stock(fair, node, amount);
    return pass_from_depot(fair, node, amount);
}

/* Sends what is asked, as far as can be; returns whether all of it is sent. After false the queue
 * holds the minimum cut: `ret_reached` nodes that those who lack something could pass on to. */
static bool send_what_is_asked(struct fair *fair, uint32_t *ret_reached) {
    while (search(fair, ret_reached) && !fair->too_deep) {
        memset(fair->next, 0, number_count(fair) * sizeof *fair->next);
        for (uint32_t c = 0; c < fair->claim_count; c++) {
            struct claim *claim = &fair->claims[c];
            if (claim->sent < claim->asked)
                claim->sent += pass_from_claim(fair, c, claim->asked - claim->sent);
        }
    }
    return *ret_reached == 0;
}

/* Levels -----------------------------------------------------------------------------------------
 */

/* Takes the cut that a search found. HV_ERR_MEMORY. */
static int push_cut(struct fair *fair, uint32_t reached) {
    int error = array_reserve((void **)&fair->cuts, fair->cut_count + (size_t)1, &fair->cut_room,
                              sizeof *fair->cuts);
    if (error)
        return error;
    struct cut cut = {malloc((reached + (size_t)1) * sizeof(uint32_t)), 0, 0};
    if (!cut.claims)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < reached; i++) {
        uint32_t node = fair->queue[i];
        if (node < fair->claim_count) {
            cut.claims[cut.count++] = node;
        } else if (node < depot_number(fair, 0)) {
            const struct source *stock = &fair->stocks[node - fair->claim_count];
            bool above =
                stock->above != NOBODY && fair->level[depot_number(fair, stock->above)] != NOBODY;
            cut.bound += above ? 0 : stock->bound;
        } else {
            /* Its stocks within the cut count against its own bound; those outside send nothing
             * or would be within. */
            cut.bound += fair->depots[node - depot_number(fair, 0)].bound;
        }
    }
    fair->cuts[fair->cut_count++] = cut;
    return 0;
}

static void pop_cut(struct fair *fair) {
    free(fair->cuts[--fair->cut_count].claims);
}

/* The rate that a cut can give to those within it that are not fixed. */
static struct rate rate_of_cut(const struct fair *fair, const struct cut *cut) {
    int64_t bound = cut->bound, need = 0;
    for (uint32_t i = 0; i < cut->count; i++) {
        const struct claim *claim = &fair->claims[cut->claims[i]];
        if (claim->fixed)
            bound -= claim->asked;
        else
            need += claim->need;
    }
    if (need == 0 || bound > need)
        return no_bound;
    return (struct rate){bound > 0 ? bound : 0, need};
}

static uint32_t shelter_of(const struct fair *fair, const struct claim *claim) {
    return claim->cell / item_count(fair->session);
}

static uint32_t item_of(const struct fair *fair, const struct claim *claim) {
    return claim->cell % item_count(fair->session);
}

static struct rate rate_of_shelter(const struct fair *fair, uint32_t shelter) {
    if (fair->receive[shelter] >= fair->waiting[shelter])
        return no_bound;
    return (struct rate){fair->receive[shelter], fair->waiting[shelter]};
}

static struct rate least_rate_of_shelters(const struct fair *fair) {
    struct rate least = no_bound;
    for (uint32_t s = 0; s < fair->session->instance.shelter_count; s++)
        least = lesser(least, rate_of_shelter(fair, s));
    return least;
}

static void fix(struct fair *fair, struct claim *claim, uint32_t *left) {
    if (claim->fixed)
        return;
    claim->fixed = true;
    --*left;
    if (!has_volume(fair->session, item_of(fair, claim)))
        return;
    uint32_t shelter = shelter_of(fair, claim);
    fair->waiting[shelter] -= claim->need;
    if (fair->receive[shelter] != MINCOSTFLOW_NO_BOUND)
        fair->receive[shelter] -= claim->asked;
}

/* Fixes those whose shelter can receive no more at this rate. The rates are taken before anybody is
 * fixed. */
static void fix_full_shelters(struct fair *fair, struct rate rate, uint32_t *left) {
    for (uint32_t c = 0; c < fair->claim_count;) {
        uint32_t shelter = shelter_of(fair, &fair->claims[c]);
        bool full = !is_less(rate, rate_of_shelter(fair, shelter));
        for (; c < fair->claim_count && shelter_of(fair, &fair->claims[c]) == shelter; c++)
            if (full && has_volume(fair->session, item_of(fair, &fair->claims[c])))
                fix(fair, &fair->claims[c], left);
    }
}

/* The bound from above that the next level starts from. */
static struct rate first_rate(struct fair *fair) {
    struct rate rate = no_bound;
    while (fair->cut_count > 0) {
        rate = rate_of_cut(fair, &fair->cuts[fair->cut_count - 1]);
        if (!is_less(all_of_it, rate))
            break;
        pop_cut(fair);
    }
    return lesser(all_of_it, lesser(rate, least_rate_of_shelters(fair)));
}

static void fix_cut(struct fair *fair, uint32_t *left) {
    const struct cut *cut = &fair->cuts[fair->cut_count - 1];
    for (uint32_t i = 0; i < cut->count; i++)
        fix(fair, &fair->claims[cut->claims[i]], left);
    pop_cut(fair);
}

static void fix_level(struct fair *fair, struct rate rate, uint32_t *left) {
    while (fair->cut_count > 0 &&
           !is_less(rate, rate_of_cut(fair, &fair->cuts[fair->cut_count - 1])))
        fix_cut(fair, left);
    fix_full_shelters(fair, rate, left);
    for (uint32_t c = 0; c < fair->claim_count && !is_less(rate, all_of_it); c++)
        fix(fair, &fair->claims[c], left);
}

/* One level: from a rate that is too high down to the one that can be sent, and fixes whoever is at
 * his best there. */
static int find_level(struct fair *fair, uint32_t *left) {
    uint32_t reached, before = *left;
    struct rate rate = first_rate(fair);
    for (ask(fair, rate); !send_what_is_asked(fair, &reached); ask(fair, rate)) {
        int error = fair->too_deep ? HV_ERR_LIMIT : push_cut(fair, reached);
        if (error)
            return error;
        rate = rate_of_cut(fair, &fair->cuts[fair->cut_count - 1]);
    }
    fix_level(fair, rate, left);
    assert(*left < before);
    return 0;
}

int allocation_find_fair(const struct allocation_session *session,
                         const struct mincostflow_limits *limits, int64_t *least,
                         uint32_t *ret_levels) {
    struct fair fair = {.session = session};
    uint32_t levels = 0;
    int error = make(&fair);
    for (uint32_t left = fair.claim_count; left > 0 && !error; levels++) {
        error = find_level(&fair, &left);
        if (!error && limits && limits->progress && limits->progress(limits->context, levels))
            error = HV_ERR_STOPPED;
    }
    for (uint32_t c = 0; c < fair.claim_count && !error; c++)
        least[fair.claims[c].cell] = fair.claims[c].asked;
    unmake(&fair);
    if (!error)
        *ret_levels = levels;
    return error;
}
