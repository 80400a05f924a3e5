/** The tags of a record such as `v=DMARC1; p=none`, with names in lower case. Null when the text is
 *  not a list of tags, or repeats a tag (RFC 6376 §3.2). */
export function parseTagValueList(record: string): Map<string, string> | null {
  const rawTags = record.split(';').map((rawTag) => rawTag.trim());
  if (rawTags.at(-1) === '') rawTags.pop();
  const tags = new Map<string, string>();
  for (const rawTag of rawTags) {
    const match = /^([a-z][\w]*)\s*=\s*([\s\S]*)$/i.exec(rawTag);
    const name = match?.[1]?.toLowerCase();
    if (name === undefined || tags.has(name)) return null;
    tags.set(name, (match?.[2] ?? '').trim());
  }
  return tags;
}
