import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { parseSourceNames } from '../../../src/domain/sources/source-name.ts';
import { openDnsServer } from '../../support/dns-server.ts';
import { findFreePort } from '../../support/free-port.ts';
import { useTestApp } from '../../support/test-app.ts';
import { runCommand } from '../run.ts';

const test = useTestApp();

const paperboy = (line: string) => runCommand(test.app, line.split(' '));

describe('paperboy doctor', () => {
  it('The doctor finds no problem in a working installation', async () => {
    const { code, stdout } = await paperboy('doctor --json');
    expect(code).toBe(0);
    const { findings } = JSON.parse(stdout) as {
      findings: { check: string; ok: boolean; message: string }[];
    };
    // The server of the tests need not survive a crash, of which the doctor warns.
    const expected = findings.filter(({ message }) => !/= off:/.test(message));
    expect(expected.map(({ check, ok }) => [check, ok])).toEqual([
      ['settings', true],
      ['database', true],
      ['queue', true],
      ['relay', true],
      ['dkim', true],
      ['clock', true],
      ['disk', true],
      ['sources', true],
      ['dns', true],
    ]);
    expect((await paperboy('doctor')).stdout).toMatch(/^ok {5}settings {2}All settings/);
  });

  it('A broken part is named, the others are checked, and the exit code is 1', async () => {
    const config = {
      ...test.app.config,
      redisUrl: 'redis://127.0.0.1:1',
      smtpUrls: ['smtp://127.0.0.1:1'],
    };
    const { code, stdout } = await runCommand({ ...test.app, config }, ['doctor']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ok {5}database /m);
    expect(stdout).toMatch(/^FAIL {3}queue .*REDIS_URL \(127\.0\.0\.1:1\).*ECONNREFUSED/m);
    expect(stdout).toMatch(/^FAIL {3}relay .*ECONNREFUSED/m);
  });

  it('Missing DNS records are reported with a remedy, and invalid options are refused', async () => {
    const dns = await openDnsServer({ 'example.org': { TXT: ['v=spf1 ip4:192.0.2.7 -all'] } });
    const config = {
      ...test.app.config,
      mailFrom: { name: 'Paperboy', address: 'papers@example.org' },
    };
    const doctor = (...options: string[]) =>
      runCommand({ ...test.app, config }, ['doctor', ...options]);
    const { code, stdout } = await doctor('--dns', dns.address, '--sends-from', '192.0.2.7');
    await dns.close();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ok {5}spf {7}192\.0\.2\.7 may send for example\.org\.$/m);
    expect(stdout).toMatch(
      /^WARN {3}dmarc {5}Neither example\.org nor.*\n {17}Publish the TXT record _dmarc\.example\.org: v=DMARC1; p=none/m,
    );
    expect(stdout).toMatch(/^FAIL {3}ptr {7}192\.0\.2\.7 has no reverse DNS name/m);
    expect((await doctor('--dns', 'example.org')).stderr).toContain(
      '“example.org” is not a DNS server',
    );
    expect((await doctor('--sends-from', 'here')).stderr).toContain('“here” is not an IP address');
  });

  it('The hosts of sources are probed once each and their clocks compared', async () => {
    const requests: string[] = [];
    const late = new Date(Date.now() - 600_000).toUTCString();
    const host = createServer(({ method, url, headers }, response) => {
      requests.push(`${method} ${url} ${headers['user-agent']}`);
      response.sendDate = false;
      response.setHeader('date', late).end();
    }).listen(0, '127.0.0.1');
    await once(host, 'listening');
    const { port } = host.address() as AddressInfo;
    const closedPort = await findFreePort();
    const sources = {
      ...test.app.config.sources,
      names: parseSourceNames('hf-daily,hf-trending,arxiv:cs.CL'),
      hfEndpoint: `http://127.0.0.1:${port}/hf`,
      arxivRssUrl: `http://127.0.0.1:${closedPort}/rss`,
      arxivApiUrl: `http://127.0.0.1:${closedPort}/api`,
    };
    const config = { ...test.app.config, sources };
    const { code, stdout } = await runCommand({ ...test.app, config }, ['doctor']);
    host.close();
    expect(requests).toEqual([expect.stringMatching(/^HEAD \/ Paperboy\/\S+ \(\+http:/)]);
    expect(stdout).toMatch(/^WARN {3}sources {3}hf-daily has not been fetched yet/m);
    expect(stdout).toMatch(
      /^WARN {3}sources {3}127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED/m,
    );
    expect(stdout).toMatch(/^FAIL {3}clock {5}The clock of 127\.0\.0\.1:\d+ is \d+ s behind/m);
    expect(code).toBe(1);
  });
});
