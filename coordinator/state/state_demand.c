/* Requests for goods on their three tracks: committed, in transit, fulfilled.
 *
 * Whoever ships names a place and not a request. What is ordered, shipped and received for a place
 * therefore counts for its open requests by one rule: the most urgent first, and of those the one
 * that was made first; only where a receipt without a waybill names a request, for that one before
 * others. What a waybill carries for a request stays with it to the end. */
#include "coordinator/state/state_fold.h"

#include "schemas/smaller.h"

#include <stdlib.h>
#include <string.h>

int64_t state_request_ceiling(const struct state_request *request,
                              const struct state_request_line *line) {
    if (request->verdict == HV_VERDICT_DECLINED || request->verdict == HV_VERDICT_CLOSED)
        return 0;
    return request->approved_in_part ? line->approved : line->requested;
}

bool state_request_is_open(const struct state_request *request) {
    return !request->withdrawn && request->verdict != HV_VERDICT_DECLINED &&
           request->verdict != HV_VERDICT_CLOSED;
}

bool state_request_is_received(const struct state_request *request) {
    bool any = false;
    for (uint32_t i = 0; i < request->line_count; i++) {
        const struct state_request_line *line = &request->lines[i];
        any = any || line->received > 0;
        if (line->received < state_request_ceiling(request, line))
            return false;
    }
    return any;
}

/* ---- what is asked for ---- */

static struct state_request_line *find_line(const struct state_request *request, uint32_t item) {
    for (uint32_t i = 0; i < request->line_count; i++)
        if (request->lines[i].item == item)
            return &request->lines[i];
    return NULL;
}

static struct state_request_line *need_line(struct state *state, struct state_request *request,
                                            uint32_t item) {
    struct state_request_line *line = find_line(request, item);
    if (line != NULL)
        return line;
    struct state_request_line *lines =
        realloc(request->lines, (request->line_count + 1) * sizeof *lines);
    if (lines == NULL) {
        state->out_of_memory = true;
        return NULL;
    }
    request->lines = lines;
    line = &lines[request->line_count++];
    *line = (struct state_request_line){.item = item};
    return line;
}

/* Lines of which nothing is told any more go. */
static void drop_empty(struct state_request *request) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < request->line_count; i++) {
        const struct state_request_line *line = &request->lines[i];
        if (line->requested != 0 || line->approved != 0 || line->committed != 0 ||
            line->shipped != 0 || line->received != 0)
            request->lines[kept++] = *line;
    }
    request->line_count = kept;
}

void fold_request_lines(struct state *state, struct state_request *request,
                        const struct hv_request *from) {
    if (from->kind != HV_REQUEST_GOODS || from->withdrawn)
        return; /* of a withdrawn one stays what was asked for, and what became of it */
    for (uint32_t i = 0; i < request->line_count; i++)
        request->lines[i].requested = 0;
    for (size_t i = 0; i < from->line_count; i++) {
        struct state_request_line *line =
            need_line(state, request, fold_name(state, from->lines[i].item));
        if (line != NULL)
            line->requested += (int64_t)from->lines[i].quantity;
    }
    drop_empty(request);
}

/* ---- the open ones of a place ---- */

static void unlink_request(struct state *state, struct state_place *place,
                           struct state_request *request) {
    struct state_request *before = fold_touch(state, STATE_REQUEST, request->previous_of_place);
    struct state_request *after = fold_touch(state, STATE_REQUEST, request->next_of_place);
    if (before != NULL)
        before->next_of_place = request->next_of_place;
    else if (place->first_request == request->entity.index)
        place->first_request = request->next_of_place;
    if (after != NULL)
        after->previous_of_place = request->previous_of_place;
    request->previous_of_place = request->next_of_place = STATE_NONE;
}

static bool is_listed(const struct state_place *place, const struct state_request *request) {
    return request->previous_of_place != STATE_NONE ||
           place->first_request == request->entity.index;
}

/* Whether `a` is served before `b`. */
static bool comes_first(const struct state_request *a, const struct state_request *b) {
    return a->urgency > b->urgency; /* equal ones in the order in which they were listed */
}

static void link_request(struct state *state, struct state_place *place,
                         struct state_request *request) {
    uint32_t before = STATE_NONE, after = place->first_request;
    while (after != STATE_NONE && !comes_first(request, state_request(state, after))) {
        before = after;
        after = state_request(state, after)->next_of_place;
    }
    request->previous_of_place = before;
    request->next_of_place = after;
    struct state_request *earlier = fold_touch(state, STATE_REQUEST, before);
    struct state_request *later = fold_touch(state, STATE_REQUEST, after);
    if (earlier != NULL)
        earlier->next_of_place = request->entity.index;
    else
        place->first_request = request->entity.index;
    if (later != NULL)
        later->previous_of_place = request->entity.index;
}

