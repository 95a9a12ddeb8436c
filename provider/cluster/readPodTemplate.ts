import { z } from "zod";
import { type Problem, printable, shown } from "../data/problem.js";
import { valueAt } from "../data/valueAt.js";
import type { PodTemplate } from "./podTemplate.js";

const texts = left(z.record(z.string(), z.string()));
const amounts = left(z.record(z.string(), z.union([z.string(), z.number()])));
const Container = z.looseObject({
  name: z.string(),
  image: left(z.string()),
  args: left(z.array(z.string())),
  env: left(z.array(z.looseObject({ name: z.string(), value: left(z.string()) }))),
  resources: left(z.looseObject({ limits: amounts, requests: amounts })),
});
const Shape = z.looseObject({
  metadata: left(z.looseObject({ labels: texts, annotations: texts })),
  spec: z.looseObject({
    containers: z.array(Container),
    initContainers: left(z.array(Container)),
    volumes: left(z.array(z.looseObject({ name: z.string() }))),
  }),
});

/** A pod template that people wrote and no API server has looked at yet: what is read of it has Kubernetes' types. */
export function readPodTemplate(written: unknown): { template: PodTemplate } | { problems: Problem[] } {
  const read = Shape.safeParse(written);
  // checked above, field by field; the rest stays as it is
  if (read.success) return { template: withoutUndefined(read.data) as unknown as PodTemplate };
  return {
    problems: read.error.issues.map((issue) => {
      const path = issue.path.map(String);
      return printable({
        path: path.join("."),
        got: shown(valueAt(written, path)),
        expected: "what Kubernetes has there",
        todo: issue.message,
      });
    }),
  };
}

// Kubernetes takes null for what is left out
function left<Type extends z.ZodType>(type: Type) {
  return type.nullish().transform((value) => value ?? undefined);
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, below]) =>
      below === undefined ? [] : [[key, withoutUndefined(below)]],
    ),
  );
}
