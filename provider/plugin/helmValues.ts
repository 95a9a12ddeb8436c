import type { InvokeResult } from "@pulumi/pulumi/provider";
import { readChart } from "../components/SidecarMesh.js";
import type { IstiodValues } from "../configMap/helmValues.js";
import { problemSentence, shown } from "../data/problem.js";
import { helmValuesOfFile } from "../platformFile/helmValuesOfFile.js";
import { ownerInMesh } from "../platformFile/levelsInWaves.js";
import { readPlatformSettings } from "../platformFile/readPlatformFile.js";
import { type Opened, sealed } from "./sealed.js";

const stackName = /^[^/\s]+\/[^/\s]+\/[^/\s:]+$/;

/** The function `helmValues`: the istiod chart's values with the settings of a mesh, which the program makes as a SidecarMesh. */
export function helmValues({ value, secrets }: Opened): InvokeResult {
  const { mesh, stack, chart, namespace, settings = {}, values = {} } = value;
  const text = Object.entries({ mesh, chart, ...(namespace === undefined ? {} : { namespace }) })
    .filter(([, one]) => typeof one !== "string" || one === "")
    .map(([property, one]) =>
      failure(property, "text", one, one === undefined ? "set it" : "write it in quotes"),
    );
  const named =
    typeof stack === "string" && stackName.test(stack)
      ? []
      : [failure("stack", "organization/project/stack", stack, "name the stack that has the mesh")];
  const read = readPlatformSettings(settings);
  const wrong = read.problems.map((problem) => ({
    property: `settings.${problem.path}`,
    reason: problemSentence(problem),
  }));
  const sealedSettings = secrets
    .filter(([first]) => first === "settings")
    .map((path) => failure(path.join("."), "a plain value", "a secret", "settings are stored in plain text"));
  const failures = [...text, ...named, ...wrong, ...sealedSettings];
  if (failures.length > 0) return { failures };
  const result = helmValuesOfFile(
    read.value,
    values as IstiodValues,
    readChart(String(chart)),
    namespace === undefined ? undefined : String(namespace),
    (level) => `${stack}:${ownerInMesh(String(mesh), level)}`,
  );
  return {
    outputs: sealed(
      { values: result },
      secrets.filter(([first]) => first === "values"),
    ),
  };
}

function failure(path: string, expected: string, got: unknown, todo: string) {
  const said = got === "a secret" ? got : got === undefined ? "nothing" : shown(got);
  return { property: path, reason: problemSentence({ path, expected, got: said, todo }) };
}
