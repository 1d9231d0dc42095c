/* The situation report: one page to print, in English or Chinese, or CSV with HXL tags. */
#include "coordinator/api/api_inside.h"

#include "schemas/platform/clock.h"

#include <math.h>
#include <string.h>

struct words {
    const char *lang, *title, *exercise, *as_of, *position, *incident, *none, *sheltered,
        *on_the_way, *evacuating, *shelters_open, *places, *nodes, *orders, *requests, *plan,
        *shelter, *status, *people, *capacity, *age, *unknown, *zone, *residents, *remaining,
        *on_way, *overdue, *swept, *never, *stale;
};

static const struct words english = {"en",
                                     "Situation report",
                                     "演练 EXERCISE: nothing in it is real",
                                     "as of",
                                     "log position",
                                     "Incident",
                                     "none",
                                     "people sheltered",
                                     "people between places",
                                     "on the way from their zones, overdue (estimates)",
                                     "shelters open",
                                     "places in open shelters",
                                     "terminals heard, silent, never heard",
                                     "orders open, overdue",
                                     "requests open",
                                     "plan in force",
                                     "Shelter",
                                     "Status",
                                     "People",
                                     "Places",
                                     "Age of the count",
                                     "unknown",
                                     "Zone",
                                     "People of it",
                                     "Not there yet",
                                     "of these on the way (estimate)",
                                     "of these overdue (estimate)",
                                     "Age of the sweep",
                                     "never",
                                     "silent"};
static const struct words chinese = {"zh-Hans",
                                     "态势报告",
                                     "演练 EXERCISE：以下内容均非真实",
                                     "截至",
                                     "日志位置",
                                     "事件",
                                     "无",
                                     "已安置人数",
                                     "转移途中人数",
                                     "撤离途中人数、逾期未到人数（估计）",
                                     "开放的避难场所",
                                     "开放场所的容量",
                                     "终端：在线、失联、从未上线",
                                     "指令：未结、逾期",
                                     "未结需求",
                                     "执行中的方案",
                                     "避难场所",
                                     "状态",
                                     "人数",
                                     "容量",
                                     "数据时间",
                                     "未知",
                                     "区域",
                                     "原有人数",
                                     "尚未到达",
                                     "其中途中（估计）",
                                     "其中逾期未到（估计）",
                                     "距上次清查",
                                     "从未清查",
                                     "失联"};

/* Words of the log as people say them; the same as on the pages. */
struct said {
    const char *word, *english, *chinese;
};
static const struct said statuses[] = {
    {"unknown", "unknown", "未知"}, {"planned", "planned", "计划"},
    {"standby", "standby", "待命"}, {"opening", "opening", "正在开放"},
    {"open", "open", "开放"},       {"nearly-full", "nearly full", "接近满员"},
    {"full", "full", "满员"},       {"closing", "closing", "正在关闭"},
    {"closed", "closed", "关闭"},   {"damaged", "damaged", "受损"}};
static const struct said phases[] = {{"watch", "Watch", "监视"},
                                     {"activation", "Activation", "启动"},
                                     {"evacuation", "Evacuation", "疏散"},
                                     {"stand-down", "Stand-down", "解除"},
                                     {"demobilisation", "Demobilisation", "撤收"},
                                     {"closed", "Closed", "结束"}};

static const char *say(const struct words *words, const struct said *known, size_t count,
                       const char *word) {
    for (size_t i = 0; word != NULL && i < count; i++)
        if (strcmp(known[i].word, word) == 0)
            return words == &chinese ? known[i].chinese : known[i].english;
    return word;
}

static void cell(struct api_text *text, const char *element, const char *content) {
    api_text_print(text, "<%s>", element);
    api_text_html(text, content);
    api_text_print(text, "</%s>", element);
}

static void number(struct api_text *text, const struct words *words, int64_t value) {
    if (value < 0) {
        cell(text, "td", words->unknown);
        return;
    }
    api_text_put(text, "<td class=n>");
    api_text_integer(text, value);
    api_text_put(text, "</td>");
}

static int64_t figure(const json_t *status, const char *member, const char *inner) {
    return json_integer_value(json_object_get(json_object_get(status, member), inner));
}

static void line(struct api_text *text, const char *what, const int64_t *figures, int count) {
    api_text_put(text, "<tr>");
    cell(text, "th", what);
    api_text_put(text, "<td>");
    for (int i = 0; i < count; i++) {
        api_text_put(text, i == 0 ? "" : " · ");
        api_text_integer(text, figures[i]);
    }
    api_text_put(text, "</td></tr>");
}

