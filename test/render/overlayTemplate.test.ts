import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { overlayTemplate } from "../../provider/render/overlayTemplate";
import { scopeTemplate } from "../../provider/render/scopeTemplate";

const overlayOf = (template: string) => overlayTemplate(template, scopeTemplate(template));
const asked = '(dig "nativeSidecar" .NativeSidecars $sidecar.expression)';

describe("the overlay", () => {
  const native: [string, string, string][] = [
    [
      "as Istio's template does",
      '{{ $nativeSidecar := ne (index .ObjectMeta.Annotations `a` | default (printf "%t" .NativeSidecars)) "false" }}',
      `ne (index .ObjectMeta.Annotations \`a\` | default (printf "%t" ${asked})) "false"`,
    ],
    ["with trimmed white space", "{{- $nativeSidecar := .NativeSidecars -}}", asked],
    ["never, in a release without them", "spec: {}", "false"],
  ];
  for (const [edge, template, expression] of native) {
    it(`tells native sidecars ${edge}`, () => {
      assert.ok(overlayOf(template).includes(`{{- $native := ${expression} }}\n`));
    });
  }

  const cni: [string, string, string][] = [
    [
      "as Istio's template does",
      "  {{ if .Values.pilot.cni.enabled -}}\n  - name: istio-validation\n  {{ else -}}\n  - name: istio-init",
      ".Values.pilot.cni.enabled",
    ],
    [
      "as older templates do",
      "{{- if .Values.istio_cni.enabled }}\n  - name: istio-validation",
      ".Values.istio_cni.enabled",
    ],
    ["never, in a release without it", "  - name: istio-init", "false"],
  ];
  for (const [edge, template, expression] of cni) {
    it(`tells Istio CNI ${edge}`, () => {
      assert.ok(
        overlayOf(template).includes(`{{ if ${expression} }}istio-validation{{ else }}istio-init{{ end }}`),
      );
    });
  }

  const overlay = overlayOf(
    "{{ .Values.global.proxy.lifecycle }}{{ .ProxyConfig.InterceptionMode }}{{ .ProxyImage }}",
  );

  it("opens and closes its blocks: each if and range has its end", () => {
    const opened = overlay.match(/\{\{-?\s*(if|range|with)\b/g)?.length ?? 0;
    const closed = overlay.match(/\{\{-?\s*end\s*-?\}\}/g)?.length ?? 0;
    assert.equal(opened, closed);
    assert.ok(opened > 10);
  });

  it("never emits a list's key outside a condition: an empty one would delete Istio's", () => {
    for (const key of [
      "initContainers:",
      "containers:",
      "sidecar\\.istio\\.io/interceptionMode:",
      "env:",
      "resources:",
      "annotations:",
      "metadata:",
      "spec:",
    ])
      assert.equal(depthAt(overlay, overlay.search(new RegExp(`^ *${key}`, "m"))) > 0, true, key);
  });

  it("is Istio's template's business only by what it reads and the two expressions", () => {
    assert.equal(overlayOf("x".repeat(1000)), overlayOf(""));
  });

  it("is short: it is in every injector", () => {
    assert.ok(overlay.length < 9000, `${overlay.length} characters`);
  });

  it("computes resources in proportion only where no annotation of the pod says an amount", () => {
    const before = overlay.slice(0, overlay.indexOf("$own.scaled.percent"));
    for (const name of ["proxyCPU", "proxyMemory", "proxyCPULimit", "proxyMemoryLimit"])
      assert.ok(before.includes(`(isset .ObjectMeta.Annotations "sidecar.istio.io/${name}")`), name);
    assert.match(before, /\{\{- else if \$own\.scaled \}\}/);
  });

  it("joins the stamps of all profiles that reach the pod", () => {
    assert.match(
      overlay,
      /range \$name := \$sidecarProfiles \}\}\{\{ \$_ := set \$own "stamp" \(compact \(list \$own\.stamp \(dig "profiles" \$name "stamp" "" \$sidecarData\)\) \| join "\."\)/,
    );
  });
});

/** How many blocks of a template are open at a place. */
function depthAt(template: string, place: number): number {
  const before = template.slice(0, place);
  const count = (pattern: RegExp) => before.match(pattern)?.length ?? 0;
  return count(/\{\{-?\s*(if|range|with)\b/g) - count(/\{\{-?\s*end\s*-?\}\}/g);
}
