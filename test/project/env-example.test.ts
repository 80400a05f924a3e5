import { generateKeyPairSync } from 'node:crypto';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/settings/config.ts';
import { knownSettings, projectFile } from './files.ts';

const SETTING = /^# (?=[A-Z_]+=)/gm;

const example = projectFile('.env.example');
const uncommented = parseEnv(example.replace(SETTING, ''));

describe('.env.example', () => {
  it('.env.example names every setting once, and no other', () => {
    const named = [...example.matchAll(/^# ([A-Z_]+)=/gm)].map(([, name]) => name);
    expect(named.toSorted()).toEqual(knownSettings().toSorted());
  });

  it('.env.example as it is changes no setting', () => {
    expect(loadConfig(parseEnv(example))).toEqual(loadConfig({}));
  });

  it('All values of .env.example together are accepted, with a sender and a key', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const own = {
      MAIL_FROM: 'papers@example.org',
      DKIM_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
    expect(() => loadConfig({ ...uncommented, ...own })).not.toThrow();
  });

  it.each([
    'HOST',
    'PORT',
    'SITE_NAME',
    'TRUST_PROXY',
    'SIGNUPS_PER_HOUR',
    'DELIVERIES_KEPT_DAYS',
    'DATA_DIR',
    'SMTP_CONNECTIONS',
    'INBOX_PORT',
    'MAIL_FROM',
    'COMPOSE_AT',
    'COMPOSE_WAIT_MINUTES',
    'LOG_LEVEL',
    'SOURCES',
    'HF_ENDPOINT',
    'ARXIV_RSS_URL',
    'ARXIV_API_URL',
    'BIORXIV_API_URL',
  ])('.env.example shows the default of %s', (name) => {
    expect(uncommented[name]).toBeDefined();
    expect(loadConfig({ [name]: uncommented[name] })).toEqual(loadConfig({}));
  });
});
