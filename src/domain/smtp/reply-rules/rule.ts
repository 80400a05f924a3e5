/** Whose doing a reply is. `sender` is us: our reputation, our DNS, our rate. */
export type ReplyBlame = 'reader' | 'message' | 'sender' | 'relay' | 'receiver' | 'nobody';

/**
 * What one kind of reply means. A rule fits when everything that it names fits; of several the
 * first counts. Whether a delivery is tried again is no matter of rules: the class of the code says
 * it.
 */
export interface ReplyRule {
  name: string;
  /** Where it is written: an RFC's section, or the page of who answers so. */
  source: string;
  /** A reply as it is met. The tests hold it against the rule. */
  example: string;
  /** First digit of the code. */
  codeClass?: 2 | 4 | 5;
  codes?: readonly number[];
  /** Against the enhanced code (RFC 3463), which is empty when there is none. */
  enhanced?: RegExp;
  /** Against the text, in which addresses are not shown. */
  text?: RegExp;
  blames: ReplyBlame;
  /** More than one message is meant: that domain wants its mail more slowly. */
  slowsDomain?: true;
}

/** No enhanced code, or one that says nothing. Only then may the text alone blame the reader: 5.7.1
 *  with “user unknown” is still about us (RFC 3463 §3.8). */
export const UNINFORMATIVE_ENHANCED_CODE = /^(?:[45]\.0\.0)?$/;
