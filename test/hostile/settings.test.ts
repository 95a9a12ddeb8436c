import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { type Problem, problemText } from "../../provider/data/problem";
import { containsUnknown } from "../../provider/data/unknown";
import { readLayerInputs } from "../../provider/injector/layerInputs";
import { parseSelector } from "../../provider/levels/selector";
import { nested } from "../../provider/settings/canonicalSettings";
import { declarations } from "../../provider/settings/declarations";
import { parseSettings } from "../../provider/settings/parseSettings";
import { anyValue, hostileKey, settingsWith } from "./arbitraries";
import { holds } from "./claims";

function assertProblems(problems: readonly Problem[]): void {
  assert.doesNotMatch(problemText(problems).replaceAll("\n", ""), /\p{Cc}|\[object /u);
  assert.ok(
    problems.every(({ path, got, expected, todo }) => path && got && expected && todo),
    JSON.stringify(problems),
  );
}

describe("settings from arbitrary input", () => {
  for (const { path, parse, open } of declarations) {
    it(`${path}: a value is read, to a form that is read as itself, or refused with a reason`, () => {
      holds(fc.tuple(anyValue, hostileKey), ([value, name]) => {
        const read = parse(value);
        if ("value" in read) assert.deepEqual(parse(read.value), read);
        else assert.ok(read.got && read.expected && read.todo);
        const named = open?.(name);
        if (named && !("value" in named)) assert.ok(named.got && named.expected && named.todo);
      });
    });
  }

  it("are read, to a form that says the same when it is stored and read again, or are problems with places", () => {
    let usable = 0;
    holds(
      settingsWith(anyValue),
      (written) => {
        const { value: settings, problems } = parseSettings(written);
        assertProblems(problems);
        if (problems.length > 0) return;
        usable += 1;
        const stored: unknown = JSON.parse(JSON.stringify(nested(settings)));
        assert.deepEqual(parseSettings(stored), { value: settings, problems: [] });
      },
      1000,
    );
    assert.ok(usable > 0, "nothing was read");
  });

  for (const name of ['a"b', "a\\b"]) {
    it(`never have ${name} for an interface: Istio's template would end its quotes there`, () => {
      const { problems } = parseSettings({ capture: { excludeInterfaces: [name] } });
      assert.match(problems[0]?.todo ?? "", /without spaces, quotes/);
    });
  }

  it("become a layer, or problems with paths, whatever the other arguments", () => {
    const argument = fc.oneof(anyValue, fc.constantFrom("shop", "*", "istio-system", "web.api", 5));
    const written = fc.record(
      { namespace: argument, workload: argument, selector: anyValue, priority: argument, injector: anyValue },
      { requiredKeys: [] },
    );
    holds(
      fc.tuple(settingsWith(anyValue), written),
      ([settings, rest]) => assertProblems(readLayerInputs({ ...settings, ...rest }).problems),
      500,
    );
  });
});

describe("a selector from arbitrary input", () => {
  it("keeps every condition, or is refused", () => {
    const label = fc.oneof(fc.constantFrom("app", "tier", "acme.io/team"), hostileKey);
    const labels = fc.dictionary(
      label,
      fc.oneof({ weight: 4, arbitrary: fc.constantFrom("a", "b", "") }, anyValue),
    );
    const expression = fc.record(
      {
        key: fc.oneof(label, anyValue),
        operator: fc.oneof(fc.constantFrom("In", "NotIn", "Exists", "DoesNotExist"), anyValue),
        values: fc.oneof(fc.array(fc.constantFrom("a", "b")), anyValue),
      },
      { requiredKeys: [] },
    );
    const selector = fc.record(
      {
        matchLabels: fc.oneof(labels, anyValue),
        matchExpressions: fc.oneof(fc.array(expression, { maxLength: 3 }), anyValue),
      },
      { requiredKeys: [] },
    );
    holds(
      fc.oneof({ weight: 9, arbitrary: selector }, anyValue),
      (written) => {
        const read = parseSelector(written);
        assertProblems(read.problems);
        if (read.problems.length > 0 || containsUnknown(written)) return;
        const { matchLabels = {}, matchExpressions = [] } = written as {
          matchLabels?: object;
          matchExpressions?: unknown[];
        };
        assert.equal(read.value.length, Object.keys(matchLabels).length + matchExpressions.length);
      },
      1000,
    );
  });
});
