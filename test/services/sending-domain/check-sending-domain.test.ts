import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDnsResolver, type DnsResolver } from '../../../src/dns/dns.ts';
import { createDkimDnsRecord } from '../../../src/mail/dkim/open-signer.ts';
import { checkSendingDomain } from '../../../src/services/sending-domain/check-sending-domain.ts';
import type { SendingDomain } from '../../../src/services/sending-domain/sending-domain.ts';
import { type DnsServer, openDnsServer, type Zone } from '../../support/dns-server.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const KEY = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const { name: recordName, value: record } = createDkimDnsRecord({
  domain: 'example.org',
  selector: 'paperboy2026',
  privateKey,
});
const DKIM = { domain: 'example.org', recordName, record, key: KEY };
const HOST = '192.0.2.7';

const GOOD: Zone = {
  'example.org': {
    TXT: ['other=1', 'v=spf1 include:relay.example -all'],
    MX: [{ preference: 10, exchange: 'mx.example.org' }],
  },
  'relay.example': { TXT: ['v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 a:out.example ~all'] },
  'out.example': { A: ['198.51.100.9'] },
  'mx.example.org': { A: ['192.0.2.25'] },
  '_dmarc.example.org': { TXT: ['v=DMARC1; p=quarantine; rua=mailto:dmarc@example.org'] },
  // Long records are published as several strings of at most 255 bytes (RFC 7208 §3.3).
  [recordName.toLowerCase()]: { TXT: [[record.slice(0, 200), record.slice(200)]] },
  '7.2.0.192.in-addr.arpa': { PTR: ['out7.example.org'] },
  'out7.example.org': { A: [HOST] },
};

let server: DnsServer;
let dns: DnsResolver;
beforeAll(async () => {
  server = await openDnsServer();
  dns = createDnsResolver([server.address]);
});
beforeEach(() => {
  server.zone = { ...GOOD };
  server.queries = [];
});
afterAll(() => server.close());

const SENDING: SendingDomain = { domain: 'example.org', dkim: DKIM, sendsFrom: [HOST] };

/** `status: message` of one check, with the records of `zone` in place of the valid ones. */
async function runCheck(check: string, zone: Zone = {}, sending: Partial<SendingDomain> = {}) {
  server.zone = { ...GOOD, ...zone };
  const found = await checkSendingDomain(dns, { ...SENDING, ...sending });
  const results = found.filter((result) => result.check === check);
  for (const { status, remedy } of results) expect(remedy === null).toBe(status === 'ok');
  return results.map(({ status, message }) => `${status}: ${message}`).join('\n');
}

const texts = (...TXT: string[]) => ({ TXT });

it('A domain with every record published passes all checks', async () => {
  const found = await checkSendingDomain(dns, SENDING);
  expect(found.map(({ check, status }) => [check, status])).toEqual([
    ['spf', 'ok'],
    ['dkim-key', 'ok'],
    ['dmarc', 'ok'],
    ['mx', 'ok'],
    ['ptr', 'ok'],
  ]);
});

describe('SPF', () => {
  const spf = (record: string, address = HOST) =>
    runCheck('spf', { 'example.org': texts(record) }, { sendsFrom: [address] });

  it.each([
    ['v=spf1 ip4:192.0.2.7 -all', HOST, 'ok: 192.0.2.7 may send'],
    ['v=spf1 ip4:192.0.2.8 -all', HOST, 'broken: 192.0.2.7 may not send for example.org'],
    [
      'v=spf1 ip4:192.0.2.8 ~all',
      HOST,
      'warning: The SPF record of example.org does not list 192.0.2.7 (softfail)',
    ],
    [
      'v=spf1 ip4:192.0.2.8',
      HOST,
      'warning: The SPF record of example.org does not list 192.0.2.7 (neutral)',
    ],
    ['v=spf1 ip6:2001:db8::/32 -all', '2001:db8::5', 'ok: 2001:db8::5 may send'],
    ['v=spf1 ip6:2001:db8::/32 -all', '2001:db9::5', 'broken: '],
    ['v=spf1 a:out.example -all', '198.51.100.9', 'ok: '],
    ['v=spf1 a:out.example/24 -all', '198.51.100.77', 'ok: '],
    ['v=spf1 -ip4:192.0.2.7 +all', HOST, 'broken: The SPF record of example.org lets anyone send'],
    ['v=spf1 redirect=relay.example', HOST, 'ok: '],
    ['v=spf1 redirect=nowhere.example', HOST, 'no SPF records found for nowhere.example'],
    ['v=spf1 include:nowhere.example -all', HOST, 'no SPF records found for nowhere.example'],
    [
      'v=spf1 ipv4:192.0.2.7 -all',
      HOST,
      'broken: The SPF record of example.org is invalid, so SPF fails for all its mail: Unknown mechanism ipv4',
    ],
    ['v=spf1 ip4:192.0.2.300 -all', HOST, 'broken: The SPF record of example.org is invalid'],
    ['v=spf1 exists:%{i}.list.example ip4:192.0.2.7 -all', HOST, 'ok: '],
    ['v=spf1 include:example.org -all', HOST, 'SPF fails for all its mail: Too many DNS requests'],
    ['v=spf1 ip4:0.0.0.0/0 -all', HOST, 'broken: The SPF record of example.org lets anyone send'],
    ['v=spf1 include:a.example include:b.example include:c.example -all', HOST, 'invalid'],
    ['v=spf10 -all', HOST, 'warning: example.org has no SPF record'],
  ])('The record “%s” gives %s the result “%s”', async (record, address, expected) => {
    expect(await spf(record, address)).toContain(expected);
  });

  it('A record with “mx” lets the mail servers of its domain send', async () => {
    const zone = {
      'example.org': { ...texts('v=spf1 mx -all'), MX: GOOD['example.org']?.MX ?? [] },
    };
    expect(await runCheck('spf', zone, { sendsFrom: ['192.0.2.25'] })).toMatch(/^ok/);
    expect(await runCheck('spf', zone)).toMatch(/^broken/);
  });

  it('A domain with two SPF records has none that receivers can use', async () => {
    const zone = { 'example.org': texts('v=spf1 -all', 'v=spf1 ip4:192.0.2.7 -all') };
    expect(await runCheck('spf', zone)).toContain('multiple SPF records found for example.org');
  });

  it('An SPF record is read and counted when the sending addresses are unknown', async () => {
    expect(await runCheck('spf', {}, { sendsFrom: [] })).toContain('2 of 10 DNS lookups');
  });
});

