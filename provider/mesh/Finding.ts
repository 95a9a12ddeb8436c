/** The result of one check. `skipped`: it could not be made, for the reason in `says`. */
export interface Finding {
  /** What was checked: `injector`, `rights`. */
  check: string;
  is: "ok" | "warning" | "problem" | "skipped";
  says: string;
  /** Further lines, if there is more to say. */
  details?: string[];
  /** What to do about it. */
  todo?: string;
}

export const ok = (check: string, says: string): Finding => ({ check, is: "ok", says });
export const skipped = (check: string, says: string): Finding => ({ check, is: "skipped", says });
export const warning = (check: string, says: string, todo?: string): Finding => ({
  check,
  is: "warning",
  says,
  ...(todo === undefined ? {} : { todo }),
});
export const problem = (check: string, says: string, todo?: string): Finding => ({
  check,
  is: "problem",
  says,
  ...(todo === undefined ? {} : { todo }),
});
