/** The tags of a record such as `v=DMARC1; p=none`, names in lower case, in their order; null when it is no
 *  list of tags, or names one twice (RFC 6376 §3.2). */
export function readTags(record: string): Map<string, string> | null {
  const parts = record.split(';').map((part) => part.trim());
  if (parts.at(-1) === '') parts.pop();
  const tags = new Map<string, string>();
  for (const part of parts) {
    const match = /^([a-z][\w]*)\s*=\s*([\s\S]*)$/i.exec(part);
    const name = match?.[1]?.toLowerCase();
    if (name === undefined || tags.has(name)) return null;
    tags.set(name, (match?.[2] ?? '').trim());
  }
  return tags;
}
