import { canonicalizeField } from './relaxed-canonicalization.ts';

/** The header fields that a signature covers: their names for `h=`, and their canonical form. */
interface SignedFields {
  names: string[];
  canonical: string[];
}

/**
 * Selects the `fields` of a message that are signed. Some names are listed once more than they
 * occur (RFC 6376 §8.15): otherwise somebody could add a second From or List-Unsubscribe, which
 * mail programs would show although it is not signed.
 */
export function selectSignedFields(fields: readonly string[]): SignedFields {
  const names: string[] = [];
  const canonical: string[] = [];
  const oversigned = new Map(OVERSIGNED_NAMES);
  // Of several fields with one name the last is signed first (RFC 6376 §5.4.2).
  for (const field of fields.toReversed()) {
    const name = field.slice(0, field.indexOf(':')).trimEnd();
    const key = name.toLowerCase();
    if (!isSigned(key)) continue;
    names.push(name);
    canonical.push(canonicalizeField(field));
    oversigned.set(key, name);
  }
  return { names: [...names, ...oversigned.values()], canonical };
}

/** RFC 6376 §5.4.1; RFC 8058 §4 requires both List-Unsubscribe fields. */
function isSigned(key: string): boolean {
  return SIGNED_NAMES.has(key) || key.startsWith('content-') || key.startsWith('list-');
}

const SIGNED_NAMES = new Set([
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'mime-version',
  'feedback-id',
]);

/**
 * Fields that mail programs show or act upon. They are listed even when the message lacks them, so
 * that none can be added. Not Sender, Resent-* and List-Id: forwarders and mailing lists add these
 * legitimately, and they change neither the author nor the target of a reply or a click.
 */
const OVERSIGNED_NAMES: readonly [key: string, name: string][] = [
  'From',
  'Reply-To',
  'To',
  'Cc',
  'Subject',
  'Date',
  'Message-ID',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
  'Content-Disposition',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
].map((name) => [name.toLowerCase(), name]);
