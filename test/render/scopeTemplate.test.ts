import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { scopeTemplate } from "../../provider/render/scopeTemplate";

const data = "(.Values.global.sidecarSettings | default dict)";
const profile = `(dig "namespaces" .ObjectMeta.Namespace "*" ${data})`;
const looked = (key: string) =>
  `(dig "profiles" ${profile} "values" "${key}" .Values.global.proxy.${key} ${data})`;
const always = (key: string) => `(dig "profiles" ${profile} "always" "${key}" "" ${data})`;
const unitedWith = (key: string, list: string) =>
  `ternary ${list} (join "," (uniq (compact (concat (splitList "," ${always(key)}) (splitList "," (${list} | default "" | toString)))))) (eq ${always(key)} "")`;
const atRoot = (text: string) =>
  text.replaceAll(".Values", "$.Values").replaceAll(".ObjectMeta", "$.ObjectMeta");

const merged = `(mergeOverwrite (deepCopy (.Values.global.proxy.resources | default dict)) (deepCopy (dig "profiles" ${profile} "fields" "resources" dict ${data})))`;
const annotation = "annotation .ObjectMeta `traffic.sidecar.istio.io/excludeInboundPorts`";

describe("a Helm value in Istio's template", () => {
  const rows: [string, string, string][] = [
    [
      "that is replaced as a whole is looked up for the pod's namespace, then globally, then as before",
      "{{ .Values.global.proxy.includeIPRanges }}",
      `{{ ${looked("includeIPRanges")} }}`,
    ],
    ["without spaces is found as well", "{{.Values.global.proxy.lifecycle}}", `{{${looked("lifecycle")}}}`],
    [
      "that is merged per field is merged into a copy, never in place",
      "{{ toYaml .Values.global.proxy.resources | indent 6 }}",
      `{{ toYaml ${merged} | indent 6 }}`,
    ],
    [
      "behind $ stays behind $, with all that it is looked up in",
      "{{ range .X }}{{ $.Values.global.proxy.includeIPRanges }}{{ end }}",
      `{{ range .X }}{{ ${atRoot(looked("includeIPRanges"))} }}{{ end }}`,
    ],
    ["behind $ that is merged", "{{ $.Values.global.proxy.resources }}", `{{ ${atRoot(merged)} }}`],
    [
      "as an annotation's default is scoped inside the call",
      "{{ annotation .ObjectMeta `x/includeInboundPorts` .Values.global.proxy.includeInboundPorts }}",
      `{{ annotation .ObjectMeta \`x/includeInboundPorts\` ${looked("includeInboundPorts")} }}`,
    ],
    [
      "that is united has always-excluded entries added to it",
      "{{ .Values.global.proxy.excludeIPRanges }}",
      `{{ (${unitedWith("excludeIPRanges", looked("excludeIPRanges"))}) }}`,
    ],
    [
      "that is united has them added to the pod's own annotation too: the call is taken whole",
      `{{ ${annotation} .Values.global.proxy.excludeInboundPorts }}`,
      `{{ ${unitedWith("excludeInboundPorts", `(${annotation} ${looked("excludeInboundPorts")})`)} }}`,
    ],
    [
      "that is united as one argument of several stays one argument",
      `{{ excludeInboundPort 15020 (${annotation} .Values.global.proxy.excludeInboundPorts) }}`,
      `{{ excludeInboundPort 15020 (${unitedWith("excludeInboundPorts", `(${annotation} ${looked("excludeInboundPorts")})`)}) }}`,
    ],
    [
      "that is united behind $, with the annotation in double quotes",
      '{{ annotation $.ObjectMeta "x" $.Values.global.proxy.excludeOutboundPorts }}',
      `{{ ${atRoot(unitedWith("excludeOutboundPorts", `(annotation .ObjectMeta "x" ${looked("excludeOutboundPorts")})`))} }}`,
    ],
  ];
  for (const [edge, template, scoped] of rows) {
    it(edge, () => {
      assert.equal(scopeTemplate(template).text, scoped);
    });
  }

  const untouched: [string, string][] = [
    ["with a longer name", "{{ .Values.global.proxy.resourcesX }}"],
    ["of which only a field is read", "{{ .Values.global.proxy.resources.limits }}"],
    ["of another component", "{{ .Values.global.proxy_init.resources }}"],
    ["of another chart", "{{ .Values.sidecar.proxy.resources }}"],
    ["that settings don't change", "{{ .Values.global.proxy.image }}"],
    ["below a variable", "{{ $root.Values.global.proxy.resources }}"],
    ["below another field", "{{ .Template.Values.global.proxy.resources }}"],
    ["relative to a block", "{{ with .Values.global.proxy }}{{ .resources }}{{ end }}"],
  ];
  for (const [edge, template] of untouched) {
    it(`${edge} stays as it is`, () => {
      const scoped = scopeTemplate(template);
      assert.equal(scoped.text, template);
      assert.equal(scoped.found.size, 0);
    });
  }
});

describe("a scoped template", () => {
  it("differs in these expressions only: text, comments, blank lines and trailing spaces stay", () => {
    const around = ["# a comment  \n\n\t{{- /* c */ -}}\n  args: [", "]\n{{- end }}\n\n"];
    const { text } = scopeTemplate(around.join("{{ .Values.global.proxy.includeIPRanges }}"));
    assert.equal(text, around.join(`{{ ${looked("includeIPRanges")} }}`));
  });

  it("counts what it found, and names what is missing", () => {
    const { found, missing } = scopeTemplate(
      "{{ if .Values.global.proxy.lifecycle }}{{ .Values.global.proxy.lifecycle }}{{ end }}{{ .Values.global.proxy.resources }}",
    );
    assert.deepEqual(Object.fromEntries(found), { lifecycle: 2, resources: 1 });
    assert.deepEqual(missing, [
      "includeIPRanges",
      "excludeIPRanges",
      "includeInboundPorts",
      "excludeInboundPorts",
      "includeOutboundPorts",
      "excludeOutboundPorts",
    ]);
  });
});
