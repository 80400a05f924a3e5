import { describe, expect, it } from 'vitest';
import { redactAddresses } from '../../../src/domain/text/redact.ts';

describe('redactAddresses', () => {
  it.each([
    ['<ada@example.org>: no such user', '<…>: no such user'],
    ['<ada@example.org>... User unknown', '<…>... User unknown'],
    ['Mailbox ada@example.org is full.', 'Mailbox … is full.'],
    ['no such user: ada.lovelace+news@mail.example.org.', 'no such user: ….'],
    ['user "ada b"@example.org unknown', 'user … unknown'],
    ["user 'ada@example.org' unknown", "user '…' unknown"],
    ["o'hara@example.org unknown", '… unknown'],
    ['(ada@example.org)', '(…)'],
    ['[ada@example.org] unknown', '[…] unknown'],
    ['rfc822;ada@example.org', 'rfc822;…'],
    ['mailto:ada@example.org', 'mailto:…'],
    ['ada@[192.0.2.7] unknown', '… unknown'],
    ['ada@localhost unknown', '… unknown'],
    ['ädä@bücher.example unbekannt', '… unbekannt'],
    ['<bounce+ada=example.org@news.example.net> refused', '<…> refused'],
    ['bounce+ada=example.org@news.example.net refused', '… refused'],
    ['see https://example.net/?to=ada%40example.org&why=1', 'see https://example.net/?…&why=1'],
    ['see https://example.net/ada@example.org/why', 'see https://example.net/…/why'],
    ['<@relay.example.net:ada@example.org> no', '<…> no'],
    ['a@b.co, c@d.co and e@f.co', '…, … and …'],
    ['ADA@EXAMPLE.ORG', '…'],
  ])('“%s” is redacted to “%s”', (text, redacted) => {
    expect(redactAddresses(text)).toBe(redacted);
  });

  it.each([
    'Ok: queued as 4F2A',
    '5.7.1 Client host [192.0.2.7] blocked using zen.spamhaus.org',
    'see https://support.google.com/mail/?p=NoSuchUser a640c23a62f3a-9f - gsmtp',
    '@',
    'at @ last',
    '<> is fine',
  ])('“%s” is unchanged', (text) => {
    expect(redactAddresses(text)).toBe(text);
  });

  it('Hostile texts are redacted quickly', () => {
    const started = performance.now();
    for (const text of ['a'.repeat(20_000), '<'.repeat(20_000), '"a'.repeat(10_000)]) {
      redactAddresses(`${text}@`);
      redactAddresses(`${text} %40`);
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