static void write_totals(const struct words *words, const json_t *status, struct api_text *text) {
    const int64_t open[] = {figure(status, "shelters", "open"), figure(status, "shelters", "all")};
    const int64_t nodes[] = {figure(status, "nodes", "present"), figure(status, "nodes", "stale"),
                             figure(status, "nodes", "never_heard")};
    const int64_t orders[] = {figure(status, "orders", "open"),
                              figure(status, "orders", "overdue")};
    const int64_t evacuating[] = {figure(status, "people", "evacuating"),
                                  figure(status, "people", "overdue")};
    const int64_t sheltered = figure(status, "people", "sheltered"),
                  on_the_way = figure(status, "people", "on_the_way"),
                  places = figure(status, "shelters", "capacity_open"),
                  requests = figure(status, "requests", "open"),
                  plan = json_integer_value(json_object_get(status, "plan_in_force"));
    api_text_put(text, "<table>");
    line(text, words->sheltered, &sheltered, 1);
    line(text, words->on_the_way, &on_the_way, 1);
    line(text, words->evacuating, evacuating, 2);
    line(text, words->shelters_open, open, 2);
    line(text, words->places, &places, 1);
    line(text, words->nodes, nodes, 3);
    line(text, words->orders, orders, 2);
    line(text, words->requests, &requests, 1);
    if (plan > 0)
        line(text, words->plan, &plan, 1);
    api_text_put(text, "</table>");
}

static const char *name_of(const struct words *words, const struct api_place *place) {
    return words == &chinese && place->name_zh[0] != '\0' ? place->name_zh : place->name;
}

/* Those of which anything is known, in the order of the region. */
static void write_shelters(const struct words *words, const struct api_scene *scene,
                           struct api_text *text) {
    const char *const titles[] = {words->shelter,  "",        words->status, words->people,
                                  words->capacity, words->age};
    api_text_put(text, "<table><thead><tr>");
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        cell(text, "th", titles[i]);
    api_text_put(text, "</tr></thead><tbody>");
    for (uint32_t i = 0; i < scene->shelter_count; i++) {
        const struct api_place *place = &scene->shelters[i];
        if (place->place == STATE_NONE)
            continue;
        api_text_put(text, "<tr>");
        cell(text, "td", place->id);
        cell(text, "td", name_of(words, place));
        cell(text, "td",
             say(words, statuses, sizeof statuses / sizeof *statuses,
                 hv_shelter_status_word(place->status)));
        number(text, words, place->people);
        number(text, words, place->capacity);
        double age = api_scene_age(scene, place->people_ms);
        api_text_put(text, "<td>");
        if (place->people_ms == API_MS_NEVER)
            api_text_html(text, words->unknown);
        else
            api_text_print(text, "%s%.0f min%s", place->at_least ? "≥ " : "", age / 60,
                           place->presence == STATE_STALE ? ", " : "");
        if (place->presence == STATE_STALE)
            api_text_html(text, words->stale);
        api_text_put(text, "</td></tr>");
    }
    api_text_put(text, "</tbody></table>");
}

static void count(struct api_text *text, const struct words *words, const struct api_value *value) {
    number(text, words, value->kind == API_NOTHING ? -1 : value->integer);
}

/* Those that a hazard names, and those whose people are on the way or overdue. */
static void write_zones(const struct words *words, const struct api_scene *scene,
                        struct api_text *text) {
    const char *const titles[] = {
        words->zone,    "",          words->residents, words->remaining, words->on_way,
        words->overdue, words->swept};
    struct api_value values[API_COLUMNS_MAX];
    const uint32_t zones = api_zones.count(scene);
    api_text_put(text, "<table><thead><tr>");
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        cell(text, "th", titles[i]);
    api_text_put(text, "</tr></thead><tbody>");
    for (uint32_t i = 0; i < zones; i++) {
        api_zones.fill(scene, i, values);
        const struct api_value *on_way = &values[API_ZONE_ON_WAY],
                               *overdue = &values[API_ZONE_OVERDUE],
                               *swept = &values[API_ZONE_SWEPT];
        if (!values[API_ZONE_HIT].answer && on_way->integer == 0 && overdue->integer == 0)
            continue;
        api_text_put(text, "<tr>");
        cell(text, "td", values[0].text);
        cell(text, "td",
             words == &chinese && values[2].text[0] != '\0' ? values[2].text : values[1].text);
        count(text, words, &values[API_ZONE_PEOPLE]);
        count(text, words, &values[API_ZONE_REMAINING]);
        count(text, words, on_way);
        count(text, words, overdue);
        if (isnan(swept->number))
            cell(text, "td", words->never);
        else
            api_text_print(text, "<td>%.0f min</td>", swept->number / 60);
        api_text_put(text, "</tr>");
    }
    api_text_put(text, "</tbody></table>");
}

