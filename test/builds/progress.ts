/** Takes one plain line about what is going on. */
export type Progress = (line: string) => void;
