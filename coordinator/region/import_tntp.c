/* Import of road networks in TNTP format (the Transportation Networks collection's), with nodes in
 * TNTP or GeoJSON and, if given, a trip table. */
#include "coordinator/region/import.h"
#include "coordinator/region/import_common.h"
#include "coordinator/region/table.h"
#include "coordinator/region/tntp_text.h"
#include "schemas/limits.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIGURE_MAX 1e9 /* of a length, time or capacity in the file's own unit */
#define TIME_MAX 1e6   /* seconds of one link */
#define LENGTH_MAX 1e7 /* metres of one link */
#define CAPACITY_MAX 1e7
#define PARALLEL_MAX 100u

struct import {
    const struct import_tntp_options *options;
    struct hv_fault_list *faults;
    struct region *region;
    struct tntp_header header;
    struct tntp_reader reader;
};

struct import_tntp_options import_tntp_defaults(void) {
    return (struct import_tntp_options){.metres_per_length = 1609.344,
                                        .seconds_per_time = 60,
                                        .veh_per_h_per_capacity = 1,
                                        .persons_per_vehicle = 2.5,
                                        .coordinates = REGION_PLANE};
}

/* ---- nodes ------------------------------------------------------------------------------------
 */

static void print_id(int64_t number, char id[24]) {
    snprintf(id, 24, "%lld", (long long)number);
}

static int add_node(struct import *import, int64_t number, double x, double y, const char *file,
                    uint32_t line) {
    char id[24];
    print_id(number, id);
    bool passable = number >= import->header.first_thru;
    struct region_node node = {
        .id = id, .x = x, .y = y, .passable = passable, .kind = passable ? "" : "centroid"};
    int error = builder_add_node(import->region, &node, line);
    if (error != HV_ERR_EXISTS)
        return error;
    hv_fault_addf(import->faults, HV_FAULT_ERROR, file, line, "node", "each node once",
                  "node %s is there already", id);
    return HV_OK;
}

static bool coordinate(struct import *import, size_t i, const char *column, double limit,
                       double *ret_coordinate) {
    struct tntp_reader *reader = &import->reader;
    char *word = i < reader->word_count ? reader->words[i] : NULL;
    bool negative = word != NULL && word[0] == '-';
    if (negative)
        reader->words[i]++;
    bool sound = tntp_figure(reader, i, column, limit, ret_coordinate);
    if (sound && negative)
        *ret_coordinate = -*ret_coordinate;
    return sound;
}

static int read_node(struct import *import) {
    struct tntp_reader *reader = &import->reader;
    bool lonlat = import->region->coordinates == REGION_LONLAT;
    int64_t number = 0;
    double x = 0, y = 0;
    bool sound = tntp_number(reader, 0, "node", import->header.nodes, &number);
    sound &= coordinate(import, 1, "x", lonlat ? 180 : FIGURE_MAX, &x);
    sound &= coordinate(import, 2, "y", lonlat ? 90 : FIGURE_MAX, &y);
    return sound ? add_node(import, number, x, y, reader->file, reader->line) : HV_OK;
}

static int read_tntp_nodes(struct import *import, struct import_text nodes) {
    tntp_start(&import->reader, nodes, import->options->nodes, import->faults);
    int error = HV_OK;
    bool first = true;
    while (error == HV_OK && tntp_next(&import->reader)) {
        const char *word = import->reader.words[0];
        bool heading = first && (word[0] < '0' || word[0] > '9');
        first = false;
        if (!heading && !import->reader.comment)
            error = read_node(import);
    }
    return error;
}

static int read_feature(struct import *import, const json_t *feature, size_t i) {
    const json_t *number = json_object_get(json_object_get(feature, "properties"), "id");
    const json_t *point = json_object_get(json_object_get(feature, "geometry"), "coordinates");
    double x = json_number_value(json_array_get(point, 0));
    double y = json_number_value(json_array_get(point, 1));
    bool sound = json_is_integer(number) && json_is_number(json_array_get(point, 0)) &&
                 json_is_number(json_array_get(point, 1)) && fabs(x) <= 180 && fabs(y) <= 90 &&
                 json_integer_value(number) >= 1 &&
                 json_integer_value(number) <= import->header.nodes;
    if (sound)
        return add_node(import, json_integer_value(number), x, y, import->options->nodes, 0);
    hv_fault_addf(import->faults, HV_FAULT_ERROR, import->options->nodes, 0, "features",
                  "a Point with longitude and latitude and a property id of a node of the network",
                  "feature %zu is none", i);
    return HV_OK;
}

