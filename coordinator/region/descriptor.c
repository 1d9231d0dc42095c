#include "coordinator/region/descriptor.h"

#include "coordinator/region/json_fields.h"
#include "coordinator/region/json_place.h"
#include "coordinator/region/scan.h"
#include "coordinator/region/table.h"
#include "schemas/limits.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const TABLE_NAMES[DESCRIPTOR_TABLES] = {
    [BUILDER_NODES] = "node",      [BUILDER_LINKS] = "link",
    [BUILDER_ZONES] = "zones",     [BUILDER_SHELTERS] = "shelters",
    [BUILDER_DEPOTS] = "depots",   [BUILDER_ITEMS] = "items",
    [BUILDER_STOCK] = "stock",     [BUILDER_VEHICLES] = "vehicles",
    [DESCRIPTOR_CONFIG] = "config"};

const char *descriptor_table_name(unsigned table) {
    return table < DESCRIPTOR_TABLES ? TABLE_NAMES[table] : "";
}

struct reading {
    const char *file, *bytes;
    size_t size;
    struct hv_fault_list *faults;
    struct descriptor *descriptor;
    int error; /* HV_ERR_MEMORY once memory ran out */
};

static void wrong(struct reading *reading, const char *key, const char *there, const char *right) {
    hv_fault_add(reading->faults, HV_FAULT_ERROR, reading->file,
                 json_place_line(reading->bytes, reading->size, key), key, there, right);
}

static void wrong_value(struct reading *reading, const char *key, const json_t *value,
                        const char *right) {
    char there[80] = "nothing", shown[68];
    char *text = value == NULL ? NULL : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    if (text != NULL) {
        scan_shown(text, strlen(text), 60, shown);
        snprintf(there, sizeof there, "%s", shown);
    }
    free(text);
    wrong(reading, key, there, right);
}

/* A text of the object; "" where absent and not required. */
static const char *text_of(struct reading *reading, const json_t *object, const char *key,
                           const char *shown_key, bool required) {
    const json_t *value = json_object_get(object, key);
    if (value == NULL && !required)
        return "";
    if (!json_is_string(value) || (required && json_string_length(value) == 0) ||
        json_string_length(value) > HV_TEXT_BYTES_MAX ||
        scan_has_control(json_string_value(value))) {
        char right[64];
        snprintf(right, sizeof right, "a text of at most %u bytes on one line", HV_TEXT_BYTES_MAX);
        wrong_value(reading, shown_key, value, right);
        return "";
    }
    return json_string_value(value);
}

static void set_text(struct reading *reading, char **field, const char *text) {
    char *copy = strdup(text);
    if (copy == NULL) {
        reading->error = HV_ERR_MEMORY;
        return;
    }
    free(*field);
    *field = copy;
}

/* ---- what it is called ------------------------------------------------------------------------
 */

static bool is_package_name(const char *name) {
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.");
    return length > 0 && length <= HV_ID_BYTES_MAX && name[length] == '\0';
}

static void read_sources(struct reading *reading, const json_t *package) {
    const json_t *sources = json_object_get(package, "sources");
    if (sources == NULL)
        return;
    char text[HV_TEXT_BYTES_MAX + 1] = "";
    size_t used = 0;
    for (size_t i = 0; i < json_array_size(sources); i++) {
        const char *title =
            text_of(reading, json_array_get(sources, i), "title", "sources.title", true);
        int step = snprintf(text + used, sizeof text - used, "%s%s", used == 0 ? "" : "; ", title);
        if (step < 0 || (size_t)step >= sizeof text - used) {
            wrong(reading, "sources", "titles that are too long together", "1024 bytes at most");
            return;
        }
        used += (size_t)step;
    }
    set_text(reading, &reading->descriptor->sources, text);
}

