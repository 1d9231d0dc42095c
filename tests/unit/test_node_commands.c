/* What people type becomes what the control socket takes: a table of both. */
#include "nodes/commands.h"
#include "nodes/tell.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 24 };

/* Splits at spaces; “_” in a word stands for a space. */
static int split(char *line, char *words[WORDS_MAX]) {
    int count = 0;
    for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " ")) {
        for (char *at = word; *at != '\0'; at++)
            *at = *at == '_' ? ' ' : *at;
        words[count++] = word;
    }
    return count;
}

static int parse(const char *line, char wrong[256], json_t **ret_request) {
    char copy[512], *words[WORDS_MAX];
    snprintf(copy, sizeof copy, "%s", line);
    int count = split(copy, words);
    return commands_parse(count, words, wrong, 256, ret_request);
}

static const struct {
    const char *line, *json;
} understood[] = {
    {"check-in --adults 3 --wheelchair 1 --from Z4",
     "{'verb':'check-in','people':{'adult':3,'wheelchair':1},'zone':'Z4'}"},
    {"check-in --people 9 --households 4 --ago 10m",
     "{'verb':'check-in','people':{'age_unknown':9},'households':4,'ago_s':600}"},
    {"check-out --elderly 2 --to hospital --force",
     "{'verb':'check-out','people':{'elderly':2},'to':'hospital','force':true}"},
    {"check-out --adults 2 --to shelter:S07",
     "{'verb':'check-out','people':{'adult':2},'to':'shelter','shelter':'S07'}"},
    {"transfer-out --children 5 --to S07 --id T1",
     "{'verb':'transfer-out','people':{'child':5},'shelter':'S07','transfer':'T1'}"},
    {"transfer-in --children 5 --from S01 --id T1",
     "{'verb':'transfer-in','people':{'child':5},'shelter':'S01','transfer':'T1'}"},
    {"count", "{'verb':'count','people':{}}"},
    {"count --adults 31 --infants 2 --pets 3",
     "{'verb':'count','people':{'adult':31,'infant':2,'pets':3}}"},
    {"undo", "{'verb':'undo'}"},
    {"report status nearly-full --reason two_halls",
     "{'verb':'status-report','status':'nearly-full','reason':'two halls'}"},
    {"report capacity 480:indoor:night 60:beds",
     "{'verb':'capacity','lines':[{'people':480,'place':'indoor','part':'night'},"
     "{'people':60,'basis':'beds'}]}"},
    {"report lifeline power down generator limited --hours 6",
     "{'verb':'lifeline','lifelines':[{'kind':'power','state':'down'},"
     "{'kind':'generator','state':'limited','hours':6}]}"},
    {"stock", "{'verb':'stock'}"},
    {"stock pick W-1", "{'verb':'stock-pick','waybill':'W-1','lines':[]}"},
    {"stock load W-1 water=6 --vehicle T9",
     "{'verb':'stock-load','waybill':'W-1','lines':[{'item':'water','quantity':6}],"
     "'vehicle':'T9'}"},
    {"stock dispatch W-1 --final", "{'verb':'stock-ship','waybill':'W-1','lines':[],'final':true}"},
    {"stock put-back W-1", "{'verb':'stock-put-back','waybill':'W-1','lines':[]}"},
    {"stock receive --waybill W-1 --short water=2 --damaged soap=1 --more-to-come",
     "{'verb':'stock-receive','waybill':'W-1','lines':[],'short':[{'item':'water','quantity':2}],"
     "'damaged':[{'item':'soap','quantity':1}],'more':true}"},
    {"stock unpack kit=2 --into soap=4 --into bucket=2",
     "{'verb':'stock-unpack','lines':[{'item':'kit','quantity':2}],"
     "'into':[{'item':'soap','quantity':4},{'item':'bucket','quantity':2}]}"},
    {"stock receive water=600@L1:2027-03-01 --waybill W3 --from D1",
     "{'verb':'stock-receive','lines':[{'item':'water','quantity':600,'lot':'L1',"
     "'expiry':'2027-03-01'}],'waybill':'W3','counterpart':'D1'}"},
    {"stock receive blanket=80 --for 3",
     "{'verb':'stock-receive','lines':[{'item':'blanket','quantity':80}],'request':3}"},
    {"stock ship water=300 blanket=10 --to S01",
     "{'verb':'stock-ship','lines':[{'item':'water','quantity':300},"
     "{'item':'blanket','quantity':10}],'counterpart':'S01'}"},
    {"stock issue water=3", "{'verb':'stock-issue','lines':[{'item':'water','quantity':3}]}"},
    {"stock loss water=3 --reason broken",
     "{'verb':'stock-loss','lines':[{'item':'water','quantity':3}],'reason':'broken'}"},
    {"stock expire milk=4", "{'verb':'stock-expire','lines':[{'item':'milk','quantity':4}]}"},
    {"stock adjust water=-3",
     "{'verb':'stock-adjust-down','lines':[{'item':'water','quantity':3}]}"},
    {"stock adjust water=+3", "{'verb':'stock-adjust-up','lines':[{'item':'water','quantity':3}]}"},
    {"stock count water=9 --complete",
     "{'verb':'stock-count','lines':[{'item':'water','quantity':9}],'complete':true}"},
    {"request medical --urgency life-saving --text two_doctors --amount 2",
     "{'verb':'request','kind':'medical','lines':[],'urgency':'life-saving','text':'two doctors',"
     "'amount':2}"},
    {"request goods blanket=80",
     "{'verb':'request','kind':'goods','lines':[{'item':'blanket','quantity':80}]}"},
    {"request withdraw 3", "{'verb':'request','id':3,'withdrawn':true}"},
    {"requests", "{'verb':'requests'}"},
    {"orders --all --peek", "{'verb':'orders','all':true,'peek':true}"},
    {"accept 17", "{'verb':'answer','order':17,'state':'accepted'}"},
    {"decline 17 --reason no_staff",
     "{'verb':'answer','order':17,'state':'declined','reason':'no staff'}"},
    {"start 17", "{'verb':'answer','order':17,'state':'under-way'}"},
    {"progress 17 --done 40", "{'verb':'answer','order':17,'state':'partly-done','done':40}"},
    {"done 17", "{'verb':'answer','order':17,'state':'done'}"},
    {"fail 17 --reason flooded",
     "{'verb':'answer','order':17,'state':'failed','reason':'flooded'}"},
    {"note 水が来ない", "{'verb':'note','text':'水が来ない'}"},
    {"records --lane present", "{'verb':'records','lane':'present'}"},
    {"status", "{'verb':'status'}"},
    {"ping", "{'verb':'ping'}"},
    {"stop", "{'verb':'stop'}"},
};

