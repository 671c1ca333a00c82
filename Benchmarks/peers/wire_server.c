// A minimal server with just enough of the NATS protocol for a benchmark, so that the results for a client do not include
// the cost of a complete server.
//
//   wire_server sink                      accepts and discards published messages; answers PING
//   wire_server flood COUNT SIZE [RATE]   the same, and sends COUNT messages of SIZE bytes to the first SUB of each
//                                         connection, as fast as the connection accepts them or at most RATE a second
//
// Listens on a port of 127.0.0.1 that the system chooses, prints the port, and serves until it is killed.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ_SIZE = 1 << 18, WRITE_SIZE = 1 << 17 };

static bool floods;
static long flood_messages;
static size_t flood_size;
static double flood_rate;

struct connection {
    int socket;
    // Bytes read and not yet parsed: at most one control line.
    char buffer[READ_SIZE];
    size_t filled;
    // The number of payload bytes still to skip.
    size_t payload_left;
    bool flooded;
    pthread_mutex_t writing;
};

struct flood_order {
    struct connection *connection;
    char head[512];
};

static bool send_all(int socket, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(socket, bytes, count, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes += sent;
        count -= (size_t)sent;
    }
    return true;
}

static bool answer(struct connection *c, const char *text) {
    // A PONG must not be written in the middle of a message of the flood.
    pthread_mutex_lock(&c->writing);
    bool sent = send_all(c->socket, text, strlen(text));
    pthread_mutex_unlock(&c->writing);
    return sent;
}

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// Waits until this number of messages is due.
static void keep_pace(double start, long messages) {
    double early = start + (double)messages / flood_rate - seconds_now();
    if (early <= 0) return;
    struct timespec pause = {.tv_sec = (time_t)early, .tv_nsec = (long)((early - (double)(time_t)early) * 1e9)};
    nanosleep(&pause, NULL);
}

static void *flood(void *argument) {
    struct flood_order *order = argument;
    struct connection *c = order->connection;
    size_t head = strlen(order->head), frame = head + flood_size + 2;
    size_t per_block = frame < WRITE_SIZE ? WRITE_SIZE / frame : 1;
    char *block = malloc(per_block * frame);
    if (!block) exit(1);
    for (size_t i = 0; i < per_block; i++) {
        char *at = block + i * frame;
        memcpy(at, order->head, head);
        memset(at + head, 'x', flood_size);
        memcpy(at + head + flood_size, "\r\n", 2);
    }
    double start = seconds_now();
    for (long left = flood_messages; left > 0;) {
        if (flood_rate > 0) keep_pace(start, flood_messages - left);
        long now = left < (long)per_block ? left : (long)per_block;
        pthread_mutex_lock(&c->writing);
        bool sent = send_all(c->socket, block, (size_t)now * frame);
        pthread_mutex_unlock(&c->writing);
        if (!sent) break;
        left -= now;
    }
    free(block);
    free(order);
    return NULL;
}

// SUB <subject> [queue] <sid>
static void start_flood(struct connection *c, char *line) {
    char *words[4] = {0}, *rest = NULL;
    int count = 0;
    for (char *w = strtok_r(line, " \r", &rest); w && count < 4; w = strtok_r(NULL, " \r", &rest)) words[count++] = w;
    if (count < 3 || strlen(words[1]) > 255 || strlen(words[count - 1]) > 20) return;
    struct flood_order *order = malloc(sizeof *order);
    if (!order) exit(1);
    order->connection = c;
    snprintf(order->head, sizeof order->head, "MSG %s %s %zu\r\n", words[1], words[count - 1], flood_size);
    pthread_t thread;
    pthread_create(&thread, NULL, flood, order);
    pthread_detach(thread);
    c->flooded = true;
}

// The last word of PUB and HPUB is the number of bytes that follow the line.
static size_t last_number(const char *line, const char *end) {
    while (end > line && (end[-1] == '\r' || end[-1] == ' ')) end--;
    const char *digits = end;
    while (digits > line && digits[-1] >= '0' && digits[-1] <= '9') digits--;
    size_t number = 0;
    for (; digits < end; digits++) number = number * 10 + (size_t)(*digits - '0');
    return number;
}

// Handles all complete operations. Returns false to close the connection.
static bool understand(struct connection *c) {
    char *at = c->buffer, *end = c->buffer + c->filled;
    for (;;) {
        size_t skipped = (size_t)(end - at) < c->payload_left ? (size_t)(end - at) : c->payload_left;
        at += skipped;
        c->payload_left -= skipped;
        char *line_end = memchr(at, '\n', (size_t)(end - at));
        if (c->payload_left > 0 || !line_end) break;
        char *line = at;
        at = line_end + 1;
        switch (*line) {
        case 'P':
            if (line[1] == 'U') c->payload_left = last_number(line, line_end) + 2;
            else if (line[1] == 'I' && !answer(c, "PONG\r\n")) return false;
            break;
        case 'H':
            c->payload_left = last_number(line, line_end) + 2;
            break;
        case 'S':
            *line_end = 0;
            if (floods && !c->flooded) start_flood(c, line);
            break;
        default:
            break;
        }
    }
    c->filled = (size_t)(end - at);
    memmove(c->buffer, at, c->filled);
    return c->filled < READ_SIZE;
}

static void *serve(void *argument) {
    struct connection *c = argument;
    char info[256];
    // Each process is a server of its own. Otherwise, the client would report that addresses lead to the same cluster.
    snprintf(info, sizeof info,
        "INFO {\"server_id\":\"BENCH%d\",\"server_name\":\"bench\",\"version\":\"2.9.10\",\"proto\":1,\"headers\":true,"
        "\"max_payload\":1048576}\r\n",
        (int)getpid());
    bool alive = answer(c, info);
    while (alive) {
        ssize_t count = recv(c->socket, c->buffer + c->filled, READ_SIZE - c->filled, 0);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        c->filled += (size_t)count;
        alive = understand(c);
    }
    // A flood may still be writing and gets an error. The memory is not freed; the system reclaims it at exit.
    shutdown(c->socket, SHUT_RDWR);
    if (!c->flooded) {
        close(c->socket);
        free(c);
    }
    return NULL;
}

int main(int argc, char **argv) {
    floods = (argc == 4 || argc == 5) && !strcmp(argv[1], "flood");
    if (!floods && !(argc == 2 && !strcmp(argv[1], "sink"))) {
        fprintf(stderr, "usage: wire_server sink | wire_server flood COUNT SIZE [RATE]\n");
        return 2;
    }
    if (floods) {
        flood_messages = atol(argv[2]);
        flood_size = (size_t)atol(argv[3]);
        flood_rate = argc == 5 ? atof(argv[4]) : 0;
        if (flood_messages < 1 || flood_size > 1 << 20 || flood_rate < 0) return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) || listen(listener, 64)
        || getsockname(listener, (struct sockaddr *)&address, &length)) {
        perror("wire_server");
        return 1;
    }
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        int socket = accept(listener, NULL, NULL);
        if (socket < 0) continue;
        int on = 1;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct connection *c = calloc(1, sizeof *c);
        if (!c) return 1;
        c->socket = socket;
        pthread_mutex_init(&c->writing, NULL);
        pthread_t thread;
        pthread_create(&thread, NULL, serve, c);
        pthread_detach(thread);
    }
}
