import { describe, expect, it } from 'vitest';
import { selectSignedFields } from '../../../src/mail/dkim/signed-fields.ts';

/** How often each name is listed in `h=`. */
function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

describe('Signed header fields', () => {
  it('Each name is listed once more than it occurs, and absent ones that must not be added once', () => {
    const { names } = selectSignedFields([
      'From: a',
      'Content-Type: b',
      'List-Help: c',
      'List-Help: d',
    ]);
    expect(counted(names)).toEqual({
      From: 2,
      'Content-Type': 2,
      'List-Help': 3,
      'Reply-To': 1,
      To: 1,
      Cc: 1,
      Subject: 1,
      Date: 1,
      'Message-ID': 1,
      'MIME-Version': 1,
      'Content-Transfer-Encoding': 1,
      'Content-Disposition': 1,
      'List-Unsubscribe': 1,
      'List-Unsubscribe-Post': 1,
    });
  });

  it('Fields of one name are signed from the last to the first (RFC 6376 §5.4.2)', () => {
    const { canonical } = selectSignedFields(['List-Help: one', 'from: x', 'LIST-HELP: two']);
    expect(canonical).toEqual(['list-help:two', 'from:x', 'list-help:one']);
  });

  it.each([
    ...['Sender', 'Feedback-ID', 'In-Reply-To', 'References', 'List-Anything', 'Content-Language'],
  ])('The field %s is signed when present, and may be added when absent', (name) => {
    expect(counted(selectSignedFields([`${name}: x`]).names)[name]).toBe(2);
    expect(counted(selectSignedFields([]).names)[name]).toBeUndefined();
  });

  it.each(['Received', 'Return-Path', 'Precedence', 'DKIM-Signature', 'X-Mailer', 'Bcc'])(
    'The field %s is not signed',
    (name) => {
      const { names, canonical } = selectSignedFields([`${name}: x`]);
      expect(names).not.toContain(name);
      expect(canonical).toEqual([]);
    },
  );
});
