import { cleanText } from './clean-text.ts';

/** `text`, cut to `maxLength` characters, the last of them `…`, when it is longer. */
export function truncate(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return `${text.slice(0, maxLength - 1).replace(/\p{Cs}$/u, '')}…`;
}

/** Somebody's input as one clean line for a message. */
export function truncateInput(text: string, maxLength = 60): string {
  return truncate(cleanText(text), maxLength);
}
