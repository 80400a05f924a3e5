export interface SendingDomain {
  /** The domain of MAIL_FROM, which is also the domain of the envelope. */
  domain: string;
  /** Null when Paperboy does not sign mail. */
  dkim: ExpectedDkim | null;
  /** The addresses that mail leaves from towards its receivers; empty when they are unknown. */
  sendsFrom: readonly string[];
}

/** The DKIM record that the settings need in the DNS. */
interface ExpectedDkim {
  domain: string;
  recordName: string;
  record: string;
  /** The public key, in base64. */
  key: string;
}
