import { describe } from "node:test";
import { declarationFor } from "../../provider/settings/canonicalSettings";
import { environmentName, parseVariable } from "../../provider/settings/environmentVariable";
import { parserRows, type Refused } from "./parserRows";

describe("a variable's name", () => {
  const name = environmentName(new Map([["MINE", "dnsProxy"]]));
  parserRows(
    (text) => name(String(text)),
    ["A", "_", "a1_B", "ISTIO_META_X", "__proto__", "constructor", "A".repeat(253)].map(
      (text) => [text.slice(0, 20), text, text] as const,
    ),
    [
      ["empty", "", /letters, digits and _/],
      ["one that begins with a digit", "1A", /letters, digits and _/],
      ["one with a hyphen", "A-B", /letters, digits and _/],
      ["one with a newline at its end", "A\n", /letters, digits and _/],
      ["one with an umlaut", "Ä", /letters, digits and _/],
      ["one of 254 characters", "A".repeat(254), /letters, digits and _/],
      ["one that a setting stands for", "MINE", /use the setting dnsProxy instead/],
      ...["PROXY_CONFIG", "POD_NAME", "INSTANCE_IP", "ISTIO_META_INTERCEPTION_MODE", "GOMEMLIMIT"].map(
        (text): Refused => [`Istio's own ${text}`, text, /Istio needs its own value/],
      ),
    ],
  );
});

describe("a name in env", () => {
  const open = declarationFor("env.A")?.declaration.open;
  const taken: Record<string, string> = {
    ISTIO_META_DNS_CAPTURE: "dnsProxy",
    ISTIO_META_DNS_AUTO_ALLOCATE: "dnsProxy",
    MINIMUM_DRAIN_DURATION: "minimumDrainDuration",
    EXIT_ON_ZERO_ACTIVE_CONNECTIONS: "exitOnZeroActiveConnections",
    TERMINATION_DRAIN_DURATION_SECONDS: "terminationDrainDuration",
  };
  parserRows(
    (text) => open?.(String(text)) ?? { value: undefined },
    [["any other", "GREETING", "GREETING"]],
    Object.entries(taken).map(
      ([name, setting]): Refused => [name, name, new RegExp(`use the setting ${setting} instead`)],
    ),
  );
});

describe("a variable's value", () => {
  parserRows(
    parseVariable,
    [
      ["text", 'a "b" {{ c }}\n', 'a "b" {{ c }}\n'],
      ["empty text, which is a value", "", ""],
      ["a number", 5, "5"],
      ["a number with a fraction", -0.25, "-0.25"],
      ["false", false, "false"],
    ],
    [
      ["null", null, /^write "" for an empty one, or remove it$/],
      ["a whole number that is not exact", 2 ** 60, /write it in quotes/],
      ["not a number", Number.NaN, /write it in quotes/],
      ["a list", ["a"], /write it in quotes/],
      ["a map", { a: "b" }, /write it in quotes/],
    ],
  );
});
