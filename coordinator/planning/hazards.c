#include "coordinator/planning/hazards.h"

#include <stdlib.h>

struct finding {
    const struct region *region;
    struct hv_arena *arena;
    int64_t wall_ms;
    struct hazards hazards;
};

/* ---- one step ---- */

static bool is_past(const struct finding *finding, const struct hv_hazard_step *step) {
    return step->has_until && step->until_wall_ms <= finding->wall_ms;
}

static bool is_now(const struct finding *finding, const struct hv_hazard_step *step) {
    return step->from_wall_ms <= finding->wall_ms && !is_past(finding, step);
}

static void mark(const struct finding *finding, bool *flags, const char *const *ids, size_t count,
                 uint32_t (*find)(const struct region *, const char *)) {
    for (size_t i = 0; i < count; i++) {
        const uint32_t index = find(finding->region, ids[i]);
        if (index != REGION_NONE)
            flags[index] = true;
    }
}

static bool closes(const struct hv_hazard_step *step) {
    return !step->has_capacity || step->capacity_permille == 0;
}

static void close_link(struct finding *finding, uint32_t link, int64_t from_ms, const char *id) {
    struct hazards *hazards = &finding->hazards;
    if (from_ms < hazards->link_closes_ms[link]) {
        hazards->link_closes_ms[link] = from_ms;
        hazards->link_hazard[link] = id;
    }
    hazards->links[link] |= from_ms == 0;
}

static void add_closing(struct finding *finding, struct timetable_closing closing) {
    finding->hazards.closings[finding->hazards.closing_count++] = closing;
}

static void hit_links(struct finding *finding, const struct hv_hazard_step *step, const char *id) {
    const int64_t from_ms = is_now(finding, step) ? 0 : step->from_wall_ms - finding->wall_ms;
    for (size_t i = 0; i < step->link_count; i++) {
        const uint32_t link = region_find_link(finding->region, step->links[i]);
        if (link == REGION_NONE)
            continue;
        if (closes(step))
            close_link(finding, link, from_ms, id);
        if (from_ms > 0 || !closes(step))
            add_closing(finding,
                        (struct timetable_closing){
                            .link = link,
                            .permille = closes(step) ? 0 : step->capacity_permille,
                            .from_ms = from_ms,
                            .to_ms = step->has_until ? step->until_wall_ms - finding->wall_ms
                                                     : TIMETABLE_FOR_GOOD});
    }
}

static void hit(struct finding *finding, const struct hv_hazard_step *step, const char *id) {
    struct hazards *hazards = &finding->hazards;
    hazards->names_zones |= step->zone_count > 0;
    if (is_past(finding, step))
        return;
    mark(finding, hazards->zones, step->zones, step->zone_count, region_find_zone);
    mark(finding, hazards->shelters, step->shelters, step->shelter_count, region_find_shelter);
    if (is_now(finding, step))
        mark(finding, hazards->depots, step->depots, step->depot_count, region_find_depot);
    hit_links(finding, step, id);
}

static int hit_all(struct finding *finding, const struct hv_hazard_state *hazard) {
    const struct hv_hazard_step always = hv_hazard_always(hazard, finding->wall_ms);
    struct hazards *hazards = &finding->hazards;
    size_t more = always.link_count;
    for (size_t i = 0; i < hazard->step_count; i++)
        more += hazard->steps[i].link_count;
    struct timetable_closing *closings =
        hv_arena_take(finding->arena, hazards->closing_count + more + 1, sizeof *closings);
    if (closings == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < hazards->closing_count; i++)
        closings[i] = hazards->closings[i];
    hazards->closings = closings;
    hazards->any = true;
    hazards->kinds |= region_hazard_from_name(hazard->kind);
    hit(finding, &always, hazard->hazard);
    for (size_t i = 0; i < hazard->step_count; i++)
        hit(finding, &hazard->steps[i], hazard->hazard);
    return HV_OK;
}

/* ---- the whole ---- */

static int make_room(struct finding *finding) {
    const struct region *region = finding->region;
    struct hazards *hazards = &finding->hazards;
    struct hv_arena *arena = finding->arena;
    hazards->zones = hv_arena_take(arena, region->zone_count + 1u, sizeof *hazards->zones);
    hazards->links = hv_arena_take(arena, region->link_count + 1u, sizeof *hazards->links);
    hazards->shelters = hv_arena_take(arena, region->shelter_count + 1u, sizeof *hazards->shelters);
    hazards->depots = hv_arena_take(arena, region->depot_count + 1u, sizeof *hazards->depots);
    hazards->link_hazard =
        hv_arena_take(arena, region->link_count + 1u, sizeof *hazards->link_hazard);
    hazards->link_closes_ms =
        hv_arena_take(arena, region->link_count + 1u, sizeof *hazards->link_closes_ms);
    if (hazards->zones == NULL || hazards->links == NULL || hazards->shelters == NULL ||
        hazards->depots == NULL || hazards->link_hazard == NULL || hazards->link_closes_ms == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t l = 0; l < region->link_count; l++)
        hazards->link_closes_ms[l] = HAZARDS_NEVER;
    return HV_OK;
}

/* By link and time; of equal ones the order is of no matter. */
static int compare(const void *first, const void *second) {
    const struct timetable_closing *a = first, *b = second;
    if (a->link != b->link)
        return a->link < b->link ? -1 : 1;
    if (a->from_ms != b->from_ms)
        return a->from_ms < b->from_ms ? -1 : 1;
    if (a->to_ms != b->to_ms)
        return a->to_ms < b->to_ms ? -1 : 1;
    return (a->permille > b->permille) - (a->permille < b->permille);
}

/* The body of a hazard in force; NULL: it is over. */
static int body_of(const struct state *state, uint32_t index, struct hv_arena *arena,
                   const struct hv_hazard_state **ret_body) {
    const struct state_hazard *hazard =
        (const struct state_hazard *)state_at(state, STATE_HAZARD, index);
    const struct hv_record *record = NULL;
    *ret_body = NULL;
    if (hazard->over)
        return HV_OK;
    if (state_body_decode(&hazard->body, arena, &record) != HV_OK)
        return HV_ERR_MEMORY;
    *ret_body = &record->hazard;
    return HV_OK;
}

int hazards_find(const struct state *state, const struct region *region, int64_t wall_ms,
                 struct hv_arena *arena, struct hazards *ret_hazards) {
    struct finding finding = {.region = region, .arena = arena, .wall_ms = wall_ms};
    const uint32_t open = state_general(state)->incident;
    int error = make_room(&finding);
    if (open != STATE_NONE && state_incident(state, open)->hazard != NULL)
        finding.hazards.kinds |= region_hazard_from_name(state_incident(state, open)->hazard);
    for (uint32_t i = 0; error == HV_OK && i < state_count(state, STATE_HAZARD); i++) {
        const struct hv_hazard_state *body;
        error = body_of(state, i, arena, &body);
        if (error == HV_OK && body != NULL)
            error = hit_all(&finding, body);
    }
    if (error != HV_OK)
        return error;
    if (finding.hazards.closing_count > 0)
        qsort(finding.hazards.closings, finding.hazards.closing_count,
              sizeof *finding.hazards.closings, compare);
    *ret_hazards = finding.hazards;
    return HV_OK;
}
