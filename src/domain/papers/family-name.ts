/**
 * The name under which a person or a group is cited: `van Beethoven` of `Ludwig van Beethoven`,
 * `Xu` of `Wei Xu` and of `Xu, Wei`, `ATLAS Collaboration` as it is.
 */
export function toFamilyName(name: string): string {
  const whole = name.replace(/\s+/g, ' ').trim();
  const [beforeComma = whole, afterComma] = whole.split(/,\s*/);
  const isSuffix = afterComma !== undefined && SUFFIX.test(afterComma);
  if (afterComma !== undefined && !isSuffix) return beforeComma;
  if (GROUP.test(whole)) return whole;
  const words = beforeComma.split(' ').filter((word, at) => at === 0 || !SUFFIX.test(word));
  let start = words.length - 1;
  while (start > 1 && PARTICLE.test(words[start - 1] ?? '')) start -= 1;
  return words.slice(Math.max(0, start)).join(' ');
}

const SUFFIX = /^(?:Jr|Sr|II|III|IV|PhD|MD)\.?$/i;
const GROUP = /\b(?:Collaboration|Consortium|Team|Group|Project|Institute|University|Lab|Labs)\b/i;
/** In lower case, or one that is often capitalised. */
const PARTICLE =
  /^(?:\p{Ll}[\p{Ll}'’]*|Van|Von|Der|Den|De|Del|Della|Di|Da|Dos|Du|La|Le|El|Al|Bin|Ben|Ter|Ten)$/u;
