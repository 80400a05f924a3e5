/** What caused a reply. `recipient` is the address, `sender` is us: reputation, DNS, rate. */
export type ReplyBlame = 'recipient' | 'message' | 'sender' | 'relay' | 'receiver' | 'nobody';

/**
 * The meaning of one kind of reply. A rule matches when all its conditions match. Rules do not
 * decide about retries: the class of the code does.
 */
export interface ReplyRule {
  name: string;
  /** The section of an RFC, or the provider's page. */
  source: string;
  /** A real reply, which the tests check against the rule. */
  example: string;
  /** First digit of the code. */
  codeClass?: 2 | 4 | 5;
  codes?: readonly number[];
  /** Matched against the enhanced code (RFC 3463), or against an empty text. */
  enhanced?: RegExp;
  /** Matched against the text, without addresses. */
  text?: RegExp;
  blames: ReplyBlame;
  /** Set when the reply is about our rate: mail to the domain is slowed down. */
  slowsDomain?: true;
}

/** Matches no enhanced code, or one without meaning. Only then may the text alone blame the
 *  recipient: 5.7.1 with “user unknown” is still about us (RFC 3463 §3.8). */
export const UNINFORMATIVE_ENHANCED_CODE = /^(?:[45]\.0\.0)?$/;
