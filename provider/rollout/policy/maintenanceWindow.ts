const days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;
const dayMinutes = 24 * 60;
const weekMinutes = 7 * dayMinutes;
const epochWasThursday = 3 * dayMinutes;

/** In minutes since Monday 00:00 UTC; `to` is past the end of the week if the window extends into the next one. */
interface Span {
  from: number;
  to: number;
}

/** Whether restarts may begin now; if not, when they may next. */
type MaintenanceWindow = { is: "open" } | { is: "closed"; opens: string } | { is: "wrong"; why: string };

/**
 * Parses `DAYS HH:MM-HH:MM`, several separated by `;`. In UTC: cluster and people seldom share a time zone, and no UTC hour occurs twice.
 * DAYS is a list of days and ranges (`Mon-Thu,Sat`); without it the window is daily. A window whose end is not after its start ends on the
 * next day.
 */
export function maintenanceWindow(text: string, now: number): MaintenanceWindow {
  const parts = text.split(";").map((part) => part.trim());
  const spans: Span[] = [];
  for (const part of parts.filter((each) => each !== "")) {
    const read = spansOf(part);
    if (typeof read === "string") return { is: "wrong", why: read };
    spans.push(...read);
  }
  if (spans.length === 0) return { is: "wrong", why: `"${text}" has no window; ${expected}` };
  const minute = (Math.floor(now / 60_000) + epochWasThursday) % weekMinutes;
  const contains = ({ from, to }: Span) =>
    (from <= minute && minute < to) || (from <= minute + weekMinutes && minute + weekMinutes < to);
  if (spans.some(contains)) return { is: "open" };
  const wait = Math.min(...spans.map(({ from }) => (from - minute + weekMinutes) % weekMinutes));
  const opens = new Date((Math.floor(now / 60_000) + wait) * 60_000).toISOString();
  return {
    is: "closed",
    opens: `${days[Math.floor(((minute + wait) % weekMinutes) / dayMinutes)]} ${opens.slice(0, 10)} ${opens.slice(11, 16)} UTC`,
  };
}

const expected = 'expected "DAYS HH:MM-HH:MM" in UTC, such as "Mon-Fri 02:00-05:00"';

function spansOf(part: string): Span[] | string {
  const [, listed, from, to] =
    /^(?:(\S.*?)\s+)?(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})(?:\s*UTC)?$/i.exec(part) ?? [];
  if (from === undefined || to === undefined) return `"${part}" is not a window; ${expected}`;
  const [start, end] = [minuteOf(from), minuteOf(to)];
  if (start === undefined || start === dayMinutes)
    return `"${part}": ${from} is not a start time; expected 00:00 to 23:59`;
  if (end === undefined) return `"${part}": ${to} is not a time; expected 00:00 to 24:00`;
  if (start === end) return `"${part}" is empty; for a whole day write 00:00-24:00`;
  const named = listed === undefined ? days.map((_, day) => day) : daysOf(listed);
  if (typeof named === "string") return `"${part}": ${named}`;
  const length = end > start ? end - start : end - start + dayMinutes;
  return named.map((day) => ({ from: day * dayMinutes + start, to: day * dayMinutes + start + length }));
}

function daysOf(list: string): number[] | string {
  const found: number[] = [];
  for (const entry of list.split(",").map((each) => each.trim())) {
    const ends = entry.split("-").map((name) => dayOf(name.trim()));
    const [first, last = first] = ends;
    if (first === undefined || last === undefined || first < 0 || last < 0 || ends.length > 2)
      return `"${entry}" is not a day; expected ${days.join(", ")}, or a range such as Mon-Fri`;
    for (let day = first; ; day = (day + 1) % 7) {
      found.push(day);
      if (day === last) break;
    }
  }
  return found;
}

function dayOf(name: string): number {
  const lower = name.toLowerCase();
  return days.findIndex((day, at) => lower === day.toLowerCase() || lower === fullNames[at]);
}

const fullNames = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

function minuteOf(time: string): number | undefined {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  const minute = hours * 60 + minutes;
  return minutes > 59 || minute > dayMinutes ? undefined : minute;
}
