import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDnsResolver, type DnsResolver } from '../../../src/dns/dns.ts';
import { createDkimDnsRecord } from '../../../src/mail/dkim/open-signer.ts';
import {
  checkSendingDomain,
  type SendingDomain,
} from '../../../src/services/sending-domain/check-sending-domain.ts';
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
  // As long records are published: in pieces of at most 255 bytes (RFC 7208 §3.3).
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

/** `status: message` of one check, with `zone` put over what is right. */
async function output(check: string, zone: Zone = {}, sending: Partial<SendingDomain> = {}) {
  server.zone = { ...GOOD, ...zone };
  const found = await checkSendingDomain(dns, { ...SENDING, ...sending });
  const of = found.filter((finding) => finding.check === check);
  for (const { status: word, remedy: mend } of of) expect(mend === null).toBe(word === 'ok');
  return of.map(({ status: word, message }) => `${word}: ${message}`).join('\n');
}

const texts = (...TXT: string[]) => ({ TXT });

it('Nothing is wrong with a domain where all is published', async () => {
  const found = await checkSendingDomain(dns, SENDING);
  expect(found.map(({ check, status: word }) => [check, word])).toEqual([
    ['spf', 'ok'],
    ['dkim-key', 'ok'],
    ['dmarc', 'ok'],
    ['mx', 'ok'],
    ['ptr', 'ok'],
  ]);
});

describe('SPF', () => {
  const spf = (record: string, address = HOST) =>
    output('spf', { 'example.org': texts(record) }, { sendsFrom: [address] });

  it.each([
    ['v=spf1 ip4:192.0.2.7 -all', HOST, 'ok: 192.0.2.7 may send'],
    ['v=spf1 ip4:192.0.2.8 -all', HOST, 'broken: 192.0.2.7 may not send for example.org'],
    ['v=spf1 ip4:192.0.2.8 ~all', HOST, 'warning: example.org does not know 192.0.2.7 (softfail)'],
    ['v=spf1 ip4:192.0.2.8', HOST, 'warning: example.org does not know 192.0.2.7 (neutral)'],
    ['v=spf1 ip6:2001:db8::/32 -all', '2001:db8::5', 'ok: 2001:db8::5 may send'],
    ['v=spf1 ip6:2001:db8::/32 -all', '2001:db9::5', 'broken: '],
    ['v=spf1 a:out.example -all', '198.51.100.9', 'ok: '],
    ['v=spf1 a:out.example/24 -all', '198.51.100.77', 'ok: '],
    ['v=spf1 -ip4:192.0.2.7 +all', HOST, 'broken: example.org lets anybody send'],
    ['v=spf1 redirect=relay.example', HOST, 'ok: '],
    ['v=spf1 redirect=nowhere.example', HOST, 'broken: SPF fails for everybody: nowhere.example'],
    [
      'v=spf1 include:nowhere.example -all',
      HOST,
      'broken: SPF fails for everybody: nowhere.example',
    ],
    [
      'v=spf1 ipv4:192.0.2.7 -all',
      HOST,
      'broken: SPF fails for everybody: the SPF record of example.org: “ipv4:192.0.2.7” is no mechanism',
    ],
    ['v=spf1 ip4:192.0.2.300 -all', HOST, 'broken: SPF fails for everybody: '],
    ['v=spf1 exists:%{i}.list.example ip4:192.0.2.7 -all', HOST, 'ok: '],
    [
      'v=spf1 include:example.org -all',
      HOST,
      'broken: SPF fails for everybody: more than 10 look-ups',
    ],
    ['v=spf10 -all', HOST, 'warning: example.org does not say who may send'],
  ])('“%s” says of %s: %s', async (record, address, expected) => {
    expect(await spf(record, address)).toContain(expected);
  });

  it('takes the mail servers of a domain for senders where the record says so', async () => {
    const zone = {
      'example.org': { ...texts('v=spf1 mx -all'), MX: GOOD['example.org']?.MX ?? [] },
    };
    expect(await output('spf', zone, { sendsFrom: ['192.0.2.25'] })).toMatch(/^ok/);
    expect(await output('spf', zone)).toMatch(/^broken/);
  });

  it('may stand there once', async () => {
    const zone = { 'example.org': texts('v=spf1 -all', 'v=spf1 ip4:192.0.2.7 -all') };
    expect(await output('spf', zone)).toContain('example.org has 2 SPF records: expected one');
  });

  it('is read as far as it can be when nobody knows from where mail leaves', async () => {
    expect(await output('spf', {}, { sendsFrom: [] })).toContain('with 2 of 10 look-ups');
  });
});

