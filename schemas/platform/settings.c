#include "schemas/platform/atomic_file.h"
#include "schemas/platform/deployment.h"
#include "schemas/platform/http_address.h"

#include "schemas/codec.h"

#include <cyaml/cyaml.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The file as libcyaml loads it: what is absent stays NULL or 0 and keeps its default. */
struct yaml_settings {
    char **bind;
    unsigned bind_count;
    uint32_t *io_threads, *log_map_gib, *checkpoint_every, *beat_s, *plan_every_ms;
    uint64_t *plan_work;
    uint32_t *change_price_s, *stale_percent, *escalate_minutes, *goods_change_price,
        *contraflow_gain_min, *arrival_margin_min, *delivery_hours, *bus_hours, *need_days,
        *ahead_days, *transfer_above_days;
    char *escalate_to;
    char *approval, *stale, *profile, *fairness, *packs;
    char *http, *http_certificate, *http_key, *http_open;
};

enum { FILE_BYTES_MAX = 65536 };

static const cyaml_schema_value_t text_schema = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, DEPLOYMENT_ENDPOINT_BYTES - 1)};

static const cyaml_schema_field_t fields[] = {
    CYAML_FIELD_SEQUENCE("bind", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_settings,
                         bind, &text_schema, 1, HV_ENDPOINTS_MAX),
    CYAML_FIELD_UINT_PTR("io_threads", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct yaml_settings, io_threads),
    CYAML_FIELD_UINT_PTR("log_map_gib", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct yaml_settings, log_map_gib),
    CYAML_FIELD_UINT_PTR("checkpoint_every", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct yaml_settings, checkpoint_every),
    CYAML_FIELD_UINT_PTR("beat_s", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_settings,
                         beat_s),
    CYAML_FIELD_UINT_PTR("plan_every_ms", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct yaml_settings, plan_every_ms),
    CYAML_FIELD_UINT_PTR("plan_work", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct yaml_settings, plan_work),
    CYAML_FIELD_UINT_PTR("change_price_s", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct yaml_settings, change_price_s),
    CYAML_FIELD_UINT_PTR("goods_change_price", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct yaml_settings, goods_change_price),
    CYAML_FIELD_UINT_PTR("contraflow_gain_min", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct yaml_settings, contraflow_gain_min),
    CYAML_FIELD_UINT_PTR("arrival_margin_min", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct yaml_settings, arrival_margin_min),
    CYAML_FIELD_UINT_PTR("delivery_hours", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct yaml_settings, delivery_hours),
    CYAML_FIELD_UINT_PTR("bus_hours", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct yaml_settings, bus_hours),
    CYAML_FIELD_UINT_PTR("need_days", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct yaml_settings, need_days),
    CYAML_FIELD_UINT_PTR("ahead_days", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct yaml_settings, ahead_days),
    CYAML_FIELD_UINT_PTR("transfer_above_days", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct yaml_settings, transfer_above_days),
    CYAML_FIELD_STRING_PTR("fairness", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                           struct yaml_settings, fairness, 1, 32),
    CYAML_FIELD_STRING_PTR("packs", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_settings,
                           packs, 1, 32),
    CYAML_FIELD_UINT_PTR("stale_percent", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct yaml_settings, stale_percent),
    CYAML_FIELD_UINT_PTR("escalate_minutes", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct yaml_settings, escalate_minutes),
    CYAML_FIELD_STRING_PTR("escalate_to", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                           struct yaml_settings, escalate_to, 1, 255),
    CYAML_FIELD_STRING_PTR("approval", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                           struct yaml_settings, approval, 1, 32),
    CYAML_FIELD_STRING_PTR("stale", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_settings,
                           stale, 1, 32),
    CYAML_FIELD_STRING_PTR("profile", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                           struct yaml_settings, profile, 1, 63),
    CYAML_FIELD_STRING_PTR("http", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_settings,
                           http, 1, DEPLOYMENT_HTTP_BYTES - 1),
    CYAML_FIELD_STRING_PTR("http_certificate", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                           struct yaml_settings, http_certificate, 0, DEPLOYMENT_PATH_BYTES - 1),
    CYAML_FIELD_STRING_PTR("http_key", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                           struct yaml_settings, http_key, 0, DEPLOYMENT_PATH_BYTES - 1),
    CYAML_FIELD_STRING_PTR("http_open", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                           struct yaml_settings, http_open, 1, 5),
    CYAML_FIELD_END};

