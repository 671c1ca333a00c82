"""Publishes to topics again and again with the Python client of NATS, until it is stopped.

    peer.py PORT NAME TOPIC...
"""

import asyncio
import sys

import nats


async def main():
    port, name, *topics = sys.argv[1:]
    client = await nats.connect(f"nats://127.0.0.1:{port}", name=name)
    print("connected", flush=True)
    while True:
        for topic in topics:
            await client.publish(topic, b"from Python")
        await client.flush()
        await asyncio.sleep(0.1)


asyncio.run(main())