describe('The key of DKIM', () => {
  const shown = (...records: string[]) => output('dkim-key', { [recordName]: texts(...records) });

  it.each([
    [record.replace('p=', 'p=AAAA'), 'broken: ', 'another key than DKIM_PRIVATE_KEY'],
    ['v=DKIM1; k=rsa; p=', 'broken: ', 'revoked'],
    [`v=DKIM1; k=ed25519; p=${KEY}`, 'broken: ', 'kind of key is “ed25519”'],
    [`v=DKIM1; h=sha1; p=${KEY}`, 'broken: ', 'does not allow sha256'],
    [`v=DKIM1; s=tlsrpt; p=${KEY}`, 'broken: ', 'not for e-mail'],
    [`v=DKIM1; t=y; p=${KEY}`, 'warning: ', 'a test'],
    ['hello', 'broken: ', 'no list of tags'],
    [`p=${KEY.slice(0, 99)} ${KEY.slice(99)}`, 'ok: ', recordName],
  ])('%# is judged as receivers do', async (text, word, message) => {
    const found = await shown(text);
    expect(found).toMatch(new RegExp(`^${word}`));
    expect(found).toContain(message);
  });

  it('is missed, with the record to publish', async () => {
    server.zone = { ...GOOD, [recordName]: {} };
    const found = await checkSendingDomain(dns, SENDING);
    const [finding] = found.filter(({ check }) => check === 'dkim-key');
    expect(finding).toMatchObject({ status: 'broken', remedy: expect.stringContaining(record) });
  });

  it('may stand there once', async () => {
    expect(await shown(record, record)).toMatch(/^broken: There are 2 records/);
  });

  it('is asked for with a warning where mail is not signed', async () => {
    expect(await output('dkim-key', {}, { dkim: null })).toMatch(/^warning: .* not signed/);
  });
});

