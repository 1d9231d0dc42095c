#include "coordinator/planning/hazards.h"

static void mark(bool *flags, const char *const *ids, size_t count, const struct region *region,
                 uint32_t (*find)(const struct region *, const char *)) {
    for (size_t i = 0; i < count; i++) {
        uint32_t index = find(region, ids[i]);
        if (index != REGION_NONE)
            flags[index] = true;
    }
}

static void name_links(struct hazards *hazards, const struct hv_hazard_state *body,
                       const struct region *region) {
    for (size_t i = 0; i < body->link_count; i++) {
        uint32_t link = region_find_link(region, body->links[i]);
        if (link != REGION_NONE && hazards->link_hazard[link] == NULL)
            hazards->link_hazard[link] = body->hazard;
    }
}

static void add_hazard(struct hazards *hazards, const struct hv_hazard_state *body,
                       const struct region *region) {
    hazards->any = true;
    hazards->names_zones |= body->zone_count > 0;
    hazards->kinds |= region_hazard_from_name(body->kind);
    mark(hazards->zones, body->zones, body->zone_count, region, region_find_zone);
    mark(hazards->links, body->links, body->link_count, region, region_find_link);
    mark(hazards->shelters, body->shelters, body->shelter_count, region, region_find_shelter);
    mark(hazards->depots, body->depots, body->depot_count, region, region_find_depot);
    name_links(hazards, body, region);
}

static int make_room(struct hazards *hazards, const struct region *region, struct hv_arena *arena) {
    hazards->zones = hv_arena_take(arena, region->zone_count + 1u, sizeof *hazards->zones);
    hazards->links = hv_arena_take(arena, region->link_count + 1u, sizeof *hazards->links);
    hazards->shelters = hv_arena_take(arena, region->shelter_count + 1u, sizeof *hazards->shelters);
    hazards->depots = hv_arena_take(arena, region->depot_count + 1u, sizeof *hazards->depots);
    hazards->link_hazard =
        hv_arena_take(arena, region->link_count + 1u, sizeof *hazards->link_hazard);
    bool whole = hazards->zones != NULL && hazards->links != NULL && hazards->shelters != NULL &&
                 hazards->depots != NULL && hazards->link_hazard != NULL;
    return whole ? HV_OK : HV_ERR_MEMORY;
}

int hazards_find(const struct state *state, const struct region *region, struct hv_arena *arena,
                 struct hazards *ret_hazards) {
    struct hazards hazards = {0};
    const uint32_t open = state_general(state)->incident;
    if (make_room(&hazards, region, arena) != HV_OK)
        return HV_ERR_MEMORY;
    if (open != STATE_NONE && state_incident(state, open)->hazard != NULL)
        hazards.kinds |= region_hazard_from_name(state_incident(state, open)->hazard);
    for (uint32_t i = 0; i < state_count(state, STATE_HAZARD); i++) {
        const struct state_hazard *hazard =
            (const struct state_hazard *)state_at(state, STATE_HAZARD, i);
        const struct hv_record *record = NULL;
        if (hazard->over)
            continue;
        if (state_body_decode(&hazard->body, arena, &record) != HV_OK)
            return HV_ERR_MEMORY;
        add_hazard(&hazards, &record->hazard, region);
    }
    *ret_hazards = hazards;
    return HV_OK;
}
