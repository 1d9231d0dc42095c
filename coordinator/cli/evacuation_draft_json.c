#include "coordinator/cli/evacuation_draft_json.h"

#include "coordinator/planning/evacuation_draft.h"

#include <inttypes.h>

static void put_field(FILE *file, const char *field, const char *text) {
    fprintf(file, "\"%s\":", field);
    cli_file_put_text(file, text);
}

static void separate(FILE *file, size_t index) {
    fputs(index == 0 ? "\n" : ",\n", file);
}

static void put_nodes(FILE *file, const struct evacuation_draft *draft) {
    fputs("\"nodes\":[", file);
    for (size_t v = 0; v < draft->instance.node_count; v++) {
        separate(file, v);
        fputc('{', file);
        put_field(file, "id", draft->node_ids[v]);
        fprintf(file, ",\"x\":%.9g,\"y\":%.9g}", draft->node_x[v], draft->node_y[v]);
    }
    fputs("],\n", file);
}

static void put_changes(FILE *file, const struct evacuation_link *link) {
    fputs(",\"capacity_from\":[", file);
    for (size_t i = 0; i < link->change_count; i++)
        fprintf(file, "%s[%" PRId32 ",%" PRId64 "]", i > 0 ? "," : "", link->changes[i].step,
                link->changes[i].capacity);
    fputc(']', file);
}

static void put_link(FILE *file, const struct evacuation_draft *draft,
                     const struct evacuation_link *link, const char *id) {
    fputc('{', file);
    put_field(file, "id", id);
    fputc(',', file);
    put_field(file, "from", draft->node_ids[link->from]);
    fputc(',', file);
    put_field(file, "to", draft->node_ids[link->to]);
    fprintf(file, ",\"travel_steps\":%" PRId32 ",\"capacity_per_step\":%" PRId64,
            link->travel_steps, link->capacity_per_step);
    if (link->change_count > 0)
        put_changes(file, link);
    if (link->closes_at_step != EVACUATION_NEVER)
        fprintf(file, ",\"closes_at_step\":%" PRId32, link->closes_at_step);
}

static void put_links(FILE *file, const struct evacuation_draft *draft) {
    fputs("\"links\":[", file);
    for (size_t l = 0; l < draft->instance.link_count; l++) {
        separate(file, l);
        put_link(file, draft, &draft->instance.links[l], draft->link_ids[l]);
        if (draft->link_names[l][0] != '\0') {
            fputc(',', file);
            put_field(file, "name", draft->link_names[l]);
        }
        if (draft->link_lanes[l] > 0)
            fprintf(file, ",\"lanes\":%" PRId32, draft->link_lanes[l]);
        if (draft->link_opposites[l] >= 0) {
            fputc(',', file);
            put_field(file, "reverse", draft->link_ids[draft->link_opposites[l]]);
        }
        fputc('}', file);
    }
    fputs("],\n", file);
}

static void put_zones(FILE *file, const struct evacuation_draft *draft) {
    fputs("\"zones\":[", file);
    for (size_t z = 0; z < draft->instance.zone_count; z++) {
        const struct evacuation_zone *zone = &draft->instance.zones[z];
        separate(file, z);
        fputc('{', file);
        put_field(file, "id", draft->zone_ids[z]);
        fputc(',', file);
        put_field(file, "node", draft->node_ids[zone->node]);
        fprintf(file, ",\"people\":%" PRId64, zone->people);
        if (zone->earliest_step > 0)
            fprintf(file, ",\"earliest_step\":%" PRId32, zone->earliest_step);
        if (zone->deadline_step != EVACUATION_NEVER)
            fprintf(file, ",\"deadline_step\":%" PRId32, zone->deadline_step);
        if (draft->place_ids[z][0] != '\0') {
            fputc(',', file);
            put_field(file, "place", draft->place_ids[z]);
        }
        fputc('}', file);
    }
    fputs("],\n", file);
}