static void write_page(const struct words *words, const struct api_scene *scene,
                       const json_t *status, struct api_text *text) {
    const struct state_general *general = state_general(scene->state);
    const json_t *incident = json_object_get(status, "incident");
    char wall[32];
    api_text_print(text, "<!doctype html><html lang=\"%s\"><head><meta charset=\"utf-8\"><title>",
                   words->lang);
    api_text_html(text, words->title);
    api_text_put(text,
                 "</title><style>body{font:11pt/1.4 system-ui,sans-serif;max-width:60em;margin:2em "
                 "auto;padding:0 1em;color:#111;background:#fff}table{border-collapse:collapse;"
                 "width:100%;margin:1em 0}th,td{border-bottom:1px solid #bbb;padding:.2em .5em;"
                 "text-align:left}.n{text-align:right}tr{break-inside:avoid}.x{border:2px solid "
                 "#a00;color:#a00;padding:.4em;font-weight:bold}"
                 "@media print{body{display:table;margin:0}header{display:table-header-group}"
                 "main{display:table-row-group}}</style></head><body>"); /* on every sheet */
    if (api_scene_exercise(scene) != NULL) {
        api_text_put(text, "<header><p class=x>");
        api_text_html(text, words->exercise);
        api_text_put(text, "</p></header>");
    }
    api_text_put(text, "<main>");
    cell(text, "h1", words->title);
    api_text_put(text, "<p>");
    api_text_html(text, general->name == NULL ? "" : general->name);
    api_text_print(text, " · %s %s · %s %llu</p><p>", words->as_of,
                   clock_wall_text(scene->console.wall_ms, wall, sizeof wall), words->position,
                   (unsigned long long)general->position);
    api_text_html(text, words->incident);
    api_text_put(text, ": ");
    if (json_is_object(incident)) {
        api_text_html(text, json_string_value(json_object_get(incident, "name")));
        api_text_put(text, " · ");
        api_text_html(text, say(words, phases, sizeof phases / sizeof *phases,
                                json_string_value(json_object_get(incident, "phase"))));
    } else {
        api_text_html(text, words->none);
    }
    api_text_put(text, "</p>");
    write_totals(words, status, text);
    write_zones(words, scene, text);
    write_shelters(words, scene, text);
    api_text_put(text, "</main></body></html>\n");
}

static void write_csv(const struct api_scene *scene, const json_t *status, struct api_text *text) {
    static const struct {
        const char *member, *inner;
    } figures[] = {{"people", "sheltered"},       {"people", "on_the_way"},
                   {"people", "evacuating"},      {"people", "overdue"},
                   {"shelters", "all"},           {"shelters", "open"},
                   {"shelters", "capacity_open"}, {"shelters", "capacity_unknown"},
                   {"nodes", "present"},          {"nodes", "stale"},
                   {"nodes", "never_heard"},      {"orders", "open"},
                   {"orders", "overdue"},         {"requests", "open"}};
    const struct state_general *general = state_general(scene->state);
    const char *exercise = api_scene_exercise(scene);
    char wall[32];
    api_text_put(text, "mode,date,position,figure,value\r\n"
                       "#meta+mode,#date,#meta+position,#indicator+name,#indicator+value+num\r\n");
    clock_wall_text(scene->console.wall_ms, wall, sizeof wall);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        api_text_print(text, "%s,%s,%llu,%s %s,%lld\r\n", exercise == NULL ? "live" : exercise,
                       wall, (unsigned long long)general->position, figures[i].member,
                       figures[i].inner,
                       (long long)figure(status, figures[i].member, figures[i].inner));
}

void api_get_situation(struct api *api, struct api_call *call) {
    const char *format = api_target_value(&call->target, "format"),
               *lang = api_target_value(&call->target, "lang"),
               *accept = MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND,
                                                     MHD_HTTP_HEADER_ACCEPT);
    bool csv = format != NULL ? strcmp(format, "csv") == 0
                              : accept != NULL && strstr(accept, "text/csv") != NULL;
    (void)api;
    if (format != NULL && !csv && strcmp(format, "html") != 0) {
        api_problem(call, 406, "not-acceptable", "the report comes as html or csv", NULL);
        return;
    }
    json_t *status = api_ask(call->scene, json_pack("{s:s}", "verb", "status"), NULL, NULL);
    if (csv)
        write_csv(call->scene, status, &call->out);
    else
        write_page(lang != NULL && strncmp(lang, "zh", 2) == 0 ? &chinese : &english, call->scene,
                   status, &call->out);
    json_decref(status);
    api_reply(call, 200,
              csv ? "text/csv; charset=utf-8; header=present" : "text/html; charset=utf-8");
    if (!csv) /* its few rules stand in the page, so that it can be kept as one file */
        api_header(call, "Content-Security-Policy",
                   "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
                   "frame-ancestors 'none'");
}