describe('The DKIM key', () => {
  const shown = (...records: string[]) => runCheck('dkim-key', { [recordName]: texts(...records) });

  it.each([
    [record.replace('p=', 'p=AAAA'), 'broken: ', 'does not match DKIM_PRIVATE_KEY'],
    ['v=DKIM1; k=rsa; p=', 'broken: ', 'revoked'],
    [`v=DKIM1; k=ed25519; p=${KEY}`, 'broken: ', 'key type is “ed25519”'],
    [`v=DKIM1; h=sha1; p=${KEY}`, 'broken: ', 'does not allow sha256'],
    [`v=DKIM1; s=tlsrpt; p=${KEY}`, 'broken: ', 'not for email'],
    [`v=DKIM1; t=y; p=${KEY}`, 'warning: ', 'a test'],
    ['hello', 'broken: ', 'not a list of tags'],
    [`p=${KEY.slice(0, 99)} ${KEY.slice(99)}`, 'ok: ', recordName],
  ])('The DKIM record %# is judged as receivers do', async (text, status, message) => {
    const found = await shown(text);
    expect(found).toMatch(new RegExp(`^${status}`));
    expect(found).toContain(message);
  });

  it('A missing DKIM key is reported with the record to publish', async () => {
    server.zone = { ...GOOD, [recordName]: {} };
    const found = await checkSendingDomain(dns, SENDING);
    const [finding] = found.filter(({ check }) => check === 'dkim-key');
    expect(finding).toMatchObject({ status: 'broken', remedy: expect.stringContaining(record) });
  });

  it('Two DKIM records at one name are reported', async () => {
    expect(await shown(record, record)).toMatch(/^broken: There are 2 TXT records/);
  });

  it('Unsigned mail is a warning', async () => {
    expect(await runCheck('dkim-key', {}, { dkim: null })).toMatch(
      /^warning: Paperboy does not sign email/,
    );
  });
});

