import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { unknownMarker } from "../../provider/data/unknown";
import { parseLifecycleHook } from "../../provider/settings/lifecycleHook";

describe("a lifecycle hook", () => {
  const read: [string, object][] = [
    ["a command", { exec: { command: ["pilot-agent", "wait"] } }],
    ["a command with a shell script", { exec: { command: ["sh", "-c", "sleep 5;\n{{ not a template }}"] } }],
    ["an HTTP request", { httpGet: { path: "/drain", port: 15020, scheme: "HTTPS" } }],
    ["an HTTP request to a named port", { httpGet: { port: "http-admin" } }],
    ["HTTP headers", { httpGet: { port: 80, httpHeaders: [{ name: "X-Drain", value: "yes" }] } }],
    ["a TCP connection", { tcpSocket: { port: 80, host: "10.0.0.1" } }],
    ["a pause", { sleep: { seconds: 5 } }],
    ["no pause at all", { sleep: { seconds: 0 } }],
  ];
  for (const [edge, hook] of read) {
    it(`may be ${edge}`, () => {
      assert.deepEqual(parseLifecycleHook(hook), { value: hook });
    });
  }

  const unknown: [string, object][] = [
    ["the handler", { exec: unknownMarker }],
    ["the command", { exec: { command: unknownMarker } }],
    ["one word of the command", { exec: { command: ["sleep", unknownMarker] } }],
    ["a header's value", { httpGet: { port: 80, httpHeaders: [{ name: "a", value: unknownMarker }] } }],
  ];
  for (const [edge, hook] of unknown) {
    it(`passes while a preview does not know ${edge}`, () => {
      assert.deepEqual(parseLifecycleHook(hook), { value: hook });
    });
  }

  it("takes undefined for not set, of a handler and of a field", () => {
    const command = { exec: { command: ["a"] } };
    assert.deepEqual(parseLifecycleHook({ ...command, sleep: undefined }), { value: command });
    assert.deepEqual(parseLifecycleHook({ httpGet: { port: 80, path: undefined } }), {
      value: { httpGet: { port: 80 } },
    });
  });

  const wrong: [string, unknown, RegExp][] = [
    ["two handlers", { exec: { command: ["a"] }, sleep: { seconds: 1 } }, /keep only one of them/],
    ["no handler", {}, /set one, or leave the hook out/],
    ["an unknown handler", { execute: { command: ["a"] } }, /use one of Kubernetes' handlers/],
    ["a handler by an inherited name", { constructor: {} }, /use one of Kubernetes' handlers/],
    [
      "a handler named __proto__",
      JSON.parse('{"__proto__": {"exec": {}}}'),
      /use one of Kubernetes' handlers/,
    ],
    ["text", "pilot-agent wait", /, for instance$/],
    ["a list", [], /, for instance$/],
    ["null", null, /, for instance$/],
    ["a handler that is null", { exec: null }, /exec: /],
    ["a command as one text", { exec: { command: "a b" } }, /exec\.command: /],
    ["an empty command", { exec: { command: [] } }, /exec\.command: /],
    ["an empty word", { exec: { command: ["a", ""] } }, /exec\.command\.1: /],
    ["an unknown field", { exec: { command: ["a"], shell: true } }, /exec: .*shell/],
    ["a request without a port", { httpGet: { path: "/" } }, /httpGet\.port: /],
    ["port 0", { httpGet: { port: 0 } }, /httpGet\.port: /],
    ["a scheme in the wrong case", { httpGet: { port: 80, scheme: "http" } }, /httpGet\.scheme: /],
    [
      "a header without a value",
      { httpGet: { port: 80, httpHeaders: [{ name: "a" }] } },
      /httpHeaders\.0\.value/,
    ],
    ["a negative pause", { sleep: { seconds: -1 } }, /sleep\.seconds: /],
    ["a pause in fractions", { sleep: { seconds: 1.5 } }, /sleep\.seconds: /],
    // Kubernetes wants a letter in a port's name and no two hyphens: it would deny every pod
    ["a port number as text", { tcpSocket: { port: "80" } }, /tcpSocket\.port: /],
    ["a port name with two hyphens", { tcpSocket: { port: "a--b" } }, /tcpSocket\.port: /],
    // Istio's template writes hooks as indented YAML, in which these come out as something else, or deny every pod
    [
      "an argument that begins with a line break",
      { exec: { command: ["sh", "\na"] } },
      /exec\.command\.1: .*garbles text/,
    ],
    ["an argument that ends with two", { exec: { command: ["a\n\n"] } }, /garbles text/],
    ["a line separator", { exec: { command: ["a\nb\u2028c"] } }, /garbles text/],
    [
      "a byte order mark in a path",
      { httpGet: { port: 80, path: "/\ufeff" } },
      /httpGet\.path: .*garbles text/,
    ],
    [
      "a control character in a header",
      { httpGet: { port: 80, httpHeaders: [{ name: "a", value: "\u007f" }] } },
      /httpHeaders\.0\.value: .*garbles text/,
    ],
    ["a port name of 16 characters", { tcpSocket: { port: "a".repeat(16) } }, /tcpSocket\.port: /],
  ];
  for (const [edge, hook, todo] of wrong) {
    it(`may not have ${edge}`, () => {
      const read = parseLifecycleHook(hook);
      assert.ok("todo" in read, JSON.stringify(read));
      assert.match(read.todo, todo);
    });
  }

  it("names every problem of a handler", () => {
    const read = parseLifecycleHook({ httpGet: { port: 0, scheme: "ftp", body: "x" } });
    assert.ok("todo" in read);
    assert.equal(read.expected, "a Kubernetes httpGet handler, such as { path: /quitquitquit, port: 15020 }");
    for (const part of [/httpGet\.port/, /httpGet\.scheme/, /body/]) assert.match(read.todo, part);
  });
});