static int read_geojson_nodes(struct import *import, struct import_text nodes) {
    json_error_t where;
    json_t *root = json_loadb(nodes.bytes, nodes.size, 0, &where);
    if (root == NULL) {
        hv_fault_add(import->faults, HV_FAULT_ERROR, import->options->nodes,
                     where.line > 0 ? (uint32_t)where.line : 0, "", where.text, "GeoJSON");
        return HV_ERR_VALUE;
    }
    import->region->coordinates = REGION_LONLAT; /* RFC 7946 knows no other */
    const json_t *features = json_object_get(root, "features");
    int error = HV_OK;
    if (!json_is_array(features)) {
        hv_fault_add(import->faults, HV_FAULT_ERROR, import->options->nodes, 0, "features",
                     "no list of features", "a FeatureCollection");
        error = HV_ERR_VALUE;
    }
    for (size_t i = 0; i < json_array_size(features) && error == HV_OK; i++)
        error = read_feature(import, json_array_get(features, i), i);
    json_decref(root);
    return error;
}

static int read_nodes(struct import *import, struct import_text nodes) {
    size_t blank = 0;
    while (blank < nodes.size && strchr(" \t\r\n", nodes.bytes[blank]) != NULL)
        blank++;
    if (blank < nodes.size && nodes.bytes[blank] == '{')
        return read_geojson_nodes(import, nodes);
    return read_tntp_nodes(import, nodes);
}

/* ---- links ------------------------------------------------------------------------------------
 */

enum { TAIL, HEAD, CAPACITY, LENGTH, TIME, LANES, KIND, COLUMNS };

static const char *const NAMES[COLUMNS] = {"init_node",      "term_node", "capacity", "length",
                                           "free_flow_time", "lanes",     "link_type"};

/* Where each column is, from the "~ init_node term_node …" line, else as the format has them. */
struct columns {
    size_t at[COLUMNS];
};

static struct columns usual_columns(void) {
    return (struct columns){{0, 1, 2, 3, 4, SIZE_MAX, 9}};
}

static void find_columns(const struct tntp_reader *reader, struct columns *columns) {
    struct columns found;
    size_t shift = strcmp(reader->words[0], "~") == 0 ? 1 : 0;
    for (size_t c = 0; c < COLUMNS; c++) {
        found.at[c] = SIZE_MAX;
        for (size_t i = shift; i < reader->word_count; i++)
            if (strcmp(reader->words[i], NAMES[c]) == 0)
                found.at[c] = i - shift;
    }
    if (found.at[TAIL] != SIZE_MAX && found.at[HEAD] != SIZE_MAX && found.at[TIME] != SIZE_MAX)
        *columns = found;
}

static uint32_t find_end(struct import *import, size_t word, const char *column) {
    int64_t number;
    char id[24];
    if (!tntp_number(&import->reader, word, column, import->header.nodes, &number))
        return REGION_NONE;
    print_id(number, id);
    uint32_t node = region_find_node(import->region, id);
    if (node == REGION_NONE)
        tntp_fault(&import->reader, HV_FAULT_ERROR, column, "a node without coordinates",
                   "a node that is in the nodes file");
    return node;
}

/* A figure of the file in the unit inside, or false with a fault. */
static bool figure(struct import *import, size_t word, const char *column, double unit, double max,
                   double *ret_figure) {
    if (!tntp_figure(&import->reader, word, column, unit > 0 ? max / unit : FIGURE_MAX, ret_figure))
        return false;
    *ret_figure *= unit;
    return true;
}

static bool read_lanes(struct import *import, const struct columns *columns,
                       struct region_link *link) {
    int64_t lanes;
    link->lanes = REGION_UNKNOWN;
    if (columns->at[LANES] == SIZE_MAX) {
        if (import->options->capacity_per_lane)
            tntp_fault(&import->reader, HV_FAULT_ERROR, "lanes", "nothing",
                       "the lanes, for capacity is per lane");
        return !import->options->capacity_per_lane;
    }
    if (!tntp_number(&import->reader, columns->at[LANES], "lanes", 64, &lanes))
        return false;
    link->lanes = (int32_t)lanes;
    return true;
}