static const cyaml_schema_value_t schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct yaml_settings, fields)};

struct settings settings_default(void) {
    return (struct settings){.bind_count = 1,
                             .bind = {"tcp://*:5670"},
                             .io_threads = 1,
                             .log_map_gib = 64,
                             .checkpoint_every = 200000,
                             .beat_s = 10,
                             .plan_every_ms = 2000,
                             .plan_work = 20000000,
                             .change_price_s = 300,
                             .approval = APPROVAL_MANUAL,
                             .goods_change_price = 50000,
                             .arrival_margin_min = 30,
                             .delivery_hours = 24,
                             .bus_hours = 12,
                             .need_days = 3,
                             .ahead_days = 1,
                             .fairness = FAIRNESS_AFFORDABLE,
                             .stale = STALE_CAUTION,
                             .stale_percent = 50,
                             .profile = "sphere-2018",
                             .escalate_minutes = 15,
                             .escalate_to = "planner, approver",
                             .http = "off"};
}

/* ---- reading ---- */

/* libcyaml tells what is wrong in several lines of its log; the first names the fault, a later one
 * the line. */
struct complaint {
    char text[256];
    unsigned line;
};

static void keep_complaint(cyaml_log_t level, void *context, const char *format,
                           va_list arguments) {
    struct complaint *complaint = context;
    char text[256];
    vsnprintf(text, sizeof text, format, arguments);
    text[strcspn(text, "\n")] = '\0';
    if (level >= CYAML_LOG_ERROR && complaint->text[0] == '\0')
        snprintf(complaint->text, sizeof complaint->text, "%s", text);
    const char *line = strstr(text, "line: ");
    if (line != NULL && complaint->line == 0)
        complaint->line = (unsigned)strtoul(line + 6, NULL, 10);
}

/* Where a line begins with the key, and which line that is, for faults of its value; NULL and 0
 * where none does. */
static const char *find_line(const char *text, const char *key, uint32_t *ret_line) {
    const size_t length = strlen(key);
    *ret_line = 1;
    for (const char *at = text; at != NULL && *at != '\0'; ++*ret_line) {
        if (strncmp(at, key, length) == 0 && at[length] == ':')
            return at;
        at = strchr(at, '\n');
        at = at == NULL ? NULL : at + 1;
    }
    *ret_line = 0;
    return NULL;
}

static uint32_t line_of(const char *text, const char *key) {
    uint32_t line;
    find_line(text, key, &line);
    return line;
}

struct reading {
    const char *path, *text;
    struct hv_fault_list *faults;
};

/* Whether the value is written as a whole number. libcyaml takes what a number begins with, so that
 * 1.5 or 2h would be 1 and 2, and 010 eight. */
static bool written_whole(const struct reading *reading, const char *key) {
    uint32_t line;
    const char *value = find_line(reading->text, key, &line);
    if (value == NULL)
        return true;
    value += strlen(key) + 1;
    value += strspn(value, " \t");
    const size_t digits = strspn(value, "0123456789"),
                 length = strcspn(value, " \t\r\n#"); /* a remark may follow */
    if (digits == length && (digits == 1 || value[0] != '0'))
        return true;
    hv_fault_addf(reading->faults, HV_FAULT_ERROR, reading->path, line, key,
                  "a whole number, in digits alone", "%.*s", (int)(length < 40 ? length : 40),
                  value);
    return false;
}

static void take_number(const struct reading *reading, const char *key, const uint32_t *value,
                        uint32_t least, uint32_t most, uint32_t *setting) {
    if (value == NULL || !written_whole(reading, key))
        return;
    char right[64];
    snprintf(right, sizeof right, "%u to %u", least, most);
    if (*value < least || *value > most)
        hv_fault_addf(reading->faults, HV_FAULT_ERROR, reading->path, line_of(reading->text, key),
                      key, right, "%u", *value);
    else
        *setting = *value;
}

