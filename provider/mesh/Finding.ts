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

const finding =
  (is: Finding["is"]) =>
  (check: string, says: string, todo?: string): Finding => ({
    check,
    is,
    says,
    ...(todo === undefined ? {} : { todo }),
  });

export const ok = finding("ok");
export const skipped = finding("skipped");
export const warning = finding("warning");
export const problem = finding("problem");