static bool read_figures(struct import *import, const struct columns *columns,
                         struct region_link *link) {
    const struct import_tntp_options *options = import->options;
    bool sound = figure(import, columns->at[TIME], NAMES[TIME], options->seconds_per_time, TIME_MAX,
                        &link->travel_s);
    sound &= figure(import, columns->at[CAPACITY], NAMES[CAPACITY], options->veh_per_h_per_capacity,
                    CAPACITY_MAX, &link->capacity_veh_per_h);
    sound &= read_lanes(import, columns, link);
    if (sound && options->capacity_per_lane)
        link->capacity_veh_per_h *= link->lanes;
    link->length_m = link->free_speed_km_h = REGION_UNKNOWN;
    if (!(options->metres_per_length > 0) || columns->at[LENGTH] == SIZE_MAX)
        return sound;
    sound &= figure(import, columns->at[LENGTH], NAMES[LENGTH], options->metres_per_length,
                    LENGTH_MAX, &link->length_m);
    if (sound && link->travel_s > 0 && link->length_m > 0) {
        double speed = link->length_m / link->travel_s * 3.6;
        link->free_speed_km_h = speed <= 1000 ? speed : REGION_UNKNOWN;
    }
    return sound;
}

/* Links are called "from-to"; further ones between the same nodes get ".2", ".3" and so on. */
static int add_link(struct import *import, struct region_link *link) {
    char id[HV_ID_BYTES_MAX + 1];
    const struct region *region = import->region;
    const char *from = region->nodes[link->from].id, *to = region->nodes[link->to].id;
    snprintf(id, sizeof id, "%s-%s", from, to);
    for (unsigned k = 2; region_find_link(region, id) != REGION_NONE; k++) {
        if (k > PARALLEL_MAX) {
            tntp_fault(&import->reader, HV_FAULT_ERROR, NAMES[HEAD],
                       "more than 100 links between the same nodes", "each link once");
            return HV_OK;
        }
        snprintf(id, sizeof id, "%s-%s.%u", from, to, k);
    }
    link->id = id;
    return builder_add_link(import->region, link, import->reader.line);
}

static int read_link(struct import *import, const struct columns *columns) {
    struct region_link link = {0};
    char kind[32] = "";
    link.from = find_end(import, columns->at[TAIL], NAMES[TAIL]);
    link.to = find_end(import, columns->at[HEAD], NAMES[HEAD]);
    bool sound = link.from != REGION_NONE && link.to != REGION_NONE;
    if (sound && link.from == link.to) {
        tntp_fault(&import->reader, HV_FAULT_ERROR, NAMES[HEAD], "the same node as init_node",
                   "another node");
        sound = false;
    }
    sound &= read_figures(import, columns, &link);
    if (columns->at[KIND] < import->reader.word_count)
        snprintf(kind, sizeof kind, "type %.20s", import->reader.words[columns->at[KIND]]);
    link.kind = kind;
    return sound ? add_link(import, &link) : HV_OK;
}

static int read_links(struct import *import) {
    struct columns columns = usual_columns();
    int64_t rows = 0;
    int error = HV_OK;
    while (error == HV_OK && tntp_next(&import->reader)) {
        if (import->reader.comment) {
            find_columns(&import->reader, &columns);
            continue;
        }
        rows++;
        error = read_link(import, &columns);
    }
    if (error == HV_OK && rows != import->header.links)
        hv_fault_addf(import->faults, HV_FAULT_ERROR, import->options->net, 0, "<NUMBER OF LINKS>",
                      "the number of links that follow", "%lld, but there are %lld",
                      (long long)import->header.links, (long long)rows);
    return error;
}

/* ---- trips ------------------------------------------------------------------------------------
 */

static void read_pairs(struct import *import, double *total) {
    struct tntp_reader *reader = &import->reader;
    for (size_t i = 0; i < reader->word_count; i += 2) {
        int64_t to;
        double flow;
        if (tntp_number(reader, i, "destination", import->header.zones, &to) &&
            tntp_figure(reader, i + 1, "flow", FIGURE_MAX, &flow))
            *total += flow;
    }
}

static int read_flows(struct import *import, double *from, double *ret_total) {
    struct tntp_header header;
    int64_t origin = 0;
    if (!tntp_read_header(&import->reader, &header))
        return HV_ERR_VALUE;
    while (tntp_next(&import->reader)) {
        if (import->reader.comment)
            continue;
        if (strcmp(import->reader.words[0], "Origin") == 0) {
            if (!tntp_number(&import->reader, 1, "Origin", import->header.zones, &origin))
                origin = 0;
        } else if (origin > 0) {
            read_pairs(import, &from[origin]);
        }
    }
    double sum = 0;
    for (int64_t i = 1; i <= import->header.zones; i++)
        sum += from[i];
    if (header.total_flow >= 0 && fabs(sum - header.total_flow) > 1e-4 * (1 + header.total_flow))
        hv_fault_addf(import->faults, HV_FAULT_WARNING, import->options->trips, 0,
                      "<TOTAL OD FLOW>", "the sum of the flows", "%.10g, but the flows are %.10g",
                      header.total_flow, sum);
    *ret_total = sum;
    return HV_OK;
}