void fold_request_list(struct state *state, struct state_request *request, bool open) {
    struct state_place *place = fold_touch(state, STATE_PLACE, request->place);
    bool wanted = open && request->request_kind == HV_REQUEST_GOODS;
    if (place == NULL)
        return;
    bool listed = is_listed(place, request);
    const struct state_request *before = state_request(state, request->previous_of_place);
    const struct state_request *after = state_request(state, request->next_of_place);
    bool in_order = (before == NULL || before->urgency >= request->urgency) &&
                    (after == NULL || after->urgency <= request->urgency);
    if (listed && (!wanted || !in_order)) {
        unlink_request(state, place, request);
        listed = false;
    }
    if (wanted && !listed)
        link_request(state, place, request);
}

/* ---- decisions ---- */

/* What is declined or closed makes room for others, until it is approved after all. */
static void decide(struct state *state, struct state_request *request,
                   enum hv_request_verdict verdict) {
    struct state_place *place = fold_touch(state, STATE_PLACE, request->place);
    bool was_open = state_request_is_open(request);
    request->verdict = verdict;
    bool open = state_request_is_open(request);
    if (place != NULL) {
        place->open_requests -= was_open;
        place->open_requests += open;
    }
    fold_request_list(state, request, open);
    fold_finish(state, request, !open);
}

void fold_decision(struct state *state, const struct hv_request_decision *decision) {
    char id[STATE_ID_BYTES];
    const struct state_place *place = state_find_place(state, decision->place);
    const struct state_node *node =
        *decision->node == '\0' ? NULL : state_find_node(state, decision->node);
    if (place == NULL || (node == NULL && *decision->node != '\0'))
        return;
    state_request_id(node == NULL ? STATE_NONE : node->entity.index, place->entity.index,
                     decision->request, id);
    const struct state_entity *found = state_find(state, STATE_REQUEST, id);
    if (found == NULL)
        return;
    struct state_request *request = fold_touch(state, STATE_REQUEST, found->index);
    decide(state, request, decision->verdict);
    request->verdict_position = state->position;
    request->approved_in_part = decision->line_count > 0;
    fold_text(state, &request->verdict_reason, decision->reason);
    for (uint32_t i = 0; i < request->line_count; i++)
        request->lines[i].approved = 0;
    for (size_t i = 0; i < decision->line_count; i++) {
        struct state_request_line *line =
            need_line(state, request, fold_name(state, decision->lines[i].item));
        if (line != NULL)
            line->approved += (int64_t)decision->lines[i].quantity;
    }
    drop_empty(request);
}

/* ---- what a waybill carries for requests ---- */

/* The request of a share, to be changed; NULL: it was forgotten. */
static struct state_request *request_of(struct state *state,
                                        const struct state_waybill_share *share) {
    const struct state_request *request = state_request(state, share->request);
    bool same = request != NULL && request->number == share->request_number &&
                request->node == share->request_node;
    return same ? fold_touch(state, STATE_REQUEST, share->request) : NULL;
}

/* Adds to the line of the request; what was forgotten is added to nothing. */
static void track(struct state *state, const struct state_waybill_share *share, int64_t committed,
                  int64_t shipped, int64_t received) {
    struct state_request *request = request_of(state, share);
    struct state_request_line *line =
        request == NULL ? NULL : need_line(state, request, share->item);
    if (line == NULL)
        return;
    line->committed = hv_larger(0, line->committed + committed);
    line->shipped = hv_larger(0, line->shipped + shipped);
    line->received = hv_larger(0, line->received + received);
}

static struct state_waybill_share *need_share(struct state *state, struct state_waybill *waybill,
                                              const struct state_request *request, uint32_t item) {
    for (uint32_t i = 0; i < waybill->share_count; i++) {
        struct state_waybill_share *share = &waybill->shares[i];
        if (share->request == request->entity.index && share->item == item &&
            share->request_number == request->number && share->request_node == request->node)
            return share;
    }
    if (waybill->share_count == waybill->share_room) {
        uint32_t room = waybill->share_room + waybill->share_room / 2 + 4;
        struct state_waybill_share *shares = realloc(waybill->shares, room * sizeof *shares);
        if (shares == NULL) {
            state->out_of_memory = true;
            return NULL;
        }
        waybill->shares = shares;
        waybill->share_room = room;
    }
    struct state_waybill_share *share = &waybill->shares[waybill->share_count++];
    *share = (struct state_waybill_share){.request = request->entity.index,
                                          .request_node = request->node,
                                          .request_number = request->number,
                                          .item = item};
    return share;
}

