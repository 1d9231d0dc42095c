#include "coordinator/planning/evacuation_draft_inside.h"

#include <math.h>
#include <stdlib.h>

const char *evacuation_draft_class_name(enum evacuation_draft_class class) {
    static const char *const names[DRAFT_CLASSES] = {"car",        "pets",    "elsewhere", "foot",
                                                     "wheelchair", "medical", "bus"};
    return (unsigned)class < DRAFT_CLASSES ? names[class] : "";
}

int drafting_note(struct drafting *drafting, enum evacuation_note_code code, uint32_t index,
                  int64_t amount) {
    struct evacuation_draft *draft = drafting->draft;
    if (draft->note_count == drafting->note_room) {
        size_t room = drafting->note_room * 2 + 16;
        struct evacuation_note *notes = realloc(draft->notes, room * sizeof *notes);
        if (notes == NULL)
            return HV_ERR_MEMORY;
        draft->notes = notes;
        drafting->note_room = room;
    }
    draft->notes[draft->note_count++] = (struct evacuation_note){code, index, amount};
    return HV_OK;
}

double drafting_share(const struct evacuation_curve *curve, double at_s, double before) {
    double share = before;
    for (size_t i = 0; i < curve->count && curve->at_s[i] <= at_s; i++)
        share = curve->share[i];
    return share;
}

/* ---- hazards ---- */

/* The earliest span of a zone counts; where it holds longer from an earlier entry, so be it. */
static void hit_zone(struct drafting *drafting, const struct hazard_entry *entry) {
    struct draft_span *span = &drafting->zone_hit[entry->index];
    double from_s = entry->from_s - drafting->options->start_s;
    if (from_s < span->from_s)
        *span =
            (struct draft_span){from_s, entry->to_s - drafting->options->start_s, entry->hazard};
}

static bool is_over(const struct drafting *drafting, const struct hazard_entry *entry) {
    return entry->to_s <= drafting->options->start_s;
}

/* First pass: what is named; counts the closings of each link. */
static void read_entry(struct drafting *drafting, const struct hazard_entry *entry,
                       bool *ret_names_zones) {
    drafting->hazards |= entry->hazard;
    if (entry->target == HAZARD_ZONE) {
        *ret_names_zones = true;
        drafting->leaves[entry->index] = true;
        if (entry->effect == HAZARD_FLOODED)
            hit_zone(drafting, entry);
    } else if (entry->target == HAZARD_SHELTER) {
        drafting->shelter_lost[entry->index] = true;
    } else if (entry->target == HAZARD_LINK) {
        drafting->first_closing[entry->index + 2]++;
    }
}

/* Sorts the closings by link. On entry first_closing[l + 2] counts those of link l. */
static void group_closings(struct drafting *drafting) {
    const struct hazard *timeline = drafting->options->timeline;
    for (uint32_t l = 0; l < drafting->region->link_count; l++)
        drafting->first_closing[l + 2] += drafting->first_closing[l + 1];
    for (uint32_t i = 0; i < timeline->count; i++) {
        const struct hazard_entry *entry = &timeline->entries[i];
        if (entry->target != HAZARD_LINK || is_over(drafting, entry))
            continue;
        drafting->closings[drafting->first_closing[entry->index + 1]++] =
            (struct draft_span){entry->from_s - drafting->options->start_s,
                                entry->to_s - drafting->options->start_s, entry->hazard};
    }
}

