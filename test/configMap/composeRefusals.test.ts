import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { compose, requireComposable, strip } from "../../provider/configMap/compose";
import { layersOf } from "../../provider/configMap/layersOf";
import { InjectorRefusal, named } from "../../provider/data/InjectorRefusal";
import type { Layers } from "../../provider/levels/Layer";
import type { CanonicalSettings } from "../../provider/settings/canonicalSettings";
import { conflicts } from "../../provider/settings/conflicts";
import { config, data, indented, layers } from "./injectorText";

describe("an injector is refused, and nothing is written, when", () => {
  const refused: [string, Partial<typeof data>, RegExp][] = [
    [
      "there is no sidecar template",
      { config: "templates:\n  gateway: x\n" },
      /templates\.sidecar: expected the text of Istio's sidecar template, got no such template\. Reinstall/,
    ],
    [
      "the sidecar template is no text",
      { config: "templates:\n  sidecar: 5\n" },
      /templates\.sidecar: .* got a value of type number/,
    ],
    [
      "there are no templates",
      { config: "policy: enabled\n" },
      /^data\.config, templates: expected a map .*, got nothing\. Reinstall/,
    ],
    [
      "templates is a list",
      { config: "templates: [sidecar]\n" },
      /templates: expected a map .*, got a list\. Reinstall/,
    ],
    [
      "templates is a long text, which is cut",
      { config: `templates: |\n${indented(config, "  ")}` },
      /templates: expected a map .*, got ".{1,100}"?…"?\. Reinstall.*$/,
    ],
    [
      "there is one template, as of old",
      { config: "template: x\n" },
      /got a single text, data\.config\.template, as in Istio before 1\.10\. Upgrade Istio\.$/,
    ],
    [
      "there are no templates beside the text that Istio has in place of the old one",
      {
        config:
          'template: "{{ Template_Version_And_Istio_Version_Mismatched_Check_Installation }}"\npolicy: enabled\n',
      },
      /templates: expected a map .*, got nothing\. Reinstall/,
    ],
    ["the config is empty", { config: "" }, /templates: expected a map .*, got nothing/],
    [
      "the config can't be read",
      { config: "templates: {" },
      /^data\.config, line 1, column 13: expected YAML or JSON, got text that can't be read \(.*\)\. Fix/,
    ],
    ["the config has a key twice", { config: `${config}policy: x\n` }, /can't be read/],
    [
      "the template reads no value that settings change",
      { config: "templates:\n  sidecar: x\n" },
      /template "sidecar": expected reads of Helm values such as \.Values\.global\.proxy\.resources, got none/,
    ],
    [
      "default injection uses another template",
      { config: `${config}defaultTemplates: [mine]\n` },
      /defaultTemplates: expected a name that leads to Istio's template "sidecar", got mine/,
    ],
    [
      "the alias sidecar names itself alone",
      { config: `${config}aliases:\n  sidecar: [sidecar]\n` },
      /expected texts that can be edited in place .* Reinstall/,
    ],
    [
      "aliases is a list",
      { config: `${config}aliases: [sidecar]\n` },
      /^data\.config, aliases: expected a map of names .*, got a list\. Reinstall/,
    ],
    [
      "the template reads Helm values by a variable",
      { config: config.replace("metadata:\n", "{{ $v := .Values }}\n    metadata:\n") },
      /^data\.config, template "sidecar": expected Helm values read by their whole path.*, got \{\{ \$v := \.Values \}\}\. Write/,
    ],
    [
      "the template reads Helm values relative to a part of them",
      { config: config.replace("metadata:\n", "{{- with .Values.global -}}\n    {{ end }}metadata:\n") },
      /got \{\{- with \.Values\.global -\}\}\. Write/,
    ],
    ["the values can't be read", { values: '{"global":' }, /can't be read/],
    [
      "the values have no global",
      { values: "{}" },
      /^data\.values, global: expected a map of the Helm values .*, got \w+\. Reinstall/,
    ],
    [
      "the values are empty",
      { values: "" },
      /^data\.values, global: expected a map of the Helm values .*, got \w+\. Reinstall/,
    ],
    [
      "global is null",
      { values: '{"global":null}' },
      /^data\.values, global: expected a map of the Helm values .*, got \w+\. Reinstall/,
    ],
  ];
  for (const [edge, part, message] of refused) {
    it(edge, () => {
      assert.throws(
        () => compose({ ...data, ...part }, layers),
        (error: unknown) => isRefusal(error, message),
      );
      // a form that shows only in the composed text is not looked for by previews
      if (edge !== "the alias sidecar names itself alone")
        assert.throws(
          () => requireComposable({ ...data, ...part }, layers),
          (error: unknown) => isRefusal(error, message),
        );
    });
  }

  it("says the same with the ConfigMap's name in front, problem by problem", () => {
    const settings = { "env.TRUST_DOMAIN": "a", logLevel: "debug" };
    const refusedBy = (work: () => void) => {
      try {
        named("istio-system/istio-sidecar-injector", work);
      } catch (error) {
        return error instanceof InjectorRefusal ? error.message.split("\n") : [];
      }
      return [];
    };
    const lines = refusedBy(() => compose(data, { shop: { owner: "o", settings } }));
    assert.equal(lines.length, 2);
    for (const line of lines)
      assert.match(
        line,
        /^ConfigMap istio-system\/istio-sidecar-injector: data\.config, template "sidecar": expected/,
      );
    assert.deepEqual(
      refusedBy(() => requireComposable(data, { shop: { owner: "o", settings } })),
      lines,
    );
  });

  it("finds nothing to refuse without layers", () => {
    assert.doesNotThrow(() => requireComposable(data, layers));
    assert.doesNotThrow(() => requireComposable(compose(data, layers), layers));
  });

  it("a setting needs a value that this release's template never reads", () => {
    const old = { ...data, config: config.replace(/.*includeOutboundPorts.*\n/, "") };
    assert.throws(
      () => compose(old, { shop: { owner: "o", settings: { "capture.includeOutboundPorts": "80" } } }),
      (error: unknown) =>
        isRefusal(
          error,
          /expected a read of \.Values\.global\.proxy\.includeOutboundPorts, got a template without it\. Remove capture\.includeOutboundPorts, which needs it/,
        ),
    );
    assert.doesNotThrow(() => compose(old, layers));
  });

  it("workload settings need it, too: all of them are named", () => {
    const picks = { selector: [{ key: "app", operator: "Exists" as const }], priority: 0 };
    const settings = { logLevel: "debug", privileged: true, dnsProxy: true };
    assert.throws(
      () => compose(data, { "shop/web": { owner: "o", settings, picks } }),
      (error: unknown) =>
        isRefusal(
          error,
          /proxy\.logLevel, got .* Remove logLevel, .*\n.*proxy\.privileged, got .* Remove privileged, /,
        ),
    );
  });
});

describe("a setting that a template has no place for is refused by name", () => {
  const rows: [string, RegExp, string, CanonicalSettings, RegExp][] = [
    [
      "the init container's own resources, without one",
      / {6}initContainers:\n[\s\S]*?(?= {6}\{\{ if not \.NativeSidecars)/,
      "",
      { "initResources.limits.cpu": "1" },
      /expected one \{\{ template "resources" \. \}\} in istio-init or istio-validation, .* got a template without it\. Remove initResources\.limits\.cpu, which needs it/,
    ],
    [
      "fields of PROXY_CONFIG",
      /protoToJSON \.ProxyConfig/,
      "toYaml .ProxyConfig",
      { drainDuration: "5s", concurrency: "2", dnsProxy: true },
      /expected one variable PROXY_CONFIG .* Remove drainDuration, dnsProxy, concurrency, which need it/,
    ],
    [
      "variables",
      /range \$key, \$value := \.ProxyConfig\.ProxyMetadata/,
      "range $k, $value := .ProxyConfig.ProxyMetadata",
      { "env.A": "1" },
      /expected one loop .* Remove env\.A, which needs it/,
    ],
    [
      "a variable that Istio's template sets itself",
      /$^/,
      "",
      { "env.TRUST_DOMAIN": "mine" },
      /expected no variable TRUST_DOMAIN of its own, got .* Remove env\.TRUST_DOMAIN/,
    ],
  ];
  for (const [edge, from, to, settings, message] of rows) {
    it(edge, () => {
      const rewritten = { ...data, config: config.replace(from, to) };
      assert.throws(
        () => compose(rewritten, { shop: { owner: "o", settings } }),
        (error: unknown) => isRefusal(error, message),
      );
      const others = { shop: { owner: "o", settings: { "proxyResources.limits.cpu": "1" } } };
      assert.deepEqual(strip(compose(rewritten, others)), rewritten);
    });
  }
});

describe("a setting that a release does not have", () => {
  const of = (tag: string) => ({
    config: config.replace("not .NativeSidecars", "true"),
    values: JSON.stringify({ global: { proxy: {}, tag } }),
  });
  const messages: [string, CanonicalSettings, RegExp][] = [
    [
      "1.24.6",
      { nativeSidecar: true },
      /Remove nativeSidecar, which needs it: nativeSidecar needs Istio 1\.27 and newer; this injector is 1\.24\.$/,
    ],
    ["latest", { nativeSidecar: false }, /needs it: nativeSidecar needs Istio 1\.27 and newer\.$/],
    [
      "1.26.0",
      { seccompProfile: { type: "RuntimeDefault" } },
      /needs Istio 1\.28 and newer; this injector is 1\.26\.$/,
    ],
    ["1.26.0", { enableCoreDump: true }, /needs Istio up to 1\.23; this injector is 1\.26\.$/],
  ];
  for (const [tag, settings, message] of messages) {
    it(`is refused with the releases that do: ${Object.keys(settings)} on ${tag}`, () => {
      assert.throws(
        () => compose(of(tag), { shop: { owner: "o", settings } }),
        (error: unknown) => isRefusal(error, message),
      );
    });
  }

  it("refuses what depends on it as well, so that the rest is accepted", () => {
    const settings: CanonicalSettings = {
      nativeSidecar: true,
      holdApplicationUntilProxyStarts: true,
      "proxyResources.limits.cpu": "1",
    };
    const advised =
      /Remove (nativeSidecar, holdApplicationUntilProxyStarts), which need it: nativeSidecar needs/;
    assert.throws(
      () => compose(of("1.24.6"), { shop: { owner: "o", settings } }),
      (error: unknown) => isRefusal(error, advised),
    );
    const { nativeSidecar: _, holdApplicationUntilProxyStarts: __, ...left } = settings;
    assert.deepEqual(conflicts(left), []);
    assert.doesNotThrow(() => compose(of("1.24.6"), { shop: { owner: "o", settings: left } }));
  });
});

describe("data of ours is refused when", () => {
  const whole = { version: 1, layers: {}, settings: {}, namespaces: {}, profiles: {} };
  const refused: [string, unknown, RegExp][] = [
    [
      "a newer package wrote it",
      { version: 2, shape: "new" },
      /newer pulumi-istio-sidecar \(format 2, this one supports 1\): upgrade/,
    ],
    ["someone emptied it", {}, /changed by hand: version/],
    ["someone made it null", null, /changed by hand/],
    ["someone made it text", "none", /changed by hand/],
    ["someone added a key", { ...whole, note: "mine" }, /changed by hand/],
    [
      "someone took an owner away",
      { ...whole, layers: { shop: { settings: "a" } } },
      /changed by hand: layers\.shop\.owner/,
    ],
    [
      "someone took a layer's settings away",
      { ...whole, layers: { shop: { owner: "o", settings: "a" } } },
      /changed by hand/,
    ],
    [
      "someone took a profile's stamp away",
      { ...whole, profiles: { "*": { template: [] } } },
      /changed by hand: profiles\.\*: a profile with a stamp/,
    ],
    ["someone made a profile null", { ...whole, profiles: { "*": null } }, /changed by hand: profiles/],
  ];
  for (const [edge, stored, message] of refused) {
    it(`${edge}: it is not taken for "no layers"`, () => {
      const held = { ...data, values: JSON.stringify({ global: { proxy: {}, sidecarSettings: stored } }) };
      assert.throws(
        () => layersOf(held),
        (error: unknown) => isRefusal(error, message),
      );
    });
  }

  it("a newer release wrote it: it is not overwritten", () => {
    const newer = { ...data, values: '{"global":{"sidecarSettings":{"version":2}}}' };
    assert.throws(
      () => compose(newer, layers),
      (error: unknown) => isRefusal(error, /newer pulumi-istio-sidecar/),
    );
  });
});

describe("hostile text in a setting", () => {
  const hostile: [string, string][] = [
    ["template actions", '{{ fail "x" }}{{- end }}'],
    ["quotes and backslashes", `" ' \` \\ \\n`],
    ["newlines and a document end", "a\n---\nb: c\r\n"],
    ["YAML anchors and comments", "&a *a !!x # y"],
    ["control characters", "\u0000\u001b[31m\u007f\u0080\u0085"],
    ["line separators and a byte order mark", "\u2028\u2029\ufeff\uffff"],
    ["emoji", "😀"],
    ["a long text", "x".repeat(100_000)],
  ];
  for (const [edge, text] of hostile) {
    const settings = { "env.GREETING": `hostile-marker ${text}` };
    const composed = compose(data, { shop: { owner: text, settings } } satisfies Layers);

    it(`${edge}: never shows up in the config, and comes back from the values as it was`, () => {
      assert.ok(!composed.config.includes("hostile-marker"));
      assert.equal(composed.config, compose(data, layers).config);
      assert.deepEqual(layersOf(composed).shop, { owner: text, settings });
      assert.deepEqual(JSON.parse(composed.values), parse(composed.values));
    });

    it(`${edge}: is escaped where Go's YAML would refuse the values or fold a line`, () => {
      // go-yaml takes tab, newline and printable characters as they are; it reads no surrogate pairs in escapes
      assert.doesNotMatch(composed.values, /[^\t\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
      assert.doesNotMatch(composed.values, /[\u0085\u2028\u2029\ufeff]/);
      assert.doesNotMatch(composed.values, /\\ud[89a-f]/i);
    });
  }
});

function isRefusal(error: unknown, message: RegExp): boolean {
  assert.ok(error instanceof InjectorRefusal, String(error));
  assert.match(error.message, message);
  return true;
}
