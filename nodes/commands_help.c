#include "nodes/commands.h"

#include <string.h>

static const char overview[] =
    "haven-node: one shelter or depot\n"
    "\n"
    "  haven-node init DIR --id ID --role shelter|depot --deployment FILE.json\n"
    "  haven-node run DIR\n"
    "  haven-node desk DIR [--listen ADDRESS:PORT] [--pin PIN] …    the page for phones\n"
    "\n"
    "With --dir DIR or HAVEN_NODE_DIR, while the node runs:\n"
    "  people      check-in  check-out  transfer-out  transfer-in  undo  count\n"
    "  place       report status|capacity|lifeline\n"
    "  goods       stock [receive|issue|ship|loss|expire|adjust|count]  request  requests\n"
    "  orders      orders  accept  decline  start  progress  done  fail\n"
    "  other       note  status  records  batch  ping  stop\n"
    "\n"
    "  --json prints the reply as JSON; haven-node COMMAND --help shows examples.\n";

#define PEOPLE_HELP                                                                                \
    "  figures: --adults N --children N --infants N --elderly N --age-unknown N\n"                 \
    "           --wheelchair N --medical N --pregnant N --other-language N --pets N\n"             \
    "  --ago 20m: it was seen so long ago (s, m, h)\n"

static const struct {
    const char *command;
    const char *help;
} helps[] = {
    {"init",
     "haven-node init DIR --id ID --role shelter|depot --deployment FILE.json\n"
     "  Makes the node's directory, key and outbox, and prints its public key for haven enroll.\n"
     "  haven-node init /var/lib/haven-node/S01 --id S01 --role shelter --deployment "
     "deployment.json\n"},
    {"run", "haven-node run DIR\n"
            "  Runs the node until SIGTERM or haven-node stop.\n"
            "  haven-node run /var/lib/haven-node/S01\n"},
    {"desk",
     "haven-node desk DIR [--listen ADDRESS:PORT] [--pin PIN|-] [--name NAME] [--card FILE.json]\n"
     "                    [--certificate FILE.pem --tls-key FILE.pem]\n"
     "  Sets up the page that staff open on their phones; the node serves it from its next start.\n"
     "  Six characters at least make a PIN; - reads it from standard input. A new PIN signs all\n"
     "  out. The card (haven region card) has the names of zones, places and items.\n"
     "  haven-node desk /var/lib/haven-node/S01 --listen 0.0.0.0:8780 --pin - --name \"North "
     "school\"\n"},
    {"check-in", "haven-node check-in FIGURES [--from ZONE] [--households N]\n" PEOPLE_HELP
                 "  haven-node check-in --adults 3 --wheelchair 1 --from Z4\n"},
    {"check-out",
     "haven-node check-out FIGURES [--to home|hospital|shelter:ID] [--force]\n" PEOPLE_HELP
     "  haven-node check-out --adults 2 --to home\n"
     "  haven-node check-out --elderly 1 --to shelter:S07\n"},
    {"transfer-out", "haven-node transfer-out FIGURES --to SHELTER --id TRANSFER\n" PEOPLE_HELP
                     "  haven-node transfer-out --children 5 --adults 1 --to S07 --id T1\n"},
    {"transfer-in", "haven-node transfer-in FIGURES --from SHELTER --id TRANSFER\n" PEOPLE_HELP
                    "  haven-node transfer-in --children 5 --adults 1 --from S01 --id T1\n"},
    {"undo", "haven-node undo\n  Takes back the last movement, once.\n"
             "  haven-node check-in --adults 30    that was 3 …\n"
             "  haven-node undo && haven-node check-in --adults 3\n"},
    {"count", "haven-node count FIGURES [--households N]\n" PEOPLE_HELP
              "  haven-node count --adults 31 --children 12 --households 9\n"},
    {"report",
     "haven-node report status STATUS [--reason TEXT]\n"
     "haven-node report capacity PEOPLE[:area|beds][:day|night][:indoor|outdoor] …\n"
     "haven-node report lifeline KIND STATE [--hours N] [KIND STATE [--hours N]] …\n"
     "  haven-node report status open --reason \"school hall ready\"\n"
     "  haven-node report capacity 480:indoor:night 3350:outdoor\n"
     "  haven-node report lifeline power down generator limited --hours 6\n"
     "  STATUS: planned standby opening open nearly-full full closing closed damaged\n"
     "  KIND: power generator water sewage communication heating road; STATE: up limited down\n"},
    {"stock",
     "haven-node stock\n"
     "haven-node stock pick|load|dispatch|put-back WAYBILL [ITEM=QTY[@LOT[:YYYY-MM-DD]] …]\n"
     "haven-node stock receive --waybill W [--short ITEM=QTY] [--over …] [--damaged …] "
     "[--more-to-come]\n"
     "haven-node stock receive --waybill W --nothing --reason TEXT\n"
     "haven-node stock receive ITEM=QTY … [--for REQUEST]\n"
     "haven-node stock receive|issue|ship|loss|expire|write-off ITEM=QTY[@LOT[:YYYY-MM-DD]] …\n"
     "haven-node stock unpack KIT=QTY --into ITEM=QTY …\n"
     "haven-node stock adjust ITEM=+QTY|-QTY … --reason TEXT\n"
     "haven-node stock count [--complete] ITEM=QTY[@LOT[:YYYY-MM-DD]] … [--reason TEXT]\n"
     "  [--waybill W] [--to PLACE | --from PLACE] [--vehicle V] [--final] [--reason TEXT] "
     "[--force] [--ago 20m]\n"
     "  Goods without a lot are taken first expired, first out; another lot wants a --reason.\n"
     "  So does a count that differs from what is booked.\n"
     "  pick without goods takes those of the order; load, dispatch and put-back all that is set\n"
     "  aside; receive those that have left and were not received yet, by lot, or where that is "
     "not\n"
     "  known those that were announced. --short, --over and --damaged take ITEM=QTY@LOT too.\n"
     "  --final: nothing more goes, or comes. --nothing: nothing came, and nothing will.\n"
     "  --for: which of your requests goods without a waybill answer (haven-node requests).\n"
     "  haven-node stock pick W-2-1 && haven-node stock load W-2-1 --vehicle TRUCK-D1\n"
     "  haven-node stock dispatch W-2-1 --final\n"
     "  haven-node stock receive --waybill W-2-1 --short water=20 --damaged blanket=3\n"
     "  haven-node stock receive --waybill W-2-1 --nothing --reason 'the truck was swept away'\n"
     "  haven-node stock receive water=600@L1:2027-03-01 --waybill W3 --from D01\n"
     "  haven-node stock receive blanket=80 --for 3\n"
     "  haven-node stock issue blanket=12 water=24\n"
     "  haven-node stock unpack family-kit=10 --into blanket=40 --into soap=20\n"
     "  haven-node stock adjust water=-6 --reason \"burst\"\n"
     "  haven-node stock count --complete water=900 blanket=80 --reason 'a pallet was wet'\n"},
    {"request", "haven-node request goods ITEM=QTY … | transport|medical|staff|repair\n"
                "  [--urgency routine|urgent|life-saving] [--amount N] [--text TEXT]\n"
                "haven-node request withdraw NUMBER\n"
                "  haven-node request goods blanket=80 water=300 --urgency urgent\n"
                "  haven-node request transport --amount 45 --text \"wheelchair bus\"\n"},
    {"requests", "haven-node requests\n  Open requests with their numbers.\n"
                 "  haven-node requests --json\n"},
    {"orders", "haven-node orders [--all] [--peek]\n"
               "  Open orders; those new to this node become “seen”, unless --peek.\n"
               "  haven-node orders --peek\n"},
    {"accept", "haven-node accept ORDER\n  haven-node accept 17\n"},
    {"decline", "haven-node decline ORDER --reason TEXT\n"
                "  haven-node decline 17 --reason \"the hall is flooded\"\n"},
    {"start", "haven-node start ORDER\n  haven-node start 17\n"},
    {"progress", "haven-node progress ORDER --done N\n  haven-node progress 17 --done 40\n"},
    {"done", "haven-node done ORDER [--done N]\n  haven-node done 17 --done 96\n"},
    {"fail", "haven-node fail ORDER --reason TEXT [--done N]\n"
             "  haven-node fail 17 --reason \"truck broke down\" --done 40\n"},
    {"note", "haven-node note TEXT\n  haven-node note \"the road to the north is under water\"\n"},
    {"status", "haven-node status\n"
               "  When the coordinator was last heard, what waits, how old each figure is.\n"
               "  haven-node status\n  haven-node status --json\n"},
    {"records", "haven-node records [--lane history|present] [--json]\n"
                "  Every report that is kept, with its identity and whether it was acknowledged.\n"
                "  haven-node records --lane history --json\n"},
    {"batch", "haven-node batch FILE|-\n"
              "  Entries as JSON, one a line (docs/NODE.md); the replies are printed likewise.\n"
              "  echo '{\"verb\":\"check-in\",\"people\":{\"adult\":2}}' | haven-node batch -\n"},
    {"ping", "haven-node ping\n  Exits 0 where the node runs.\n"
             "  haven-node ping && echo runs\n"},
    {"stop", "haven-node stop\n  Ends the node cleanly: what was entered is stored.\n"
             "  haven-node stop && haven-node run \"$HAVEN_NODE_DIR\"\n"},
};

const char *commands_help(const char *command) {
    if (command == NULL)
        return overview;
    for (size_t i = 0; i < sizeof helps / sizeof helps[0]; i++)
        if (strcmp(helps[i].command, command) == 0)
            return helps[i].help;
    return NULL;
}
