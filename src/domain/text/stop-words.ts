/**
 * Words that say nothing about the subject of a paper: those of the language, and those in which
 * papers describe themselves. Each has the form in which `extractTerms` returns it.
 */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  `
a about above across after again against all almost along already also although always am among an and another any
are around as at away be because become been before being below besides best better between beyond both bring but by
came can cannot come could did do doe done down due during each either else enough especially etc even ever every few
first for found from full fully further furthermore gain gave get give given go good got great greater had has have
having he hence her here higher highest him his hold how however i ie if in indeed instead into is it its itself
just keep kept key known larger last later least less let like little lower lowest made main
mainly make many may me mean might more moreover most mostly much must my naturally near nearly need neither never new
next no non none nor not nothing now obtain of off often on once one only onto or other otherwise our out over own part
particular particularly per perhaps possible prior put quite rather really respectively same second see seen several
shall she should show shown side similar similarly since single smaller smallest so some sometime specific
specifically still strong such suffer take taken than that the their them then there thereby therefore these they thing
third this those though three through throughout thus to together too toward two under unlike until up upon us use
used useful user via very was way we well went were what when where whereas whether which while who whole whom whose why
wide widely will with within without would year yet you your

ablation abstract accordingly achieve achieved achieving additional additionally address addressed addressing aim allow
allowing analyse analysis analyze analyzing approach appropriate argue article author available average based baseline
benefit call called capable case challenge challenging common commonly compare compared comparable comparing comparison
competitive complex comprehensive conduct conducted consider considered consistent consistently consist contain
contribution conventional core crucial current currently daily demonstrate demonstrated demonstrating depend
describe described design designed despite detail develop developed developing development difference different
difficult directly drive driven easily effect effective effectively effectiveness efficacy empirical empirically employ
enable enabled enabling enhance enhanced enhancing ensure entire essential evaluate evaluated evaluating evaluation
evidence example excellent exhibit existing experiment experimental explicit explicitly explore exploring extend
extended extensive extensively face fail feature final finally find finding focus follow followed following form
framework fundamental general generally github goal help highlight http https hundred idea identify impact implement
implementation important importantly improve improved improvement improving include including incorporate increase
increased increasing increasingly indicate inherent insight introduce introduced introducing investigate involve issue
kind lack lead leading leverage leveraging limit limitation limited literature maintain maintaining major manner
measure method methodology million modern motivated multiple name namely necessary notable notably novel number numerous
observe offer optimal original outperform outperforming overall overcome paper percent perform performance performed
performing popular potential potentially powerful practical practice present presented presenting previous previously
primarily problem process produce promising propose proposed proposing prove proven provide provided providing publicly
question range reach recent recently reduce reduced reducing reduction related relative relatively rely relying
remain remaining remarkable report represent require required requirement requiring research researcher result
resulting reveal review rich robust role run scenario section serve set setting significant significantly simple
simply simultaneously solution solve solving sota source standard study studied studying substantial
substantially success successful successfully suggest superior support survey system systematic systematically table
target technique term tested testing theoretical theoretically today total traditional type
typical typically underlying understand understanding unified unique usage using usually utilize utilizing validate
making offering preventing showing value variety various varying version view widespread work
`
    .trim()
    .split(/\s+/),
);

/** Words that tell something only beside another: `zero shot`, `multi agent`. */
export const BIGRAM_ONLY_WORDS: ReadonlySet<string> = new Set(
  'art co cross data end few fine high hyper in inter intra large level long low multi non on open pass post pre re real sample scratch self semi short small state step sub sup super task test time zero'.split(
    ' ',
  ),
);
