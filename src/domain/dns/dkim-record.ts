import { parseTagValueList } from './tag-value-list.ts';

/** What is wrong with the record of a DKIM key (RFC 6376 §3.6.1) whose public half is `key`, in base64; null
 *  when receivers can verify with it. */
export function findDkimRecordProblem(record: string, key: string): string | null {
  const tags = parseTagValueList(record);
  if (tags === null) return 'it is no list of tags';
  if (![undefined, 'DKIM1'].includes(tags.get('v'))) return `its version is “${tags.get('v')}”`;
  if (![undefined, 'rsa'].includes(tags.get('k'))) return `its kind of key is “${tags.get('k')}”`;
  const publishedKey = tags.get('p')?.replace(/\s+/g, '');
  if (publishedKey === undefined) return 'it holds no key';
  if (publishedKey === '') return 'its key was revoked: p is empty';
  if (publishedKey !== key) return 'it holds another key than DKIM_PRIVATE_KEY';
  if (!parseTagList(tags.get('h'), ['sha256']).includes('sha256'))
    return 'it does not allow sha256';
  const services = parseTagList(tags.get('s'), ['*']);
  if (!services.includes('*') && !services.includes('email')) return 'it is not for e-mail';
  return null;
}

/** Whether receivers are told to treat what it signs as not signed (RFC 6376 §3.6.1, `t=y`). */
export function isDkimTestKey(record: string): boolean {
  return parseTagList(parseTagValueList(record)?.get('t'), []).includes('y');
}

function parseTagList(text: string | undefined, fallback: string[]): string[] {
  return text === undefined ? fallback : text.split(':').map((entry) => entry.trim().toLowerCase());
}
