import { z } from "zod";
import { getOwn } from "../data/getOwn.js";
import { nearestKey } from "../data/nearestKey.js";
import { type Checked, refused } from "../data/parsed.js";
import { unplainParts } from "../data/plainData.js";
import { type Problem, printable, shown } from "../data/problem.js";
import { containsUnknown } from "../data/unknown.js";
import { unknownKey } from "../data/unknownKeys.js";
import { valueAt } from "../data/valueAt.js";

export type Operator = "In" | "NotIn" | "Exists" | "DoesNotExist";

/** One condition on a pod's labels, as in Kubernetes' `matchExpressions`. All conditions of a selector must hold. */
export interface Requirement {
  key: string;
  operator: Operator;
  /** For In and NotIn only. */
  values?: readonly string[];
}

/** A Kubernetes label selector. */
export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: Operator; values?: string[] }[];
}

const key = z
  .string()
  .regex(/^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/);
const value = z.string().regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/);
// zod's records drop this key, and a selector with one condition less would select more pods
const labels = z.preprocess(
  (written, context) => {
    if (typeof written === "object" && written !== null && Object.hasOwn(written, "__proto__"))
      context.addIssue({ code: "invalid_key", origin: "record", issues: [], path: ["__proto__"] });
    return written;
  },
  z.record(key, value),
);
const Selector = z.strictObject({
  matchLabels: labels.optional(),
  matchExpressions: z
    .array(
      z.discriminatedUnion("operator", [
        z.strictObject({ key, operator: z.enum(["In", "NotIn"]), values: z.array(value).min(1) }),
        z.strictObject({
          key,
          operator: z.enum(["Exists", "DoesNotExist"]),
          values: z.array(value).max(0).optional(),
        }),
      ]),
    )
    .optional(),
});

function problemsOf(issue: z.core.$ZodIssue, input: unknown): Problem[] {
  const path = issue.path.map(String);
  const at = (keys: readonly string[]) => ["selector", ...keys].join(".");
  if (issue.code === "unrecognized_keys") {
    const known = path.length === 0 ? Object.keys(Selector.shape) : ["key", "operator", "values"];
    return issue.keys.map((one) => ({
      ...unknownKey(one, known),
      ...(path.length === 0 && !nearestKey(one, known) ? labelsAsInServices(one) : {}),
      path: at([...path, one]),
    }));
  }
  const found = valueAt(input, path);
  const read = refused(issue.code === "invalid_key" ? path.at(-1) : found, ...wanted(issue, path, found));
  return [{ path: at(path), ...read }];
}

// a Service's selector has its labels without matchLabels
function labelsAsInServices(key: string): Pick<Problem, "todo" | "sentence"> {
  const todo = "write labels below matchLabels";
  return { todo, sentence: `unknown key ${shown(key)}: ${todo}.` };
}

/** What belongs at a path of a selector, and how to write it. */
function wanted(
  { code }: z.core.$ZodIssue,
  [part, at, field = part === "matchLabels" ? "value" : undefined, item]: readonly string[],
  found: unknown,
): [expected: string, todo: string] {
  const condition = "{ key: app, operator: In, values: [web] }";
  if (part === undefined)
    return [
      "a label selector: matchLabels, matchExpressions, or both",
      "write { matchLabels: { app: web } }, for instance",
    ];
  if (at === undefined)
    return part === "matchLabels"
      ? ["a map of labels", "write { app: web }, for instance"]
      : ["a list of conditions", `write [${condition}], for instance`];
  if (code === "invalid_key" || field === "key")
    return ["a label's key, such as app or example.com/app", "write it as the pods have it"];
  if (field === undefined) return ["a condition", `write ${condition}, for instance`];
  if (field === "operator") return ["In, NotIn, Exists or DoesNotExist", "use one of Kubernetes' operators"];
  if (field === "values" && item === undefined)
    return [
      "values for In and NotIn, and none for Exists and DoesNotExist",
      "add the values, or remove them",
    ];
  return [
    "a label's value: at most 63 letters, digits, -, _ and .",
    typeof found === "number" || typeof found === "boolean"
      ? `write it in quotes: "${found}"`
      : "write it as the pods have it",
  ];
}

function inSelector({ path, ...rest }: Problem): Problem {
  return { path: path === "settings" ? "selector" : `selector.${path}`, ...rest };
}