describe('DMARC', () => {
  const DEEP = 'a.b.c.d.e.f.g.h.mail.example.org';

  it('is found above the domain, by a tree walk that leaves out the middle (RFC 9989 §4.10)', async () => {
    const found = await output('dmarc', {}, { domain: DEEP });
    expect(found).toMatch(/^ok: _dmarc\.example\.org asks receivers to quarantine/);
    const walked = server.queries.filter((asked) => asked.startsWith('TXT _dmarc.'));
    expect([...new Set(walked)].slice(0, 3)).toEqual([
      `TXT _dmarc.${DEEP}`,
      'TXT _dmarc.e.f.g.h.mail.example.org',
      'TXT _dmarc.f.g.h.mail.example.org',
    ]);
  });

  it.each([
    ['v=DMARC1; p=none', 'ok: _dmarc.example.org asks receivers to do nothing to'],
    [
      'v=DMARC1; p=reject; t=y',
      'ok: _dmarc.example.org asks receivers to reject what fails, as a test',
    ],
    ['v=DMARC1; rua=mailto:a@example.org', 'ok: _dmarc.example.org asks receivers to do nothing'],
    ['v=DMARC1; p=reject; pct=50; ri=1', 'warning: _dmarc.example.org says pct, ri'],
    ['v=DMARC1; p=often', 'broken: The records at _dmarc.example.org count for nothing'],
    ['v=DMARC1 p=reject', 'broken: The records at _dmarc.example.org count for nothing'],
    ['p=reject; v=DMARC1', 'warning: example.org has no DMARC record'],
    ['v=dmarc1; p=reject', 'broken: '],
  ])('“%s” is read: %s', async (text, expected) => {
    expect(await output('dmarc', { '_dmarc.example.org': texts(text) })).toContain(expected);
  });

  it('has one record, or none that counts', async () => {
    const two = texts('v=DMARC1; p=none', 'v=DMARC1; p=reject');
    expect(await output('dmarc', { '_dmarc.example.org': two })).toMatch(/^broken: The records at/);
  });

  it('has a policy of its own for the domains below', async () => {
    const zone = { '_dmarc.example.org': texts('v=DMARC1; p=reject; sp=none') };
    expect(await output('dmarc', zone, { domain: 'news.example.org' })).toContain('do nothing');
    expect(await output('dmarc', zone)).toContain('reject');
  });

  it('counts a signature of the same organisation, unless it wants the very domain', async () => {
    const sending = { domain: 'news.example.org' };
    expect(await output('dmarc', {}, sending)).toMatch(/^ok/);
    const strict = { '_dmarc.example.org': texts('v=DMARC1; p=none; adkim=s') };
    expect(await output('dmarc', strict, sending)).toMatch(/^broken: .*adkim=s/);
  });

  it('parts those below a public suffix, and joins those below psd=n', async () => {
    const suffix = { '_dmarc.example.org': texts('v=DMARC1; p=none; psd=y') };
    const other = { domain: 'one.example.org', dkim: { ...DKIM, domain: 'two.example.org' } };
    expect(await output('dmarc', suffix, other)).toMatch(
      /^broken: Signatures of two\.example\.org/,
    );
    const own = { '_dmarc.example.org': texts('v=DMARC1; p=none; psd=n') };
    expect(await output('dmarc', own, other)).toMatch(/^ok/);
  });

  it('warns who asks for much and signs nothing', async () => {
    expect(await output('dmarc', {}, { dkim: null })).toMatch(/^warning: .*SPF alone/);
  });
});

describe('Mail servers and names', () => {
  it.each([
    [
      { 'example.org': { MX: [{ preference: 0, exchange: '.' }] } },
      'broken: example.org says that it takes no mail',
    ],
    [{ 'example.org': {} }, 'broken: Nothing takes mail for example.org'],
    [{ 'example.org': { A: ['192.0.2.1'] } }, 'warning: example.org has no MX record'],
    [
      { 'mx.example.org': {} },
      'warning: The mail server mx.example.org of example.org has no address',
    ],
  ])('%# of MX', async (zone, expected) => {
    expect(await output('mx', zone)).toContain(expected);
  });

  it.each([
    [{ '7.2.0.192.in-addr.arpa': {} }, 'broken: 192.0.2.7 has no name'],
    [
      { 'out7.example.org': { A: ['192.0.2.8'] } },
      'broken: 192.0.2.7 calls itself out7.example.org, which leads elsewhere',
    ],
  ])('%# of PTR', async (zone, expected) => {
    expect(await output('ptr', zone)).toContain(expected);
  });

  it('finds the name of an IPv6 address', async () => {
    const name = `${'5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0'}.8.b.d.0.1.0.0.2.ip6.arpa`;
    const zone = {
      [name]: { PTR: ['six.example.org'] },
      'six.example.org': { AAAA: ['2001:db8::5'] },
    };
    expect(await output('ptr', zone, { sendsFrom: ['2001:db8::5'] })).toMatch(/^ok/);
  });
});

it('A DNS that gives no answer is told of, check by check', async () => {
  const silent = await openDnsServer();
  silent.failFromNow();
  const found = await checkSendingDomain(
    createDnsResolver([silent.address], { timeoutMs: 200 }),
    SENDING,
  );
  await silent.close();
  expect(found.map(({ status: word }) => word)).toEqual(Array(5).fill('warning'));
  expect(found[0]?.message).toBe('The DNS gave no answer about example.org (ESERVFAIL).');
});
