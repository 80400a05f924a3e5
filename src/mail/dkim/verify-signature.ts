import { createHash, type KeyObject, verify } from 'node:crypto';
import { canonicalizeField, canonicalizeLines, splitFields } from './relaxed-canonicalization.ts';
import { splitRawMessage } from './signer.ts';

/**
 * Verifies the signature at the top of a finished message with `publicKey`, as a receiver does
 * (RFC 6376 §6.1). Returns the problem as a phrase; null when the signature is valid.
 */
export function findSignatureProblem(raw: Buffer, publicKey: KeyObject): string | null {
  const { headers, body } = splitRawMessage(raw);
  const [field = '', ...fields] = splitFields(headers);
  if (!/^dkim-signature:/i.test(field)) return 'it does not begin with a DKIM-Signature';
  const tags = parseTags(field);
  for (const [tag, value] of Object.entries(EXPECTED_TAGS)) {
    if (tags.get(tag) !== value) return `its tag ${tag} is not “${value}”`;
  }
  const { bytes } = canonicalizeLines(body);
  const bodyHash = createHash('sha256').update(bytes).digest('base64');
  if (tags.get('bh') !== bodyHash) return 'its body hash is another';
  const signed = [...selectNamedFields(tags.get('h') ?? '', fields), stripSignature(field)]
    .map(canonicalizeField)
    .join('\r\n');
  const signature = Buffer.from(tags.get('b') ?? '', 'base64');
  const isValid = verify('RSA-SHA256', Buffer.from(signed, 'latin1'), publicKey, signature);
  return isValid ? null : 'its signature and the public key do not belong together';
}

/** What a signature of ours always says. */
const EXPECTED_TAGS = { v: '1', a: 'rsa-sha256', c: 'relaxed/relaxed' };

/** The tags of a signature without the white space in them (RFC 6376 §3.2). */
function parseTags(field: string): Map<string, string> {
  const tags = field
    .slice(field.indexOf(':') + 1)
    .replace(/\s+/g, '')
    .split(';');
  return new Map(
    tags.map((tag) => [tag.slice(0, tag.indexOf('=')), tag.slice(tag.indexOf('=') + 1)]),
  );
}

/** The fields that `h=` names, each taken once and the last first; names without one stand for
 *  nothing. */
function selectNamedFields(names: string, fields: readonly string[]): string[] {
  const remaining = fields.map((field) => ({
    key: field.split(':', 1).join().toLowerCase(),
    field,
  }));
  return names.split(':').flatMap((name) => {
    const at = remaining.findLastIndex(({ key }) => key === name.toLowerCase());
    return at === -1 ? [] : remaining.splice(at, 1).map(({ field }) => field);
  });
}

function stripSignature(field: string): string {
  return field.replace(/(;\s*b=)[^;]*/, '$1');
}