static void put_shelters(FILE *file, const struct evacuation_draft *draft) {
    fputs("\"shelters\":[", file);
    for (size_t s = 0; s < draft->instance.shelter_count; s++) {
        const struct evacuation_shelter *shelter = &draft->instance.shelters[s];
        separate(file, s);
        fputc('{', file);
        put_field(file, "id", draft->shelter_ids[s]);
        fputc(',', file);
        put_field(file, "node", draft->node_ids[shelter->node]);
        fprintf(file, ",\"capacity\":%" PRId64, shelter->capacity);
        if (shelter->opens_at_step > 0)
            fprintf(file, ",\"opens_at_step\":%" PRId32, shelter->opens_at_step);
        fputc('}', file);
    }
    fputs("]}\n", file);
}

int evacuation_draft_write_instance(FILE *file, const void *context) {
    const struct evacuation_draft *draft = context;
    fputs("{\"format\":\"haven.evacuation.instance/1\",", file);
    put_field(file, "name", draft->name);
    fprintf(file, ",\n\"step_s\":%.10g,\"horizon_steps\":%" PRId32 ",\n", draft->step_s,
            draft->instance.horizon_steps);
    put_nodes(file, draft);
    put_links(file, draft);
    put_zones(file, draft);
    put_shelters(file, draft);
    return ferror(file) ? HV_ERR_IO : HV_OK;
}

/* ---- travellers ---- */

static void put_classes(FILE *file, const struct travellers *travellers) {
    fputs("\"classes\":[", file);
    for (size_t c = 0; c < travellers->class_count; c++) {
        const struct traveller_class *class = &travellers->classes[c];
        separate(file, c);
        fputc('{', file);
        put_field(file, "id", evacuation_draft_class_name((enum evacuation_draft_class)c));
        fprintf(file, ",\"party_people\":%" PRId64 ",\"road_use_permille\":%" PRId64,
                class->party_people, class->road_use_permille);
        if (class->on_foot)
            fputs(",\"on_foot\":true", file);
        if (class->travel_limit_steps != EVACUATION_NEVER)
            fprintf(file, ",\"travel_limit_steps\":%" PRId32, class->travel_limit_steps);
        fputc('}', file);
    }
    fputs("],\n", file);
}

static void put_zone_classes(FILE *file, const struct evacuation_draft *draft) {
    fputs("\"zones\":[", file);
    for (size_t z = 0; z < draft->instance.zone_count; z++) {
        separate(file, z);
        fputc('{', file);
        put_field(file, "zone", draft->zone_ids[z]);
        fputc(',', file);
        put_field(file, "class", evacuation_draft_class_name(draft->entries[z].class));
        fputc('}', file);
    }
    fputs("],\n", file);
}

static void put_takes(FILE *file, const struct evacuation_draft *draft) {
    const struct travellers *travellers = &draft->travellers;
    fputs("\"shelters\":[", file);
    for (size_t s = 0; s < draft->instance.shelter_count; s++) {
        bool first = true;
        separate(file, s);
        fputc('{', file);
        put_field(file, "shelter", draft->shelter_ids[s]);
        fputs(",\"takes\":[", file);
        for (size_t c = 0; c < travellers->class_count; c++) {
            if ((travellers->takes[s] & (1u << c)) == 0)
                continue;
            fputs(first ? "" : ",", file);
            first = false;
            cli_file_put_text(file, evacuation_draft_class_name((enum evacuation_draft_class)c));
        }
        fputs("]}", file);
    }
    fputs("],\n", file);
}

int evacuation_draft_write_travellers(FILE *file, const void *context) {
    const struct evacuation_draft *draft = context;
    fputs("{\"format\":\"haven.evacuation.travellers/1\",", file);
    put_field(file, "instance", draft->name);
    fputs(",\n", file);
    put_classes(file, &draft->travellers);
    put_zone_classes(file, draft);
    put_takes(file, draft);
    fputs("\"footways\":[", file);
    for (size_t f = 0; f < draft->travellers.footway_count; f++) {
        separate(file, f);
        put_link(file, draft, &draft->travellers.footways[f], draft->footway_ids[f]);
        fputc('}', file);
    }
    fputs("]}\n", file);
    return ferror(file) ? HV_ERR_IO : HV_OK;
}
