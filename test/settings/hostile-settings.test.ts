import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/settings/config.ts';
import { catchRefusal } from '../domain/builders.ts';
import { knownSettings } from '../project/files.ts';

/** Settings that accept any text. */
const FREE = ['DATA_DIR', 'HOST', 'POSTAL_ADDRESS', 'SITE_NAME'];

/** Hostile texts that some settings accept: any long text, a single label. */
const RIGHT: Readonly<Record<string, RegExp>> = {
  SECRET_KEY: /.{32}/,
  SUPPRESSION_KEY: /.{32}/,
  DKIM_DOMAIN: /^(?:1e3|NaN)$/,
  DKIM_SELECTOR: /^(?:1e3|NaN|0x10)$/,
};

/** Settings whose value is never shown. */
const SECRET =
  /^(?:DATABASE_URL|REDIS_URL|SMTP_URL|SECRET_KEY|SUPPRESSION_KEY|ADMIN_TOKEN|DKIM_PRIVATE_KEY)$/;

const HOSTILE = [
  '-1',
  '1e3',
  'NaN',
  '0x10',
  '25:00',
  '２０',
  'javascript:alert(1)',
  'https://',
  'postgres:',
  "'; DROP TABLE papers; --",
  'a@b\r\nBcc: all@example.org',
  '\u001b[2J\u202eexe',
  '\u{1f4ee}'.repeat(3000),
].map((value) => ({ value, shown: JSON.stringify(value.slice(0, 40)) }));

function problemsOf(name: string, value: string): string[] {
  const refusal = catchRefusal(() => loadConfig({ [name]: value }));
  return refusal === null ? [] : refusal.message.split('\n').slice(1);
}

describe.each(knownSettings().filter((name) => !FREE.includes(name)))('%s', (name) => {
  it.each(HOSTILE)('Every setting that rejects $shown says what it expects', ({ value }) => {
    if (RIGHT[name]?.test(value)) return;
    const own = problemsOf(name, value).filter((line) => line.startsWith(`  ${name} is `));
    expect(own).toHaveLength(1);
    expect(own[0]).toMatch(/: expected ./);
    expect(own[0]).not.toMatch(/\p{Cc}/u);
    expect(own[0]?.length).toBeLessThan(600);
    if (SECRET.test(name)) expect(own[0]).toMatch(/ is set: /);
  });
});

it('A misspelt setting changes nothing', () => {
  expect(loadConfig({ PROT: '80', Smtp_Url: 'smtp://x' })).toEqual(loadConfig({}));
});
