import { canonicalizeField } from './relaxed-canonicalization.ts';

/** What a signature covers: the names for `h=`, and the fields that they stand for, relaxed. */
export interface SignedFields {
  names: string[];
  canonical: string[];
}

/**
 * Chooses what is signed among the `fields` of a message. Every signed name is listed once more than
 * it occurs (RFC 6376 §8.15), or somebody could put a second From or List-Unsubscribe in front that
 * mail programs show and no signature knows.
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

/** RFC 6376 §5.4.1; RFC 8058 §4 wants both List-Unsubscribe fields among them. */
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
 * Listed even when the message lacks them: what a mail program shows or acts upon, so that none can be
 * added. Not Sender, Resent-* and List-Id, which forwarders and mailing lists add rightly, and which
 * change neither the author nor where an answer or a click goes.
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