static json_t *expected(const char *quoted) {
    char text[512];
    snprintf(text, sizeof text, "%s", quoted);
    for (char *at = text; *at != '\0'; at++)
        *at = *at == '\'' ? '"' : *at;
    json_t *made = json_loads(text, 0, NULL);
    cr_assert_not_null(made, "%s", text);
    return made;
}

Test(node_commands, become_requests_of_the_control_socket) {
    for (size_t i = 0; i < sizeof understood / sizeof *understood; i++) {
        char wrong[256] = "";
        json_t *request = NULL, *right = expected(understood[i].json);
        cr_assert_eq(parse(understood[i].line, wrong, &request), HV_OK, "%s: %s",
                     understood[i].line, wrong);
        char *shown = json_dumps(request, JSON_COMPACT);
        cr_expect(json_equal(request, right), "%s: %s", understood[i].line, shown);
        free(shown);
        json_decref(request);
        json_decref(right);
    }
}

static const struct {
    const char *line, *wrong;
} refused[] = {
    {"check-in", "say how many"},
    {"check-in --adults", "--adults needs a value"},
    {"check-in --adults three", "not a whole number"},
    {"check-in --adults -3", "not a whole number"},
    {"check-in --adults 3 --form Z4", "“--form” is not understood"},
    {"transfer-out --adults 2 --to S07", "a transfer needs --id"},
    {"report", "report"},
    {"report weather", "status, capacity or lifeline"},
    {"report capacity", "say how many people"},
    {"report capacity 480:upstairs", "“upstairs” is none of"},
    {"report lifeline power", "power needs"},
    {"stock borrow water=1", "stock what?"},
    {"stock issue water", "is not ITEM=QUANTITY"},
    {"stock issue water=-3", "only “stock adjust” takes a sign"},
    {"stock adjust water=-3 rice=+2", "two commands"},
    {"request withdraw three", "not a whole number"},
    {"accept", "the command needs a value"},
    {"progress 17", "--done N"},
};

Test(node_commands, say_what_is_wrong_with_a_command) {
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char wrong[256] = "";
        json_t *request = NULL;
        int error = parse(refused[i].line, wrong, &request);
        if (error == HV_OK)
            json_decref(request);
        cr_expect_eq(error, HV_ERR_VALUE, "%s", refused[i].line);
        cr_expect_not_null(strstr(wrong, refused[i].wrong), "%s: %s", refused[i].line, wrong);
    }
    char wrong[256];
    json_t *request;
    cr_assert_eq(parse("sing", wrong, &request), HV_ERR_NOT_FOUND);
}

Test(node_commands, have_help_for_every_command) {
    cr_assert_not_null(commands_help(NULL));
    for (size_t i = 0; i < sizeof understood / sizeof *understood; i++) {
        char first[32] = "", example[64];
        sscanf(understood[i].line, "%31s", first);
        cr_expect_not_null(commands_help(first), "%s", first);
        snprintf(example, sizeof example, "\n  haven-node %s", first);
        cr_expect(commands_help(first) != NULL && strstr(commands_help(first), example) != NULL,
                  "haven-node %s --help shows no example", first);
        snprintf(example, sizeof example, "haven-node %s\n", first);
        cr_expect(strncmp(commands_help(first), example, strlen(example)) != 0 ||
                      strstr(commands_help(first) + strlen(example), example) == NULL ||
                      strcmp(first, "status") == 0,
                  "the example of haven-node %s is how it is called", first);
    }
    cr_assert_null(commands_help("sing"));
}

static int exit_of(const char *quoted) {
    json_t *reply = expected(quoted);
    int status = tell_exit_status(reply);
    json_decref(reply);
    return status;
}

Test(node_commands, end_with_a_status_of_sysexits) {
    cr_assert_eq(exit_of("{'ok':true}"), 0);
    for (int error = HV_ERR_MEMORY; error >= HV_ERR_OVERFLOW; error--) {
        char reply[96];
        snprintf(reply, sizeof reply, "{'ok':false,'error':'%s'}", hv_error_name(error));
        cr_expect_eq(exit_of(reply), hv_error_exit_status(error), "%s", reply);
    }
    cr_assert_eq(exit_of("{'ok':false,'error':'nonsense'}"), hv_error_exit_status(HV_ERR_IO));
}
