import {
  type CheckResult,
  reportBroken,
  reportOk,
  reportWarning,
} from '../../domain/monitoring/check-result.ts';
import type { RelayProbeResult } from '../../relay/probe-relay.ts';
import type { Config } from '../../settings/config.ts';
import { probeRelays } from '../../wiring/readiness.ts';

const TIMEOUT_MS = 15_000;

/** Whether each relay lets us in. No mail is sent. */
export async function checkRelays({ smtpUrls }: Pick<Config, 'smtpUrls'>): Promise<CheckResult[]> {
  if (smtpUrls.length === 0)
    return [reportOk('relay', 'Mail is caught in the local inbox: SMTP_URL is not set.')];
  return (await probeRelays(smtpUrls, TIMEOUT_MS)).map(assessRelay);
}

/** What it means how a relay received us. */
export function assessRelay(probe: RelayProbeResult): CheckResult {
  const { relay, problem, isEncrypted, isAuthenticated: isSignedIn, isLoopback } = probe;
  if (problem !== null) {
    const remedy =
      'Look whether it runs, and whether host, port, user and password in SMTP_URL are right.';
    return reportBroken('relay', problem, remedy);
  }
  const connectionDetails = `${isEncrypted ? 'with TLS' : 'without TLS'}, ${isSignedIn ? 'signed in' : 'without a password'}`;
  const message = `${relay} lets us in, ${connectionDetails}.`;
  if (isEncrypted || isLoopback) return reportOk('relay', message);
  const remedy =
    'Readers’ addresses cross a network in clear text: use smtps://, or have the relay offer STARTTLS.';
  return reportWarning('relay', message, remedy);
}
