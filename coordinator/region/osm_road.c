#include "coordinator/region/osm_road.h"

#include "schemas/utf8.h"

#include <stdlib.h>
#include <string.h>

#define LANES_MAX 16
#define NAME_BYTES_MAX 256

static const char *value_of(const struct osm_tag *tags, size_t count, const char *key) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(tags[i].key, key) == 0)
            return tags[i].value;
    return NULL;
}

static bool is_one_of(const char *value, const char *const *words) {
    for (; *words != NULL; words++)
        if (strcmp(value, *words) == 0)
            return true;
    return false;
}

/* ---- may vehicles use it ----------------------------------------------------------------------
 */

/* The most particular of the access tags decides. */
static bool is_open(const struct osm_tag *tags, size_t count) {
    static const char *const KEYS[] = {"motorcar", "motor_vehicle", "vehicle", "access"};
    static const char *const CLOSED[] = {"no",       "private",  "agricultural", "forestry",
                                         "delivery", "military", "emergency",    NULL};
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        const char *value = value_of(tags, count, KEYS[i]);
        if (value != NULL)
            return !is_one_of(value, CLOSED);
    }
    return true;
}

/* Ways into yards and along parking rows lead nowhere. */
static bool is_yard(const struct osm_tag *tags, size_t count) {
    static const char *const YARDS[] = {"driveway", "parking_aisle", "drive-through", NULL};
    const char *service = value_of(tags, count, "service"), *area = value_of(tags, count, "area");
    return (service != NULL && is_one_of(service, YARDS)) ||
           (area != NULL && strcmp(area, "yes") == 0);
}

/* ---- directions, lanes, speed -----------------------------------------------------------------
 */

static void read_directions(const struct osm_tag *tags, size_t count,
                            const struct roads_class *class, bool open[2]) {
    static const char *const ALONG[] = {"yes", "true", "1", NULL};
    static const char *const AGAINST[] = {"-1", "reverse", NULL};
    static const char *const ROUND[] = {"roundabout", "circular", NULL};
    const char *oneway = value_of(tags, count, "oneway");
    const char *junction = value_of(tags, count, "junction");
    bool by_nature = class->one_way || (junction != NULL && is_one_of(junction, ROUND));
    open[0] = open[1] = true;
    if (oneway == NULL)
        open[1] = !by_nature;
    else if (is_one_of(oneway, ALONG))
        open[1] = false;
    else if (is_one_of(oneway, AGAINST))
        open[0] = false;
}

/* Lanes such as "2"; 0 where the tag is absent or says something else. */
static int lanes_of(const struct osm_tag *tags, size_t count, const char *key) {
    const char *value = value_of(tags, count, key);
    if (value == NULL || value[0] < '1' || value[0] > '9')
        return 0;
    char *end;
    long lanes = strtol(value, &end, 10);
    return (*end == '\0' || *end == ';') && lanes <= LANES_MAX ? (int)lanes : 0;
}

/* `lanes` counts both directions; an odd one in the middle is counted for neither. */
static void read_lanes(const struct osm_tag *tags, size_t count, const bool open[2],
                       struct osm_road *road) {
    static const char *const KEYS[2] = {"lanes:forward", "lanes:backward"};
    int all = lanes_of(tags, count, "lanes");
    bool both = open[0] && open[1];
    for (int i = 0; i < 2; i++) {
        road->lanes[i] = 0;
        if (!open[i])
            continue;
        int said = both ? lanes_of(tags, count, KEYS[i]) : 0;
        int share = both ? all / 2 : all;
        road->lanes[i] = said > 0 ? said : share;
        if (road->lanes[i] == 0)
            road->lanes[i] = all > 0 ? 1 : road->class->lanes;
    }
}

static double read_speed(const struct osm_tag *tags, size_t count,
                         const struct roads_class *class) {
    const char *value = value_of(tags, count, "maxspeed");
    if (value == NULL)
        return class->speed_km_h;
    if (strcmp(value, "none") == 0)
        return 130;
    if (strcmp(value, "walk") == 0)
        return 7;
    if (value[0] < '1' || value[0] > '9')
        return class->speed_km_h;
    char *end;
    double speed = (double)strtol(value, &end, 10);
    end += strspn(end, " ");
    if (strcmp(end, "mph") == 0)
        speed *= 1.609344;
    else if (*end != '\0' && *end != ';' && strcmp(end, "km/h") != 0)
        return class->speed_km_h;
    return speed >= 5 && speed <= 200 ? speed : class->speed_km_h;
}

static const char *read_name(const struct osm_tag *tags, size_t count) {
    const char *name = value_of(tags, count, "name");
    if (name == NULL)
        name = value_of(tags, count, "ref");
    if (name == NULL || strlen(name) > NAME_BYTES_MAX || hv_utf8_scan(name, strlen(name)) != 0)
        return "";
    return name;
}

bool osm_road_read(const struct osm_tag *tags, size_t count, struct osm_road *ret_road) {
    const char *highway = value_of(tags, count, "highway");
    const struct roads_class *class = highway == NULL ? NULL : roads_find(highway);
    if (class == NULL || !is_open(tags, count) || is_yard(tags, count))
        return false;
    struct osm_road road = {.class = class,
                            .name = read_name(tags, count),
                            .speed_km_h = read_speed(tags, count, class)};
    bool open[2];
    read_directions(tags, count, class, open);
    read_lanes(tags, count, open, &road);
    *ret_road = road;
    return true;
}
