import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { maintenanceWindow } from "../../../provider/rollout/policy/maintenanceWindow";

// 2025-01-06 is a Monday
const open: [string, string][] = [
  ["Mon-Fri 02:00-05:00", "2025-01-06T02:00:00Z"],
  ["Mon-Fri 02:00-05:00", "2025-01-10T04:59:59Z"],
  ["Sat,Sun 00:00-24:00", "2025-01-12T23:59:59Z"],
  ["Mon 02:00-03:00; Tue 04:00-05:00", "2025-01-07T04:30:00Z"],
  ["02:00-03:00", "2025-01-09T02:30:00Z"],
  ["Fri 22:00-02:00", "2025-01-11T01:59:00Z"],
  ["Sun 22:00-02:00", "2025-01-06T01:59:00Z"],
  ["Fri-Mon 08:00-09:00", "2025-01-12T08:00:00Z"],
  ["monday, WED 8:00-9:00 UTC", "2025-01-08T08:00:00Z"],
  ["Mon 02:00-03:00;", "2025-01-06T02:00:00Z"],
];
const closed: [string, string, string][] = [
  ["Mon-Fri 02:00-05:00", "2025-01-06T01:59:59Z", "Mon 2025-01-06 02:00 UTC"],
  ["Mon-Fri 02:00-05:00", "2025-01-06T05:00:00Z", "Tue 2025-01-07 02:00 UTC"],
  ["Mon-Fri 02:00-05:00", "2025-01-10T05:00:00Z", "Mon 2025-01-13 02:00 UTC"],
  ["Sat,Sun 00:00-24:00", "2025-01-13T00:00:00Z", "Sat 2025-01-18 00:00 UTC"],
  ["Mon 02:00-03:00; Tue 04:00-05:00", "2025-01-06T03:00:00Z", "Tue 2025-01-07 04:00 UTC"],
  ["Sun 22:00-02:00", "2025-01-06T02:00:00Z", "Sun 2025-01-12 22:00 UTC"],
  ["Mon 02:00-03:00", "2024-12-31T12:00:00Z", "Mon 2025-01-06 02:00 UTC"],
];
const wrong: [string, RegExp][] = [
  ["", /^"" has no window; expected "DAYS HH:MM-HH:MM" in UTC/],
  [" ; ", /has no window/],
  ["always", /^"always" is not a window; expected/],
  ["Mon 2-5", /^"Mon 2-5" is not a window/],
  ["Mon 25:00-26:00", /25:00 is not a start time|25:00 is not a time/],
  ["Mon 02:60-03:00", /02:60 is not a start time; expected 00:00 to 23:59/],
  ["Mon 24:00-03:00", /24:00 is not a start time/],
  ["Mon 02:00-24:01", /24:01 is not a time; expected 00:00 to 24:00/],
  ["Mon 02:00-02:00", /is empty; for a whole day write 00:00-24:00/],
  ["Mo 02:00-03:00", /"Mo" is not a day; expected Mon, Tue, /],
  ["Mon-Wed-Fri 02:00-03:00", /"Mon-Wed-Fri" is not a day/],
  ["Mon, 02:00-03:00", /"" is not a day/],
  ["Mon 02:00-03:00 CET", /is not a window/],
  ["Mon 02:00-03:00; Tue", /^"Tue" is not a window/],
];

describe("a maintenance window", () => {
  for (const [text, time] of open) {
    it(`${text} is open on ${time}`, () => {
      assert.deepEqual(maintenanceWindow(text, Date.parse(time)), { is: "open" });
    });
  }
  for (const [text, time, opens] of closed) {
    it(`${text} is closed on ${time}, and opens on ${opens}`, () => {
      assert.deepEqual(maintenanceWindow(text, Date.parse(time)), { is: "closed", opens });
    });
  }
  for (const [text, why] of wrong) {
    it(`"${text}" is told to be wrong`, () => {
      const read = maintenanceWindow(text, 0);
      assert.match(read.is === "wrong" ? read.why : read.is, why);
    });
  }
  it("opens when it says that it does, and not a minute sooner, at any time of the week", () => {
    const text = "Tue-Thu 23:30-00:15; Sun 12:00-13:00";
    for (let minute = 0; minute < 7 * 24 * 60; minute += 7) {
      const now = Date.parse("2025-03-03T00:00:00Z") + minute * 60_000;
      const read = maintenanceWindow(text, now);
      if (read.is !== "closed") continue;
      const [, date = "", time = ""] = read.opens.split(" ");
      const opens = Date.parse(`${date}T${time}:00Z`);
      assert.ok(opens > now);
      assert.equal(maintenanceWindow(text, opens).is, "open");
      assert.equal(maintenanceWindow(text, opens - 60_000).is, "closed");
    }
  });
});
