/* What lies where in a coordinator's folder. `haven init` makes it, the daemon uses it, backup and
 * restore copy it. */
#ifndef COORDINATOR_LAYOUT_H
#define COORDINATOR_LAYOUT_H

#define LAYOUT_SETTINGS "haven.yaml"        /* settings_load */
#define LAYOUT_INVITATION "deployment.json" /* deployment_load: for nodes, holds no secret */
#define LAYOUT_KEY "coordinator.key"        /* keys_load, mode 0600 */
#define LAYOUT_LOG "log"                    /* log_lmdb_open */
#define LAYOUT_CHECKPOINT "checkpoint"      /* checkpoint_load; may be missing */
#define LAYOUT_MILESTONES "milestones"      /* milestones_fold; may be missing */
#define LAYOUT_REGIONS "regions"     /* data packages, each in a folder named by its hash in hex */
#define LAYOUT_SOCKET "control.sock" /* control_connect */

#define LAYOUT_ACCOUNTS "accounts.json" /* account_list_load, mode 0600 */
#define LAYOUT_SESSIONS "sessions.json" /* of the HTTP interface, mode 0600; may be deleted */

#endif
