/* Roads, goods, requests and orders as tables. */
#include "coordinator/api/api_tables.h"

#include "coordinator/api/api_goods.h"
#include "coordinator/api/api_sheet.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct api_place *row_of(const struct api_scene *scene, uint32_t place) {
    if (place >= scene->places_known)
        return NULL;
    uint32_t row = scene->row_of[place];
    return scene->row_is_depot[place] ? &scene->depots[row] : &scene->shelters[row];
}

/* ---- roads ---- */

static const struct api_column link_columns[] = {
    {.name = "id", .hxl = "#loc+road+code", .found = true},
    {.name = "name", .hxl = "#loc+road+name", .found = true},
    {.name = "kind", .hxl = "#loc+road+type"},
    {.name = "from", .hxl = "#loc+from+code"},
    {.name = "to", .hxl = "#loc+to+code"},
    {.name = "length_m", .hxl = "#indicator+length+m", .decimals = 1},
    {.name = "travel_s", .hxl = "#indicator+travel+s", .decimals = 1},
    {.name = "capacity_veh_per_h", .hxl = "#capacity+vehicles+h", .decimals = 1},
    {.name = "closed", .hxl = "#status+road+closed"},
    {.name = "hit", .hxl = "#impact+hazard"},
    {.name = "capacity_permille", .hxl = "#capacity+permille"},
    {.name = "reason", .hxl = "#description"},
    {.name = "flow", .hxl = "#affected+planned"},
    {.name = "position", .hxl = "#meta+position"},
    {.name = "x1", .hidden = true},
    {.name = "y1", .hidden = true},
    {.name = "x2", .hidden = true},
    {.name = "y2", .hidden = true},
    {.name = "changed", .hidden = true},
};

static const struct api_filter link_filters[] = {{"closed", API_FILTER_ANSWER, 8, NULL},
                                                 {"hit", API_FILTER_ANSWER, 9, NULL},
                                                 {"changed", API_FILTER_ANSWER, 18, NULL}};

static uint32_t count_links(const struct api_scene *scene) {
    return scene->region == NULL ? 0 : scene->region->link_count;
}

static void fill_link(const struct api_scene *scene, uint32_t row, struct api_value *values) {
    const struct region *region = scene->region;
    const struct region_link *link = &region->links[row];
    const struct region_node *from = &region->nodes[link->from], *to = &region->nodes[link->to];
    const struct state_road *road =
        (const struct state_road *)state_find(scene->state, STATE_ROAD, link->id);
    bool placed = region->coordinates == REGION_LONLAT;
    values[0] = api_text(link->id);
    values[1] = api_text(link->name);
    values[2] = api_text(link->kind);
    values[3] = api_text(from->id);
    values[4] = api_text(to->id);
    values[5] = api_number(link->length_m < 0 ? NAN : link->length_m);
    values[6] = api_number(link->travel_s);
    values[7] = api_number(link->capacity_veh_per_h);
    values[8] = api_bool((road != NULL && road->closed) || scene->link_hit[row]);
    values[9] = api_bool(scene->link_hit[row]);
    values[10] =
        road != NULL && road->has_capacity ? api_integer(road->capacity_permille) : api_nothing();
    values[11] = api_text(road == NULL || road->reason == NULL ? "" : road->reason);
    values[12] = api_integer(scene->link_flow[row]);
    values[13] = road == NULL ? api_nothing() : api_integer((int64_t)road->entity.changed);
    values[14] = api_number(placed ? from->x : NAN);
    values[15] = api_number(placed ? from->y : NAN);
    values[16] = api_number(placed ? to->x : NAN);
    values[17] = api_number(placed ? to->y : NAN);
    values[18] = api_bool(road != NULL);
}

const struct api_table api_links = {
    .ageless = true,
    .columns = link_columns,
    .column_count = sizeof link_columns / sizeof *link_columns,
    .filters = link_filters,
    .filter_count = sizeof link_filters / sizeof *link_filters,
    .geometry = API_LINE,
    .place = 14,
    .kinds = 1u << STATE_ROAD | 1u << STATE_HAZARD | 1u << STATE_PLAN,
    .count = count_links,
    .fill = fill_link,
};

