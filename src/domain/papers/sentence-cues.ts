/** A phrase and what it adds to the score of a sentence. */
interface SentenceCue {
  pattern: RegExp;
  score: number;
}

/** The sum of the scores of the cues that a sentence has. */
export function addCues(cues: readonly SentenceCue[], sentence: string): number {
  let sum = 0;
  for (const { pattern, score } of cues) if (pattern.test(sentence)) sum += score;
  return sum;
}

/** What a sentence is about, besides the work itself. */
export interface SentenceKind {
  /** “Extensive experiments on …”. */
  isTrial: boolean;
  /** “However, existing methods …”. */
  isAboutOthers: boolean;
  /** “While …, we show …”. */
  isConcession: boolean;
  /** Where the code is. */
  isAvailability: boolean;
  /** “Experiments demonstrate the effectiveness of our method.” */
  isEmpty: boolean;
  /** “Furthermore, …”, “we also …”. */
  isAddition: boolean;
}

/** Several kinds may apply, or none. Linear in the length of the sentence. */
export function classifySentence(sentence: string): SentenceKind {
  return {
    isTrial: TRIAL_START.test(sentence),
    isAboutOthers: OTHERS_START.test(sentence),
    isConcession: CONCESSION_START.test(sentence),
    isAvailability: MENTIONS_RELEASE.test(sentence) && AVAILABLE.test(sentence),
    isEmpty: EMPTY.test(sentence),
    isAddition: ADDITION.test(sentence),
  };
}

/** What the authors or the paper do in a sentence: the clearest verb of it. */
export type Announcement = 'makes' | 'proves' | 'finds' | 'studies' | 'uses' | 'none';

interface ScoredAnnouncement {
  kind: Announcement;
  /** 6 for “we propose”, 4.5 for “we prove” and “is presented”, 3.5 for “we study”, 0 for none. */
  score: number;
}

/** The strongest announcement of a sentence. */
export function findAnnouncement(sentence: string): ScoredAnnouncement {
  let best: ScoredAnnouncement = { kind: 'none', score: 0 };
  for (const match of sentence.matchAll(ACTOR)) {
    const end = match.index + match[0].length;
    const [clause = ''] = CLAUSE.exec(sentence.slice(end, end + MAX_CLAUSE_CHARS)) ?? [];
    const kind = readVerb(clause);
    const isAside = ASIDE.test(sentence.slice(Math.max(0, match.index - 10), match.index));
    const score = ANNOUNCEMENT_SCORES[kind] - (isAside ? 2.5 : 0);
    if (score > best.score) best = { kind, score };
  }
  if (best.score >= ANNOUNCEMENT_SCORES.proves) return best;
  const passive = scorePassive(sentence);
  return passive > best.score ? { kind: best.kind, score: passive } : best;
}

/** The first verb of a clause decides, unless the clause goes on with “… and propose”. */
function readVerb(clause: string): Announcement {
  const verb = VERB.exec(clause.slice(0, MAX_VERB_DISTANCE));
  if (verb === null) return 'none';
  if (verb[1] !== undefined || ADDS.test(clause)) return 'makes';
  if (verb[2] !== undefined) return 'proves';
  if (verb[3] !== undefined) return 'finds';
  return verb[4] === undefined ? 'uses' : 'studies';
}

function scorePassive(sentence: string): number {
  let best = 0;
  for (const [, made, did, found] of sentence.matchAll(PASSIVE)) {
    const score = made ? 4.5 : did ? 3 : found ? 2.2 : 1.2;
    if (score > best) best = score;
  }
  return best;
}

const ANNOUNCEMENT_SCORES = {
  makes: 6,
  proves: 4.5,
  finds: 3.5,
  studies: 3.5,
  uses: 2,
  none: 0,
} as const satisfies Record<Announcement, number>;

const WORK = `(?:paper|work|study|article|letter|note|report|survey|review|thesis|chapter|manuscript|contribution|research|project|tutorial|essay|memoir|position paper|perspective)`;
const OURS = String.raw`\b(?:[Ww]e|I|us to|(?:[Tt]his|[Oo]ur|[Tt]he (?:present|current)|[Pp]resent)(?: [\w-]+)? ${WORK}|[Tt]he authors?)\b`;

