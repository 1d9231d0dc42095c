/* Which handler answers what. */
#include "coordinator/api/api_inside.h"

#include <string.h>

#define VIEWER ACCOUNT_ROLE(ACCOUNT_VIEWER)
#define SHELTER ACCOUNT_ROLE(ACCOUNT_SHELTER_STAFF)
#define DEPOT ACCOUNT_ROLE(ACCOUNT_DEPOT_STAFF)
#define PLANNER ACCOUNT_ROLE(ACCOUNT_PLANNER)
#define APPROVER ACCOUNT_ROLE(ACCOUNT_APPROVER)
#define CONTROLLER ACCOUNT_ROLE(ACCOUNT_CONTROLLER)
#define ADMINISTRATOR ACCOUNT_ROLE(ACCOUNT_ADMINISTRATOR)
#define ANY ACCOUNT_ANY_ROLE
#define EVALUATOR ACCOUNT_ROLE(ACCOUNT_EVALUATOR)
#define WHO_WORKS (ANY & ~(VIEWER | ADMINISTRATOR | EVALUATOR))

#define PAGE "limit,offset,sort,at"

/* What was cannot be changed: of a write `at` is refused by that name (api_past.c). */
const struct api_route api_routes[] = {
    {API_GET, "/healthz", 0, api_get_health, ""},
    {API_GET, "/readyz", 0, api_get_ready, ""},
    {API_GET, "/metrics", ANY, api_get_metrics, ""},

    {API_GET, "session", 0, api_get_session, ""},
    {API_POST, "session", 0, api_post_session, "at"},
    {API_DELETE, "session", ANY, api_delete_session, "at"},
    {API_PUT, "session/password", ANY, api_put_password, "at"},
    {API_GET, "accounts", ADMINISTRATOR, api_get_accounts, "format"},
    {API_PUT, "accounts/{id}", ADMINISTRATOR, api_put_account, "at"},
    {API_DELETE, "accounts/{id}", ADMINISTRATOR, api_delete_account, "at"},

    {API_GET, "status", ANY, api_get_status, "at"},
    {API_GET, "shelters", ANY, api_get_shelters, NULL},
    {API_GET, "shelters/{id}", ANY, api_get_shelter, "at,format"},
    {API_GET, "depots", ANY, api_get_depots, NULL},
    {API_GET, "depots/{id}", ANY, api_get_depot, "at,format"},
    {API_GET, "zones", ANY, api_get_zones, NULL},
    {API_GET, "zones/{id}", ANY, api_get_zone, "at,format"},
    {API_GET, "nodes", ANY, api_get_nodes, NULL},
    {API_GET, "nodes/{id}", ANY, api_get_node, "at,format"},
    {API_POST, "nodes", ADMINISTRATOR, api_post_node, "at"},
    {API_DELETE, "nodes/{id}", ADMINISTRATOR, api_delete_node, "at"},

    {API_GET, "attention", ANY, api_get_attention, PAGE ",kind,grade,owner,format"},
    {API_PUT, "attention/{id}/owner", WHO_WORKS, api_put_owner, "at"},
    {API_DELETE, "attention/{id}/owner", WHO_WORKS, api_delete_owner, "at"},
    {API_GET, "network", ANY, api_get_links, NULL},
    {API_GET, "network/{id}", ANY, api_get_link, "at,format"},
    {API_GET, "region", ANY, api_get_region, "at"},
    {API_GET, "background", ANY, api_get_background, ""},
    {API_GET, "items", ANY, api_get_items, NULL},
    {API_GET, "stock", ANY, api_get_stock, NULL},
    {API_GET, "requests", ANY, api_get_requests, NULL},
    {API_GET, "requests/{id}", ANY, api_get_request, "at,format"},
    {API_GET, "transfers", ANY, api_get_transfers, PAGE ",all,bbox,format"},
    {API_GET, "waybills", ANY, api_get_waybills, PAGE ",id,all,bbox,format"},
    {API_GET, "supplies", ANY, api_get_supplies, "limit,offset,shelter,item,below,at,format"},
    {API_GET, "ledger", ANY, api_get_ledger, PAGE ",item,lot,place,format"},
    {API_GET, "warnings", ANY, api_get_warnings, PAGE ",format"},
    {API_GET, "hazards", ANY, api_get_hazards, PAGE ",over,bbox,format"},
    {API_GET, "alerts", ANY, api_get_alerts, PAGE ",format"},
    {API_GET, "incidents", ANY, api_get_incidents, PAGE ",format"},
    {API_GET, "notes", ANY, api_get_notes, PAGE ",q,subject,format"},
    {API_GET, "handovers", ANY, api_get_handovers, PAGE ",format"},
    {API_GET, "plans", ANY, api_get_plans, PAGE ",standing,format"},
    {API_GET, "plans/{plan}", ANY, api_get_plan, "at,format,part"},
    {API_GET, "plans/{plan}/diff", ANY, api_get_plan_diff, "at,against,format"},
    {API_GET, "directives", ANY, api_get_directives, PAGE ",format"},
    {API_GET, "progress", ANY, api_get_progress, PAGE ",format"},
    {API_GET, "orders", ANY, api_get_orders, NULL},
    {API_GET, "orders/{order}", ANY, api_get_order, "at"},
    {API_GET, "exercises", ANY, api_get_exercises, PAGE ",format"},
    {API_GET, "log", ANY, api_get_log, "from,to,limit,decisions,about"},
    {API_GET, "log/{position}", ANY, api_get_record, ""},
    {API_GET, "series", ANY, api_get_series, "at,since_ms,format"},
    {API_GET, "events", ANY, api_get_events, "from,view"},
    {API_GET, "situation", ANY, api_get_situation, "at,format,lang"},

    {API_PUT, "network/{id}", PLANNER | CONTROLLER, api_put_link, "at"},
    {API_PUT, "zones/{id}/sweep", PLANNER | CONTROLLER, api_put_sweep, "at"},
    {API_PUT, "hazards/{id}", PLANNER | CONTROLLER, api_put_hazard, "at"},
    {API_PUT, "alerts/{id}", PLANNER | CONTROLLER, api_put_alert, "at"},
    {API_POST, "incidents", APPROVER | CONTROLLER, api_post_incident, "at"},
    {API_PUT, "incidents/open", APPROVER | CONTROLLER, api_put_phase, "at"},
    {API_PUT, "exercises/clock", CONTROLLER, api_put_clock, "at"},
    {API_POST, "reports", SHELTER | DEPOT | PLANNER, api_post_report, "at"},
    {API_POST, "notes", WHO_WORKS | EVALUATOR, api_post_note, "at"},
    {API_POST, "handovers", WHO_WORKS, api_post_handover, "at"},

    {API_POST, "plans", PLANNER | APPROVER, api_post_plan, "at"},
    {API_PUT, "plans/{plan}/approval", APPROVER, api_put_approval, "at"},
    {API_DELETE, "plans/{plan}/approval", APPROVER, api_delete_approval, "at"},
    {API_PUT, "directives/{id}", PLANNER, api_put_directive, "at"},
    {API_DELETE, "directives/{id}", PLANNER, api_delete_directive, "at"},
    {API_PUT, "requests/{id}/verdict", PLANNER | APPROVER, api_put_verdict, "at"},
    {API_PUT, "waybills/{id}/end", PLANNER | APPROVER, api_put_waybill_end, "at"},
    {API_POST, "returns", PLANNER | APPROVER, api_post_return, "at"},
    {API_POST, "orders", PLANNER | APPROVER, api_post_order, "at"},
    {API_PATCH, "orders/{order}", PLANNER | APPROVER, api_patch_order, "at"},
    {API_DELETE, "orders/{order}", PLANNER | APPROVER, api_delete_order, "at"},
    {API_POST, "orders/{order}/answers", SHELTER | DEPOT | PLANNER | APPROVER, api_post_answer,
     "at"},
};
const size_t api_route_count = sizeof api_routes / sizeof *api_routes;

