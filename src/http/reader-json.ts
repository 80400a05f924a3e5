import type { Subscriber } from '../domain/subscriber.ts';

/** What programs see of a reader (DESIGN: HTTP). */
export function readerJson(reader: Subscriber) {
  const { email, status, topics, keywords, frequency, timezone, hour, papers } = reader;
  return { email, status, topics, keywords, frequency, timezone, hour, papers };
}
