/* Questions: lists and single things. */
#include "coordinator/api/api_goods.h"
#include "coordinator/api/api_inside.h"

#include <string.h>

/* ---- how it is ---- */

void api_get_health(struct api *api, struct api_call *call) {
    (void)api;
    api_text_put(&call->out, "ok\n");
    api_reply(call, 200, "text/plain; charset=utf-8");
}

void api_get_ready(struct api *api, struct api_call *call) {
    bool storing = api->pulse.counters.storing;
    api_text_put(&call->out, storing ? "ready\n" : "not storing: the disk refuses\n");
    api_reply(call, storing ? 200 : 503, "text/plain; charset=utf-8");
}

/* ---- formats ---- */

static bool accepts(const char *accept, const char *type) {
    return accept == NULL || strstr(accept, type) != NULL;
}

/* By ?format=, else by Accept; JSON where nothing is said. False: answered with 406. */
bool api_choose_format(struct api_call *call, bool placed, bool tabular,
                       enum api_format *ret_format) {
    static const char *const words[] = {"json", "geojson", "csv"};
    const char *asked = api_target_value(&call->target, "format");
    const char *accept =
        MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT);
    enum api_format format = API_FORMATS;
    for (int i = 0; asked != NULL && i < API_FORMATS; i++)
        if (strcmp(asked, words[i]) == 0)
            format = (enum api_format)i;
    if (asked == NULL && accept != NULL && strstr(accept, "application/geo+json") != NULL)
        format = API_GEOJSON;
    else if (asked == NULL && accept != NULL && strstr(accept, "text/csv") != NULL)
        format = API_CSV;
    else if (asked == NULL && (accepts(accept, "application/json") || accepts(accept, "*/*") ||
                               accepts(accept, "application/*")))
        format = API_JSON;
    if ((format == API_GEOJSON && !placed) || (format == API_CSV && !tabular) ||
        format == API_FORMATS) {
        api_problem(call, 406, "not-acceptable",
                    "this comes as JSON, what has a place also as "
                    "GeoJSON, lists also as CSV",
                    "leave Accept out, or give format=json");
        return false;
    }
    *ret_format = format;
    return true;
}

const char *api_type_of(enum api_format format) {
    static const char *const types[] = {"application/json", "application/geo+json",
                                        "text/csv; charset=utf-8; header=present"};
    return types[format];
}

/* ---- lists ---- */

/* Whether the client has it already: then it is answered. */
static bool is_known(struct api_call *call, const struct api_table *table, enum api_format format) {
    uint64_t version = api_scene_changed(call->scene, table->kinds);
    return table->ageless ? api_unchanged(call, version, format)
                          : api_unchanged_aged(call, version, format);
}

static void list(struct api_call *call, const struct api_table *table, const char *others) {
    struct api_query query;
    enum api_format format;
    char wrong[160];
    if (!api_choose_format(call, table->geometry != API_NO_PLACE, true, &format))
        return;
    int error = api_query_read(table, &call->target, format, others, &query, wrong);
    if (error != HV_OK) {
        api_problem(call, 400, "value", wrong, "see schemas/openapi.yaml");
        return;
    }
    if (is_known(call, table, format))
        return;
    error = api_table_write(table, call->scene, &query, &call->out);
    if (error != HV_OK)
        api_failed(call, error);
    else
        api_reply(call, 200, api_type_of(format));
}

static void one(struct api_call *call, const struct api_table *table, const char *what) {
    enum api_format format;
    if (!api_choose_format(call, table->geometry != API_NO_PLACE, false, &format))
        return;
    uint32_t row = api_table_find(table, call->scene, call->arguments[0]);
    if (row == UINT32_MAX) {
        char detail[160];
        snprintf(detail, sizeof detail, "there is no %s “%.80s”", what, call->arguments[0]);
        api_problem(call, 404, "not-found", detail, "list them all");
        return;
    }
    if (is_known(call, table, format))
        return;
    if (format == API_GEOJSON)
        api_table_feature(table, call->scene, row, &call->out);
    else if (table->detail == NULL)
        api_table_row(table, call->scene, row, &call->out);
    else {
        api_reply_json(call, 200, table->detail(call->scene, row));
        return;
    }
    api_reply(call, 200, api_type_of(format));
}

void api_get_shelters(struct api *api, struct api_call *call) {
    (void)api;
    list(call, &api_shelters, "view");
}

void api_get_shelter(struct api *api, struct api_call *call) {
    (void)api;
    one(call, &api_shelters, "shelter");
}

void api_get_depots(struct api *api, struct api_call *call) {
    (void)api;
    list(call, &api_depots, "view");
}

void api_get_depot(struct api *api, struct api_call *call) {
    (void)api;
    one(call, &api_depots, "depot");
}

void api_get_zones(struct api *api, struct api_call *call) {
    (void)api;
    list(call, &api_zones, "");
}

void api_get_zone(struct api *api, struct api_call *call) {
    (void)api;
    one(call, &api_zones, "zone");
}

void api_get_nodes(struct api *api, struct api_call *call) {
    (void)api;
    list(call, &api_nodes, "");
}

void api_get_node(struct api *api, struct api_call *call) {
    (void)api;
    one(call, &api_nodes, "node");
}

/* ---- what the console tells ---- */

void api_get_status(struct api *api, struct api_call *call) {
    json_t *refusal = NULL;
    (void)api;
    if (api_unchanged_aged(call, state_position(call->scene->state), API_JSON))
        return;
    json_t *status = api_ask(call->scene, json_pack("{s:s}", "verb", "status"), NULL, &refusal);
    api_reply_asked(call, status, refusal);
}

/* ---- roads, goods, requests, orders ---- */

void api_get_links(struct api *api, struct api_call *call) {
    (void)api;
    list(call, &api_links, "");
}

void api_get_link(struct api *api, struct api_call *call) {
    (void)api;
    one(call, &api_links, "link");
}

static void goods(struct api_call *call, const struct api_table *table) {
    int error = api_goods_refresh(call->scene);
    if (error != HV_OK)
        api_failed(call, error);
    else
        list(call, table, "");
}

void api_get_stock(struct api *api, struct api_call *call) {
    (void)api;
    goods(call, &api_stock);
}

void api_get_items(struct api *api, struct api_call *call) {
    (void)api;
    goods(call, &api_items);
}

void api_get_requests(struct api *api, struct api_call *call) {
    (void)api;
    list(call, &api_requests, "view");
}

void api_get_request(struct api *api, struct api_call *call) {
    (void)api;
    one(call, &api_requests, "request");
}

void api_get_orders(struct api *api, struct api_call *call) {
    (void)api;
    list(call, &api_orders, "view");
}
