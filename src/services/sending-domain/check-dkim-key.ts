import type { DnsResolver } from '../../dns/dns.ts';
import { findDkimRecordProblem, isDkimTestKey } from '../../domain/dns/dkim-record.ts';
import {
  type CheckResult,
  reportBroken,
  reportOk,
  reportWarning,
} from '../../domain/monitoring/check-result.ts';
import type { SendingDomain } from './sending-domain.ts';

const CHECK = 'dkim-key';

/** Checks that receivers can verify our DKIM signatures with the published key. */
export async function checkDkimKey(
  dns: DnsResolver,
  { domain, dkim }: SendingDomain,
): Promise<CheckResult> {
  if (dkim === null) {
    const remedy = 'Set DKIM_DOMAIN, DKIM_SELECTOR and DKIM_PRIVATE_KEY, unless the relay signs.';
    return reportWarning(CHECK, `Paperboy does not sign email from ${domain}.`, remedy);
  }
  const { recordName, record, key } = dkim;
  const remedy = `Publish the TXT record ${recordName}: ${record}`;
  const [published, ...others] = await dns.resolveTxt(recordName);
  if (published === undefined) {
    const message = `There is no TXT record at ${recordName}, so every DKIM signature fails.`;
    return reportBroken(CHECK, message, remedy);
  }
  if (others.length > 0) {
    const message = `There are ${others.length + 1} TXT records at ${recordName}: receivers expect one.`;
    return reportBroken(CHECK, message, `Keep only this one: ${record}`);
  }
  const problem = findDkimRecordProblem(published, key);
  if (problem !== null)
    return reportBroken(
      CHECK,
      `Receivers cannot use the record ${recordName}: ${problem}.`,
      remedy,
    );
  if (isDkimTestKey(published)) {
    const message = `The record ${recordName} marks DKIM as a test (t=y): receivers may ignore signatures.`;
    return reportWarning(CHECK, message, 'Remove “t=y” from the record.');
  }
  return reportOk(CHECK, `The key at ${recordName} matches DKIM_PRIVATE_KEY.`);
}
