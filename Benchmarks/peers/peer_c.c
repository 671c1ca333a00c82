// The measurements of `roulette bench` with the C client of NATS (libnats).
//
//   peer_c pub PORT COUNT SIZE [TOPICS]  publish, then flush
//   peer_c sub PORT COUNT             receive, measured from the first message to the last
//   peer_c rtt PORT COUNT             flush round trips, one at a time
//   peer_c request PORT COUNT SIZE    requests, one at a time, answered on a second connection of this process
//   peer_c version
//
// Prints a JSON object with the keys of `roulette bench`.
#define _GNU_SOURCE
#include <nats/nats.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

struct moment {
    double wall, cpu;
};

static struct moment now(void) {
    struct timespec time;
    struct rusage usage;
    clock_gettime(CLOCK_MONOTONIC, &time);
    getrusage(RUSAGE_SELF, &usage);
    return (struct moment){
        .wall = (double)time.tv_sec + (double)time.tv_nsec / 1e9,
        .cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
    };
}

static void require(natsStatus status, const char *what) {
    if (status == NATS_OK) return;
    fprintf(stderr, "peer_c: %s: %s\n", what, natsStatus_GetText(status));
    exit(1);
}

static void print(const char *mode, long count, struct moment from, struct moment to, const char *times) {
    double wall = to.wall - from.wall, cpu = to.cpu - from.cpu;
    printf("{\"mode\":\"%s\",\"msgs\":%ld,\"seconds\":%.4f,\"msgs_per_s\":%.0f,\"cpu_ns_per_msg\":%.1f,%s}\n", mode, count,
        wall, (double)count / wall, cpu * 1e9 / (double)count, times);
}

static const char *const no_times = "\"p50_us\":null,\"p99_us\":null";

static void publish(natsConnection *connection, long count, int size, int topics) {
    char *payload = malloc((size_t)size + 1);
    memset(payload, 'x', (size_t)size);
    char(*names)[24] = calloc((size_t)topics, sizeof *names);
    for (int i = 0; i < topics; i++) {
        if (topics == 1) strcpy(names[i], "bench");
        else snprintf(names[i], sizeof *names, "bench.%d", i);
    }
    int next = 0;
    struct moment start = now();
    for (long i = 0; i < count; i++) {
        require(natsConnection_Publish(connection, names[next], payload, size), "publish");
        if (++next == topics) next = 0;
    }
    require(natsConnection_FlushTimeout(connection, 60000), "flush");
    print("pub", count, start, now(), no_times);
    free(names);
    free(payload);
}

// Only the client's delivery thread accesses these variables until `done` is posted.
static long wanted, received;
static struct moment first, last;
static sem_t done;

static void on_message(natsConnection *connection, natsSubscription *subscription, natsMsg *message, void *closure) {
    (void)connection, (void)subscription, (void)closure;
    natsMsg_Destroy(message);
    if (received++ == 0) first = now();
    if (received == wanted) {
        last = now();
        sem_post(&done);
    }
}

static void receive(natsConnection *connection, long count) {
    natsSubscription *subscription = NULL;
    wanted = count;
    sem_init(&done, 0, 0);
    require(natsConnection_Subscribe(&subscription, connection, "bench", on_message, NULL), "subscribe");
    require(natsSubscription_SetPendingLimits(subscription, -1, -1), "limits");
    require(natsConnection_Flush(connection), "flush");
    sem_wait(&done);
    print("sub", count, first, last, no_times);
    natsSubscription_Destroy(subscription);
}

static void on_request(natsConnection *connection, natsSubscription *subscription, natsMsg *message, void *closure) {
    (void)subscription, (void)closure;
    natsConnection_Publish(
        connection, natsMsg_GetReply(message), natsMsg_GetData(message), natsMsg_GetDataLength(message));
    natsMsg_Destroy(message);
}

static int ascending(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void round_trips(natsConnection *connection, const char *mode, long count, const char *payload, int size) {
    double *times = calloc((size_t)count, sizeof *times);
    struct moment start = now();
    for (long i = 0; i < count; i++) {
        struct timespec from, to;
        clock_gettime(CLOCK_MONOTONIC, &from);
        if (payload) {
            natsMsg *reply = NULL;
            require(natsConnection_Request(&reply, connection, "bench.echo", payload, size, 5000), "request");
            natsMsg_Destroy(reply);
        } else {
            require(natsConnection_FlushTimeout(connection, 5000), "flush");
        }
        clock_gettime(CLOCK_MONOTONIC, &to);
        times[i] = (double)(to.tv_sec - from.tv_sec) * 1e6 + (double)(to.tv_nsec - from.tv_nsec) / 1e3;
    }
    struct moment end = now();
    qsort(times, (size_t)count, sizeof *times, ascending);
    char text[96];
    snprintf(text, sizeof text, "\"p50_us\":%.1f,\"p99_us\":%.1f", times[count / 2], times[count * 99 / 100]);
    print(mode, count, start, end, text);
    free(times);
}

int main(int argc, char **argv) {
    if (argc == 2 && !strcmp(argv[1], "version")) {
        printf("libnats %s\n", nats_GetVersion());
        return 0;
    }
    if (argc < 4) {
        fprintf(stderr, "usage: peer_c pub|sub|rtt|request PORT COUNT [SIZE [TOPICS]]\n");
        return 2;
    }
    const char *mode = argv[1];
    char url[64];
    snprintf(url, sizeof url, "nats://127.0.0.1:%s", argv[2]);
    long count = atol(argv[3]);
    int size = argc > 4 ? atoi(argv[4]) : 0;
    natsConnection *connection = NULL;
    require(natsConnection_ConnectTo(&connection, url), "connect");
    if (!strcmp(mode, "pub")) {
        publish(connection, count, size, argc > 5 ? atoi(argv[5]) : 1);
    } else if (!strcmp(mode, "sub")) {
        receive(connection, count);
    } else if (!strcmp(mode, "rtt")) {
        round_trips(connection, mode, count, NULL, 0);
    } else {
        natsConnection *responder = NULL;
        natsSubscription *subscription = NULL;
        char *payload = malloc((size_t)size + 1);
        memset(payload, 'x', (size_t)size);
        require(natsConnection_ConnectTo(&responder, url), "connect");
        require(natsConnection_Subscribe(&subscription, responder, "bench.echo", on_request, NULL), "subscribe");
        require(natsConnection_Flush(responder), "flush");
        round_trips(connection, mode, count, payload, size);
        free(payload);
        natsSubscription_Destroy(subscription);
        natsConnection_Destroy(responder);
    }
    natsConnection_Destroy(connection);
    return 0;
}