static void read_titles(struct reading *reading, const json_t *package, const json_t *haven) {
    struct descriptor *descriptor = reading->descriptor;
    const char *id = text_of(reading, package, "name", "name", true);
    if (id[0] != '\0' && !is_package_name(id))
        wrong_value(reading, "name", json_object_get(package, "name"),
                    "1 to 64 of a-z, 0-9, \"-\", \"_\" and \".\"");
    set_text(reading, &descriptor->id, id);
    set_text(reading, &descriptor->name, text_of(reading, package, "title", "title", false));
    const char *version = text_of(reading, package, "version", "version", false);
    set_text(reading, &descriptor->version, version[0] == '\0' ? "1.0.0" : version);
    set_text(reading, &descriptor->name_zh,
             text_of(reading, haven, "title_zh", "haven.title_zh", false));
    read_sources(reading, package);
}

/* ---- units ------------------------------------------------------------------------------------
 */

static const char *const UNIT_KEYS[UNITS_QUANTITIES] = {
    [UNITS_LENGTH] = "length",
    [UNITS_TIME] = "time",
    [UNITS_SPEED] = "speed",
    [UNITS_CAPACITY] = "capacity",
};

static void read_units(struct reading *reading, const json_t *haven) {
    const json_t *units = json_object_get(haven, "units");
    if (units != NULL && !json_is_object(units))
        wrong_value(reading, "haven.units", units, "an object such as {\"length\": \"m\"}");
    for (int i = 0; i < UNITS_QUANTITIES; i++) {
        const json_t *value = json_object_get(units, UNIT_KEYS[i]);
        if (value == NULL)
            continue;
        char key[32];
        snprintf(key, sizeof key, "haven.units.%s", UNIT_KEYS[i]);
        double factor = json_is_string(value)
                            ? units_factor((enum units_quantity)i, json_string_value(value))
                            : 0;
        reading->descriptor->factors[i] = factor > 0 ? factor : 1; /* the tables are read on */
        if (!(factor > 0))
            wrong_value(reading, key, value, units_words((enum units_quantity)i));
    }
}

static void read_capacity_per(struct reading *reading, const json_t *haven) {
    const json_t *value = json_object_get(haven, "capacity_per");
    if (value == NULL)
        return;
    const char *word = json_is_string(value) ? json_string_value(value) : "";
    reading->descriptor->capacity_declared = true;
    reading->descriptor->capacity_per_lane = strcmp(word, "lane") == 0;
    if (strcmp(word, "lane") != 0 && strcmp(word, "link") != 0)
        wrong_value(reading, "haven.capacity_per", value, "\"lane\" or \"link\"");
}

static void read_coordinates(struct reading *reading, const json_t *haven) {
    const json_t *value = json_object_get(haven, "coordinates");
    if (value == NULL)
        return;
    const char *word = json_is_string(value) ? json_string_value(value) : "";
    if (strcmp(word, "lonlat") != 0)
        reading->descriptor->coordinates = REGION_PLANE; /* whatever it is, all may be right */
    if (strcmp(word, "lonlat") != 0 && strcmp(word, "plane") != 0)
        wrong_value(reading, "haven.coordinates", value, "\"lonlat\" or \"plane\"");
}

static void read_persons(struct reading *reading, const json_t *haven) {
    const json_t *value = json_object_get(haven, "persons_per_vehicle");
    if (value == NULL)
        return;
    double persons = json_is_number(value) ? json_number_value(value) : 0;
    if (persons >= 0.1 && persons <= 100)
        reading->descriptor->persons_per_vehicle = persons;
    else
        wrong_value(reading, "haven.persons_per_vehicle", value, "a number from 0.1 to 100");
}

/* A unit that is mistyped would be taken for the one that counts where none is given. */
static void check_fields(const struct reading *reading, const json_t *haven) {
    static const char *const of_haven[] = {
        "format", "title_zh", "units", "capacity_per", "coordinates", "persons_per_vehicle", NULL};
    static const char *const of_units[] = {"length", "time", "speed", "capacity", NULL};
    struct hv_fault_list *faults = reading->faults;
    const size_t before = faults->count;
    json_fields_check(faults, reading->file, "haven", haven, of_haven);
    json_fields_check(faults, reading->file, "haven.units", json_object_get(haven, "units"),
                      of_units);
    for (size_t i = before; i < faults->count; i++)
        faults->faults[i].line =
            json_place_line(reading->bytes, reading->size, faults->faults[i].column);
}

