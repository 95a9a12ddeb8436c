import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { endWithEngine } from "../../provider/process/endWithEngine";

describe("a provider without its engine", () => {
  it("exits once the engine is gone, not before", async () => {
    const engine = createServer((socket) => socket.end()).listen(0, "127.0.0.1");
    await once(engine, "listening");
    const { port } = engine.address() as AddressInfo;
    let ended = 0;
    const stop = endWithEngine(`127.0.0.1:${port}`, () => ended++, 20);
    await sleep(200);
    assert.equal(ended, 0);
    engine.close();
    for (let look = 0; look < 200 && ended === 0; look++) await sleep(20);
    await sleep(100);
    assert.equal(ended, 1, "once");
    stop();
  });

  for (const address of [undefined, "", "--help"]) {
    it(`is not looked for without an address: ${address}`, () => {
      endWithEngine(address, () => assert.fail(), 1)();
    });
  }
});