int drafting_hazards(struct drafting *drafting) {
    const struct region *region = drafting->region;
    const struct evacuation_draft_options *options = drafting->options;
    const struct hazard *timeline = options->timeline;
    struct hv_arena *arena = &drafting->draft->arena;
    uint32_t entries = timeline == NULL ? 0 : timeline->count;
    bool names_zones = false;
    drafting->hazards = options->hazards;
    drafting->leaves = hv_arena_take(arena, region->zone_count + 1u, sizeof *drafting->leaves);
    drafting->zone_hit = hv_arena_take(arena, region->zone_count + 1u, sizeof *drafting->zone_hit);
    drafting->shelter_lost = hv_arena_take(arena, region->shelter_count + 1u, sizeof(bool));
    drafting->first_closing = hv_arena_take(arena, region->link_count + 2u, sizeof(uint32_t));
    drafting->closings = hv_arena_take(arena, entries + 1u, sizeof *drafting->closings);
    if (drafting->leaves == NULL || drafting->zone_hit == NULL || drafting->shelter_lost == NULL ||
        drafting->first_closing == NULL || drafting->closings == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t z = 0; z < region->zone_count; z++)
        drafting->zone_hit[z] = (struct draft_span){INFINITY, INFINITY, 0};
    for (uint32_t i = 0; i < entries; i++)
        if (!is_over(drafting, &timeline->entries[i]))
            read_entry(drafting, &timeline->entries[i], &names_zones);
    if (entries > 0)
        group_closings(drafting);
    for (uint32_t z = 0; z < region->zone_count; z++)
        drafting->leaves[z] =
            options->only != NULL ? options->only[z] : drafting->leaves[z] || !names_zones;
    return HV_OK;
}

/* ---- shelters ---- */

static int64_t opens_at_step(const struct drafting *drafting, int64_t minutes) {
    return (minutes * 60000 + drafting->step_ms - 1) / drafting->step_ms;
}

/* Where nobody wrote down how long a shelter takes to open; as for the coordinator's plans. */
enum { ACTIVATION_MIN = 60 };

/* How many people the shelter counts for: 0, with a note, where it may not be used. */
static int places_of_shelter(struct drafting *drafting, uint32_t index, int64_t *ret_places) {
    const struct region_shelter *shelter = &drafting->region->shelters[index];
    const struct evacuation_draft_options *options = drafting->options;
    const struct profile none = {0};
    const struct profile *profile = options->profile == NULL ? &none : options->profile;
    int64_t places =
        profile_capacity(profile, shelter, options->stage, options->time, REGION_INDOOR).people;
    if (places < 0)
        places = profile_capacity(profile, shelter, options->stage, options->time, REGION_OUTDOOR)
                     .people;
    *ret_places = 0;
    if (shelter->node == REGION_NONE)
        return drafting_note(drafting, NOTE_SHELTER_WITHOUT_NODE, index, 0);
    if (places < 0)
        return drafting_note(drafting, NOTE_SHELTER_UNKNOWN, index, 0);
    if ((shelter->unfit & drafting->hazards) != 0)
        return drafting_note(drafting, NOTE_SHELTER_UNFIT, index, places);
    if (drafting->shelter_lost[index])
        return drafting_note(drafting, NOTE_SHELTER_LOST, index, places);
    if ((drafting->hazards & ~shelter->withstands) != 0) {
        if (!options->trust_unknown)
            return drafting_note(drafting, NOTE_SHELTER_UNPROVEN, index, places);
        int error = drafting_note(drafting, NOTE_SHELTER_TRUSTED, index, places);
        if (error != HV_OK)
            return error;
    }
    *ret_places = places;
    return HV_OK;
}

static int add_shelter(struct drafting *drafting, uint32_t index) {
    struct evacuation_draft *draft = drafting->draft;
    const struct region_shelter *shelter = &drafting->region->shelters[index];
    int64_t places = 0;
    int error = places_of_shelter(drafting, index, &places);
    if (error != HV_OK || places == 0)
        return error;
    int64_t minutes = shelter->activation_min;
    if (minutes < 0) {
        minutes = ACTIVATION_MIN;
        error = drafting_note(drafting, NOTE_SHELTER_ACTIVATION, index, minutes);
    }
    size_t i = draft->instance.shelter_count++;
    int64_t opens = opens_at_step(drafting, minutes);
    drafting->shelters[i] = (struct evacuation_shelter){
        .node = drafting->arrive[shelter->node],
        .opens_at_step = opens < EVACUATION_NEVER ? (int32_t)opens : EVACUATION_NEVER,
        .capacity = places};
    draft->shelter_ids[i] = shelter->id;
    draft->shelter_of[i] = index;
    return error;
}