static void take_word(const struct reading *reading, const char *key, const char *value,
                      const char *const words[], const char *right, int *setting) {
    if (value == NULL)
        return;
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], value) == 0) {
            *setting = i;
            return;
        }
    hv_fault_addf(reading->faults, HV_FAULT_ERROR, reading->path, line_of(reading->text, key), key,
                  right, "“%s”", value);
}

static const char *const approvals[] = {"manual", "automatic", "two-persons", NULL};
static const char *const fairnesses[] = {"none", "affordable", "maxmin", NULL};
static const char *const packings[] = {"open", "whole", NULL};
static const char *const stales[] = {"count", "caution", "exclude", NULL};
static const char *const answers[] = {"false", "true", NULL};

static void take_bind(const struct reading *reading, const struct yaml_settings *yaml,
                      struct settings *settings) {
    for (unsigned i = 0; i < yaml->bind_count; i++) {
        if (strstr(yaml->bind[i], "://") == NULL ||
            strlen(yaml->bind[i]) >= DEPLOYMENT_ENDPOINT_BYTES)
            hv_fault_addf(reading->faults, HV_FAULT_ERROR, reading->path,
                          line_of(reading->text, "bind"), "bind",
                          "tcp://ADDRESS:PORT, * for every address", "“%s”", yaml->bind[i]);
        snprintf(settings->bind[i], DEPLOYMENT_ENDPOINT_BYTES, "%s", yaml->bind[i]);
    }
    if (yaml->bind_count > 0)
        settings->bind_count = yaml->bind_count;
}

/* Beyond this machine nothing goes out in the clear. */
static void take_http(const struct reading *reading, const struct yaml_settings *yaml,
                      struct settings *settings) {
    struct http_address address;
    int open = settings->http_open;
    if (yaml->http != NULL)
        snprintf(settings->http, sizeof settings->http, "%s", yaml->http);
    if (yaml->http_certificate != NULL)
        snprintf(settings->http_certificate, sizeof settings->http_certificate, "%s",
                 yaml->http_certificate);
    if (yaml->http_key != NULL)
        snprintf(settings->http_key, sizeof settings->http_key, "%s", yaml->http_key);
    take_word(reading, "http_open", yaml->http_open, answers, "true or false", &open);
    settings->http_open = open != 0;
    bool certificate = settings->http_certificate[0] != '\0', key = settings->http_key[0] != '\0';
    if (certificate != key)
        hv_fault_addf(reading->faults, HV_FAULT_ERROR, reading->path,
                      line_of(reading->text, certificate ? "http_certificate" : "http_key"),
                      certificate ? "http_key" : "http_certificate",
                      "certificate and key, two PEM files, or neither", "missing");
    if (strcmp(settings->http, "off") == 0)
        return;
    if (http_address_read(settings->http, &address) != HV_OK)
        hv_fault_addf(reading->faults, HV_FAULT_ERROR, reading->path,
                      line_of(reading->text, "http"), "http",
                      "off, or ADDRESS:PORT in numbers, such as " DEPLOYMENT_HTTP_USUAL, "“%s”",
                      settings->http);
    else if (!address.loopback && !certificate)
        hv_fault_addf(reading->faults, HV_FAULT_ERROR, reading->path,
                      line_of(reading->text, "http"), "http",
                      "an address of this machine alone, or http_certificate and http_key with it",
                      "“%s” is reached from outside, and there is no certificate", settings->http);
}

size_t settings_names(const char *list,
                      char ret_names[HV_ESCALATION_LEVELS_MAX][HV_ID_BYTES_MAX + 1]) {
    for (size_t count = 0; count < HV_ESCALATION_LEVELS_MAX;) {
        size_t length = strcspn(list, ","), first = strspn(list, " "), last = length;
        while (last > first && list[last - 1] == ' ')
            last--;
        if (last <= first || last - first > HV_ID_BYTES_MAX)
            return 0;
        snprintf(ret_names[count], HV_ID_BYTES_MAX + 1, "%.*s", (int)(last - first), list + first);
        if (hv_id_check(ret_names[count++]) != HV_OK)
            return 0;
        if (list[length] == '\0')
            return count;
        list += length + 1;
    }
    return 0;
}

