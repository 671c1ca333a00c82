/*
 * A NATS client that shares no code with this library: the C client (libnats), for interoperability tests.
 *
 *   peer pub URL CA LOGIN               publishes a message for each line "TOPIC PAYLOAD" of the standard input
 *   peer sub URL CA LOGIN COUNT TOPIC…  prints COUNT messages of the topics in the same format, and ends
 *
 * CA is a PEM file. LOGIN is creds:FILE, nkey:PUBLIC-KEY:SEED-FILE or user:NAME:PASSWORD. `sub` publishes a message to
 * "peer.ready" when the server has its subscriptions. The exit code is 1, with a message, on failure or after 30 seconds.
 */
#include <nats/nats.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t patience = 30000;

static void check(natsStatus status, const char *what)
{
    if (status == NATS_OK) return;
    fprintf(stderr, "peer: %s: %s\n", what, natsStatus_GetText(status));
    nats_PrintLastErrorStack(stderr);
    exit(1);
}

static void log_in(natsOptions *options, char *login)
{
    char *kind = strtok(login, ":");
    char *first = strtok(NULL, ":");
    char *second = strtok(NULL, "");
    if (kind && first && strcmp(kind, "creds") == 0)
        check(natsOptions_SetUserCredentialsFromFiles(options, first, NULL), "credentials");
    else if (kind && first && second && strcmp(kind, "nkey") == 0)
        check(natsOptions_SetNKeyFromSeed(options, first, second), "nkey");
    else if (kind && first && second && strcmp(kind, "user") == 0)
        check(natsOptions_SetUserInfo(options, first, second), "user");
    else {
        fprintf(stderr, "peer: unknown login\n");
        exit(1);
    }
}

static natsConnection *open_connection(const char *url, const char *authority, char *login)
{
    natsOptions *options = NULL;
    natsConnection *connection = NULL;
    check(natsOptions_Create(&options), "options");
    check(natsOptions_SetURL(options, url), "url");
    check(natsOptions_SetSecure(options, true), "TLS");
    check(natsOptions_LoadCATrustedCertificates(options, authority), "authority");
    check(natsOptions_SetExpectedHostname(options, "localhost"), "host name");
    check(natsOptions_SetTimeout(options, patience), "timeout");
    log_in(options, login);
    check(natsConnection_Connect(&connection, options), "connect");
    natsOptions_Destroy(options);
    return connection;
}

static void publish_lines(natsConnection *connection)
{
    char line[4096];
    while (fgets(line, sizeof line, stdin)) {
        char *topic = strtok(line, " ");
        char *payload = strtok(NULL, "\n");
        if (topic && payload) check(natsConnection_PublishString(connection, topic, payload), "publish");
    }
    check(natsConnection_FlushTimeout(connection, patience), "flush");
}

static void print_messages(natsConnection *connection, int count, char **topics, int topic_count)
{
    natsSubscription **subscriptions = calloc((size_t)topic_count, sizeof *subscriptions);
    if (!subscriptions) exit(1);
    for (int i = 0; i < topic_count; i++)
        check(natsConnection_SubscribeSync(&subscriptions[i], connection, topics[i]), "subscribe");
    check(natsConnection_FlushTimeout(connection, patience), "flush");
    check(natsConnection_PublishString(connection, "peer.ready", topics[0]), "ready");
    check(natsConnection_FlushTimeout(connection, patience), "flush");
    /* Each topic gets the same number of messages. */
    for (int i = 0; i < topic_count; i++) {
        for (int n = 0; n < count / topic_count; n++) {
            natsMsg *message = NULL;
            check(natsSubscription_NextMsg(&message, subscriptions[i], patience), "next message");
            printf("%s %.*s\n", natsMsg_GetSubject(message), natsMsg_GetDataLength(message), natsMsg_GetData(message));
            natsMsg_Destroy(message);
        }
        natsSubscription_Destroy(subscriptions[i]);
    }
    free(subscriptions);
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: peer pub|sub URL CA LOGIN [COUNT TOPIC…]\n");
        return 1;
    }
    natsConnection *connection = open_connection(argv[2], argv[3], argv[4]);
    if (strcmp(argv[1], "pub") == 0)
        publish_lines(connection);
    else if (strcmp(argv[1], "sub") == 0 && argc > 6)
        print_messages(connection, atoi(argv[5]), argv + 6, argc - 6);
    natsConnection_Destroy(connection);
    nats_Close();
    return 0;
}