/* Exits take everybody who goes elsewhere; how many that is, drafting_people fills in. */
static int add_exits(struct drafting *drafting) {
    struct evacuation_draft *draft = drafting->draft;
    for (size_t e = 0; e < drafting->options->exit_count; e++) {
        uint32_t node = drafting->options->exits[e];
        size_t i = draft->instance.shelter_count++;
        const char *id = drafting->region->nodes[node].id;
        if (region_find_shelter(drafting->region, id) != REGION_NONE)
            return HV_ERR_EXISTS;
        drafting->shelters[i] = (struct evacuation_shelter){.node = drafting->arrive[node]};
        draft->shelter_ids[i] = id;
        draft->shelter_of[i] = REGION_NONE;
    }
    return HV_OK;
}

int drafting_shelters(struct drafting *drafting) {
    struct evacuation_draft *draft = drafting->draft;
    size_t most = drafting->region->shelter_count + drafting->options->exit_count + 1;
    drafting->shelters = hv_arena_take(&draft->arena, most, sizeof *drafting->shelters);
    draft->shelter_ids = hv_arena_take(&draft->arena, most, sizeof *draft->shelter_ids);
    draft->shelter_of = hv_arena_take(&draft->arena, most, sizeof *draft->shelter_of);
    if (drafting->shelters == NULL || draft->shelter_ids == NULL || draft->shelter_of == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < drafting->region->shelter_count; i++) {
        int error = add_shelter(drafting, i);
        if (error != HV_OK)
            return error;
    }
    return add_exits(drafting);
}

/* ---- the whole ---- */

static int draft_all(struct drafting *drafting) {
    const struct region *region = drafting->region;
    struct evacuation_draft *draft = drafting->draft;
    draft->name = hv_arena_text(&draft->arena, region->id);
    if (draft->name == NULL)
        return HV_ERR_MEMORY;
    if (region->node_count == 0)
        return HV_ERR_VALUE;
    int error = drafting_hazards(drafting);
    if (error == HV_OK)
        error = drafting_nodes(drafting);
    if (error == HV_OK)
        error = drafting_shelters(drafting);
    if (error == HV_OK)
        error = drafting_roads(drafting);
    if (error == HV_OK && drafting->options->by_class && drafting->options->walk_limit_s > 0)
        error = drafting_footways(drafting);
    if (error == HV_OK)
        error = drafting_people(drafting);
    if (error != HV_OK)
        return error;
    draft->instance.links = drafting->links;
    draft->instance.zones = drafting->zones;
    draft->instance.shelters = drafting->shelters;
    return evacuation_instance_check(&draft->instance);
}

int evacuation_draft_new(const struct region *region,
                         const struct evacuation_draft_options *options,
                         struct evacuation_draft **ret_draft) {
    struct evacuation_draft *draft = calloc(1, sizeof *draft);
    if (draft == NULL)
        return HV_ERR_MEMORY;
    if (!(options->step_s >= 0.001) || options->step_s > 86400 || options->horizon_steps < 0 ||
        options->horizon_steps > EVACUATION_STEPS_MAX) {
        free(draft);
        return HV_ERR_VALUE;
    }
    hv_arena_init(&draft->arena, 0);
    draft->step_s = options->step_s;
    draft->instance.horizon_steps = options->horizon_steps;
    struct drafting drafting = {.region = region,
                                .options = options,
                                .draft = draft,
                                .step_ms = llround(options->step_s * 1000)};
    int error = draft_all(&drafting);
    if (error != HV_OK) {
        evacuation_draft_free(draft);
        return error;
    }
    *ret_draft = draft;
    return HV_OK;
}

void evacuation_draft_free(struct evacuation_draft *draft) {
    if (draft == NULL)
        return;
    free(draft->changes);
    free(draft->notes);
    hv_arena_deinit(&draft->arena);
    free(draft);
}