const MAKES = String.raw`propos|introduc|present(?!\s(?:work|paper|study|article|day))|develop|design|build\b|builds|built|construct|creat|releas|devis|formulat|contribut|curat|collect|assembl|implement|engineer|fabricat|synthesi[sz]e|synthesi[sz]ed|conceiv|put forward|advocat|launch|invent|report(?:s|ed)? (?:on )?(?:an?|the) (?:new|novel|first|discovery|observation|measurement|detection)`;
const PROVES = String.raw`prov(?:e|es|ed|en|ing)\b|establish|deriv|generali[sz]|extend|characteri[sz]|classif|solv(?:e|es|ed)\b|resolv|determin|comput(?:e|es|ed)\b|calculat|obtain|giv(?:e|es)\b|gave\b|provid|offer|describ|complet|settl|answer|disprov|capture|unif(?:y|ies)|formali[sz]|simulat|measur(?:e|es|ed)\b|reconstruct|survey|review|outlin|conduct(?:s|ed)? an?\b`;
const FINDS = String.raw`show|demonstrat|finds?\b|found\b|argu|identif|reveal|observ|report|discover|detect|confirm|conclud|highlight|uncover|estimat|predict|suggest|illustrat|explain|isolat|quantif|refut|challeng`;
const STUDIES = String.raw`stud(?:y|ies|ied)\b|investigat|explor|examin|evaluat|analy[sz]|revisit|compar|diagnos|benchmark|address|models? (?:the|an?|how)\b|modell?ed\b|discuss|consider|assess|test(?:s|ed)?\b|ask\b|asks|asked|seek|aim(?:s|ed)?\b|attempt|tr(?:y|ies|ied) to|want to|focus|look at|tackl|set out|probe|map|track|monitor|sought|reformulat|posit`;
const USES = String.raw`us(?:e|es|ed)\b|employ|utili[sz]|leverag|exploit|enabl|adapt(?:s|ed)?\b|appl(?:y|ies|ied)\b|train(?:s|ed)?\b|combin|integrat|perform|bridg|fram(?:e|es|ed)\b|casts?\b|treat|view|fine-tun|induc|take|pose|equip|optimi[sz]|learn|improv|achiev|reduc|increas`;

/** Who does something: “we”, “this paper”. */
const ACTOR = new RegExp(OURS, 'g');

const CLAUSE = /^[^.;:]*/;

const VERB = new RegExp(String.raw`\b(?:(${MAKES})|(${PROVES})|(${FINDS})|(${STUDIES})|${USES})`);

/** In characters: how far a verb may stand from “we”, and how much of a clause is read. */
const MAX_VERB_DISTANCE = 72;
const MAX_CLAUSE_CHARS = 190;

/** “We study … and propose …”. */
const ADDS =
  /\band (?:then |thus |also |further |hence |therefore )?(?:propos|introduc|present|develop|devis|prov(?:e|es)\b)/;

/** `as we show below`, `which we call`. */
const ASIDE = /\b(?:as|[Aa]s|which|that|what|where|how|than|when) $/;

/** “is presented”, “were developed”; “has been studied” is often said of earlier work. */
const PASSIVE =
  /\b(?:(?:is|are|was|were) (?:(?:also|then|first|further|here|thus|hereby|therefore|\w{3,14}ly) )?(?:(propos|present(?:ed|s)|introduc|develop|devis|construct|prov(?:ed|en)\b)|(deriv|deduc|design|establish|describ|stud|investigat|examin|analy[sz]|explor|comput|calculat|obtain|review|report|pursued|undertaken|performed|conducted|carried out|demonstrat|evaluat|compared|assess|measured|discussed|treated|formulated|addressed|revisited|reconsidered|extended|applied|employed|simulated|synthesi|fabricated|reali[sz]ed|implemented|estimated|predicted|classified|characteri|settled|solved|resolved|outlined|determined|generali[sz]ed|considered|given\b|devoted|illustrated)|(found|shown|observed|identified|discovered|uncovered))|(?:has|have) been (?:(?:recently|also|theoretically) )?(?:propos|present|introduc|develop|stud|investigat|explain|deriv|found|obtain|measur|perform|calculat|synthesi|fabricat))/g;