/* ---- stock ---- */

static const struct api_column stock_columns[] = {
    {.name = "place", .hxl = "#loc+code", .found = true},
    {.name = "role", .hxl = "#loc+type"},
    {.name = "item", .hxl = "#item+code", .found = true},
    {.name = "lot", .hxl = "#item+lot"},
    {.name = "expiry", .hxl = "#date+expiry"},
    {.name = "quantity", .hxl = "#item+quantity"},
    {.name = "damaged", .hxl = "#item+damaged"},
    {.name = "age_s", .hxl = "#date+age+s", .decimals = 1},
    {.name = "shortfall", .hxl = "#item+shortfall"},
    {.name = "difference", .hxl = "#item+difference"},
    {.name = "days_left", .hxl = "#indicator+days_left", .decimals = 2},
    {.name = "lon", .hidden = true},
    {.name = "lat", .hidden = true},
};

static const struct api_filter stock_filters[] = {{"place", API_FILTER_WORDS, 0, NULL},
                                                  {"role", API_FILTER_WORDS, 1, NULL},
                                                  {"item", API_FILTER_WORDS, 2, NULL},
                                                  {"expires_before", API_FILTER_BEFORE, 4, NULL}};

static uint32_t count_stock(const struct api_scene *scene) {
    return scene->stock_count;
}

static void fill_stock(const struct api_scene *scene, uint32_t row, struct api_value *values) {
    const struct api_stock_row *at = &scene->stock[row];
    const struct state_place *place = state_place(scene->state, at->place);
    const struct state_stock_line *line = &place->stock.lines[at->line];
    values[0] = api_text(place->entity.id);
    values[1] = api_text(scene->row_is_depot[at->place] ? "depot" : "shelter");
    values[2] = api_text(state_name(scene->state, line->item));
    values[3] = api_text(state_name(scene->state, line->lot));
    values[4] = api_text(line->expiry_day == 0 ? NULL : at->expiry);
    values[5] = api_integer(line->quantity);
    values[6] = api_integer(line->damaged);
    values[7] = api_number(api_scene_age(scene, line->changed_ms));
    values[8] = api_integer(line->shortfall);
    values[9] = api_integer(line->difference);
    values[10] =
        api_number(scene->row_is_depot[at->place] ? NAN : api_goods_days(scene, place, line->item));
    const struct api_place *where = row_of(scene, at->place);
    values[11] = api_number(where == NULL ? NAN : where->lon);
    values[12] = api_number(where == NULL ? NAN : where->lat);
}

const struct api_table api_stock = {
    .columns = stock_columns,
    .column_count = sizeof stock_columns / sizeof *stock_columns,
    .filters = stock_filters,
    .filter_count = sizeof stock_filters / sizeof *stock_filters,
    .geometry = API_POINT,
    .place = 11,
    .kinds = 1u << STATE_PLACE,
    .count = count_stock,
    .fill = fill_stock,
};

/* ---- items ---- */

static const struct api_column item_columns[] = {
    {.name = "id", .hxl = "#item+code", .found = true},
    {.name = "name", .hxl = "#item+name", .found = true},
    {.name = "name_zh", .hxl = "#item+name+i_zh", .found = true},
    {.name = "base_unit", .hxl = "#item+unit"},
    {.name = "need_per_person_day", .hxl = "#indicator+need+person+day", .decimals = 4},
    {.name = "depots", .hxl = "#item+quantity+depots"},
    {.name = "shelters", .hxl = "#item+quantity+shelters"},
    {.name = "needed_per_day", .hxl = "#need+day", .decimals = 1},
    {.name = "days_left", .hxl = "#indicator+days_left", .decimals = 2},
    {.name = "need_verified", .hxl = "#indicator+need+verified"},
};

static uint32_t count_items(const struct api_scene *scene) {
    return scene->region == NULL ? 0 : scene->region->item_count;
}