const char *api_method_word(enum api_method method) {
    static const char *const words[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    return words[method];
}

/* Whether the segments from `at` on are those of the pattern. */
static bool matches(const char *pattern, const struct api_target *target, size_t at,
                    const char *arguments[2]) {
    size_t argument = 0;
    while (*pattern != '\0' && at < target->segment_count) {
        size_t length = strcspn(pattern, "/");
        const char *segment = target->segments[at++];
        if (*pattern == '{')
            arguments[argument++] = segment;
        else if (strlen(segment) != length || strncmp(pattern, segment, length) != 0)
            return false;
        pattern += length;
        pattern += *pattern == '/';
    }
    return *pattern == '\0' && at == target->segment_count && !target->folder;
}

static bool is_below(const struct api_target *target) {
    return target->segment_count > 2 && strcmp(target->segments[0], "api") == 0 &&
           strcmp(target->segments[1], "v1") == 0;
}

const struct api_route *api_route_find(const struct api_target *target, enum api_method method,
                                       const char *ret_arguments[2], uint32_t *ret_methods) {
    const struct api_route *found = NULL;
    *ret_methods = 0;
    for (size_t i = 0; i < api_route_count; i++) {
        const struct api_route *route = &api_routes[i];
        bool root = route->path[0] == '/';
        const char *arguments[2] = {NULL, NULL};
        if ((!root && !is_below(target)) ||
            !matches(route->path + root, target, root ? 0 : 2, arguments))
            continue;
        if (found != NULL || (*ret_methods >> route->method & 1) != 0)
            continue; /* a fixed path comes before one with {…} */
        *ret_methods |= 1u << route->method;
        if (route->method != method)
            continue;
        found = route;
        memcpy(ret_arguments, arguments, sizeof arguments);
    }
    return found;
}