describe('DMARC', () => {
  const DEEP = 'a.b.c.d.e.f.g.h.mail.example.org';

  it('A DNS tree walk finds the record above the domain and skips the middle labels (RFC 9989 §4.10)', async () => {
    const found = await runCheck('dmarc', {}, { domain: DEEP });
    expect(found).toMatch(/^ok: _dmarc\.example\.org asks receivers to quarantine/);
    const walked = server.queries.filter((query) => query.startsWith('TXT _dmarc.'));
    expect([...new Set(walked)].slice(0, 3)).toEqual([
      `TXT _dmarc.${DEEP}`,
      'TXT _dmarc.e.f.g.h.mail.example.org',
      'TXT _dmarc.f.g.h.mail.example.org',
    ]);
  });

  it.each([
    ['v=DMARC1; p=none', 'ok: _dmarc.example.org asks receivers to do nothing about'],
    [
      'v=DMARC1; p=reject; t=y',
      'ok: _dmarc.example.org asks receivers to reject mail that fails DMARC, as a test',
    ],
    ['v=DMARC1; rua=mailto:a@example.org', 'ok: _dmarc.example.org asks receivers to do nothing'],
    ['v=DMARC1; p=reject; pct=50; ri=1', 'warning: _dmarc.example.org uses pct, ri'],
    ['v=DMARC1; p=often', 'broken: Receivers ignore what is published at _dmarc.example.org'],
    ['v=DMARC1 p=reject', 'broken: Receivers ignore what is published at _dmarc.example.org'],
    ['p=reject; v=DMARC1', 'warning: Neither example.org nor a domain above it has a DMARC record'],
    ['v=dmarc1; p=reject', 'broken: '],
  ])('The DMARC record “%s” gives “%s”', async (text, expected) => {
    expect(await runCheck('dmarc', { '_dmarc.example.org': texts(text) })).toContain(expected);
  });

  it('Two DMARC records at one name are ignored', async () => {
    const two = texts('v=DMARC1; p=none', 'v=DMARC1; p=reject');
    expect(await runCheck('dmarc', { '_dmarc.example.org': two })).toMatch(
      /^broken: Receivers ignore/,
    );
  });

  it('The sp tag is the policy of the domains below', async () => {
    const zone = { '_dmarc.example.org': texts('v=DMARC1; p=reject; sp=none') };
    expect(await runCheck('dmarc', zone, { domain: 'news.example.org' })).toContain('do nothing');
    expect(await runCheck('dmarc', zone)).toContain('reject');
  });

  it('A signature of the same organizational domain counts unless adkim is strict', async () => {
    const sending = { domain: 'news.example.org' };
    expect(await runCheck('dmarc', {}, sending)).toMatch(/^ok/);
    const strict = { '_dmarc.example.org': texts('v=DMARC1; p=none; adkim=s') };
    expect(await runCheck('dmarc', strict, sending)).toMatch(/^broken: .*adkim=s/);
  });

  it('Domains below psd=y are separate organizations, and those below psd=n are one', async () => {
    const suffix = { '_dmarc.example.org': texts('v=DMARC1; p=none; psd=y') };
    const other = { domain: 'one.example.org', dkim: { ...DKIM, domain: 'two.example.org' } };
    expect(await runCheck('dmarc', suffix, other)).toMatch(
      /^broken: DKIM signatures of two\.example\.org/,
    );
    const own = { '_dmarc.example.org': texts('v=DMARC1; p=none; psd=n') };
    expect(await runCheck('dmarc', own, other)).toMatch(/^ok/);
  });

  it('A strict policy without DKIM signatures is a warning', async () => {
    expect(await runCheck('dmarc', {}, { dkim: null })).toMatch(/^warning: .*only SPF can pass/);
  });
});

describe('MX and PTR', () => {
  it.each([
    [
      { 'example.org': { MX: [{ preference: 0, exchange: '.' }] } },
      'broken: example.org declares that it accepts no mail',
    ],
    [{ 'example.org': {} }, 'broken: No server accepts mail for example.org'],
    [{ 'example.org': { A: ['192.0.2.1'] } }, 'warning: example.org has no MX record'],
    [
      { 'mx.example.org': {} },
      'warning: The mail server mx.example.org of example.org has no IP address',
    ],
  ])('The MX records of case %# are judged', async (zone, expected) => {
    expect(await runCheck('mx', zone)).toContain(expected);
  });

  it.each([
    [{ '7.2.0.192.in-addr.arpa': {} }, 'broken: 192.0.2.7 has no reverse DNS name'],
    [
      { 'out7.example.org': { A: ['192.0.2.8'] } },
      'broken: The reverse DNS name of 192.0.2.7 (out7.example.org) does not resolve back',
    ],
  ])('The PTR record of case %# is judged', async (zone, expected) => {
    expect(await runCheck('ptr', zone)).toContain(expected);
  });

  it('The PTR record of an IPv6 address is found', async () => {
    const name = `${'5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0'}.8.b.d.0.1.0.0.2.ip6.arpa`;
    const zone = {
      [name]: { PTR: ['six.example.org'] },
      'six.example.org': { AAAA: ['2001:db8::5'] },
    };
    expect(await runCheck('ptr', zone, { sendsFrom: ['2001:db8::5'] })).toMatch(/^ok/);
  });
});

it('A DNS server that does not answer is a warning of each check', async () => {
  const silent = await openDnsServer();
  silent.failFromNow();
  const found = await checkSendingDomain(
    createDnsResolver([silent.address], { timeoutMs: 200 }),
    SENDING,
  );
  await silent.close();
  expect(found.map(({ status }) => status)).toEqual(Array(5).fill('warning'));
  expect(found[0]?.message).toBe('The DNS lookup of example.org failed (ESERVFAIL).');
});

it('A failed lookup below an include is a warning, never an SPF fail', async () => {
  const failing: DnsResolver = {
    ...dns,
    resolveTxt: async (name) => {
      if (name === 'relay.example') throw new Error('The DNS lookup of relay.example failed.');
      return dns.resolveTxt(name);
    },
  };
  const found = await checkSendingDomain(failing, SENDING);
  expect(found.filter(({ check }) => check === 'spf')).toMatchObject([
    { status: 'warning', message: 'The DNS lookup of relay.example failed.' },
  ]);
});
