/** What a piece of text means, for whoever can show colours. */
export type Tone = "good" | "bad" | "warning" | "quiet" | "strong" | "heading";

/** Puts a text in the colour of what it means; without colours it gives the text back. */
export type Paint = (tone: Tone, text: string) => string;

export const plain: Paint = (_tone, text) => text;
