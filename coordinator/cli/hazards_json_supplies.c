/* What pre-positioning costs: items, and the sizes of stores. */
#include "coordinator/cli/hazards_json_inside.h"

#include "coordinator/region/json_fields.h"

#define FIGURE_MAX 1e12

static void read_items(struct hazards_reading *reading, const struct json_row *supplies) {
    struct hazards_document *document = reading->document;
    char name[96];
    static const char *const known[] = {
        "id", "price", "holding_cost", "shortage_cost", "transport_cost", NULL};
    const json_t *rows = hazards_json_rows(reading, supplies, "items", 1, 1000, name, sizeof name);
    if (rows == NULL || !hazards_json_ids(reading, rows, name))
        return;
    hazards_json_fields(reading, rows, name, known);
    document->items = hazards_json_room(reading, json_array_size(rows), sizeof *document->items);
    for (size_t i = 0; document->items != NULL && i < json_array_size(rows); i++) {
        struct json_row row = json_row_at(&reading->json, rows, name, i);
        const char *id = json_row_text(&row, "id");
        uint32_t item = id == NULL ? REGION_NONE : region_find_item(reading->region, id);
        if (id != NULL && item == REGION_NONE)
            json_row_fault(&row, "id", "the id of an item of the region", "no item “%s”", id);
        else if (id != NULL && reading->region->items[item].volume_ml < 0)
            json_row_fault(&row, "id", "an item whose volume the region tells", "“%s”", id);
        document->items[document->item_count++] = (struct supply_item){
            item,
            json_row_number(&row, "price", true, 0, 0, FIGURE_MAX),
            json_row_number(&row, "holding_cost", false, 0, 0, FIGURE_MAX),
            json_row_number(&row, "shortage_cost", true, 0, 0, FIGURE_MAX),
            json_row_number(&row, "transport_cost", true, 0, 0, FIGURE_MAX),
        };
    }
}

void hazards_json_supplies(struct hazards_reading *reading) {
    struct hazards_document *document = reading->document;
    json_t *supplies = json_object_get(document->root, "supplies");
    if (supplies == NULL)
        return;
    if (!json_is_object(supplies)) {
        json_fault(&reading->json, "supplies", "not an object", "an object");
        return;
    }
    static const char *const known[] = {"days", "items", "sizes", NULL};
    static const char *const of_sizes[] = {"id", "fixed_cost", "capacity_m3", NULL};
    struct json_row row = {&reading->json, supplies, "supplies", 0};
    char name[96];
    json_fields_check(reading->json.faults, reading->json.path, "supplies", supplies, known);
    document->days = json_row_number(&row, "days", true, 0, 0.01, 1000);
    read_items(reading, &row);
    const json_t *rows = hazards_json_rows(reading, &row, "sizes", 1, 100, name, sizeof name);
    if (rows == NULL || !hazards_json_ids(reading, rows, name))
        return;
    hazards_json_fields(reading, rows, name, of_sizes);
    document->sizes = hazards_json_room(reading, json_array_size(rows), sizeof *document->sizes);
    for (size_t i = 0; document->sizes != NULL && i < json_array_size(rows); i++) {
        struct json_row size = json_row_at(&reading->json, rows, name, i);
        document->sizes[document->size_count++] =
            (struct supply_size){json_row_text(&size, "id"),
                                 json_row_number(&size, "fixed_cost", true, 0, 0, FIGURE_MAX),
                                 json_row_number(&size, "capacity_m3", true, 0, 0, FIGURE_MAX)};
    }
}
