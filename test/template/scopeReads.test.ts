import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { declarations } from "../../provider/settings/declarations";
import { imageVariants, readsOf, scopeReads } from "../../provider/template/scopeReads";

const scoped = (template: string) => scopeReads(template).text;

const unitedWith = (key: string, list: string) =>
  `or (and $sidecar.always.${key} (join "," (uniq (compact (concat (splitList "," $sidecar.always.${key}) (splitList "," (${list} | default "" | toString | nospace))))))) ${list}`;
const annotation = "annotation .ObjectMeta `traffic.sidecar.istio.io/excludeInboundPorts`";
const ports = "$sidecar.global.proxy.excludeInboundPorts";

describe("a Helm value in Istio's template", () => {
  const rows: [string, string, string][] = [
    [
      "is read from what settings put in place for the pod",
      "{{ .Values.global.proxy.includeIPRanges }}",
      "{{ $sidecar.global.proxy.includeIPRanges }}",
    ],
    [
      "without spaces is found as well",
      "{{.Values.global.proxy.lifecycle}}",
      "{{$sidecar.global.proxy.lifecycle}}",
    ],
    [
      "of which only a field is read is read there, too",
      "{{ .Values.global.proxy.resources.limits }}",
      "{{ $sidecar.global.proxy.resources.limits }}",
    ],
    [
      "below a map that the template goes into is read there, too",
      "{{ with .Values.global.proxy }}{{ .resources }}{{ end }}",
      "{{ with $sidecar.global.proxy }}{{ .resources }}{{ end }}",
    ],
    [
      "that settings don't change is read beside those that they do, and is the same there",
      "{{ .Values.global.proxy.image }}",
      "{{ $sidecar.global.proxy.image }}",
    ],
    [
      "outside of the proxy's is found as well",
      "{{ .Values.global.logging.level }}{{ .Values.global.imagePullPolicy }}",
      "{{ $sidecar.global.logging.level }}{{ $sidecar.global.imagePullPolicy }}",
    ],
    [
      "behind $ is the same",
      "{{ range .X }}{{ $.Values.global.proxy.includeIPRanges }}{{ end }}",
      "{{ range .X }}{{ $sidecar.global.proxy.includeIPRanges }}{{ end }}",
    ],
    [
      "as an annotation's default is scoped inside the call",
      "{{ annotation .ObjectMeta `x/includeInboundPorts` .Values.global.proxy.includeInboundPorts }}",
      "{{ annotation .ObjectMeta `x/includeInboundPorts` $sidecar.global.proxy.includeInboundPorts }}",
    ],
    [
      "that is united has always-excluded entries added to it",
      "{{ .Values.global.proxy.excludeIPRanges }}",
      `{{ (${unitedWith("excludeIPRanges", "$sidecar.global.proxy.excludeIPRanges")}) }}`,
    ],
    [
      "that is united has them added to the pod's own annotation too: the call is taken whole",
      `{{ ${annotation} .Values.global.proxy.excludeInboundPorts }}`,
      `{{ ${unitedWith("excludeInboundPorts", `(${annotation} ${ports})`)} }}`,
    ],
    [
      "that is united as one argument of several stays one argument",
      `{{ excludeInboundPort 15020 (${annotation} .Values.global.proxy.excludeInboundPorts) }}`,
      `{{ excludeInboundPort 15020 (${unitedWith("excludeInboundPorts", `(${annotation} ${ports})`)}) }}`,
    ],
    [
      "that is united behind $, with the annotation in double quotes",
      '{{ annotation $.ObjectMeta "x" $.Values.global.proxy.excludeOutboundPorts }}',
      `{{ ${unitedWith("excludeOutboundPorts", '(annotation $.ObjectMeta "x" $sidecar.global.proxy.excludeOutboundPorts)')} }}`,
    ],
  ];
  for (const [edge, template, expected] of rows) {
    it(edge, () => {
      assert.equal(scoped(template), expected);
    });
  }

  const untouched: [string, string][] = [
    ["of another component", "{{ .Values.global.proxy_init.resources }}"],
    ["with a longer name", "{{ .Values.global.imagePullPolicyX }}"],
    ["of another chart", "{{ .Values.sidecar.proxy.resources }}"],
    ["that no setting has anything to do with", "{{ .Values.global.hub }}"],
    ["below a variable", "{{ $root.Values.global.proxy.resources }}"],
    ["below another field", "{{ .Template.Values.global.proxy.resources }}"],
    ["relative to all of global", "{{ with .Values.global }}{{ .proxy.resources }}{{ end }}"],
  ];
  for (const [edge, template] of untouched) {
    it(`${edge} stays as it is`, () => {
      const { text, found } = scopeReads(template);
      assert.equal(text, template);
      assert.equal(found.size, 0);
    });
  }
});

