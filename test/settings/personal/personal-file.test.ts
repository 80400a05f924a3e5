import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseRelayUrl } from '../../../src/domain/smtp/relay-url.ts';
import { loadConfig } from '../../../src/settings/config.ts';
import { parsePersonalFile } from '../../../src/settings/personal/personal-file.ts';
import { catchRefusal } from '../../domain/builders.ts';
import { projectFile } from '../../project/files.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const inFolder = useTempFolder();

const parse = (text: string, password: string | undefined = undefined) =>
  parsePersonalFile(text, { folder: inFolder(), password });

function problemsIn(text: string, password?: string): string[] {
  const refusal = catchRefusal(() => parse(text, password));
  if (refusal === null) return [];
  expect(refusal.code).toBe('INVALID_PERSONAL_FILE');
  const lines = refusal.message.split('\n');
  return lines.slice(1, -1).map((line) => line.trim());
}

/** The relay of a file’s part `smtp`. */
function relayOf(smtp: string, password = 'secret') {
  const { settings } = parse(`email: ada@example.org\nsmtp:\n${smtp}`, password);
  return parseRelayUrl(settings.SMTP_URL ?? '');
}

describe('parsePersonalFile', () => {
  it('An address is enough', () => {
    expect(parse('email: ada@example.org')).toEqual({
      email: 'ada@example.org',
      preferences: {},
      liked: [],
      library: [],
      settings: { OWNER_EMAIL: 'ada@example.org', MAIL_FROM: 'Paperboy <ada@example.org>' },
    });
  });

  it('Ids keep their zeros, and library files are found beside the file', () => {
    const { liked, library } = parse(
      'email: a@example.org\nliked: [2605.01230, On Being Idle]\nlibrary: [mine.bib, /srv/a.ris]',
    );
    expect(liked).toEqual(['2605.01230', 'On Being Idle']);
    expect(library).toEqual([inFolder('mine.bib'), '/srv/a.ris']);
  });

  it('The same file can be YAML or JSON', () => {
    const yaml = parse(
      'email: ada@example.org\ntopics: [ssm, training]\npapers: 5\ntopics_only: true\nnames:\n  - Ada Lovelace\n',
    );
    const json = parse(
      '{"email": "ada@example.org", "topics": ["ssm", "training"], "papers": 5, "topics_only": true, "names": ["Ada Lovelace"]}',
    );
    expect(yaml).toEqual(json);
    expect(yaml.preferences).toEqual({
      topics: ['ssm', 'training'],
      papers: '5',
      topicsOnly: 'yes',
      names: ['Ada Lovelace'],
    });
  });

  it('Topics and sources may be separated by commas, keywords keep theirs', () => {
    const { preferences, settings } = parse(
      'email: a@example.org\ntopics: ssm, training\nkeywords: "red, green"\nsources: hf-daily,arxiv:cs.CL',
    );
    expect(preferences).toEqual({ topics: ['ssm', 'training'], keywords: ['red, green'] });
    expect(settings.SOURCES).toBe('hf-daily,arxiv:cs.CL');
  });

  it.each([
    ['', 'expected keys with values, such as “email: you@example.org”.'],
    ['- a', 'expected keys with values, such as “email: you@example.org”.'],
    ['email: [', 'line 1: '],
    ['email: a@example.org\nemail: b@example.org', 'line 2: Map keys must be unique'],
    ['topics: [ssm]', 'email is missing: expected the address that gets the digest.'],
    ['email: ada', 'line 1, email: “ada” is not an email address'],
    ['email: a@example.org\ntopic: ssm', 'line 2, topic: there is no such key: expected some of'],
    ['email: a@example.org\npapers: [1]', 'line 2, papers: expected one value, not a list.'],
    ['email: a@example.org\nnames: {a: b}', 'line 2, names: expected a list of texts.'],
    ['email: a@example.org\nsources: rss', 'line 2, sources: expected sources separated by commas'],
    ['email: a@example.org\npublic_url: x.org', 'line 2, public_url: “x.org”: expected a URL'],
    ['email: a@example.org\nsmtp: {pasword: x}', 'line 2, pasword: there is no such key'],
    ['email: a@example.org\nsmtp: {password: x}', 'line 2, password: expected no password in'],
    ['email: a@example.org\nsmtp: [gmail]', 'line 2, smtp: expected keys below it, or a service.'],
  ])('The file %j is refused, with the line and the key', (text, problem) => {
    expect(problemsIn(text, 'secret').join('\n')).toContain(problem);
  });

  it('Every problem is reported at once', () => {
    expect(
      problemsIn('email: ada\ntopic: x\nsmtp: {port: 0, security: ssl}', 'secret'),
    ).toHaveLength(3);
  });

  it('A file that is far too long is refused', () => {
    expect(problemsIn(`email: a@example.org\n#${'x'.repeat(200_000)}`)[0]).toContain(
      'It has 200022 characters: expected at most 100000.',
    );
  });
});