static void fill_item(const struct api_scene *scene, uint32_t row, struct api_value *values) {
    const struct region_item *item = &scene->region->items[row];
    const struct api_item_sum *sum = &scene->items[row];
    const struct need needed = console_need(&scene->console, row);
    const bool known = needed.per_day > 0 || item->need_per_person_day >= 0; /* a figure of 0 too */
    double need = known ? needed.per_day : NAN;
    double day = known ? sum->per_day : NAN;
    values[0] = api_text(item->id);
    values[1] = api_text(item->name);
    values[2] = api_text(item->name_zh);
    values[3] = api_text(item->base_unit);
    values[4] = api_number(need);
    values[5] = api_integer(sum->depots);
    values[6] = api_integer(sum->shelters);
    values[7] = api_number(day);
    values[8] = api_number(day > 0 ? (double)(sum->depots + sum->shelters) / day : NAN);
    values[9] = api_bool(need_is_verified(&needed));
}

const struct api_table api_items = {
    .columns = item_columns,
    .column_count = sizeof item_columns / sizeof *item_columns,
    .geometry = API_NO_PLACE,
    .kinds = 1u << STATE_PLACE,
    .count = count_items,
    .fill = fill_item,
};

/* ---- requests ---- */

static const struct api_column request_columns[] = {
    {.name = "id", .hxl = "#need+code", .found = true},
    {.name = "place", .hxl = "#loc+code", .found = true},
    {.name = "number", .hxl = "#need+number"},
    {.name = "kind", .hxl = "#need+type"},
    {.name = "urgency", .hxl = "#need+urgency"},
    {.name = "withdrawn", .hxl = "#need+withdrawn"},
    {.name = "age_s", .hxl = "#date+age+s", .decimals = 1},
    {.name = "source", .hxl = "#meta+source"},
    {.name = "lon", .hidden = true},
    {.name = "lat", .hidden = true},
    {.name = "open", .hidden = true},
};

static const struct api_filter request_filters[] = {{"all", API_FILTER_ALL, 10, NULL},
                                                    {"place", API_FILTER_WORDS, 1, NULL},
                                                    {"kind", API_FILTER_WORDS, 3, NULL},
                                                    {"urgency", API_FILTER_WORDS, 4, NULL}};

static uint32_t count_requests(const struct api_scene *scene) {
    return state_count(scene->state, STATE_REQUEST);
}

static void fill_request(const struct api_scene *scene, uint32_t row, struct api_value *values) {
    const struct state_request *request = state_request(scene->state, row);
    const struct api_place *place = row_of(scene, request->place);
    values[0] = api_text(request->entity.id);
    values[1] = api_text(place == NULL ? "" : place->id);
    values[2] = api_integer((int64_t)request->number);
    values[3] = api_text(hv_request_word(request->request_kind));
    values[4] = api_text(hv_urgency_word(request->urgency));
    values[5] = api_bool(request->withdrawn);
    values[6] = api_number(api_scene_age(
        scene, request->seen.position == 0 ? API_MS_NEVER : request->seen.observed_ms));
    values[7] = api_text(hv_source_word((enum hv_source)request->seen.source));
    values[8] = api_number(place == NULL ? NAN : place->lon);
    values[9] = api_number(place == NULL ? NAN : place->lat);
    values[10] = api_bool(state_request_is_open(request));
}

static json_t *request_detail(const struct api_scene *scene, uint32_t row) {
    return console_request_view(&scene->console, scene->arena, state_request(scene->state, row));
}

const struct api_table api_requests = {
    .columns = request_columns,
    .column_count = sizeof request_columns / sizeof *request_columns,
    .filters = request_filters,
    .filter_count = sizeof request_filters / sizeof *request_filters,
    .geometry = API_POINT,
    .place = 8,
    .kinds = 1u << STATE_REQUEST,
    .count = count_requests,
    .fill = fill_request,
    .detail = request_detail,
    .always_detail = true,
    .lines = &api_request_lines,
};

/* ---- orders ---- */

static const struct api_column order_columns[] = {
    {.name = "id", .hxl = "#meta+order+code"},
    {.name = "revision", .hxl = "#meta+order+revision"},
    {.name = "kind", .hxl = "#activity+type", .found = true},
    {.name = "post", .hxl = "#org+type"},
    {.name = "addressee", .hxl = "#org+code", .found = true},
    {.name = "state", .hxl = "#status+order"},
    {.name = "overdue", .hxl = "#status+overdue"},
    {.name = "deadline_wall_ms", .hxl = "#date+deadline+ms"},
    {.name = "plan", .hxl = "#meta+plan"},
    {.name = "done", .hxl = "#reached"},
    {.name = "open", .hidden = true},
    {.name = "escalation_level", .hxl = "#status+escalation"},
    {.name = "escalated_to", .hxl = "#contact+escalation"},
    {.name = "lon", .hidden = true},
    {.name = "lat", .hidden = true},
};

