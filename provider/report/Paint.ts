/** The meaning of a piece of text, which decides its colour. */
export type Tone = "good" | "bad" | "warning" | "quiet" | "strong" | "heading";

/** Colours a text by its meaning, or returns it unchanged. */
export type Paint = (tone: Tone, text: string) => string;

export const plain: Paint = (_tone, text) => text;
