import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/commands/command-line.ts';
import { useTempFolder } from '../support/temp-folder.ts';
import { runCommandWith } from './run.ts';

const inFolder = useTempFolder();

/** Runs `paperboy doctor --reply …` without data and with one invalid setting. */
function doctor(reply: string, ...options: string[]) {
  const env = { DATA_DIR: inFolder('data'), PORT: 'x' };
  return runCommandWith((io) =>
    runCommandLine(['doctor', '--reply', reply, ...options], io, { env, instanceId: 'test' }),
  );
}

describe('paperboy doctor --reply', () => {
  it('“doctor --reply” explains a relay’s reply without opening data or network', async () => {
    expect(
      await doctor('550 5.7.1 Client host [192.0.2.7] blocked using zen.spamhaus.org'),
    ).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        '550 5.7.1 Client host [192.0.2.7] blocked using zen.spamhaus.org',
        'class    refused: the delivery has failed, and is not attempted again',
        'blames   sender: the reputation, the authentication or the rate of our email',
        'address  kept: it gets the next digest',
        'domain   emailed as before',
        'rule     spamhaus (https://check.spamhaus.org/)',
        '',
      ].join('\n'),
    });
    expect(await readdir(inFolder())).toEqual([]);
  });

  it('“doctor --reply” says that the address would be suppressed, without showing it', async () => {
    const { stdout } = await doctor('550 5.1.1 <ada@example.org>: No such user');
    expect(stdout).toMatch(/^address {2}suppressed/m);
    expect(stdout).not.toContain('ada@');
  });

  it('“doctor --reply” says that the domain would be throttled', async () => {
    expect((await doctor('421 4.7.0 Try again later')).stdout).toMatch(/^domain {3}slowed/m);
  });

  it('“doctor --reply --json” prints one line', async () => {
    const { code, stdout } = await doctor('451-4.7.1 Not now,\r\n451 4.7.1 later', '--json');
    expect(code).toBe(0);
    expect(stdout.trimEnd()).not.toContain('\n');
    expect(JSON.parse(stdout)).toEqual({
      reply: '451 4.7.1 Not now, later',
      code: 451,
      enhanced: '4.7.1',
      reply_class: 'retry',
      blames: 'sender',
      suppresses: false,
      slows_domain: true,
      rule: { name: 'policy', source: 'RFC 3463 §3.8' },
    });
  });

  it.each(['No such user', '', '199 Odd', '600 Odd', '5.1.1 No such user', 'a\u001b[2Jb'])(
    '“doctor --reply” rejects “%s” and says what it expects',
    async (text) => {
      const { code, stdout, stderr } = await doctor(text);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain('is not a reply of a mail server: expected a code from 200 to 599');
      expect(stderr).not.toContain('\u001b');
    },
  );
});
