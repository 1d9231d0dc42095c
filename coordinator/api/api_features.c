/* What the console lists as GeoJSON (RFC 7946): hazards with all that they hit, the routes of a
 * plan, people and goods between two places. In a region without longitude and latitude, and of
 * places that it does not know, a feature has no geometry. */
#include "coordinator/api/api_inside.h"

#include <inttypes.h>
#include <math.h>

static bool is_placed(const struct region *region) {
    return region != NULL && region->coordinates == REGION_LONLAT;
}

/* Begins a collection; its features follow, and "]}". */
static void begin_collection(const struct api_scene *scene, struct api_text *text) {
    api_text_put(text, "{\"type\":\"FeatureCollection\",");
    api_exercise_member(scene, text);
    api_text_print(text, "\"position\":%" PRIu64 ",\"features\":[", state_position(scene->state));
}

/* Ends a feature with what the console tells of it, which is never nothing. */
static void add_properties(const struct api_scene *scene, const json_t *row,
                           struct api_text *text) {
    api_text_put(text, ",\"properties\":{");
    api_exercise_member(scene, text);
    api_text_json_members(text, row);
    api_text_put(text, "}}");
}

/* ---- hazards ---- */

static void add_point(struct api_text *text, double lon, double lat, bool *first) {
    if (!isfinite(lon) || !isfinite(lat))
        return;
    api_text_put(text, *first ? "[" : ",[");
    api_text_number(text, lon, 7);
    api_text_add(text, ",", 1);
    api_text_number(text, lat, 7);
    api_text_add(text, "]", 1);
    *first = false;
}

static const char *text_at(const json_t *list, size_t i) {
    return json_string_value(json_array_get(list, i));
}

/* Points of zones, shelters and depots that it hits. */
static void add_points(const struct region *region, const json_t *hazard, struct api_text *text) {
    const json_t *zones = json_object_get(hazard, "zones"),
                 *shelters = json_object_get(hazard, "shelters"),
                 *depots = json_object_get(hazard, "depots");
    bool first = true;
    for (size_t i = 0; i < json_array_size(zones); i++) {
        uint32_t at = region_find_zone(region, text_at(zones, i));
        if (at != REGION_NONE)
            add_point(text, region->zones[at].lon, region->zones[at].lat, &first);
    }
    for (size_t i = 0; i < json_array_size(shelters); i++) {
        uint32_t at = region_find_shelter(region, text_at(shelters, i));
        if (at != REGION_NONE)
            add_point(text, region->shelters[at].lon, region->shelters[at].lat, &first);
    }
    for (size_t i = 0; i < json_array_size(depots); i++) {
        uint32_t at = region_find_depot(region, text_at(depots, i));
        if (at != REGION_NONE)
            add_point(text, region->depots[at].lon, region->depots[at].lat, &first);
    }
}

static void add_lines(const struct region *region, const json_t *hazard, struct api_text *text) {
    const json_t *links = json_object_get(hazard, "links");
    bool first = true;
    for (size_t i = 0; i < json_array_size(links); i++) {
        uint32_t at = region_find_link(region, text_at(links, i));
        if (at == REGION_NONE)
            continue;
        const struct region_link *link = &region->links[at];
        bool begins = true;
        api_text_put(text, first ? "[" : ",[");
        add_point(text, region->nodes[link->from].x, region->nodes[link->from].y, &begins);
        add_point(text, region->nodes[link->to].x, region->nodes[link->to].y, &begins);
        api_text_add(text, "]", 1);
        first = false;
    }
}

void api_feature_of_hazard(const struct api_scene *scene, const json_t *hazard,
                           struct api_text *text) {
    const struct region *region = scene->region;
    api_text_put(text, "{\"type\":\"Feature\",\"id\":");
    api_text_json(text, json_object_get(hazard, "id"));
    if (!is_placed(region)) {
        api_text_put(text, ",\"geometry\":null");
    } else {
        api_text_put(text, ",\"geometry\":{\"type\":\"GeometryCollection\",\"geometries\":["
                           "{\"type\":\"MultiPoint\",\"coordinates\":[");
        add_points(region, hazard, text);
        api_text_put(text, "]},{\"type\":\"MultiLineString\",\"coordinates\":[");
        add_lines(region, hazard, text);
        api_text_put(text, "]}]}");
    }
    add_properties(scene, hazard, text);
}

/* ---- between two places ---- */

/* False: the region has no such place, or not where it is. */
static bool point_of(const struct region *region, const char *id, double *ret_lon,
                     double *ret_lat) {
    uint32_t shelter = region_find_shelter(region, id), depot = region_find_depot(region, id);
    if (shelter != REGION_NONE) {
        *ret_lon = region->shelters[shelter].lon;
        *ret_lat = region->shelters[shelter].lat;
    } else if (depot != REGION_NONE) {
        *ret_lon = region->depots[depot].lon;
        *ret_lat = region->depots[depot].lat;
    } else {
        return false;
    }
    return isfinite(*ret_lon) && isfinite(*ret_lat);
}

static const char *text_of(const json_t *row, const char *member) {
    const char *text = json_string_value(json_object_get(row, member));
    return text == NULL ? "" : text;
}

