import { createPrivateKey, generateKeyPairSync, KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isLoopbackHost, loadConfig } from '../../src/settings/config.ts';
import { catchRefusal } from '../domain/builders.ts';

type Env = Record<string, string>;

const folder = mkdtempSync(join(tmpdir(), 'paperboy-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const KEY = 'k'.repeat(32);
const KEYS = { SECRET_KEY: KEY, SUPPRESSION_KEY: 's'.repeat(32) };
const MAILING = {
  SMTP_URL: 'smtp://relay.example.org',
  PUBLIC_URL: 'https://papers.example.org',
  POSTAL_ADDRESS: '12 Example Street, Berlin',
};

const PEM = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).privateKey;
const DKIM = { DKIM_DOMAIN: 'example.org', DKIM_SELECTOR: 'paperboy2026', DKIM_PRIVATE_KEY: PEM };
const SIGNING = { ...DKIM, MAIL_FROM: 'news@example.org' };

/** The problems in the error message. */
function problemsIn(env: Env): string[] {
  const refusal = catchRefusal(() => loadConfig(env));
  if (refusal === null) return [];
  expect(refusal.code).toBe('INVALID_SETTINGS');
  const [heading, ...lines] = refusal.message.split('\n');
  expect(heading).toContain(`${lines.length} of the settings`);
  return lines.map((line) => line.trim());
}

function secretFile(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('loadConfig', () => {
  it('No setting is required: the defaults work on a laptop', () => {
    expect(loadConfig({})).toEqual({
      host: '127.0.0.1',
      port: 3000,
      inboxPort: 2525,
      publicUrl: 'http://localhost:3000',
      hasSite: true,
      ownerEmails: [],
      dataDir: resolve('data'),
      databaseUrl: null,
      redisUrl: null,
      smtpUrls: [],
      smtpConnections: 20,
      smtpMessagesPerSecond: null,
      smtpDailyLimit: null,
      siteName: 'Paperboy',
      mailFrom: { name: 'Paperboy', address: 'papers@localhost' },
      replyTo: null,
      listId: 'papers.localhost.localdomain',
      postalAddress: null,
      dkim: null,
      secretKeys: [],
      suppressionKey: null,
      adminToken: null,
      metricsPort: null,
      composeAt: { hour: 5, minute: 30 },
      composeWaitMinutes: 120,
      alertEmail: null,
      signupsPerHour: 50,
      deliveriesKeptDays: 180,
      sources: {
        names: [{ name: 'hf-daily', kind: 'hf-daily' }],
        hfEndpoint: 'https://huggingface.co',
        arxivRssUrl: 'https://rss.arxiv.org/atom',
        arxivApiUrl: 'https://export.arxiv.org/api/query',
        orcidApiUrl: 'https://pub.orcid.org/v3.0',
        crossrefApiUrl: 'https://api.crossref.org',
        allowsLookups: true,
        biorxivApiUrl: 'https://api.biorxiv.org',
      },
      trustProxy: false,
      logLevel: 'info',
    });
  });

  it('An empty or blank setting counts as not set', () => {
    expect(loadConfig({ PORT: '', SMTP_URL: ' ', DATABASE_URL: '', DKIM_DOMAIN: '' })).toEqual(
      loadConfig({}),
    );
  });

  it('Every setting is read', () => {
    expect(
      loadConfig({
        ...MAILING,
        ...KEYS,
        HOST: '0.0.0.0',
        PORT: '8080',
        INBOX_PORT: '0',
        DATA_DIR: '/var/lib/paperboy',
        DATABASE_URL: 'postgres://u:p@db/paperboy',
        REDIS_URL: 'rediss://cache:6380/1',
        SMTP_CONNECTIONS: '5',
        SMTP_RATE: '250',
        SMTP_DAILY_LIMIT: '2000',
        OWNER_EMAIL: 'Ada <ada@example.org>',
        SITE_NAME: 'The Gazette',
        MAIL_FROM: 'The Gazette <news@example.org>',
        REPLY_TO: 'Editor <editor@example.org>',
        LIST_ID: 'gazette.example.org',
        ...DKIM,
        COMPOSE_AT: '4:05 UTC',
        COMPOSE_WAIT_MINUTES: '0',
        ALERT_EMAIL: 'Night watch <operator@example.org>',
        SIGNUPS_PER_HOUR: '7',
        DELIVERIES_KEPT_DAYS: '30',
        SOURCES: 'arxiv:cs.CL+cs.LG, file:/srv/papers.csv',
        HF_ENDPOINT: 'http://hf.example.org/',
        ARXIV_RSS_URL: 'http://rss.example.org/rss',
        ARXIV_API_URL: 'http://api.example.org/query',
        ORCID_API_URL: 'http://orcid.example.org/v3.0/',
        CROSSREF_API_URL: 'http://crossref.example.org',
        LIBRARY_LOOKUPS: 'off',
        BIORXIV_API_URL: 'http://bio.example.org/',
        TRUST_PROXY: 'loopback',
        LOG_LEVEL: 'debug',
        ADMIN_TOKEN: 'an-operator-shows-this-to-see-everything',
        METRICS_PORT: '9464',
      }),
    ).toEqual({
      host: '0.0.0.0',
      port: 8080,
      inboxPort: 0,
      publicUrl: 'https://papers.example.org',
      hasSite: true,
      ownerEmails: ['ada@example.org'],
      dataDir: '/var/lib/paperboy',
      databaseUrl: 'postgres://u:p@db/paperboy',
      redisUrl: 'rediss://cache:6380/1',
      smtpUrls: ['smtp://relay.example.org'],
      smtpConnections: 5,
      smtpMessagesPerSecond: 250,
      smtpDailyLimit: 2000,
      siteName: 'The Gazette',
      mailFrom: { name: 'The Gazette', address: 'news@example.org' },
      replyTo: 'editor@example.org',
      listId: 'gazette.example.org',
      postalAddress: '12 Example Street, Berlin',
      dkim: {
        domain: 'example.org',
        selector: 'paperboy2026',
        privateKey: expect.any(KeyObject),
      },
      secretKeys: [KEY],
      suppressionKey: KEYS.SUPPRESSION_KEY,
      adminToken: 'an-operator-shows-this-to-see-everything',
      metricsPort: 9464,
      composeAt: { hour: 4, minute: 5 },
      composeWaitMinutes: 0,
      alertEmail: 'operator@example.org',
      signupsPerHour: 7,
      deliveriesKeptDays: 30,
      sources: {
        names: [
          { name: 'arxiv:cs.CL+cs.LG', kind: 'arxiv', categories: ['cs.CL', 'cs.LG'] },
          { name: 'file:/srv/papers.csv', kind: 'file', path: '/srv/papers.csv' },
        ],
        hfEndpoint: 'http://hf.example.org',
        arxivRssUrl: 'http://rss.example.org/rss',
        arxivApiUrl: 'http://api.example.org/query',
        orcidApiUrl: 'http://orcid.example.org/v3.0',
        crossrefApiUrl: 'http://crossref.example.org',
        allowsLookups: false,
        biorxivApiUrl: 'http://bio.example.org',
      },
      trustProxy: 'loopback',
      logLevel: 'debug',
    });
  });

  it('The configuration is frozen', () => {
    expect(Object.isFrozen(loadConfig({}))).toBe(true);
  });

  it('The default of PUBLIC_URL has the port that is set', () => {
    expect(loadConfig({ PORT: '8080' }).publicUrl).toBe('http://localhost:8080');
  });
});

describe('a wrong setting', () => {
  it.each([
    ['PORT', '65536', 'a whole number from 0 to 65535'],
    ['PORT', '1e3', 'a whole number from 0 to 65535'],
    ['PORT', '-1', 'a whole number from 0 to 65535'],
    ['INBOX_PORT', 'smtp', 'a whole number from 0 to 65535'],
    ['SMTP_CONNECTIONS', '0', 'a whole number from 1 to 1000'],
    ['DELIVERIES_KEPT_DAYS', '7', 'a whole number from 8 to 36500'],
    ['SMTP_RATE', '0', 'a whole number from 1 to 1000000'],
    ['SMTP_RATE', '2.5', 'a whole number from 1 to 1000000'],
    ['SIGNUPS_PER_HOUR', '0.5', 'a whole number from 1 to 1000000'],
    ['PUBLIC_URL', 'papers.example.org', 'a URL that begins with http:// or https://'],
    ['PUBLIC_URL', 'ftp://example.org', 'a URL that begins with http:// or https://'],
    ['PUBLIC_URL', 'https://', 'a URL that begins with http:// or https://'],
    ['PUBLIC_URL', 'https://example.org/?', 'a URL without query, fragment or user'],
    ['PUBLIC_URL', 'https://example.org/#top', 'a URL without query, fragment or user'],
    ['PUBLIC_URL', 'https://:word@example.org', 'a URL without query, fragment or user'],
    ['SITE_NAME', 'x'.repeat(81), 'one line of at most 80 characters'],
    ['SITE_NAME', 'two\nlines', 'one line of at most 80 characters'],
    ['MAIL_FROM', 'nobody', 'an address such as Paperboy <papers@example.org>'],
    ['MAIL_FROM', 'A <a@b.co> B', 'an address such as Paperboy <papers@example.org>'],
    ['MAIL_FROM', 'A <a@b>', 'an address such as Paperboy <papers@example.org>'],
    ['REPLY_TO', 'a@b.co, c@d.co', 'an address such as Paperboy <papers@example.org>'],
    ['LIST_ID', 'papers', 'labels separated by dots'],
    ['LIST_ID', '<papers.example.org>', 'labels separated by dots'],
    ['DKIM_DOMAIN', 'exa mple.org', 'a domain such as example.org'],
    ['DKIM_DOMAIN', '-x.org', 'a domain such as example.org'],
    ['DKIM_DOMAIN', `${'x.'.repeat(127)}xx`, 'a domain such as example.org'],
    ['DKIM_SELECTOR', 'a_b', 'letters, digits and hyphens'],
    ['DKIM_SELECTOR', 'a..b', 'letters, digits and hyphens'],
    ['DKIM_SELECTOR', 'x; p=', 'letters, digits and hyphens'],
    ['COMPOSE_AT', '24:00', 'a time in UTC such as 05:30'],
    ['COMPOSE_AT', '05:30 CET', 'a time in UTC such as 05:30'],
    ['TRUST_PROXY', 'yes', 'true, false, a number of proxies, or their addresses'],
    ['TRUST_PROXY', 'loopback, evil', 'true, false, a number of proxies, or their addresses'],
    ['TRUST_PROXY', '10.0.0.0/33', 'true, false, a number of proxies, or their addresses'],
    ['TRUST_PROXY', '10.0.0.0/0', 'true, false, a number of proxies, or their addresses'],
    ['TRUST_PROXY', '1.2.3', 'true, false, a number of proxies, or their addresses'],
    ['LOG_LEVEL', 'loud', 'one of fatal, error, warn, info, debug, trace, silent'],
  ])(
    'An invalid setting is reported with name, value and expectation: %s=%j',
    (name, value, expectation) => {
      const others = name.startsWith('DKIM_') ? SIGNING : {};
      const problems = problemsIn({ ...others, [name]: value });
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain(
        `${name} is “${value.replace('\n', ' ')}”: expected ${expectation}`,
      );
    },
  );

  it.each([
    ['DATABASE_URL', 'mysql://u:hunter2@db', 'a URL that begins with postgres:// or postgresql://'],
    ['DATABASE_URL', 'postgres:hunter2', 'a URL that begins with postgres:// or postgresql://'],
    [
      'REDIS_URL',
      'http://:hunter2@cache',
      'a URL that begins with redis:// or rediss:// or valkey://',
    ],
    ['SMTP_URL', 'relay:hunter2', 'a URL that begins with smtp:// or smtps://'],
    ['SMTP_URL', 'smtp://', 'a URL that names the relay'],
    [
      'SMTP_URL',
      'smtp://a:hunter2@b?requiretls=true',
      'after the “?” only requireTLS or unsafeClearTextAuth, each =true or =false',
    ],
    ['SMTP_URL', 'smtp://a,hunter2', 'a URL that begins with smtp:// or smtps://'],
    ['SECRET_KEY', 'hunter2', 'at least 32 characters'],
    ['SECRET_KEY', `${KEY},hunter2`, 'at least 32 characters'],
    ['SECRET_KEY', `${KEY},`, 'at least 32 characters'],
    ['SUPPRESSION_KEY', 'hunter2', 'at least 32 characters'],
    ['DKIM_PRIVATE_KEY', 'hunter2', 'an RSA private key in PEM form (PKCS#1 or PKCS#8)'],
  ])('An invalid secret is reported without its value: %s', (name, value, expectation) => {
    const problems = problemsIn({ [name]: value });
    expect(problems[0]).toContain(`${name} is set: expected ${expectation}`);
    expect(problems.join()).not.toMatch(/hunter2|kkkk/);
  });

  it('All invalid settings are reported together', () => {
    const names = [
      'PORT',
      'COMPOSE_AT',
      'LOG_LEVEL',
      'SECRET_KEY',
      'DKIM_DOMAIN',
      'SUPPRESSION_KEY',
    ];
    const problems = problemsIn({
      PORT: 'x',
      COMPOSE_AT: 'x',
      LOG_LEVEL: 'x',
      SECRET_KEY: 'x',
      DKIM_DOMAIN: 'x y',
      DATABASE_URL: 'postgres://db/paperboy',
    });
    for (const name of names)
      expect(
        problems.some((each) => each.startsWith(name)),
        name,
      ).toBe(true);
  });
});

describe('where papers come from', () => {
  it.each([
    [
      'SOURCES',
      'hf-dayly',
      'SOURCES is “hf-dayly”: expected sources separated by commas such as hf-daily',
    ],
    ['SOURCES', 'hf-daily,arxiv:cs.cl', '“cs.cl” in “arxiv:cs.cl” is not an arXiv category'],
    [
      'HF_ENDPOINT',
      'huggingface.co',
      'HF_ENDPOINT is “huggingface.co”: expected a URL that begins with',
    ],
    ['ARXIV_RSS_URL', 'ftp://rss.arxiv.org', 'expected a URL that begins with http:// or https://'],
    ['ARXIV_API_URL', 'https://x.org/query?a=b', 'expected a URL without query'],
  ])('An invalid setting of sources is reported: %s=%s', (name, value, message) => {
    const problems = problemsIn({ [name]: value });
    expect(problems).toEqual([expect.stringContaining(message)]);
  });

  it('SOURCES may name no source', () => {
    expect(loadConfig({ SOURCES: 'none' }).sources.names).toEqual([]);
  });
});

describe('a secret in a file', () => {
  it('A secret in a file is read without its trailing line feed', () => {
    const config = loadConfig({
      SECRET_KEY_FILE: secretFile('secret', `${KEY}\n`),
      SUPPRESSION_KEY_FILE: secretFile('suppression', `${KEYS.SUPPRESSION_KEY}\r\n`),
      DATABASE_URL_FILE: secretFile('database', 'postgres://u:p@db/paperboy\n'),
      REDIS_URL_FILE: secretFile('redis', 'redis://cache\n'),
    });
    expect(config.secretKeys).toEqual([KEY]);
    expect(config.suppressionKey).toBe(KEYS.SUPPRESSION_KEY);
    expect(config.databaseUrl).toBe('postgres://u:p@db/paperboy');
    expect(config.redisUrl).toBe('redis://cache');
  });

  it('An invalid secret in a file is not shown', () => {
    const problems = problemsIn({ SECRET_KEY_FILE: secretFile('short', 'hunter2') });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^SECRET_KEY is set: expected/);
  });

  it('The file of a secret must exist and must not be empty', () => {
    const missing = join(folder, 'missing');
    expect(problemsIn({ SECRET_KEY_FILE: missing })[0]).toContain(
      `SECRET_KEY_FILE is “${missing}”, which cannot be read`,
    );
    const empty = secretFile('empty', '\n');
    expect(problemsIn({ SECRET_KEY_FILE: empty })).toEqual([
      `SECRET_KEY_FILE is “${empty}”, which is empty.`,
    ]);
  });

  it('A secret must not be given as a value and as a file', () => {
    const file = secretFile('twice', KEY);
    expect(problemsIn({ SECRET_KEY: KEY, SECRET_KEY_FILE: file })).toEqual([
      'SECRET_KEY and SECRET_KEY_FILE are both set: expected one of them.',
    ]);
    expect(problemsIn({ SECRET_KEY: '', SECRET_KEY_FILE: file })).toEqual([]);
  });
});

describe('settings that need each other', () => {
  it('A relay on another machine needs an https PUBLIC_URL and a postal address', () => {
    expect(problemsIn(MAILING)).toEqual([]);
    expect(problemsIn({ ...MAILING, PUBLIC_URL: 'http://papers.example.org' })).toEqual([
      'PUBLIC_URL is “http://papers.example.org”: expected https when SMTP_URL is another machine (RFC 8058 §3.1), unless OWNER_EMAIL is set.',
    ]);
    expect(problemsIn({ ...MAILING, PUBLIC_URL: '' })[0]).toMatch(/^PUBLIC_URL is “http:/);
    expect(problemsIn({ ...MAILING, POSTAL_ADDRESS: '' })[0]).toMatch(/^POSTAL_ADDRESS is not set/);
  });

  it.each(['localhost', 'mail.localhost', '127.0.0.1', '127.9.9.9', '[::1]'])(
    'A relay on %s needs a postal address, but no https PUBLIC_URL',
    (host) => {
      const env = { SMTP_URL: `smtp://${host}:1025`, POSTAL_ADDRESS: 'Somewhere 1' };
      expect(problemsIn(env)).toEqual([]);
      expect(problemsIn({ SMTP_URL: env.SMTP_URL })[0]).toMatch(/^POSTAL_ADDRESS/);
    },
  );

  it('Email to the operator’s own addresses needs neither https nor a postal address', () => {
    const env = { SMTP_URL: 'smtp://relay.example.org', OWNER_EMAIL: 'ada@example.org, b@x.org' };
    expect(loadConfig(env).ownerEmails).toEqual(['ada@example.org', 'b@x.org']);
    expect(problemsIn({ ...env, OWNER_EMAIL: 'ada@example.org,' })[0]).toMatch(/^OWNER_EMAIL is/);
  });

  it('A process that serves no site has one only if PUBLIC_URL names it', () => {
    expect(loadConfig({}, { servesSite: false }).hasSite).toBe(false);
    const env = { PUBLIC_URL: 'https://papers.example.org' };
    expect(loadConfig(env, { servesSite: false }).hasSite).toBe(true);
  });

  it('One remote relay among several needs an https PUBLIC_URL', () => {
    const env = { SMTP_URL: 'smtp://localhost,smtps://relay.example.org', POSTAL_ADDRESS: 'x' };
    expect(problemsIn(env)[0]).toMatch(/^PUBLIC_URL/);
  });

  it('A database server needs SECRET_KEY and SUPPRESSION_KEY', () => {
    const problems = problemsIn({ DATABASE_URL: 'postgres://db/paperboy' });
    expect(problems.map((each) => each.split(' ')[0])).toEqual(['SECRET_KEY', 'SUPPRESSION_KEY']);
    expect(problemsIn({ DATABASE_URL: 'postgres://db/paperboy', ...KEYS })).toEqual([]);
  });
});

describe('settings for DKIM', () => {
  it.each(['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_PRIVATE_KEY'] as const)(
    'The settings for DKIM are refused when only %s is missing',
    (name) => {
      const others = Object.keys(DKIM).filter((each) => each !== name);
      expect(problemsIn({ ...SIGNING, [name]: ' ' })).toEqual([
        `${name} is not set: expected with ${others.join(' and ')}.`,
      ]);
    },
  );

  it.each([
    ['its line breaks as \\n', PEM.replaceAll('\n', '\\n')],
    ['PKCS#1', createPrivateKey(PEM).export({ type: 'pkcs1', format: 'pem' }).toString()],
    ['CRLF', PEM.replaceAll('\n', '\r\n')],
  ])('DKIM_PRIVATE_KEY accepts a key with %s', (_what, pem) => {
    const { dkim } = loadConfig({ ...SIGNING, DKIM_PRIVATE_KEY: pem });
    expect(dkim?.privateKey.equals(createPrivateKey(PEM))).toBe(true);
  });

  it('DKIM_PRIVATE_KEY_FILE is read', () => {
    const { DKIM_PRIVATE_KEY, ...rest } = SIGNING;
    const config = loadConfig({ ...rest, DKIM_PRIVATE_KEY_FILE: secretFile('dkim', PEM) });
    expect(config.dkim?.privateKey.equals(createPrivateKey(DKIM_PRIVATE_KEY))).toBe(true);
  });

  it.each(['example.org', 'EXAMPLE.org', 'news.example.org'])(
    'DKIM_DOMAIN may be %s for mail from news.example.org',
    (domain) => {
      const env = { ...SIGNING, DKIM_DOMAIN: domain, MAIL_FROM: 'a@news.example.org' };
      expect(loadConfig(env).dkim?.domain).toBe(domain.toLowerCase());
    },
  );

  it.each(['other.org', 'ample.org', 'sub.example.org', 'org'])(
    'DKIM_DOMAIN may not be %s for mail from example.org, which DMARC would not count',
    (domain) => {
      const problems = problemsIn({ ...SIGNING, DKIM_DOMAIN: domain });
      expect(problems).toEqual([
        expect.stringMatching(
          `^DKIM_DOMAIN is “${domain}”: expected “example.org”, the domain of MAIL_FROM`,
        ),
      ]);
    },
  );
});

describe('isLoopbackHost', () => {
  it.each(['127.evil.example', '127.0.0.1.example.org', 'localhost.example.org', '10.0.0.1', ''])(
    'The host “%s” is not this machine',
    (host) => {
      expect(isLoopbackHost(host)).toBe(false);
    },
  );
});

describe('lists', () => {
  it('Relays and keys are lists separated by commas, in order of preference', () => {
    const config = loadConfig({
      ...MAILING,
      SMTP_URL: 'smtp://one.example.org:25 , smtps://u:p%2C@two.example.org',
      SECRET_KEY: `${KEY}, ${'o'.repeat(32)}`,
    });
    expect(config.smtpUrls).toEqual([
      'smtp://one.example.org:25',
      'smtps://u:p%2C@two.example.org',
    ]);
    expect(config.secretKeys).toEqual([KEY, 'o'.repeat(32)]);
  });
});

describe('TRUST_PROXY', () => {
  it.each([
    ['true', true],
    ['false', false],
    ['0', 0],
    ['2', 2],
    ['10.0.0.1', '10.0.0.1'],
    ['10.0.0.0/8, fd00::/8', '10.0.0.0/8, fd00::/8'],
    ['loopback, 10.0.0.0/8', 'loopback, 10.0.0.0/8'],
    ['loopback,uniquelocal', 'loopback,uniquelocal'],
  ])('TRUST_PROXY may be %s', (text, value) => {
    expect(loadConfig({ TRUST_PROXY: text }).trustProxy).toBe(value);
  });
});

describe('MAIL_FROM', () => {
  it.each([
    ['news@example.org', 'Paperboy', 'news@example.org'],
    ['<news@example.org>', 'Paperboy', 'news@example.org'],
    ['The Gazette <news@example.org>', 'The Gazette', 'news@example.org'],
    ['"Gazette, The" <news@example.org>', 'Gazette, The', 'news@example.org'],
    ['Zeitung für Ada <news@bücher.example>', 'Zeitung für Ada', 'news@xn--bcher-kva.example'],
    ['papers@localhost', 'Paperboy', 'papers@localhost'],
    ['  News  <news@EXAMPLE.org>  ', 'News', 'news@example.org'],
  ])('MAIL_FROM may be %s', (text, name, address) => {
    expect(loadConfig({ MAIL_FROM: text }).mailFrom).toEqual({ name, address });
  });
});

describe('PUBLIC_URL', () => {
  it.each([
    ['https://papers.example.org/', 'https://papers.example.org'],
    ['https://example.org/papers/', 'https://example.org/papers'],
    ['HTTPS://example.org', 'HTTPS://example.org'],
  ])('PUBLIC_URL loses its trailing slash: %s', (text, url) => {
    expect(loadConfig({ PUBLIC_URL: text }).publicUrl).toBe(url);
  });
});

describe('LIST_ID', () => {
  it.each([
    ['http://localhost:3000', 'papers.localhost.localdomain'],
    ['http://127.0.0.1:3000', 'papers.127.0.0.1'],
    ['http://[::1]:3000', 'papers.--1.localdomain'],
    ['http://[2001:db8::7]', 'papers.2001-db8--7.localdomain'],
    ['https://papers.example.org', 'papers.papers.example.org'],
    ['https://example.org./papers', 'papers.example.org'],
    ['https://bücher.example', 'papers.xn--bcher-kva.example'],
  ])('The default of LIST_ID is derived from %s', (url, listId) => {
    const made = loadConfig({ PUBLIC_URL: url }).listId;
    expect(made).toBe(listId);
    expect(loadConfig({ LIST_ID: made }).listId).toBe(listId);
  });
});