static const struct api_filter order_filters[] = {
    {"all", API_FILTER_ALL, 10, "state"},     {"state", API_FILTER_WORDS, 5, NULL},
    {"kind", API_FILTER_WORDS, 2, NULL},      {"post", API_FILTER_WORDS, 3, NULL},
    {"addressee", API_FILTER_WORDS, 4, NULL}, {"plan", API_FILTER_NUMBER, 8, NULL},
    {"overdue", API_FILTER_ANSWER, 6, NULL}};

static uint32_t count_orders(const struct api_scene *scene) {
    return state_count(scene->state, STATE_ORDER);
}

/* Where an order is told: a shelter, a depot or a zone; a post by a road has no point. */
static void place_of_order(const struct api_scene *scene, const struct state_order *order,
                           struct api_value *ret_lon, struct api_value *ret_lat) {
    const struct region *region = scene->region;
    const char *id = order->addressee == NULL ? "" : order->addressee;
    double lon = NAN, lat = NAN;
    bool placed = region != NULL && region->coordinates == REGION_LONLAT;
    uint32_t shelter = placed ? region_find_shelter(region, id) : REGION_NONE,
             depot = placed ? region_find_depot(region, id) : REGION_NONE,
             zone = placed ? region_find_zone(region, id) : REGION_NONE;
    if (shelter != REGION_NONE) {
        lon = region->shelters[shelter].lon;
        lat = region->shelters[shelter].lat;
    } else if (depot != REGION_NONE) {
        lon = region->depots[depot].lon;
        lat = region->depots[depot].lat;
    } else if (zone != REGION_NONE) {
        lon = region->zones[zone].lon;
        lat = region->zones[zone].lat;
    }
    *ret_lon = api_number(lon);
    *ret_lat = api_number(lat);
}

static void fill_order(const struct api_scene *scene, uint32_t row, struct api_value *values) {
    const struct state_order *order = state_order(scene->state, row);
    enum hv_order_state state = state_order_state(order);
    bool open = hv_order_is_open(state);
    values[0] = api_integer((int64_t)order->number);
    values[1] = api_integer(order->revision);
    values[2] = api_text(hv_order_word(order->order_kind));
    values[3] = api_text(hv_post_word(order->post));
    values[4] = api_text(order->addressee == NULL ? "" : order->addressee);
    values[5] = api_text(hv_order_state_word(state));
    values[6] =
        api_bool(open && order->has_deadline && order->deadline_wall_ms < scene->console.wall_ms);
    values[7] = order->has_deadline ? api_integer(order->deadline_wall_ms) : api_nothing();
    values[8] = order->plan == 0 ? api_nothing() : api_integer((int64_t)order->plan);
    values[9] = order->has_done ? api_integer((int64_t)order->done) : api_nothing();
    values[10] = api_bool(open);
    values[11] = api_integer(order->escalation_level);
    values[12] = api_text(order->escalated_to);
    place_of_order(scene, order, &values[13], &values[14]);
}

static json_t *order_detail(const struct api_scene *scene, uint32_t row) {
    return api_ask(scene,
                   json_pack("{s:s, s:I}", "verb", "order", "order",
                             (json_int_t)state_order(scene->state, row)->number),
                   "order", NULL);
}

const struct api_table api_orders = {
    .columns = order_columns,
    .column_count = sizeof order_columns / sizeof *order_columns,
    .filters = order_filters,
    .filter_count = sizeof order_filters / sizeof *order_filters,
    .order = "-overdue,-escalation_level,deadline_wall_ms,id",
    .geometry = API_POINT,
    .place = 13,
    .kinds = 1u << STATE_ORDER,
    .count = count_orders,
    .fill = fill_order,
    .detail = order_detail,
    .always_detail = true,
    .lines = &api_order_lines,
};