/* A straight line from one to the other: the road that is taken is not told. */
void api_feature_of_journey(const struct api_scene *scene, const json_t *row,
                            struct api_text *text) {
    double from[2], to[2];
    bool first = true, placed = is_placed(scene->region) &&
                                point_of(scene->region, text_of(row, "from"), &from[0], &from[1]) &&
                                point_of(scene->region, text_of(row, "to"), &to[0], &to[1]);
    api_text_put(text, "{\"type\":\"Feature\",\"id\":");
    api_text_json(text, json_object_get(row, "id"));
    api_text_put(text, placed ? ",\"geometry\":{\"type\":\"LineString\",\"coordinates\":["
                              : ",\"geometry\":null");
    if (placed) {
        add_point(text, from[0], from[1], &first);
        add_point(text, to[0], to[1], &first);
        api_text_put(text, "]}");
    }
    add_properties(scene, row, text);
}

/* ---- what is in a box ---- */

static bool is_at(const struct region *region, uint32_t node, const struct api_box *box) {
    return api_box_has(box, region->nodes[node].x, region->nodes[node].y);
}

static bool zone_is_in(const struct region *region, const char *id, const struct api_box *box) {
    uint32_t at = region_find_zone(region, id);
    return at != REGION_NONE && api_box_has(box, region->zones[at].lon, region->zones[at].lat);
}

static bool place_is_in(const struct region *region, const char *id, const struct api_box *box) {
    double lon, lat;
    return point_of(region, id, &lon, &lat) && api_box_has(box, lon, lat);
}

static bool link_is_in(const struct region *region, const char *id, const struct api_box *box) {
    uint32_t at = region_find_link(region, id);
    return at != REGION_NONE &&
           (is_at(region, region->links[at].from, box) || is_at(region, region->links[at].to, box));
}

bool api_hazard_is_in(const struct api_scene *scene, const json_t *row, const struct api_box *box) {
    static const struct {
        const char *member;
        bool (*is_in)(const struct region *region, const char *id, const struct api_box *box);
    } kinds[] = {{"zones", zone_is_in},
                 {"shelters", place_is_in},
                 {"depots", place_is_in},
                 {"links", link_is_in}};
    for (size_t kind = 0; is_placed(scene->region) && kind < sizeof kinds / sizeof *kinds; kind++) {
        const json_t *ids = json_object_get(row, kinds[kind].member);
        for (size_t i = 0; i < json_array_size(ids); i++)
            if (kinds[kind].is_in(scene->region, text_at(ids, i), box))
                return true;
    }
    return false;
}

bool api_journey_is_in(const struct api_scene *scene, const json_t *row,
                       const struct api_box *box) {
    return is_placed(scene->region) && (place_is_in(scene->region, text_of(row, "from"), box) ||
                                        place_is_in(scene->region, text_of(row, "to"), box));
}

struct box_of_places {
    const struct api_scene *scene;
    struct api_box box;
    api_place *is_in;
};

static bool is_in_box(const json_t *row, const void *context) {
    const struct box_of_places *wanted = context;
    return wanted->is_in(wanted->scene, row, &wanted->box);
}

bool api_keep_in_box(struct api_call *call, json_t **list, api_place *is_in) {
    const char *text = api_target_value(&call->target, "bbox");
    struct box_of_places wanted = {.scene = call->scene, .is_in = is_in};
    if (text == NULL)
        return true;
    if (api_box_read(text, &wanted.box) != HV_OK) {
        json_decref(*list);
        *list = NULL;
        api_problem(call, 400, "value", "bbox is west,south,east,north in degrees", NULL);
        return false;
    }
    api_keep(*list, is_in_box, &wanted);
    return true;
}

/* ---- plans ---- */

/* Each move as the line of its route. */
void api_features_of_routes(const struct api_scene *scene, const json_t *plan,
                            struct api_text *text) {
    const struct region *region = scene->region;
    size_t index;
    json_t *move;
    begin_collection(scene, text);
    json_array_foreach(json_object_get(plan, "moves"), index, move) {
        const json_t *links = json_object_get(move, "links");
        bool placed = is_placed(region) && json_array_size(links) > 0;
        bool first = true;
        api_text_print(
            text, "%s{\"type\":\"Feature\",\"id\":%zu,\"geometry\":", index == 0 ? "" : ",", index);
        api_text_put(text, placed ? "{\"type\":\"LineString\",\"coordinates\":[" : "null");
        for (size_t i = 0; placed && i < json_array_size(links); i++) {
            uint32_t at = region_find_link(region, text_at(links, i));
            if (at == REGION_NONE)
                continue;
            const struct region_link *link = &region->links[at];
            if (first)
                add_point(text, region->nodes[link->from].x, region->nodes[link->from].y, &first);
            add_point(text, region->nodes[link->to].x, region->nodes[link->to].y, &first);
        }
        api_text_put(text, placed ? "]}" : "");
        add_properties(scene, move, text);
    }
    api_text_put(text, "]}");
}

/* ---- whole lists ---- */

void api_reply_features(struct api_call *call, json_t *items, api_feature *feature) {
    uint64_t limit, offset;
    if (items == NULL) {
        api_failed(call, HV_ERR_MEMORY);
        return;
    }
    if (!api_read_whole(call, &limit, &offset) || !api_sort(call, items)) {
        json_decref(items);
        return;
    }
    begin_collection(call->scene, &call->out);
    for (uint64_t i = offset; i < json_array_size(items) && i - offset < limit; i++) {
        api_text_add(&call->out, ",", i > offset);
        feature(call->scene, json_array_get(items, (size_t)i), &call->out);
    }
    api_text_put(&call->out, "]}");
    json_decref(items);
    api_reply(call, 200, api_type_of(API_GEOJSON));
}
