import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ResourceProvider } from "../../provider/injector/ResourceProvider";
import { withHelp } from "../../provider/injector/withHelp";

const help = (message: string) =>
  message.startsWith("known") ? "https://example.com/help#known" : undefined;

function failingWith(message: string): ResourceProvider {
  const fail = () =>
    Promise.reject(
      Object.assign(new Error(message), { id: "one", properties: { a: 1 }, reasons: [message] }),
    );
  return {
    check: async (_olds, news) => ({ inputs: news, failures: [{ property: "namespace", reason: message }] }),
    diff: fail,
    create: fail,
    update: fail,
    read: fail,
    delete: fail,
  };
}

describe("a resource whose errors are explained", () => {
  for (const operation of ["diff", "create", "update", "read", "delete"] as const) {
    it(`${operation}: the message and Pulumi's reasons end with the address, all else stays`, async () => {
      const provider = withHelp(failingWith("known: x"), help);
      const run: () => Promise<unknown> = {
        diff: () => provider.diff("one", {}, {}),
        create: () => provider.create({}),
        update: () => provider.update("one", {}, {}),
        read: () => provider.read("one", {}),
        delete: () => provider.delete("one", {}),
      }[operation];
      await assert.rejects(run, {
        message: "known: x\nSee https://example.com/help#known",
        reasons: ["known: x\nSee https://example.com/help#known"],
        id: "one",
        properties: { a: 1 },
      });
    });
  }

  it("check: each refusal ends with its own", async () => {
    const { inputs, failures } = await withHelp(failingWith("known: x"), help).check({}, { a: 1 });
    assert.deepEqual(inputs, { a: 1 });
    assert.deepEqual(failures, [
      { property: "namespace", reason: "known: x\nSee https://example.com/help#known" },
    ]);
  });

  it("is left alone where nothing explains the message", async () => {
    await assert.rejects(withHelp(failingWith("other"), help).create({}), { message: "other" });
  });
});
