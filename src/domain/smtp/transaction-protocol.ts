/** The command whose reply a session awaits, or what it does without one. */
export type SessionPhase =
  | 'mail'
  | 'rcpt'
  | 'data'
  | 'body'
  | 'dot'
  | 'loneDot'
  | 'reset'
  | 'idle'
  | 'quit';

/** What a session does next. `fail`: the connection is unusable. */
export type SessionStep =
  | 'sendRcpt'
  | 'sendData'
  | 'awaitRcpt'
  | 'awaitData'
  | 'sendBody'
  | 'sendLoneDot'
  | 'sendReset'
  | 'completeMessage'
  | 'endAfterEarlyRefusal'
  | 'startNext'
  | 'endAfterQuit'
  | 'fail';

interface SessionFacts {
  /** Whether MAIL, RCPT and DATA were sent in one write (RFC 2920). */
  hasPipelining: boolean;
  /** False once the message was refused while replies to its other commands are awaited. */
  hasMessage: boolean;
  /** Whether the relay has begun a transaction, which a refusal does not end. */
  isMailFromAccepted: boolean;
}

interface SessionDecision {
  step: SessionStep;
  /** Whether the reply refuses the message. */
  isRefusal: boolean;
}

/**
 * Decides what a reply means for a session in `phase` (RFC 5321 §3.3, §4.2.1). 421 may come at any
 * time and announces that the relay closes the connection (§3.8); only at the final dot is it also
 * the reply to the message. Any other reply out of place makes the connection unusable.
 */
export function decideStep(
  phase: SessionPhase,
  code: number,
  { hasPipelining, hasMessage, isMailFromAccepted }: SessionFacts,
): SessionDecision {
  if (code === 421 && phase !== 'dot' && phase !== 'quit') return proceed('fail');
  const isPositive = code >= 200 && code < 300;
  const isRefusal = code >= 400;
  switch (phase) {
    case 'mail':
      if (isPositive) return proceed(hasPipelining ? 'awaitRcpt' : 'sendRcpt');
      return isRefusal ? refuse(hasPipelining ? 'awaitRcpt' : 'startNext') : proceed('fail');
    case 'rcpt':
      if (isPositive) return proceed(hasPipelining ? 'awaitData' : 'sendData');
      return isRefusal ? refuse(hasPipelining ? 'awaitData' : 'sendReset') : proceed('fail');
    case 'data':
      // RFC 2920 §3.1: a relay may accept DATA after all its recipients were refused.
      if (code === 354) return proceed(hasMessage ? 'sendBody' : 'sendLoneDot');
      // A second MAIL in an open transaction would be refused: RFC 5321 §4.1.4.
      return isRefusal ? refuse(isMailFromAccepted ? 'sendReset' : 'startNext') : proceed('fail');
    case 'body':
      // The relay may take the rest of the message for commands.
      return isRefusal ? refuse('endAfterEarlyRefusal') : proceed('fail');
    case 'dot':
      return proceed(isPositive || isRefusal ? 'completeMessage' : 'fail');
    case 'loneDot':
      // The reply to the message was the refusal before.
      return proceed('startNext');
    case 'reset':
      return proceed(isPositive ? 'startNext' : 'fail');
    case 'idle':
      return proceed('fail');
    case 'quit':
      return proceed('endAfterQuit');
  }
}

function proceed(step: SessionStep): SessionDecision {
  return { step, isRefusal: false };
}

function refuse(step: SessionStep): SessionDecision {
  return { step, isRefusal: true };
}
