import { parseTagValueList } from './tag-value-list.ts';

/**
 * Why receivers cannot verify with the DKIM key record `record` (RFC 6376 §3.6.1), without a full
 * stop; null when they can. `key` is the public half of the signing key, in base64.
 */
export function findDkimRecordProblem(record: string, key: string): string | null {
  const tags = parseTagValueList(record);
  if (tags === null) return 'it is not a list of tags';
  if (![undefined, 'DKIM1'].includes(tags.get('v')))
    return `its version is “${tags.get('v')}”, not DKIM1`;
  if (![undefined, 'rsa'].includes(tags.get('k')))
    return `its key type is “${tags.get('k')}”, not rsa`;
  const publishedKey = tags.get('p')?.replace(/\s+/g, '');
  if (publishedKey === undefined) return 'it holds no key (p is missing)';
  if (publishedKey === '') return 'its key was revoked (p is empty)';
  if (publishedKey !== key) return 'its key does not match DKIM_PRIVATE_KEY';
  if (!parseTagList(tags.get('h'), ['sha256']).includes('sha256'))
    return 'it does not allow sha256 (h)';
  const services = parseTagList(tags.get('s'), ['*']);
  if (!services.includes('*') && !services.includes('email')) return 'it is not for email (s)';
  return null;
}

/** Whether the record asks receivers to treat signed mail as unsigned (RFC 6376 §3.6.1, `t=y`). */
export function isDkimTestKey(record: string): boolean {
  return parseTagList(parseTagValueList(record)?.get('t'), []).includes('y');
}

function parseTagList(text: string | undefined, fallback: string[]): string[] {
  return text === undefined ? fallback : text.split(':').map((entry) => entry.trim().toLowerCase());
}
