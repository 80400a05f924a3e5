import { describe, expect, it } from 'vitest';
import {
  findOrganizationalDomain,
  listTreeWalkNames,
  parseDmarcRecord,
} from '../../../src/domain/dns/dmarc-record.ts';

describe('listTreeWalkNames', () => {
  it('A tree walk of a short domain goes up label by label', () => {
    expect(listTreeWalkNames('mail.example.org')).toEqual([
      'mail.example.org',
      'example.org',
      'org',
    ]);
  });

  it('A tree walk makes eight queries at the most (RFC 9989 §4.10)', () => {
    const names = listTreeWalkNames('a.b.c.d.e.f.g.h.i.j.mail.example.com');
    expect(names).toHaveLength(8);
    expect(names.slice(0, 3)).toEqual([
      'a.b.c.d.e.f.g.h.i.j.mail.example.com',
      'g.h.i.j.mail.example.com',
      'h.i.j.mail.example.com',
    ]);
    expect(names.at(-1)).toBe('com');
  });
});

describe('findOrganizationalDomain', () => {
  const found = (name: string, psd: 'y' | 'n' | 'u') => {
    const record = parseDmarcRecord(`v=DMARC1; p=none; psd=${psd}`);
    if (record === null) throw new Error('The record is invalid.');
    return { name, record };
  };

  it.each([
    [
      'the highest record',
      [found('mail.example.org', 'u'), found('example.org', 'u')],
      'example.org',
    ],
    ['a record with psd=n', [found('mail.example.org', 'n')], 'mail.example.org'],
    ['one label below psd=y', [found('example.org', 'u'), found('org', 'y')], 'example.org'],
    ['the domain itself without records', [], 'a.mail.example.org'],
  ])('The organizational domain is %s', (_, records, expected) => {
    expect(findOrganizationalDomain('a.mail.example.org', records)).toBe(expected);
  });
});

describe('parseDmarcRecord', () => {
  it.each([
    ['v=DMARC1; p=often'],
    ['v=DMARC1'],
    ['p=none; v=DMARC1'],
    ['v=DMARC1; p=none; p=reject'],
  ])('The record “%s” is not valid', (text) => {
    expect(parseDmarcRecord(text)).toBeNull();
  });

  it('A record without policy counts as p=none when it asks for aggregate reports', () => {
    expect(parseDmarcRecord('v=DMARC1; rua=mailto:a@example.org')).toMatchObject({
      policy: 'none',
      subdomainPolicy: 'none',
    });
  });
});
