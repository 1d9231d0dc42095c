/* OpenStreetMap ways as small programs: tags of a way as "key=value" lines, then the network of
 * ways over sixteen nodes that the remaining bytes draw. What comes out is strongly connected. The
 * same tags and bytes as a relation: what turns it restricts is named with the roads they are of.
 */
#include "coordinator/region/builder.h"
#include "coordinator/region/graph.h"
#include "coordinator/region/osm_network.h"
#include "coordinator/region/osm_turn.h"

#include <stdlib.h>
#include <string.h>

#define NODES 16

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static size_t read_tags(char *text, struct osm_tag tags[8]) {
    size_t count = 0;
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL && count < 8;
         line = strtok_r(NULL, "\n", &rest)) {
        char *equals = strchr(line, '=');
        if (equals == NULL)
            continue;
        *equals = '\0';
        tags[count++] = (struct osm_tag){line, equals + 1};
    }
    return count;
}

static void check_road(const struct osm_road *road) {
    if (road->lanes[0] < 0 || road->lanes[1] < 0 || road->lanes[0] + road->lanes[1] == 0 ||
        !(road->speed_km_h >= 5 && road->speed_km_h <= 200))
        abort();
}

static void check_connected(const struct region *region) {
    struct graph graph;
    uint32_t component[NODES + 1], count = 0;
    if (region->node_count == 0)
        return;
    if (graph_new(region, false, &graph) != HV_OK ||
        graph_components(&graph, component, &count) != HV_OK || count != 1)
        abort();
    graph_free(&graph);
}

struct tags {
    struct osm_tag tags[8];
    size_t count;
};

static void turn(const struct tags *tags, const uint8_t *bytes, size_t size,
                 const struct region *region, struct hv_fault_list *faults) {
    static const char *const ROLES[] = {"from", "via", "to", ""};
    struct osm_turn_member members[16];
    struct osm_turns turns = {0};
    size_t count = 0;
    for (size_t i = 0; i < size && count < 16; i++)
        members[count++] =
            (struct osm_turn_member){(bytes[i] & 4) == 0, bytes[i] >> 3, ROLES[bytes[i] & 3]};
    if (osm_turns_add(&turns, 1, tags->tags, tags->count, members, count) != HV_OK ||
        turns.count > 8 * 8 || osm_turns_name(&turns, region, "x", faults) != HV_OK)
        abort();
    for (size_t i = 0; i < turns.count; i++)
        if (strncmp(turns.turns[i].kind, "no_", 3) != 0 &&
            strncmp(turns.turns[i].kind, "only_", 5) != 0)
            abort();
    osm_turns_deinit(&turns);
}

static void draw(const struct osm_road *road, const struct tags *tags, const uint8_t *bytes,
                 size_t size) {
    struct osm_network network;
    struct hv_fault_list faults;
    struct region *region = NULL;
    long long refs[NODES];
    hv_fault_list_init(&faults);
    osm_network_init(&network);
    for (size_t at = 0; at < size;) {
        size_t count = 0;
        while (at < size && bytes[at] != 0xFF && count < NODES)
            refs[count++] = bytes[at++] % (NODES + 2); /* two are never placed */
        at++;
        if (osm_network_add_way(&network, (int64_t)(at % 7), road, refs, count) != HV_OK)
            abort();
    }
    if (osm_network_sort(&network) != HV_OK || builder_new(&region) != HV_OK)
        abort();
    for (int i = 0; i < NODES; i++)
        osm_network_place(&network, i, 0.25 * i, 0.1 * (i % 4));
    if (osm_network_build(&network, false, "x", &faults, region) != HV_OK)
        abort();
    check_connected(region);
    turn(tags, bytes, size, region, &faults);
    region_free(region);
    osm_network_deinit(&network);
    hv_fault_list_deinit(&faults);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    const uint8_t *end = size == 0 ? NULL : memchr(bytes, 0, size);
    size_t length = end == NULL ? size : (size_t)(end - bytes);
    char *text = malloc(length + 1);
    struct tags tags;
    struct osm_road road;
    if (text == NULL)
        return 0;
    memcpy(text, bytes, length);
    text[length] = '\0';
    tags.count = read_tags(text, tags.tags);
    if (osm_road_read(tags.tags, tags.count, &road)) {
        check_road(&road);
        if (end != NULL)
            draw(&road, &tags, end + 1, size - length - 1);
    }
    free(text);
    return 0;
}
