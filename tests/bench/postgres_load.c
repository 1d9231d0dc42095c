/* The PostgreSQL side of the ingest benchmark: single-row inserts, each its own transaction,
 * CONNECTIONS x OUTSTANDING with libpq's pipeline mode. postgres_load CONNINFO CONNECTIONS
 * OUTSTANDING PAYLOAD_BYTES SECONDS Prints one JSON line. */
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

static int64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(PGconn *connection) {
    fprintf(stderr, "postgres_load: %s", PQerrorMessage(connection));
    exit(70);
}

static void insert(PGconn *connection, const char *payload, int bytes) {
    const char *values[] = {payload};
    const int lengths[] = {bytes}, formats[] = {1};
    if (PQsendQueryPrepared(connection, "put", 1, values, lengths, formats, 0) != 1 ||
        PQpipelineSync(connection) != 1 || PQflush(connection) < 0)
        die(connection);
}

/* How many inserts were committed: one PGRES_PIPELINE_SYNC each. */
static unsigned take_results(PGconn *connection) {
    unsigned done = 0;
    if (PQconsumeInput(connection) != 1)
        die(connection);
    unsigned nothing = 0;
    while (nothing < 2 && PQisBusy(connection) == 0) {
        PGresult *result = PQgetResult(connection);
        if (result == NULL) {
            nothing++;
            continue;
        }
        nothing = 0;
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_PIPELINE_SYNC)
            done++;
        else if (status != PGRES_COMMAND_OK)
            die(connection);
        PQclear(result);
    }
    return done;
}

int main(int argc, char **argv) {
    if (argc != 6)
        return 64;
    int connections = atoi(argv[2]), outstanding = atoi(argv[3]), bytes = atoi(argv[4]);
    double seconds = strtod(argv[5], NULL);
    PGconn **all = calloc((size_t)connections, sizeof *all);
    char *payload = malloc((size_t)bytes);
    int poller = epoll_create1(0);
    if (all == NULL || payload == NULL)
        return 70;
    memset(payload, 'x', (size_t)bytes);
    for (int i = 0; i < connections; i++) {
        all[i] = PQconnectdb(argv[1]);
        if (PQstatus(all[i]) != CONNECTION_OK)
            die(all[i]);
        PGresult *result =
            PQprepare(all[i], "put", "insert into log (r) values ($1::bytea)", 1, NULL);
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            die(all[i]);
        PQclear(result);
        if (PQenterPipelineMode(all[i]) != 1)
            die(all[i]);
        PQsetnonblocking(all[i], 1);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
        epoll_ctl(poller, EPOLL_CTL_ADD, PQsocket(all[i]), &event);
    }
    int64_t start = now_us(), end = start + (int64_t)(seconds * 1e6);
    unsigned long long answered = 0;
    for (int i = 0; i < connections; i++)
        for (int k = 0; k < outstanding; k++)
            insert(all[i], payload, bytes);
    while (now_us() < end) {
        struct epoll_event events[256];
        int count = epoll_wait(poller, events, 256, 100);
        for (int e = 0; e < count; e++) {
            PGconn *connection = all[events[e].data.u32];
            unsigned done = take_results(connection);
            answered += done;
            while (done-- > 0)
                insert(connection, payload, bytes);
        }
    }
    double took = (double)(now_us() - start) / 1e6;
    printf("{\"acknowledged\": %llu, \"per_second\": %.0f}\n", answered, (double)answered / took);
    for (int i = 0; i < connections; i++)
        PQfinish(all[i]);
    free(all);
    free(payload);
    return 0;
}
