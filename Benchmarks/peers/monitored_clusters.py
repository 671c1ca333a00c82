#!/usr/bin/env python3
"""Many clusters of NATS servers behind load balancers, as far as a console at rest sees them: one process, scripted answers.

    monitored_clusters.py CLUSTERS NODES CONNECTIONS

Prints a line of JSON: for each cluster the port for clients and the monitoring ports of its servers. A connection to the port
for clients leads to one server after the other. A monitoring port answers /varz, /healthz, /routez and /connz like a server with
this number of connections, with pages of at most 1,024 connections unless the request has a limit.
"""

import asyncio
import json
import sys
import time
from urllib.parse import parse_qs, urlsplit

# Fields that nats-server's /varz has and the console does not read.
FILLER = {f"setting_{number}": f"a value of usual length {number}" for number in range(120)}


class Node:
    def __init__(self, cluster, index, count, connections):
        self.cluster, self.index, self.count, self.total = cluster, index, count, connections
        self.name = f"c{cluster}-{index}"
        self.id = f"N{cluster:03}{index:03}".ljust(56, "X")
        self.address = f"10.{cluster}.0.{index + 1}:4222"

    def info(self):
        urls = [f"10.{self.cluster}.0.{other + 1}:4222" for other in range(self.count)]
        info = {
            "server_id": self.id, "server_name": self.name, "version": "2.15.1", "proto": 1, "headers": True,
            "host": "0.0.0.0", "port": 4222, "max_payload": 1048576, "cluster": f"c{self.cluster}", "connect_urls": urls,
        }  # fmt: skip
        return f"INFO {json.dumps(info)}\r\n".encode()

    def varz(self):
        seconds = int(time.time() - BEGAN)
        now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + f".{int(time.time() * 1e6) % 1_000_000:06}Z"
        return FILLER | {
            "server_id": self.id, "server_name": self.name, "version": "2.15.1", "host": f"10.{self.cluster}.0.{self.index + 1}",
            "port": 4222, "cluster": {"name": f"c{self.cluster}"}, "uptime": f"{seconds}s", "mem": 50_000_000, "cpu": 3,
            "connections": self.total, "subscriptions": 4 * self.total, "now": now,
            "in_msgs": 1000 * seconds, "out_msgs": 2000 * seconds, "in_bytes": 100_000 * seconds, "out_bytes": 200_000 * seconds,
        }  # fmt: skip

    def routez(self):
        others = [number for number in range(self.count) if number != self.index]
        routes = [
            {"rid": rid, "remote_id": f"N{self.cluster:03}{other:03}".ljust(56, "X"), "remote_name": f"c{self.cluster}-{other}",
             "in_msgs": 0, "out_msgs": 0, "in_bytes": 0, "out_bytes": 0}
            for rid, other in enumerate(others, 1)
        ]  # fmt: skip
        return {"server_id": self.id, "num_routes": len(routes), "routes": routes}

    def connz(self, query):
        offset, limit = int(query.get("offset", ["0"])[0]), int(query.get("limit", ["1024"])[0])
        rows = ROWS[offset : offset + limit]
        head = {"server_id": self.id, "num_connections": len(rows), "total": self.total, "offset": offset, "limit": limit}
        return json.dumps(head)[:-1].encode() + b',"connections":[' + b",".join(rows) + b"]}"

    async def monitor(self, reader, writer):
        try:
            while line := await reader.readline():
                while (await reader.readline()).strip():
                    pass
                url = urlsplit(line.split()[1].decode())
                body = {"/varz": self.varz, "/routez": self.routez, "/healthz": lambda: {"status": "ok"}}.get(url.path)
                data = json.dumps(body()).encode() if body else self.connz(parse_qs(url.query))
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
                writer.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


class Balancer:
    def __init__(self, nodes):
        self.nodes, self.next = nodes, 0

    async def client(self, reader, writer):
        node = self.nodes[self.next % len(self.nodes)]
        self.next += 1
        try:
            writer.write(node.info())
            while line := await reader.readline():
                if line.startswith(b"PING"):
                    writer.write(b"PONG\r\n")
        except ConnectionError:
            pass
        finally:
            writer.close()


def rows(count):
    """The connections of a server: programs with several connections each."""
    return [
        json.dumps(
            {
                "cid": cid, "kind": "Client", "type": "nats", "ip": f"10.200.{cid // 250 % 250}.{cid % 250 + 1}", "port": 30000 + cid,
                "start": "2026-11-27T08:00:00Z", "last_activity": "2026-11-27T09:00:00Z", "rtt": "1.2ms", "uptime": "1h0m0s",
                "idle": "1s", "pending_bytes": 0, "in_msgs": cid, "out_msgs": 2 * cid, "in_bytes": 100 * cid,
                "out_bytes": 200 * cid, "subscriptions": 4, "name": f"service-{cid % 40} publisher {cid % 5} ring=1/64",
                "lang": "swift", "version": "1.0.0",
            }
        ).encode()
        for cid in range(1, count + 1)
    ]  # fmt: skip


async def main():
    clusters, count, connections = map(int, sys.argv[1:4])
    global ROWS
    ROWS = rows(connections)
    ports, servers = [], []
    for cluster in range(clusters):
        nodes = [Node(cluster, index, count, connections) for index in range(count)]
        front = await asyncio.start_server(Balancer(nodes).client, "127.0.0.1", 0, backlog=512)
        monitors = [await asyncio.start_server(node.monitor, "127.0.0.1", 0) for node in nodes]
        servers += [front, *monitors]
        port = lambda server: server.sockets[0].getsockname()[1]
        ports.append({"client": port(front), "monitors": [port(monitor) for monitor in monitors]})
    print(json.dumps(ports), flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


BEGAN = time.time() - 3600
ROWS = []
asyncio.run(main())