/** What others did, or do not do yet. */
const OTHERS_START =
  /^["“(]?(?:However|But|Yet|Nevertheless|Nonetheless|Unfortunately|Existing|Prior|Previous(?:ly)?|Recent(?:ly)?|Traditional(?:ly)?|Conventional(?:ly)?|Current(?:ly)?|In recent|In the (?:recent(?:ly)?|past|last)|Today|Nowadays|Often|Typically|Most|Many|Much|Several|Some|For (?:decades|years)|Over the (?:past|last)|By contrast|In contrast|On the other hand|Conversely)\b/;

/** A main clause may follow: “While …, we show …”. */
const CONCESSION_START = /^["“(]?(?:Although|Though|While|Whereas|Despite|Since|Because|As)\b/;

/** Sentences that report trials, such as “Extensive experiments on …”. */
const TRIAL_START =
  /^(?:(?:Extensive|Comprehensive|Comparative|Experimental|Empirical|Numerical|Preliminary|Further|Additional|Detailed|Thorough|Rigorous|Quantitative|Qualitative|Simulation|Theoretical|Monte Carlo|Case|Ablation|Benchmark|Evaluation|Experiment|Our|The|These|Initial|Real-world|Human|In-depth) )*(?:[Ee]xperiments?|[Rr]esults?|[Ee]valuations?|[Ss]imulations?|[Vv]alidations?|[Aa]blations?|[Aa]nalys[ie]s|[Tt]ests?|[Ff]indings|[Mm]easurements|[Ss]tudies|[Tt]rials|[Cc]omparisons?|[Ee]xamples?|[Ii]nsights|[Cc]ode)\b|^(?:Empirically|Experimentally|Numerically|Across|Compared|Overall|In (?:experiments|simulations|extensive|terms|comparison|tests|evaluations|contrast)|Under the same|Applied to|When (?:tested|evaluated|applied)|Evaluat(?:ed|ions?)|On (?:[^,]{1,60},|average)|Over \d)/;

/** What comes on top of something said before. */
const ADDITION =
  /^(?:Furthermore|Moreover|Additionally|Also|Besides|In addition|Finally|Further|Lastly|Last|Second(?:ly)?|Third(?:ly)?|Then|Next|Afterwards?|(?:It|They|We) (?:also|further|then|finally|additionally|next|subsequently))\b|^[^,]{0,90}, we (?:also|further|then|finally|additionally|moreover|next|subsequently)\b/;

/** Quicker than the whole pattern, which few sentences need. */
const MENTIONS_RELEASE = /http|vailable|eleas|source|public/;

const AVAILABLE =
  /\bhttps?:|\b(?:codes?|models?|weights|data(?:sets?)?|implementations?|source|software|checkpoints?|resources|scripts|demo|benchmark|system|framework)\b[^.]{0,80}\b(?:available|released|open[- ]sourced?|made public)\b|\b(?:is|are|will be) (?:open[- ]source|(?:publicly |freely )?available)\b|\b[Ww]e (?:will )?(?:open-source|release) (?:our|all|the|both)\b|\bpublicly available to\b/;

const EMPTY =
  /\beffectiveness of (?:our|the proposed|this)|\b[Ww]e (?:also |further |strongly )*(?:hope|believe|expect|anticipate|thank|plan|acknowledge|conclude by)\b|\bconduct(?:ed)? (?:extensive|comprehensive|a lot of|various|numerous|several|thorough) (?:\w+ )?(?:experiments|evaluations|analyses)|^We (?:extensively )?(?:evaluate|validate|verify|test|validated|evaluated) (?:our|this|the (?:proposed|method|approach|framework|model)|these|it)\b|^We (?:then |further )?(?:implement|prototype|apply) (?:our|this|the proposed|it)\b|\bsupport our (?:theoretical )?claims\b|\bpav(?:e|es|ing) the way\b/;

/** What makes a sentence more or less likely the contribution. */
export const CONTRIBUTION_CUES: readonly SentenceCue[] = [
  {
    pattern: new RegExp(
      String.raw`\b(?:[Tt]his|[Ii]n (?:the|our)|[Tt]he (?:present|current)|[Ii]n present) ${WORK}\b|^Here(?:in)?\b`,
    ),
    score: 1.5,
  },
  {
    pattern: new RegExp(
      String.raw`\b(?:goals?|aims?|objectives?|purpose|focus|subject|topic|contributions?|novelty) of (?:this|our|the (?:present|current)|the) (?:${WORK}|investigation|analysis)`,
    ),
    score: 4.5,
  },
  {
    pattern:
      /\b[Oo]ur (?:(?:main|key|primary|central|first|principal|core) )?(?:results?|contributions?|goals?|aims?|objectives?|theorems?|findings?|approach|hypothesis) (?:is|are|was)\b|\b[Tt]he (?:main|key|primary|central|principal) (?:result|contribution|goal|aim|objective|theorem|finding|purpose|idea)s? (?:is|are|of)\b/,
    score: 3,
  },
  { pattern: new RegExp(String.raw`^This (?:\w+ )?${WORK} is an?\b`), score: 3 },
  { pattern: new RegExp(String.raw`^This (?:\w+ )?${WORK} (?:is|deals|concerns)\b`), score: 1.5 },
  { pattern: /\bby (?:present|propos|introduc|develop|design|provid)ing\b/, score: 2.5 },
  {
    pattern:
      /\b(?:a|an|the) (?:\w+ly )?(?:novel|new|first|unified|simple|general|efficient|principled|scalable|lightweight)\b/i,
    score: 0.6,
  },
  {
    pattern: /\b(?:called?|named|termed|dubbed|to as|leads? to|results? in) [A-Z]/,
    score: 1.2,
  },
  { pattern: /^(?:Key|Main) (?:results|findings|contributions)\b/, score: -2.5 },
  {
    pattern:
      /^(?:The|Our) (?:proposed |new |novel |developed |presented )?(?:method|approach|framework|system|model|algorithm|technique|architecture|pipeline|network|solution|scheme|strategy)\b/,
    score: 1.5,
  },
  {
    pattern:
      /^(?:Specifically|In particular|More (?:specifically|precisely)|Theoretically|For (?:example|instance)|Concretely|Importantly|Crucially|Notably)\b/,
    score: -1,
  },
  {
    pattern:
      /^(?:Thus|Therefore|Hence|Consequently|As a (?:result|consequence)|To (?:this end|do so|address|solve|overcome|tackle|fill|bridge|close)|Based on|For this reason|(?:This|These|That|Those|It|They|Such)(?! (?:\w+ )?(?:paper|work|study|article|letter|note|report|survey|review|thesis|chapter|manuscript|contribution|research|project)\b))\b/,
    score: -0.6,
  },
  {
    pattern:
      /\b(?:remains? (?:a |an |largely |poorly |relatively )?(?:challeng|unclear|underexplored|unexplored|open|difficult|unknown|limited|elusive|understudied)|has become|have become|has (?:recently )?emerged|have (?:recently )?(?:emerged|shown)|is (?:a |an )?(?:challeng|crucial|essential|fundamental|important|critical|central|key|widely)|are (?:widely|increasingly|often|essential|crucial|important)|plays? an? )/,
    score: -1.5,
  },
  // A part of the method: “To prevent collapse, we introduce …”.
  {
    pattern:
      /^To (?!(?:this end|do so|address|solve|overcome|tackle|fill|bridge|close|the best|our)\b)/,
    score: -1.2,
  },
  { pattern: /\?$/, score: -1 },
];

/** What makes a sentence more or less likely a result. */
export const RESULT_CUES: readonly SentenceCue[] = [
  {
    pattern:
      /\b(?:[Rr]esults?|[Ee]xperiments?|[Ff]indings|[Aa]nalys[ie]s|[Ee]valuations?|[Ss]imulations?|[Ss]tudies|[Mm]easurements|[Dd]ata|[Cc]omparisons?)\b[^.]{0,80}\b(?:show|demonstrat|confirm|indicat|suggest|reveal|highlight|support|establish|prove|yield)/,
    score: 1.5,
  },
  {
    pattern:
      /\b(?:is|are|was|were) (?:also )?(?:found|shown|observed|demonstrated|identified|detected|confirmed|proved|proven)\b/,
    score: 2,
  },
  {
    pattern:
      /\b(?:achiev|outperform|improv|reduc|increas|decreas|surpass|exceed|accelerat|speed-?up|match|attain|reach|yield|deliver|superior|state-of-the-art|significant|higher|lower|faster|better|associated with)\w*/,
    score: 1.5,
  },
  {
    pattern: /\d(?:[\d.,]*\d)? ?(?:%|[x×]\b|×|pp\b|points?\b|times\b)|\bp ?[<=] ?0?\.\d|\bCI\b/,
    score: 2,
  },
  { pattern: /\b(?:main|key) (?:result|finding|theorem)s?\b/, score: 2.5 },
  { pattern: /\b(?:best possible|tight|optimal|sharp|lower bound|upper bound)\b/, score: 1 },
  {
    pattern:
      /^(?:This|These|It|They|Such|Thus|Therefore|Hence|Alternatively|Moreover|Furthermore|Additionally|Finally|Further|Then|Also|Second|Third)\b(?! (?:paper|work|study|results?|findings))/,
    score: -1,
  },
];
