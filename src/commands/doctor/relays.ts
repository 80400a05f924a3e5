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

/** Connects and signs in to each relay. No mail is sent. */
export async function checkRelays({ smtpUrls }: Pick<Config, 'smtpUrls'>): Promise<CheckResult[]> {
  if (smtpUrls.length === 0)
    return [
      reportOk('relay', 'Not checked: SMTP_URL is not set, so email goes to the local inbox.'),
    ];
  return (await probeRelays(smtpUrls, TIMEOUT_MS)).map(assessRelay);
}

/** Reports on the connection to a relay. */
export function assessRelay(probe: RelayProbeResult): CheckResult {
  const { relay, problem, isEncrypted, isAuthenticated, isLoopback } = probe;
  if (problem !== null) {
    const remedy =
      'Check that the relay runs, and that host, port, user and password in SMTP_URL are right.';
    return reportBroken('relay', problem, remedy);
  }
  const connectionDetails = `${isEncrypted ? 'with TLS' : 'without TLS'}, ${isAuthenticated ? 'signed in' : 'without a password'}`;
  const message = `${relay} accepts connections (${connectionDetails}).`;
  if (isEncrypted || isLoopback) return reportOk('relay', message);
  const remedy =
    'Readers’ addresses cross the network in clear text: use smtps://, or enable STARTTLS on the relay.';
  return reportWarning('relay', message, remedy);
}