static void take_escalation(const struct reading *reading, const struct yaml_settings *yaml,
                            struct settings *settings) {
    take_number(reading, "escalate_minutes", yaml->escalate_minutes, 0, 10080,
                &settings->escalate_minutes);
    if (yaml->escalate_to == NULL)
        return;
    char names[HV_ESCALATION_LEVELS_MAX][HV_ID_BYTES_MAX + 1];
    if (settings_names(yaml->escalate_to, names) > 0)
        snprintf(settings->escalate_to, sizeof settings->escalate_to, "%s", yaml->escalate_to);
    else
        hv_fault_addf(reading->faults, HV_FAULT_ERROR, reading->path,
                      line_of(reading->text, "escalate_to"), "escalate_to",
                      "one to four names with commas between, such as planner, approver", "“%s”",
                      yaml->escalate_to);
}

static void take_days(const struct reading *reading, const struct yaml_settings *yaml,
                      struct settings *settings) {
    take_number(reading, "need_days", yaml->need_days, 1, 30, &settings->need_days);
    take_number(reading, "ahead_days", yaml->ahead_days, 0, 30, &settings->ahead_days);
    if (settings->ahead_days > settings->need_days)
        hv_fault_addf(reading->faults, HV_FAULT_ERROR, reading->path,
                      line_of(reading->text, "ahead_days"), "ahead_days",
                      "at most need_days: who is there needs no less than who is expected", "%u",
                      settings->ahead_days);
    take_number(reading, "transfer_above_days", yaml->transfer_above_days, 0, 90,
                &settings->transfer_above_days);
    if (settings->transfer_above_days > 0 && settings->transfer_above_days < settings->need_days)
        hv_fault_addf(reading->faults, HV_FAULT_ERROR, reading->path,
                      line_of(reading->text, "transfer_above_days"), "transfer_above_days",
                      "0, or at least need_days, so that who gives does not lack it then", "%u",
                      settings->transfer_above_days);
}

static void take_all(const struct reading *reading, const struct yaml_settings *yaml,
                     struct settings *settings) {
    int approval = (int)settings->approval, stale = (int)settings->stale;
    int fairness = (int)settings->fairness, packs = (int)settings->packs;
    take_bind(reading, yaml, settings);
    take_number(reading, "io_threads", yaml->io_threads, 1, 16, &settings->io_threads);
    take_number(reading, "log_map_gib", yaml->log_map_gib, 1, 16384, &settings->log_map_gib);
    take_number(reading, "checkpoint_every", yaml->checkpoint_every, 1000, 100000000,
                &settings->checkpoint_every);
    take_number(reading, "beat_s", yaml->beat_s, 1, 3600, &settings->beat_s);
    take_number(reading, "plan_every_ms", yaml->plan_every_ms, 10, 3600000,
                &settings->plan_every_ms);
    take_number(reading, "change_price_s", yaml->change_price_s, 0, 86400,
                &settings->change_price_s);
    take_number(reading, "stale_percent", yaml->stale_percent, 0, 100, &settings->stale_percent);
    take_word(reading, "approval", yaml->approval, approvals, "manual, automatic or two-persons",
              &approval);
    take_number(reading, "goods_change_price", yaml->goods_change_price, 0, 1000000000,
                &settings->goods_change_price);
    take_number(reading, "contraflow_gain_min", yaml->contraflow_gain_min, 0, 1440,
                &settings->contraflow_gain_min);
    take_number(reading, "arrival_margin_min", yaml->arrival_margin_min, 0, 1440,
                &settings->arrival_margin_min);
    take_number(reading, "delivery_hours", yaml->delivery_hours, 0, 720, &settings->delivery_hours);
    take_number(reading, "bus_hours", yaml->bus_hours, 0, 720, &settings->bus_hours);
    take_days(reading, yaml, settings);
    take_word(reading, "fairness", yaml->fairness, fairnesses, "affordable, maxmin or none",
              &fairness);
    take_word(reading, "packs", yaml->packs, packings, "open or whole", &packs);
    take_word(reading, "stale", yaml->stale, stales, "count, caution or exclude", &stale);
    take_escalation(reading, yaml, settings);
    take_http(reading, yaml, settings);
    settings->approval = (enum approval_policy)approval;
    settings->stale = (enum stale_policy)stale;
    settings->fairness = (enum goods_fairness)fairness;
    settings->packs = (enum goods_packs)packs;
    if (yaml->plan_work != NULL && written_whole(reading, "plan_work"))
        settings->plan_work = *yaml->plan_work;
    if (yaml->profile != NULL)
        snprintf(settings->profile, sizeof settings->profile, "%s", yaml->profile);
}