static int add_zones(struct import *import, const double *from) {
    char id[24], name[40];
    for (int64_t i = 1; i <= import->header.zones; i++) {
        struct region_zone zone = builder_blank_zone();
        print_id(i, id);
        zone.id = id;
        snprintf(name, sizeof name, "Zone %s", id);
        zone.name = name;
        zone.node = region_find_node(import->region, id);
        if (zone.node == REGION_NONE) /* named already where its links are */
            continue;
        zone.lon = import->region->nodes[zone.node].x;
        zone.lat = import->region->nodes[zone.node].y;
        double people = fmin(from[i] * import->options->persons_per_vehicle, HV_PEOPLE_MAX);
        for (int time = 0; time < REGION_TIMES; time++)
            zone.people[time][REGION_AGE_UNKNOWN] = llround(people);
        int error = builder_add_zone(import->region, &zone, 0);
        if (error != HV_OK)
            return error;
    }
    return HV_OK;
}

static int read_trips(struct import *import, struct import_text trips) {
    double *from = calloc((size_t)import->header.zones + 1, sizeof *from), total = 0;
    if (from == NULL)
        return HV_ERR_MEMORY;
    tntp_start(&import->reader, trips, import->options->trips, import->faults);
    int error = read_flows(import, from, &total);
    if (error == HV_OK)
        error = add_zones(import, from);
    free(from);
    return error;
}

/* ---- the three files --------------------------------------------------------------------------
 */

static int read_header(struct import *import, struct import_text net) {
    tntp_start(&import->reader, net, import->options->net, import->faults);
    if (!tntp_read_header(&import->reader, &import->header))
        return HV_ERR_VALUE;
    struct tntp_header *header = &import->header;
    bool sound = header->nodes >= 1 && header->nodes <= (int64_t)HV_REGION_NODES_MAX &&
                 header->zones >= 0 && header->zones <= header->nodes && header->links >= 0;
    if (!sound)
        hv_fault_add(import->faults, HV_FAULT_ERROR, import->options->net, 0, "",
                     "the header lacks nodes, zones or links, or they contradict each other",
                     "<NUMBER OF ZONES>, <NUMBER OF NODES>, <NUMBER OF LINKS>");
    if (header->first_thru < 0)
        header->first_thru = 1;
    return sound ? HV_OK : HV_ERR_VALUE;
}

static int read_all(struct import *import, struct import_text net, struct import_text nodes,
                    struct import_text trips) {
    int error = read_header(import, net);
    size_t links_at = import->reader.at;
    uint32_t links_line = import->reader.line;
    if (error == HV_OK)
        error = read_nodes(import, nodes);
    if (error == HV_OK) {
        tntp_start(&import->reader, net, import->options->net, import->faults);
        import->reader.at = links_at;
        import->reader.line = links_line;
        error = read_links(import);
    }
    if (error == HV_OK && trips.bytes != NULL)
        error = read_trips(import, trips);
    return error;
}

int import_tntp_read(const struct import_tntp_options *options, struct import_text net,
                     struct import_text nodes, struct import_text trips,
                     struct hv_fault_list *faults, struct region **ret_region) {
    struct import *import = calloc(1, sizeof *import);
    if (import == NULL)
        return HV_ERR_MEMORY;
    import->options = options;
    import->faults = faults;
    int error = import_new_region("tntp", "Road network from TNTP", "", "", &import->region);
    if (error == HV_OK) {
        import->region->coordinates = options->coordinates;
        import->region->persons_per_vehicle = options->persons_per_vehicle;
        error = read_all(import, net, nodes, trips);
    }
    if (error != HV_OK)
        region_free(import->region);
    else
        *ret_region = import->region;
    free(import);
    return error;
}

int import_tntp(const struct import_tntp_options *options, struct hv_fault_list *faults,
                struct region **ret_region) {
    const char *paths[3] = {options->net, options->nodes, options->trips};
    char *bytes[3] = {NULL, NULL, NULL};
    size_t sizes[3] = {0, 0, 0};
    int error = HV_OK;
    for (int i = 0; i < 3 && error == HV_OK; i++)
        if (paths[i] != NULL)
            error = table_slurp(paths[i], paths[i], faults, &bytes[i], &sizes[i]);
    if (error == HV_OK)
        error = import_tntp_read(options, (struct import_text){bytes[0], sizes[0]},
                                 (struct import_text){bytes[1], sizes[1]},
                                 (struct import_text){bytes[2], sizes[2]}, faults, ret_region);
    for (int i = 0; i < 3; i++)
        free(bytes[i]);
    return error;
}
