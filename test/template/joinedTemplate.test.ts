import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { joinedTemplate, places } from "../../provider/template/joinedTemplate";
import { template } from "../configMap/injectorText";

function joined(text = template): string {
  return joinedTemplate(text).text;
}

/** The template with a change that has to be one. */
function changed(from: string | RegExp, to: string, text = template): string {
  const after = text.replace(from, to);
  assert.notEqual(after, text, String(from));
  return after;
}

const metadataLoop =
  /( *)\{\{- range \$key, \$value := \.ProxyConfig\.ProxyMetadata \}\}[\s\S]*?\{\{- end \}\}\n/g;

describe("Istio's template with settings in its places", () => {
  const said: [string, string][] = [
    [
      "has the stamp beside Istio's annotations, before the first of them",
      "  annotations: {\n    {{- if $sidecar.stamp }}\n    sidecar-settings/stamp: {{ $sidecar.stamp | quote }},\n    {{- end }}\n",
    ],
    [
      "has PROXY_CONFIG as the settings change it, and else as Istio writes it",
      "      value: {{ if $sidecar.proxyConfig }}{{ $sidecar.proxyConfig | structToJSON | quote }}{{ else }}|\n             {{ protoToJSON .ProxyConfig }}{{ end }}\n",
    ],
    [
      "has variables of the init container where Istio's are, also where Istio has none",
      "  {{- if $sidecarInitEnv }}\n    env:\n    {{- range $key, $value := $sidecarInitEnv }}\n",
    ],
    [
      "has variables of istio-proxy where Istio's are",
      "{{ end }}\n    {{- range $key, $value := $sidecarProxyEnv }}\n    - name: {{ $key }}\n",
    ],
    [
      "asks for resources of the init container with its own amounts",
      '  {{- end }}\n    resources:\n  {{ template "resources" (dict "ObjectMeta" $.ObjectMeta "sidecar" $sidecarInit) }}\n',
    ],
    [
      "asks for resources of istio-proxy with those in proportion",
      '    resources:\n  {{ template "resources" (dict "ObjectMeta" $.ObjectMeta "sidecar" $sidecarProxy) }}\n  volumes:',
    ],
    [
      "reads the resources that come with the call",
      "{{- else if $.sidecar.global.proxy.resources }}\n      {{ toYaml (omitNil $.sidecar.global.proxy.resources) | indent 6 }}",
    ],
    [
      "leaves the annotation to Istio where that writes it",
      "{{ if not ($.Values.pilot.cni.enabled) }}{{ $sidecarMode =",
    ],
  ];
  for (const [edge, text] of said) {
    it(edge, () => {
      assert.ok(joined().includes(text), joined());
    });
  }

  const modes: [string, string, string][] = [
    ["never", changed(/^\{\{- if \.Values\.pilot[\s\S]*?end \}\}\n/m, ""), "false"],
    [
      "always",
      changed("{{- if .Values.pilot.cni.enabled }}\n    s", "{{- if .a }}{{ end }}{{- /* */}}\n    s"),
      "true",
    ],
    [
      "on two conditions",
      changed("{{- if .Values.pilot.cni.enabled }}\n    s", "{{- if .Values.a }}{{ if .Values.b }}\n    s"),
      "and ($.Values.a) ($.Values.b)",
    ],
  ];
  for (const [edge, text, condition] of modes) {
    it(`writes the annotation of the mode where Istio does not, which says it ${edge}`, () => {
      assert.ok(joined(text).includes(`{{ if not (${condition}) }}{{ $sidecarMode =`), joined(text));
    });
  }

  it("gives containers of neither kind Istio's resources", () => {
    const third = '  - name: enable-core-dump\n    resources:\n  {{ template "resources" . }}\n';
    const text = changed("  {{ if not .NativeSidecars }}\n", `${third}  {{ if not .NativeSidecars }}\n`);
    assert.match(
      joined(text),
      /enable-core-dump\n {4}resources:\n {2}\{\{ template "resources" \(dict "ObjectMeta" \$\.ObjectMeta "sidecar" \$sidecar\) \}\}/,
    );
  });

  it("opens and closes its blocks: each if, range, with and define has its end", () => {
    const opened = joined().match(/\{\{-?\s*(if|range|with|define)\b/g)?.length ?? 0;
    const closed = joined().match(/\{\{-?\s*end\s*-?\}\}/g)?.length ?? 0;
    assert.equal(opened, closed);
    assert.ok(opened > 30);
  });

  it("changes only maps of its own: the Helm values are one map for all requests", () => {
    const written = new Set([...joined().matchAll(/\b(?:un)?set (\(index \S+|\S+)/g)].map(([, map]) => map));
    written.delete("in"); // of the comment
    assert.deepEqual(
      [...written].filter(
        (map) =>
          !/^\$(at|copy|to|amounts|scaled|metadata|sidecar(Maps|\.\w+|InitEnv|ProxyEnv)?)$/.test(map ?? ""),
      ),
      ["(index $scaled"],
    );
  });

  it("knows the variables that Istio's template sets itself", () => {
    assert.deepEqual(joinedTemplate(template).istiosVariables, new Set(["TRUST_DOMAIN", "PROXY_CONFIG"]));
  });
});

describe("a place that Istio's template does not have", () => {
  const rows: [string, string, string[]][] = [
    ["no PROXY_CONFIG", changed("- name: PROXY_CONFIG", "- name: OTHER"), ["proxyConfig"]],
    [
      "PROXY_CONFIG in another form",
      changed("{{ protoToJSON .ProxyConfig }}", "{{ protoToJSON .ProxyConfig | quote }}"),
      ["proxyConfig"],
    ],
    [
      "PROXY_CONFIG in another container",
      changed("  - name: istio-proxy", "  - name: istio-proxy\n  - name: other"),
      ["proxyResources", "proxyConfig", "variables"],
    ],
    ["no proxy metadata", changed(metadataLoop, ""), ["variables"]],
    [
      "proxy metadata of istio-proxy alone",
      changed(
        / {2}\{\{- if \.ProxyConfig\.ProxyMetadata \}\}[\s\S]*? {2}\{\{- end \}\}\n {2}\{\{- end \}\}\n/,
        "",
      ),
      ["variables"],
    ],
    [
      "proxy metadata of the init container without a condition",
      changed("{{- if .ProxyConfig.ProxyMetadata }}", "{{- if true }}"),
      ["variables"],
    ],
    ["proxy metadata without quotes", changed('value: "{{ $value }}"', "value: {{ $value }}"), ["variables"]],
    [
      "proxy metadata as something else than variables",
      changed(/(protoToJSON \.ProxyConfig \}\}\n)/, "$1    other:\n"),
      ["variables"],
    ],
    [
      "proxy metadata three times",
      changed(
        /( {4}resources:\n {2}\{\{ template "resources" \. \}\}\n {2}volumes:)/,
        '    {{- range $key, $value := .ProxyConfig.ProxyMetadata }}\n    - name: {{ $key }}\n      value: "{{ $value }}"\n    {{- end }}\n$1',
      ),
      ["variables"],
    ],
    [
      "proxy metadata once more, in another form",
      changed("  volumes:", "    {{ range $k, $v := .ProxyConfig.ProxyMetadata }}{{ end }}\n  volumes:"),
      ["variables"],
    ],
    [
      "resources that are not asked for",
      changed('  {{ template "resources" . }}\n  volumes', "  volumes"),
      ["proxyResources"],
    ],
    [
      "resources of the init container twice",
      changed(
        "  {{ if not .NativeSidecars }}\n",
        '  {{ template "resources" . }}\n  {{ if not .NativeSidecars }}\n',
      ),
      ["initResources"],
    ],
    [
      "PROXY_CONFIG in a container between two halves of istio-proxy",
      changed(
        /(protoToJSON \.ProxyConfig \}\}\n)/,
        "$1  - name: istio-proxy\n    env:\n",
        changed("    - name: PROXY_CONFIG", "  - name: other\n    env:\n    - name: PROXY_CONFIG"),
      ),
      ["proxyConfig"],
    ],
    ["no define", changed(/^\{\{- define[\s\S]*?(?=metadata:)/, ""), ["proxyResources", "initResources"]],
    [
      "no istio-proxy",
      changed("- name: istio-proxy", "- name: envoy"),
      ["initResources", "proxyResources", "proxyConfig", "variables"],
    ],
  ];
  for (const [edge, text, missing] of rows) {
    it(`is named, and what stands there is left as it is: ${edge}`, () => {
      assert.deepEqual([...joinedTemplate(text).missing], missing);
    });
  }

  it("is none of an init container where there is no such container", () => {
    const none = changed(/ {2}initContainers:\n[\s\S]*?(?= {2}\{\{ if not \.NativeSidecars)/, "");
    const { text, missing } = joinedTemplate(none);
    assert.deepEqual([...missing], ["initResources"]);
    assert.match(text, /range \$key, \$value := \$sidecarProxyEnv/);
    assert.doesNotMatch(text, /name: istio-(init|validation)/);
  });

  it("leaves nothing to put settings in where all are missing but the annotations", () => {
    const bare = "metadata:\n  annotations: {\n  }\nspec: {{ .Values.global.proxy.lifecycle }}\n";
    assert.deepEqual([...joinedTemplate(bare).missing].sort(), Object.keys(places).sort());
  });
});

describe("a template is refused whole where Istio's has", () => {
  const rows: [string, string, RegExp][] = [
    [
      "no annotations",
      changed(/ {2}annotations: \{[\s\S]*? {2}\}\n/, ""),
      /expected one line `annotations: \{` under metadata, got none\. Restore/,
    ],
    [
      "annotations as a block",
      changed("  annotations: {\n", "  annotations:\n"),
      /expected one line `annotations: \{` under metadata, got none\. Restore/,
    ],
    [
      "annotations of something else",
      changed("metadata:\n", "other:\n"),
      /expected one line `annotations: \{` under metadata, got none\. Restore/,
    ],
    [
      "annotations twice",
      changed("  annotations: {\n", "  annotations: {\n  }\n  annotations: {\n"),
      /expected one line `annotations: \{` under metadata, got 2 of them\. Restore/,
    ],
    [
      "the mode of interception on a condition that can't be asked before",
      changed("{{- if .Values.pilot.cni.enabled }}\n    sidecar", "{{- if $cni }}\n    sidecar"),
      /interceptionMode among the annotations under conditions that only read \.Values, got a condition that reads a variable/,
    ],
    [
      "the mode of interception in an else",
      changed(
        "{{- if .Values.pilot.cni.enabled }}\n    sidecar",
        "{{- if .Values.a }}{{ else }}\n    sidecar",
      ),
      /interceptionMode among the annotations .*or an else/,
    ],
    [
      "resources asked for with something else",
      changed('{{ template "resources" . }}', '{{ template "resources" .Spec }}'),
      /got \{\{ template "resources" \.Spec \}\}/,
    ],
    [
      "resources that read more of the pod",
      changed("{{- else if .Values", "{{- else if .Spec }}{{ else if .Values"),
      /expected one \{\{ define \}\} .*, got resources, which reads \.Spec/,
    ],
    [
      "resources that read other Helm values",
      changed("{{- else if .Values", "{{- else if .Values.other }}{{ else if .Values"),
      /got resources, which reads \.Values/,
    ],
    ["a second define", `{{ define "other" }}{{ end }}${template}`, /got other and resources/],
    ["a second define behind it", `${template}{{ define "other" }}{{ end }}`, /got resources and other/],
  ];
  for (const [edge, text, message] of rows) {
    it(edge, () => {
      assert.throws(() => joinedTemplate(text), { name: "InjectorRefusal", message });
    });
  }
});
