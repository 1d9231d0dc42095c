/* Import of OpenStreetMap extracts through readosm: one pass over ways and relations,
 * one over the nodes. */
#include "coordinator/region/import.h"
#include "coordinator/region/import_common.h"
#include "coordinator/region/osm_network.h"
#include "coordinator/region/osm_turn.h"
#include "schemas/limits.h"

#include <readosm.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define TAGS_MAX 256
#define MEMBERS_MAX 64 /* of a turn restriction */

struct import {
    struct osm_network network;
    struct osm_turns turns;
    int error; /* of a callback */
};

/* ---- passes -----------------------------------------------------------------------------------
 */

/* readosm hands back what it was given as a pointer to const; the struct behind it is ours. */
static struct import *own(const void *context) {
    struct import *import;
    memcpy(&import, &context, sizeof import);
    return import;
}

static size_t list_tags(const readosm_tag *given, int count, struct osm_tag tags[TAGS_MAX]) {
    size_t listed = 0;
    for (int i = 0; i < count && listed < TAGS_MAX; i++)
        if (given[i].key != NULL && given[i].value != NULL)
            tags[listed++] = (struct osm_tag){given[i].key, given[i].value};
    return listed;
}

static int take_way(const void *context, const readosm_way *way) {
    struct import *import = own(context);
    struct osm_tag tags[TAGS_MAX];
    struct osm_road road;
    size_t count = list_tags(way->tags, way->tag_count, tags);
    if (way->node_ref_count < 2 || !osm_road_read(tags, count, &road))
        return READOSM_OK;
    import->error = osm_network_add_way(&import->network, way->id, &road, way->node_refs,
                                        (size_t)way->node_ref_count);
    return import->error == HV_OK ? READOSM_OK : READOSM_ABORT;
}

static int take_relation(const void *context, const readosm_relation *relation) {
    struct import *import = own(context);
    struct osm_tag tags[TAGS_MAX];
    struct osm_turn_member members[MEMBERS_MAX];
    size_t count = 0;
    if (relation->member_count > MEMBERS_MAX)
        return READOSM_OK; /* a route, a border: no restriction has so many */
    for (int i = 0; i < relation->member_count; i++) {
        const readosm_member *member = &relation->members[i];
        if (member->role != NULL && member->member_type != READOSM_MEMBER_RELATION)
            members[count++] = (struct osm_turn_member){member->member_type == READOSM_MEMBER_WAY,
                                                        member->id, member->role};
    }
    import->error =
        osm_turns_add(&import->turns, relation->id, tags,
                      list_tags(relation->tags, relation->tag_count, tags), members, count);
    return import->error == HV_OK ? READOSM_OK : READOSM_ABORT;
}

static int take_node(const void *context, const readosm_node *node) {
    osm_network_place(&own(context)->network, node->id, node->longitude, node->latitude);
    return READOSM_OK;
}

static int refuse(const char *file, struct hv_fault_list *faults, int code) {
    const char *wrong = "cannot be read as OpenStreetMap data";
    int error = HV_ERR_VALUE;
    if (code == READOSM_INSUFFICIENT_MEMORY)
        return HV_ERR_MEMORY;
    if (code == READOSM_FILE_NOT_FOUND) {
        wrong = "does not exist or may not be read";
        error = HV_ERR_IO;
    } else if (code == READOSM_READ_ERROR) {
        wrong = "could not be read to its end";
        error = HV_ERR_IO;
    } else if (code == READOSM_XML_ERROR) {
        wrong = "is not well-formed XML";
    } else if (code == READOSM_INVALID_PBF_HEADER || code == READOSM_UNZIP_ERROR) {
        wrong = "is no sound PBF file";
    }
    hv_fault_add(faults, HV_FAULT_ERROR, file, 0, "", wrong,
                 "an OpenStreetMap extract, .osm, .osm.pbf or .osm.gz");
    return error;
}

static int pass(struct import *import, const char *path, const char *shown,
                struct hv_fault_list *faults, readosm_node_callback on_node,
                readosm_way_callback on_way, readosm_relation_callback on_relation) {
    const void *handle = NULL;
    int code = readosm_open(path, &handle);
    if (code == READOSM_OK)
        code = readosm_parse(handle, import, on_node, on_way, on_relation);
    if (handle != NULL)
        readosm_close(handle);
    if (import->error != HV_OK)
        return import->error;
    return code == READOSM_OK ? HV_OK : refuse(shown, faults, code);
}

/* ---- .osm.gz ----------------------------------------------------------------------------------
 */