/** Parses a label selector into conditions, sorted so that equivalent selectors compare equal. */
export function parseSelector(input: unknown): Checked<Requirement[]> {
  const unplain = unplainParts(input);
  if (unplain.length > 0) return { value: [], problems: unplain.map(inSelector).map(printable) };
  if (containsUnknown(input)) return { value: [], problems: [] };
  const read = Selector.safeParse(input);
  if (!read.success) {
    return {
      value: [],
      problems: read.error.issues.flatMap((issue) => problemsOf(issue, input)).map(printable),
    };
  }
  const selector: Requirement[] = [
    ...Object.entries(read.data.matchLabels ?? {}).map(
      ([label, only]): Requirement => ({ key: label, operator: "In", values: [only] }),
    ),
    ...(read.data.matchExpressions ?? []).map(
      ({ key: label, operator, values }): Requirement =>
        operator === "In" || operator === "NotIn"
          ? { key: label, operator, values: [...new Set(values)].sort() }
          : { key: label, operator },
    ),
  ].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (selector.length > 0) return { value: selector, problems: [] };
  return {
    value: selector,
    problems: [
      {
        path: "selector",
        got: "a selector without conditions",
        expected: "labels of the workload's pods",
        todo: "add a label, or use NamespaceSidecarSettings for all pods of the namespace",
      },
    ],
  };
}

/** The Kubernetes label selector for these conditions. */
export function asLabelSelector(selector: readonly Requirement[]): LabelSelector {
  // matchLabels can only have one value per label
  const only = ({ key: label, operator, values = [] }: Requirement, at: number) =>
    operator === "In" &&
    values.length === 1 &&
    !selector.slice(0, at).some((before) => before.key === label && before.operator === "In");
  const labels = selector
    .filter(only)
    .map(({ key: label, values = [] }) => [label, values[0] ?? ""] as const);
  const expressions = selector
    .filter((one, at) => !only(one, at))
    .map(({ values, ...rest }) => ({ ...rest, ...(values ? { values: [...values] } : {}) }));
  return {
    ...(labels.length > 0 ? { matchLabels: Object.fromEntries(labels) } : {}),
    ...(expressions.length > 0 ? { matchExpressions: expressions } : {}),
  };
}

/** Whether all conditions hold for a pod's labels. As in Kubernetes, NotIn holds if the label is missing. */
export function selects(selector: readonly Requirement[], labels: Readonly<Record<string, string>>): boolean {
  return selector.every((requirement) => holds(requirement, labels));
}

function holds(
  { key: label, operator, values = [] }: Requirement,
  labels: Readonly<Record<string, string>>,
): boolean {
  const found = getOwn(labels, label);
  const listed = found !== undefined && values.includes(found);
  const rules: Record<Operator, boolean> = {
    In: listed,
    NotIn: !listed,
    Exists: found !== undefined,
    DoesNotExist: found === undefined,
  };
  return rules[operator];
}

/** Example labels that satisfy all conditions; undefined if none can. With two selectors' conditions: whether both can select one pod. */
export function labelsPickedBy(selector: readonly Requirement[]): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  for (const label of new Set(selector.map((one) => one.key))) {
    const found = valueFor(selector.filter((one) => one.key === label));
    if (found === false) return undefined;
    if (found !== undefined) labels[label] = found;
  }
  return labels;
}

// undefined: the label must or may be missing; false: no value satisfies the conditions
function valueFor(conditions: readonly Requirement[]): string | undefined | false {
  const allowed = conditions
    .filter(({ operator }) => operator === "In")
    .map(({ values = [] }) => values)
    .reduce<readonly string[] | undefined>(
      (all, some) => (all ? all.filter((one) => some.includes(one)) : some),
      undefined,
    );
  const forbidden = conditions.flatMap(({ operator, values = [] }) => (operator === "NotIn" ? values : []));
  const missing = conditions.some(({ operator }) => operator === "DoesNotExist");
  const present = allowed !== undefined || conditions.some(({ operator }) => operator === "Exists");
  if (missing) return present ? false : undefined;
  if (!present) return undefined;
  if (allowed) return allowed.find((one) => !forbidden.includes(one)) ?? false;
  return Array.from({ length: forbidden.length + 1 }, (_, index) => `any${index}`).find(
    (one) => !forbidden.includes(one),
  );
}

/** A selector for messages, in kubectl's syntax: `app=web,tier in (a,b),!beta`. */
export function selectorText(selector: readonly Requirement[]): string {
  return selector.map(requirementText).join(",");
}

function requirementText({ key: label, operator, values = [] }: Requirement): string {
  const texts: Record<Operator, string> = {
    In: values.length === 1 ? `${label}=${values[0]}` : `${label} in (${values.join(",")})`,
    NotIn: `${label} notin (${values.join(",")})`,
    Exists: label,
    DoesNotExist: `!${label}`,
  };
  return texts[operator];
}
