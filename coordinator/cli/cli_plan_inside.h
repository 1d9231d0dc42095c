/* `haven plan show` and `progress`: what their files share. Each prints a part of a reply, and
 * nothing where that part has nothing to say. */
#ifndef COORDINATOR_CLI_CLI_PLAN_INSIDE_H
#define COORDINATOR_CLI_CLI_PLAN_INSIDE_H

#include "coordinator/cli/cli.h"

/* A whole plan (cli_plan_show.c). */
void cli_plan_show(const json_t *reply);

/* Who goes where and when, who is on the way, what is another way than before
 * (cli_plan_people.c). */
void cli_plan_moves(const json_t *plan);
void cli_plan_ways(const json_t *plan);
void cli_plan_changes(const json_t *plan);

/* How far the evacuation is, by zone (cli_plan_progress.c). */
void cli_plan_progress(const json_t *reply);

/* Who goes by bus (cli_plan_buses.c). */
void cli_plan_buses(const json_t *plan);

/* Which depot and which shelter sends what, and what it costs (cli_plan_goods.c). */
void cli_plan_goods(const json_t *plan);
void cli_plan_shipments(const json_t *plan);

/* How goods get there (cli_plan_trips.c). */
void cli_plan_trips(const json_t *fleet);

/* A share or a cost; 0 where it is missing. */
double cli_plan_figure(const json_t *object, const char *member);

/* A cost in person-days: a person without one item for one day. */
double cli_plan_days(const json_t *object, const char *member);

#endif