/* Nobody writes such a file: what an editor left when the power went. */
static bool is_blank(const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (strchr(" \t\r\n", bytes[i]) == NULL || bytes[i] == '\0')
            return false;
    return true;
}

int settings_load(const char *path, struct hv_fault_list *faults, struct settings *ret_settings) {
    uint8_t *bytes = NULL;
    size_t size = 0;
    int error = atomic_file_read(path, FILE_BYTES_MAX, &bytes, &size);
    if (error != HV_OK) {
        hv_fault_add(faults, HV_FAULT_ERROR, path, 0, "", hv_error_text(error),
                     "the settings as `haven init` writes them");
        return error;
    }
    if (is_blank(bytes, size)) {
        hv_fault_add(faults, HV_FAULT_ERROR, path, 0, "", "empty: the settings are gone",
                     "the settings as `haven init` writes them");
        free(bytes);
        return HV_ERR_FORMAT;
    }
    struct complaint complaint = {.line = 0};
    cyaml_config_t config = {.log_fn = keep_complaint,
                             .log_ctx = &complaint,
                             .log_level = CYAML_LOG_INFO,
                             .mem_fn = cyaml_mem};
    struct yaml_settings *yaml = NULL;
    cyaml_err_t code = cyaml_load_data(bytes, size, &config, &schema, (cyaml_data_t **)&yaml, NULL);
    struct settings settings = settings_default();
    size_t before = faults->errors;
    if (code != CYAML_OK) {
        const char *text = complaint.text[0] == '\0' ? cyaml_strerror(code) : complaint.text;
        const char *key = strstr(text, "Unexpected key: "); /* libcyaml gives the mapping's line */
        if (key != NULL)
            complaint.line = line_of((const char *)bytes, key + strlen("Unexpected key: "));
        hv_fault_add(faults, HV_FAULT_ERROR, path, complaint.line, "", text,
                     "a setting as docs/OPERATIONS.md lists it");
        error = HV_ERR_FORMAT;
    } else {
        static const struct yaml_settings none; /* remarks alone: libcyaml makes nothing of them */
        struct reading reading = {path, (const char *)bytes, faults};
        take_all(&reading, yaml == NULL ? &none : yaml, &settings);
        error = faults->errors == before ? HV_OK : HV_ERR_VALUE;
    }
    cyaml_free(&config, &schema, yaml, 0);
    free(bytes);
    if (error == HV_OK)
        *ret_settings = settings;
    return error;
}

/* ---- writing ---- */

/* As YAML's quotes want it: what a person named may have any sign in it. */
static void print_quoted(FILE *file, const char *before, const char *text, const char *after) {
    fprintf(file, "%s\"", before);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', file);
        fputc(*text, file);
    }
    fprintf(file, "\"%s", after);
}

