import { describe } from "node:test";
import { unknownMarker } from "../../provider/data/unknown";
import { parseSeccompProfile } from "../../provider/settings/seccompProfile";
import { parserRows } from "./parserRows";

const local = (localhostProfile: unknown) => ({ type: "Localhost", localhostProfile });

describe("a seccomp profile", () => {
  parserRows(
    parseSeccompProfile,
    [
      ["the runtime's", { type: "RuntimeDefault" }, { type: "RuntimeDefault" }],
      ["none", { type: "Unconfined" }, { type: "Unconfined" }],
      ["a file of the node", local("profiles/envoy.json"), local("profiles/envoy.json")],
      ["one that a preview doesn't know yet", { type: unknownMarker }, { type: unknownMarker }],
      [
        "one whose file is undefined",
        { type: "RuntimeDefault", localhostProfile: undefined },
        { type: "RuntimeDefault" },
      ],
    ],
    [
      ["text", "RuntimeDefault", /write an object with a type/],
      ["null", null, /write an object with a type/],
      ["without a type", {}, /one of Kubernetes' types/],
      ["of a type in another case", { type: "runtimeDefault" }, /one of Kubernetes' types/],
      ["a node's without its file", { type: "Localhost" }, /set localhostProfile to a path/],
      ["a file that is empty", local(""), /set localhostProfile to a path/],
      ["a file by its whole path", local("/etc/a.json"), /set localhostProfile to a path/],
      ["a file outside of the profiles", local("a/../../b.json"), /set localhostProfile to a path/],
      ["a file that is no text", local(["a"]), /set localhostProfile to a path/],
      ["the runtime's with a file", { ...local("a"), type: "RuntimeDefault" }, /only for type Localhost/],
      ["one with another key", { type: "Unconfined", profile: "a" }, /remove the other keys/],
      ["a list", [{ type: "Unconfined" }], /remove the other keys/],
    ],
  );
});