describe("what Istio's template asks of the pod or of istiod", () => {
  const interfaces = "traffic.sidecar.istio.io/excludeInterfaces";
  const rows: [string, string, string][] = [
    [
      "is an annotation with the settings' as its default",
      `{{ index .ObjectMeta.Annotations \`${interfaces}\` }}`,
      `{{ (index .ObjectMeta.Annotations \`${interfaces}\`) | default (index $sidecar.annotations "${interfaces}") | default "" }}`,
    ],
    [
      "is whether there is an annotation, or a setting",
      `{{ if (isset .ObjectMeta.Annotations \`${interfaces}\`) }}`,
      `{{ if (or (isset .ObjectMeta.Annotations \`${interfaces}\`) (hasKey $sidecar.annotations "${interfaces}")) }}`,
    ],
    [
      "is whether sidecars are native, whatever the release calls it",
      '{{ $nativeSidecar := ne (index .X "y" | default (printf "%t" .NativeSidecars)) "false" }}',
      '{{ $nativeSidecar := ne (index .X "y" | default (printf "%t" (dig "nativeSidecar" .NativeSidecars $sidecar.expression))) "false" }}',
    ],
    [
      "is the mode of interception, as a value of its kind or as text",
      "{{ .ProxyConfig.InterceptionMode }}{{ $.ProxyConfig.InterceptionMode.String }}",
      '{{ (dig "interceptionMode" .ProxyConfig.InterceptionMode.String $sidecar.expression) }}{{ (dig "interceptionMode" $.ProxyConfig.InterceptionMode.String $sidecar.expression) }}',
    ],
    [
      "is whether the application is held",
      "{{ if .ProxyConfig.HoldApplicationUntilProxyStarts.GetValue }}",
      '{{ if (dig "hold" .ProxyConfig.HoldApplicationUntilProxyStarts.GetValue $sidecar.expression) }}',
    ],
    [
      "is each container's image",
      "{{ .ProxyImage }} {{ .ProxyInitImage }}",
      '{{ (dig "ProxyImage" .ProxyImage $sidecar.expression) }} {{ (dig "ProxyInitImage" .ProxyInitImage $sidecar.expression) }}',
    ],
  ];
  for (const [edge, template, expected] of rows) {
    it(edge, () => {
      assert.equal(scoped(template), expected);
    });
  }

  it("has the settings' image only where the pod names none itself, for the images that the template reads", () => {
    const text = imageVariants(scoped("{{ .ProxyImage }}"));
    assert.match(
      text,
      /and \(hasKey \$sidecar\.expression "imageType"\) \(not \(isset \$\.ObjectMeta\.Annotations "sidecar\.istio\.io\/proxyImageType"\)\)/,
    );
    assert.ok(text.includes('dict "ProxyImage" $.ProxyImage -'), text);
    assert.equal(imageVariants(scoped("{{ .NativeSidecars }}")), "");
  });
});

describe("a template whose reads are scoped", () => {
  const plain = "{{ .Values.global.proxy.includeIPRanges }}";
  const read = "{{ $sidecar.global.proxy.includeIPRanges }}";

  it("differs in these expressions only: text, comments, blank lines and trailing spaces stay", () => {
    const around = ["# a comment  \n\n\t{{- /* c */ -}}\n  args: [", "]\n{{- end }}\n\n"];
    assert.equal(scoped(around.join(plain)), around.join(read));
  });

  it("counts what it found", () => {
    const { found } = scopeReads(
      "{{ if .Values.global.proxy.lifecycle }}{{ .Values.global.proxy.lifecycle }}{{ end }}{{ .Values.global.proxy.resources }}{{ .NativeSidecars }}{{ isset .ObjectMeta.Annotations `traffic.sidecar.istio.io/excludeInterfaces` }}",
    );
    assert.deepEqual(Object.fromEntries(found), {
      ".Values.global.proxy.lifecycle": 2,
      ".Values.global.proxy.resources": 1,
      ".NativeSidecars": 1,
      "traffic.sidecar.istio.io/excludeInterfaces": 1,
    });
  });

  const reads: [string, string, string, boolean][] = [
    ["the value itself", "{{ .Values.global.proxy.logLevel }}", "logLevel", true],
    ["another value", "{{ .Values.global.proxy.logLevel }}", "componentLogLevel", false],
    ["a value with a longer name", "{{ .Values.global.proxy.logLevelX }}", "logLevel", false],
    ["the map around it", "{{ .Values.global.proxy.resources }}", "proxyResources.limits.cpu", true],
    ["a field of it", "{{ .Values.global.proxy.seccompProfile.type }}", "seccompProfile", true],
    [
      "the list that it is united with",
      "{{ .Values.global.proxy.excludeIPRanges }}",
      "alwaysExclude.outboundIPRanges",
      true,
    ],
    ["one of the images", "{{ .ProxyInitImage }}", "imageType", true],
    ["neither of the images", "{{ .NativeSidecars }}", "imageType", false],
    [
      "the annotation",
      "{{ index .ObjectMeta.Annotations `traffic.sidecar.istio.io/excludeInterfaces` }}",
      "capture.excludeInterfaces",
      true,
    ],
    ["nothing, of variables", "", "dnsProxy", true],
    ["nothing, of init resources", "", "initResources.limits.cpu", true],
  ];
  for (const [edge, template, path, expected] of reads) {
    it(`${expected ? "serves" : "does not serve"} ${path} where it reads ${edge}`, () => {
      const rendering = declarations.find((one) => one.path === path)?.rendering("");
      assert.ok(rendering);
      assert.equal(scopeReads(template).reads(rendering), expected);
    });
  }

  it("needs to read something for each setting that has no place of its own", () => {
    const unread = declarations.filter(({ rendering }) => readsOf(rendering("NAME")).length === 0);
    assert.deepEqual(
      new Set(unread.map(({ rendering }) => rendering("NAME").to)),
      new Set(["initResources", "scaledResources", "proxyConfig", "proxyMetadata"]),
    );
  });
});