static void read_haven(struct reading *reading, const json_t *haven) {
    if (haven == NULL)
        return;
    if (!json_is_object(haven)) {
        wrong_value(reading, "haven", haven, "an object with units and the like");
        return;
    }
    const json_t *format = json_object_get(haven, "format");
    if (format != NULL &&
        (!json_is_string(format) || strcmp(json_string_value(format), DESCRIPTOR_FORMAT) != 0))
        wrong_value(reading, "haven.format", format, "\"" DESCRIPTOR_FORMAT "\"");
    check_fields(reading, haven);
    read_units(reading, haven);
    read_capacity_per(reading, haven);
    read_coordinates(reading, haven);
    read_persons(reading, haven);
}

/* ---- tables -----------------------------------------------------------------------------------
 */

/* Whether a path stays inside the package's folder. */
static bool is_inside(const char *path) {
    if (path[0] == '\0' || path[0] == '/' || strchr(path, '\\') != NULL ||
        strstr(path, "://") != NULL)
        return false;
    for (const char *part = path; part != NULL;) {
        const char *end = strchr(part, '/');
        size_t length = end == NULL ? strlen(part) : (size_t)(end - part);
        if (length == 0 || (length == 1 && part[0] == '.') ||
            (length == 2 && part[0] == '.' && part[1] == '.'))
            return false;
        part = end == NULL ? NULL : end + 1;
    }
    return true;
}

static char delimiter_of(struct reading *reading, const json_t *resource, const char *key) {
    const json_t *value = json_object_get(json_object_get(resource, "dialect"), "delimiter");
    if (value == NULL)
        return ',';
    const char *text = json_is_string(value) ? json_string_value(value) : "";
    if (strlen(text) == 1 && strchr(",;\t|", text[0]) != NULL)
        return text[0];
    wrong_value(reading, key, value, "a delimiter \",\", \";\", \"|\" or a tab");
    return ',';
}

static void read_table(struct reading *reading, const json_t *resource, unsigned table,
                       size_t index) {
    struct descriptor_table *slot = &reading->descriptor->tables[table];
    char key[64];
    snprintf(key, sizeof key, "resources[%zu].path", index);
    const json_t *path = json_object_get(resource, "path");
    if (!json_is_string(path) || !is_inside(json_string_value(path)) ||
        json_string_length(path) > HV_TEXT_BYTES_MAX || scan_has_control(json_string_value(path))) {
        wrong_value(reading, key, path, "one file inside the package's folder, such as node.csv");
        return;
    }
    if (slot->path != NULL) {
        wrong_value(reading, key, json_object_get(resource, "name"), "each table once");
        return;
    }
    set_text(reading, &slot->path, json_string_value(path));
    snprintf(key, sizeof key, "resources[%zu].dialect", index);
    slot->delimiter = delimiter_of(reading, resource, key);
    const json_t *encoding = json_object_get(resource, "encoding");
    snprintf(key, sizeof key, "resources[%zu].encoding", index);
    const char *word = json_is_string(encoding) ? json_string_value(encoding) : "utf-8";
    if (strcmp(word, "utf-8") != 0 && strcmp(word, "UTF-8") != 0)
        wrong_value(reading, key, encoding, "\"utf-8\", and the file saved so");
}

static void read_resource(struct reading *reading, const json_t *resource, size_t index) {
    char key[64];
    snprintf(key, sizeof key, "resources[%zu].name", index);
    const json_t *name = json_object_get(resource, "name");
    if (!json_is_string(name)) {
        wrong_value(reading, key, name, "the table's name, such as \"node\"");
        return;
    }
    for (unsigned table = 0; table < DESCRIPTOR_TABLES; table++)
        if (strcmp(json_string_value(name), TABLE_NAMES[table]) == 0)
            read_table(reading, resource, table, index);
}

static void read_resources(struct reading *reading, const json_t *package) {
    const json_t *resources = json_object_get(package, "resources");
    if (!json_is_array(resources) || json_array_size(resources) == 0) {
        wrong_value(reading, "resources", resources,
                    "a list of tables, each with \"name\" and \"path\"");
        return;
    }
    for (size_t i = 0; i < json_array_size(resources); i++)
        read_resource(reading, json_array_get(resources, i), i);
}