static void print_settings(FILE *file, const struct settings *s) {
    fprintf(file,
            "# Settings of a Haven coordinator. Read at start; docs/OPERATIONS.md tells more.\n\n"
            "# Where nodes reach this machine: ZeroMQ addresses to listen at.\nbind:\n");
    for (size_t i = 0; i < s->bind_count; i++)
        print_quoted(file, "  - ", s->bind[i], "\n");
    fprintf(file, "\n# Threads that encrypt and decrypt.\nio_threads: %u\n", s->io_threads);
    fprintf(
        file,
        "\n# Most that the live log can hold, GiB (address space, not disk).\nlog_map_gib: %u\n",
        s->log_map_gib);
    fprintf(file, "\n# Records between two checkpoints.\ncheckpoint_every: %u\n",
            s->checkpoint_every);
    fprintf(file, "\n# A node silent for three beats is stale; seconds.\nbeat_s: %u\n", s->beat_s);
    fprintf(file, "\n# Least time between two plans, milliseconds.\nplan_every_ms: %u\n",
            s->plan_every_ms);
    fprintf(file,
            "\n# Work limit of one plan (counted, so that a replay is exact).\nplan_work: %llu\n",
            (unsigned long long)s->plan_work);
    fprintf(
        file,
        "\n# What changing an order in force must gain for each person moved, seconds of travel.\n"
        "change_price_s: %u\n",
        s->change_price_s);
    fprintf(file,
            "\n# What taking back an order for goods must save, in cost units: 1000 are a person "
            "without\n# one item for one day.\ngoods_change_price: %u\n",
            s->goods_change_price);
    fprintf(file,
            "\n# What reversing roads for the evacuation must gain, minutes of arrival for each "
            "person on\n# the mean; 0: no plan proposes it.\ncontraflow_gain_min: %u\n",
            s->contraflow_gain_min);
    fprintf(
        file,
        "\n# People whom an order has had leave count as on the way until so many minutes after "
        "they should\n# have checked in; then they count as overdue, and are planned for "
        "again.\narrival_margin_min: %u\n",
        s->arrival_margin_min);
    fprintf(file,
            "\n# Deliveries by the vehicles of depots are planned so many hours ahead; 0: not at "
            "all.\ndelivery_hours: %u\n",
            s->delivery_hours);
    fprintf(file,
            "\n# Runs of buses for people without a vehicle are planned so many hours ahead; who "
            "cannot be\n# brought by then is not served. 0: not at all.\nbus_hours: %u\n",
            s->bus_hours);
    fprintf(
        file,
        "\n# For how many days goods are planned: for people who are at a shelter, and for those "
        "who are\n# expected there (who may go elsewhere; need_days where announced closings "
        "will cut it off).\nneed_days: %u\nahead_days: %u\n",
        s->need_days, s->ahead_days);
    fprintf(
        file,
        "\n# What a shelter has for more days than this may go to another that lacks it and that "
        "no depot can\n# help; 0: no plan proposes it.\ntransfer_above_days: %u\n",
        s->transfer_above_days);
    fprintf(file,
            "\n# Goods that are short: affordable shares them, so that who gets least gets most, "
            "where that\n# costs at most a hundredth more; maxmin whatever it costs; none sends by "
            "priority and way alone.\n# Each plan says what sharing costs.\nfairness: %s\n",
            fairnesses[s->fairness]);
    fprintf(file,
            "\n# Packs of goods: open sends any quantity, whole the smallest packs of items.csv "
            "unopened.\npacks: %s\n",
            packings[s->packs]);
    fprintf(file,
            "\n# manual: a person approves every plan. two-persons: and not the one who asked for "
            "it.\n# automatic: for drills and trials.\napproval: %s\n",
            approvals[s->approval]);
    fprintf(file,
            "\n# Free places of a shelter that has gone silent: count, caution (stale_percent of "
            "them), "
            "exclude.\nstale: %s\nstale_percent: %u\n",
            stales[s->stale], s->stale_percent);
    fprintf(file, "\n# Standards profile for capacities and needs.\nprofile: %s\n", s->profile);
    fputs("\n# Command centre and HTTP interface: ADDRESS:PORT, or off. Beyond this machine only "
          "with\n"
          "# a certificate and its key (PEM files); docs/HTTP.md tells more.\n",
          file);
    print_quoted(file, "http: ", s->http, "\n");
    print_quoted(file, "http_certificate: ", s->http_certificate, "\n");
    print_quoted(file, "http_key: ", s->http_key, "\n");
    fprintf(file,
            "\n# An order that nobody answers for so many minutes, or that is late, goes to the "
            "first of "
            "these,\n# after as long again to the next: roles, accounts or posts. 0: never.\n"
            "escalate_minutes: %u\n",
            s->escalate_minutes);
    print_quoted(file, "escalate_to: ", s->escalate_to, "\n");
    fprintf(file,
            "\n# Whether whoever reaches that address may look without an account.\n"
            "http_open: %s\n",
            answers[s->http_open]);
}

int settings_save(const char *path, const struct settings *settings) {
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    if (file == NULL)
        return HV_ERR_MEMORY;
    print_settings(file, settings);
    int error = fclose(file) == 0 ? atomic_file_write(path, text, size, 0644) : HV_ERR_MEMORY;
    free(text);
    return error;
}