describe('The mail account of a personal file', () => {
  it('A known service needs no server, and is found by the address as well', () => {
    const gmail = {
      name: 'smtp.gmail.com:465',
      isImplicitTls: true,
      credentials: { user: 'ada@gmail.com', password: 'a b/c:d@e,f' },
    };
    const password = 'a b/c:d@e,f';
    for (const smtp of ['smtp: gmail', 'smtp: {service: Gmail}', 'smtp: {daily_limit: 20}']) {
      const { settings } = parse(`email: ada@gmail.com\n${smtp}`, password);
      expect(parseRelayUrl(settings.SMTP_URL ?? '')).toMatchObject(gmail);
    }
  });

  it('An app password loses the spaces that it is shown with', () => {
    const { credentials } = relayOf('  service: gmail', 'abcd efgh ijkl mnop\n');
    expect(credentials?.password).toBe('abcdefghijklmnop');
  });

  it('The password can be in a file beside the file', () => {
    writeFileSync(inFolder('app-password'), 'from the file\n');
    const { settings } = parse('email: a@gmail.com\nsmtp: {password_file: app-password}');
    expect(parseRelayUrl(settings.SMTP_URL ?? '').credentials?.password).toBe('from the file');
  });

  it.each([
    ['  host: mail.example.org\n  user: ada', { name: 'mail.example.org:587', requiresTls: true }],
    ['  host: mail.example.org\n  port: 465', { isImplicitTls: true, credentials: null }],
    ['  host: localhost\n  port: 25\n  security: none', { requiresTls: false, credentials: null }],
    ['  host: "::1"\n  port: 1025\n  security: none', { host: '::1', port: 1025 }],
    ['  service: icloud', { name: 'smtp.mail.me.com:587', requiresTls: true }],
  ])('The account %j leads to its relay, with TLS unless it says none', (smtp, relay) => {
    expect(relayOf(smtp)).toMatchObject(relay);
  });

  it.each([
    ['{service: pigeon}', 'smtp.service: expected a known service such as gmail'],
    ['{service: hotmail}', 'smtp.service: expected another service: Outlook.com accepts no'],
    ['{daily_limit: 3}', 'smtp.host: expected the mail server of a@example.org'],
    ['{host: "a b"}', 'smtp.host: expected the name of a mail server'],
    ['{host: a.org, port: 99999}', 'smtp.port: expected a whole number from 1 to 65535'],
    ['{host: a.org, security: ssl}', 'smtp.security: expected one of tls, starttls, none'],
    ['{host: a.org, user: a, password_file: none}', 'smtp.password_file: expected a file that can'],
  ])('The account %s is refused', (smtp, problem) => {
    expect(problemsIn(`email: a@example.org\nsmtp: ${smtp}`, 'x')[0]).toContain(problem);
  });

  it('Without a password, the problem says where to put it and does not guess', () => {
    expect(problemsIn('email: a@gmail.com\nsmtp: gmail')).toEqual([
      'line 2, smtp.password_file: expected a file with the password, unless SMTP_PASSWORD is set in the environment.',
    ]);
  });

  it('The sender is the account, under the title', () => {
    const { settings } = parse(
      'email: a@example.org\ntitle: The “Daily” <Ada>\nsmtp: {host: m.org, user: b@m.org, daily_limit: 9}',
      'x',
    );
    expect(settings).toMatchObject({
      MAIL_FROM: 'The “Daily” Ada <b@m.org>',
      SITE_NAME: 'The “Daily” <Ada>',
      SMTP_DAILY_LIMIT: '9',
    });
    expect(() => loadConfig(settings)).not.toThrow();
  });
});

describe('paperboy.example.yaml', () => {
  const example = projectFile('paperboy.example.yaml');
  const uncommented = example.replace(/^# (?=(?:[a-z_]+:| {2}[a-z_]+:))/gm, '');

  it('The example is accepted as it is', () => {
    expect(parse(example).email).toBe('you@example.org');
  });

  it('The example names every key once, and its values are accepted', () => {
    writeFileSync(inFolder('app-password'), 'secret');
    const { preferences, settings } = parse(uncommented.replace('  host: smtp', '  # host: smtp'));
    expect(preferences).toMatchObject({ topics: ['llm-inference', 'training'], papers: '10' });
    expect(() => loadConfig(settings)).not.toThrow();
    const known = /expected some of (.*)\./.exec(
      problemsIn('email: a@example.org\nnonsense: 1').join(),
    )?.[1];
    const named = [...uncommented.matchAll(/^([a-z_]+):/gm)].map(([, key]) => key);
    expect(named.toSorted()).toEqual(known?.split(', ').toSorted());
  });
});
