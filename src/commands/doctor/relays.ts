import type { Config } from '../../config.ts';
import { broken, type Finding, ok, warning } from '../../domain/finding.ts';
import type { RelayLook } from '../../relay/look-at-relay.ts';
import { lookAtRelays } from '../../wiring/readiness.ts';

const TIMEOUT_MS = 15_000;

/** Whether each relay lets us in. No mail is sent. */
export async function checkRelays({ smtpUrls }: Pick<Config, 'smtpUrls'>): Promise<Finding[]> {
  if (smtpUrls.length === 0)
    return [ok('relay', 'Mail is caught in the local inbox: SMTP_URL is not set.')];
  return (await lookAtRelays(smtpUrls, TIMEOUT_MS)).map(judgeRelay);
}

/** What it means how a relay received us. */
export function judgeRelay(look: RelayLook): Finding {
  const { relay, problem, isEncrypted, isSignedIn, isLoopback } = look;
  if (problem !== null) {
    const mend =
      'Look whether it runs, and whether host, port, user and password in SMTP_URL are right.';
    return broken('relay', problem, mend);
  }
  const how = `${isEncrypted ? 'with TLS' : 'without TLS'}, ${isSignedIn ? 'signed in' : 'without a password'}`;
  const message = `${relay} lets us in, ${how}.`;
  if (isEncrypted || isLoopback) return ok('relay', message);
  const mend =
    'Readers’ addresses cross a network in clear text: use smtps://, or have the relay offer STARTTLS.';
  return warning('relay', message, mend);
}
