/* The picture that a request is answered from: a state, the region, the clocks of this moment, and
 * what is worth keeping computed about them.
 *
 * The state is the API's own fold of the log (api_replica.h) or an earlier one (a look back). Rows
 * of shelters and depots are kept and only those recomputed that have changed, so that sorting
 * 50,000 of them costs the sort. One thread. */
#ifndef COORDINATOR_API_API_SCENE_H
#define COORDINATOR_API_API_SCENE_H

#include "coordinator/control/console.h"

#define API_MS_NEVER INT64_MIN

/* A shelter or depot at a glance. Texts belong to region or state. */
struct api_place {
    const char *id, *name, *name_zh;
    double lon, lat; /* NAN: no place on earth is known */
    uint32_t place;  /* of the state; STATE_NONE: nobody has ever spoken for it */
    uint32_t listed; /* index in the region; REGION_NONE: it is not in it */
    enum hv_shelter_status status;
    int64_t status_ms; /* log clock of the observation; API_MS_NEVER */
    int64_t people;    /* -1: nothing known */
    int64_t people_ms;
    int64_t capacity; /* -1: nothing known */
    int64_t stock_ms;
    uint32_t stock_lines, open_requests;
    uint8_t lifelines_down;
    uint8_t source;  /* of the people: enum hv_source */
    int8_t presence; /* enum state_presence; -1: no node */
    bool at_least, verified, hit;
};

struct api_stock_row { /* a line of stock: of a place of the state */
    uint32_t place, line;
    char expiry[12]; /* where it has one */
};

struct api_item_sum { /* usable units of an item of the region */
    int64_t depots, shelters;
    double per_day; /* that those in shelters use */
};

struct api_scene {
    struct console_scene console; /* for the views of coordinator/control */
    const struct state *state;
    const struct region *region; /* NULL: none */
    struct hv_arena *arena;

    struct api_place *shelters, *depots;
    uint32_t shelter_count, depot_count;
    bool *zone_hit, *link_hit; /* by index of the region: a hazard in force names it */
    uint32_t *link_flow;       /* people of the plan in force */

    struct api_stock_row *stock; /* api_goods_refresh */
    uint32_t stock_count;
    struct api_item_sum *items;
    uint32_t *item_of; /* by STATE_NAME: item of the region */
    uint64_t goods_position, goods_minute;
    const struct region *goods_region;

    /* what the above was made from */
    uint32_t *row_of; /* by place of the state: its row, of shelters or depots */
    bool *row_is_depot;
    uint32_t places_known, shelter_room, depot_room;
    uint64_t rows_position, hazards_changed, flow_position;
    const struct region *rows_region;
    const struct profile *rows_profile;
    const struct state *rows_state;
    bool rows_stale; /* make all of them anew: set it where the region has been replaced */
};

/* Brings rows, hits and flows up to the state. HV_ERR_MEMORY: the scene is as it was or empty.
 * Costs what has changed since. */
int api_scene_refresh(struct api_scene *scene) HV_MUST_USE;
void api_scene_free(struct api_scene *scene); /* what refresh has made */

/* What stands in everything that is taken away while it is exercised; NULL: it is real. Static. */
const char *api_scene_exercise(const struct api_scene *scene);

/* Seconds since an observation, NAN where there never was one. */
double api_scene_age(const struct api_scene *scene, int64_t observed_ms);

/* "present", "stale", "never-heard"; NULL: no node. Static. */
const char *api_presence_word(int presence);

/* The highest position at which a thing of one of these kinds changed (a set of 1u << kind). */
uint64_t api_scene_changed(const struct api_scene *scene, uint32_t kinds);

#endif