/* ---- the file ---------------------------------------------------------------------------------
 */

/* Without tables that can be found there is nothing to read on; whatever else is wrong, the tables
 * have faults of their own to be named. */
static int parse(struct reading *reading) {
    json_error_t where;
    json_t *package = json_loadb(reading->bytes, reading->size, JSON_REJECT_DUPLICATES, &where);
    size_t before = reading->faults->errors;
    if (package == NULL) {
        hv_fault_add(reading->faults, HV_FAULT_ERROR, reading->file,
                     where.line > 0 ? (uint32_t)where.line : 0, "", where.text,
                     "a JSON object in UTF-8");
    } else if (!json_is_object(package)) {
        wrong_value(reading, "", package, "a JSON object");
    } else {
        const json_t *haven = json_object_get(package, "haven");
        reading->descriptor->units_line =
            json_place_line(reading->bytes, reading->size, "haven.units");
        read_titles(reading, package, haven);
        read_haven(reading, haven);
        before = reading->faults->errors;
        read_resources(reading, package);
    }
    json_decref(package);
    return reading->faults->errors > before ? HV_ERR_VALUE : reading->error;
}

int descriptor_read(const char *bytes, size_t size, const char *file, struct hv_fault_list *faults,
                    struct descriptor *ret_descriptor) {
    struct descriptor descriptor = {
        .coordinates = REGION_LONLAT,
        .persons_per_vehicle = 2.5,
    };
    struct reading reading = {
        .file = file, .bytes = bytes, .size = size, .faults = faults, .descriptor = &descriptor};
    char **texts[] = {&descriptor.id, &descriptor.name, &descriptor.name_zh, &descriptor.version,
                      &descriptor.sources};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        set_text(&reading, texts[i], "");
    int error = reading.error == HV_OK ? parse(&reading) : reading.error;
    if (error != HV_OK)
        descriptor_deinit(&descriptor);
    else
        *ret_descriptor = descriptor;
    return error;
}

void descriptor_deinit(struct descriptor *descriptor) {
    free(descriptor->id);
    free(descriptor->name);
    free(descriptor->name_zh);
    free(descriptor->version);
    free(descriptor->sources);
    for (unsigned i = 0; i < DESCRIPTOR_TABLES; i++)
        free(descriptor->tables[i].path);
    *descriptor = (struct descriptor){0};
}

/* ---- GMNS's config table ----------------------------------------------------------------------
 */

enum { CONFIG_LONG_LENGTH, CONFIG_SPEED, CONFIG_COLUMNS };

static const struct table_column CONFIG[CONFIG_COLUMNS] = {
    [CONFIG_LONG_LENGTH] = {"long_length", false},
    [CONFIG_SPEED] = {"speed", false},
};

static void take_unit(struct table_row *row, size_t column, enum units_quantity quantity,
                      struct descriptor *descriptor) {
    const char *word = table_text(row, column);
    if (word[0] == '\0' || descriptor->factors[quantity] > 0)
        return;
    double factor = units_factor(quantity, word);
    if (factor > 0)
        descriptor->factors[quantity] = factor;
    else
        table_wrong(row, column, units_words(quantity));
}

static int take_config(struct table_row *row, void *context) {
    take_unit(row, CONFIG_LONG_LENGTH, UNITS_LENGTH, context);
    take_unit(row, CONFIG_SPEED, UNITS_SPEED, context);
    return HV_OK;
}

int descriptor_read_config(const char *bytes, size_t size, const char *file,
                           struct hv_fault_list *faults, struct descriptor *descriptor) {
    static const struct table_format FORMAT = {CONFIG, CONFIG_COLUMNS, ',', false, false};
    int error = table_read(bytes, size, file, &FORMAT, faults, take_config, descriptor);
    if (error != HV_OK)
        return error;
    if (!descriptor->capacity_declared) { /* GMNS: vehicles an hour and lane */
        descriptor->capacity_declared = descriptor->capacity_per_lane = true;
        if (!(descriptor->factors[UNITS_CAPACITY] > 0))
            descriptor->factors[UNITS_CAPACITY] = 1;
    }
    return HV_OK;
}
