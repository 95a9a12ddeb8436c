import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { onCancel } from "../../provider/process/onCancel";

describe("a provider that gets Cancel", () => {
  it("notices it, and mistakes no other request for it", async () => {
    const server = createServer((_request, response) => void response.end()).listen(0, "127.0.0.1");
    await once(server, "listening");
    let cancelled = 0;
    // found among what keeps the process running, as in Pulumi's host
    onCancel(() => cancelled++);
    const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const request = async (path: string) => {
      const stream = client.request({ ":method": "POST", ":path": path });
      stream.resume().end();
      await once(stream, "close");
    };
    try {
      await request("/pulumirpc.ResourceProvider/Check");
      assert.equal(cancelled, 0);
      await request("/pulumirpc.ResourceProvider/Cancel");
      assert.equal(cancelled, 1);
    } finally {
      client.close();
      server.close();
    }
  });
});
