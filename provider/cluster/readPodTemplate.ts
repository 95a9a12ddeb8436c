import { z } from "zod";
import type { Checked } from "../data/parsed.js";
import { printable, shown } from "../data/problem.js";
import { valueAt } from "../data/valueAt.js";
import type { PodTemplate } from "./podTemplate.js";

const texts = optional(z.record(z.string(), z.string()));
const amounts = optional(z.record(z.string(), z.union([z.string(), z.number()])));
const Container = z.looseObject({
  name: z.string(),
  image: optional(z.string()),
  args: optional(z.array(z.string())),
  env: optional(z.array(z.looseObject({ name: z.string(), value: optional(z.string()) }))),
  resources: optional(z.looseObject({ limits: amounts, requests: amounts })),
});
const Shape = z.looseObject({
  metadata: optional(z.looseObject({ labels: texts, annotations: texts })),
  spec: z.looseObject({
    containers: z.array(Container),
    initContainers: optional(z.array(Container)),
    volumes: optional(z.array(z.looseObject({ name: z.string() }))),
  }),
});

/** Parses a pod template that no API server has validated yet, so that the fields used here have Kubernetes' types. */
export function readPodTemplate(written: unknown): Checked<PodTemplate | undefined> {
  const read = Shape.safeParse(written);
  // checked above, field by field; other fields are kept as they are
  if (read.success) return { value: JSON.parse(JSON.stringify(read.data)) as PodTemplate, problems: [] };
  return {
    value: undefined,
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

// to Kubernetes null means left out
function optional<Type extends z.ZodType>(type: Type) {
  return type.nullish().transform((value) => value ?? undefined);
}