static int inflate_to(gzFile in, FILE *out) {
    char block[65536];
    size_t total = 0;
    int got;
    while ((got = gzread(in, block, sizeof block)) > 0) {
        total += (size_t)got;
        if (total > HV_REGION_FILE_BYTES_MAX)
            return HV_ERR_LIMIT;
        if (fwrite(block, 1, (size_t)got, out) != (size_t)got)
            return errno == ENOSPC ? HV_ERR_FULL : HV_ERR_IO;
    }
    if (got < 0 || !gzeof(in))
        return HV_ERR_FORMAT;
    return fflush(out) == 0 ? HV_OK : HV_ERR_IO;
}

static int inflate_file(const char *file, int to, struct hv_fault_list *faults) {
    gzFile in = gzopen(file, "rb");
    FILE *out = fdopen(to, "wb");
    int error = out == NULL ? HV_ERR_MEMORY : in == NULL ? HV_ERR_IO : inflate_to(in, out);
    if (in == NULL)
        hv_fault_add(faults, HV_FAULT_ERROR, file, 0, "", strerror(errno),
                     "a file that exists and may be read");
    else if (error == HV_ERR_FORMAT)
        hv_fault_add(faults, HV_FAULT_ERROR, file, 0, "", "broken or cut off gzip data",
                     "a whole .osm.gz file");
    else if (error == HV_ERR_LIMIT)
        hv_fault_add(faults, HV_FAULT_ERROR, file, 0, "", "more than 1 GiB when unpacked",
                     "a smaller extract, or the same as .osm.pbf");
    if (in != NULL)
        gzclose(in);
    if (out != NULL)
        fclose(out);
    else
        close(to);
    return error == HV_ERR_FORMAT ? HV_ERR_VALUE : error;
}

/* readosm knows plain files only: unpacks into a temporary one, which the caller unlinks. */
static int unpack(const char *file, struct hv_fault_list *faults, char path[256]) {
    const char *folder = getenv("TMPDIR");
    int length = snprintf(path, 256, "%s/haven-XXXXXX.osm", folder == NULL ? "/tmp" : folder);
    if (length < 0 || length >= 256)
        return HV_ERR_LIMIT;
    int to = mkstemps(path, 4);
    if (to < 0) {
        hv_fault_addf(faults, HV_FAULT_ERROR, path, 0, "", "a TMPDIR that may be written to",
                      "cannot be made: %s", strerror(errno));
        return HV_ERR_IO;
    }
    int error = inflate_file(file, to, faults);
    if (error != HV_OK)
        unlink(path);
    return error;
}

/* ---- the file ---------------------------------------------------------------------------------
 */

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text), tail = strlen(end);
    return length > tail && strcmp(text + length - tail, end) == 0;
}

static int read_plain(const char *path, const char *shown, const struct import_osm_options *options,
                      struct hv_fault_list *faults, struct region *region) {
    struct import import = {.error = HV_OK};
    osm_network_init(&import.network);
    int error = pass(&import, path, shown, faults, NULL, take_way, take_relation);
    if (error == HV_OK)
        error = osm_network_sort(&import.network);
    if (error == HV_OK)
        error = pass(&import, path, shown, faults, take_node, NULL, NULL);
    if (error == HV_OK)
        error = osm_network_build(&import.network, options->keep_all, shown, faults, region);
    if (error == HV_OK && region->link_count == 0)
        hv_fault_add(faults, HV_FAULT_WARNING, shown, 0, "", "no road for motor vehicles",
                     "an extract with roads");
    if (error == HV_OK)
        error = osm_turns_name(&import.turns, region, shown, faults);
    osm_turns_deinit(&import.turns);
    osm_network_deinit(&import.network);
    return error;
}

static int read_any(const char *file, const struct import_osm_options *options,
                    struct hv_fault_list *faults, struct region *region) {
    char path[256];
    if (ends_with(file, ".osm") || ends_with(file, ".pbf"))
        return read_plain(file, file, options, faults, region);
    if (!ends_with(file, ".osm.gz")) {
        hv_fault_add(faults, HV_FAULT_ERROR, file, 0, "", "an unknown ending of the name",
                     "a file named .osm, .osm.pbf or .osm.gz");
        return HV_ERR_VALUE;
    }
    int error = unpack(file, faults, path);
    if (error != HV_OK)
        return error;
    error = read_plain(path, file, options, faults, region);
    unlink(path);
    return error;
}

int import_osm(const char *file, const struct import_osm_options *options,
               struct hv_fault_list *faults, struct region **ret_region) {
    struct region *region = NULL;
    int error = import_new_region("osm", "Roads from OpenStreetMap", "",
                                  "© OpenStreetMap contributors, ODbL 1.0", &region);
    if (error == HV_OK)
        error = read_any(file, options, faults, region);
    if (error != HV_OK)
        region_free(region);
    else
        *ret_region = region;
    return error;
}
