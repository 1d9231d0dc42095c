/* Every command, with its help. */
#include "coordinator/cli/cli.h"

const struct cli_entry cli_entries[] = {
    {"init", cli_init, "make a coordinator in a folder",
     "usage: haven init DIR [--name NAME] [--exercise | --mode live|exercise] [--bind ADDRESS] "
     "[--endpoint ADDRESS]…\n"
     "       [--http ADDRESS:PORT|off] [--certificate FILE --certificate-key FILE]\n"
     "  --name      what people call it                        --exercise  nothing in it is real\n"
     "  --bind      where to listen; otherwise at the ports of the endpoints, or tcp://*:5670\n"
     "  --endpoint  how nodes reach it, in order of preference; this machine's name otherwise\n"
     "  --http      where the command centre is served, 127.0.0.1:8670 otherwise; beyond this\n"
     "              machine only with a certificate and its key (PEM files)\n"
     "examples:\n"
     "  haven init /var/lib/haven --name '河岸市' --endpoint tcp://10.0.0.1:5670\n"
     "  haven init drill --exercise --bind tcp://127.0.0.1:5670\n"},
    {"enroll", cli_enroll, "admit a node by its public key",
     "usage: haven enroll NODE --role shelter|depot --key KEY [--place ID]\n"
     "  --key    what `haven-node init` printed      --place  its id in the region, where it "
     "differs\n"
     "example:\n"
     "  haven enroll S01 --role shelter --key 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7'\n"},
    {"revoke", cli_revoke, "admit a node no more",
     "usage: haven revoke NODE [--reason TEXT]\nexample:\n  haven revoke S01 --reason 'laptop "
     "stolen'\n"},
    {"account", cli_account, "who may use the command centre",
     "usage: haven account list | add NAME --roles ROLES [--token] | roles NAME ROLES |\n"
     "                      password NAME | token NAME | remove NAME\n"
     "  ROLES    one or more by commas: viewer shelter-staff depot-staff planner approver\n"
     "           exercise-controller evaluator administrator\n"
     "  --token  for a machine: prints a token, once, for Authorization: Bearer; otherwise a\n"
     "           password is asked for, or read as one line from a pipe\n"
     "examples:\n"
     "  haven account add duty-officer --roles planner,approver\n"
     "  haven account add dashboard --roles viewer --token\n"
     "  haven account password duty-officer\n"},
    {"region", cli_region_command, "check, import, load or show a region",
     "usage: haven region check DIR | import tntp|osm|nss|taiwan|nanao … | load DIR | show\n"
     "  check and import work on files alone; load and show ask the coordinator\n"
     "examples:\n"
     "  haven region check regions/siouxfalls\n"
     "  haven region load regions/siouxfalls\n"
     "  haven region import --help\n"},
    {"incident", cli_incident, "open an incident, change its phase, close it",
     "usage: haven incident open NAME [--hazard KIND] | phase PHASE | close | list\n"
     "  phases: watch activation evacuation stand-down demobilisation closed\n"
     "examples:\n"
     "  haven incident open 'June flood' --hazard flood\n"
     "  haven incident phase evacuation\n"
     "  haven incident close\n"},
    {"hazard", cli_hazard, "say what a hazard hits",
     "usage: haven hazard ID KIND [--zones A,B] [--links …] [--shelters …] [--depots …]\n"
     "                    [--from TIME [--until TIME] [--capacity-permille N]]\n"
     "       haven hazard ID --over | list\n"
     "  zones that a hazard in force names have to leave\n"
     "  without --from  what it hits now, in place of all that was said of it, its times too\n"
     "  with --from     what it hits from then on, beside what was said before: links are\n"
     "                  closed, or keep so many thousandths of their capacity\n"
     "examples:\n"
     "  haven hazard river flood --zones Z10,Z11 --links L16-17,L17-16\n"
     "  haven hazard river flood --links L6-8,L8-6 --from +90min --until +6h\n"
     "  haven hazard river --over\n"},
    {"road", cli_road, "close and open roads",
     "usage: haven road close LINK | open LINK [--capacity-permille N] [--reason TEXT] | list\n"
     "example:\n  haven road close L16-17 --reason 'bridge under water'\n"},
    {"report", cli_report, "report on behalf: by telephone or radio",
     "usage: haven report PLACE ENTRY [figures] [--ago-s N] [--imported]\n"
     "  ENTRY  check-in, check-out or count with --adults N --children N --infants N --elderly N "
     "--age-unknown N\n"
     "         --wheelchair N --medical N --pregnant N --other-language N --pets N --from ZONE "
     "--to WHERE;\n"
     "         status STATUS --reason TEXT; or an entry as JSON (docs/NODE.md)\n"
     "  --ago-s  seen so many seconds ago: newer figures are never overwritten\n"
     "examples:\n"
     "  haven report S07 count --adults 40 --children 12 --ago-s 1800\n"
     "  haven report S07 status open --reason 'told by radio'\n"
     "  haven report S07 '{\"verb\": \"note\", \"text\": \"needs a doctor\"}'\n"
     "  haven report S07 '{\"verb\": \"stock-receive\", \"lines\": [{\"item\": \"blanket\", "
     "\"quantity\": 80}], \"request\": 3}'\n"},
    {"note", cli_note, "write into the log of the shift",
     "usage: haven note TEXT [--subject ID]\nexample:\n  haven note 'handed over to the night "
     "shift'\n"},
    {"handover", cli_handover, "one shift ends, the next begins",
     "usage: haven handover [TEXT] --to NAME\n\n"
     "Writes into the log who takes over, and what they are told: 1,000 characters at most.\n\n"
     "example:\n  haven handover 'S06 is closed, the bridge is watched' --to officer2\n"},
    {"status", cli_status, "the whole at a glance",
     "usage: haven status [--json]\nexamples:\n  haven status\n  haven status --json | jq "
     ".incident\n"},
    {"attention", cli_attention, "what is wrong or waits for a decision, and who sees to it",
     "usage: haven attention [--grade GRADE,…] [--kind KIND,…] [--owner NAME | --unowned]\n"
     "                       [--offset N] [--limit N] [--json]\n"
     "       haven attention take ID [--note TEXT]\n"
     "       haven attention give ID --to NAME [--note TEXT]\n"
     "       haven attention leave ID [--note TEXT]\n\n"
     "Lists it worst first, as the first screen of the command centre does: alarm, decision,\n"
     "warning. The exit status says nothing of what is listed.\n\n"
     "  take      you see to it: the name of --role-name, or operator\n"
     "  give      somebody else does\n"
     "  leave     nobody does any more\n"
     "  --kind    stale, near-full, over-capacity, damaged, conservation, lifeline, stock-out,\n"
     "            order-overdue, order-unanswered, order-declined, order-failed, plan-waits,\n"
     "            zone-behind, people-overdue, delivery-late, no-vehicle, below-minimum,\n"
     "            expiring, cold-chain, request, storing\n"
     "  --unowned what nobody sees to\n\n"
     "examples:\n"
     "  haven attention --grade alarm,decision --unowned\n"
     "  haven --role-name night-shift attention take order:18 --note 'calling them'\n"
     "  haven attention give lifeline:S09:power --to planner\n"
     "  haven attention --json | jq '.by_grade.alarm'\n"},
    {"shelters", cli_shelters, "shelters: status, people, capacity, age",
     "usage: haven shelters [ID] [--offset N] [--limit N] [--json]\nexamples:\n  haven shelters "
     "S07\n"
     "  haven shelters --json | jq '.shelters[] | select(.stale)'\n"},
    {"depots", cli_depots, "depots and their stock",
     "usage: haven depots [ID] [--offset N] [--limit N] [--json]\nexample:\n  haven depots D1\n"},
    {"supplies", cli_supplies, "for how many days what shelters have lasts",
     "usage: haven supplies [SHELTER] [--item ITEM] [--below DAYS] [--offset N] [--limit N]\n"
     "  usable goods of each item that is used by the day, over what the people there use\n"
     "  --below DAYS  only what lasts for less, the shortest first\n"
     "examples:\n"
     "  haven supplies --item water\n"
     "  haven supplies --below 2 --limit 20\n"},
    {"zones", cli_zones, "zones: who has checked in, who is left",
     "usage: haven zones [ID] [--json]\n"
     "       haven zones sweep ID --left N [--ago-s N] [--reason TEXT]\n"
     "  sweep  whoever walked or telephoned through the zone found N people still there;\n"
     "         without one, all who live there and have not checked in count as left\n"
     "examples:\n"
     "  haven zones Z10\n"
     "  haven zones sweep Z10 --left 0 --ago-s 600 --reason 'warden: every door knocked'\n"},
    {"nodes", cli_nodes, "who reports, and when last",
     "usage: haven nodes [ID] [--json]\nexamples:\n  haven nodes\n  haven nodes --json | jq "
     "'.nodes[] | select(.stale)'\n"},
    {"requests", cli_requests, "what shelters ask for, and how far it is",
     "usage: haven requests [ID] [--all]\n"
     "       haven requests approve ID [--lines ITEM=N,…] [--reason TEXT] | decline ID --reason "
     "TEXT |\n"
     "                      close ID --reason TEXT\n"
     "  each item on three tracks: committed (ordered), in transit, fulfilled (received)\n"
     "  --lines  approves so much of each item; without it all that is asked for\n"
     "examples:\n"
     "  haven requests approve 3/0/1 --lines water=600,blanket=40 --reason 'half until Friday'\n"
     "  haven requests decline 3/0/2 --reason 'no generators left'\n"},
    {"ledger", cli_ledger, "where every unit is; waybills; warnings; proof",
     "usage: haven ledger [show] [--place ID] | item ITEM [--place ID] | lot LOT\n"
     "       haven ledger waybills [--all] | waybill W | end W --reason TEXT | warnings\n"
     "       haven ledger verify [DIR] [--at POSITION]\n"
     "  show      each item over all books: where it is, where it came from, where it went\n"
     "  item, lot the same by lot, place and waybill\n"
     "  end       nothing more comes on the waybill: what was shipped and not received is "
     "missing,\n"
     "            and its open orders, to send and to expect it, are cancelled\n"
     "  warnings  expiry within 9 and 3 months, minimum stock, cold chain, and every discrepancy\n"
     "  verify    proves from the log alone that all movements add up, at positions on the way "
     "and\n"
     "            at the end; DIR: a stopped coordinator's folder or a backup\n"
     "examples:\n"
     "  haven ledger item water --place D1\n"
     "  haven ledger warnings --json | jq '.warnings[] | select(.warning | "
     "startswith(\"expire\"))'\n"
     "  haven ledger verify --at 5000\n"
     "  haven ledger verify /var/backups/haven/monday\n"},
    {"transfers", cli_transfers, "people between shelters",
     "usage: haven transfers [ID] [--all] [--json]\n  --all  those that have arrived, "
     "too\nexample:\n  haven transfers --all\n"},
    {"plan", cli_plan, "list, make, show, compare, approve plans",
     "usage: haven plan list | make | show [N] | diff [N] [--against M]\n"
     "       haven plan approve N [--reason TEXT] | withdraw N\n"
     "       haven plan progress\n"
     "       haven plan directives [--all] | directive ID --lift\n"
     "       haven plan directive ID --kind KIND [--zone ID] [--shelter ID] [--depot ID] [--item "
     "ID]\n"
     "                  [--link ID] [--quantity N] [--reason TEXT]\n"
     "  without N: the last one. diff compares with M, or the plan in force; approve issues the "
     "orders\n"
     "  progress: zone by zone, who should have left and be there by the windows of the plan in "
     "force,\n"
     "  and who is gone as far as check-ins and sweeps tell\n"
     "  kinds, which bind every plan from now on:\n"
     "    pin       --zone --shelter: the zone goes only to shelters that it is pinned to\n"
     "    exclude   --zone or --depot, --shelter: never this pair\n"
     "    reserve   --depot --item --quantity: the depot keeps so much\n"
     "    avoid     --link: no plan uses the road\n"
     "    priority  --shelter or --item, --quantity: what is lacking counts 1 to 1000 times\n"
     "    limit     --depot, --shelter or both, --quantity: litres of goods in one plan\n"
     "examples:\n  haven plan make\n  haven plan approve 4 --reason 'as agreed at 14:00'\n"
     "  haven plan directive one-van --kind limit --depot D1 --shelter S03 --quantity 7000\n"
     "  haven plan directive water-first --kind priority --item water --quantity 5\n"
     "  haven plan directive one-van --lift\n"},
    {"orders", cli_orders, "list, show, issue, answer, revise, cancel orders",
     "usage: haven orders [list] [--all] [--state S] [--kind K] [--post P] [--addressee ID] "
     "[--plan N]\n"
     "       haven orders show N | issue KIND ADDRESSEE [--post POST] [what it says]\n"
     "       haven orders answer N --state STATE [--reason TEXT] [--done N] | revise N "
     "[what it says]\n"
     "       haven orders cancel N [--reason TEXT]\n"
     "       haven orders return SHELTER|--all [--to DEPOT] [--text TEXT]\n"
     "  what it says: --shelter ID --people ZONE=N,… --links ID,… --counterpart ID --lines "
     "ITEM=N,…\n"
     "         --waybill W --vehicle ID --text TEXT --deadline TIME (+90min, or "
     "2026-06-01T06:00:00Z)\n"
     "         --start TIME --end TIME --per-hour N --travel-min N: in which window people leave, "
     "at most\n"
     "         how many an hour, and how long they are on the way; once it is accepted they count "
     "as on\n"
     "         the way by that, and without a window as still to leave\n"
     "  kinds: stand-by open close receive-people send-people-on warn-zone evacuate-zone bus-run "
     "close-road\n"
     "         reverse-road ship expect-delivery return-goods stand-down\n"
     "  return: all that is usable goes back by lot, to the nearest depot or the one named; --all: "
     "from\n"
     "          every shelter that is closing or closed and where nobody is left\n"
     "  answer: --done N: so many are out so far, more than ordered too; refused above twice the "
     "ordered and\n"
     "          50 more, for then the order is to be revised first\n"
     "  posts: node (told by message); zone-warden bus-yard road-post place (told by print or "
     "voice)\n"
     "examples:\n"
     "  haven orders issue open S03 --text 'gymnasium only' --deadline +90min\n"
     "  haven orders issue ship D1 --counterpart S03 --lines water=600,blanket=80\n"
     "  haven orders issue close-road L16-17 --post road-post\n"
     "  haven orders issue evacuate-zone Z10 --post zone-warden --shelter S04 --people Z10=240 \\\n"
     "      --start +30min --end +90min --travel-min 20\n"
     "  haven orders return S03 --to D1\n"
     "  haven orders answer 14 --state accepted\n"},
    {"log", cli_log, "every record: who, when, why",
     "usage: haven log [--from N] [--to N] [--limit N]\nexample:\n  haven log --limit 20\n"},
    {"notes", cli_notes, "notes of the shift",
     "usage: haven notes [--json]\nexample:\n  haven notes\n"},
    {"clock", cli_clock, "the scenario clock of an exercise",
     "usage: haven clock RATE [--start TIME]\n"
     "example:\n  haven clock 60 --start 2026-06-01T06:00:00Z     (a minute a second)\n"},
    {"statistics", cli_statistics, "counters of the coordinator",
     "usage: haven statistics [--json]\nexample:\n  haven statistics --json | jq .refused\n"},
    {"backup", cli_backup, "copy log, regions and settings while running",
     "usage: haven backup DIR      (absent or empty; keys are not copied)\nexample:\n  haven "
     "backup /mnt/usb/haven-0611\n"},
    {"restore", cli_restore, "make a new folder from a backup",
     "usage: haven restore BACKUP DIR --key FILE\n"
     "  --key  the coordinator.key that was kept elsewhere\n"
     "example:\n  haven restore /mnt/usb/haven-0611 /var/lib/haven --key /root/coordinator.key\n"},
    {"verify", cli_verify, "check every checksum and hash of a log",
     "usage: haven verify [DIR] [--json]   (without DIR: the running coordinator's; DIR: a backup "
     "or a stopped one)\n"
     "examples:\n  haven verify\n  haven verify /mnt/usb/haven-0611\n"},
    {"solve", cli_solve_command, "solve a problem from a file",
     "usage: haven solve mincostflow|evacuation FILE …      (see haven solve --help)\n"},
    {"evacuation", cli_evacuation_command, "instances from regions, reports of plans",
     "usage: haven evacuation instance|report …      (see haven evacuation --help)\n"},
    {"scenarios", cli_scenarios_command, "what may happen to a region, with probabilities",
     "usage: haven scenarios HAZARDS.json REGION …      (see haven scenarios --help)\n"},
    {"stop", cli_stop, "stop the coordinator cleanly",
     "usage: haven stop\nexample:\n  haven stop && haven verify /var/lib/haven\n"},
    {0},
};