/* What of an item a request asks for beyond what is committed to it. */
static int64_t open_part(const struct state_request *request, uint32_t item) {
    const struct state_request_line *line = find_line(request, item);
    return line == NULL ? 0 : state_request_ceiling(request, line) - line->committed;
}

void fold_commit(struct state *state, struct state_waybill *waybill, uint32_t item,
                 int64_t amount) {
    const struct state_place *place = state_place(state, waybill->to);
    uint32_t next = place == NULL ? STATE_NONE : place->first_request;
    while (next != STATE_NONE && amount > 0) {
        const struct state_request *request = state_request(state, next);
        next = request->next_of_place;
        int64_t open = hv_smaller(open_part(request, item), amount);
        struct state_waybill_share *share =
            open <= 0 ? NULL : need_share(state, waybill, request, item);
        if (share == NULL)
            continue;
        share->committed += open;
        track(state, share, open, 0, 0);
        amount -= open;
    }
}

/* Counts for one request as far as it is open, on all three tracks at once. Returns how much. */
static int64_t bring_for(struct state *state, const struct state_request *request, uint32_t item,
                         int64_t amount) {
    const int64_t open = hv_smaller(open_part(request, item), amount);
    struct state_request *changed =
        open <= 0 ? NULL : fold_touch(state, STATE_REQUEST, request->entity.index);
    struct state_request_line *line = changed == NULL ? NULL : find_line(changed, item);
    if (line == NULL)
        return 0;
    line->committed += open;
    line->shipped += open;
    line->received += open;
    return open;
}

const struct state_request *fold_request_named(const struct state *state,
                                               const struct state_place *place, uint32_t by,
                                               const struct hv_stock_movement *movement) {
    char id[STATE_ID_BYTES];
    if (movement->request == 0)
        return NULL;
    if (*movement->request_node != '\0') {
        const struct state_node *other = state_find_node(state, movement->request_node);
        if (other == NULL)
            return NULL;
        by = other->entity.index;
    }
    state_request_id(by, place->entity.index, movement->request, id);
    const struct state_entity *found = state_find(state, STATE_REQUEST, id);
    return found == NULL ? NULL : state_request(state, found->index);
}

void fold_brought_in(struct state *state, const struct state_place *place,
                     const struct state_request *named, uint32_t item, int64_t amount) {
    if (named != NULL && state_request_is_open(named))
        amount -= bring_for(state, named, item, amount);
    uint32_t next = place->first_request;
    while (next != STATE_NONE && amount > 0) {
        const struct state_request *request = state_request(state, next);
        next = request->next_of_place;
        amount -= bring_for(state, request, item, amount);
    }
}

void fold_uncommit(struct state *state, struct state_waybill *waybill) {
    for (uint32_t i = 0; i < waybill->share_count; i++) {
        struct state_waybill_share *share = &waybill->shares[i];
        int64_t kept = hv_larger(share->shipped, share->received);
        if (share->committed > kept)
            track(state, share, kept - share->committed, 0, 0);
        share->committed = hv_smaller(share->committed, kept);
    }
}

/* Hands an amount to the shares of the item that have room for it; returns what is left. */
static int64_t hand_out(struct state *state, struct state_waybill *waybill, uint32_t item,
                        int64_t amount, bool received) {
    for (uint32_t i = 0; i < waybill->share_count && amount > 0; i++) {
        struct state_waybill_share *share = &waybill->shares[i];
        int64_t *part = received ? &share->received : &share->shipped;
        int64_t given = hv_smaller(amount, share->committed - *part);
        if (share->item != item || given <= 0)
            continue;
        *part += given;
        track(state, share, 0, received ? 0 : given, received ? given : 0);
        amount -= given;
    }
    return amount;
}

static void share_out(struct state *state, struct state_waybill *waybill, uint32_t item,
                      int64_t amount, bool received) {
    int64_t left = hand_out(state, waybill, item, amount, received);
    if (left == 0)
        return;
    fold_commit(state, waybill, item, left); /* beyond what was promised, or without an order */
    (void)hand_out(state, waybill, item, left, received);
}

void fold_share_shipped(struct state *state, struct state_waybill *waybill, uint32_t item,
                        int64_t amount) {
    share_out(state, waybill, item, amount, false);
}

void fold_share_received(struct state *state, struct state_waybill *waybill, uint32_t item,
                         int64_t amount) {
    share_out(state, waybill, item, amount, true);
}

void fold_share_close(struct state *state, struct state_waybill *waybill) {
    for (uint32_t i = 0; i < waybill->share_count; i++) {
        struct state_waybill_share *share = &waybill->shares[i];
        int64_t shipped = hv_smaller(share->shipped, share->received);
        track(state, share, hv_smaller(0, share->received - share->committed),
              shipped - share->shipped, 0);
        share->committed = hv_smaller(share->committed, share->received);
        share->shipped = shipped;
    }
}
