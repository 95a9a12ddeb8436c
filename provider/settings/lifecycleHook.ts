import { z } from "zod";
import { isRecord } from "../data/isRecord.js";
import { type Parsed, refused } from "../data/parsed.js";
import { containsUnknown } from "../data/unknown.js";
import { withoutUndefined } from "../data/withoutUndefined.js";
import { yamlCarries } from "../data/yamlCarries.js";

const port = z.union([
  z.int().min(1).max(65535),
  z.string().regex(/^(?=.*[a-z])(?!.*--)[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/, "a port's number or name"),
]);

/** A Kubernetes lifecycle handler. Set exactly one of the four. */
export interface LifecycleHook {
  /** Runs in the istio-proxy container, without a shell. */
  exec?: { command: string[] };
  httpGet?: {
    path?: string;
    port: number | string;
    host?: string;
    scheme?: "HTTP" | "HTTPS";
    httpHeaders?: { name: string; value: string }[];
  };
  tcpSocket?: { port: number | string; host?: string };
  /** Whole seconds. */
  sleep?: { seconds: number };
}

// Istio's template writes hooks as indented YAML
const text = z
  .string()
  .refine(
    yamlCarries,
    "Istio's template garbles text that begins with a line break, ends with two, or contains characters that YAML can't print",
  );

const handlers = {
  exec: z.strictObject({ command: z.array(text.min(1)).min(1) }),
  httpGet: z.strictObject({
    path: text.optional(),
    port,
    host: text.optional(),
    scheme: z.enum(["HTTP", "HTTPS"]).optional(),
    httpHeaders: z.array(z.strictObject({ name: text, value: text })).optional(),
  }),
  tcpSocket: z.strictObject({ port, host: text.optional() }),
  sleep: z.strictObject({ seconds: z.int().min(0) }),
};
const examples: Readonly<Record<keyof typeof handlers, string>> = {
  exec: '{ command: [sleep, "5"] }',
  httpGet: "{ path: /quitquitquit, port: 15020 }",
  tcpSocket: "{ port: 15021 }",
  sleep: "{ seconds: 5 }",
};
const handlerNames = Object.keys(handlers) as (keyof typeof handlers)[];

/** JSON Schema for exactly one of the handlers. */
export const lifecycleHookSchema: Readonly<Record<string, unknown>> = {
  oneOf: handlerNames.map((name) => {
    const { $schema, ...body } = z.toJSONSchema(handlers[name], { io: "input" });
    return { type: "object", properties: { [name]: body }, required: [name], additionalProperties: false };
  }),
};

/** A hook is one value: a stronger level's hook replaces a weaker level's as a whole. */
export function parseLifecycleHook(value: unknown): Parsed<LifecycleHook> {
  const expected = `one handler, ${handlerNames.join(", ")}`;
  if (!isRecord(value)) {
    return refused(value, expected, 'write { exec: { command: ["pilot-agent", "wait"] } }, for instance');
  }
  const given = Object.keys(value).filter((key) => value[key] !== undefined);
  if (given.length !== 1) {
    return refused(
      given,
      `exactly ${expected}`,
      given.length === 0 ? "set one, or leave the hook out" : "keep only one of them",
    );
  }
  const name = handlerNames.find((handler) => handler === given[0]);
  if (!name) return refused(given[0], expected, "use one of Kubernetes' handlers");
  const body = value[name];
  if (containsUnknown(body)) return { value: { [name]: body } as LifecycleHook };
  const read = handlers[name].safeParse(body);
  if (!read.success) {
    const issues = read.error.issues.map((issue) => `${[name, ...issue.path].join(".")}: ${issue.message}`);
    return refused(body, `a Kubernetes ${name} handler, such as ${examples[name]}`, issues.join("; "));
  }
  return { value: { [name]: withoutUndefined<unknown>(read.data) } as LifecycleHook };
}
